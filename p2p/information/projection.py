"""The view of each seat and of the public: the only place that decides it.

`project(event)` gives an event's public form, what poorer information sets see instead, and its owners' forms. An
owner's form stands in the place of the public one, or alone where that seat's public sees nothing.
The information sets:

    none       one's own orders and contracts; that a call was held, not what came of it
    own_side   these, and quotes and orders of one's own side (other_side: of the other side); see poor_views.py
    quotes     the best bid and the best ask; of contracts, one's own; that a call was held, not what came of it
    ticker     these, and the contracts as they are made, or the calls and what one held now would give
    book       these, and every order that rests

The standing auction has nothing behind its quotes: there `ticker` and `book` are the same. The experimenter and the
recording see all; the public feed no more than the poorest seat. Neither side is poorer than the other. Where a seat is
shown one of them alone, the public is shown what both have in common, and that is `none`.

Numbers that would count what a seat is not shown are the seat's own (p2p/information/own_numbers.py).
"""

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.units import AGENTS, EVERYONE, Seat
from p2p.information.own_numbers import OwnNumbers
from p2p.information.poor_views import PoorViews
from p2p.messages import (
    Called,
    Contract,
    Contracts,
    Earned,
    Indicative,
    Message,
    Order,
    OrderId,
    Quote,
    RulesChanged,
    Schedule,
    StageBegan,
    Standing,
    StartRound,
    Unpaid,
)
from p2p.messages.envelope import Event
from p2p.scenario.assignment import (
    INFORMATION_RANK,
    information_by_seat,
    information_of_period,
    scenarios_of_markets,
    seats_of_markets,
    sets_in_use,
)
from p2p.scenario.overrides import POOR, SEES_CONTRACTS, InformationSet
from p2p.scenario.payment import amounts, digits, in_digits, points_of
from p2p.scenario.schema import Scenario

RICHEST_INFORMATION: InformationSet = "book"


class Projection(NamedTuple):
    """The forms of an event that are shown: to all of its market (of all markets, if `market` is None), and to its
    owners.

    `public` is the form for the information set `book`; `less` has the forms of poorer ones, where they differ.
    """

    market: int | None
    public: Message | None
    own: dict[Seat, Message]
    less: dict[InformationSet, Message | None] = {}

    def form(self, information: InformationSet) -> Message | None:
        """The form that viewers with an information set see, None if they see nothing."""
        return self.less.get(information, self.public) if self.less else self.public


_OWN_FORMS = frozenset({Order, Unpaid, Standing, Contracts, Earned})
"""Messages to one seat that are told otherwise than they are recorded."""


class Projector:
    """The views of one session. Events are projected in their order: aliases may change with the period."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        own = scenarios_of_markets(scenario, seed)
        self.identities = scenario.controls(1).identities
        self.resets = [one.institution.capabilities.resets_on_contract for one in own]
        self.seed = seed
        self.seats = seats_of_markets(scenario, seed)
        self._market_of = {seat: market for market, seats in enumerate(self.seats) for seat in seats}
        self.information = information_by_seat(scenario, seed)
        self._shown_as = [information_of_period(one, 1) for one in own]
        changes = any(self._shown_as)
        hides = any(one in POOR for one in sets_in_use(scenario).values())
        self._whole: Callable[[Event], Projection | None] = self._shown_to_the_poor if hides else self._shown
        self.project: Callable[[Event], Projection | None] = self._shown_of_period if changes else self._whole
        self.aliases = [self._drawn(market, 0) for market in range(scenario.markets)]
        self._numbers = [OwnNumbers(self._shown_now()) for _ in range(scenario.markets)]
        self._counting: list[OwnNumbers] | None = None
        self._poor = [PoorViews() for _ in range(scenario.markets)]
        self._find_the_poor()
        self._payment, self._point_units = scenario.payment, scenario.point_units

    def _shown_now(self) -> dict[Seat, InformationSet]:
        """The information set of each seat in the period that runs."""
        return {seat: self._shown_to(seat) for seat in self.information}

    def _shown_to(self, seat: Seat) -> InformationSet:
        """The information set of a seat in the period that runs."""
        named = self.information[seat]
        return self._shown_as[self._market_of[seat]].get(named, named)

    def _begin_stage(self, practice: bool) -> None:
        """Orders and contracts of practice are counted by themselves."""
        if practice and self._counting is None:
            self._counting = self._numbers
        if practice:
            self._numbers = [OwnNumbers(self._shown_now()) for _ in self.seats]
        elif self._counting is not None:
            self._numbers, self._counting = self._counting, None

    def _change(self, rules: RulesChanged, market: int | None) -> None:
        """Rules of information and identity that change with the next period, of one market or of all."""
        if rules.identities is not None:
            self.identities = rules.identities
            self.aliases = [self._drawn(market, 0) for market in range(len(self.seats))]
        if rules.information is not None:
            for number in range(len(self.seats)) if market is None else (market,):
                self._shown_as[number] = dict.fromkeys(self._shown_as[number], rules.information)
            for numbers in (*self._numbers, *(self._counting or ())):
                numbers.information = self._shown_now()
            self._find_the_poor()

    def _find_the_poor(self) -> None:
        """The seats that are shown no more than a side of their market from now on."""
        now = self._shown_now()
        for poor, seats in zip(self._poor, self.seats, strict=True):
            poor.seats = {seat: now[seat] for seat in seats if now[seat] in POOR}

    def poorest(self, market: int) -> InformationSet:
        """The information set of the public: the poorest of a market's seats, or what two sides have in common."""
        poorest = min((self.information[seat] for seat in self.seats[market]), key=INFORMATION_RANK.__getitem__)
        return "none" if poorest in POOR else poorest

    def in_use(self, market: int) -> tuple[InformationSet, ...]:
        """The information sets of a market's seats, of its public and of the experimenter."""
        used = {self.information[seat] for seat in self.seats[market]} | {self.poorest(market), RICHEST_INFORMATION}
        return tuple(sorted(used, key=INFORMATION_RANK.__getitem__))

    def _drawn(self, market: int, period: int) -> dict[Seat, int]:
        """Public names 1..n for a market's seats, in an order that says nothing of seat, role or value."""
        if self.identities == "hidden":
            return {}
        names = list(range(1, len(self.seats[market]) + 1))
        stream(self.seed, "alias", market, period).shuffle(names)
        return dict(zip(self.seats[market], names, strict=True))

    def _shown_of_period(self, event: Event) -> Projection | None:
        """The forms of an event where information changes by period."""
        shown = self._whole(event)
        if shown is None or shown.public is None:
            return shown
        if shown.market is None:
            return shown
        now = {channel: shown.form(information) for channel, information in self._shown_as[shown.market].items()}
        return shown._replace(less={**shown.less, **now})

    def _shown_to_the_poor(self, event: Event) -> Projection | None:
        """The forms of an event where seats are shown no more than a side of their market."""
        shown, message = self._shown(event), event.message
        if event.market is None:
            return shown
        poor = self._poor[event.market]
        if isinstance(message, Schedule) and isinstance(event.to, int):
            poor.roles[event.to] = message.role
        if shown is None or shown.public is None:
            return shown
        own = poor.own(message, shown.public, shown.own, self._numbers[event.market], self.resets[event.market])
        return shown._replace(own=own, less=poor.less(message, shown.less))

    def _shown(self, event: Event) -> Projection | None:
        """The forms of an event; None where nobody but the record sees it."""
        message, market = event.message, event.market
        if market is None:
            if isinstance(message, RulesChanged):
                self._change(message, None)
            elif isinstance(message, StageBegan):
                self._begin_stage(message.kind == "practice")
            return Projection(None, message, {}) if event.to == EVERYONE else None
        if isinstance(event.to, int):  # is_seat, without the call: this is asked of every event
            own = self._own(message, event.to, market) if type(message) in _OWN_FORMS else message
            return Projection(market, None, {event.to: own})
        if type(message) is Quote:  # not `match`: quotes and orders are most of what is shown to all
            return self._quote(message, market)
        if type(message) is Order:
            return self._order(message, market)
        match message:
            case Contract():
                return self._contract(message, market)
            case Called(call=call):
                return Projection(market, message, {}, {"quotes": Called(call, None, 0)})
            case RulesChanged():
                self._change(message, market)
                return Projection(market, message, {})
            case Indicative():
                return Projection(market, message, {}, {"quotes": None})
        if event.to != AGENTS:
            return None
        if isinstance(message, StartRound):
            self._numbers[market].start_period()
            if self.identities == "per_period":
                self.aliases[market] = self._drawn(market, message.period)
        return Projection(market, self._with_aliases(message, market), {})

    def _own(self, message: Message, seat: Seat, market: int) -> Message:
        """A message for one seat alone, as that seat is told it: with aliases, its own numbers, less what is hidden."""
        if isinstance(message, Unpaid):
            return replace(message, number=self._numbers[market].contract(seat, message.number))
        if isinstance(message, Earned):
            return self._paid(message)
        if isinstance(message, Order):
            number = self._numbers[market].order(seat, message.order)
            return replace(self._with_aliases(message, market), mine=True, order=number)
        return self._with_aliases(self._allowed(message, seat, market), market)

    def _paid(self, earned: Earned) -> Earned:
        """One's earnings with the amounts, which are for nobody else and in no journal."""
        payment = self._payment
        if payment is None:
            return earned
        pay, least = amounts(payment, points_of(earned.points, self._point_units), earned.owed), digits(payment)
        fee, base, bonus, amount = (in_digits(one, least) for one in (pay.fee, pay.base, pay.bonus, pay.amount))
        return replace(earned, fee=fee, base=base, bonus=bonus, amount=amount, at_floor=pay.at_floor)

    def _allowed(self, message: Message, seat: Seat, market: int) -> Message:
        """An answer, less what its information set hides: viewers without contracts are told their own."""
        poor = self._poor[market]
        if isinstance(message, Standing) and seat in poor.seats:
            return poor.standing(message, seat)
        if isinstance(message, Contracts) and self._shown_to(seat) not in SEES_CONTRACTS:
            return Contracts(tuple(one for one in message.contracts if seat in one[:2]))
        return message

    def _quote(self, quote: Quote, market: int) -> Projection:
        """A quote, marked as own for its owner."""
        side, price, seat, quantity = quote.side, quote.price, quote.trader, quote.quantity
        if seat is None:
            return Projection(market, Quote(side, price, quantity=quantity), {})
        alias = self.aliases[market].get(seat)
        public = Quote(side, price, alias, quantity=quantity)
        return Projection(market, public, {seat: Quote(side, price, alias, True, quantity)})

    def _order(self, order: Order, market: int) -> Projection:
        """Only viewers of the book see orders. Their owners see them with numbers of their own."""
        public, seat = self._with_aliases(order, market), order.trader
        own: dict[Seat, Message] = {}
        if seat is not None:
            own[seat] = replace(public, mine=True, order=self._numbers[market].order(seat, order.order))
        return Projection(market, public, own, {"quotes": None, "ticker": None})

    def _contract(self, contract: Contract, market: int) -> Projection:
        """Only owners see order numbers. Viewers without contracts see the standing auction's reset."""
        public = self._with_aliases(contract, market)
        own: dict[Seat, Message] = {}
        if contract.buyer is not None and contract.seller is not None:
            buyer = self._owned(contract.buyer, contract.buy_order, contract, market)
            seller = self._owned(contract.seller, contract.sell_order, contract, market)
            own[contract.buyer] = replace(public, mine="buyer", number=buyer[0], buy_order=buyer[1])
            own[contract.seller] = replace(public, mine="seller", number=seller[0], sell_order=seller[1])
        return Projection(market, public, own, {"quotes": Standing() if self.resets[market] else None})

    def _owned(self, seat: Seat, order: OrderId | None, contract: Contract, market: int) -> tuple[int, OrderId | None]:
        """The numbers of a contract, and of the order that it has used, as its owner is told them."""
        numbers = self._numbers[market]
        return numbers.contract(seat, contract.number), None if order is None else numbers.order(seat, order)

    def _with_aliases(self, message: Message, market: int) -> Message:
        """The message with aliases for seats, or without either where identities are hidden."""
        aliases = self.aliases[market]

        def name(seat: Seat | None) -> int | None:
            return None if seat is None else aliases.get(seat)

        match message:
            case Order(order, side, price, quantity, trader):
                shown = Order(order, side, price, quantity, name(trader))
                return shown if message.life_us is None else replace(shown, life_us=message.life_us)
            case Contract(number, price, taken, buyer, seller):
                return Contract(
                    number,
                    price,
                    taken,
                    name(buyer),
                    name(seller),
                    quantity=message.quantity,
                    seller_price=message.seller_price,
                )
            case Standing(bid, buyer, ask, seller):
                return Standing(bid, name(buyer), ask, name(seller))
            case Contracts(contracts):
                return Contracts(tuple((name(b), name(s), price) for b, s, price in contracts))
            case _:
                return message
