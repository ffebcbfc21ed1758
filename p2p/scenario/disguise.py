"""A disguise of known values: one constant added to values, costs and prices alike, so that no book holds the answer.

The market is the same: every pair of traders gains from a trade exactly as before. Only measures counted from zero
differ (Smith's alpha, which is relative to P0). The disguised scenario is the one played and recorded.
"""

from typing import TypeVar

import msgspec

from p2p.base.rng import stream
from p2p.base.units import PRICE_MAX, Price
from p2p.scenario.arms import Arm
from p2p.scenario.errors import ScenarioError
from p2p.scenario.overrides import Override, Schedules, TermsChange
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Practice, Stage
from p2p.scenario.terms import Terms


def disguised(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with a multiple of the tick added, drawn by seed, up to the width of the price range.

    Raises ScenarioError where the environment has no values to raise, or no room above the prices is left.
    """
    rules, values = scenario.institution, scenario.environment
    dearest = values.dearest()
    if dearest is None:
        raise ScenarioError(values.undisguised)
    practised = (one for one in scenario.stage if isinstance(one, Practice))
    later: list[Override | Practice] = [*scenario.overrides, *practised]
    named = [side for one in later for side in (one.buyers, one.sellers) if side]
    dearest = max([dearest, *(value for side in named for units in side for value in units)])
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
    return msgspec.structs.replace(
        scenario,
        institution=moved,
        environment=values.raised(constant),
        arms=tuple(_arm(one, constant) for one in scenario.arms),
        overrides=tuple(_override(one, constant) for one in scenario.overrides),
        stage=tuple(_stage(one, constant) for one in scenario.stage),
        p0_published=None if scenario.p0_published is None else scenario.p0_published + constant,
    )


_Terms = TypeVar("_Terms", Terms, TermsChange)


def _terms(terms: _Terms, constant: Price) -> _Terms:
    controls = {"price_ceiling": terms.price_ceiling, "price_floor": terms.price_floor}
    return msgspec.structs.replace(terms, **{k: v + constant for k, v in controls.items() if isinstance(v, int)})


def _override(override: Override, constant: Price) -> Override:
    """Schedules and price controls of a later period, under the same disguise."""
    terms = None if override.terms is None else _terms(override.terms, constant)
    return msgspec.structs.replace(override, terms=terms, **_schedules(override, constant))


def _arm(arm: Arm, constant: Price) -> Arm:
    """Price controls of an arm of markets, under the same disguise."""
    return arm if arm.terms is None else msgspec.structs.replace(arm, terms=_terms(arm.terms, constant))


def _stage(stage: Stage, constant: Price) -> Stage:
    """Schedules of practice, under the same disguise."""
    return msgspec.structs.replace(stage, **_schedules(stage, constant)) if isinstance(stage, Practice) else stage


def _schedules(given: Override | Practice, constant: Price) -> dict[str, Schedules]:
    return {
        side: tuple(tuple(value + constant for value in units) for units in traders)
        for side, traders in (("buyers", given.buyers), ("sellers", given.sellers))
        if traders is not None
    }
