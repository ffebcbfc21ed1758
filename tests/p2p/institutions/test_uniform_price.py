"""The price of a call against the textbook's intersection: random schedules, and those at the edges."""

from random import Random

import pytest

from p2p.institutions.uniform_price import Clearing, clearing, shares
from p2p.messages import InitInst
from p2p.orderbook.book import Book, Order
from p2p.scenario.terms import CallTerms
from tests.twins.naive_market import Rest, rationed, tunnel, uniform_price

TICKS = (1, 5)


def book_of(bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> Book:
    book = Book()
    orders = [(True, *one) for one in bids] + [(False, *one) for one in asks]
    book.rest_all([Order(number, *order, number) for number, order in enumerate(orders, 1)])
    return book


def cleared(
    bids: list[tuple[int, int]], asks: list[tuple[int, int]], cap: int | None = None, tick: int = 1, **terms: object
) -> Clearing:
    book = book_of(bids, asks)
    return clearing(book.bids, book.asks, CallTerms(**terms), tick, 0, cap)  # type: ignore[arg-type]


def test_a_thousand_random_schedules_clear_where_the_textbook_says() -> None:
    rng = Random(1)
    rounded_apart = 0
    for _ in range(1_000):
        tick = rng.choice(TICKS)
        terms = CallTerms(k=rng.choice([0, 0.07, 0.25, 0.5, 0.9, 1]), rounding=rng.choice(["down", "nearest", "up"]))  # type: ignore[arg-type]
        init = InitInst(min_val=0, max_val=20 * tick, tick=tick, agents=())
        made = [[(tick * rng.randint(1, 19), rng.randint(1, 4)) for _ in range(rng.randint(0, 6))] for _ in range(2)]
        book = book_of(*made)
        sides = [
            [
                Rest(o.order_id, role, int(o.price), int(o.quantity), o.trader)
                for o in side
                for _ in range(int(o.quantity))
            ]
            for side, role in ((book.bids, "buyer"), (book.asks, "seller"))
        ]
        volume = max(
            min(sum(b.price >= p for b in sides[0]), sum(a.price <= p for a in sides[1])) for p in range(20 * tick + 1)
        )
        found = clearing(book.bids, book.asks, terms, tick, 0, None)
        assert found.quantity == volume, "the most that can trade at one price"
        if volume:
            low, high = tunnel(*sides, range(20 * tick + 1))
            price = uniform_price(*sides, terms, init)
            assert found == Clearing(volume, low, high, price, price)
            rounded_apart += (high - low) * terms.k % tick != 0
            for side, kept in ((book.bids, sides[0]), (book.asks, sides[1])):
                for rule in ("earlier", "pro_rata"):
                    given = {order.order_id: many for order, many in shares(list(side), volume, rule)}
                    units = [unit.number for unit in rationed(kept, volume, rule)]
                    assert given == {number: units.count(number) for number in units}
    assert rounded_apart > 50, "rounding has been put to the test"


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        ([], [], Clearing(0)),
        ([(9, 3)], [], Clearing(0)),
        ([], [(9, 3)], Clearing(0)),
        ([(8, 1)], [(9, 1)], Clearing(0)),
        ([(9, 1)], [(9, 1)], Clearing(1, 9, 9, 9, 9)),
        ([(9, 2), (9, 2)], [(9, 3)], Clearing(3, 9, 9, 9, 9)),
        ([(9, 2)], [(4, 1)], Clearing(1, 9, 9, 9, 9)),
        ([(9, 1)], [(4, 2)], Clearing(1, 4, 4, 4, 4)),
        ([(9, 1)], [(4, 1)], Clearing(1, 4, 9, 6, 6)),
        ([(9, 1), (6, 1)], [(4, 1), (7, 1)], Clearing(1, 6, 7, 6, 6)),
        ([(9, 1), (3, 1)], [(4, 1), (12, 1)], Clearing(1, 4, 9, 6, 6)),
    ],
    ids=[
        "nobody",
        "no asks",
        "no bids",
        "apart",
        "equal",
        "all equal",
        "short",
        "long",
        "tunnel",
        "next ones",
        "far ones",
    ],
)
def test_calls_at_the_edge(bids: list[tuple[int, int]], asks: list[tuple[int, int]], expected: Clearing) -> None:
    assert cleared(bids, asks) == expected


@pytest.mark.parametrize(
    ("k", "rounding", "price"),
    [
        (0, "nearest", 4),
        (1, "nearest", 9),
        (0.5, "down", 6),
        (0.5, "nearest", 6),
        (0.5, "up", 7),
        (0.9, "nearest", 8),
        (0.2, "up", 5),
    ],
)
def test_the_price_lies_at_k_of_the_tunnel_and_is_rounded_as_stated(k: float, rounding: str, price: int) -> None:
    """The tunnel is 4 to 9; of two ticks that are as near, the lower is taken."""
    assert cleared([(9, 1)], [(4, 1)], k=k, rounding=rounding).buyers_pay == price


def test_a_price_on_the_tick_stays_there_whatever_floats_make_of_it() -> None:
    assert 0.07 * 100 > 7
    assert cleared([(100, 1)], [(0, 1)], k=0.07, rounding="up").buyers_pay == 7


def test_a_rounded_price_never_leaves_the_tunnel() -> None:
    for rounding in ("down", "nearest", "up"):
        assert cleared([(10, 1)], [(5, 1)], tick=5, k=0.3, rounding=rounding).buyers_pay in (5, 10)


@pytest.mark.parametrize(
    ("rent", "pays", "gets"), [("operator", 8, 3), ("buyers", 3, 3), ("sellers", 8, 8)], ids=lambda word: str(word)
)
def test_where_the_cap_binds_the_rent_is_whose_the_scenario_says(rent: str, pays: int, gets: int) -> None:
    bids, asks = [(9, 1), (8, 2), (7, 1)], [(2, 1), (3, 2), (4, 1)]
    assert cleared(bids, asks, 2, congestion_rent=rent) == Clearing(2, 3, 8, pays, gets)


def test_a_cap_that_does_not_bind_changes_nothing_and_one_of_nothing_stops_trade() -> None:
    bids, asks = [(9, 1), (8, 2)], [(2, 1), (3, 2)]
    assert cleared(bids, asks, 3) == cleared(bids, asks) == Clearing(3, 3, 8, 5, 5)
    assert cleared(bids, asks, 0) == Clearing(0)
