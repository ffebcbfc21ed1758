"""A recording in the place of the sequencer: its messages are handed to a session again, at their own instants.

All who watch see what they would have seen live, by the very same code. Nothing is written, and nobody is listened to.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from p2p.base.units import SECOND, Instant
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ProtocolError
from server.session.clock import Clock
from server.session.inbox import InboxItem
from server.session.sequencer import Committed, Sequencer

HELD_S_MAX = 1.0
"""Seconds of watching that a stopped clock stands: lobbies and pauses are not sat out."""
TICK_S = 0.02
"""Messages of so many seconds are published together, as a live server does it."""
ONLY_WATCHED = "this is a recording that is played again: it can be watched, and nobody trades in it"

Records = Sequence[tuple[Instant, Envelope]]


class PlayClock(Clock):
    """The instant in the recording: `speed` times as fast as the machine's clock, never past the next record."""

    def __init__(self, speed: float, start: Instant = 0) -> None:
        super().__init__(start)
        self._speed, self._at, self._until = speed, start, start
        self._since_us = time.monotonic_ns() // 1_000

    def now(self) -> Instant:
        """The instant it is."""
        passed_us = time.monotonic_ns() // 1_000 - self._since_us
        return min(self._at + round(passed_us * self._speed), self._until)

    def on_way_to(self, instant: Instant, skip: bool) -> float:
        """Seconds of watching until the next record; `skip`: where the clock was stopped, not all of them."""
        left_s = max(0.0, (instant - self.now()) / SECOND / self._speed)
        waited_s = min(left_s, HELD_S_MAX) if skip else left_s
        self._at = max(self.now(), instant - round(waited_s * self._speed * SECOND))
        self._since_us, self._until = time.monotonic_ns() // 1_000, instant
        return waited_s


class Playback(Sequencer):
    """Hands a session its recorded messages. It stays after the last one, for all who look at the results."""

    def __init__(self, *parts: Any, records: Records, **more: Any) -> None:
        super().__init__(*parts, **more)
        self._records = records
        self._stopped = asyncio.Event()

    async def run(self, first: list[Envelope]) -> None:
        """Play to the end, then stay until `stop`. `first` is in the recording."""
        assert isinstance(self.clock, PlayClock)
        self.clock.start()
        refusing = asyncio.create_task(self._refuse())
        try:
            await self._play(self.clock)
            await self._stopped.wait()
        finally:
            refusing.cancel()

    async def _play(self, clock: PlayClock) -> None:
        happened: list[Committed] = []
        for at, envelope in self._records:
            skip = self.session.deadline() is None
            wait_s = clock.on_way_to(at, skip)
            if wait_s > TICK_S:
                self._tell(happened)
                happened = []
                if await self._waited(wait_s):
                    return
            events = self.session.handle(envelope, at)
            happened.append(Committed(at, events, InboxItem(envelope)))
            if len(happened) >= self._limits.batch_max:
                self._tell(happened)
                happened = []
                await asyncio.sleep(0)
        self._tell(happened)

    def _tell(self, happened: list[Committed]) -> None:
        if happened:
            self._publish(happened)

    async def _waited(self, seconds: float) -> bool:
        """Whether it was stopped meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return False
        return True

    async def _refuse(self) -> None:
        """Tell all who say something that nobody listens."""
        while True:
            for item in await self.inbox.gather(self._limits.batch_max, None):
                if item.speaker is not None:
                    item.speaker.fault(ProtocolError("played_again", ONLY_WATCHED))

    def stop(self) -> None:
        """Let `run` end."""
        super().stop()
        self._stopped.set()

    async def seal(self) -> None:
        """There is no journal to close."""
        self._disk.shutdown()
