"""Orders that live so many seconds: when each of them ends, on a clock that stands still in a pause."""

from collections.abc import Callable
from heapq import heappop, heappush

from p2p.base.units import Duration, Instant
from p2p.messages import OrderId


def _no_clock() -> Instant:
    """Time never passes, where nobody lends a clock."""
    return 0


class OrderLives:
    """The ends of a market's open orders. `life_us`: how long a new order lives; None: no clock ends it."""

    def __init__(self) -> None:
        self.clock: Callable[[], Instant] = _no_clock
        self.life_us: Duration | None = None
        self.ends: dict[OrderId, Instant] = {}
        self._heap: list[tuple[Instant, OrderId]] = []

    def begin(self, order: OrderId) -> None:
        """An order's life begins, or begins again."""
        if self.life_us is not None:
            self.ends[order] = end = self.clock() + self.life_us
            heappush(self._heap, (end, order))

    def left_us(self, order: OrderId) -> Duration | None:
        """The rest of an order's life; None where no clock ends it."""
        end = self.ends.get(order)
        return None if end is None else max(0, end - self.clock())

    def next_end(self) -> Instant | None:
        """When the next life is over; ends of orders that have left, or begun again, are forgotten on the way."""
        heap = self._heap
        while heap and self.ends.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        return heap[0][0] if heap else None

    def take_ended(self) -> list[OrderId]:
        """The orders whose life is over by now, in the order of their ends; they are forgotten."""
        now, ended = self.clock(), list[OrderId]()
        while (end := self.next_end()) is not None and end <= now:
            ended.append(heappop(self._heap)[1])
            del self.ends[ended[-1]]
        return ended

    def clear(self) -> None:
        """No order is open any more."""
        self.ends.clear()
        self._heap.clear()
