"""What the console's tests play with: a line that is no socket, rosters of a class, figures of a simulated period."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from bots.reconnecting import Lost
from p2p.analysis.live_figures import COUNTED, LiveFigures
from p2p.base.units import SECOND, Seat
from p2p.information.console_fold import ConsoleFold
from p2p.messages import Accepted, Contract, EndRound, Message, Reason, Refused
from p2p.protocol.console_frames import Console, HelpOpen, MirroredFacts, MirrorOpened, Roster, RosterRow
from p2p.protocol.frames import NumberedFact
from p2p.protocol.market_figures import MarketFigures
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import market_rules
from p2p.sim.simulation.simulation import Simulation
from tests.plays.tui_plays import FakeClient, smith

NAMES = (
    "Ana Maria Lopez de la Fuente",
    "Bo",
    "Chidi Okafor",
    "李小龙",
    "Eve",
    "Fatima",
    "Gus",
    "Hana",
    "Ivo",
    "",
)
"""Names as a class has them: long, short, wide, none."""


def row(seat: Seat, **changes: object) -> RosterRow:
    """A person who trades and is well."""
    well = RosterRow(
        seat=seat,
        card=seat + 1,
        name=NAMES[seat % len(NAMES)],
        market=0,
        role="buyer" if seat % 2 else "seller",
        arm=None,
        stage="trading",
        holder="person",
        agent="",
        connected=True,
        gone_since_us=None,
        lag_ms=10 * (seat % 7),
        last_action="bid" if seat % 2 else "ask",
        last_action_us=(40 + seat) * SECOND,
        earnings=7 * seat - 20,
        unpaid=0,
        help=None,
        passed=False,
        removed=False,
        holds_up=None,
    )
    return replace(well, **changes)


def in_the_lobby(seat: Seat, **changes: object) -> RosterRow:
    """A seat before trading."""
    quiet = {"stage": "lobby", "role": None, "last_action": None, "last_action_us": None, "earnings": 0}
    return row(seat, **(quiet | changes))


def a_class(seats: int = 12) -> list[RosterRow]:
    """A class with all kinds of trouble."""
    rows = [row(seat) for seat in range(seats)]
    rows[2] = row(
        2, connected=False, gone_since_us=52 * SECOND, holder="stand-in", agent="zic", unpaid=12, holds_up="gone"
    )
    rows[4] = row(
        4, help=HelpOpen(75 * SECOND, "I typed a price, and nothing happens. What does 'no units left' mean?")
    )
    rows[5] = row(5, holder="empty", connected=False, name="", last_action=None, holds_up="not_joined", lag_ms=None)
    rows[6] = row(6, removed=True, connected=False)
    rows[7] = row(7, passed=True, holder="stand-in", agent="zic")
    rows[8] = row(8, holder="robot", agent="zip", name="")
    return rows


def roster(rows: list[RosterRow], second: float = 90, phase: str = "trading", **changes: object) -> Roster:
    """A roster under a clock."""
    left = 210 * SECOND if phase == "trading" else 12 * SECOND if phase == "break" else None
    plain = Roster(
        session="a-session",
        now=round(second * SECOND),
        phase=phase,
        period=0 if phase == "lobby" else 2,
        periods=5,
        paused=False,
        held=False,
        left_us=left,
        void=[],
        interventions={},
        rows=rows,
    )
    return replace(plain, **changes)


def figures(scenario: Scenario | None = None, contracts: int = 8, periods: int = 2, market: int = 0) -> MarketFigures:
    """The figures of a simulated market: so many contracts into a period."""
    scenario = scenario or smith()
    live, seen, period = LiveFigures(partial(market_rules, scenario)), 0, 1
    for _, at, events in Simulation(scenario, ["zic"] * scenario.seats, 3).play():
        for event in events:
            if type(event.message) in COUNTED:
                live.observe(event, at)
            if isinstance(event.message, EndRound):
                seen, period = 0, period + 1
            if isinstance(event.message, Contract):
                seen += 1
            if period == periods and seen == contracts:
                return replace(live.figures(0), market=market)
    return replace(live.figures(0), market=market)


class FakeConsole(FakeClient):
    """A console's line that says what the test says."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        super().__init__(scenario or smith())
        self.on_console: Callable[[Console], None] = lambda told: None
        self.mirrors: list[Seat | None] = []

    def mirror(self, seat: Seat | None = None, market: int | None = None) -> None:
        """What was asked for."""
        self.mirrors.append(seat)

    # --- what the test does -----------------------------------------------------------------------------------------

    def show(self, *told: Console) -> None:
        """Frames of a console, after what was put into the queue before."""
        for one in told:
            if isinstance(one, Roster):
                self.clock = max(self.clock, one.now)
            self.on_console(one)

    def answer(self, token: int, refused: Reason | None = None) -> None:
        """An answer to a message."""
        self.tell(Refused(token, refused) if refused else Accepted(token))

    def lose(self, why: str = "the connection broke") -> None:
        """The line is lost."""
        self.queue.put_nowait(Lost(why, 0.1))

    def mirrored(self, seat: Seat, told: list[NumberedFact]) -> None:
        """The answer to a mirror, and its facts."""
        self.on_console(MirrorOpened(seat, 0, public_rules(self.scenario)))
        self.on_console(MirroredFacts(told[-1].at, told, {}))

    @property
    def said(self) -> list[Message]:
        """All messages that were sent."""
        return [message for _, message in self.sent]


class Told:
    """A fold that is told by hand."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        self.fold = ConsoleFold("a-session", public_rules(scenario or smith()))
        self.number = 0

    def __lshift__(self, told: Console | Message) -> "Told":
        match told:
            case Roster():
                self.fold.set_roster(told)
            case MarketFigures():
                self.fold.set_figures(told)
            case Message():
                self.number += 1
                self.fold.fold(NumberedFact(self.number, self.number * SECOND, told))
            case other:
                raise AssertionError(other)
        return self
