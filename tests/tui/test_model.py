"""What the terminal shows, folded from facts: plays without a terminal."""

from p2p.base.units import SECOND
from p2p.information.downsampling import POINTS_MAX
from p2p.information.view_state import QUOTES_SHOWN, Answer, OwnTrade, Sent
from p2p.messages import (
    Accepted,
    Contract,
    Ended,
    EndRound,
    Extended,
    Intermission,
    Lobby,
    Paused,
    Quote,
    Refused,
    Resumed,
    Schedule,
    StartRound,
    Step,
)
from p2p.messages import Bid as BidSaid
from tests.plays.tui_plays import Play, small, smith, told_to
from tui.model.model import Model
from tui.model.number_format import number_format
from tui.text.period_result import own_lines
from tui.text.phrases import clock, stage, state
from tui.widgets.notice import notice
from tui.widgets.ticket import news_words
from tui.widgets.unit_list import window


def buyer(*values: int) -> Schedule:
    return Schedule(1, "buyer", tuple(Step(value) for value in values))


def seller(*costs: int) -> Schedule:
    return Schedule(1, "seller", tuple(Step(cost) for cost in costs))


def opened(schedule: Schedule) -> Play:
    play = Play()
    return play << Lobby(5, 5) << schedule << StartRound(1, 60 * SECOND)


def test_the_lobby_says_how_many_seats_are_taken() -> None:
    play = Play() << Lobby(3, 5)
    assert (play.model.view(0).seats.taken, play.model.view(0).seats.seats) == (3, 5)
    assert (stage(play.model.view(0)), state(play.model.view(0))) == ("Lobby", "waiting")


def test_a_contract_of_ones_own_ticks_the_unit_and_earns() -> None:
    play = opened(buyer(300, 200)).at(5) << Quote("ask", 250) << Contract(1, 250, "ask", mine="buyer")
    assert play.model.own.traded == 1
    assert play.model.own.unit_value == 200
    assert play.model.view(0).own.surplus_total == 50
    assert play.model.period is not None
    assert play.model.period.own == [OwnTrade(1, "buyer", 300, 250, 50)]
    assert play.model.news == OwnTrade(1, "buyer", 300, 250, 50)


def test_a_sellers_profit_is_price_less_cost() -> None:
    play = opened(seller(100)) << Contract(1, 90, "bid", mine="seller")
    assert play.model.view(0).own.surplus_total == -10


def test_a_contract_clears_both_sides() -> None:
    play = opened(buyer(300)) << Quote("bid", 100) << Quote("bid", 120, mine=True) << Quote("ask", 250)
    assert [quote.price for quote in play.model.quotes["bid"]] == [100, 120]
    assert (play.view.bid.price, play.model.view(0).bid.mine) == (120, True)
    play << Contract(1, 250, "ask")
    assert not play.model.quotes["bid"]
    assert not play.model.quotes["ask"]
    assert play.view.bid.price is None


def test_an_order_is_pending_until_it_is_answered() -> None:
    play = opened(buyer(300))
    play.model.set_pending(1, BidSaid(120))
    assert play.model.orders == {1: BidSaid(120)}
    play << Accepted(1)
    assert not play.model.orders
    assert play.model.news == Answer(Sent("bid", BidSaid(120)), None)


def test_a_refusal_keeps_its_order_and_reason() -> None:
    play = opened(buyer(300))
    play.model.set_pending(7, BidSaid(90))
    play << Refused(7, "does_not_improve")
    assert play.model.news == Answer(Sent("bid", BidSaid(90)), "does_not_improve")


def test_pending_orders_are_still_shown_when_the_line_is_lost_and_when_it_is_back() -> None:
    play = opened(buyer(300))
    play.model.set_pending(1, BidSaid(120))
    play.model.line_lost("the connection broke")
    assert "CONNECTION LOST" in notice(play.model.view(0))
    assert play.model.orders
    play.model.line_up()
    assert notice(play.model.view(0)) == ""
    assert play.model.orders


def test_the_clock_stands_still_in_a_pause_and_runs_on_after_it() -> None:
    play = opened(buyer(300)).at(10) << Paused(50 * SECOND)
    assert state(play.model.view(40 * SECOND)) == "PAUSED, 0:50 left"
    play.at(100) << Resumed(50 * SECOND)
    assert state(play.model.view(101 * SECOND)) == "0:49 left"


def test_a_pause_is_no_time_of_the_period() -> None:
    play = opened(buyer(300)).at(10) << Paused(50 * SECOND)
    play.at(100) << Resumed(50 * SECOND)
    play.at(105) << Contract(1, 200, "ask")
    assert play.model.period is not None
    assert play.model.period.deals[0].into_us == 15 * SECOND


def test_a_period_that_is_extended_is_longer_in_the_chart() -> None:
    play = opened(buyer(300)).at(50) << Extended(40 * SECOND)
    assert play.model.period is not None
    assert play.model.period.length_us == 90 * SECOND


def test_in_a_break_one_reads_what_one_earned_and_when_it_goes_on() -> None:
    play = opened(buyer(300)) << Contract(1, 250, "ask", mine="buyer")
    play.at(60) << EndRound(1) << Intermission(2, 10 * SECOND)
    view = play.model.view(63 * SECOND)
    assert view.period
    assert own_lines(view, view.period) == ["bought 1 unit at 250: gain 50"]
    assert state(view) == "break, next in 0:07"
    assert notice(view) == ""


def test_a_new_period_begins_with_all_units_and_keeps_what_was_earned() -> None:
    play = opened(buyer(300)) << Contract(1, 250, "ask", mine="buyer")
    play.at(60) << EndRound(1) << Intermission(2, 0) << Schedule(2, "buyer", (Step(300),)) << StartRound(2, 60 * SECOND)
    assert play.model.own.traded == 0
    assert play.model.view(0).own.surplus_total == 50
    assert [period.surplus for period in play.model.periods] == [50, 0]


def test_the_end_is_the_end() -> None:
    play = opened(buyer(300)) << EndRound(1) << Ended()
    assert (stage(play.model.view(0)), state(play.model.view(0))) == ("The end", "over")


def test_the_clock_shows_zero_at_the_end_only() -> None:
    assert [clock(left) for left in (0, 1, SECOND, 61 * SECOND, None)] == ["0:00", "0:01", "0:01", "1:01", "–:––"]


def test_periods_add_up_to_what_the_knowledge_of_robots_says() -> None:
    """The same facts, folded by the terminal and by the knowledge that robots have, give the same money."""
    played = small()
    for seat in range(played.seats):
        model = Model(Play(played).model.rules, seat)
        for told in told_to(seat, played):
            model.fold(told)
        assert model.view(0).own.surplus_total == sum(period.surplus for period in model.periods)
        assert len(model.periods) == 2
        assert [trade.price for trade in model.periods[-1].own] == model.own.prices
        assert all(period.quantity > 0 for period in model.periods)


def test_the_public_has_no_units_and_earns_nothing() -> None:
    model = Model(Play(smith()).model.rules, None)
    for told in told_to(None, smith()):
        model.fold(told)
    assert model.own.role is None
    assert model.view(0).own.surplus_total == 0
    assert len(model.periods) == 5


def test_what_is_drawn_does_not_grow_with_the_period() -> None:
    play = opened(buyer(300))
    for number in range(5_000):
        play.at(number / 100) << Quote("bid", number + 1)
    assert len(play.model.quotes["bid"]) == QUOTES_SHOWN
    assert len(play.model.path["bid"].points) <= POINTS_MAX
    assert play.model.path["bid"].points[-1] == (49_990_000, 5_000)
    assert play.model.path["bid"].points[0] == (0, 1)


def test_of_many_units_those_round_the_one_at_hand_are_shown() -> None:
    assert list(window(3, 0, 5)) == [0, 1, 2]
    assert 50 in window(100, 50, 5)
    assert list(window(100, 100, 3)) == [97, 98, 99]


def test_units_that_trade_at_one_instant_are_one_piece_of_news_with_all_their_gains() -> None:
    play = opened(buyer(300, 280, 250))
    play.at(30) << Contract(1, 100, "bid", mine="buyer") << Contract(2, 104, "bid", mine="buyer")
    play << Contract(3, 102, "bid", mine="buyer")
    assert play.model.news == OwnTrade(1, "buyer", 300, 100, 524, 3, price_to=104)
    assert [trade.profit for trade in play.model.periods[-1].own] == [200, 176, 148]
    play.at(31) << Schedule(2, "buyer", (Step(300),))
    assert news_words(play.model.news, number_format(play.model.rules)).plain == (
        "◆ You bought 3 units at 100 to 104: gain 524."
    )


def test_a_trade_of_a_later_instant_is_news_of_its_own() -> None:
    play = opened(buyer(300, 280))
    play.at(30) << Contract(1, 100, "bid", mine="buyer")
    play.at(31) << Contract(2, 104, "bid", mine="buyer")
    assert play.model.news == OwnTrade(2, "buyer", 280, 104, 176)


def test_a_refusal_is_no_news_once_its_period_is_over() -> None:
    play = opened(buyer(300)) << Refused(1, "does_not_improve")
    assert isinstance(play.model.news, Answer)
    play << EndRound(1)
    assert play.model.news is None
