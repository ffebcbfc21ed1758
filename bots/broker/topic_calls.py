"""The calls of a market as a broker tells them, turned into what a spectator's line would tell: facts and a state."""

from p2p.base.units import Instant
from p2p.information.period_clock import PeriodClock
from p2p.messages import Indicative, Message
from p2p.protocol.mqtt_topics import Call, Period


class CallsHeard:
    """The messages heard on `call`."""

    def __init__(self) -> None:
        self.states: dict[str, Message] = {}
        self._call: Call | None = None

    def keep(self, call: Call) -> None:
        """Take in a message; the result of a call held now counts at once."""
        self._call = call
        if call.quantity is not None:
            self.states = {Indicative.directive: Indicative(call.price, call.quantity)}

    def follows(self, period: Period, told: PeriodClock) -> list[tuple[Instant, Message]]:
        """The calls of that period that were not told yet; a message on a later one is kept until it has begun.

        The last call carries the time at which collection for the next call began, so that listeners can compute when
        the next call is due.
        """
        call = self._call
        if call is None or call.period > period.period:
            return []
        self._call = None
        fresh = [one for one in call.held if one.call > told.held] if call.period == period.period else []
        if not fresh:
            return []
        began = period.started_us + period.length_us - told.after_call_us(fresh[-1].call)
        return [(call.at if one is not fresh[-1] else began, one) for one in fresh]
