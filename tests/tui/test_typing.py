"""What is typed, pasted and pressed in haste: nothing is lost, cut or sent by mistake."""

import pytest
from textual.events import Key, Paste
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from p2p.base.units import SECOND, Role
from p2p.messages import Accepted, Bid, Buy, Ended, EndRound, Lobby, Order, Quote, Refused, Replace, Sell
from p2p.scenario.capabilities import INSTITUTION_NAMES
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from tests.plays.tui_market_screens_plays import terminal as opened
from tests.plays.tui_markets_plays import DAY
from tests.plays.tui_plays import calls, market
from tests.plays.tui_trade_plays import Terminal, terminal
from tui.screens.results import ResultsScreen
from tui.screens.rules import RulesScreen
from tui.screens.trading import TradingScreen

LOSSES = """
title = "Losses are asked about"
currency = "cents"
periods = 1
period_s = 60
loss_confirm = true
institution = { name = "continuous", price_min = 1, price_max = 400 }
environment = { buyers = [[300, 200]], sellers = [[100, 140]] }
"""


def asked() -> Scenario:
    return parse(LOSSES)


def typed(play: Terminal) -> str:
    return play.says("#entry").split("▏")[0].split(":")[1].strip()


async def sends(play: Terminal, *events: Key | Paste) -> None:
    """The terminal sends these at once, without a pause between them."""
    for event in events:
        play.app.post_message(event)
    for _ in range(5):
        await play.pilot.pause()


# --- Esc, and keys right after it ------------------------------------------------------------------------------


async def test_digits_right_after_escape_are_a_new_price() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("9", "9")
        await sends(play, Key("alt+1", "1"), Key("5", "5"), Key("0", "0"), Key("enter", "\r"))
        assert play.sent == [Bid(150)]


async def test_keys_in_one_burst_act_in_their_order() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await sends(play, *(Key(key, key) for key in "12"), Key("enter", "\r"), *(Key(key, key) for key in "34"))
        assert play.sent == [Bid(12)]
        assert typed(play) == "34"


async def test_an_escape_that_the_next_one_cuts_short_clears_too() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await sends(play, Key("9", "9"), Key("circumflex_accent", "^"), Key("1", "1"), Key("5", "5"))
        assert typed(play) == "15"


async def test_digits_right_after_the_escape_that_closes_the_rules_are_the_markets() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("i")
        assert isinstance(play.app.screen, RulesScreen)
        await sends(play, Key("alt+1", "1"), Key("5", "5"), Key("0", "0"))
        await play.until(lambda: isinstance(play.app.screen, TradingScreen))
        await play.until(lambda: typed(play) == "150")


# --- pastes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["150", " 150\n", "150\r\n"])
async def test_a_pasted_price_stands_in_the_ticket_and_is_not_sent_by_itself(text: str) -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await sends(play, Key("9", "9"), Paste(text))
        assert typed(play) == "150"
        assert play.sent == []
        await play.pilot.press("enter")
        assert play.sent == [Bid(150)]


@pytest.mark.parametrize(
    "text", ["1" * 11, "0" * 20 + "150", "9" * 10_000, "a" * 10_000, "150\n160", "150x", "12.5", "-3", "", "１５０"]
)
async def test_a_paste_that_is_no_price_is_refused_whole_and_never_cut(text: str) -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await sends(play, Paste(text))
        assert typed(play) == ""
        assert "Not pasted: that is no price" in play.says("#answer")
        await play.pilot.press("enter")
        assert play.sent == []


async def test_a_price_with_a_quantity_is_pasted_where_there_are_quantities() -> None:
    async with opened(market("continuous")) as play:
        await play.trading("buyer", 300, 200)
        await sends(play, Paste("150x2"))
        await play.pilot.press("enter")
        assert play.sent == [Bid(150, 2)]


async def test_what_is_typed_too_long_is_told_and_never_cut_into_another_price() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press(*"150000000000000")
        assert "…" in play.says("#entry")
        await play.pilot.press("enter")
        assert play.sent == []
        await play.pilot.press("escape", *"150", "enter")
        assert play.sent == [Bid(150)]


# --- a better price in the place of one's only order --------------------------------------------------------------


async def test_a_better_price_takes_the_place_of_ones_only_order_and_says_so() -> None:
    async with opened(market("continuous")) as play:
        await play.trading("buyer", 300, 200, 150)
        await play.told(Order(1, "bid", 120, 2, mine=True), Quote("bid", 120, quantity=2, mine=True))
        await play.pilot.press(*"130")
        assert "replaces your bid 120; gain 240 if it trades" in play.says("#entry")
        await play.pilot.press("enter")
        assert play.sent == [Replace(1, 130, 2)]


async def test_a_worse_price_a_quantity_and_a_second_order_make_another_order() -> None:
    async with opened(market("continuous")) as play:
        await play.trading("buyer", 300, 200, 150)
        await play.told(Order(1, "bid", 120, 1, mine=True))
        await play.pilot.press(*"110", "enter")
        await play.pilot.press(*"130x1", "enter")
        await play.told(Order(2, "bid", 110, 1, mine=True))
        await play.pilot.press(*"140", "enter")
        assert play.sent == [Bid(110), Bid(130, 1), Bid(140)]


async def test_in_a_call_too_and_for_a_seller_better_is_lower() -> None:
    async with opened(calls(2)) as play:
        await play.trading("seller", 100, 140)
        await play.told(Order(4, "ask", 200, 1, mine=True))
        await play.pilot.press(*"190", "b")
        assert play.sent == []
        await play.pilot.press("a")
        assert play.sent == [Replace(4, 190, 1)]


# --- the acceptance, with its price and gain -----------------------------------------------------------------------


async def test_the_key_that_accepts_shows_price_and_gain() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        assert play.says("#acceptance") == "y Buy: there is no ask to buy from"
        await play.told(Quote("ask", 288))
        assert play.says("#acceptance") == "y Buy 288, gain 12"
    async with terminal() as play:
        await play.trading("seller", 100)
        await play.told(Quote("bid", 130))
        assert play.says("#acceptance") == "s Sell 130, gain 30"
        await play.told(Quote("bid", 90))
        assert play.says("#acceptance") == "s Sell 90, LOSS 10 – not possible: 90 would lose money; your cost is 100"


async def test_in_a_call_there_is_nothing_to_accept_and_no_line_for_it() -> None:
    async with opened(calls(2)) as play:
        await play.trading("buyer", 300)
        assert not play.app.screen.query_one("#acceptance").display
        await play.pilot.press("y")
        assert "in a call nothing can be accepted" in play.says("#answer")


async def test_accepting_beside_an_open_order_for_the_same_unit_says_that_it_leaves() -> None:
    async with opened(market("continuous")) as play:
        await play.trading("seller", 100)
        await play.told(Order(1, "ask", 200, 1, mine=True), Quote("bid", 150), Quote("ask", 200, mine=True))
        assert play.says("#acceptance") == "s Sell 150, gain 50; then your ask 200 leaves"
        await play.pilot.press("s", "s")
        assert play.sent == [Sell(150)], "the unit is on its way already"
        assert "your last acceptance has no answer yet" in play.says("#answer")


async def test_an_acceptance_that_would_leave_an_open_order_at_a_loss_is_told_before_it_is_sent() -> None:
    async with opened(market("continuous")) as play:
        await play.trading("seller", 100, 190)
        await play.told(Order(1, "ask", 150, 1, mine=True), Quote("bid", 145), Quote("ask", 150, mine=True))
        await play.pilot.press("s")
        assert play.sent == []
        assert "with your open orders, you would lose money" in play.says("#answer")


# --- a loss asks once more ---------------------------------------------------------------------------------------


async def test_a_loss_is_sent_when_the_same_key_is_pressed_again() -> None:
    async with opened(asked()) as play:
        await play.trading("buyer", 300, 200)
        await play.pilot.press(*"320", "enter")
        assert play.sent == []
        assert "Bid 320 could LOSE 20 cents. Press the same key again" in play.says("#answer")
        assert typed(play) == "320"
        await play.pilot.press("enter")
        assert play.sent == [Bid(320, confirmed=True)]


async def test_any_other_key_takes_the_question_back() -> None:
    async with opened(asked()) as play:
        await play.trading("buyer", 300, 200)
        for other in ("up", "escape", "tab", "i"):
            await play.pilot.press("escape", *"320", "enter", other)
            if isinstance(play.app.screen, RulesScreen):
                await play.pilot.press("escape")
            await play.pilot.press("enter")
            assert play.sent == []


async def test_a_gain_is_never_asked_about() -> None:
    async with opened(asked()) as play:
        await play.trading("buyer", 300, 200)
        await play.told(Quote("ask", 250))
        await play.pilot.press("y", *"200", "enter")
        assert play.sent == [Buy(250), Bid(200)]


async def test_an_acceptance_at_a_loss_is_asked_about_and_again_at_another_price() -> None:
    async with opened(asked()) as play:
        await play.trading("seller", 100, 140)
        await play.told(Quote("bid", 90))
        await play.pilot.press("s")
        await play.told(Quote("bid", 80))
        await play.pilot.press("s")
        assert play.sent == []
        assert "Sell at 80 could LOSE 20 cents" in play.says("#answer")
        await play.pilot.press("s")
        assert play.sent == [Sell(80, confirmed=True)]


async def test_where_the_server_finds_a_loss_of_its_own_the_refusal_says_what_to_do() -> None:
    async with opened(asked()) as play:
        await play.trading("buyer", 300)
        await play.pilot.press(*"290", "enter")
        await play.told(Refused(1, "loss_unconfirmed"))
        assert "it could lose money, and was not confirmed" in play.says("#answer").replace("\n", " ")


# --- leaving -------------------------------------------------------------------------------------------------------


async def test_leaving_disarms_what_is_typed() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press(*"120", "q", "enter")
        assert play.sent == []
        assert "type a price first" in play.says("#answer")
        assert play.app.is_running


async def test_ctrl_q_asks_before_it_leaves() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("ctrl+q")
        assert any("Press Ctrl+Q again to leave" in note.message for note in play.app._notifications)
        assert play.app.is_running
        await play.pilot.press("ctrl+q")
    assert play.app.return_value is not None
    assert play.app.return_value.status == 0


async def test_escape_leaves_nobody_out_of_the_results_of_the_end() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(EndRound(1), Ended(), second=60)
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        await play.pilot.press("escape")
        assert play.app.is_running
        assert isinstance(play.app.screen, ResultsScreen)
        await play.pilot.press("ctrl+q")
    assert play.app.return_value is not None


# --- keys that do nothing here ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("institution", "role", "key", "why"),
    [
        ("standing", "seller", "b", "it is a buyer's key, and you are a seller (a asks, s sells)"),
        ("standing", "buyer", "c", "a quote cannot be taken back in this market"),
        ("standing", "buyer", "x", "one unit is traded at a time"),
        ("continuous", "buyer", "w", "it is a household's key"),
        ("continuous", "buyer", "full_stop", "prices are whole numbers of cents"),
        ("call", "seller", "s", "in a call nothing can be accepted"),
        ("posted-offer", "buyer", "b", "nobody bids in this market; y buys at the lowest offer"),
        ("posted-offer", "seller", "s", "nobody bids in this market; buyers take your post"),
        ("posted-offer", "seller", "r", "a post stays for the period"),
        ("continuous", "buyer", "m", "no message is on the screen"),
        ("continuous", "buyer", "k", "Unknown key 'k'"),
    ],
)
async def test_a_dead_key_says_why(institution: str, role: str, key: str, why: str) -> None:
    async with opened(market(institution)) as play:
        await play.trading(role, 300)  # type: ignore[arg-type]
        await play.pilot.press(key)
        assert why in play.says("#answer")
        assert play.sent == []


@pytest.mark.parametrize("scenario", [*(market(name) for name in INSTITUTION_NAMES), DAY], ids=lambda one: one.title)
@pytest.mark.parametrize("role", ["buyer", "seller"])
async def test_the_keys_fit_at_the_smallest_size(scenario: Scenario, role: Role) -> None:
    async with opened(scenario) as play:
        await play.trading(role, 300, 200)
        await play.pilot.pause()
        keys = list(play.app.screen.query_one(Footer).query(FooterKey))
        assert {"Send", "Leave", "Help"} <= {key.description for key in keys}
        assert max(key.region.right for key in keys) <= 80


# --- nothing is cut --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_the_longest_refusal_is_whole_above_the_keys(size: tuple[int, int]) -> None:
    async with opened(market("continuous"), size) as play:
        await play.trading("buyer", 300, 200)
        await play.told(Order(1, "bid", 120, 2, mine=True))
        await play.pilot.press(*"110x2", "r")
        await play.told(Refused(1, "moved"), second=SECOND / 1e6)
        answer = play.app.screen.query_one("#answer")
        drawn = [answer.render_line(row).text.strip() for row in range(answer.size.height)]
        assert " ".join(drawn) == play.says("#answer")
        assert "nothing was traded." in drawn[-1]
        assert answer.region.bottom == size[1] - 1


async def test_a_preview_of_two_rows_is_whole() -> None:
    async with opened(market("continuous")) as play:
        await play.trading("buyer", 300, 200, 150)
        await play.told(Order(1, "bid", 120, 3, mine=True), Accepted(0))
        await play.pilot.press(*"110x3")
        entry = play.app.screen.query_one("#entry")
        drawn = " ".join(entry.render_line(row).text.strip() for row in range(entry.size.height))
        assert "you have 3 units left, and offer 3 of them already: cancel or replace" in drawn.replace("  ", " ")


async def test_before_and_after_trading_keys_for_it_say_that_it_is_not_the_time() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.told(Lobby(3, 5))
        await play.pilot.press("1", "5", "y")
        assert [note.message for note in play.app._notifications] == [
            "Trading has not begun; your keys act when it does."
        ]
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(EndRound(1), Ended(), second=60)
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        await play.pilot.press("y")
        assert [note.message for note in play.app._notifications] == [
            "These are the results: nothing is traded here. q leaves."
        ]
        assert play.sent == []
