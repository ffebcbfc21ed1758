"""The trader's program under keys and facts, with a line that is no socket."""

from textual.widgets import DataTable, Digits

from bots.reconnecting import Lost
from p2p.base.units import SECOND
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Buy,
    Contract,
    Ended,
    EndRound,
    Intermission,
    Lobby,
    Paused,
    Quote,
    Refused,
    Sell,
    StartRound,
)
from p2p.protocol.frames import Fault
from tests.plays.tui_plays import FakeClient, seat_of, small, told_to
from tests.plays.tui_trade_plays import Terminal, terminal
from tui.apps.base import ExitSummary
from tui.apps.trade import FIRST_S, PATIENCE_S, TradeApp
from tui.screens.lobby import LobbyScreen
from tui.screens.results import ResultsScreen
from tui.screens.rules import RulesScreen
from tui.screens.trading import TradingScreen
from tui.widgets.break_card import BreakCard


async def test_until_a_server_answers_one_reads_where_it_is_being_tried() -> None:
    async with terminal() as play:
        await play.until(lambda: "Connecting to ws://lab.example:8765" in play.says("#lobby-title"))
        play.line.queue.put_nowait(Lost("Connection refused", 0.1))
        await play.until(lambda: "Connection refused; trying again" in play.says("#lobby-seats"))
        assert play.line.patience_s == FIRST_S


async def test_the_lobby_shows_title_seats_rules_and_keys() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.told(Lobby(3, 5))
        await play.until(lambda: "3 of 5 seats are taken" in play.says("#lobby-seats"))
        assert play.says("#lobby-title") == "Three units each"
        page = play.says("#lobby-rules")
        assert "Buy low, sell high." in page
        assert "from 1 to 400" in page
        assert "Enter" in page
        assert play.line.patience_s == PATIENCE_S


async def test_a_bid_is_typed_sent_pending_and_accepted() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300, 200)
        await play.pilot.press("1", "2", "0", "enter")
        assert play.sent == [Bid(120)]
        assert "pending: bid 120" in play.says("#answer")
        await play.told(Accepted(1), Quote("bid", 120, mine=True))
        assert play.says("#answer") == "✓ Bid 120: accepted."
        assert play.app.screen.query_one("#bids Digits", Digits).value == "120"
        assert "YOURS" in play.says("#bids .whose")


async def test_a_refusal_is_said_in_a_human_sentence() -> None:
    async with terminal() as play:
        await play.trading("seller", 100)
        await play.pilot.press("2", "0", "0", "a")
        assert play.sent == [Ask(200)]
        await play.told(Refused(1, "does_not_improve"))
        assert play.says("#answer") == "✘ Refused, ask 200: it was not better than the current quote."


async def test_buy_means_the_price_that_was_on_the_screen_not_the_one_that_has_come_since() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(Quote("ask", 150))
        assert play.app.model is not None
        play.app.model.public.ask = 290
        await play.pilot.press("y")
        assert play.sent == [Buy(150)]


async def test_sell_means_the_price_that_was_on_the_screen() -> None:
    async with terminal() as play:
        await play.trading("seller", 100)
        await play.told(Quote("bid", 150))
        await play.pilot.press("s")
        assert play.sent == [Sell(150)]


async def test_there_is_nothing_to_buy_where_nobody_asks() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("y")
        assert play.sent == []
        assert "there is no ask to buy from" in play.says("#answer")


async def test_a_buyers_keys_for_selling_are_off() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        screen = play.app.screen
        assert [screen.check_action("order", (word,)) for word in ("bid", "buy", "ask", "sell")] == [
            True,
            True,
            False,
            False,
        ]
        await play.told(Quote("bid", 150))
        await play.pilot.press("s", "1", "a")
        assert play.sent == []
        assert "it is a seller's key, and you are a buyer (b bids, y buys)" in play.says("#answer")


async def test_a_loss_is_told_while_it_is_typed_and_is_not_sent() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("3", "2", "0")
        assert "320 would lose money; your value is 300" in play.says("#entry")
        await play.pilot.press("enter")
        assert play.sent == []
        assert "Not sent" in play.says("#answer")


async def test_a_price_outside_the_limits_is_told_while_it_is_typed() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("9", "9", "9")
        assert "prices go from 1 to 400" in play.says("#entry")
        await play.pilot.press("backspace", "backspace", "enter")
        assert play.sent == [Bid(9)]


async def test_a_key_that_is_none_is_told_and_is_no_part_of_the_price() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("1", ".", "5")
        assert "15" in play.says("#entry")
        await play.pilot.press("x")
        assert "one unit is traded at a time in this market" in play.says("#answer")
        await play.pilot.press("k")
        assert "Unknown key 'k'" in play.says("#answer")


async def test_the_arrows_improve_by_ticks_and_escape_takes_back() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(Quote("bid", 120))
        await play.pilot.press("up", "up", "enter")
        assert play.sent == [Bid(122)]
        await play.pilot.press("5", "escape", "enter")
        assert play.sent == [Bid(122)]
        assert "type a price first" in play.says("#answer")


async def test_a_lost_line_is_seen_pending_orders_remain_and_it_comes_back_by_itself() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("9", "enter")
        play.line.queue.put_nowait(Lost("the connection broke", 0.1))
        await play.until(lambda: "CONNECTION LOST" in play.says("#notice"))
        assert "pending: bid 9" in play.says("#answer")
        play.line.welcome()
        await play.told(Accepted(1), Quote("bid", 9, mine=True))
        assert not play.app.screen.query_one("#notice").display
        assert "accepted" in play.says("#answer")


async def test_a_pause_is_said_across_the_screen() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(Paused(30 * SECOND), second=30)
        assert "PAUSED" in play.says("#notice")
        assert "PAUSED" in play.says("#clock")
        await play.pilot.press("9", "enter")
        assert play.sent == []


async def test_what_is_ones_own_is_marked_and_ticked() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300, 200)
        await play.told(Quote("ask", 250), Contract(1, 250, "ask", mine="buyer"), Contract(2, 222, "bid"), second=7)
        table = play.says("#units .table").splitlines()
        assert table[1].split() == ["✓", "1", "300", "250", "+50"]
        assert table[2].startswith("▶")
        deals = play.says("#contracts .deals").splitlines()
        assert deals == ["0:07 222  ", "0:07 250  ◆ you bought"]
        assert play.says("#answer") == "◆ You bought a unit at 250: gain 50."
        assert play.says("#earned") == "earned +50"


async def test_leaving_in_the_middle_is_asked_for_twice() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("q", "1", "q")
        assert play.app.is_running
        await play.pilot.press("q")
    assert play.app.return_value is not None
    assert play.app.return_value.status == 0


async def test_the_rules_can_be_read_again_while_the_market_goes_on() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("i")
        assert isinstance(play.app.screen, RulesScreen)
        await play.pilot.press("escape")
        assert isinstance(play.app.screen, TradingScreen)


async def test_another_login_on_the_seat_ends_the_program_with_a_sentence() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        play.line.close(4001, "taken over")
        await play.until(lambda: play.app.return_value is not None)
    assert play.app.return_value == ExitSummary(
        "Your seat was taken up in another window or on another device. This window is disconnected.", status=0
    )


async def test_a_wrong_code_and_no_server_end_it_with_status_two() -> None:
    for code, word in ((4002, "code"), (0, "no answer")):
        async with terminal() as play:
            play.line.close(code, "no answer from ws://lab.example:8765")
            await play.until(lambda app=play.app: app.return_value is not None)
        assert play.app.return_value is not None
        assert play.app.return_value.status == 2
        assert word in play.app.return_value.sentence


async def test_results_stay_until_they_have_been_read_though_the_server_has_gone() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(Contract(1, 250, "ask", mine="buyer"), EndRound(1), Ended(), second=60)
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        play.line.close(4000, "the session is over")
        await play.until(lambda: play.app.screen.query_one(DataTable).row_count == 1)
        assert "You earned +50 cents with 1 unit" in play.says("#results-sum")
        assert play.app.is_running
        await play.pilot.press("q")
    assert play.app.return_value is not None
    assert "+50 cents" in play.app.return_value.sentence


async def test_between_periods_a_card_of_results_with_a_countdown_takes_the_markets_place() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("9", "9", "9", "enter")
        assert "✘" in play.says("#answer")
        await play.told(EndRound(1), Intermission(2, 10 * SECOND), second=60)
        screen = play.app.screen
        assert isinstance(screen, TradingScreen)
        assert screen.query_one("#break-clock", Digits).value == "0:10"
        assert "did not trade" in play.says("#break-trades")
        assert not screen.query_one("#market").display
        assert "✘" not in play.says("#answer")
        await play.told(StartRound(2, 60 * SECOND), second=70)
        assert screen.query_one("#market").display
        assert not screen.query_one(BreakCard).display


async def test_a_fault_of_ours_is_told_and_ends_nothing() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        play.line.queue.put_nowait(Fault("bad_payload", "price: not an integer"))
        await play.until(lambda: bool(play.app._notifications))
        assert play.app.is_running


async def test_a_whole_session_is_shown_at_every_size_of_terminal() -> None:
    seat = seat_of(small(), "seller", units=3)
    told = told_to(seat, small())
    for size in ((80, 24), (100, 30), (200, 60), (40, 12)):
        line = FakeClient(small(), seat)
        app = TradeApp(line)
        async with app.run_test(size=size) as pilot:
            play = Terminal(app, line, pilot)
            assert isinstance(app.screen_stack[1], LobbyScreen)
            line.welcome()
            for start in range(0, len(told), 20):
                line.feed(told[start : start + 20])
                await play.until(line.queue.empty)
                app.draw()
                await pilot.pause()
            await pilot.resize_terminal(*max(size, (80, 24)))
            await play.until(lambda app=app: isinstance(app.screen, ResultsScreen))


async def test_hundreds_of_facts_are_drawn_a_few_times_only() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        drawn: list[int] = []
        chart = play.app.screen.query_one("#chart")
        shown = chart.show
        chart.show = lambda view: (drawn.append(view.version), shown(view))
        for price in range(1, 301):
            play.line.tell(Quote("bid", price))
        await play.until(lambda: bool(drawn) and play.app.model is not None and drawn[-1] == play.app.model.version)
        assert play.app.model is not None
        assert play.app.model.public.bid == 300
        assert len(drawn) < 100
