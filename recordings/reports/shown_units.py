"""Prices and gains in the units in which people write them: of a currency `0.1 c` a price of 305 is 30.5 c."""

from dataclasses import dataclass

from p2p.scenario.currency import shown_in
from p2p.scenario.schema import Scenario


@dataclass(frozen=True)
class ShownUnits:
    """The units of one scenario: how many of the smallest make one that people write."""

    price_unit: str
    ticks: int
    decimals: int
    money_unit: str
    money: int

    def rate(self, ticks: float | None, more: int = 1) -> str:
        """A price or a mean of prices; a mean has one decimal `more` than prices have. A dash where there is none."""
        return "–" if ticks is None else f"{ticks / self.ticks:.{self.decimals + more}f}"

    def amount(self, money: float | None, sign: bool = False) -> str:
        """A gain, as short as it can be written."""
        return "–" if money is None else f"{money / self.money:{'+' if sign else ''}.6g}"


def shown_units(scenario: Scenario) -> ShownUnits:
    """The units of a scenario."""
    decimals, unit = shown_in(scenario.currency)
    energy = scenario.energy
    money = (unit, 10**decimals) if energy is None else (energy.money_unit, energy.money_per_unit)
    return ShownUnits(unit, int(10**decimals), decimals, money[0], int(money[1]))
