"""The results of one market's periods, in their order, until the broker has confirmed them."""

import msgspec

from p2p.base.units import Instant, Price, Quantity
from p2p.messages import Contract, Metered
from p2p.protocol.mqtt_topics import Interval
from p2p.scenario.prosumer_schema import HOUSEHOLDS_MIN
from server.mqtt.broker_connection import INFLIGHT_MAX


class PeriodSums:
    """The running period's sums, and what the ones before came to: a scenario has 1,000 at the most, all are kept.

    If contracts are hidden (`shown` is False), so are all hints of them, the sums of energy too. The grid's energy is
    less by the traded amount.
    """

    def __init__(self, shown: bool = True) -> None:
        self.confirmed = 0
        self.shown = shown
        self._ended: list[tuple[int, Interval]] = []
        self._energy: dict[int, tuple[int, int, int]] = {}
        self.began()

    def began(self) -> None:
        """A period has begun."""
        self._contracts, self._value = 0, 0
        self._quantity: Quantity = 0
        self._last: Price | None = None

    def contract(self, contract: Contract) -> None:
        """Take in a contract of the running period."""
        self._contracts += 1
        self._value += contract.price * contract.quantity
        self._quantity += contract.quantity
        self._last = contract.price

    def metered(self, one: Metered) -> None:
        """Add a household's interval to the sums of its period, which may be one that was not read yet."""
        households, taken, given = self._energy.get(one.period, (0, 0, 0))
        self._energy[one.period] = (households + 1, taken + one.grid_import, given + one.grid_export)

    def ended(self, period: int, at: Instant, contracts: int) -> None:
        """The running period has ended, the session's contracts being so many by then."""
        mean = self._value / self._quantity if self._quantity else None
        interval = Interval(period, at, self._contracts, self._quantity, mean, self._last)
        households, taken, given = self._energy.pop(period, (0, 0, 0))
        if not self.shown:
            interval = Interval(period, at, None, None, None, None)
        elif households >= HOUSEHOLDS_MIN:
            interval = msgspec.structs.replace(interval, feeder_wh=taken - given, import_wh=taken, export_wh=given)
        self._ended.append((contracts, interval))

    def renew(self) -> None:
        """A broker that may have forgotten the last one, which it is to retain."""
        self.confirmed = min(self.confirmed, max(0, len(self._ended) - 1))

    def due(self, contracts: int) -> list[bytes]:
        """Messages that the broker has not confirmed, a window of them, as far as it has confirmed the contracts
        before."""
        window = self._ended[self.confirmed : self.confirmed + INFLIGHT_MAX]
        return [msgspec.json.encode(one) for after, one in window if after <= contracts]

    @property
    def has_unsent(self) -> bool:
        """Whether there is something to be said yet."""
        return self.confirmed < len(self._ended)
