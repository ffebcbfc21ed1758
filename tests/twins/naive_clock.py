"""The clock of a market, computed anew from all facts at every question: slow, and plain to read."""

from collections.abc import Sequence

from p2p.base.units import Duration, Instant
from p2p.messages import Called, Ended, EndRound, Extended, Intermission, Message, Paused, Resumed, StartRound

Facts = Sequence[tuple[Instant, Message]]


class NaiveClock:
    """Questions to a list of facts of a session as it was played: its order is the session's."""

    def __init__(self, facts: Facts, calls: int = 1) -> None:
        self.facts, self.calls = facts, calls

    def period_facts(self) -> Facts:
        """The facts since the last period began, its start first."""
        starts = [n for n, (_, message) in enumerate(self.facts) if isinstance(message, StartRound)]
        return self.facts[starts[-1] :] if starts else []

    def last(self, *kinds: type[Message]) -> tuple[Instant, Message] | None:
        """The last fact of these kinds."""
        return next((fact for fact in reversed(self.facts) if isinstance(fact[1], kinds)), None)

    def phase(self) -> str:
        """By the last fact that begins a phase."""
        last = self.last(StartRound, Intermission, Ended)
        if last is None:
            return "lobby"
        return {"start_round": "trading", "intermission": "break", "ended": "ended"}[last[1].directive]

    def open(self) -> bool:
        """A period has begun, and neither it nor the session has ended."""
        last = self.last(StartRound, EndRound, Ended)
        return last is not None and isinstance(last[1], StartRound)

    def paused(self) -> bool:
        """The last of these stops the clock."""
        last = self.last(Paused, Resumed, Ended)
        return last is not None and isinstance(last[1], Paused)

    def round_us(self) -> Duration:
        """As it was told at the start of the period."""
        start = self.period_facts()[0][1]
        assert isinstance(start, StartRound)
        return start.length_us

    def run_us(self, now: Instant) -> Duration:
        """The time between each two facts counts if the period was open and not paused in it."""
        facts = self.period_facts()
        ends = [at for at, _ in facts[1:]] + [now]
        ran, running, over = 0, True, False
        for (at, message), end in zip(facts, ends, strict=True):
            over = over or isinstance(message, EndRound | Ended)
            running = isinstance(message, Resumed) or (running and not isinstance(message, Paused))
            ran += end - at if running and not over else 0
        return ran

    def length_us(self) -> Duration:
        """The period's length, with what it had run and what was left at its last extension."""
        facts = self.facts
        for n in reversed(range(len(facts))):
            at, message = facts[n]
            if isinstance(message, StartRound):
                return message.length_us
            if isinstance(message, Extended):
                before = NaiveClock(facts[: n + 1], self.calls)
                if before.open():
                    return before.run_us(at) + message.left_us + before.after_next_call_us()
        return 0

    def held(self) -> int:
        """The number of the period's last call."""
        return max((message.call for _, message in self.period_facts() if isinstance(message, Called)), default=0)

    def after_next_call_us(self) -> Duration:
        """The parts of the period after the one in which orders are collected now."""
        parts = [self.round_us() * part // self.calls for part in range(self.calls + 1)]
        return parts[-1] - parts[min(self.held() + 1, self.calls)]

    def time_left_us(self, now: Instant) -> Duration | None:
        """Of the period, by how long it has run of its length; of a break, by what was told last."""
        if self.open():
            return max(0, self.length_us() - self.run_us(now))
        if self.phase() != "break":
            return None
        last = self.last(Intermission, Paused, Resumed)
        assert last is not None
        at, message = last
        if isinstance(message, Intermission):
            return max(0, at + message.length_us - now)
        assert isinstance(message, Paused | Resumed)
        assert message.left_us is not None
        return message.left_us if isinstance(message, Paused) else max(0, at + message.left_us - now)
