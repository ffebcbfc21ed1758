"""How likely a price is to be taken, judged from the shouts before the last few contracts.

Source: Gjerstad & Dickhaut (1998), Price Formation in Double Auctions, Games and Economic Behavior 22. For a seller:

    p(a) = (TAG + BG) / (TAG + BG + RAL)

asks taken at a or above, bids at a or above, asks at a or below not taken; for a buyer the mirror image. Here both are
one: a buyer's prices are taken negative, so that its own side is the one that wants to be high. Between the prices that
were said, p is the cubic with slope 0 at both ends of the piece (as in the paper). It is 1 at the near limit of the
price range and 0 at the far one.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from p2p.base.units import Price, Side

SHOUTS_MAX = 1_000
"""Shouts remembered at the most: where so many led to no contract, older ones say little of the market of now."""


@dataclass(slots=True)
class Shout:
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
    shouts: deque[Shout] = field(default_factory=deque)
    newest: dict[Side, Shout] = field(default_factory=dict)
    contracts: int = 0
    version: int = 0

    def quote(self, side: Side, price: Price) -> None:
        """A quote was made: the one of its side before it is past."""
        if side in self.newest:
            self.newest[side].open = False
        self.newest[side] = said = Shout(side, price)
        self._remember(said)

    def contract(self, taken: Side, price: Price) -> None:
        """A quote was taken."""
        for said in reversed(self.shouts):
            if said.price == price and said.side == taken and not said.taken:
                break
        else:
            self.newest[taken] = said = Shout(taken, price)
            self.shouts.append(said)
        said.taken, said.trades = True, 1
        for newest in self.newest.values():
            newest.open = False
        self.contracts += 1
        self._forget()

    def called(self, price: Price) -> None:
        """A call has traded at a price: it would have taken an ask and a bid there."""
        self.shouts.append(Shout("ask", price, taken=True, open=False))
        self.contracts += 1
        self._remember(Shout("bid", price, taken=True, open=False, trades=1))

    def forget_quote(self, side: Side, price: Price) -> None:
        """A call has left an order as it was."""
        self._remember(Shout(side, price, open=False))

    def _remember(self, said: Shout) -> None:
        self.shouts.append(said)
        self._forget()

    def _forget(self) -> None:
        """What is older than the last `trades` contracts is forgotten, and what is too much."""
        while self.contracts > self.trades or len(self.shouts) > SHOUTS_MAX:
            self.contracts -= self.shouts.popleft().trades
        self.version += 1


def widened(ends: tuple[Price, Price] | None, price: Price) -> tuple[Price, Price]:
    """The lowest and the highest price, with one more."""
    return (price, price) if ends is None else (min(ends[0], price), max(ends[1], price))


class Belief:
    """A trader's belief: `at(x)` for a price times its sign, 1 for a seller and -1 for a buyer."""

    def __init__(self, history: History, own: Side, low: Price, high: Price, open_is_lost: bool) -> None:
        sign = 1 if own == "ask" else -1
        bottom, top = (low, high) if sign > 0 else (-high, -low)
        met: list[int] = []
        lost: list[int] = []
        for said in history.shouts:
            if said.side != own or said.taken:
                met.append(sign * said.price)
            elif open_is_lost or not said.open:
                lost.append(sign * said.price)
        met.sort()
        lost.sort()
        xs: list[int] = [bottom]
        ps: list[float] = [1.0]
        many = len(met)
        for x in sorted({*met, *lost}):
            if bottom < x < top:
                for_it, against = many - bisect_left(met, x), bisect_right(lost, x)
                if for_it + against:
                    xs.append(x)
                    ps.append(for_it / (for_it + against))
        xs.append(top)
        ps.append(0.0)
        self.xs, self.ps = xs, ps

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

    def along(self, points: list[int]) -> list[float]:
        """The same for many prices that rise: one walk along the pieces."""
        xs, ps, last = self.xs, self.ps, len(self.xs) - 1
        found = []
        right = 0
        for x in points:
            while right <= last and xs[right] <= x:
                right += 1
            if right == 0 or x == xs[0]:
                found.append(1.0)
            elif right > last:
                found.append(0.0)
            else:
                near = xs[right - 1]
                before, t = ps[right - 1], (x - near) / (xs[right] - near)
                found.append(before + (ps[right] - before) * t * t * (3 - 2 * t))
        return found


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


def best_of(worth: Callable[[int], float], points: list[int], worths: list[float], tick: int) -> tuple[int, float]:
    """The point that is worth most, and its worth; beside the best of a grid its neighbours are halved in on.

    `worths` has what each of the points is worth; `worth` is asked of points between them.
    """
    most = max(worths)
    place = worths.index(most)
    best = points[place]
    step = max((b - a for a, b in zip(points[max(0, place - 1) :], points[place : place + 2], strict=False)), default=0)
    while step > tick:
        step = max(tick, step // (2 * tick) * tick)
        for near in (best - step, best + step):
            if points[0] <= near <= points[-1] and (there := worth(near)) > most:
                best, most = near, there
    return best, most
