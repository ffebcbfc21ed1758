"""When the next call of a call market is held: its countdown, through pauses and extensions."""

from p2p.base.units import Duration, Instant
from p2p.messages import Called, EndRound, Extended, Message, Paused, Resumed, StartRound


class CallClock:
    """A period is cut into so many equal parts, and each ends with a call; a pause says what is left of the part."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.held = 0
        self._length_us: Duration = 0
        self._due: Instant | None = None
        self._left_us: Duration | None = None

    def on_fact(self, message: Message, at: Instant) -> None:
        """Take in a fact."""
        match message:
            case StartRound(length_us=length_us):
                self._length_us, self.held = length_us, 0
                self._due = at + self._until(1)
            case Called(call=call):
                self.held = call
                if not self.collecting:
                    return
                self._due = at + self._until(call + 1) - self._until(call) if call < self.calls else at
            case EndRound():
                self._due = self._left_us = None
            case Paused(left_us=left_us) if left_us is not None and self.collecting:
                self._due, self._left_us = None, left_us
            case Resumed(left_us=left_us) | Extended(left_us=left_us) if left_us is not None and self.collecting:
                self._due, self._left_us = at + left_us, None
            case _:
                pass

    def _until(self, call: int) -> Duration:
        return self._length_us * call // self.calls

    @property
    def collecting(self) -> bool:
        """Whether orders are collected for a call, though the clock may stand still."""
        return self._due is not None or self._left_us is not None

    def left_us(self, now: Instant) -> Duration | None:
        """How long until the next call, None where none is to come."""
        left_us = self._left_us if self._due is None else self._due - now
        return None if left_us is None else max(0, left_us)
