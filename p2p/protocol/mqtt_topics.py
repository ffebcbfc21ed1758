"""The public's part on a broker: topic names and their payloads. Publisher and listener share it.

All topics lie under `tradingpit/<session>/`, in a session of several markets under `tradingpit/<session>/<market>/`. A
broker's listener sees the public channel (p2p/information/projection.py) and nothing else. Figures of welfare come when
the session is over, or earlier if its scenario says that it is a demonstration.
"""

import re

import msgspec

from p2p.base.units import Duration, Instant, Money, Price, Quantity
from p2p.messages import Called, Contract
from p2p.protocol.reveal import Reveal

ROOT = "tradingpit"
_NOT_IN_A_LEVEL = re.compile("[#+/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
ONLINE, OFFLINE = b"online", b"offline"
"""Payloads of `status`: the first at birth, the second at a farewell or as the last will."""
CONTRACTS_KEPT = 500
"""Contracts of the running period on `contracts`: enough for a late listener's chart, below 100 kB."""
CALLS_KEPT = 100
"""Calls of the running period on `call`, the last ones: more than a screen has lines, below 5 kB ten times a second."""
LEVELS_SHOWN = 50
"""Price levels of a side on `book`: more than a dashboard shows."""
ANNOUNCEMENTS_KEPT = 50
"""Sentences that wait for a broker that is away, the last ones: the clock's of a dozen periods, below 100 kB."""
WELFARE_KEPT = 300
"""Finished periods on `welfare`, the last ones: a day of five-minute intervals, below 40 kB."""


class State(msgspec.Struct, frozen=True):
    """`state`, retained, at every change and each second: where the session is. `now` is its clock at that moment.

    `posting`: whether sellers post, who do so before buyers take.
    """

    now: Instant
    phase: str
    period: int
    periods: int
    open: bool
    paused: bool
    left_us: Duration | None
    next_period: int
    seats_taken: int
    seats: int
    posting: bool = False


class Period(msgspec.Struct, frozen=True):
    """`period`, retained: the running period. Pauses are not counted in `started_us`, extensions are in `length_us`.

    `extended_us` is how much of its length they are.
    """

    period: int
    started_us: Instant
    length_us: Duration
    extended_us: Duration = 0


class Standing(msgspec.Struct, frozen=True):
    """`standing`, retained, ten a second at the most: the standing quotes after the fact of that number."""

    at: Instant
    number: int
    bid: Price | None
    ask: Price | None
    bid_quantity: Quantity = 0
    ask_quantity: Quantity = 0


class Book(msgspec.Struct, frozen=True):
    """`book`, retained, ten a second at the most: price and quantity of each level, best first, where all are shown."""

    at: Instant
    number: int
    bids: list[tuple[Price, Quantity]]
    asks: list[tuple[Price, Quantity]]


class Call(msgspec.Struct, frozen=True):
    """`call`, retained, ten a second at the most, in call markets: the period's calls after the fact of that number.

    `held` has those that were held, the last ones where they are many, the same struct as on a WebSocket. `price` and
    `quantity` are the result of a call held now. `price` is null if no orders cross. If results are hidden, both are
    null and `held` lists call numbers only. `next_at` is when the next is held, absent while no clock runs towards one.
    """

    at: Instant
    number: int
    period: int
    held: list[Called]
    next_at: Instant | None
    price: Price | None
    quantity: Quantity | None


class Made(msgspec.Struct, frozen=True):
    """`contract`, QoS 1: a contract. `n` counts those of the session from 1; a number that was had is a repeat.

    `number` is that of the market's public fact, `contract` the same struct as on a WebSocket. `into_us` is how far
    into the period it was made, pauses not counted, which `at` does count.
    """

    n: int
    number: int
    period: int
    at: Instant
    contract: Contract
    into_us: Duration = 0


class Contracts(msgspec.Struct, frozen=True):
    """`contracts`, retained, once a second at the most: the running period's last contracts, for late listeners."""

    period: int
    made: list[Made]


class Interval(msgspec.Struct, frozen=True):
    """`interval`, QoS 1, the last one retained: the results of a period. A `period` that was had is a repeat.

    They come in the order of their periods, each after its contracts; those of a broker's absence when it is back.
    `price_mean` is weighted by quantity; there are no prices without contracts, and nothing but `period` and `at` where
    contracts are hidden. Energy is that of three households or more. Import and export are the sums of all;
    `feeder_wh`, at the feeder's head, is the one less the other.
    """

    period: int
    at: Instant
    contracts: int | None
    quantity: Quantity | None
    price_mean: float | None
    price_last: Price | None
    feeder_wh: int | None = None
    import_wh: int | None = None
    export_wh: int | None = None


class Announcement(msgspec.Struct, frozen=True):
    """`announcement`, QoS 1: a sentence for people when something has changed, or the experimenter's words (retained).

    Sentences come in the order of their numbers, those of a broker's absence when it is back; a number that was had is
    a repeat.
    """

    at: Instant
    number: int
    text: str
    by: str = "session"


class Efficiency(msgspec.Struct, frozen=True):
    """The result of a finished period, as a share of the possible one: no efficiency if there was nothing to gain."""

    period: int
    surplus: Money
    surplus_max: Money
    efficiency: float | None
    alpha: float | None


class Welfare(msgspec.Struct, frozen=True):
    """`welfare`, retained: each finished period, the last ones where they are many, and all of them together.

    It is told when the session is over; after each period where the scenario says `demonstration`. As scored of the
    recording (`pit score`); alpha is Smith's, in percent. In an energy market of fewer than three households: never.
    """

    surplus: Money
    surplus_max: Money
    efficiency: float | None
    periods: list[Efficiency]


TOPICS: dict[str, type[msgspec.Struct]] = {
    "state": State,
    "period": Period,
    "standing": Standing,
    "book": Book,
    "call": Call,
    "contract": Made,
    "contracts": Contracts,
    "interval": Interval,
    "announcement": Announcement,
    "welfare": Welfare,
    "reveal": Reveal,
}
"""By topic; beside them `rules` has the PublicRules of the welcome, and `status` one of two words."""


def topic_level(name: str) -> str:
    """A session's name as one level of a topic: a broker takes # and + for everything, / for the next level."""
    return _NOT_IN_A_LEVEL.sub("-", name)


def base(session: str, market: int, markets: int) -> str:
    """The topic above a market's."""
    return f"{ROOT}/{session}" if markets == 1 else f"{ROOT}/{session}/{market}"
