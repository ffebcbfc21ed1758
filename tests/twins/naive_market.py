"""Naive twins of the institutions: lists, loops and units one by one; slow, short, and right at a glance."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from random import Random

from p2p.messages import Ask, Bid, Buy, Cancel, InitInst, Message, Replace, Sell
from p2p.scenario.terms import CallTerms, Terms

Deal = tuple[int, int, int, int, int]
"""Buyer, seller, what the buyer pays a unit, what the seller gets, quantity."""


INFINITE = float("inf")


@dataclass
class Rest:
    number: int
    role: str
    price: int
    quantity: int
    seat: int
    ends: float = INFINITE

    def better(self) -> tuple[int, int]:
        """Sorts orders of one role by price, then time."""
        return (-self.price if self.role == "buyer" else self.price, self.number)


OTHER = {"buyer": "seller", "seller": "buyer"}


@dataclass
class Naive:
    init: InitInst
    orders: list[Rest] = field(default_factory=list)
    units: dict[str, dict[int, int]] = field(default_factory=lambda: {"buyer": {}, "seller": {}})
    open: bool = False
    last: int = 0
    now: int = 0
    period: int = 0
    contracts: int = 0
    draw: Callable[[int, int], Random] = lambda period, number: Random(0)

    @property
    def terms(self) -> Terms:
        return self.init.terms or Terms()

    def start(self, buyers: dict[int, int], sellers: dict[int, int]) -> None:
        self.open, self.units = True, {"buyer": dict(buyers), "seller": dict(sellers)}
        self.period, self.contracts = self.period + 1, 0
        for role in ("buyer", "seller"):
            for seat in {order.seat for order in self.orders}:
                self.trim(seat, role)

    def end(self) -> None:
        self.open = False
        if self.terms.order_life != "session":
            self.orders = []

    def pass_until(self, now: int) -> None:
        """Time passes, and orders whose life is over leave."""
        self.now = now
        self.orders = [order for order in self.orders if order.ends > now]

    def reminded(self) -> bool:
        """An alarm rings; whether the period is over with it."""
        return True

    def side(self, role: str, seat: int | None = None) -> list[Rest]:
        """The orders of a role (and a seat), best first."""
        return sorted((o for o in self.orders if o.role == role and seat in (None, o.seat)), key=Rest.better)

    def crossing(self, role: str, price: int) -> list[Rest]:
        """The other side's orders that an order at a price would trade with, best first."""
        return [o for o in self.side(OTHER[role]) if (o.price <= price if role == "buyer" else o.price >= price)]

    def not_allowed(self, seat: int, role: str) -> str | None:
        if not self.open:
            return "not_open"
        if seat not in self.units[role]:
            return f"not_a_{role}"
        return None if self.units[role][seat] else "no_units_left"

    def not_a_price(self, price: int) -> str | None:
        low, high = self.init.min_val + self.init.tick, self.init.max_val - self.init.tick
        if price < low or price > high:
            return "price_out_of_limits"
        if (price - low) % self.init.tick:
            return "off_tick"
        if self.terms.price_ceiling is not None and price > self.terms.price_ceiling:
            return "above_ceiling"
        return "below_floor" if self.terms.price_floor is not None and price < self.terms.price_floor else None

    def not_so_much(self, seat: int, role: str, quantity: int, instead: Rest | None = None) -> str | None:
        if self.terms.units == "one" and quantity > 1:
            return "one_unit"
        stays = [o for o in self.side(role, seat) if o is not instead]
        committed = 0 if self.terms.replace_own and instead is None else sum(o.quantity for o in stays)
        return "no_units_left" if committed + quantity > self.units[role][seat] else None

    def not_better(self, role: str, price: int) -> str | None:
        best = self.side(role)[:1]
        if not self.terms.improvement or not best:
            return None
        return None if (price > best[0].price if role == "buyer" else price < best[0].price) else "does_not_improve"

    def trim(self, seat: int, role: str) -> None:
        """Unit by unit from the worst order, until no more is open than may be traded."""
        while sum(o.quantity for o in self.side(role, seat)) > self.units[role].get(seat, 0):
            self.side(role, seat)[-1].quantity -= 1
            self.orders = [o for o in self.orders if o.quantity]

    def say(self, seat: int, message: Message) -> str | list[Deal]:
        match message:
            case Bid(price=price, quantity=quantity):
                return self.quote(seat, "buyer", price, quantity)
            case Ask(price=price, quantity=quantity):
                return self.quote(seat, "seller", price, quantity)
            case Buy(price=limit, quantity=quantity):
                return self.take(seat, "buyer", limit, quantity)
            case Sell(price=limit, quantity=quantity):
                return self.take(seat, "seller", limit, quantity)
            case Cancel(order=number) | Replace(order=number):
                if not self.open:
                    return "not_open"
                mine = [o for o in self.orders if (o.number, o.seat) == (number, seat)]
                if not mine:
                    return "unknown_order"
                if isinstance(message, Replace):
                    return self.replace(mine[0], message.price, message.quantity)
                self.orders.remove(mine[0])
                return []
        raise AssertionError(message)

    def quote(self, seat: int, role: str, price: int, quantity: int) -> str | list[Deal]:
        return (
            self.not_allowed(seat, role)
            or (None if self.terms.quotes in ("both", f"{role}s") else "may_not_quote")
            or self.not_a_price(price)
            or self.not_so_much(seat, role, quantity)
            or self.not_in_this_market(seat, role, price, quantity)
            or self.enter_new(seat, role, price, quantity)
        )

    def enter_new(self, seat: int, role: str, price: int, quantity: int) -> list[Deal]:
        if self.terms.replace_own:
            self.orders = [order for order in self.orders if (order.seat, order.role) != (seat, role)]
        return self.enter(seat, role, price, quantity, rests=True)

    def replace(self, order: Rest, price: int, quantity: int) -> str | list[Deal]:
        refusal = self.not_a_price(price) or self.not_so_much(order.seat, order.role, quantity, instead=order)
        if refusal:
            return refusal
        if price == order.price and quantity <= order.quantity:
            order.quantity, order.ends = quantity, self.end_of_life()
            return []
        refusal = self.not_in_this_market(order.seat, order.role, price, quantity)
        if refusal:
            return refusal
        self.orders.remove(order)
        return self.enter(order.seat, order.role, price, quantity, rests=True)

    def not_in_this_market(self, seat: int, role: str, price: int, quantity: int) -> str | None:
        if self.terms.self_trade == "refuse" and self.own(seat, role, price, quantity):
            return "own_order"
        return self.not_better(role, price)

    def own(self, seat: int, role: str, price: int, quantity: int) -> list[Rest]:
        raise NotImplementedError

    def enter(self, seat: int, role: str, price: int, quantity: int, rests: bool) -> list[Deal]:
        raise NotImplementedError

    def take(self, seat: int, role: str, limit: int | None, quantity: int) -> str | list[Deal]:
        raise NotImplementedError

    def rest(self, seat: int, role: str, price: int, quantity: int) -> None:
        self.last += 1
        if quantity:
            self.orders.append(Rest(self.last, role, price, quantity, seat, self.end_of_life()))

    def end_of_life(self) -> float:
        return INFINITE if self.terms.order_life_s is None else self.now + self.terms.order_life_s * 1_000_000

    def deal(self, one: Rest, other: Rest, pays: int, gets: int, quantity: int) -> Deal:
        bid, ask = (one, other) if one.role == "buyer" else (other, one)
        assert ask.price <= gets <= pays <= bid.price, "within both limits"
        self.units["buyer"][bid.seat] -= quantity
        self.units["seller"][ask.seat] -= quantity
        return bid.seat, ask.seat, pays, gets, quantity


class NaiveContinuous(Naive):
    def own(self, seat: int, role: str, price: int, quantity: int) -> list[Rest]:
        """One's own orders that would be met before the quantity is used up by others'."""
        met = []
        for order in self.crossing(role, price):
            if quantity > 0 and order.seat == seat:
                met.append(order)
            elif order.seat != seat:
                quantity -= order.quantity
        return met

    def enter(self, seat: int, role: str, price: int, quantity: int, rests: bool) -> list[Deal]:
        for order in self.own(seat, role, price, quantity):
            self.orders.remove(order)
        deals, incoming = [], Rest(0, role, price, quantity, seat)
        for order in self.crossing(role, price):
            traded = min(order.quantity, quantity)
            if traded:
                self.contracts += 1
                deals.append(self.deal(incoming, order, *self.prices(incoming, order, rests), traded))
                order.quantity, quantity = order.quantity - traded, quantity - traded
        self.orders = [o for o in self.orders if o.quantity]
        self.rest(seat, role, price, quantity if rests else 0)
        if deals:
            self.trim(seat, role)
        return deals

    def prices(self, new: Rest, old: Rest, named: bool) -> tuple[int, int]:
        """What the buyer pays and the seller gets."""
        bid, ask = (new.price, old.price) if new.role == "buyer" else (old.price, new.price)
        if not named or bid == ask or self.terms.contract_price == "earlier":
            return old.price, old.price
        if self.terms.contract_price == "matchmaker":
            return bid, ask
        drawn = self.draw(self.period, self.contracts).choice(range(ask, bid + 1, self.init.tick))
        return drawn, drawn

    def take(self, seat: int, role: str, limit: int | None, quantity: int) -> str | list[Deal]:
        refusal = self.not_allowed(seat, role)
        if refusal is None and self.terms.units == "one" and quantity > 1:
            refusal = "one_unit"
        if refusal is None and quantity > self.units[role][seat]:
            refusal = "no_units_left"
        if refusal:
            return refusal
        if not self.side(OTHER[role]):
            return "no_standing_ask" if role == "buyer" else "no_standing_bid"
        price = limit if limit is not None else 10**9 if role == "buyer" else -(10**9)
        if not self.crossing(role, price):
            return "moved"
        if self.terms.self_trade == "refuse" and self.own(seat, role, price, quantity):
            return "own_order"
        return self.enter(seat, role, price, quantity, rests=False)


class NaiveCall(Naive):
    @property
    def call_terms(self) -> CallTerms:
        return self.init.call or CallTerms()

    def own(self, seat: int, role: str, price: int, quantity: int) -> list[Rest]:
        return [o for o in self.crossing(role, price) if o.seat == seat]

    def enter(self, seat: int, role: str, price: int, quantity: int, rests: bool) -> list[Deal]:
        for order in self.own(seat, role, price, quantity):
            self.orders.remove(order)
        self.rest(seat, role, price, quantity)
        return []

    def take(self, seat: int, role: str, limit: int | None, quantity: int) -> str | list[Deal]:
        return "no_taking_in_a_call" if self.open else "not_open"

    def cap(self) -> int | None:
        """Wh that the feeder carries in a call's part of the interval."""
        terms = self.call_terms
        if terms.feeder_cap_kw is None:
            return None
        return floor(Fraction(str(terms.feeder_cap_kw)) * 1000 * Fraction(str(terms.interval_min)) / 60 / terms.calls)

    def call(self) -> list[Deal]:
        """Hold a call: all orders as single units, the n best of either side trade."""
        terms = self.call_terms
        bids, asks = ([o for o in self.side(role) for _ in range(o.quantity)] for role in ("buyer", "seller"))
        wanted = sum(1 for bid, ask in zip(bids, asks, strict=False) if bid.price >= ask.price)
        cap = self.cap()
        bound = cap is not None and wanted > cap
        n = min(wanted, wanted if cap is None else cap)
        if n == 0:
            return []
        if terms.pricing == "ask":
            pairs = [(bid, ask, ask.price, ask.price) for bid, ask in zip(bids[:n], asks[:n], strict=True)]
        else:
            pays, gets = (
                {"operator": (bids[n - 1].price, asks[n - 1].price), "buyers": (asks[n - 1].price,) * 2}.get(
                    terms.congestion_rent, (bids[n - 1].price,) * 2
                )
                if bound
                else (uniform_price(bids, asks, terms, self.init),) * 2
            )
            buying, selling = (rationed(side, n, terms.rationing) for side in (bids, asks))
            pairs = [(bid, ask, pays, gets) for bid, ask in zip(buying, selling, strict=True)]
        deals: list[Deal] = []
        ends: list[tuple[int, int]] = []
        for bid, ask, pays, gets in pairs:
            unit = self.deal(bid, ask, pays, gets, 1)
            if ends and ends[-1] == (bid.number, ask.number):
                deals[-1] = (*unit[:4], deals[-1][4] + 1)
            else:
                deals.append(unit)
                ends.append((bid.number, ask.number))
            bid.quantity -= 1
            ask.quantity -= 1
        self.orders = [o for o in self.orders if o.quantity]
        return deals


def tunnel(bids: list[Rest], asks: list[Rest], prices: range) -> tuple[int, int]:
    """The textbook's intersection: all prices at which nobody is left who would strictly want to trade.

    More is asked for than is offered at lower prices, more offered than asked for at higher ones.
    """
    clear = [
        price
        for price in prices
        if sum(bid.price > price for bid in bids) <= sum(ask.price <= price for ask in asks)
        and sum(ask.price < price for ask in asks) <= sum(bid.price >= price for bid in bids)
    ]
    return clear[0], clear[-1]


def uniform_price(bids: list[Rest], asks: list[Rest], terms: CallTerms, init: InitInst) -> int:
    low, high = tunnel(bids, asks, range(init.min_val, init.max_val + 1))
    steps = (low + Fraction(str(terms.k)) * (high - low) - init.min_val) / init.tick
    whole = {"down": floor(steps), "up": ceil(steps), "nearest": ceil(steps - Fraction(1, 2))}[terms.rounding]
    return min(max(init.min_val + whole * init.tick, low), high)


def rationed(units: list[Rest], n: int, rule: str) -> list[Rest]:
    """Which n units trade: the better ones, and of those at the marginal price the earlier, or each order its share."""
    if rule == "earlier":
        return units[:n]
    margin = units[n - 1].price
    better = [unit for unit in units if unit.better()[0] < units[n - 1].better()[0]]
    level = [unit for unit in units if unit.price == margin]
    room = n - len(better)
    orders = list({unit.number: unit for unit in level}.values())
    share = {order.number: order.quantity * room // len(level) for order in orders}
    for order in orders:
        while share[order.number] < order.quantity and sum(share.values()) < room:
            share[order.number] += 1
    return better + [order for order in orders for _ in range(share[order.number])]


@dataclass
class NaiveStanding(Naive):
    """The best of either side is all there is; after a contract nothing is."""

    def end(self) -> None:
        self.open, self.orders = False, []

    def start(self, buyers: dict[int, int], sellers: dict[int, int]) -> None:
        self.orders = []
        super().start(buyers, sellers)

    def say(self, seat: int, message: Message) -> str | list[Deal]:
        if isinstance(message, Cancel | Replace):
            return "cannot_be_withdrawn" if self.open else "not_open"
        return super().say(seat, message)

    def quote(self, seat: int, role: str, price: int, quantity: int) -> str | list[Deal]:
        refusal = (
            self.not_allowed(seat, role)
            or ("one_unit" if quantity > 1 else None)
            or (None if self.terms.quotes in ("both", f"{role}s") else "may_not_quote")
            or self.not_a_price(price)
        )
        if refusal:
            return refusal
        met = self.crossing(role, price)
        if met:
            return self.meet(Rest(0, role, price, 1, seat), met[0])
        best = self.side(role)[:1]
        better = not best or (price > best[0].price if role == "buyer" else price < best[0].price)
        if not better and self.terms.improvement is not False:
            return "does_not_improve"
        self.stand(seat, role, price)
        return []

    def stand(self, seat: int, role: str, price: int) -> None:
        self.orders = [o for o in self.orders if o.role != role]
        self.rest(seat, role, price, 1)

    def meet(self, new: Rest, old: Rest, quotes: bool = True) -> str | list[Deal]:
        if new.seat != old.seat:
            self.orders = []
            return [self.deal(new, old, old.price, old.price, 1)]
        if self.terms.self_trade == "refuse":
            return "own_order"
        self.orders.remove(old)
        if quotes:
            self.stand(new.seat, new.role, new.price)
        return []

    def take(self, seat: int, role: str, limit: int | None, quantity: int) -> str | list[Deal]:
        refusal = self.not_allowed(seat, role) or ("one_unit" if quantity > 1 else None)
        if refusal:
            return refusal
        standing = self.side(OTHER[role])
        if not standing:
            return "no_standing_ask" if role == "buyer" else "no_standing_bid"
        price = standing[0].price
        if limit is not None and (price > limit if role == "buyer" else price < limit):
            return "moved"
        return self.meet(Rest(0, role, price, 1, seat), standing[0], quotes=False)


@dataclass
class NaivePosted(NaiveContinuous):
    """Sellers post, then buyers take; what is posted is seen by nobody before."""

    posting: bool = False

    def start(self, buyers: dict[int, int], sellers: dict[int, int]) -> None:
        self.orders, self.posting = [], True
        super().start(buyers, sellers)

    def end(self) -> None:
        self.open, self.posting, self.orders = False, False, []

    def reminded(self) -> bool:
        """An alarm rings; whether the period is over with it."""
        over, self.posting = not self.posting, False
        return over

    def say(self, seat: int, message: Message) -> str | list[Deal]:
        if isinstance(message, Cancel | Replace):
            return "cannot_be_withdrawn" if self.open else "not_open"
        if isinstance(message, Buy) and self.posting:
            return self.not_allowed(seat, "buyer") or "still_posting"
        if isinstance(message, Bid):
            return self.not_allowed(seat, "buyer") or "may_not_quote"
        return super().say(seat, message)

    def quote(self, seat: int, role: str, price: int, quantity: int) -> str | list[Deal]:
        posted = [order.seat for order in self.orders]
        refusal = (
            self.not_allowed(seat, role)
            or (None if self.posting else "posting_is_over")
            or ("posted_already" if seat in posted else None)
            or self.not_a_price(price)
            or ("one_unit" if self.terms.units == "one" and quantity > 1 else None)
            or ("no_units_left" if quantity > self.units["seller"][seat] else None)
        )
        if refusal:
            return refusal
        self.rest(seat, "seller", price, self.units["seller"][seat])
        missing = [one for one, units in self.units["seller"].items() if units and one not in (*posted, seat)]
        self.posting = bool(missing)
        return []


TWINS: dict[str, type[Naive]] = {
    "standing": NaiveStanding,
    "continuous": NaiveContinuous,
    "call": NaiveCall,
    "posted-offer": NaivePosted,
}
