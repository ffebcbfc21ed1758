"""Robots in the place of people: which seats they hold, and which orders are theirs.

A seat's orders stay when it changes hands, so that who holds the seat at the time of a contract does not say who made
it: a person's order may trade while a robot sits there, and a robot's after the person has come back. What is paid out
goes by who said the order. Orders have numbers, which rise; the standing auction's quotes have none, and each side of a
seat has one at the most.
"""

from p2p.institutions import Sent
from p2p.messages import Ask, Bid, Contract, Message, Order, OrderId, Quote
from p2p.units import Role, Seat, Side

SIDE: dict[Role, Side] = {"buyer": "bid", "seller": "ask"}


class StandIns:
    """The stand-ins of a session, by seat, and what was said by them in one of its markets after another."""

    def __init__(self) -> None:
        self.seats: set[Seat] = set()
        self._speaker: Seat | None = None
        self._quotes: set[tuple[Seat, Side]] = set()
        self._orders: set[tuple[int, OrderId]] = set()
        self._last_id: dict[int, OrderId] = {}

    def said(self, market: int, seat: Seat, message: Message, answer: list[Sent], robot: bool) -> None:
        """Take in an order that was not refused, by a robot or not, and what the institution sends upon it."""
        self._speaker = seat
        before = self._last_id.get(market, 0)
        for _, sent in answer:
            match sent:
                case Quote(side=side, trader=trader) if isinstance(message, Bid | Ask) and trader == seat:
                    (self._quotes.add if robot else self._quotes.discard)((seat, side))
                case Order(order=order, trader=trader) if trader == seat and order > before:
                    self._mark(market, order, robot)
                case Contract(buyer=buyer, buy_order=buy_order, sell_order=sell_order):
                    own = buy_order if buyer == seat else sell_order
                    if own is not None and own > before:
                        self._mark(market, own, robot)
                case _:
                    pass

    def _mark(self, market: int, order: OrderId, robot: bool) -> None:
        self._last_id[market] = order
        if robot:
            self._orders.add((market, order))

    def made(self, market: int, contract: Contract) -> list[Seat]:
        """On whose seats a contract was a robot's doing. In the standing auction the last who spoke has made it."""
        sides: list[tuple[Seat | None, Role, OrderId | None]] = [
            (contract.buyer, "buyer", contract.buy_order),
            (contract.seller, "seller", contract.sell_order),
        ]
        return [seat for seat, role, order in sides if seat is not None and self._by_robot(market, seat, role, order)]

    def _by_robot(self, market: int, seat: Seat, role: Role, order: OrderId | None) -> bool:
        if order is not None:
            return (market, order) in self._orders
        return seat in self.seats if seat == self._speaker else (seat, SIDE[role]) in self._quotes

    def state(self) -> object:
        """All that is remembered."""
        return [sorted(self.seats), sorted(self._quotes), sorted(self._orders), sorted(self._last_id.items())]
