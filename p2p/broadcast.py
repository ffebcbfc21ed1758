"""What the public is told through a broker: topic names and what is said on each. Publisher and listener share it.

All topics lie under `tradingpit/<session>/`, in a session of several markets under `tradingpit/<session>/<market>/`.
A broker's listener sees what the public channel shows (p2p/views.py) and nothing else. No figure of welfare is told.
"""

import msgspec

from p2p.messages import Contract
from p2p.units import Duration, Instant, Price, Quantity

ROOT = "tradingpit"
ONLINE, OFFLINE = b"online", b"offline"
"""What `status` says: the first at birth, the second at a farewell or as the last will."""
CONTRACTS_KEPT = 500
"""Contracts of the running period on `contracts`: what a late listener's chart needs, below 40 kB."""
LEVELS_SHOWN = 50
"""Price levels of a side on `book`: more than a dashboard shows."""


class State(msgspec.Struct, frozen=True):
    """`state`, retained, at every change and each second: where the session is. `now` is its clock at that moment."""

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


class Period(msgspec.Struct, frozen=True):
    """`period`, retained: the running period. Pauses are not counted in `started_us`, extensions are in `length_us`."""

    period: int
    started_us: Instant
    length_us: Duration


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


class Made(msgspec.Struct, frozen=True):
    """`contract`, QoS 1: a contract. `n` counts those of the session from 1; a number that was had is a repeat.

    `number` is that of the market's public fact, `contract` the same struct as on a WebSocket.
    """

    n: int
    number: int
    period: int
    at: Instant
    contract: Contract


class Contracts(msgspec.Struct, frozen=True):
    """`contracts`, retained, once a second at the most: the running period's last contracts, for late listeners."""

    period: int
    made: list[Made]


class Interval(msgspec.Struct, frozen=True):
    """`interval`, retained: what a period came to. Prices are absent without contracts, energy where none is metered.

    `price_mean` is weighted by quantity. Import and export are the sums of all households, `feeder_wh` is what the
    feeder's head carries: the one less the other.
    """

    period: int
    at: Instant
    contracts: int
    quantity: Quantity
    price_mean: float | None
    price_last: Price | None
    feeder_wh: int | None = None
    import_wh: int | None = None
    export_wh: int | None = None


class Announcement(msgspec.Struct, frozen=True):
    """`announcement`: a sentence for people when something has changed, or the experimenter's own words."""

    at: Instant
    number: int
    text: str
    by: str = "session"


TOPICS: dict[str, type[msgspec.Struct]] = {
    "state": State,
    "period": Period,
    "standing": Standing,
    "book": Book,
    "contract": Made,
    "contracts": Contracts,
    "interval": Interval,
    "announcement": Announcement,
}
"""By topic; beside them `rules` has the PublicRules of the welcome, and `status` one of two words."""


def base(session: str, market: int, markets: int) -> str:
    """The topic above a market's."""
    return f"{ROOT}/{session}" if markets == 1 else f"{ROOT}/{session}/{market}"
