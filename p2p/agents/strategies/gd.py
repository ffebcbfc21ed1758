"""GD: the price with the largest expected surplus, under a belief formed from recent shouts.

Source: Gjerstad & Dickhaut (1998), Price Formation in Double Auctions, Games and Economic Behavior 22. The belief is in
beliefs.py; `memory` is the number of contracts whose shouts are remembered (the paper's L, 5). The standing quotes
bound it. A price that meets the other side's quote is taken for certain; one that does not improve on one's own side's
is not taken.

Variant: a standing quote that has not been taken counts as not taken. When it acts is the market's matter (reaction
times), not the rule's, which the paper ties to the expected surplus.

In a call nobody answers a quote, so its history is the results of calls. The price of one counts as taken on both
sides, an order of one's own that it left as not taken. A seat that is told no prices has those of its own contracts.
Others' orders are not counted, for they bind nobody before the call is held. One order is made for each call.

The paper's traders may all quote. A trader that may not quote has no chance at any price but the standing quote's. That
one is certain, so it takes it if it gains. Those who alone quote learn as in the paper, from their side's shouts that
were taken and not.
"""

from math import inf
from random import Random
from typing import Annotated, ClassVar, NamedTuple

from msgspec import Meta

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import improves, on_tick, only_takes, quote, take_best
from p2p.agents.strategies.beliefs import Belief, History, best_of, candidates, widened
from p2p.base.sides import SIDE_OF
from p2p.base.units import Price, Role, Side
from p2p.messages import Accepted, Called, Contract, Message, Order, OrderId, Quote, Schedule, StartRound


class Question(NamedTuple):
    """The search for a price, all times the sign: its range, the unit's cost, the price that is certain to be taken."""

    low: int
    high: int
    cost: int
    certain: int | None


class GD(Agent, kw_only=True, dict=True):
    """Maximises its expected surplus."""

    source: ClassVar = "Gjerstad & Dickhaut (1998), GEB 22"
    learns: ClassVar = True
    open_is_lost: ClassVar[bool] = True

    memory: Annotated[int, Meta(ge=1, le=100)] = 5

    def __post_init__(self) -> None:
        """Nothing heard."""
        self.history = History(self.memory)
        self.traded: tuple[Price, Price] | None = None
        self.before: tuple[Price, Price] | None = None
        self.formed: tuple[object, Belief] | None = None
        self.answered: tuple[Belief, Question, int | None] | None = None
        self.resting: dict[OrderId, tuple[Side, Price]] = {}
        self.left: dict[OrderId, tuple[Side, Price]] = {}
        self.called: set[Price] = set()
        self.calls = self.held = 0

    def see(self, message: Message) -> None:
        """Remember a shout; with a round, between which prices the one before traded, and how many calls it had."""
        if type(message) is Quote:  # not `match`: every message of the market comes by here, to every trader
            if message.price is not None:
                self.history.quote(message.side, message.price)
            return
        if type(message) is Accepted:
            return
        match message:
            case Contract(price=price, taken=taken):
                self.traded = widened(self.traded, price)
                if taken == "call":
                    self._traded_in_a_call(message)
                else:
                    self.history.contract(taken, price)
            case Order(mine=True, order=order):
                self.resting.pop(order, None)
                if message.quantity:
                    self.resting[order] = message.side, message.price
            case Called(call=call):
                self._untraded()
                self.left, self.called, self.held = dict(self.resting), set(), call
            case StartRound():
                self.calls, self.held = self.held, 0
                self.before, self.traded = self.traded or self.before, None
            case Schedule():
                self.scheduled(message)
            case _:
                pass

    def _traded_in_a_call(self, contract: Contract) -> None:
        """All contracts of a call at one price are one sign of what it takes; one's own order was not left."""
        if contract.price not in self.called:
            self.called.add(contract.price)
            self.history.called(contract.price)
        for order in (contract.buy_order, contract.sell_order):
            if order is not None:
                self.left.pop(order, None)

    def _untraded(self) -> bool:
        """Count the orders that the last call has left; whether there were any."""
        left = list(self.left.values())
        for side, price in left:
            self.history.forget_quote(side, price)
        self.left = {}
        return bool(left)

    def scheduled(self, schedule: Schedule) -> None:
        """It has been dealt a schedule."""

    def decide(self, view: View, rng: Random) -> Action:
        """Quote (and where the quote meets the other side's, take) at the best price there is."""
        role, value = view.role, view.unit_value
        again = bool(self.left) and self._untraded()
        if value is None or role is None or (view.collects and view.quoted and not again):
            return None
        if only_takes(view):
            return take_best(view)
        sign = 1 if role == "seller" else -1
        low, high = self._range(view, role, value)
        belief = self.belief(view, role)
        if low > high:
            return None
        other = view.bid if role == "seller" else view.ask
        certain = None if other is None or view.collects else sign * other
        price = self.choose(view, belief, Question(low, high, sign * value, certain))
        if price is None or not (view.collects or improves(view, sign * price)):
            return None
        return quote(role, sign * price)

    def choose(self, view: View, belief: Belief, asked: Question) -> int | None:
        """The price (times its sign) with the largest expected surplus, None where none is expected.

        The same question to the same belief has the answer of the last look: mostly nothing has happened since.
        """
        if self.answered is None or self.answered[0] is not belief or self.answered[1] != asked:
            self.answered = belief, asked, self._best(view, belief, asked)
        return self.answered[2]

    def _best(self, view: View, belief: Belief, asked: Question) -> int | None:
        cost, certain = asked.cost, asked.certain
        points = candidates(belief, asked.low, asked.high, view.tick)
        sure = -inf if certain is None else certain

        def worth(x: int) -> float:
            return float(x - cost) if x <= sure else (x - cost) * belief.at(x)

        worths = [x - cost if x <= sure else (x - cost) * p for x, p in zip(points, belief.along(points), strict=True)]
        best, most = best_of(worth, points, worths, view.tick)
        return best if most > 0 else None

    def _range(self, view: View, role: Role, value: int) -> tuple[int, int]:
        """The prices (times their sign) that gain, improve and are not worse than what stands on the other side."""
        bid, ask = (None, None) if view.collects else (view.bid, view.ask)
        if role == "seller":
            low = on_tick(view, max(value, view.price_min))
            if bid is not None and bid > low:
                low = bid
            top = view.price_max if ask is None else ask - view.tick
            return (low, top) if low >= value else (1, 0)
        high = on_tick(view, min(value, view.price_max))
        if ask is not None and ask < high:
            high = ask
        bottom = view.price_min if bid is None else bid + view.tick
        return (-high, -bottom) if high <= value else (1, 0)

    def belief(self, view: View, role: Role) -> Belief:
        """The belief as of the last fact; formed anew when there is one."""
        key = (self.history.version, role, self.before)
        if self.formed is None or self.formed[0] != key:
            own = SIDE_OF[role]
            formed = Belief(self.history, own, view.price_min, view.price_max, self.open_is_lost)
            self.formed = (key, self.bounded(formed, view, role))
        return self.formed[1]

    def bounded(self, belief: Belief, view: View, role: Role) -> Belief:
        """The belief as it is; MGD bounds it."""
        return belief
