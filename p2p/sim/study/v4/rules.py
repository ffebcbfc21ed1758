"""The rules of a simulated day: sound by default, and v4's, each oddity of which is an option that says what it does.

v4 reproduces a published study digit for digit. Every oddity of it stays, here and nowhere else.
"""

from __future__ import annotations

import msgspec

TICK_CPERKWH = 0.1
WH_PER_KWH = 1000


class Rules(msgspec.Struct, frozen=True):
    """How a day is played. The defaults are sound."""

    name: str = "sound"

    orders_outlive_their_interval: bool = False
    """v4: the book is carried through the day, though the energy of an order's interval is gone."""

    fresh_quotes_of_a_post_cda: int = 0
    """v4: 1. An agent that accepts nothing draws again and posts that, not the quote by which it judged the offers."""

    fresh_quotes_of_a_post_call: int = 0
    """v4: 2, of which the last is submitted."""

    whole_units: bool = True
    """Prices in whole ticks of 0.1 c/kWh and energy in whole Wh. v4: floats, so that 1e-17 kWh is an order."""

    rounds_prices_at_the_book: bool = False
    """v4's continuous market: a quote keeps its digits until submitted, and the planner's bound uses those digits."""

    zero_counts_as_half: bool = False
    """v4: a markup, discount or price sigma of exactly 0 is taken as 0.5, also where a draw was clipped to 0."""

    welfare_column: str = "quoted_w_hat"
    """The header of the ratio: it compares quoted spreads and is no efficiency, which only v4's own name hides."""

    @property
    def price_unit(self) -> float:
        """c/kWh in one unit of price."""
        return TICK_CPERKWH if self.whole_units else 1

    @property
    def quantity_per_kwh(self) -> int:
        """Units of quantity in one kWh."""
        return WH_PER_KWH if self.whole_units else 1


SOUND = Rules()

V4 = Rules(
    name="v4",
    orders_outlive_their_interval=True,
    fresh_quotes_of_a_post_cda=1,
    fresh_quotes_of_a_post_call=2,
    whole_units=False,
    rounds_prices_at_the_book=True,
    zero_counts_as_half=True,
    welfare_column="W_hat",
)

RULES = {rules.name: rules for rules in (V4, SOUND)}


class BookPrices(dict[int, float]):
    """v4: the price in c/kWh at which the book holds an order of so many ticks, each worked out once.

    A price p has round(p / TICK_CPERKWH) ticks, halves to the even one.
    """

    def __missing__(self, ticks: int) -> float:
        price = self[ticks] = round(ticks * TICK_CPERKWH, 3)
        return price
