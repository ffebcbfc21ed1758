"""The surplus of a published market beside its two denominators: the published seats, and the traders who ordered.

Neither of them is *the* efficiency. A seat may have had nobody, or somebody who gave no order in that round.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from p2p.base.units import Money, Role
from recordings.importing.layout import Layout
from recordings.importing.orders import PublishedOrder


@dataclass(frozen=True)
class Surplus:
    """Realised gains, the most there was by the seats, and the most by those who ordered: sums over rounds."""

    realised: Money
    of_seats: Money
    of_those_who_ordered: Money

    def __add__(self, other: "Surplus") -> "Surplus":
        return Surplus(
            self.realised + other.realised,
            self.of_seats + other.of_seats,
            self.of_those_who_ordered + other.of_those_who_ordered,
        )

    def shares(self) -> tuple[float | None, float | None]:
        """Realised gains as a share of either; None where there was nothing to gain."""
        realised, first, second = self.realised, self.of_seats, self.of_those_who_ordered
        return realised / first if first else None, realised / second if second else None


def most(values: Iterable[tuple[Role, Money]]) -> Money:
    """The most that holders of one unit each can gain."""
    held = list(values)
    buyers = sorted((value for role, value in held if role == "buyer"), reverse=True)
    sellers = sorted(value for role, value in held if role == "seller")
    return sum(max(0, value - cost) for value, cost in zip(buyers, sellers, strict=False))


def surplus_of(orders: list[PublishedOrder], layout: Layout) -> Surplus:
    """Of a market, over the rounds in which somebody ordered."""
    total = Surplus(0, 0, 0)
    for period, of_round in groupby(orders, key=lambda order: order.period):
        held: dict[str, tuple[Role, Money]] = {}
        realised = 0
        for order in of_round:
            held[order.trader] = order.role, order.value
            if order.deal:
                realised += order.value if order.role == "buyer" else -order.value
        total += Surplus(realised, most(layout.held(period)), most(held.values()))
    return total
