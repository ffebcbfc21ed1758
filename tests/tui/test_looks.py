"""Things kept in sight: the clock beside the page of keys, the seat in the lobby, whether an order would trade."""

import pytest
from textual.widgets import Digits

from p2p.base.units import SECOND
from p2p.messages import (
    Accepted,
    Announced,
    Contract,
    EndRound,
    Forecast,
    Indicative,
    Intermission,
    Lobby,
    Order,
    Schedule,
    StartRound,
    Step,
)
from tests.plays.tui_market_screens_plays import terminal as terminal_of
from tests.plays.tui_plays import calls, energy, market
from tests.plays.tui_scenes import Scene, played
from tests.plays.tui_trade_plays import terminal
from tui.screens.rules import RulesScreen
from tui.screens.trading import TradingScreen
from tui.widgets.chart import PriceChart


@pytest.mark.parametrize("key", ["i", "h", "question_mark"])
async def test_three_keys_open_the_page_and_close_it(key: str) -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press(key)
        assert isinstance(play.app.screen, RulesScreen)
        await play.pilot.press(key)
        assert isinstance(play.app.screen, TradingScreen)


@pytest.mark.parametrize(("size", "left"), [((80, 24), 0), ((120, 36), 48)])
async def test_the_page_leaves_the_clock_in_sight_and_on_a_wide_terminal_the_market(
    size: tuple[int, int], left: int
) -> None:
    async with terminal(size=size) as play:
        await play.trading("buyer", 300)
        await play.pilot.press("i")
        await play.pilot.pause()
        page = play.app.screen.query_one("#page").region
        assert (page.x, page.y) == (left, 1)


async def test_the_page_begins_with_the_keys() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.told(Lobby(3, 5))
        assert play.says("#lobby-rules").splitlines()[0] == "Keys"


async def test_the_first_seat_is_seat_1_and_words_of_the_experimenter_move_nothing() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.told(Lobby(3, 5))
        assert play.app.screen.query_one("#seat-number", Digits).value == "1"
        places = [play.app.screen.query_one(part).region.y for part in ("#lobby-seat", "#seats-bar", "#page")]
        first = play.says("#lobby-rules").splitlines()[:10]
        await play.told(Announced("", "Please switch off your telephones. " * 8))
        assert "telephones" in play.says("#notice")
        assert [play.app.screen.query_one(part).region.y for part in ("#lobby-seat", "#seats-bar", "#page")] == places
        assert play.says("#lobby-rules").splitlines()[:10] == first


@pytest.mark.parametrize(("price", "says"), [(120, "would trade"), (150, "may trade"), (170, "no trade yet")])
async def test_a_call_says_whether_ones_order_would_trade(price: int, says: str) -> None:
    async with terminal_of(calls(4), (120, 36)) as play:
        await play.trading("seller", 100)
        play.line.states(Indicative(150, 2))
        await play.told(Order(1, "ask", price, 1, mine=True), second=5)
        assert says in play.says("#call .mine")


async def test_a_household_in_balance_has_nothing_to_trade_in_its_title_too() -> None:
    async with terminal_of(energy(), (120, 36)) as play:
        play.line.welcome()
        await play.told(Forecast(1, 400, 81, 319, 398, 95), Schedule(1, "buyer", (Step(398, 319),)))
        await play.told(StartRound(1, 60 * SECOND), EndRound(1), Intermission(2, SECOND))
        await play.told(Forecast(2, 100, 100, 0, 398, 95), StartRound(2, 60 * SECOND), second=70)
        assert "nothing to trade" in str(play.app.screen.query_one("#units").border_title)
        assert "the day so far" in play.says("#units .table")


async def test_on_a_large_terminal_the_best_quotes_stand_beside_the_open_book_and_on_a_small_one_they_do_not() -> None:
    for size, shown in (((80, 24), False), ((120, 36), True)):
        async with terminal_of(market("continuous"), size) as play:
            await play.trading("buyer", 300)
            assert play.app.screen.query_one("#bests").display is shown
            assert "BUYERS" in play.says("#ladder .rungs")
            assert "SELLERS" in play.says("#ladder .rungs")


async def test_several_units_sold_in_one_call_are_said_together() -> None:
    async with terminal_of(calls(1)) as play:
        await play.trading("seller", 100, 110, 120)
        await play.told(Accepted(1))
        await play.told(*(Contract(number, 150, "call", mine="seller") for number in (1, 2, 3)), second=60)
        assert "You sold 3 units at 150: gain 120" in play.says("#answer")


async def test_a_storm_of_sizes_leaves_the_screen_as_it_was() -> None:
    app, prepare = played(Scene("standing", "trading"))
    async with app.run_test(size=(120, 36)) as pilot:
        await prepare(pilot)
        chart = app.screen.query_one(PriceChart)
        before = (chart.region, app.screen.query_one("#asks").region)
        for _ in range(3):
            for width, height in ((80, 24), (60, 20), (200, 50), (20, 5), (81, 25), (120, 36)):
                await pilot.resize_terminal(width, height)
        for _ in range(3):
            await pilot.pause()
            app.draw()
        assert isinstance(app.screen, TradingScreen)
        assert (chart.region, app.screen.query_one("#asks").region) == before
