"""How optimizers and satisficers read offers: every rule against a walk through all of them."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.agents.strategies.offer_search import all_crossing, best_crossing, best_of_first, sweep_of_first, within_band
from p2p.orderbook.book import Book, BookSide, Order
from p2p.orderbook.visible_offers import Offers, Ranked, Ticker


def side_of(is_buy: bool, *offers: tuple[float, float]) -> BookSide:
    """Offers to a buyer are asks."""
    book = Book()
    book.rest_all([Order(i, not is_buy, price, quantity) for i, (price, quantity) in enumerate(offers)])
    return book.asks if is_buy else book.bids


def test_the_single_optimizer_takes_the_best_and_has_looked_at_all() -> None:
    assert best_crossing(True, 20, 5, side_of(True, (18, 2), (19, 9), (30, 1)), 0) == (18, 2, 3)


def test_the_single_optimizer_posts_where_nothing_crosses() -> None:
    assert best_crossing(True, 17, 5, side_of(True, (18, 2), (19, 9)), 0)[0] is None


def test_the_sweeping_optimizer_names_its_own_price_and_what_it_found() -> None:
    assert all_crossing(True, 20, 5, side_of(True, (18, 2), (19, 2), (21, 9)), 0) == (20, 4, 3)
    assert all_crossing(False, 18, 3, side_of(False, (21, 2), (19, 2), (17, 9)), 0) == (18, 3, 3)


def test_a_band_passes_over_offers_too_good_to_be_near() -> None:
    offers = side_of(True, (10, 1), (15, 1), (19, 4), (19.5, 1), (25, 1))
    assert within_band(True, 20, 3, offers, 10) == (19, 3, 3)


def test_a_band_that_holds_nothing_has_looked_at_everything() -> None:
    assert within_band(True, 20, 3, side_of(True, (10, 1), (15, 1), (25, 1)), 10) == (None, 0, 3)


def test_k_search_takes_the_first_and_has_looked_at_k() -> None:
    assert best_of_first(True, 20, 5, side_of(True, (18, 2), (19, 9), (30, 1)), 2) == (18, 2, 2)
    assert best_of_first(True, 20, 5, side_of(True, (18, 2)), 5) == (18, 2, 1)


def test_k_greedy_stops_once_it_has_enough() -> None:
    offers = side_of(True, (17, 2), (18, 2), (19, 9))
    assert sweep_of_first(True, 20, 4, offers, 3) == (20, 4, 2)


def test_k_greedy_counts_offers_that_do_not_cross_if_it_wants_more() -> None:
    assert sweep_of_first(True, 18, 9, side_of(True, (17, 2), (19, 2), (20, 2), (21, 2)), 3) == (18, 2, 3)


def test_integers_stay_integers() -> None:
    price, quantity, _ = sweep_of_first(True, 200, 7, side_of(True, (170, 2), (180, 3)), 5)
    assert (price, quantity) == (200, 5)
    assert isinstance(quantity, int)


class Counted:
    """Offers that count how many were handed out."""

    def __init__(self, side: BookSide) -> None:
        self.side, self.handed = side, 0
        self.count, self.best, self.seek = side.count, side.best, side.seek

    def __iter__(self) -> Iterator[Order]:
        for order in self.side:
            self.handed += 1
            yield order


@pytest.mark.parametrize(("scan", "k"), [(sweep_of_first, 3), (best_of_first, 3), (all_crossing, 0)])
def test_no_rule_pays_for_offers_beyond_those_it_needs(scan: object, k: int) -> None:
    assert callable(scan)
    offers = Counted(side_of(True, *((10.0 + i / 1000, 1.0) for i in range(5000))))
    scan(True, 20, 3, offers, k)
    assert offers.handed <= 3


@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 5)), max_size=30),
    st.integers(0, 40),
    st.integers(0, 100),
    st.booleans(),
)
def test_a_band_finds_what_a_walk_finds_with_levels_and_with_ranks(
    is_buy: bool, offers: list[tuple[int, int]], price: int, tau: int, ranked: bool
) -> None:
    side = side_of(is_buy, *offers)
    walked = list(side)
    expected = (None, 0, len(walked))
    for seen, order in enumerate(walked, 1):
        near = abs(order.price - price) / price <= tau / 100 if price else order.price == price
        if (order.price <= price if is_buy else order.price >= price) and near:
            expected = order.price, min(3, order.quantity), seen
            break
    view: Offers = side
    if ranked:
        view = Ranked(side)
        view.rested(order.price for order in walked)
    assert within_band(is_buy, price, 3, view, tau) == expected


def test_a_ticker_shows_the_best_offer_and_no_other() -> None:
    side = side_of(True, (18, 2), (19, 9))
    ticker = Ticker(side)
    assert [order.price for order in ticker] == [18]
    assert all_crossing(True, 20, 5, ticker, 0) == (20, 2, 1)
    assert within_band(True, 20, 5, ticker, 5) == (None, 0, 1)
    assert best_crossing(True, 20, 5, Ticker(side_of(True)), 0) == (None, 0, 0)


def test_ranks_follow_what_a_call_has_traded() -> None:
    book = Book()
    book.rest_all([Order(i, False, price, 1) for i, price in enumerate((12.0, 10.0, 11.0))])
    ranked = Ranked(book.asks)
    ranked.rested(order.price for order in book.asks)
    book.drop_best(book.asks)
    ranked.traded()
    assert ranked.keys == [-12.0, -11.0]
    assert ranked.seek(lambda price: price >= 12, 12) == (1, book.orders[0])
