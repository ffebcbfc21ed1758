"""Schedules for a smaller class: P0 stays where it can, and whole replicas leave first, then those without a trade."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.scenario.charges import Charges
from p2p.schedules.class_size import rows_kept
from p2p.sim.library.files import load

TEST_1 = load("smith-1962-test-1").environment
ROWS = st.lists(st.lists(st.integers(1, 300), min_size=1, max_size=3).map(tuple), min_size=1, max_size=7)


@pytest.mark.parametrize("traders", range(2, 22))
def test_the_price_of_smiths_first_test_stays_for_a_class_of_any_size(traders: int) -> None:
    kept = rows_kept(TEST_1.buyers, TEST_1.sellers, traders)
    assert (kept.price_before, kept.price_after) == (200, 200)


def test_pairs_of_extramarginal_traders_leave_first_those_farthest_from_the_price() -> None:
    kept = rows_kept(TEST_1.buyers, TEST_1.sellers, 18)
    assert [TEST_1.buyers[one] for one in range(11) if one not in kept.buyers] == [(100,), (75,)]
    assert [TEST_1.sellers[one] for one in range(11) if one not in kept.sellers] == [(300,), (325,)]


def test_whole_replicas_leave_before_any_row_of_the_market() -> None:
    kept = rows_kept(TEST_1.buyers * 3, TEST_1.sellers * 3, 44)
    assert set(Counter(TEST_1.buyers[one % 11] for one in kept.buyers).values()) == {2}
    assert set(Counter(TEST_1.sellers[one % 11] for one in kept.sellers).values()) == {2}


def test_a_tax_is_heeded_where_it_decides_who_trades() -> None:
    kept = rows_kept(((100,), (60,), (50,)), ((10,), (45,), (55,)), 4, Charges(tax_buyer=20))
    assert kept.price_after is not None


@given(ROWS, ROWS, st.data())
def test_as_many_rows_stay_as_there_are_traders_and_one_of_each_side(buyers, sellers, data) -> None:  # type: ignore[no-untyped-def]
    traders = data.draw(st.integers(2, len(buyers) + len(sellers)))
    kept = rows_kept(buyers, sellers, traders)
    assert len(kept.buyers) + len(kept.sellers) == traders
    assert kept.buyers
    assert kept.sellers
    assert list(kept.buyers) == sorted(set(kept.buyers))
    assert list(kept.sellers) == sorted(set(kept.sellers))
    assert kept == rows_kept(buyers, sellers, traders), "the same schedules lose the same rows"
    if traders == len(buyers) + len(sellers):
        assert kept.price_after == kept.price_before
