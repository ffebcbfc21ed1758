"""The calls of a market as a broker tells them, turned into what a spectator's line would tell: facts and a state."""

from p2p.base.units import Duration, Instant
from p2p.messages import Indicative, Message
from p2p.protocol.mqtt_topics import Call, Period
from p2p.scenario.public_rules import PublicRules, after_next_call_us


class CallsHeard:
    """What was heard on `call`; `told` is the number of the last call of the period that was told."""

    def __init__(self) -> None:
        self.told = 0
        self.states: dict[str, Message] = {}
        self._call: Call | None = None

    def keep(self, call: Call) -> None:
        """Take in a message; what a call held now would give counts at once."""
        self._call = call
        if call.quantity is not None:
            self.states = {Indicative.directive: Indicative(call.price, call.quantity)}

    def begin(self) -> None:
        """A period has begun."""
        self.told = 0

    def follows(self, rules: PublicRules, period: Period, round_us: Duration) -> list[tuple[Instant, Message]]:
        """The calls of that period that were not told yet; a message on a later one is kept until it has begun.

        The last is told as of the instant at which orders began to be collected for the next, pauses not counted: from
        there whoever hears it reckons when that is held.
        """
        call = self._call
        if call is None or call.period > period.period:
            return []
        self._call = None
        fresh = [one for one in call.held if one.call > self.told] if call.period == period.period else []
        if not fresh:
            return []
        self.told = fresh[-1].call
        began = period.started_us + period.length_us - after_next_call_us(rules, round_us, self.told - 1)
        return [(call.at if one is not fresh[-1] else began, one) for one in fresh]
