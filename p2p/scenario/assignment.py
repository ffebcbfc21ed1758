"""Which seats are in which market, arm and information set: drawn by seed."""

from p2p.base.rng import stream
from p2p.base.units import Seat
from p2p.scenario.overrides import InformationSet
from p2p.scenario.schema import Scenario


def seats_of_markets(scenario: Scenario, seed: int) -> list[tuple[Seat, ...]]:
    """Seats of each market, drawn by the session's seed, independent of their holders."""
    order = list(range(scenario.seats))
    stream(seed, "seats").shuffle(order)
    size = scenario.traders
    return [tuple(sorted(order[start : start + size])) for start in range(0, len(order), size)]


def arms_by_seat(scenario: Scenario, seed: int) -> dict[Seat, str]:
    """The treatment arm of each seat, drawn by seed within each market; empty where there are no arms."""
    arms: dict[Seat, str] = {}
    for market, seats in enumerate(seats_of_markets(scenario, seed)):
        drawn = [arm.name for arm in scenario.arms for _ in range(arm.seats)]
        stream(seed, "arms", market).shuffle(drawn)
        arms.update(zip(seats, drawn, strict=False))
    return arms


INFORMATION_RANK: dict[InformationSet, int] = {"quotes": 0, "ticker": 1, "book": 2}
"""The information sets in order."""


def information_of_period(scenario: Scenario, period: int) -> dict[InformationSet, InformationSet]:
    """The information set that seats have in a period, by the one that names them; empty where no period changes it."""
    if not any(override.information for override in scenario.overrides):
        return {}
    return {_poorest(scenario): scenario.controls(period).information}


def _poorest(scenario: Scenario) -> InformationSet:
    """The poorest set that the session's seats have in any period: it names them all session long."""
    sets = {scenario.controls(period).information for period in range(1, scenario.periods + 1)}
    return min(sets, key=INFORMATION_RANK.__getitem__)


def information_by_seat(scenario: Scenario, seed: int) -> dict[Seat, InformationSet]:
    """The information set of each seat: its arm's, or the session's. If it changes by period, the poorest of them."""
    of_arm = {arm.name: arm.information for arm in scenario.arms}
    arms = arms_by_seat(scenario, seed)
    session = _poorest(scenario)
    return {seat: of_arm[arms[seat]] if arms else session for seat in range(scenario.seats)}
