"""Which seats are in which market, arm and information set: drawn by seed."""

from p2p.base.rng import stream
from p2p.base.units import Seat
from p2p.scenario.arms import shares
from p2p.scenario.overrides import InformationSet
from p2p.scenario.schema import Scenario


def seats_of_markets(scenario: Scenario, seed: int) -> list[tuple[Seat, ...]]:
    """Seats of each market, drawn by the session's seed, independent of their holders."""
    order = list(range(scenario.seats))
    stream(seed, "seats").shuffle(order)
    size = scenario.traders
    return [tuple(sorted(order[start : start + size])) for start in range(0, len(order), size)]


def block_of_market(scenario: Scenario, market: int) -> int:
    """The block of a market, from 1: arms were drawn within it. Arms of seats are drawn within each market."""
    if scenario.arms and not scenario.has_market_arms:
        return market + 1
    return 1 if scenario.block is None else market // scenario.block + 1


def arms_of_markets(scenario: Scenario, seed: int) -> list[str | None]:
    """The arm of each market, drawn by seed within each block in equal shares; None where arms are not of markets."""
    if not scenario.has_market_arms:
        return [None] * scenario.markets
    block = scenario.block or scenario.markets
    share = shares(scenario.arms, scenario.markets, block)
    assert share is not None, "the scenario's check has seen to it"
    drawn: list[str | None] = []
    for number in range(scenario.markets // block):
        names = [name for name, many in share.items() for _ in range(many)]
        stream(seed, "market arms", number).shuffle(names)
        drawn += names
    return drawn


def scenarios_of_markets(scenario: Scenario, seed: int) -> list[Scenario]:
    """The scenario that each market is played by: its arm's, or the session's own."""
    own = {arm.name: scenario.in_arm(arm.name) for arm in scenario.arms if arm.unit == "market"}
    return [scenario if name is None else own[name] for name in arms_of_markets(scenario, seed)]


def arms_by_seat(scenario: Scenario, seed: int) -> dict[Seat, str]:
    """The treatment arm of each seat, drawn by seed: within each market, or its market's; empty without arms."""
    arms: dict[Seat, str] = {}
    of_market = arms_of_markets(scenario, seed)
    for market, seats in enumerate(seats_of_markets(scenario, seed)):
        whole = of_market[market]
        if whole is not None:
            arms.update(dict.fromkeys(seats, whole))
            continue
        drawn = [arm.name for arm in scenario.arms for _ in range(arm.seats or 0)]
        stream(seed, "arms", market).shuffle(drawn)
        arms.update(zip(seats, drawn, strict=False))
    return arms


INFORMATION_RANK: dict[InformationSet, int] = {
    "none": 0,
    "own_side": 1,
    "other_side": 2,
    "quotes": 3,
    "ticker": 4,
    "book": 5,
}
"""The information sets in order. Neither of the two sides is richer than the other: their order is only a fixed one."""


def sets_in_use(scenario: Scenario) -> dict[str, InformationSet]:
    """The information sets of the session, of its arms and of its overrides, each by its key in the file."""
    own = not scenario.arms or any(arm.information is None for arm in scenario.arms)
    found: dict[str, InformationSet] = {"information": scenario.information} if own else {}
    of_arms = ((f"arms[{k}].information", arm.information) for k, arm in enumerate(scenario.arms))
    found |= {key: information for key, information in of_arms if information is not None}
    changes = ((f"overrides[{k}].information", one.information) for k, one in enumerate(scenario.overrides))
    return found | {key: information for key, information in changes if information is not None}


def information_of_period(scenario: Scenario, period: int) -> dict[InformationSet, InformationSet]:
    """The information set that a market's seats have in a period, by the one that names them.

    Empty where no period changes it. `scenario`: the market's.
    """
    if not any(override.information for override in scenario.overrides):
        return {}
    return {_poorest(scenario): scenario.controls(period).information}


def _poorest(scenario: Scenario) -> InformationSet:
    """The poorest set that a market's seats have in any period: it names them all session long."""
    sets = {scenario.controls(period).information for period in range(1, scenario.periods + 1)}
    return min(sets, key=INFORMATION_RANK.__getitem__)


def information_by_seat(scenario: Scenario, seed: int) -> dict[Seat, InformationSet]:
    """The information set of each seat: its arm's, or its market's. If it changes by period, the poorest of them."""
    dealt = zip(scenarios_of_markets(scenario, seed), seats_of_markets(scenario, seed), strict=True)
    of_market = {seat: _poorest(own) for own, seats in dealt for seat in seats}
    if scenario.has_market_arms or not scenario.arms:
        return {seat: of_market[seat] for seat in range(scenario.seats)}
    of_arm = {arm.name: arm.information or scenario.information for arm in scenario.arms}
    arms = arms_by_seat(scenario, seed)
    return {seat: of_arm[arms[seat]] for seat in range(scenario.seats)}
