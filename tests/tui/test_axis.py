"""The price axis of the charts: labels that are round, evenly apart on the screen, and prices that may be said."""

from itertools import pairwise
from random import Random

import pytest

from tests.plays.tui_plays import FakeClient, small, told_to
from tui.apps.trade import TradeApp
from tui.widgets.chart import PriceChart
from tui.widgets.price_axis import Axis, axis


def rows_of(found: Axis, rows: int) -> list[int]:
    """The row of each labelled price, from the bottom."""
    return [int((price - found.low) / (found.high - found.low) * rows) for price in found.labels]


def test_labels_of_smiths_market_are_every_fifty_cents() -> None:
    assert axis(95, 305, 9, 1, 400).labels == (100, 150, 200, 250, 300)


def test_no_label_is_a_price_that_may_not_be_said() -> None:
    assert axis(0, 401, 9, 1, 400).labels == (100, 200, 300, 400)


@pytest.mark.parametrize("rows", [7, 8, 9, 10])
def test_smiths_market_fills_its_chart_when_all_prices_have_been_said(rows: int) -> None:
    found = axis(20, 397, rows, 1, 400)
    assert len(found.labels) >= 2
    assert (397 - 20) / (found.high - found.low) > 0.7


def test_two_labels_are_better_than_a_finer_axis_with_one() -> None:
    assert axis(75, 325, 5, 1, 400).labels == (200, 400)


def test_a_flat_market_has_labels_too() -> None:
    assert axis(200, 200, 9, 1, 400).labels == (199, 200, 201)


def test_the_axis_does_not_begin_far_below_the_lowest_price_that_may_be_said() -> None:
    assert axis(300, 1_000, 12, 290, 5_000).low > 200


def test_labels_are_even_and_the_prices_are_on_the_axis_for_all_kinds_of_markets() -> None:
    rng = Random(1)
    for _ in range(2_000):
        price_min = rng.randrange(1_000)
        price_max = price_min + rng.randrange(1, 10 ** rng.randint(1, 8))
        low, high = sorted(rng.randint(price_min, price_max) for _ in range(2))
        rows = rng.randint(3, 40)
        found = axis(low, high, rows, price_min, price_max)
        places = rows_of(found, rows)
        assert len({after - before for before, after in pairwise(places)}) <= 1
        assert found.low <= low <= high <= found.high
        assert all(price_min <= price <= price_max for price in found.labels)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_chart_draws_its_labels_on_rows_that_are_evenly_apart(size: tuple[int, int]) -> None:
    line = FakeClient(small())
    app = TradeApp(line)
    async with app.run_test(size=size) as pilot:
        line.welcome()
        line.feed([fact for fact in told_to(0, small()) if fact.at <= 30_000_000])
        for _ in range(3):
            await pilot.pause()
            app.draw()
        await pilot.pause()
        chart = app.screen.query_one(PriceChart)
        assert chart._y_ticks is not None
        rows = [chart.get_pixel_from_coordinate(0.0, price)[1] for price in chart._y_ticks]
    assert len(rows) >= 2
    assert len({before - after for before, after in pairwise(rows)}) == 1
