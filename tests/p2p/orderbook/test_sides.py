"""The two sides of a market."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.base.sides import OPPOSITE, ROLE_OF, SIDE_OF, better, crosses, rank
from p2p.messages import Contract

prices = st.integers(-9, 9)


def test_of_two_bids_the_higher_is_better_and_of_two_asks_the_lower() -> None:
    assert better("bid", 101, than=100)
    assert better("ask", 99, than=100)
    assert not better("bid", 100, than=100)
    assert not better("ask", 100, than=100)


def test_a_bid_crosses_an_ask_at_its_price_or_below_and_an_ask_a_bid_at_its_price_or_above() -> None:
    assert crosses("bid", 100, 100)
    assert not crosses("bid", 99, 100)
    assert crosses("ask", 100, 100)
    assert not crosses("ask", 101, 100)


@given(st.sampled_from(["bid", "ask"]), prices, prices)
def test_the_better_price_has_the_lower_rank_and_crosses_the_other(side, one, other) -> None:
    assert better(side, one, other) == (rank(side, one) < rank(side, other))
    assert better(side, one, other) == (crosses(side, one, other) and one != other)


def test_a_buyer_bids_and_a_seller_asks() -> None:
    assert {role: ROLE_OF[side] for role, side in SIDE_OF.items()} == {"buyer": "buyer", "seller": "seller"}
    assert all(OPPOSITE[OPPOSITE[side]] == side != OPPOSITE[side] for side in ROLE_OF)


@pytest.mark.parametrize(("mine", "own"), [("buyer", 220), ("seller", 180), (None, 220)])
def test_a_seller_gets_the_price_less_the_congestion_rent(mine, own) -> None:
    contract = Contract(1, 220, "call", mine=mine, seller_price=180)
    assert contract.paid_to_seller == 180
    assert contract.own_price == own
    assert Contract(1, 220, "call", mine=mine).paid_to_seller == 220
