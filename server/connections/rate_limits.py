"""How fast anybody may be: a line's messages, an address's connections and its wrong codes."""

import asyncio
import ipaddress
import random
from collections import OrderedDict
from math import inf

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

    def wait_s(self, now_s: float, count: float) -> float:
        """Take so many, if they may come now, and be told 0; else how long they have to wait."""
        left = self.tokens_left(now_s)
        if left >= count or left >= self.burst:
            self._left -= count
            return 0.0
        return (count - left) / self.per_s if self.per_s else 3_600.0

    def late_s(self, now_s: float, late_s_max: float) -> float:
        """Let one through that may be late: how late, so that the rate is kept; the bound, at the most."""
        self._left = max(self.tokens_left(now_s) - 1, -late_s_max * self.per_s - 1)
        if self._left >= 0:
            return 0.0
        return min(late_s_max, -self._left / self.per_s) if self.per_s else late_s_max


class MessageRateLimit:
    """One seat's messages, over all its lines: coming back does not make anybody faster."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._per_s = limits.messages_per_s
        self._messages = Bucket(limits.messages_per_s, limits.messages_burst)
        self._flood = Bucket(limits.messages_per_s, limits.flood_burst)
        self._lists = Bucket(limits.lists_per_s, limits.lists_burst)
        self._helps = Bucket(limits.helps_per_s, limits.helps_burst)

    def take_help(self, now_s: float) -> None:
        """Count a request for help; raises ProtocolError `too_fast`."""
        if not self._helps.take(now_s):
            raise ProtocolError("too_fast", "help was asked for too often; ask again in ten seconds")

    def take_list(self, now_s: float) -> None:
        """Count a request for all contracts; raises ProtocolError `too_fast`."""
        if not self._lists.take(now_s):
            raise ProtocolError("too_fast", "the contracts were asked for too often; ask again in two seconds")

    def take(self, now_s: float) -> None:
        """Count a message; raises ProtocolError `too_fast`, or `flood`, which closes the line."""
        if not self._flood.take(now_s):
            why = f"a line may say {self._per_s} messages a second; this one went on far beyond"
            raise ProtocolError("flood", why, fatal=True)
        if not self._messages.take(now_s):
            raise ProtocolError("too_fast", f"a line may say {self._per_s} messages a second; say it again later")


class Turns:
    """Turns of an address: beyond the rate they wait, and one of those that wait is drawn when its time comes."""

    def __init__(self, bucket: Bucket, waiting_max: float = inf) -> None:
        self._bucket, self._waiting_max = bucket, waiting_max
        self._waiting: list[asyncio.Future[None]] = []
        self._due: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def turn(self) -> bool:
        """Wait for one's turn, or until the caller gives up; False where too many wait already."""
        loop = asyncio.get_running_loop()
        if not self._waiting and self._bucket.take(loop.time()):
            return True
        if len(self._waiting) >= self._waiting_max:
            return False
        waits: asyncio.Future[None] = loop.create_future()
        self._waiting.append(waits)
        self._look_later()
        try:
            await waits
        finally:
            if waits in self._waiting:
                self._waiting.remove(waits)
        return True

    def _look_later(self) -> None:
        if self._due is None and self._bucket.per_s:
            self._due = asyncio.get_running_loop().call_later(1 / self._bucket.per_s, self._look)

    def _look(self) -> None:
        self._due = None
        while self._waiting and self._bucket.take(asyncio.get_running_loop().time()):
            drawn = self._waiting.pop(random.randrange(len(self._waiting)))
            if not drawn.done():
                drawn.set_result(None)
        if self._waiting:
            self._look_later()


class AddressPace:
    """The recent connections, questions and wrong codes of one address."""

    def __init__(self, limits: Limits) -> None:
        self.handshakes = Turns(Bucket(limits.handshakes_per_s, limits.handshakes_burst))
        self.files = Turns(Bucket(limits.files_per_s, limits.files_burst), limits.files_waiting_max)
        self.health = Bucket(limits.health_per_s, limits.health_burst)
        self.wrong = Bucket(limits.wrong_per_s, limits.wrong_burst)
        self.class_wrong = 0
        self.class_tries = Bucket(limits.class_tries_per_s, limits.class_tries_burst)


class LoginThrottle:
    """The recent deeds of each address. A classroom may be one address, so none is shut out: guesses are slowed."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._known: OrderedDict[str, AddressPace] = OrderedDict()
        self.class_wrong = 0
        """Wrong class codes of the session so far."""

    async def turn(self, address: str) -> None:
        """Wait until one more connection may be opened from there."""
        await self._of(address).handshakes.turn()

    async def file_turn(self, address: str) -> bool:
        """Wait until one more file is sent there; False where too many wait for that already."""
        return await self._of(address).files.turn()

    def may_ask(self, address: str, now_s: float) -> bool:
        """Whether one more question about the server itself is answered there."""
        return self._of(address).health.take(now_s)

    def was_wrong(self, address: str, now_s: float) -> float:
        """A wrong code came from there: how long its answer is held back."""
        return self._of(address).wrong.late_s(now_s, self._limits.wrong_s_max)

    def is_late(self, address: str, now_s: float) -> bool:
        """Whether answers to wrong codes from there are held back now."""
        return self._of(address).wrong.tokens_left(now_s) < 1

    def may_try_class_code(self, address: str, now_s: float) -> bool:
        """Whether one more try at the class code is looked at from there; a right one is answered like a wrong one."""
        of = self._of(address)
        return of.class_wrong < self._class_free() or of.class_tries.take(now_s)

    def class_code_was_wrong(self, address: str) -> bool:
        """A wrong class code came from there; whether it was the last one that is free."""
        of = self._of(address)
        of.class_wrong += 1
        self.class_wrong += 1
        return of.class_wrong == self._class_free()

    def _class_free(self) -> int:
        crowd = self.class_wrong >= self._limits.class_wrong_total
        return self._limits.class_wrong_few if crowd else self._limits.class_wrong_free

    def _of(self, address: str) -> AddressPace:
        key = network(address)
        buckets = self._known.pop(key, None)
        if buckets is None:
            buckets = AddressPace(self._limits)
        self._known[key] = buckets
        while len(self._known) > self._limits.addresses_max:
            self._known.popitem(last=False)
        return buckets


def network(address: str) -> str:
    """The address, or for IPv6 its network: one machine has 2^64 of those."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
