"""A disguise of known values: one constant added to values, costs and prices alike, so that no book holds the answer.

The market is the same: every pair of traders gains from a trade exactly as before. Only measures counted from zero
differ (Smith's alpha, which is relative to P0). The disguised scenario is the one played and recorded.
"""

from typing import TypeVar

import msgspec

from p2p.base.rng import stream
from p2p.base.units import PRICE_MAX, Price
from p2p.scenario.errors import ScenarioError
from p2p.scenario.overrides import Override, TermsChange
from p2p.scenario.schema import Scenario
from p2p.scenario.terms import Terms


def disguised(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with a multiple of the tick added, drawn by seed, up to the width of the price range.

    Raises ScenarioError where the environment has no values to raise, or no room above the prices is left.
    """
    rules, values = scenario.institution, scenario.environment
    dearest = values.dearest()
    if dearest is None:
        raise ScenarioError(values.undisguised)
    widest = min(rules.price_max - rules.price_min, PRICE_MAX - rules.price_max, PRICE_MAX - dearest)
    if widest < rules.tick:
        raise ScenarioError(f"there is no room for a disguise: prices may be {PRICE_MAX} at the most")
    constant = rules.tick * stream(seed, "disguise").randint(1, widest // rules.tick)
    moved = msgspec.structs.replace(
        rules,
        price_min=rules.price_min + constant,
        price_max=rules.price_max + constant,
        terms=_terms(rules.terms, constant),
    )
    overrides = tuple(_override(one, constant) for one in scenario.overrides)
    return msgspec.structs.replace(
        scenario, institution=moved, environment=values.raised(constant), overrides=overrides
    )


_Terms = TypeVar("_Terms", Terms, TermsChange)


def _terms(terms: _Terms, constant: Price) -> _Terms:
    controls = {"price_ceiling": terms.price_ceiling, "price_floor": terms.price_floor}
    return msgspec.structs.replace(terms, **{k: v + constant for k, v in controls.items() if isinstance(v, int)})


def _override(override: Override, constant: Price) -> Override:
    """Schedules and price controls of a later period, under the same disguise."""
    schedules = {
        side: tuple(tuple(value + constant for value in units) for units in traders)
        for side, traders in (("buyers", override.buyers), ("sellers", override.sellers))
        if traders is not None
    }
    terms = None if override.terms is None else _terms(override.terms, constant)
    return msgspec.structs.replace(override, terms=terms, **schedules)
