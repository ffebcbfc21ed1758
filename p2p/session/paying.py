"""A session's pay: the period that is paid, the earnings of each person, and the time at which they are told.

Nothing is drawn here: the shell draws, from randomness of its own, among `draws_from`, and hands the number in. The
session's seed has no part in it.
"""

from collections.abc import Collection, Iterator, Mapping

from p2p.base.units import Money, Seat
from p2p.messages import Agree, Earned, Reason
from p2p.scenario.payment import Owed
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Earnings, Trade
from p2p.session.market import Market
from p2p.session.roster import Roster


class Paying:
    """`period`: the one that is paid, once it is known. `told`: seats that know their earnings. `due`: they are due."""

    def __init__(self, scenario: Scenario, roster: Roster) -> None:
        self._payment, self._stages, self._roster = scenario.payment, scenario.stage, roster
        self.period: int | None = None
        self.due = False
        self.told: set[Seat] = set()
        self._declined: set[Seat] = set()
        self._eligible: tuple[int, ...] = ()

    @property
    def one_period(self) -> bool:
        """Whether one period is paid."""
        return self._payment is not None and self._payment.paid == "one period"

    @property
    def draws_from(self) -> tuple[int, ...]:
        """The periods that the server is to draw from now; empty while nothing is to be drawn, or by somebody else."""
        if not self.due or self.period is not None or self._payment is None or self._payment.draw != "server":
            return ()
        return self._eligible

    def answered(self, seat: Seat, answer: object) -> None:
        """A person agrees to take part, or declines."""
        if isinstance(answer, Agree) and not answer.yes:
            self._declined.add(seat)

    def refusal(self, period: int, last: int, void: Collection[int], over: bool) -> Reason | None:
        """Why a period cannot be the one that is paid; `last`: the last that was played, `over`: none is to come."""
        if not self.one_period:
            return "no_period_paid"
        if self.period is not None:
            return "period_drawn"
        if not over:
            return "not_now"
        if period > last:
            return "no_such_period"
        return "void_already" if period in void else None

    def trade_is_over(self, stage: int) -> bool:
        """Whether no period that counts is to come in a stage or after it."""
        return not any(isinstance(one, Trade) for one in self._stages[max(0, stage) :]) and stage >= 0

    def begins(self, stage: int) -> bool:
        """Whether earnings are told as a stage begins."""
        return self._payment is not None and isinstance(self._stages[stage], Earnings)

    def fall_due(self, last: int, void: Collection[int]) -> None:
        """Earnings are to be told from now on, of periods up to the last one that count."""
        self.due = self._payment is not None
        self._eligible = tuple(one for one in range(1, last + 1) if one not in void) if self._someone else ()

    @property
    def _someone(self) -> bool:
        """Whether a person has a seat, so that there is somebody to be paid."""
        return self.one_period and "human" in self._roster.controllers.values()

    @property
    def knows(self) -> bool:
        """Whether all is known that earnings are counted from; where no period counts, nothing has to be drawn."""
        return self.due and (not self.one_period or self.period is not None or not self._eligible)

    def earned(self, markets: Mapping[Seat, Market], failed: Collection[Seat]) -> Iterator[tuple[Seat, Earned]]:
        """The earnings of each person who has not been told theirs yet; of those who failed the questions the base."""
        for seat, holder in sorted(self._roster.controllers.items()):
            if holder != "human" or seat in self.told:
                continue
            self.told.add(seat)
            owed: Owed = "fee" if seat in self._declined else "base" if seat in failed else "all"
            points = self._points(seat, markets[seat]) if owed == "all" else 0
            yield seat, Earned(points, self.period, owed)

    def _points(self, seat: Seat, market: Market) -> Money:
        if not self.one_period:
            return market.paid_gain(seat)
        return 0 if self.period is None else market.paid_gain(seat, self.period)

    def pay_state(self) -> list[object]:
        """All that it remembers, for digests."""
        return [self.period, self.due, sorted(self.told), sorted(self._declined), self._eligible]
