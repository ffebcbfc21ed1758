"""The experimenter's console: one frozen struct with all that it shows. It is plain data, and it is for nobody else.

The console renders only this. Its size is bounded by the limits named here and by those of the frames.
"""

from typing import Literal, TypeAlias

import msgspec

from p2p.base.units import Duration, Instant, Seat
from p2p.information.view_state import ViewState
from p2p.messages import Reason
from p2p.protocol.console_frames import RosterRow, SurplusRow
from p2p.protocol.market_figures import MarketFigures
from p2p.scenario.public_rules import PublicRules

LOG_LINES = 200
"""Lines of the log: more than anybody scrolls through in a lesson's break."""

Need: TypeAlias = Literal["help", "tries", "gone", "not_joined", "", "removed"]
"""The reason why a seat needs the experimenter; nothing where all is well."""
NEEDS: tuple[Need, ...] = ("help", "tries", "gone", "not_joined", "", "removed")
"""The most urgent first. Removed seats are last: nothing is expected of them."""


class RowShown(msgspec.Struct, frozen=True):
    """A seat of the roster, its need, and the instant since which it has it."""

    row: RosterRow
    need: Need
    since_us: Instant | None


class SeatCounts(msgspec.Struct, frozen=True):
    """How the seats are held. `here`: connected people; `gone`: people whose connection is lost."""

    seats: int = 0
    here: int = 0
    robots: int = 0
    gone: int = 0
    empty: int = 0
    removed: int = 0
    help: int = 0
    holding_up: int = 0


class ConsoleClock(msgspec.Struct, frozen=True):
    """The session's clock. `left_us`: of the period or the break; `void`: numbers of periods that do not count.

    `stage` counts the session's stages from 0; there are none where `stages` is 0.
    """

    phase: str = "lobby"
    period: int = 0
    periods: int = 0
    paused: bool = False
    held: bool = False
    left_us: Duration | None = None
    void: tuple[int, ...] = ()
    stage: int = -1
    stages: int = 0
    paid_period: int | None = None


class SeatRefusal(msgspec.Struct, frozen=True):
    """A refusal of a command: for which seat, or for the session, and why."""

    seat: Seat | None
    reason: Reason


class CommandShown(msgspec.Struct, frozen=True, tag="command"):
    """A command of this console with its fate. `waiting`: answers that are still to come; `unsent`: why it never left.

    `name` is the command's in `pit ctl`; `words` are those typed with it.
    """

    at: Instant
    name: str
    seats: tuple[Seat, ...]
    words: str = ""
    waiting: int = 0
    refused: tuple[SeatRefusal, ...] = ()
    unsent: str = ""


class HappenedShown(msgspec.Struct, frozen=True, tag="happened"):
    """An event of the session or of a seat, for the log: `kind` names it, `text` has a person's own words."""

    at: Instant
    kind: str
    seat: Seat | None = None
    number: int = 0
    text: str = ""


LogLine: TypeAlias = CommandShown | HappenedShown


class MirrorView(msgspec.Struct, frozen=True):
    """The screen of a seat, as its trader sees it; `view` is None until the first facts are there."""

    seat: Seat
    card: int
    name: str
    view: ViewState | None


class ConsoleState(msgspec.Struct, frozen=True):
    """All that the console shows at an instant. `version` rises with everything that comes in.

    `rows` come with the most urgent need first. `figures` are of the market that is looked at. `lost`: why the
    connection is gone, if it is. `surplus`: people who came and have no seat. `locked` is None where the server does
    not say whether its door is closed.
    """

    now: Instant
    version: int
    session: str
    rules: PublicRules
    clock: ConsoleClock
    counts: SeatCounts
    rows: tuple[RowShown, ...]
    market: int
    markets: int
    figures: MarketFigures | None
    log: tuple[LogLine, ...]
    command: CommandShown | None
    locked: bool | None
    lost: str | None
    surplus: tuple[SurplusRow, ...] = ()
    mirror: MirrorView | None = None

    @property
    def arm(self) -> str | None:
        """The arm of the market that is looked at, where all its seats have the same."""
        arms = {one.row.arm for one in self.rows if one.row.market == self.market}
        return arms.pop() if len(arms) == 1 and self.markets > 1 else None

    def row(self, seat: Seat) -> RowShown | None:
        """The row of a seat."""
        return next((shown for shown in self.rows if shown.row.seat == seat), None)
