"""Robots in the place of people: which seats they hold, and which orders are theirs.

Orders survive a change of seat holder, so the holder at trade time need not be the one who placed the order. A person's
order may trade while a robot sits there, and a robot's after the person has come back. Pay goes by the sender of the
order; the automaton's orders count as sent by the trader who set the reservation prices. Orders have numbers, which
rise; the standing auction's quotes have none, and each side of a seat has one at the most.

When the owner returns, settings made by the robot are undone.
"""

from collections.abc import Mapping

from p2p.base.sides import SIDE_OF
from p2p.base.units import Role, Seat, Side
from p2p.environments.base import Environment
from p2p.messages import Ask, Bid, Contract, HandedBack, Message, Order, OrderId, Quote, SetReservation, TakenOver
from p2p.messages.envelope import Outgoing, Refusal

_QUOTING = (Bid, Ask)
"""Messages that make quotes."""


class StandIns:
    """The stand-ins of a session, by seat, and their orders in one of its markets after another.

    Of orders only those that rest are remembered, so that there are no more of them than the books hold.
    """

    def __init__(self) -> None:
        self.seats: set[Seat] = set()
        self._speaker: tuple[Seat | None, bool] = None, False
        self._new: OrderId | None = None
        self._quotes: set[tuple[Seat, Side]] = set()
        self._orders: set[tuple[int, OrderId]] = set()
        self._reservations: set[Seat] = set()
        self._last_id: dict[int, OrderId] = {}
        self._settings: dict[Seat, list[Message]] = {}

    def change_holder(self, seat: Seat, robot: bool, environment: Environment) -> tuple[list[Message], list[Outgoing]]:
        """A robot holds a seat from now on, or its owner does; returns the news for the holder, nothing if it was so
        before.

        It also returns the environment's messages to the owner: their own settings, if the robot has changed them.
        """
        if robot == (seat in self.seats):
            return [], []
        (self.seats.add if robot else self.seats.discard)(seat)
        if robot:
            self._settings[seat] = environment.settings(seat)
            return [TakenOver()], []
        self._reservations.discard(seat)
        return [HandedBack()], self._set_again(seat, environment)

    def change_markets(self, environments: Mapping[Seat, Environment]) -> None:
        """Trade goes on in other markets, in which nobody has an order or has set anything yet."""
        self._speaker, self._new = (None, False), None
        self._quotes.clear()
        self._orders.clear()
        self._reservations.clear()
        self._last_id.clear()
        self._settings = {seat: environments[seat].settings(seat) for seat in sorted(self.seats)}

    def _set_again(self, seat: Seat, environment: Environment) -> list[Outgoing]:
        sent: list[Outgoing] = []
        now = environment.settings(seat)
        for setting in self._settings.pop(seat):
            if setting not in now:
                answer = environment.handle(setting, seat)
                assert not isinstance(answer, Refusal), "what was set once can be set again"
                sent += answer
        return sent

    def record_orders(
        self, market: int, seat: Seat, message: Message, answer: list[Outgoing], by_itself: bool = False
    ) -> None:
        """Take in a seat's message that was not refused, and the messages sent upon it.

        `by_itself`: the seat's automaton sent it, on behalf of the trader who set the reservation prices.
        """
        robot = seat in (self._reservations if by_itself else self.seats)
        if type(message) is SetReservation:  # not isinstance, nor `match` below: this is asked of every order
            (self._reservations.add if robot else self._reservations.discard)(seat)
        self._speaker, self._new = (seat, robot), None
        before = self._last_id.get(market, 0)
        for _, sent in answer:
            if type(sent) is Quote:
                if sent.trader == seat and type(message) in _QUOTING:
                    (self._quotes.add if robot else self._quotes.discard)((seat, sent.side))
            elif type(sent) is Order:
                if sent.trader == seat and sent.order > before:
                    self._number(market, sent.order)
                    if robot:
                        self._orders.add((market, sent.order))
            elif type(sent) is Contract:
                own = sent.buy_order if sent.buyer == seat else sent.sell_order
                if own is not None and own > before:
                    self._number(market, own)

    def _number(self, market: int, order: OrderId) -> None:
        """What is said has made an order of this number."""
        self._new = self._last_id[market] = order

    def forget_order(self, market: int, order: OrderId) -> None:
        """Forget an order that rests no longer."""
        self._orders.discard((market, order))

    def unpaid_seats(self, market: int, contract: Contract) -> list[Seat]:
        """On whose seats a contract was a robot's doing. In the standing auction the last who spoke has made it."""
        sides: list[tuple[Seat | None, Role, OrderId | None]] = [
            (contract.buyer, "buyer", contract.buy_order),
            (contract.seller, "seller", contract.sell_order),
        ]
        return [seat for seat, role, order in sides if seat is not None and self._by_robot(market, seat, role, order)]

    def _by_robot(self, market: int, seat: Seat, role: Role, order: OrderId | None) -> bool:
        speaker, robot = self._speaker
        if seat == speaker and order in (None, self._new):
            return robot
        return (seat, SIDE_OF[role]) in self._quotes if order is None else (market, order) in self._orders

    def state(self) -> object:
        """All that is remembered from one message to the next."""
        sets = (self.seats, self._quotes, self._orders, self._reservations, self._last_id.items())
        settings = sorted((seat, own) for seat, own in self._settings.items() if own)
        return [*(sorted(one) for one in sets), *([settings] if settings else [])]
