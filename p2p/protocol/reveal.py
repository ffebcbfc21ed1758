"""The reveal of a teaching session, for all who watch, when it is over: supply, demand and result of each period.

It is one frame to spectators and one retained topic. It comes after the end and never before (docs/projector.md).
"""

import msgspec

from p2p.protocol.market_figures import MarketFigures

PERIODS_REVEALED = 10
"""Periods of a market in a reveal, the last ones: a lesson has fewer."""
MARKETS_REVEALED = 8
"""Markets in a reveal, the first ones: more do not fit side by side on any screen."""
STEPS_REVEALED = 100
"""Steps of supply or demand in a reveal, put together where they are more. A reveal of all periods and markets stays
below 700 kB: a server's frame may have a MiB."""
CONTRACTS_REVEALED = 120
"""Contracts of a period in a reveal, thinned where they are more."""


class Reveal(msgspec.Struct, frozen=True):
    """`reveal`, retained on a broker, after the end where the rules say `reveals`: the figures of each period.

    They stand in the order of markets and periods; `so_far` is the period's result. Void periods are left out, and a
    session that ends early tells the periods that were finished.
    """

    markets: int
    figures: tuple[MarketFigures, ...]

    def periods_of(self, market: int) -> list[int]:
        """The numbers of a market's periods."""
        return [one.period for one in self.figures if one.market == market]

    def of(self, market: int, period: int) -> MarketFigures | None:
        """A market's period."""
        return next((one for one in self.figures if (one.market, one.period) == (market, period)), None)
