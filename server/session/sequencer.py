"""The single writer: messages in, one at a time; handle → record → sync → publish. Nothing is seen that is not durable.

A batch is all that waits (up to `batch_max`): it is handled, written and synced in one go in a thread, then published.
Meanwhile the next batch gathers. An alarm that is due is handed in before any message sequenced at or after it.

A time in which the machine stood still is a pause, dated at the last tick before it: alarms after that are held.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from p2p.base.units import GATEWAY, SECOND, Instant
from p2p.messages import PaidPeriod, Pause, Resume
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.codec import ProtocolError
from p2p.session.session import Session
from recordings.journal.store import Store
from server.limits import DEFAULT, Limits
from server.monitoring.prometheus import SILENT, Metrics
from server.session.clock import Clock, Gap, Ticks
from server.session.inbox import Inbox, InboxItem
from server.session.machine import OnDisk


@dataclass(frozen=True)
class Committed:
    """The effects of one message, durable."""

    at: Instant
    events: list[Event]
    arrival: InboxItem


class Sequencer:
    """Feeds one session from an inbox and its alarms. `publish` is called with durable effects.

    `goes_on`: whether the session is resumed by itself after a gap, since nobody is there who has to do it. `stays`:
    whether messages are taken after the session's end, for those who come back. `draw`: takes the period that is paid
    from several, by the machine's randomness: nobody can count it from the session's seed.
    """

    def __init__(
        self,
        session: Session,
        store: Store,
        clock: Clock,
        inbox: Inbox,
        publish: Callable[[list[Committed]], None],
        limits: Limits = DEFAULT,
        metrics: Metrics = SILENT,
        on_disk: OnDisk | None = None,
        goes_on: Callable[[], bool] = lambda: False,
        stays: Callable[[], bool] = lambda: False,
        draw: Callable[[Sequence[int]], int] = secrets.choice,
    ) -> None:
        self.session, self.store, self.clock, self.inbox = session, store, clock, inbox
        self._publish, self._limits, self.metrics = publish, limits, metrics
        self._ticks, self._goes_on, self._stays = Ticks(clock, limits.gap_s_max), goes_on, stays
        self._draw = draw
        self._stopping = False
        self._disk = ThreadPoolExecutor(1, "journal")
        self._on_disk = on_disk or self._in_thread

    async def run(self, first: list[Envelope]) -> None:
        """Sequence to the session's end or `stop`, `first` before the clock runs. Raises OSError of the disk."""
        await self._batch([InboxItem(envelope) for envelope in first])
        self.clock.start()
        ticking = asyncio.create_task(self._tick())
        try:
            while not self._stopping and (self.session.phase != "ended" or self._stays()):
                await self._batch(await self._gather())
        finally:
            ticking.cancel()

    def stop(self) -> None:
        """Let `run` end: messages that the session has taken are written and published, waiting ones are not told.

        A batch must never be left half way: the session and the journal's chain have it, the file would not.
        """
        self._stopping = True
        self.inbox.wake()

    async def _batch(self, arrivals: list[InboxItem]) -> None:
        """Handle what has arrived, make it durable, then publish it."""
        happened: list[Committed] = []
        lines: list[bytes] = []
        for arrival in arrivals:
            now = self._now(happened, lines)
            self._ring(now, happened, lines)
            self._sequence(arrival, now, happened, lines)
        self._ring(self._now(happened, lines), happened, lines)
        if lines:
            began = time.perf_counter()
            await self._on_disk(self.store.append, b"".join(lines))
            self.metrics.synced(time.perf_counter() - began, len(lines))
            self._publish(happened)

    async def seal(self) -> None:
        """Close the journal; the sequencer must have stopped."""
        await self._on_disk(self.store.seal, self.session.digest())
        self._disk.shutdown()

    async def _in_thread(self, write: Callable[[bytes], None], data: bytes) -> None:
        """One thread writes, in order; trading goes on gathering meanwhile."""
        await asyncio.get_running_loop().run_in_executor(self._disk, write, data)

    async def _gather(self) -> list[InboxItem]:
        """All that waits, once there is something or an alarm is due."""
        deadline = self.session.deadline()
        wait_s = None if deadline is None else max(0.0, (deadline - self.clock.now()) / SECOND)
        return await self.inbox.gather(self._limits.batch_max, wait_s)

    async def _tick(self) -> None:
        """Tick while the disk and the inbox are waited for: a slow disk is no gap, and a gap waits for no message."""
        while True:
            self._ticks.tick()
            if self._ticks.gap:
                self.inbox.wake()
            await asyncio.sleep(self._limits.gap_tick_s)

    def _now(self, happened: list[Committed], lines: list[bytes]) -> Instant:
        """The instant it is; where the machine stood still before it, that is handed in first."""
        now = self._ticks.tick()
        gap = self._ticks.taken()
        if gap is not None:
            self._stood_still(gap, now, happened, lines)
        return now

    def _stood_still(self, gap: Gap, now: Instant, happened: list[Committed], lines: list[bytes]) -> None:
        """Stop the session's clock, if it runs, at the last tick before a gap; what was due until then has happened."""
        at = max(gap.last, self.session.now)
        self._ring(at, happened, lines)
        if self.session.deadline() is None:
            return
        self._handle(InboxItem(Envelope(GATEWAY, Pause(gap.length_us))), at, happened, lines)
        if self._goes_on():
            self._handle(InboxItem(Envelope(GATEWAY, Resume())), now, happened, lines)

    def _ring(self, now: Instant, happened: list[Committed], lines: list[bytes]) -> None:
        """Hand in the alarms that are due, each at its own instant."""
        while (due := self.session.deadline()) is not None and due <= now:
            self._handle(InboxItem(self.session.alarm()), max(due, self.session.now), happened, lines)

    def _sequence(self, arrival: InboxItem, now: Instant, happened: list[Committed], lines: list[bytes]) -> None:
        """Hand in a message, unless its token was had already or jumps ahead."""
        envelope = arrival.envelope
        if envelope.token:
            last = self.session.token(envelope.sender)
            if envelope.token <= last:
                return
            if envelope.token != last + 1:
                if arrival.speaker:
                    why = f"token {envelope.token} came after {last}: say what has token {last + 1} first"
                    arrival.speaker.fault(ProtocolError("token_gap", why))
                return
        self._handle(arrival, now, happened, lines)

    def _handle(self, arrival: InboxItem, now: Instant, happened: list[Committed], lines: list[bytes]) -> None:
        began = time.perf_counter()
        events = self.session.handle(arrival.envelope, now)
        self.metrics.handled(time.perf_counter() - began, events)
        lines.append(self.store.line(arrival.envelope, now, events))
        happened.append(Committed(now, events, arrival))
        if periods := self.session.paying.draws_from:
            self._handle(InboxItem(Envelope(GATEWAY, PaidPeriod(self._draw(periods)))), now, happened, lines)
