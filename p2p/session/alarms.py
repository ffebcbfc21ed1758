"""A session's clock: the instant it is at, the alarms that are set, and the pause that stops them.

Each market has one alarm at the most, set by its institution's reminder; the session's own (None) ends a break. Open
orders may live for seconds. Their ends are kept by the institution, on a clock that stands still in a pause.
"""

from p2p.base.units import INSTITUTION, SESSION, Duration, Instant
from p2p.messages import Reminder
from p2p.messages.envelope import Envelope

Whose = int | None
"""A market's number; None for the session itself."""


class Alarms:
    """When what rings. In a pause nothing does: `paused_left` has how long each alarm still had."""

    def __init__(self) -> None:
        self.now: Instant = 0
        self.due: dict[Whose, tuple[Instant, Reminder]] = {}
        self.paused_left: dict[Whose, Duration] | None = None
        self.stood_us: Duration = 0
        self._paused_at: Instant = 0

    def running(self) -> Instant:
        """The time for which the clock has run so far: without all pauses."""
        return (self.now if self.paused_left is None else self._paused_at) - self.stood_us

    @property
    def paused(self) -> bool:
        """Whether the clock stands."""
        return self.paused_left is not None

    def deadline(self) -> Instant | None:
        """When the next alarm rings; None while nothing is due (lobby, pause, end)."""
        if self.paused_left is not None or not self.due:
            return None
        return min(due for due, _ in self.due.values())

    def next(self) -> Envelope:
        """The message of the alarm that is due; of several, the session's own or else the lowest market's."""
        due = self.deadline()
        market, (_, reminder) = min((item for item in self.due.items() if item[1][0] == due), key=_by_market)
        return Envelope(SESSION if market is None else INSTITUTION, reminder, market)

    def set(self, whose: Whose, reminder: Reminder) -> None:
        """Ring after the reminder's time."""
        self.due[whose] = (self.now + reminder.length_us, reminder)

    def ring(self, whose: Whose, reminder: Reminder) -> None:
        """An alarm that rings is set no longer."""
        due, expected = self.due.pop(whose)
        assert reminder == expected, "what rings is the alarm that was set"
        assert self.now >= due, "an alarm is handed in when it is due, not before"

    def stop_markets(self) -> list[int]:
        """Take back the alarms of all markets; the numbers of those that had one, which are open."""
        numbers = sorted(number for number in self.due if number is not None)
        for number in numbers:
            del self.due[number]
        return numbers

    def clear(self) -> None:
        """Take back all alarms, and a pause."""
        self.due.clear()
        self._go_on()

    def _go_on(self) -> None:
        """The clock runs again, if it stood still."""
        if self.paused_left is not None:
            self.stood_us += self.now - self._paused_at
        self.paused_left = None

    def pause(self) -> Duration | None:
        """Stand still; how long the next alarm still has."""
        self._paused_at = self.now
        self.paused_left = {whose: max(0, due - self.now) for whose, (due, _) in self.due.items()}
        return min(self.paused_left.values(), default=None)

    def resume(self) -> Duration | None:
        """Go on; how long the next alarm still has."""
        assert self.paused_left is not None, "the table lets it be said in a pause only"
        left = self.paused_left
        self._go_on()
        self.due = {market: (self.now + left[market], what) for market, (_, what) in self.due.items()}
        return min(left.values(), default=None)

    def extend(self, more: Duration) -> Duration:
        """Ring later, all of them; how long the next alarm has now."""
        self.due = {whose: (due + more, what) for whose, (due, what) in self.due.items()}
        return max(0, min(due for due, _ in self.due.values()) - self.now)

    def state(self) -> tuple[object, object]:
        """The pause and the alarms, in order, for digests."""
        paused = None if self.paused_left is None else sorted(self.paused_left.items(), key=_by_market)
        return paused, sorted(self.due.items(), key=_by_market)


def _by_market(item: tuple[Whose, object]) -> int:
    """The session's own, then its markets', in order."""
    return -1 if item[0] is None else item[0]
