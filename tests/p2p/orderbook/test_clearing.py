"""The clearing of a call, and the bound that is the same pairing."""

from hypothesis import given
from hypothesis import strategies as st

from p2p.orderbook.book import Book, Order
from p2p.orderbook.pairwise_clearing import clear, greedy_surplus, quoted_surplus

quotes = st.lists(st.tuples(st.booleans(), st.integers(1, 20), st.integers(1, 6)), max_size=40)


def called(said: list[tuple[bool, int, int]]) -> Book:
    book = Book()
    book.rest_all([Order(i, is_buy, price, quantity) for i, (is_buy, price, quantity) in enumerate(said)])
    return book


def units(said: list[tuple[bool, int, int]], is_buy: bool) -> list[int]:
    """Every unit's price, best first."""
    return sorted((p for side, p, q in said if side is is_buy for _ in range(q)), reverse=is_buy)


@given(quotes)
def test_clearing_takes_the_most_surplus_there_is(said: list[tuple[bool, int, int]]) -> None:
    most = sum(max(0, bid - ask) for bid, ask in zip(units(said, True), units(said, False), strict=False))
    assert quoted_surplus(clear(called(said))) == most


@given(quotes)
def test_nothing_that_crosses_is_left_and_nothing_is_lost(said: list[tuple[bool, int, int]]) -> None:
    book = called(said)
    traded = sum(quantity for _, _, quantity in clear(book))
    bid, ask = book.bids.best(), book.asks.best()
    assert bid is None or ask is None or bid.price < ask.price
    for side, is_buy in ((book.bids, True), (book.asks, False)):
        assert sum(o.quantity for o in side) + traded == sum(q for s, _, q in said if s is is_buy)


@given(quotes, st.integers(0, 15))
def test_the_feeder_carries_no_more_than_it_can(said: list[tuple[bool, int, int]], capacity: int) -> None:
    free = sum(q for _, _, q in clear(called(said)))
    assert sum(q for _, _, q in clear(called(said), capacity)) == min(free, capacity)


@given(quotes, st.none() | st.integers(0, 15))
def test_the_bound_of_the_same_quotes_is_what_clearing_reaches(
    said: list[tuple[bool, int, int]], capacity: int | None
) -> None:
    book = called(said)
    bids, asks = ([(o.price, o.quantity) for o in side] for side in (book.bids, book.asks))
    assert greedy_surplus(bids, asks, capacity) == quoted_surplus(clear(book, capacity))


def test_among_equal_prices_the_first_to_arrive_trades() -> None:
    book = called([(True, 10, 1), (True, 10, 1), (False, 5, 1)])
    clear(book)
    assert [order.order_id for order in book.bids] == [1]


def test_the_bound_reads_no_further_than_quotes_cross() -> None:
    read = []

    def asks():  # type: ignore[no-untyped-def]
        for price in (5, 11, 12):
            read.append(price)
            yield price, 1

    assert greedy_surplus([(10, 1), (10, 1)], asks()) == 5
    assert read == [5, 11]
