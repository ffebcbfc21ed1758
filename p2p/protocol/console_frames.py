"""The frames between a server and an experimenter's console: roster, figures, mirror of a seat or market.

They are no facts: they have no numbers, stand in no journal, and the latest roster counts. docs/console.md has them.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from p2p.base.units import SEATS_MAX, Duration, Instant, Money, Role, Seat
from p2p.messages import Message
from p2p.protocol.frames import NumberedFact
from p2p.protocol.market_figures import MarketFigures
from p2p.scenario.public_rules import PublicRules

ROSTER_ROWS_MAX = 1_000
"""Rows of a roster: the seats of the largest session; 350 bytes each stay below a frame's limit."""
ROSTER_PER_S = 2
"""Roster frames a second at the most: a person reads no faster; clock and ages are the client's to count on."""
FIGURES_PER_S = 1
"""Frames of a market's figures a second at the most: they are reckoned from all its contracts of the period."""
LAG_STEP_MS = 10
"""Lags are told in steps of so many milliseconds, so that noise is no news."""

Holder = Literal["person", "robot", "stand-in", "empty"]
HoldsUp = Literal["not_joined", "gone", "removed", "stage", "tries"]
"""Why the group waits for a seat: nobody has come yet, its person's connection is lost, or they were removed."""


class HelpOpen(msgspec.Struct, frozen=True):
    """A trader's request for help that nobody has answered."""

    since_us: Instant
    text: str


class RosterRow(msgspec.Struct, frozen=True):
    """One seat as the console shows it. Instants are the session's; `card` counts seats from 1.

    `earnings` without `unpaid`, which are gains of a robot's orders and of periods that are void. `passed`: the
    experimenter has passed it to a robot. `stage`: the kind of the stage that the seat is in, or the phase.
    `progress`: how far in it, as `2/3`. `left`: the person has declined or withdrawn, or `failed` the questions.
    `flagged`: they have used up their tries. `connected`: the owner of a passed seat who watches counts as connected.
    """

    seat: Seat
    card: int
    name: str
    market: int
    role: Role | None
    arm: str | None
    stage: str
    holder: Holder
    agent: str
    connected: bool
    gone_since_us: Instant | None
    lag_ms: int | None
    last_action: str | None
    last_action_us: Instant | None
    earnings: Money
    unpaid: Money
    help: HelpOpen | None
    passed: bool
    removed: bool
    holds_up: HoldsUp | None
    progress: str = ""
    done: bool = False
    left: bool = False
    flagged: bool = False
    failed: bool = False


class SurplusRow(msgspec.Struct, frozen=True):
    """A person with the right code who has no seat: why not, in words. They may be owed a fee."""

    name: str
    label: str
    why: str


class Roster(msgspec.Struct, frozen=True):
    """All seats, whole each time, under the session's clock. `interventions`: how many of each kind there were.

    `left_us` is of the period or the break at `now`; while the clock runs the client counts on. `periods` has those
    that are played again. `held`: the next period waits. `void`: numbers of periods that do not count.
    `paid_period`: the one that is paid, once it is known. `warnings`: the last words of the server's own.
    """

    session: str
    now: Instant
    phase: str
    period: int
    periods: int
    paused: bool
    held: bool
    left_us: Duration | None
    void: list[int]
    interventions: dict[str, int]
    rows: list[RosterRow]
    surplus: list[SurplusRow] = []
    stage: int = -1
    stages: int = 0
    paid_period: int | None = None
    warnings: list[str] = []


class Mirror(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for a mirror: of a seat, or of a market as its richest viewer is shown it. Neither: the mirror ends.

    A console has one mirror; another takes its place.
    """

    seat: Annotated[int, Meta(ge=0, lt=SEATS_MAX)] | None = None
    market: Annotated[int, Meta(ge=0, lt=SEATS_MAX)] | None = None


class RosterWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for one roster: any client of the experimenter's may, without being a console."""


class MirrorOpened(msgspec.Struct, frozen=True):
    """The answer to `mirror`: whose facts follow, from number 1, and the rules as they are told there."""

    seat: Seat | None
    market: int
    rules: PublicRules


class MirroredFacts(msgspec.Struct, frozen=True):
    """Facts of a mirror that have reached a client, exactly as the seat is told them; `now` is the session's clock.

    `state` has the latest of each state by directive, as a trader's client has.
    """

    now: Instant
    facts: list[NumberedFact]
    state: dict[str, Message]


Console = Roster | MarketFigures | MirrorOpened | MirroredFacts
"""All that a console is sent beside the facts of its own feed."""
