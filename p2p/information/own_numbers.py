"""Numbers of one's own, where the market's would count what others do behind one's back.

An order's number counts the orders of its market, a contract's the contracts of its period. A seat without sight of
them has numbers of its own. Its first order of the session is 1, its first contract of a period is 1. The projection
gives them out. The session takes them back to the market's: a `cancel` says the seat's. Both hear the same events.
"""

from p2p.base.units import Seat
from p2p.messages import Contract, Message, Order, OrderId, StartRound
from p2p.scenario.schema import InformationSet

NO_ORDER: OrderId = 2**53
"""A number that no order of a market ever has."""


class OwnNumbers:
    """The numbers of one market's seats, each as its information set has them."""

    def __init__(self, information: dict[Seat, InformationSet]) -> None:
        self.information = information
        self.needed = any(one != "book" for one in information.values())
        self._orders: dict[Seat, dict[OrderId, OrderId]] = {}
        self._contracts: dict[Seat, dict[int, int]] = {}

    def take_number(self, message: Message) -> None:
        """Take in an order, a contract or a period's start, in order; one that was had changes nothing."""
        if not self.needed:
            return
        match message:
            case Order(order=order, trader=seat) if seat is not None:
                self._seen(seat, order)
            case Contract(number=number, buyer=buyer, seller=seller):
                for seat, used in ((buyer, message.buy_order), (seller, message.sell_order)):
                    if seat is not None:
                        numbers = self._contracts.setdefault(seat, {})
                        numbers.setdefault(number, len(numbers) + 1)
                        if used is not None:
                            self._seen(seat, used)
            case StartRound():
                self._contracts.clear()
            case _:
                pass

    def _seen(self, seat: Seat, order: OrderId) -> None:
        numbers = self._orders.setdefault(seat, {})
        numbers.setdefault(order, len(numbers) + 1)

    def order(self, seat: Seat, order: OrderId) -> OrderId:
        """The number that a seat is told of an order of its own."""
        return order if self.information[seat] == "book" else self._orders[seat][order]

    def contract(self, seat: Seat, number: int) -> int:
        """The number that a seat is told of a contract of its own."""
        return number if self.information[seat] != "quotes" else self._contracts[seat][number]

    def of_market(self, seat: Seat, told: OrderId) -> OrderId:
        """The market's number of an order that a seat names as it was told; NO_ORDER where it has none such."""
        if self.information[seat] == "book":
            return told
        known = list(self._orders.get(seat, {}))
        return known[told - 1] if 0 < told <= len(known) else NO_ORDER
