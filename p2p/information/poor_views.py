"""Views poorer than the best quotes: of one's own messages alone, or of one side of the market.

    none         one's own orders and contracts, and nothing of others
    own_side     these, and quotes and orders of one's own side: buyers those of buyers, sellers those of sellers
    other_side   these, and quotes and orders of the other side

The quotes and orders of the shown side are facts of each such seat's own, since roles are dealt.
All that the seats of a market have in common is then `none`, and that is its public's view. Others' orders have numbers
that count only those which the seat is shown.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from p2p.base.sides import OPPOSITE, SIDE_OF
from p2p.base.units import Role, Seat, Side
from p2p.information.own_numbers import OwnNumbers
from p2p.messages import Called, Contract, Indicative, Message, Order, Quote, Standing, StartRound
from p2p.scenario.overrides import POOR, InformationSet

HIDDEN: Mapping[InformationSet, None] = dict.fromkeys(sorted(POOR))
"""The form of everything that these sets do not show to all of their seats."""


def seen_side(information: InformationSet, role: Role | None) -> Side | None:
    """The side of the market that a seat is shown alone; None: neither of them."""
    if role is None or information not in ("own_side", "other_side"):
        return None
    return SIDE_OF[role] if information == "own_side" else OPPOSITE[SIDE_OF[role]]


class PoorViews:
    """The forms for the seats of one market that are shown no more than a side of it."""

    def __init__(self) -> None:
        self.seats: dict[Seat, InformationSet] = {}
        self.roles: dict[Seat, Role] = {}
        self._stands: set[Side] = set()

    def side_of(self, seat: Seat) -> Side | None:
        """The side that one of these seats is shown."""
        return seen_side(self.seats[seat], self.roles.get(seat))

    def standing(self, standing: Standing, seat: Seat) -> Standing:
        """The answer to one of these seats that asks for the best quotes."""
        side = self.side_of(seat)
        return Standing(
            bid=standing.bid if side == "bid" else None,
            buyer=standing.buyer if side == "bid" else None,
            ask=standing.ask if side == "ask" else None,
            seller=standing.seller if side == "ask" else None,
        )

    def less(
        self, message: Message, less: Mapping[InformationSet, Message | None]
    ) -> dict[InformationSet, Message | None]:
        """The poorer forms of a public message, with what these seats are shown of it alike."""
        if isinstance(message, Called):
            return {**less, **dict.fromkeys(HIDDEN, less["quotes"])}
        hidden = isinstance(message, Quote | Order | Contract | Indicative | Standing)
        return {**less, **HIDDEN} if hidden else dict(less)

    def own(
        self, message: Message, public: Message, own: dict[Seat, Message], numbers: OwnNumbers, resets: bool
    ) -> dict[Seat, Message]:
        """The owners' forms of a public message, with those of the seats that are shown its side."""
        match message:
            case Quote(side=side, price=price):
                (self._stands.discard if price is None else self._stands.add)(side)
                shown = {seat: public for seat in self.seats if self.side_of(seat) == side}
                return shown | {seat: form for seat, form in own.items() if seat not in self.seats or seat in shown}
            case Order(side=side, order=order):
                watching = [seat for seat in self.seats if self.side_of(seat) == side and seat not in own]
                return own | {seat: replace(public, order=numbers.shown(seat, order)) for seat in watching}
            case Contract() if resets:
                sides = {seat: self.side_of(seat) for seat in self.seats if seat not in own}
                stood, self._stands = self._stands, set()
                return own | {
                    seat: Quote(side, None, quantity=0) for seat, side in sides.items() if side and side in stood
                }
            case StartRound():
                self._stands = set()
                return own
            case _:
                return own
