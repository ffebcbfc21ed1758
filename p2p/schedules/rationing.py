"""Supply and demand under price controls and taxes: price, quantity, and the most surplus within them.

A ceiling below every competitive price binds, and so does a floor above. The short side trades all that it has at that
price, and the long side is rationed. Best rationing serves those who gain most; random rationing serves all who are
willing with the same chance. Surplus is value less cost, so that a tax is a part of it and a subsidy is not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from p2p.base.exact_sum import total
from p2p.base.units import Money, Price, Quantity, Role
from p2p.messages import Schedule, Step
from p2p.scenario.assignment import scenarios_of_markets, seats_of_markets
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.scenario.grid_fees import GridFees
from p2p.scenario.schema import Scenario
from p2p.schedules.equilibrium import Equilibrium, demand, equilibrium, supply


@dataclass(frozen=True)
class MarketRules:
    """All that moves supply and demand: charges, price controls, and whether no order may be for several units."""

    charges: Charges = NO_CHARGES
    floor: Price | None = None
    ceiling: Price | None = None
    one_unit: bool = False
    disguise: Price = 0
    """A constant that was added to all prices: alpha is of prices without it."""
    tick: Price = 1
    fees: GridFees | None = None
    """Grid fees between households, which buyers pay beside the price."""

    def taxes(self, schedules: Iterable[Schedule]) -> Charges:
        """The charges by unit: where contracts can only be for one unit, a commission is a tax on both sides."""
        one = self.charges
        if not one.commission or not (self.one_unit or all(_units(each.steps) <= 1 for each in schedules)):
            return one
        return Charges(0, one.tax_buyer + one.commission, one.tax_seller + one.commission)


def rules_by_market(scenario: Scenario, seed: int) -> Callable[[int, int], MarketRules]:
    """Those of a session's period and market: arms of markets have their own."""
    own, dealt = scenarios_of_markets(scenario, seed), seats_of_markets(scenario, seed)
    matrix = scenario.energy.grid_fees if scenario.energy is not None else ()
    fees = [GridFees(matrix, seats) if matrix else None for seats in dealt]
    return lambda period, market: replace(market_rules(own[market], period), fees=fees[market])


def market_rules(scenario: Scenario, period: int = 1, market: int = 0) -> MarketRules:
    """Those of a scenario in a period, the same in every market: where arms are of markets, ask `rules_by_market`."""
    assert not scenario.has_market_arms, "rules differ by market here"
    rules, can = scenario.controls(period), scenario.capabilities
    terms = rules.terms
    one_unit = not can.trades_energy and (terms.units == "one" or not can.many_units)
    disguise = scenario.environment.disguised_by()
    tick = scenario.institution.tick
    return MarketRules(rules.charges, terms.price_floor, terms.price_ceiling, one_unit, disguise, tick)


@dataclass(frozen=True)
class Controlled:
    """The competitive outcome under the rules of a market.

    `equilibrium` has the price and quantity that they leave, and the maximum surplus of the market without them.
    `attainable`: the most surplus within them; `random`: the surplus expected under random rationing, None where
    nothing binds. `rationed`: the side of which only a `share` of the willing units trades.
    """

    equilibrium: Equilibrium
    attainable: Money
    random: float | None = None
    rationed: Role | None = None
    share: float = 1.0

    @property
    def binds(self) -> bool:
        """Whether a price control binds."""
        return self.random is not None


def controlled(schedules: Iterable[Schedule], rules: MarketRules) -> Controlled:
    """Where demand and supply meet under the rules."""
    schedules = list(schedules)
    taxes = rules.taxes(schedules)
    goal, wedge = equilibrium(schedules, taxes), taxes.tax_buyer + taxes.tax_seller
    if goal.price_low is not None and goal.price_high is not None:
        if rules.ceiling is not None and rules.ceiling < goal.price_low:
            return _rationed(schedules, taxes, rules.ceiling, goal)
        if rules.floor is not None and rules.floor > goal.price_high:
            return _rationed(schedules, taxes, rules.floor, goal)
        if rules.floor is not None or rules.ceiling is not None:
            low = goal.price_low if rules.floor is None else max(goal.price_low, rules.floor)
            high = goal.price_high if rules.ceiling is None else min(goal.price_high, rules.ceiling)
            goal = replace(goal, price_low=low, price_high=high)
    traded = goal.quantity if wedge > 0 else goal.quantity_gainful
    return Controlled(goal, goal.surplus_max if not wedge else _best(schedules, traded))


def _best(schedules: list[Schedule], quantity: Quantity) -> Money:
    """The surplus of so many units, best first on both sides."""
    return _first(demand(schedules), quantity) - _first(supply(schedules), quantity)


def _rationed(schedules: list[Schedule], taxes: Charges, price: Price, goal: Equilibrium) -> Controlled:
    """The outcome at a price at which one side wants more than the other has."""
    wanted = [step for step in demand(schedules) if step.value - taxes.tax_buyer >= price]
    offered = [step for step in supply(schedules) if step.value + taxes.tax_seller <= price]
    buying, selling = _units(wanted), _units(offered)
    quantity = min(buying, selling)
    gaining_buyers = _units(step for step in wanted if step.value - taxes.tax_buyer > price)
    gaining_sellers = _units(step for step in offered if step.value + taxes.tax_seller < price)
    attainable = _first(wanted, quantity) - _first(offered, quantity)
    random = quantity * (_mean(wanted) - _mean(offered)) if quantity else 0.0
    long: Role = "buyer" if buying > selling else "seller"
    there = replace(
        goal,
        quantity=quantity,
        quantity_gainful=min(gaining_buyers, gaining_sellers),
        price_low=price,
        price_high=price,
    )
    most = max(buying, selling)
    return Controlled(there, attainable, random, long, quantity / most if most else 0.0)


def _units(steps: Iterable[Step]) -> Quantity:
    return sum(step.quantity for step in steps)


def _first(steps: list[Step], quantity: Quantity) -> Money:
    """What the first so many units are worth or cost together."""
    worth, left = 0, quantity
    for step in steps:
        worth += step.value * min(step.quantity, left)
        left -= min(step.quantity, left)
    return worth


def _mean(steps: list[Step]) -> float:
    return total(step.value * step.quantity for step in steps) / _units(steps)
