"""Sessions of people as a baseline, where all that could make a difference is the same; else the differences."""

from collections.abc import Iterator
from dataclasses import dataclass

from p2p.scenario.schema import InducedValues, Scenario
from recordings.scoring.score import Score


@dataclass(frozen=True)
class PeopleBeside:
    """Another recording beside one; `differs`: the differences in words, none where it may be compared."""

    score: Score
    differs: tuple[str, ...]


def beside(mine: Score, others: list[Score]) -> list[PeopleBeside]:
    """Each of other recordings with its differences from one; a recording is no baseline of itself."""
    return [PeopleBeside(one, tuple(differences(mine, one))) for one in others if one.name != mine.name]


def differences(mine: Score, other: Score) -> Iterator[str]:
    """The differences of another session, each as `information: theirs ticker, here book`."""
    for what, own, theirs in _compared(mine, other):
        if own != theirs:
            yield f"{what}: theirs {theirs}, here {own}"
    if not same_structure(mine.scenario, other.scenario):
        yield "supply and demand: no shift of one another"
    robots = sum(one.traders for one in other.holders if one.holder != "human")
    if robots:
        yield f"holders: robots or nobody held {robots} of their {sum(one.traders for one in other.holders)} seats"
    if other.provenance == "simulated":
        yield "holders: theirs was simulated"


def _compared(mine: Score, other: Score) -> Iterator[tuple[str, object, object]]:
    a, b = mine.scenario, other.scenario
    ours, theirs = a.institution.terms, b.institution.terms
    yield "institution", a.institution.name, b.institution.name
    yield "seats", f"{a.seats} in {a.markets} market(s)", f"{b.seats} in {b.markets} market(s)"
    yield "information", _information(a), _information(b)
    yield "order life", _life(a), _life(b)
    yield "improvement", ours.improvement, theirs.improvement
    yield "quotes", ours.quotes, theirs.quotes
    yield "losses", _losses(a), _losses(b)
    yield "price controls", (ours.price_floor, ours.price_ceiling), (theirs.price_floor, theirs.price_ceiling)
    yield "charges", a.charges, b.charges
    yield "arms of markets", _market_arms(a), _market_arms(b)
    yield "rules by period", len(a.overrides), len(b.overrides)
    yield "periods", len(mine.periods), len(other.periods)
    yield "length", f"{a.period_s:g} s", f"{b.period_s:g} s"


def _information(scenario: Scenario) -> str:
    return ", ".join(f"{arm.name}: {arm.information}" for arm in scenario.arms) or scenario.information


def _market_arms(scenario: Scenario) -> str:
    return ", ".join(arm.name for arm in scenario.arms) if scenario.has_market_arms else "none"


def _life(scenario: Scenario) -> str:
    terms = scenario.institution.terms
    return terms.order_life if terms.order_life_s is None else f"{terms.order_life_s:g} s"


def _losses(scenario: Scenario) -> str:
    said = [
        *(["forbidden to people"] if scenario.no_loss == "people" else []),
        *(["confirmed"] if scenario.loss_confirm else []),
        *([] if scenario.loss_floor is None else [f"floor {scenario.loss_floor}"]),
    ]
    return ", ".join(said) or "allowed"


def same_structure(one: Scenario, other: Scenario) -> bool:
    """Whether supply and demand are the same up to a constant that is added to all values and costs."""
    a, b = one.environment, other.environment
    if not isinstance(a, InducedValues) or not isinstance(b, InducedValues):
        return a == b
    if (a.shifts, a.rotate, a.redraw is None) != (b.shifts, b.rotate, b.redraw is None):
        return False
    return _levelled(a) == _levelled(b) and (a.redraw is None or _range(a) == _range(b))


def _levelled(table: InducedValues) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Schedules in any order of traders, less the lowest of all values and costs."""
    low = min(min(units) for units in (*table.buyers, *table.sellers))
    sides = [sorted(tuple(value - low for value in units) for units in side) for side in (table.buyers, table.sellers)]
    return sides[0], sides[1]


def _range(table: InducedValues) -> int:
    assert table.redraw is not None, "asked where both are drawn"
    return table.redraw.high - table.redraw.low
