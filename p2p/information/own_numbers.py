"""Numbers of one's own, where the market's would count what others do behind one's back.

An order's number counts the orders of its market, a contract's the contracts of its period. A seat without sight of
them has numbers of its own. Its first order of the session is 1, its first contract of a period is 1. The projection
gives them out. The session takes them back to the market's: a `cancel` says the seat's. Both hear the same events.
"""

from collections import defaultdict

from p2p.base.units import Seat
from p2p.messages import OrderId
from p2p.scenario.overrides import SEES_CONTRACTS, InformationSet

NO_ORDER: OrderId = 2**53
"""A number that no order of a market ever has."""
OTHERS_FROM: OrderId = 2**40
"""Numbers of others' orders from here on, for seats with numbers of their own: no seat has so many orders."""


class OwnNumbers:
    """The numbers of one market's seats, each as its information set has them; the first asked for is 1."""

    def __init__(self, information: dict[Seat, InformationSet]) -> None:
        self.information = information
        self._orders: defaultdict[Seat, dict[OrderId, OrderId]] = defaultdict(dict)
        self._by_number: defaultdict[Seat, list[OrderId]] = defaultdict(list)
        self._contracts: defaultdict[Seat, dict[int, int]] = defaultdict(dict)
        self._others: defaultdict[Seat, dict[OrderId, OrderId]] = defaultdict(dict)

    def start_period(self) -> None:
        """Contracts are counted from 1 again."""
        self._contracts.clear()

    def order(self, seat: Seat, order: OrderId) -> OrderId:
        """The number that a seat is told of an order of its own, which may be a new one."""
        if self.information[seat] == "book":
            return order
        told = self._orders[seat].get(order)
        if told is None:
            self._by_number[seat].append(order)
            told = self._orders[seat][order] = len(self._by_number[seat])
        return told

    def shown(self, seat: Seat, order: OrderId) -> OrderId:
        """The number that a seat which is shown one side alone is told of another's order; none of its own has it."""
        known = self._others[seat]
        return known.setdefault(order, OTHERS_FROM + len(known))

    def contract(self, seat: Seat, number: int) -> int:
        """The number that a seat is told of a contract of its own, which may be a new one."""
        if self.information[seat] in SEES_CONTRACTS:
            return number
        numbers = self._contracts[seat]
        return numbers.setdefault(number, len(numbers) + 1)

    def of_market(self, seat: Seat, told: OrderId) -> OrderId:
        """The market's number of an order that a seat names as it was told; NO_ORDER where it has none such."""
        if self.information[seat] == "book":
            return told
        known = self._by_number[seat]
        return known[told - 1] if 0 < told <= len(known) else NO_ORDER
