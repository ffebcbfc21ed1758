"""The demo's choices: it reaches a shift of values, and the person is dealt a unit to gain with."""

from p2p.sim.library.files import load
from pit_demo import PERIODS, demo_periods, gaining_seed, gains


def test_a_demo_of_shifting_values_plays_the_shift() -> None:
    rules = load("supply-shift")
    shift = rules.environment.shifts[-1].from_period
    assert demo_periods(rules) > shift
    assert demo_periods(load("smith-1962-test-1")) == PERIODS


def test_the_person_is_dealt_a_unit_to_gain_with_in_every_period() -> None:
    for name in ("smith-1962-test-1", "supply-shift", "call-market", "posted-offer"):
        rules = load(name)
        seeds = iter(range(1_000))
        seed = gaining_seed(rules, 0, demo_periods(rules), lambda seeds=seeds: next(seeds))
        assert gains(rules, 0, demo_periods(rules), seed), name


def test_a_deal_in_which_the_person_cannot_gain_is_drawn_again() -> None:
    rules = load("smith-1962-test-1")
    deals = [gains(rules, 0, 1, seed) for seed in range(40)]
    assert True in deals
    assert False in deals
    assert gaining_seed(rules, 0, 1, iter(range(40)).__next__) == deals.index(True)
