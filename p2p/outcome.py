"""What happened in a session, folded from its events: who held what, and which contracts were made, period by period.

The one source of scores: a recording's events and a simulation's are folded alike.
"""

from p2p.charges import NO_CHARGES, Charges
from p2p.messages import Contract, EndRound, Joined, Message, Schedule, StartRound
from p2p.metrics import PeriodScore, score_period
from p2p.units import Controller, Seat
from p2p.wire import Event


class Outcome:
    """Schedules, contracts and ends of rounds by (market, period), scored under the scenario's charges."""

    def __init__(self, charges: Charges = NO_CHARGES) -> None:
        self.charges = charges
        self.schedules: dict[tuple[int, int], dict[Seat, Schedule]] = {}
        self.contracts: dict[tuple[int, int], list[Contract]] = {}
        self.finished: set[tuple[int, int]] = set()
        self.controllers: dict[Seat, Controller] = {}
        self._period: dict[int, int] = {}

    def hear(self, message: Message) -> None:
        """Take in what a session was told: who sat where."""
        if isinstance(message, Joined):
            self.controllers[message.seat] = message.controller

    def see(self, event: Event) -> None:
        """Take in an event of the session, in order."""
        message, market = event.message, event.market
        match message:
            case Contract():
                assert market is not None
                self.contracts[market, self._period[market]].append(message)
            case Schedule(period=period):
                assert market is not None
                assert isinstance(event.to, int)
                self.schedules.setdefault((market, period), {})[event.to] = message
            case StartRound(period=period):
                assert market is not None
                self._period[market] = period
                self.contracts[market, period] = []
            case EndRound(period=period):
                assert market is not None
                self.finished.add((market, period))
            case _:
                pass

    def scores(self) -> list[PeriodScore]:
        """The score of each market and period that was finished, in their order."""
        return [
            score_period(market, period, self.schedules[market, period], self.contracts[market, period], self.charges)
            for market, period in sorted(self.finished)
        ]
