"""The value of energy to one household in one interval: its residual, and the grid's prices for it.

The residual is what a household draws from its connection (below 0: gives to it). The first Wh it is short cost its own
tariff; beyond the connection's limit they go unserved. A surplus first serves its flexible load, then is fed in, beyond
the limit curtailed. Worth falls from step to step, so a schedule read along it is best first.
"""

import msgspec

from p2p.base.exact_sum import total
from p2p.base.units import Money, Price, Quantity
from p2p.messages import Step

Piece = tuple[Price, Quantity]
"""So much energy at such a worth per kWh."""


class Connection(msgspec.Struct, frozen=True):
    """A household's tariffs and limits: per kWh, and in Wh of an interval (None: no limit)."""

    buy: Price
    feed_in: Price
    flexible: Quantity = 0
    flexible_value: Price = 0
    limit: Quantity | None = None
    unserved: Price = 0

    def _bounds(self) -> list[tuple[Quantity | None, Price]]:
        """Down to which residual which worth holds, from the top; None: without end."""
        bounds: list[tuple[Quantity | None, Price]] = []
        if self.limit is not None:
            bounds.append((self.limit, self.unserved))
        bounds += [(0, self.buy), (-self.flexible, self.flexible_value)]
        if self.limit is None:
            return [*bounds, (None, self.feed_in)]
        return [*bounds, (-self.flexible - self.limit, self.feed_in), (None, 0)]

    def pieces(self, top: Quantity, bottom: Quantity) -> list[Piece]:
        """The worth of the energy between two residuals, from the top down."""
        pieces = []
        for bound, worth in self._bounds():
            end = bottom if bound is None else max(bound, bottom)
            if end < top:
                pieces.append((worth, top - end))
                top = end
        return pieces

    def worth(self, top: Quantity, bottom: Quantity) -> Money:
        """The worth of going from one residual down to another; up, its negative."""
        if top < bottom:
            return -self.worth(bottom, top)
        return total(worth * quantity for worth, quantity in self.pieces(top, bottom))

    def steps(self, net: Quantity) -> tuple[Step, ...]:
        """The schedule of a household with a forecast net: its deficit, or its surplus; nobody resells."""
        if net >= 0:
            return self.wanted(net, net + self.flexible)
        return self.offered(net, -net)

    def wanted(self, net: Quantity, quantity: Quantity) -> tuple[Step, ...]:
        """The value of so much bought energy at a net, best first."""
        return tuple(Step(*piece) for piece in self.pieces(net, net - quantity))

    def offered(self, net: Quantity, quantity: Quantity) -> tuple[Step, ...]:
        """The cost of so much sold energy at a net, best first."""
        return tuple(Step(*piece) for piece in reversed(self.pieces(net + quantity, net)))


class Residual(msgspec.Struct, frozen=True):
    """Where a residual goes, all in Wh."""

    grid_import: Quantity
    grid_export: Quantity
    flexible: Quantity
    unserved: Quantity
    curtailed: Quantity


def settled(connection: Connection, residual: Quantity) -> Residual:
    """A residual dealt to the grid, the flexible load, and what a limit cuts off."""
    short, over = max(residual, 0), max(-residual, 0)
    limit = max(short, over) if connection.limit is None else connection.limit
    flexible = min(over, connection.flexible)
    return Residual(
        grid_import=min(short, limit),
        grid_export=min(over - flexible, limit),
        flexible=flexible,
        unserved=max(0, short - limit),
        curtailed=max(0, over - flexible - limit),
    )
