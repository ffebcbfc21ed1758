"""How fast anybody may be: a line's messages, an address's connections and its wrong codes."""

import asyncio
import contextlib
import ipaddress
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from p2p.protocol.codec import ProtocolError
from server.limits import DEFAULT, Limits


class Bucket:
    """Lets so many through a second, and so many at once after a quiet time."""

    def __init__(self, per_s: float, burst: float) -> None:
        self.per_s, self.burst = per_s, burst
        self._left, self._at = burst, 0.0

    def tokens_left(self, now_s: float) -> float:
        """How many may come at once."""
        self._left = min(self.burst, self._left + self.per_s * max(0.0, now_s - self._at))
        self._at = now_s
        return self._left

    def take(self, now_s: float) -> bool:
        """Let one through, or not."""
        if self.tokens_left(now_s) < 1:
            return False
        self._left -= 1
        return True


class MessageRateLimit:
    """One seat's messages, over all its lines: coming back does not make anybody faster."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._per_s = limits.messages_per_s
        self._messages = Bucket(limits.messages_per_s, limits.messages_burst)
        self._flood = Bucket(limits.messages_per_s, limits.flood_burst)

    def take(self, now_s: float) -> None:
        """Count a message; raises ProtocolError `too_fast`, or `flood`, which closes the line."""
        if not self._flood.take(now_s):
            why = f"a line may say {self._per_s} messages a second; this one went on far beyond"
            raise ProtocolError("flood", why, fatal=True)
        if not self._messages.take(now_s):
            raise ProtocolError("too_fast", f"a line may say {self._per_s} messages a second; say it again later")


class CodeAttempts:
    """An address's wrong codes, and those that are being looked up: until that is done, each of them may be wrong."""

    def __init__(self, limits: Limits) -> None:
        self.wrong = Bucket(limits.wrong_per_s, limits.wrong_burst)
        self.turns = asyncio.Semaphore(limits.tries_at_once)
        self.open = 0


class LoginThrottle:
    """The recent log-ins of each address. A classroom may be one address."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._known: OrderedDict[str, tuple[Bucket, CodeAttempts]] = OrderedDict()

    def allow(self, address: str, now_s: float) -> bool:
        """Whether one more connection may be opened from there."""
        return self._of(address)[0].take(now_s)

    def may_try(self, address: str, now_s: float) -> bool:
        """Whether a code may be tried from there."""
        tries = self._of(address)[1]
        return tries.wrong.tokens_left(now_s) >= 1 + tries.open

    @contextlib.asynccontextmanager
    async def trying(self, address: str, clock_s: Callable[[], float]) -> AsyncIterator[bool]:
        """The time in which a code from there is looked up, when its turn has come; whether it may be."""
        tries = self._of(address)[1]
        async with tries.turns:
            may = self.may_try(address, clock_s())
            tries.open += may
            try:
                yield may
            finally:
                tries.open -= may

    def was_wrong(self, address: str, now_s: float) -> None:
        """A wrong code came from there."""
        self._of(address)[1].wrong.take(now_s)

    def _of(self, address: str) -> tuple[Bucket, CodeAttempts]:
        key = _network(address)
        buckets = self._known.pop(key, None)
        if buckets is None:
            buckets = self._new()
        self._known[key] = buckets
        while len(self._known) > self._limits.addresses_max:
            self._known.popitem(last=False)
        return buckets

    def _new(self) -> tuple[Bucket, CodeAttempts]:
        limits = self._limits
        return Bucket(limits.handshakes_per_s, limits.handshakes_burst), CodeAttempts(limits)


def _network(address: str) -> str:
    """The address, or for IPv6 its network: one machine has 2^64 of those."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
