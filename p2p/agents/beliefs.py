"""How likely a price is to be taken, judged from the shouts before the last few contracts.

Source: Gjerstad & Dickhaut (1998), Price Formation in Double Auctions, Games and Economic Behavior 22. For a seller:

    p(a) = (TAG + BG) / (TAG + BG + RAL)

asks taken at a or above, bids at a or above, asks at a or below that were not taken; for a buyer the mirror image.
Here both are one: a buyer's prices are taken negative, so that its own side is the one that wants to be high. Between
the prices that were said, p is the cubic with slope 0 at both ends of the piece (as in the paper); it is 1 at the
near limit of the price range and 0 at the far one.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from p2p.units import Price, Side

SHOUTS_MAX = 1_000
"""Shouts remembered at the most: where so many led to no contract, older ones say little of the market of now."""


@dataclass(slots=True)
class Said:
    """A shout of the history: `open` while it stands, that is until one of its side follows, or a contract.

    `trades`: how many contracts it stands for: of the two shouts of a call one, of others each that was taken.
    """

    side: Side
    price: Price
    taken: bool = False
    open: bool = True
    trades: int = 0


@dataclass
class History:
    """The shouts since the contract before the last `trades` contracts."""

    trades: int
    shouts: deque[Said] = field(default_factory=deque)
    contracts: int = 0
    version: int = 0

    def quote(self, side: Side, price: Price) -> None:
        """A quote was made: the one of its side before it is past."""
        self._past(side)
        self._remember(Said(side, price))

    def contract(self, taken: Side, price: Price) -> None:
        """A quote was taken."""
        found = next((s for s in reversed(self.shouts) if (s.side, s.price, s.taken) == (taken, price, False)), None)
        if found is None:
            found = Said(taken, price)
            self.shouts.append(found)
        found.taken, found.trades = True, 1
        self._past("bid")
        self._past("ask")
        self.contracts += 1
        self._forget()

    def called(self, price: Price) -> None:
        """A call has traded at a price: it would have taken an ask and a bid there."""
        self.shouts.append(Said("ask", price, taken=True, open=False))
        self.contracts += 1
        self._remember(Said("bid", price, taken=True, open=False, trades=1))

    def left(self, side: Side, price: Price) -> None:
        """A call has left an order as it was."""
        self._remember(Said(side, price, open=False))

    def _remember(self, said: Said) -> None:
        self.shouts.append(said)
        self._forget()

    def _forget(self) -> None:
        """What is older than the last `trades` contracts is forgotten, and what is too much."""
        while self.contracts > self.trades or len(self.shouts) > SHOUTS_MAX:
            self.contracts -= self.shouts.popleft().trades
        self.version += 1

    def _past(self, side: Side) -> None:
        for said in reversed(self.shouts):
            if said.side == side:
                said.open = False
                return


class Belief:
    """A trader's belief: `at(x)` for a price times its sign, 1 for a seller and -1 for a buyer."""

    def __init__(self, history: History, own: Side, low: Price, high: Price, open_is_lost: bool) -> None:
        sign = 1 if own == "ask" else -1
        bottom, top = (low, high) if sign > 0 else (-high, -low)
        taken = sorted(sign * s.price for s in history.shouts if s.side == own and s.taken)
        lost = sorted(
            sign * s.price for s in history.shouts if s.side == own and not s.taken and (open_is_lost or not s.open)
        )
        other = sorted(sign * s.price for s in history.shouts if s.side != own)
        self.xs: list[int] = [bottom]
        self.ps: list[float] = [1.0]
        for x in sorted({*taken, *lost, *other}):
            if bottom < x < top:
                for_it = len(taken) - bisect_left(taken, x) + len(other) - bisect_left(other, x)
                against = bisect_right(lost, x)
                if for_it + against:
                    self.xs.append(x)
                    self.ps.append(for_it / (for_it + against))
        self.xs.append(top)
        self.ps.append(0.0)

    def at(self, x: float) -> float:
        """How likely it is to be taken."""
        xs = self.xs
        if x <= xs[0]:
            return 1.0
        if x >= xs[-1]:
            return 0.0
        right = bisect_right(xs, x)
        before, after = self.ps[right - 1], self.ps[right]
        t = (x - xs[right - 1]) / (xs[right] - xs[right - 1])
        return before + (after - before) * t * t * (3 - 2 * t)


GRID = 32
"""Prices looked at between two ends before the neighbourhood of the best is looked at closely."""


def candidates(belief: Belief, low: int, high: int, tick: int) -> list[int]:
    """Prices on ticks from low to high: all where they are few, else an even grid and those that were said."""
    ticks = (high - low) // tick
    if ticks < 0:
        return []
    if ticks <= 2 * GRID:
        return [low + n * tick for n in range(ticks + 1)]
    found = {low + (ticks * n // GRID) * tick for n in range(GRID + 1)}
    found.update(low + (x - low) // tick * tick for x in belief.xs if low <= x <= high)
    return sorted(found)


def best_of(worth: Callable[[int], float], points: list[int], tick: int) -> tuple[int, float]:
    """The point that is worth most, and its worth; beside the best of a grid its neighbours are halved in on."""
    best = max(points, key=worth)
    most = worth(best)
    place = points.index(best)
    step = max((b - a for a, b in zip(points[max(0, place - 1) :], points[place : place + 2], strict=False)), default=0)
    while step > tick:
        step = max(tick, step // (2 * tick) * tick)
        for near in (best - step, best + step):
            if points[0] <= near <= points[-1] and (there := worth(near)) > most:
                best, most = near, there
    return best, most
