"""What the terminal's tests play with: feeds of simulated sessions, and a client that is no socket."""

import asyncio
from collections.abc import AsyncIterator

from bots.reconnecting import Closed, Facts, Happening
from p2p.information.projection import Projector
from p2p.information.view_state import ViewState
from p2p.messages import Message
from p2p.protocol.frames import NumberedFact, Welcome
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.simulation import Simulation
from tests import ROOT
from tui.entry.order_entry import NotPossible
from tui.model.model import Model

SMITH = ROOT / "scenarios" / "smith-1962-test-1.toml"
SMALL = """
title = "Three units each"
currency = "cents"
periods = 2
period_s = 60
break_s = 10
no_loss = "people"
identities = "{identities}"
instructions = "Buy low, sell high."
institution = {{ price_min = 1, price_max = 400, tick = {tick} }}
environment = {{ buyers = [[300, 200, 150], [260, 180]], sellers = [[100, 140, 190], [120, 170]] }}
"""


def smith() -> Scenario:
    return parse(SMITH.read_text())


def small(identities: str = "hidden", tick: int = 1) -> Scenario:
    return parse(SMALL.format(identities=identities, tick=tick))


def market(institution: str, information: str = "book", terms: str = "", call: str = "") -> Scenario:
    """The same market with another institution; many units may be offered at once."""
    named = f'institution = {{ name = "{institution}",'
    text = SMALL.format(identities="hidden", tick=1).replace("institution = {", named)
    text = text.replace("price_max = 400, tick = 1 }", f"price_max = 400, tick = 1, terms = {{ {terms} }}{call} }}")
    return parse(text.replace("no_loss", f'information = "{information}"\nno_loss'))


def calls(number: int, information: str = "book") -> Scenario:
    """A call market with so many calls a period."""
    return market("call", information, call=f", call = {{ calls = {number} }}")


def energy() -> Scenario:
    """Households on an open book; prices in tenths of a cent per kWh."""
    return parse((SMITH.parent / "energy-day.toml").read_text())


def told_to(seat: int | None, scenario: Scenario, seed: int = 1, agent: str = "zic") -> list[NumberedFact]:
    """All that a seat of the first market (or its public) is told in a simulated session."""
    simulation = Simulation(scenario, [agent] * scenario.seats, seed)
    views = Projector(scenario, seed)
    information = views.poorest(0) if seat is None else views.information[seat]
    told: list[NumberedFact] = []
    for _, at, events in simulation.play():
        for event in events:
            shown = views.project(event)
            if shown is None:
                continue
            public = shown.form(information)
            message = public if seat is None else shown.own.get(seat, public)
            if message is not None:
                told.append(NumberedFact(len(told) + 1, at, message))
    return told


def why(answer: object) -> str:
    """Why something cannot be sent; nothing where it can."""
    return answer.why if isinstance(answer, NotPossible) else ""


def seat_of(scenario: Scenario, role: str, seed: int = 1, units: int = 1) -> int:
    """A seat that is dealt a role with at least so many units."""
    holdings = Simulation(scenario, ["zic"] * scenario.seats, seed).session.markets[0].environment.holdings
    return min(seat for seat, held in holdings.items() if held.role == role and held.total >= units)


class Play:
    """A model that is told messages by hand, at the second that is given."""

    def __init__(self, scenario: Scenario | None = None, seat: int | None = 0) -> None:
        self.model = Model(public_rules(scenario or small()), seat)
        self.number = 0
        self.second = 0.0

    @property
    def view(self) -> ViewState:
        """What a screen shows then."""
        return self.model.view(round(self.second * 1_000_000))

    def at(self, second: float) -> "Play":
        self.second = second
        return self

    def __lshift__(self, message: Message) -> "Play":
        self.number += 1
        self.model.fold(NumberedFact(self.number, round(self.second * 1_000_000), message))
        return self


class FakeClient:
    """A line that says what the test says, and remembers what it was told to send."""

    def __init__(self, scenario: Scenario, seat: int = 0) -> None:
        self.url = "ws://lab.example:8765"
        self.patience_s = 60.0
        self.closed: Closed | None = None
        self.scenario, self.seat = scenario, seat
        self.sent: list[tuple[int, Message]] = []
        self.clock = 0
        self.queue: asyncio.Queue[Happening | None] = asyncio.Queue()
        self.number = 0

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        self.sent.append((len(self.sent) + 1, message))
        return len(self.sent)

    def now(self) -> int:
        return self.clock

    async def happenings(self) -> AsyncIterator[Happening]:
        while (happening := await self.queue.get()) is not None:
            yield happening

    # --- what the test does -------------------------------------------------------------------------------------

    def welcome(self) -> None:
        self.queue.put_nowait(Welcome("session", self.seat, "token", 0, 0, public_rules(self.scenario)))

    def tell(self, *messages: Message, second: float | None = None) -> None:
        if second is not None:
            self.clock = round(second * 1_000_000)
        told = []
        for message in messages:
            self.number += 1
            told.append(NumberedFact(self.number, self.clock, message))
        self.queue.put_nowait(Facts(told))

    def states(self, *states: Message) -> None:
        self.queue.put_nowait(Facts([], {state.directive: state for state in states}))

    def feed(self, told: list[NumberedFact]) -> None:
        self.clock = max(self.clock, told[-1].at)
        self.number = told[-1].number
        self.queue.put_nowait(Facts(told))

    def close(self, code: int, why: str = "") -> None:
        self.closed = Closed(code, why)
        self.queue.put_nowait(None)
