"""Schedules for fewer traders than a market has, so that its competitive price P0 stays as near as can be.

Whole replicas of the market leave first: P0, the tunnel and the quantity per trader stay as they are. Then pairs of an
extramarginal buyer and seller leave, those farthest from P0 first: nobody who trades at P0 is missed. The rest are the
rows, or pairs of rows, after which P0 is nearest; of these, those that cost the least surplus. At last a row that has
left comes back in the place of another, as long as that brings P0 nearer. One row of each side stays. Nothing is
interpolated, and the same schedules always lose the same rows.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import gcd, inf

from p2p.base.units import Money
from p2p.messages import Schedule, Step
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.schedules.equilibrium import Equilibrium, equilibrium

Row = tuple[Money, ...]
"""One trader's values or costs."""
ROWS_TRIED, ROWS_TRIED_OF_MANY = 12, 3
"""Different rows of a side that are tried at a step, evenly spaced by value; fewer in a market of more than MANY."""
MANY = 100
"""Rows of a market that takes no class by itself: each trial walks over all of them."""
SWAPS_MAX = 20
"""Rows that come back in another's place: each brings P0 nearer, and one or two have done it so far."""


@dataclass(frozen=True)
class Kept:
    """The rows that stay, by their places in the scenario, and P0 before and after."""

    buyers: tuple[int, ...]
    sellers: tuple[int, ...]
    price_before: float | None
    price_after: float | None


def rows_kept(buyers: Sequence[Row], sellers: Sequence[Row], traders: int, charges: Charges = NO_CHARGES) -> Kept:
    """The rows that stay for so many traders, which are at least two and at most all."""
    assert 2 <= traders <= len(buyers) + len(sellers), "a buyer and a seller stay, and no row is made"
    rows = _Rows(buyers, sellers, charges)
    before = rows.met().price
    rows.drop_replicas(traders)
    while (excess := rows.count - traders) > 0:
        rows.drop(rows.extramarginal_pair(before) if excess > 1 else None, before, excess)
    for _ in range(SWAPS_MAX):
        if rows.count == len(buyers) + len(sellers) or not rows.swap(before):
            break
    return Kept(tuple(rows.bids), tuple(rows.asks), before, rows.met().price)


class _Rows:
    """The rows that are still there: `bids` and `asks` are places in the scenario, in order."""

    def __init__(self, buyers: Sequence[Row], sellers: Sequence[Row], charges: Charges) -> None:
        self.buyers, self.sellers, self.charges = buyers, sellers, charges
        self.bids, self.asks = list(range(len(buyers))), list(range(len(sellers)))

    @property
    def count(self) -> int:
        return len(self.bids) + len(self.asks)

    def met(self, without: tuple[int | None, int | None] = (None, None)) -> Equilibrium:
        """Where supply and demand meet, without a buyer and a seller."""
        schedules = [_schedule("buyer", self.buyers[one]) for one in self.bids if one != without[0]]
        schedules += [_schedule("seller", self.sellers[one]) for one in self.asks if one != without[1]]
        return equilibrium(schedules, self.charges)

    def drop_replicas(self, traders: int) -> None:
        """Of a market that was repeated, keep as few copies as have enough rows."""
        often = [*Counter(self.buyers).values(), *Counter(self.sellers).values()]
        copies = gcd(*often)
        size = self.count // copies
        kept = min(copies, -(-traders // size))
        self.bids = _first(self.buyers, kept, copies)
        self.asks = _first(self.sellers, kept, copies)

    def extramarginal_pair(self, price: float | None) -> tuple[int, int] | None:
        """The buyer and the seller farthest from P0 that do not trade at it; None where one side has none."""
        worst_bid = min(self.bids, key=lambda one: (self._worth(one), one))
        worst_ask = max(self.asks, key=lambda one: (self._cost(one), -one))
        if len(self.bids) < 2 or len(self.asks) < 2:
            return None
        if price is not None and not (self._worth(worst_bid) < price < self._cost(worst_ask)):
            return None
        return worst_bid, worst_ask

    def _worth(self, buyer: int) -> Money:
        """The most that a buyer could pay for a unit."""
        return max(self.buyers[buyer]) - self.charges.tax_buyer

    def _cost(self, seller: int) -> Money:
        """The least that a seller could take for a unit."""
        return min(self.sellers[seller]) + self.charges.tax_seller

    def drop(self, pair: tuple[int, int] | None, price: float | None, excess: int) -> None:
        """Let a pair go, or else the row or the pair that is missed least."""
        bid, ask = pair or min(self._choices(excess), key=lambda one: self._missed(one, price))
        self.bids = [one for one in self.bids if one != bid]
        self.asks = [one for one in self.asks if one != ask]

    def _choices(self, excess: int) -> Iterable[tuple[int | None, int | None]]:
        bids = self._tried(self.bids, self.buyers) if len(self.bids) > 1 else []
        asks = self._tried(self.asks, self.sellers) if len(self.asks) > 1 else []
        if excess > 1:
            yield from ((bid, ask) for bid in bids for ask in asks)
        yield from ((bid, None) for bid in bids)
        yield from ((None, ask) for ask in asks)

    def swap(self, price: float | None) -> bool:
        """Let a row come back in another's place, if that brings P0 nearer; whether one did."""
        best, bids, asks = self._distance(price), self.bids, self.asks
        found = None
        out_bids = self._tried([one for one in range(len(self.buyers)) if one not in set(bids)], self.buyers)
        out_asks = self._tried([one for one in range(len(self.sellers)) if one not in set(asks)], self.sellers)
        comes = [*((one, None) for one in out_bids), *((None, one) for one in out_asks)]
        for bid, ask in self._choices(1):
            for bid_in, ask_in in comes:
                self.bids = sorted([one for one in bids if one != bid] + ([] if bid_in is None else [bid_in]))
                self.asks = sorted([one for one in asks if one != ask] + ([] if ask_in is None else [ask_in]))
                distance = self._distance(price)
                if distance < best:
                    best, found = distance, (self.bids, self.asks)
        self.bids, self.asks = found or (bids, asks)
        return found is not None

    def _distance(self, price: float | None) -> float:
        """How far P0 is from what it was."""
        after = self.met().price
        if price is None or after is None:
            return 0.0 if price is after else inf
        return abs(after - price)

    def _tried(self, places: list[int], rows: Sequence[Row]) -> list[int]:
        """Places of different rows, the last copy of each, in the order of values; of many, evenly spaced ones."""
        different = sorted({rows[one]: one for one in places}.values(), key=lambda one: (rows[one], one))
        most = ROWS_TRIED if len(self.buyers) + len(self.sellers) <= MANY else ROWS_TRIED_OF_MANY
        if len(different) <= most:
            return different
        step = (len(different) - 1) / (most - 1)
        return [different[round(step * i)] for i in range(most)]

    def _missed(self, without: tuple[int | None, int | None], price: float | None) -> tuple[float, Money]:
        """How far P0 would move, and the surplus that would be lost, the less the better."""
        after = self.met(without)
        if price is None or after.price is None:
            return (0.0 if price is after.price else inf), -after.surplus_max
        return abs(after.price - price), -after.surplus_max


def _schedule(role: str, row: Row) -> Schedule:
    return Schedule(1, "buyer" if role == "buyer" else "seller", tuple(map(Step, row)))


def _first(rows: Sequence[Row], kept: int, copies: int) -> list[int]:
    """The places of each row's first copies, so many in each `copies`."""
    left = {row: count // copies * kept for row, count in Counter(rows).items()}
    places = []
    for place, row in enumerate(rows):
        if left[row]:
            left[row] -= 1
            places.append(place)
    return places
