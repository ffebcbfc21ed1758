"""The memory of agents that learn from others: every shout since they last decided, and their own limit at that time.

A shout is what Cliff & Bruten (1997) call it: a bid or an ask that was made, taken or not. In the standing auction and
in the open book a contract is a shout that was taken. If a standing ask was taken, a buyer has shouted its price. In a
call there are no shouts; each contract at its price counts as one of either side.
"""

from collections import deque
from collections.abc import Iterator
from math import ceil, floor
from typing import ClassVar, NamedTuple, TypeAlias

from p2p.agents.base import Agent, View
from p2p.base.sides import SIDE_OF
from p2p.base.units import Money, Price, Role, Side
from p2p.messages import Contract, Message, Quote, Schedule, Taken
from p2p.schedules.holding import Holding

SHOUTS_MAX = 1_000
"""Shouts remembered by a trader that never decides in between; older ones say little of the market of now."""


class HoldingSnapshot(NamedTuple):
    """A trader's holding: its limit before charges (of the last unit if all are traded), and whether any is left.

    `dealt`: it has just been dealt, and charges may be others from here on.
    """

    role: Role
    limit: Money
    active: bool
    dealt: bool = False


Shout: TypeAlias = tuple[Side | None, Price, bool, Role, Money, bool]
"""The side of the shout (None: both sides, in a call), its price, whether it was taken, and the trader's own holding
then."""

SHOUTED: dict[Taken, Side | None] = {"ask": "bid", "bid": "ask", "call": None}
"""Which side has shouted where that was taken."""


class ShoutMemory(Agent, kw_only=True, dict=True):
    """An agent that knows its own schedule and hears all shouts; `shouts` gives those it has not yet considered.

    It hears every message of the market and decides at a few. So it stores references to the messages, which all
    listeners share, and among them a snapshot of its own holding at every change. A quote of the other side that was
    not taken breaks the silence, and is not kept: nobody learns from it.
    """

    learns: ClassVar = True

    def __post_init__(self) -> None:
        """Nothing heard."""
        self.holding: Holding | None = None
        self.own: HoldingSnapshot | None = None
        self.own_before: HoldingSnapshot | None = None
        self.side: Side | None = None
        self.charge: Money = 0
        self.silent = True
        self.news: deque[Quote | Contract | HoldingSnapshot] = deque()

    def see(self, message: Message) -> None:
        """Take in a shout, or one's own schedule and trades."""
        if type(message) is Quote:  # not `match`: every message of the market comes by here, to every trader
            if message.price is not None and self.own is not None:
                self.silent = False
                if message.side == self.side:
                    self._keep(message)
        elif type(message) is Contract:
            if self.own is not None:
                self.silent = False
                self._keep(message)
            if message.mine and self.holding is not None:
                self.holding.traded = min(self.holding.total, self.holding.traded + message.quantity)
                self._look_up(self.holding)
        elif type(message) is Schedule:
            self.holding = Holding(message.role, message.steps)
            self._look_up(self.holding, dealt=True)

    def _keep(self, news: Quote | Contract | HoldingSnapshot) -> None:
        if len(self.news) >= SHOUTS_MAX:
            oldest = self.news.popleft()
            if isinstance(oldest, HoldingSnapshot):
                self.own_before = oldest
        self.news.append(news)

    def _look_up(self, holding: Holding, dealt: bool = False) -> None:
        """What it holds from now on; without a schedule there is nothing to learn."""
        self.own = None
        if holding.steps:
            value = holding.unit_value()
            limit = holding.steps[-1].value if value is None else value
            self.side = SIDE_OF[holding.role]
            self.own = HoldingSnapshot(holding.role, limit, value is not None, dealt)
            self._keep(self.own)

    def shouts(self, charge: Money = 0) -> Iterator[Shout]:
        """The shouts that have not been considered; with the last they are. Limits are after charges."""
        own, charged = self.own_before, self.charge
        for news in self.news:
            if isinstance(news, HoldingSnapshot):
                own = news
                charged = charge if news.dealt else charged
                continue
            assert own is not None, "what is heard before the schedule is not kept"
            role, limit, active, _ = own
            if charged:
                limit += -charged if role == "buyer" else charged
            if isinstance(news, Quote):
                assert news.price is not None, "a quote that was withdrawn is not kept"
                yield news.side, news.price, False, role, limit, active
            else:
                yield SHOUTED[news.taken], news.price, True, role, limit, active
        self.news.clear()
        self.own_before, self.silent, self.charge = own, True, charge

    def repeat_standing_quote(self, view: View) -> None:
        """Where a standing quote of one's own side has not been answered since the last look, it is heard again.

        The papers' traders shout without end, and a quote that is not taken is shouted anew. Where a quote stands
        instead, the market would be silent while all wait, and nobody would learn that nobody takes it.
        """
        if self.silent and not view.collects and view.role is not None and self.own is not None:
            side, price = SIDE_OF[view.role], view.bid if view.role == "buyer" else view.ask
            if price is not None and side == self.side:
                self._keep(Quote(side, price))

    def record_unmet_price(self, view: View, price: float) -> None:
        """Where its side only takes: that nothing stands which it would take, at the price it would have shouted.

        The papers have no such side. Its price counts as shouted and not taken, like a quote that it may not make.
        Otherwise only those who quote would learn from silence, and would give way to the others until hardly any
        trade. Between two whole prices the one nearer to the other side counts: a rule that moves by less would never
        get on.
        """
        if view.role is None or self.own is None or self.side != SIDE_OF[view.role]:
            return
        if view.role == "buyer":
            said, met = ceil(price), view.ask is not None and view.ask <= price
        else:
            said, met = floor(price), view.bid is not None and view.bid >= price
        if not met:
            self._keep(Quote(SIDE_OF[view.role], said))
