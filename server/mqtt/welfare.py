"""Results of a hosted session's periods, for its listeners: told when it is over, and earlier in a demonstration.

It is folded from all events, the private too, by the same fold as a recording's score.
"""

from dataclasses import replace

from p2p.analysis.market_metrics import PeriodScore, score_session
from p2p.analysis.session_outcome import SessionOutcome
from p2p.messages import Contract, EndRound, Forecast, InitInst, Metered, Schedule, StageBegan, StartRound, Voided
from p2p.messages.envelope import Event
from p2p.protocol.mqtt_topics import WELFARE_KEPT, Efficiency, Welfare
from p2p.scenario.prosumer_schema import HOUSEHOLDS_MIN
from p2p.scenario.schema import Scenario


def welfare(scores: list[PeriodScore]) -> Welfare:
    """The public figures of one market's finished periods."""
    whole = score_session(scores)
    told = [
        Efficiency(one.period, one.surplus, one.equilibrium.surplus_max, one.efficiency, one.alpha)
        for one in scores[-WELFARE_KEPT:]
    ]
    return Welfare(whole.surplus, whole.surplus_max, whole.efficiency, told)


COUNTED = frozenset((Contract, EndRound, Forecast, InitInst, Metered, Schedule, StageBegan, StartRound, Voided))
"""The messages from which surplus and efficiency are computed. Quotes, orders and answers are nine events of ten, and
passed over."""


class WelfareScores:
    """The scores of each market's finished periods. `before` is the history of a session that was recovered."""

    def __init__(self, scenario: Scenario, before: SessionOutcome) -> None:
        self.outcome = before
        self._early = scenario.demonstration
        self._few = scenario.capabilities.trades_energy and scenario.traders < HOUSEHOLDS_MIN
        self._scores: list[list[PeriodScore]] = [[] for _ in range(scenario.markets)]
        self._fresh: list[list[int]] = [[] for _ in range(scenario.markets)]
        self._told = [0] * scenario.markets
        for market, period in before.counted:
            self._fresh[market].append(period)

    def on_event(self, event: Event) -> None:
        """Take in an event that has become durable, one of COUNTED."""
        self.outcome.on_event(event)
        if isinstance(event.message, Voided):
            self._forget(event.message.period)
        elif isinstance(event.message, EndRound) and event.market is not None:
            self._fresh[event.market].append(event.message.period)

    def fresh(self, market: int) -> list[int]:
        """The periods that have finished, are not void, and have no score yet."""
        return [period for period in self._fresh[market] if period not in self.outcome.void]

    def _forget(self, period: int) -> None:
        """A period counts no longer: its score is taken back, and what is told next is without it."""
        for market, scores in enumerate(self._scores):
            kept = [one for one in scores if one.period != period]
            if len(kept) < len(scores):
                scores[:], self._told[market] = kept, -1

    def scored(self, market: int, fresh: list[int]) -> list[PeriodScore]:
        """Their scores. Long periods of many traders take a while, so this is for a thread.

        The figures read here of a finished period do not change any more.
        """
        return [self.outcome.score(market, period) for period in fresh]

    def take(self, market: int, scores: list[PeriodScore]) -> None:
        """Keep the scores, and forget the private facts that they were reckoned from."""
        counted = [score for score in scores if score.period not in self.outcome.void]
        self._scores[market] += [replace(score, surplus_by_seat={}, energy=None) for score in counted]
        had = {score.period for score in scores} | self.outcome.void
        self._fresh[market] = [one for one in self._fresh[market] if one not in had]
        for score in scores:
            self.outcome.schedules.pop((market, score.period), None)
            self.outcome.books.pop((market, score.period), None)

    def due(self, market: int, over: bool) -> Welfare | None:
        """A market's welfare, if it may be told and has changed since it was."""
        scores = self._scores[market]
        if self._few or not (over or self._early) or len(scores) == self._told[market]:
            return None
        self._told[market] = len(scores)
        return welfare(scores)
