"""A disguise of known values: one constant added to values, costs and prices alike, so that no book holds the answer.

The market is the same: who gains from trading with whom, and how much. Only what is counted from zero differs (Smith's
alpha, which is relative to P0). The disguised scenario is what is played and recorded.
"""

import msgspec

from p2p.base.rng import stream
from p2p.base.units import PRICE_MAX, Price
from p2p.scenario.errors import ScenarioError
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.terms import Terms


def disguised(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with a multiple of the tick added, drawn by seed, up to the width of the price range.

    Raises ScenarioError where there are no induced values, or no room above the prices.
    """
    rules, values = scenario.institution, scenario.environment
    if not isinstance(values, InducedValues):
        raise ScenarioError("only induced values can be disguised; this scenario's environment has none")
    widest = min(rules.price_max - rules.price_min, PRICE_MAX - rules.price_max, PRICE_MAX - _highest(values))
    if widest < rules.tick:
        raise ScenarioError(f"there is no room for a disguise: prices may be {PRICE_MAX} at the most")
    constant = rules.tick * stream(seed, "disguise").randint(1, widest // rules.tick)
    moved = msgspec.structs.replace(
        rules,
        price_min=rules.price_min + constant,
        price_max=rules.price_max + constant,
        terms=_terms(rules.terms, constant),
    )
    return msgspec.structs.replace(scenario, institution=moved, environment=_values(values, constant))


def _highest(values: InducedValues) -> Price:
    given = max(max(units) for units in (*values.buyers, *values.sellers))
    return given if values.redraw is None else max(given, values.redraw.high)


def _terms(terms: Terms, constant: Price) -> Terms:
    controls = {"price_ceiling": terms.price_ceiling, "price_floor": terms.price_floor}
    return msgspec.structs.replace(terms, **{k: v + constant for k, v in controls.items() if v is not None})


def _values(values: InducedValues, constant: Price) -> InducedValues:
    def more(traders: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(value + constant for value in units) for units in traders)

    redraw = values.redraw
    if redraw is not None:
        redraw = msgspec.structs.replace(redraw, low=redraw.low + constant, high=redraw.high + constant)
    return msgspec.structs.replace(values, buyers=more(values.buyers), sellers=more(values.sellers), redraw=redraw)
