"""How a market's numbers are written and typed: prices, money and quantities, as its people speak of them.

All is counted in whole ticks, units and Wh. Where the unit of money is a decimal part of one that people use (`0.1
c/kWh`), prices are written in that one: 305 is `30.5` c/kWh. Money of an energy market is price × Wh, and is written in
the rules' `money_unit`.
"""

from functools import lru_cache

from p2p.base.units import Money, Price, Quantity
from p2p.scenario.currency import shown_in
from p2p.scenario.public_rules import PublicRules

DIGITS_MAX = 20
"""Digits of a typed number that are read; PRICE_MAX has ten."""
TOO_MUCH: Price = 10**DIGITS_MAX
"""Stands for every number with more digits: no market has such a price."""


class NumberFormat:
    """The numbers of one market in words."""

    def __init__(self, rules: PublicRules) -> None:
        self.decimals, self.unit = shown_in(rules.currency)
        self.per_unit = 10**self.decimals
        energy = rules.energy
        self.energy = energy is not None
        self.money_unit = energy.money_unit if energy else self.unit
        self._money_per_unit = energy.money_per_unit if energy else self.per_unit
        self._money_decimals = 2 if energy else self.decimals
        self.many = rules.capabilities.many_units and rules.terms.units == "many"

    def price(self, price: Price) -> str:
        """A price, without its unit."""
        return f"{price / self.per_unit:.{self.decimals}f}" if self.decimals else str(price)

    def mean(self, price: float) -> str:
        """A mean of prices, with a decimal more than they have."""
        return f"{price / self.per_unit:.{self.decimals + 1}f}"

    def scaled(self, price: Price) -> float:
        """A price on the axis of a chart."""
        return price / self.per_unit if self.decimals else price

    def typed(self, text: str) -> Price | None:
        """The price in the typed text, None if that is no such number."""
        if not text.isascii():
            return None
        whole, _, part = text.partition(".")
        if not (whole + part).isdigit() or len(part) > self.decimals or (not self.decimals and "." in text):
            return None
        digits = whole + part.ljust(self.decimals, "0")
        return int(digits) if len(digits) <= DIGITS_MAX else TOO_MUCH

    def money(self, money: Money) -> str:
        """An amount of money, without its unit."""
        decimals = self._money_decimals
        return f"{money / self._money_per_unit:.{decimals}f}" if decimals else str(money)

    def signed(self, money: Money) -> str:
        """The same with its sign: +35, −20, 0."""
        text = self.money(abs(money))
        if not any(digit in text for digit in "123456789"):
            return text
        return f"+{text}" if money > 0 else f"−{text}"

    def gained(self, gain: Money | None) -> str:
        """`gain 35` or `LOSS 20`; with the unit where it is not that of prices."""
        if gain is None:
            return ""
        unit = f" {self.money_unit}" if self.energy else ""
        return f"gain {self.money(gain)}{unit}" if gain >= 0 else f"LOSS {self.money(-gain)}{unit}"

    def quantity(self, quantity: Quantity) -> str:
        """So much of the good: `3 units`, `1200 Wh`."""
        if self.energy:
            return f"{quantity} Wh"
        return "1 unit" if quantity == 1 else f"{quantity} units"

    def times(self, quantity: Quantity) -> str:
        """A quantity behind a price: nothing for a single unit where units are single."""
        return f" × {quantity}" if quantity != 1 or self.energy else ""


@lru_cache(maxsize=8)
def number_format(rules: PublicRules) -> NumberFormat:
    """How numbers are written under these rules: made once, asked for at every drawing."""
    return NumberFormat(rules)
