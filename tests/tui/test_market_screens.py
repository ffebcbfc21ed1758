"""The screens of the other markets under keys and facts: open book, call, households, and their replays."""

import pytest
from textual.widgets import DataTable, Digits

from p2p.base.units import SECOND
from p2p.messages import (
    Accepted,
    Bid,
    Buy,
    Called,
    Cancel,
    Contract,
    EndRound,
    Forecast,
    Indicative,
    Metered,
    Order,
    Quote,
    Replace,
    Schedule,
    SetBattery,
    SetReservation,
    StartRound,
    Step,
)
from p2p.protocol.frames import NumberedFact
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from recordings.reading.replay import Replay
from tests.plays.tui_market_screens_plays import terminal
from tests.plays.tui_markets_plays import BOOK, DAY
from tests.plays.tui_plays import FakeClient, calls, market, told_to
from tests.plays.tui_trade_plays import Terminal
from tui.apps.replay import ReplayApp
from tui.apps.trade import TradeApp
from tui.model.replay_player import Player
from tui.screens.results import ResultsScreen


async def test_an_order_is_entered_with_a_quantity_picked_replaced_and_cancelled() -> None:
    async with terminal(BOOK) as play:
        await play.trading("buyer", 300, 200, 150)
        await play.pilot.press("1", "2", "0", "x", "2", "enter")
        assert play.sent == [Bid(120, 2)]
        await play.told(Accepted(1), Order(1, "bid", 120, 2, mine=True), Quote("bid", 120, mine=True, quantity=2))
        await play.pilot.press("9", "0", "b")
        await play.told(Accepted(2), Order(2, "bid", 90, 1, mine=True))
        assert play.sent[-1] == Bid(90, 1)
        assert play.says("#own-orders .rows").splitlines() == [
            "▸ bid 90  gain 210 #2",
            "◆ bid 120×2  gain 260",
        ]
        assert play.app.screen.query_one("#own-orders").border_subtitle == "c · r · Tab next ▸"
        assert "2◆" in play.says("#ladder .rungs")
        await play.pilot.press("tab")
        assert play.says("#own-orders .rows").splitlines()[1].startswith("▸ bid 120")
        await play.pilot.press("x", "1", "r")
        assert play.sent[-1] == Replace(1, 120, 1)
        await play.told(Accepted(3), Order(1, "bid", 120, 1, mine=True))
        await play.pilot.press("c")
        assert play.sent[-1] == Cancel(1)
        await play.told(Accepted(4), Order(1, "bid", 120, 0, mine=True))
        assert play.says("#own-orders .rows") == "▸ bid 90  gain 210 #2"
        assert play.app.screen.query_one("#own-orders").border_subtitle == "c cancel · r change"


async def test_without_the_book_the_best_quotes_are_shown_with_their_quantities() -> None:
    async with terminal(market("continuous", "ticker"), (80, 27)) as play:
        await play.trading("buyer", 300)
        await play.told(Quote("ask", 250, quantity=3), Quote("bid", 100, quantity=2))
        assert play.app.screen.query_one("#best-ask", Digits).value == "250"
        assert play.says("#words-bid") == "bid, 2 units"
        assert not play.app.screen.query("#ladder")
        await play.pilot.press("y")
        assert play.sent == [Buy(250)]


async def test_a_call_shows_its_countdown_and_what_it_would_give() -> None:
    async with terminal(calls(4), (120, 36)) as play:
        await play.trading("seller", 100)
        assert play.says("#call .would") == "If called now: no trade"
        play.line.states(Indicative(150, 2))
        await play.until(lambda: play.app.model is not None and play.app.model.indicative is not None)
        await play.told(Order(1, "ask", 120, 1, mine=True), second=5)
        assert play.says("#call .countdown").startswith("call in 0:10 ━━")
        assert play.says("#call .mine") == "your ask would trade"
        assert play.app.screen.query_one("#call Digits", Digits).value == "150"
        assert play.says("#call .would") == "If called now:"
        assert play.says("#call .volume") == "2 units"
        await play.told(Called(1, 150, 2), Contract(1, 150, "call", mine="seller"), second=15)
        assert play.says("#call .held") == "1. 150 × 2"
        assert play.app.screen.check_action("order", ("sell",)) is False


async def test_a_household_sees_its_net_its_tariffs_and_what_was_metered() -> None:
    async with terminal(DAY) as play:
        play.line.welcome()
        await play.told(Forecast(1, 400, 81, 319, 398, 95, -50, 2_000, capacity=8_000))
        await play.told(Schedule(1, "buyer", (Step(398, 319),)), StartRound(1, 60 * SECOND))
        table = play.says("#units .table")
        for words in ("shortfall 319 Wh", "0 of 319 Wh", "sells at 39.8, buys at 9.5", "battery 2.00 of 8.0 kWh"):
            assert words in table
        await play.pilot.press("3", "0", ".", "5", "x", "1", "0", "0", "enter")
        assert play.sent == [Bid(305, 100)]
        await play.told(Contract(1, 305, "bid", mine="buyer", quantity=100), EndRound(1))
        await play.told(Metered(1, 400, 81, 9_300, 100, grid_import=219))
        assert "grid: took 219 Wh" in play.says("#units .table")
        assert play.says("#earned") == "earned +0.93 c"


async def test_a_household_sets_its_battery_and_its_automaton() -> None:
    async with terminal(DAY) as play:
        play.line.welcome()
        await play.told(Forecast(1, 400, 81, 319, 398, 95, -50, 2_000, power_w=3_000, capacity=8_000))
        await play.told(Schedule(1, "buyer", (Step(398, 319),)), StartRound(1, 60 * SECOND))
        await play.pilot.press("minus", "5", "0", "0", "w", "w", "3", "0", ".", "5", "l", "l")
        assert play.sent == [SetBattery(-500), SetBattery(), SetReservation(305), SetReservation()]
        await play.told(Accepted(1), SetBattery(-500), Accepted(3), SetReservation(305))
        assert "kWh, -500 W" in play.says("#units .table")
        assert "auto-trade buys ≤30.5" in play.says("#units .table")
        await play.pilot.press("9", "9", "9", "9", "w")
        assert "3000 W at the most" in play.says("#answer")
        assert len(play.sent) == 4


async def test_a_household_in_balance_is_told_that_it_has_nothing_to_trade() -> None:
    async with terminal(DAY) as play:
        play.line.welcome()
        await play.told(Forecast(1, 100, 100, 0, 398, 95), StartRound(1, 60 * SECOND))
        assert "nothing to trade" in play.says("#entry")
        assert "You have nothing to trade now." in play.says("#units .table")
        await play.pilot.press("3", "0", "enter")
        assert play.sent == []
        assert play.says("#answer") == "✘ Not sent: you have nothing to trade in this period."


@pytest.mark.parametrize(
    "scenario",
    [BOOK, market("continuous", "quotes"), calls(2), calls(1, "quotes"), DAY],
    ids=["book", "best", "call", "call-standing", "energy"],
)
async def test_a_whole_session_is_shown_at_the_smallest_size(scenario: Scenario) -> None:
    told = told_to(0, scenario)
    if scenario is DAY:
        told = told[: len(told) // 8]
    line = FakeClient(scenario)
    app = TradeApp(line)
    async with app.run_test(size=(80, 24)) as pilot:
        play = Terminal(app, line, pilot)
        line.welcome()
        for start in range(0, len(told), 300):
            line.feed(told[start : start + 300])
            await play.until(line.queue.empty)
            app.draw()
            await pilot.pause()
        if scenario is not DAY:
            await play.until(lambda: isinstance(app.screen, ResultsScreen))
            await play.until(lambda: app.screen.query_one(DataTable).row_count == 2)


@pytest.mark.parametrize("seat", [0, None], ids=["seat", "public"])
async def test_a_replay_shows_the_same_parts_and_a_public_has_no_orders(seat: int | None) -> None:
    for scenario in (BOOK, calls(2, "ticker")):
        replay = Replay("s", public_rules(scenario), seat, 0, told_to(seat, scenario), {}, False)
        app = ReplayApp(Player(replay))
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("space", "n", "e", "p")
            assert bool(app.screen.query("#own-orders")) == (seat is not None)
            assert bool(app.screen.query("#call")) == (scenario is not BOOK)


def test_a_jump_in_a_replay_shows_the_state_of_that_instant() -> None:
    scenario = calls(1)
    told = told_to(0, scenario)
    start = next(one for one in told if isinstance(one.message, StartRound)).at
    states = [
        NumberedFact(1, start + SECOND, Indicative(150, 1)),
        NumberedFact(2, start + 3 * SECOND, Indicative(160, 2)),
    ]
    player = Player(Replay("s", public_rules(scenario), 0, 0, told, {}, False, states))
    player.jump(start + 4 * SECOND)
    assert player.model.indicative == Indicative(160, 2)
    player.jump(start + 2 * SECOND)
    assert player.model.indicative == Indicative(150, 1)
    player.jump(start)
    assert player.model.indicative is None
