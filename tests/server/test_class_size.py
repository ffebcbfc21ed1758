"""`pit serve --seats N`: a market for a class of any size, with its competitive price where it was."""

import pytest
from msgspec.structs import replace

from p2p.scenario.errors import ScenarioError
from p2p.sim.library.files import load
from server.serve.open_session import one_period, sized


@pytest.mark.parametrize("seats", [22, 44, 66, 34, 31, 12, 2])
def test_a_market_of_any_size_keeps_its_competitive_price(seats: int) -> None:
    rules = sized(load("smith-1962-test-1"), seats)
    assert rules.traders == seats
    assert one_period(rules).price == 200


def test_whole_replicas_keep_the_quantity_for_each_trader() -> None:
    one, three = (one_period(sized(load("smith-1962-test-1"), seats)) for seats in (22, 66))
    assert three.surplus_max == 3 * one.surplus_max
    assert (three.price_low, three.price_high) == (one.price_low, one.price_high)


def test_a_size_that_is_no_replica_is_named_after_its_source() -> None:
    assert sized(load("smith-1962-test-1"), 44).source == load("smith-1962-test-1").source
    assert sized(load("smith-1962-test-1"), 34).source.startswith("After Smith (1962)")
    assert sized(load("supply-shift"), 34).source.startswith("After Smith (1962)")


def test_a_size_that_cannot_be_says_what_to_do() -> None:
    rules = load("tax-on-buyers")
    override = replace(rules.overrides[0], buyers=rules.environment.buyers)  # type: ignore[attr-defined]
    with pytest.raises(ScenarioError, match="whole replicas alone: --seats 44 and robots on 10 seats"):
        sized(replace(rules, overrides=(override,)), 34)
