"""The price–time priority book, played against a naive twin that keeps one list and sorts it."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from p2p.orderbook.book import Book, BookSide, Fill, Order
from p2p.orderbook.price_levels import SWEEP_MIN


@dataclass
class Resting:
    order_id: int
    is_buy: bool
    price: float
    quantity: float


class NaiveBook:
    """Everything in the order of arrival; whatever is asked is found by sorting."""

    def __init__(self) -> None:
        self.orders: list[Resting] = []

    def side(self, is_buy: bool) -> list[Resting]:
        mine = [order for order in self.orders if order.is_buy == is_buy]
        return sorted(mine, key=lambda order: -order.price if is_buy else order.price)

    def submit(self, order_id: int, is_buy: bool, price: float, quantity: float) -> list[tuple[int, float, float]]:
        fills = []
        for maker in self.side(not is_buy):
            crosses = maker.price <= price if is_buy else maker.price >= price
            if not crosses or quantity <= 0:
                break
            traded = min(quantity, maker.quantity)
            fills.append((maker.order_id, traded, maker.quantity))
            quantity -= traded
            maker.quantity -= traded
        self.orders = [order for order in self.orders if order.quantity > 0]
        if quantity > 0:
            self.orders.append(Resting(order_id, is_buy, price, quantity))
        return fills

    def cancel(self, order_id: int) -> bool:
        before = len(self.orders)
        self.orders = [order for order in self.orders if order.order_id != order_id]
        return len(self.orders) < before


def shown(book: Book, is_buy: bool) -> list[tuple[int, float, float]]:
    return [(o.order_id, o.price, o.quantity) for o in (book.bids if is_buy else book.asks)]


def naively_shown(book: NaiveBook, is_buy: bool) -> list[tuple[int, float, float]]:
    return [(o.order_id, o.price, o.quantity) for o in book.side(is_buy)]


def check_inside(side: BookSide) -> None:
    """What the book keeps by hand agrees with what it could have counted."""
    assert side.count == len(list(side))
    assert side.ladder == sorted(side.levels)
    assert side.top is (side.levels[side.ladder[-1]] if side.ladder else None)
    for level in side.levels.values():
        live = [order for order in level.orders[level.first :] if order.quantity > 0]
        assert live
        assert level.orders[level.first] is live[0]
        assert level.dead == len(level.orders) - level.first - len(live)


integers = st.tuples(st.booleans(), st.integers(95, 105), st.integers(1, 9))
floats = st.tuples(st.booleans(), st.sampled_from([16.2, 16.3, 16.4]), st.floats(1e-9, 2))
cancels = st.integers(0, 60)


@given(st.lists(st.one_of(integers, cancels), max_size=80))
def test_the_book_does_what_the_naive_twin_does(said: list[tuple[bool, float, float] | int]) -> None:
    play(said)


@given(st.lists(st.one_of(floats, cancels), max_size=80))
def test_with_floats_too_to_the_last_bit(said: list[tuple[bool, float, float] | int]) -> None:
    play(said)


def play(said: list[tuple[bool, float, float] | int]) -> None:
    book, twin = Book(), NaiveBook()
    for order_id, message in enumerate(said):
        fills: list[Fill] = []
        if isinstance(message, int):
            assert (book.cancel(message) > 0) == twin.cancel(message)
        else:
            book.submit(order_id, *message, fills)
            assert [(maker.order_id, traded, had) for maker, traded, had in fills] == twin.submit(order_id, *message)
        for is_buy in (True, False):
            assert shown(book, is_buy) == naively_shown(twin, is_buy)
            check_inside(book.bids if is_buy else book.asks)
        assert set(book.orders) == {order.order_id for order in twin.orders}


@given(st.lists(integers, max_size=60), st.integers(90, 110), st.integers(90, 110))
def test_seek_finds_what_a_walk_finds_wherever_it_is_told_to_start(
    said: list[tuple[bool, float, float]], worst: int, near: int
) -> None:
    book = Book()
    for order_id, (is_buy, price, quantity) in enumerate(said):
        book.submit(order_id, is_buy, price, quantity, [])
    for side in (book.bids, book.asks):

        def test(price: float, is_buy: bool = side.is_buy) -> bool:
            return price <= worst if is_buy else price >= worst

        walked = list(side)
        found = next((i for i, order in enumerate(walked) if test(order.price)), len(walked))
        before, order = side.seek(test, near)
        assert before == found
        assert order is (walked[found] if found < len(walked) else None)


def test_the_resting_order_sets_the_price_and_time_goes_before_size() -> None:
    book, fills = Book(), list[Fill]()
    book.submit(1, False, 20, 1, fills)
    book.submit(2, False, 20, 9, fills)
    book.submit(3, False, 19, 1, fills)
    rest = book.submit(4, True, 25, 3, fills)
    assert [(maker.order_id, maker.price, traded) for maker, traded, _ in fills] == [(3, 19, 1), (1, 20, 1), (2, 20, 1)]
    assert rest is None
    assert shown(book, False) == [(2, 20, 8)]


def test_what_is_left_of_an_order_rests_at_its_own_price() -> None:
    book, fills = Book(), list[Fill]()
    book.submit(1, True, 20, 2, fills)
    rest = book.submit(2, False, 18, 5, fills)
    assert rest is not None
    assert (rest.price, rest.quantity) == (18, 3)


def test_cancelling_says_what_was_left_and_the_second_time_nothing() -> None:
    book = Book()
    book.submit(1, True, 20, 7, [])
    book.submit(2, False, 20, 3, [])
    assert book.cancel(1) == 4
    assert book.cancel(1) == 0
    assert book.bids.best() is None


def test_a_level_does_not_grow_with_orders_that_have_left_it() -> None:
    book = Book()
    book.submit(0, True, 20, 1, [])
    for order_id in range(1, 10 * SWEEP_MIN):
        book.submit(order_id, True, 20, 1, [])
        book.cancel(order_id)
    (level,) = book.bids.levels.values()
    assert len(level.orders) <= 2 * SWEEP_MIN
    assert shown(book, True) == [(0, 20, 1)]


def test_nor_where_it_is_always_the_first_that_leaves() -> None:
    book = Book()
    book.submit(0, True, 20, 1, [])
    for order_id in range(1, 10 * SWEEP_MIN):
        book.submit(order_id, True, 20, 1, [])
        book.cancel(order_id - 1)
    (level,) = book.bids.levels.values()
    assert len(level.orders) <= 2 * SWEEP_MIN + 1


def test_a_queue_does_not_grow_with_orders_that_were_filled() -> None:
    book = Book()
    book.submit(0, False, 20, 1, [])
    for order_id in range(1, 10 * SWEEP_MIN):
        book.submit(2 * order_id, False, 20, 1, [])
        book.submit(2 * order_id + 1, True, 20, 1, [])
    (level,) = book.asks.levels.values()
    assert len(level.orders) <= 2 * SWEEP_MIN + 1


def test_orders_of_a_call_rest_even_where_they_cross() -> None:
    book = Book()
    book.rest_all([Order(1, True, 20, 1), Order(2, False, 10, 1), Order(3, True, 20, 2), Order(4, True, 21, 1)])
    assert [o.order_id for o in book.bids] == [4, 1, 3]
    assert [o.order_id for o in book.asks] == [2]
    check_inside(book.bids)
    check_inside(book.asks)
