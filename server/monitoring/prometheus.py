"""A running server's counts and times, for /metrics; with the extra `metrics` (prometheus-client), else nothing."""

from collections.abc import Callable

from p2p.messages import Refused
from p2p.messages.envelope import Event

HANDLE_S = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 2e-2)
SYNC_S = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.5, 1)
MISSING = b"the lab was installed without its extra 'metrics' (prometheus-client)\n"


class Metrics:
    """The counts, with labels that name reasons, never seats or people. This one counts nothing."""

    def handled(self, seconds: float, events: list[Event]) -> None:
        """Count a message that the session has handled, and its time."""

    def synced(self, seconds: float, records: int) -> None:
        """A batch became durable."""

    def faulted(self, code: str) -> None:
        """A peer was told that it was wrong."""

    def cut(self, why: str) -> None:
        """A line was cut."""

    def watch(self, lines: Callable[[], int], waiting: Callable[[], int]) -> None:
        """Where to read the number of lines and of waiting messages."""

    def page(self) -> bytes | None:
        """All of it in Prometheus' text format; None where nothing is counted."""
        return None


class Counted(Metrics):
    """Counts with prometheus-client, in a registry of its own; raises ImportError where that is missing."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

        self._registry, self._written = CollectorRegistry(), generate_latest
        at = self._registry
        self._handle = Histogram("pit_handle_seconds", "Time to handle a message.", buckets=HANDLE_S, registry=at)
        self._sync = Histogram("pit_sync_seconds", "Time to make a batch durable.", buckets=SYNC_S, registry=at)
        self._records = Counter("pit_records", "Records that are durable.", registry=at)
        self._refused = Counter("pit_refused", "Messages refused by the market.", ["reason"], registry=at)
        self._faults = Counter("pit_faults", "Frames that were a peer's fault.", ["code"], registry=at)
        self._cuts = Counter("pit_cuts", "Lines that were cut.", ["why"], registry=at)
        self._lines = Gauge("pit_lines", "Lines that are logged in.", registry=at)
        self._waiting = Gauge("pit_inbox", "Messages that wait for the single writer.", registry=at)

    def handled(self, seconds: float, events: list[Event]) -> None:
        """See Metrics."""
        self._handle.observe(seconds)
        for event in events:
            if isinstance(event.message, Refused):
                self._refused.labels(event.message.reason).inc()

    def synced(self, seconds: float, records: int) -> None:
        """See Metrics."""
        self._sync.observe(seconds)
        self._records.inc(records)

    def faulted(self, code: str) -> None:
        """See Metrics."""
        self._faults.labels(code).inc()

    def cut(self, why: str) -> None:
        """See Metrics."""
        self._cuts.labels(why).inc()

    def watch(self, lines: Callable[[], int], waiting: Callable[[], int]) -> None:
        """See Metrics."""
        self._lines.set_function(lines)
        self._waiting.set_function(waiting)

    def page(self) -> bytes | None:
        """See Metrics."""
        return self._written(self._registry)


SILENT = Metrics()


def counted() -> Metrics:
    """Counting, where the lab was installed with the extra."""
    try:
        return Counted()
    except ImportError:
        return SILENT
