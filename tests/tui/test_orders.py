"""What is told before an order is sent, and the sentences for what comes back."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.client import FINAL
from p2p.base.units import SECOND
from p2p.information.view_state import ViewState
from p2p.messages import Ask, Bid, Buy, Paused, Quote, Reason, Schedule, Sell, StartRound, Step
from p2p.scenario.public_rules import public_rules
from p2p.sim.library.texts import catalogue
from tests.plays.tui_plays import Play, small, why
from tui.entry.order_entry import NotPossible, order_of, price_typed, refusal_for, step_price
from tui.entry.previews import outlook
from tui.text.refusals import closed_sentence, order_words, refused_sentence


def trading(role: str, *values: int, tick: int = 1) -> Play:
    play = Play(small(tick=tick))
    play << Schedule(1, role, tuple(Step(value) for value in values))
    return play << StartRound(1, 60 * SECOND)


def test_every_refusal_has_a_sentence() -> None:
    sentences = [refused_sentence(reason) for reason in get_args(Reason)]
    assert all(sentence and "_" not in sentence for sentence in sentences)
    assert {key for key in catalogue() if key.startswith("refused.")} == {f"refused.{one}" for one in get_args(Reason)}


def test_every_final_close_of_the_line_is_said_in_a_sentence() -> None:
    known = {key.removeprefix("closed.") for key in catalogue() if key.startswith("closed.")} - {"other"}
    assert {int(code) for code in known if code.isdigit()} <= FINAL
    assert all(closed_sentence(code, "").endswith(".") for code in FINAL | {0, 1011})
    assert "gone" in closed_sentence(0, "the server is gone")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "type a price first"),
        ("12.5", "whole number of cents"),
        ("-3", "whole number"),
        ("١٢", "whole number"),
        ("0", "prices go from 1 to 400 cents"),
        ("401", "prices go from 1 to 400 cents"),
        ("9" * 30, "prices go from 1 to 400 cents"),
    ],
)
def test_a_mistyped_price_is_told(typed: str, said: str) -> None:
    answer = price_typed(typed, public_rules(small()))
    assert said in why(answer)


def test_a_price_between_two_ticks_is_told_with_both() -> None:
    rules = public_rules(small(tick=3))
    assert price_typed("6", rules) == NotPossible("prices go in steps of 3: 4 or 7")
    assert price_typed("7", rules) == 7


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_price_of_the_market_or_a_sentence(text: str) -> None:
    rules = public_rules(small())
    price = price_typed(text, rules)
    assert isinstance(price, NotPossible) or rules.price_min <= price <= rules.price_max


def test_nobody_says_what_is_the_other_roles() -> None:
    assert "you are a buyer" in why(refusal_for(trading("buyer", 300).view, Ask(100)))
    assert "you are a seller" in why(refusal_for(trading("seller", 100).view, Buy(100)))


def test_a_loss_is_told_before_it_is_sent_where_losses_are_not_allowed() -> None:
    assert "301 would lose money; your value is 300" in why(refusal_for(trading("buyer", 300).view, Bid(301)))
    assert refusal_for(trading("buyer", 300).view, Bid(300)) is None
    assert "99 would lose money; your cost is 100" in why(refusal_for(trading("seller", 100).view, Sell(99)))
    assert refusal_for(trading("seller", 100).view, Ask(100)) is None


def test_there_must_be_something_to_take() -> None:
    assert refusal_for(trading("buyer", 300).view, Buy(None)) == NotPossible("there is no ask to buy from")
    assert refusal_for(trading("seller", 100).view, Sell(None)) == NotPossible("there is no bid to sell to")


def test_nothing_is_sent_before_the_period_in_a_pause_or_without_units() -> None:
    assert "no role" in why(refusal_for(Play().view, Bid(100)))
    play = Play() << Schedule(1, "buyer", (Step(300),))
    assert "closed" in why(refusal_for(play.view, Bid(100)))
    assert "paused" in why(refusal_for((trading("buyer", 300) << Paused(SECOND)).view, Bid(100)))
    assert "all your units" in why(refusal_for(trading("buyer").view, Bid(100)))


def test_the_outlook_says_gain_crossing_and_no_improvement() -> None:
    play = trading("buyer", 300) << Quote("bid", 120) << Quote("ask", 200)
    assert outlook(play.view, 150) == "gain 150 if it is accepted"
    assert outlook(play.view, 120) == "not better than the current bid of 120"
    assert outlook(play.view, 220) == "meets the current ask: trades at 200, gain 100"
    play = trading("seller", 150) << Quote("bid", 120) << Quote("ask", 200)
    assert outlook(play.view, 130) == "LOSS 20 if it is accepted"
    assert outlook(play.view, 200) == "not better than the current ask of 200"
    assert outlook(play.view, 110) == "meets the current bid: trades at 120, LOSS 30"


def test_the_arrows_begin_with_an_improvement_and_go_by_ticks() -> None:
    view = (trading("buyer", 300) << Quote("bid", 120)).view
    assert step_price(view, "", up=True) == 121
    assert step_price(view, "121", up=True) == 122
    assert step_price(view, "121", up=False) == 120
    assert step_price(view, "400", up=True) == 400
    assert step_price((trading("seller", 100) << Quote("ask", 200)).view, "", up=False) == 199


def test_where_nothing_stands_the_arrows_begin_nowhere_and_least_of_all_at_ones_own_value() -> None:
    assert step_price(trading("buyer", 300, tick=3).view, "", up=True) is None
    assert step_price(trading("seller", 101, tick=3).view, "", up=True) is None
    assert step_price(trading("seller", 101).view, "150", up=True) == 151
    assert step_price(Play().view, "", up=True) is None


@pytest.mark.parametrize("typed", ["120", "150", "220", "301", "401"])
def test_a_view_that_came_as_json_is_enough_to_act_on(typed: str) -> None:
    view = (trading("buyer", 300, 200) << Quote("bid", 120) << Quote("ask", 200)).view
    read = msgspec.json.decode(msgspec.json.encode(view), type=ViewState)
    assert read == view
    for order in (Bid(int(typed)), Ask(int(typed)), Buy(200), Sell(None)):
        assert refusal_for(read, order) == refusal_for(view, order)
    assert outlook(read, int(typed)) == outlook(view, int(typed))
    assert step_price(read, typed, up=True) == step_price(view, typed, up=True)


def test_orders_are_named_in_words() -> None:
    words = [order_words(order_of(word, 90)) for word in ("bid", "ask", "buy", "sell")]
    assert words == ["bid 90", "ask 90", "buy at 90", "sell at 90"]
    assert order_words(None) == "your earlier order"
