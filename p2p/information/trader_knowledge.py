"""A seat's knowledge, folded from the facts it was told: the same fold for robots, the simulator and the terminal.

PublicKnowledge is what everybody with an information set in a market knows; Knowledge is one seat's, and holds the
public part. In the simulator all the seats that are shown the same share one public part, which is folded once.
"""

from collections.abc import Iterator

from p2p.base.units import Instant, Money, Price, Quantity, Role
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.view_state import UNITS_SHOWN
from p2p.messages import (
    Accepted,
    Contract,
    Earned,
    Forecast,
    Message,
    Metered,
    Order,
    OrderId,
    Progress,
    Quote,
    Responded,
    RulesChanged,
    Schedule,
    SetBattery,
    SetReservation,
    StageBegan,
    Unpaid,
    Voided,
)
from p2p.scenario.charges import NO_CHARGES
from p2p.scenario.public_rules import controlled
from p2p.schedules.holding import Holding, listed_values


class Knowledge:
    """One seat's knowledge: the public part, its own schedule and orders, its gains. An agent's view."""

    def __init__(self, public: PublicKnowledge) -> None:
        self.public = public
        self.tick = public.rules.tick
        self.collects = public.rules.capabilities.collects
        self._take_rules()
        self._practice = False
        self.progress: Progress | None = None
        self.responded: Responded | None = None
        self.earned: Earned | None = None
        self.now: Instant = 0
        self._forget()

    def _forget(self) -> None:
        """Nothing has been traded yet, or what was does not count."""
        self.role: Role | None = None
        self.holding: Holding | None = None
        self.unit_value: Money | None = None
        self.unit_charge: Money = 0
        self.units_left: Quantity = 0
        self.prices: list[Price] = []
        self.surplus: Money = 0
        self.surplus_before: Money = 0
        self.unpaid: Money = 0
        self._period = 0
        self._surplus_of: dict[int, Money] = {}
        self._unpaid_of: dict[int, Money] = {}
        self.orders: dict[OrderId, Order] = {}
        self.forecast: Forecast | None = None
        self.metered: Metered | None = None
        self.battery = SetBattery()
        self.reservation = SetReservation()
        self._my_bid = self._my_ask = -1

    def begin_stage(self) -> bool:
        """A stage begins; of practice nothing is kept. Whether practice has just ended: an agent's memory ends, too."""
        ended = self._practice
        if ended or self.public.clock.practice:
            self._forget()
        self._practice = self.public.clock.practice
        self.responded = None
        progress, stage = self.progress, self.public.stage
        if progress is not None and progress.stage >= stage - 1:
            self.progress = Progress(stage, moved=progress.moved, left=progress.left, failed=progress.failed)
        return ended

    def _take_rules(self) -> None:
        """The rules as the public is told them now, kept at hand."""
        self.rules = self.public.rules
        self.price_min, self.price_max = controlled(self.rules)
        self.quotes = self.rules.quotes

    def on_fact(self, message: Message, at: Instant) -> None:
        """Take in a fact of one's own feed, the public part with it."""
        self.public.on_fact(message, at)
        if getattr(message, "mine", True):  # most quotes, orders and contracts are others', and say so
            self.on_own_fact(message)

    def on_own_fact(self, message: Message) -> None:
        """Take in only what a fact says of oneself; the public part has been told already."""
        if type(message) is Accepted:  # most of one's own facts, and they change nothing
            return
        match message:
            case Quote(side="bid", mine=True):
                self._my_bid = self.public.bids_seen
            case Quote(side="ask", mine=True):
                self._my_ask = self.public.asks_seen
            case Order(mine=True):
                if message.quantity > 0:
                    self.orders[message.order] = message
                else:
                    self.orders.pop(message.order, None)
            case Contract(mine=mine) if mine:
                self._trade(message)
            case RulesChanged():
                self._take_rules()
            case StageBegan():
                self.begin_stage()
            case Progress():
                self.progress = message
            case Responded():
                self.responded = message
            case Earned():
                self.earned = message
            case Schedule(role=role, steps=steps, period=period):
                self._take_rules()  # robots of a simulation share what the public is told, and hear their own alone
                self.role = role
                self.holding = Holding(role, steps)
                self._next_period(period)
                self._refresh_unit()
            case Forecast() | Metered() | SetBattery() | SetReservation():
                self._household(message)
            case Unpaid(gain=gain):
                self.unpaid += gain
                self._unpaid_of[self.public.period] = self._unpaid_of.get(self.public.period, 0) + gain
            case Voided(period=period):
                self.surplus_before -= self._surplus_of.pop(period, 0)
                self.unpaid -= self._unpaid_of.pop(period, 0)
            case _:
                pass

    def _next_period(self, period: int) -> None:
        """The gain of the period before is known for good; that of a void one is in no sum."""
        if self.surplus and self._period not in self.public.void:
            self._surplus_of[self._period] = self._surplus_of.get(self._period, 0) + self.surplus
            self.surplus_before += self.surplus
        self._period, self.prices, self.surplus = period, [], 0

    @property
    def surplus_total(self) -> Money:
        """One's gain in the session, void periods left out."""
        return self.surplus_before + (0 if self._period in self.public.void else self.surplus)

    def changes_role(self, schedule: Schedule) -> bool:
        """Whether a schedule makes a seller of a buyer, or a buyer of a seller: memories are then the other side's."""
        return self.role is not None and schedule.role != self.role and self.rules.energy is None

    def _household(self, message: Message) -> None:
        """What only prosumers are told. A forecast begins an interval, in which there may be nothing to trade."""
        match message:
            case Forecast(period=period):
                self._take_rules()
                self.forecast, self.metered = message, None
                self.role, self.holding, self.unit_value, self.units_left = None, None, None, 0
                self._next_period(period)
            case Metered(gain=gain):
                self.metered, self.surplus = message, gain
            case SetBattery():
                self.battery = message
            case SetReservation():
                self.reservation = message
            case _:
                pass

    def _trade(self, contract: Contract) -> None:
        assert self.holding is not None, "a schedule comes before the trade"
        price = contract.own_price
        self.surplus += self.holding.trade(price, contract.quantity, self.rules.charges)
        many = contract.quantity if len(self.values) > 1 else 1
        self.prices += [price] * min(many, UNITS_SHOWN - len(self.prices))
        self._refresh_unit()

    def _refresh_unit(self) -> None:
        """What is left to trade, and what the next unit is worth in trade: a buyer's value less what buying it costs
        beside its price, a seller's cost with what selling it does. A post is for all units: there it is the dearest
        unit's. Kept at hand: agents ask at every look."""
        assert self.holding is not None, "a schedule comes first"
        charges, role = self.rules.charges, self.holding.role
        self.units_left = self.holding.units_left
        self.unit_value = self.holding.unit_value()
        if self.unit_value is not None and role == "seller" and self.rules.capabilities.posts:
            self.unit_value = self.holding.steps[-1].value
        if self.unit_value is not None and charges != NO_CHARGES:
            self.unit_charge = charge = charges.per_unit(role) - (-charges.commission // self.step_left)
            self.unit_value += -charge if role == "buyer" else charge
        elif charges == NO_CHARGES:
            self.unit_charge = 0

    @property
    def time_left_share(self) -> float | None:
        """Share of the period left at `now`, which the agent's caller sets; None if no clock runs."""
        clock = self.public.clock
        left = clock.time_left_us(self.now)
        return None if left is None or not clock.round_us else min(1.0, left / clock.round_us)

    @property
    def quoted(self) -> bool:
        """Whether an order of one's own rests."""
        return bool(self.orders)

    @property
    def bid_mine(self) -> bool:
        """Whether the best bid is one's own."""
        return self._my_bid == self.public.bids_seen and self.public.bid is not None

    @property
    def ask_mine(self) -> bool:
        """Whether the best ask is one's own."""
        return self._my_ask == self.public.asks_seen and self.public.ask is not None

    @property
    def bid(self) -> Price | None:
        """The standing bid."""
        return self.public.bid

    @property
    def ask(self) -> Price | None:
        """The standing ask."""
        return self.public.ask

    @property
    def traded(self) -> Quantity:
        """Units traded in this period."""
        return self.holding.traded if self.holding else 0

    @property
    def values(self) -> list[Money]:
        """Value or cost of each unit of the period, best first, where units are few; of each step where they are Wh."""
        return listed_values(self.holding.steps) if self.holding else []

    @property
    def step_left(self) -> Quantity:
        """Quantity left at that value: an agent offers it at once."""
        return self.holding.step_left() if self.holding else 0

    def offers(self) -> Iterator[tuple[Price, Quantity]]:
        """The offers on the other side, best first, as far as they are shown: one pays for what one reads.

        Price and quantity of each order with `book`, of the best level only with less.
        """
        buys = self.role == "buyer"
        side = self.public.book.asks if buys else self.public.book.bids
        if side.count:
            for order in side:
                yield int(order.price), int(order.quantity)
        else:
            price = self.public.ask if buys else self.public.bid
            if price is not None:
                yield price, self.public.ask_quantity if buys else self.public.bid_quantity
