"""The terminal in the other markets, without a terminal: open book, call, households. Figures, fold, orders, words."""

from typing import Literal

import pytest

from p2p.base.units import SECOND
from p2p.information.view_state import ExpiredOrder
from p2p.institutions.call import CallAuction
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Called,
    Cancel,
    Contract,
    Ended,
    EndRound,
    Extended,
    Forecast,
    HandedBack,
    Indicative,
    Message,
    Metered,
    Order,
    Paused,
    Quote,
    Replace,
    Resumed,
    Schedule,
    StartRound,
    Step,
    TakenOver,
    Unpaid,
)
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import encode
from p2p.protocol.frames import Fact, Welcome, feed_frame, frame
from p2p.scenario.public_rules import public_rules
from p2p.sim.simulation.simulation import Simulation
from tests.plays.tui_markets_plays import BOOK, DAY, opened
from tests.plays.tui_plays import Play, calls, market, small, told_to, why
from tui.entry.order_entry import NotPossible, cancelling, price_typed, refusal_for, replacing, usual_quantity
from tui.entry.previews import outlook
from tui.model.number_format import NumberFormat, number_format
from tui.screens.results import row, total
from tui.text.refusals import order_words
from tui.text.rules_page import rules_text
from tui.widgets.notice import notice
from tui.widgets.status import earned
from tui.widgets.ticket import news_words
from tui.widgets.unit_list import step_rows


def short(play: Play, net: int = 319) -> Play:
    """A household that is short of so many Wh has its forecast, and the market is open."""
    play << Forecast(1, net, 0, net, 398, 95) << Schedule(1, "buyer", (Step(398, net),))
    return play << StartRound(1, 60 * SECOND)


# --- figures ----------------------------------------------------------------------------------------------------


def test_prices_of_an_energy_market_are_written_and_typed_in_cents_per_kwh() -> None:
    figures = NumberFormat(public_rules(DAY))
    assert (figures.price(305), figures.unit, figures.mean(305.5)) == ("30.5", "c/kWh", "30.55")
    assert [figures.typed(text) for text in ("30.5", "30", "30.")] == [305, 300, 300]
    assert [figures.typed(text) for text in ("30.55", "x", "", ".", "٣")] == [None] * 5
    assert (figures.signed(12_345), figures.signed(-10_000), figures.signed(3)) == ("+1.23", "−1.00", "0.00")
    assert figures.gained(12_300) == "gain 1.23 c"


def test_in_other_markets_a_price_is_a_whole_number() -> None:
    figures = NumberFormat(public_rules(small()))
    assert (figures.price(305), figures.unit, figures.typed("3.5"), figures.signed(-20)) == (
        "305",
        "cents",
        None,
        "−20",
    )
    assert not figures.many
    assert NumberFormat(public_rules(BOOK)).many


# --- the fold ---------------------------------------------------------------------------------------------------


def test_a_contract_of_several_units_earns_each_units_own_gain() -> None:
    play = opened(BOOK, "buyer", (300, 1), (200, 1), (150, 1))
    play << Contract(1, 180, "ask", mine="buyer", quantity=2)
    assert play.model.period is not None
    (trade,) = play.model.period.own
    assert (trade.quantity, trade.profit, play.view.own.surplus_total) == (2, 140, 140)
    assert (play.model.period.quantity, play.model.period.volume) == (1, 2)


def test_a_mean_price_is_weighted_by_quantity() -> None:
    play = opened(BOOK, "buyer", (300, 1)) << Contract(1, 100, "ask", quantity=3) << Contract(2, 200, "ask")
    assert play.model.period is not None
    assert play.model.period.price_mean == 125


def test_a_seller_in_a_congested_call_gets_less_than_buyers_pay() -> None:
    play = opened(calls(1), "seller", (100, 1)) << Contract(1, 200, "call", mine="seller", seller_price=150)
    assert play.model.period is not None
    assert (play.model.period.own[0].price, play.view.own.surplus_total) == (150, 50)


def test_quotes_are_kept_when_a_contract_does_not_clear_the_market() -> None:
    play = opened(BOOK, "buyer", (300, 1)) << Quote("bid", 120) << Contract(1, 180, "ask")
    assert play.view.bid.price == 120


def test_what_was_metered_is_what_the_interval_earned() -> None:
    play = short(Play(DAY)) << Contract(1, 300, "ask", mine="buyer", quantity=100)
    assert play.view.own.surplus_total == 9_800
    play << EndRound(1) << Metered(1, 330, 0, gain=9_500, bought=100, grid_import=230)
    assert play.view.own.surplus_total == 9_500
    assert play.model.period is not None
    assert play.model.period.surplus == 9_500


def rungs(play: Play, side: Literal["bid", "ask"]) -> list[tuple[int, int, bool]]:
    return [(level.price, level.quantity, level.mine) for level in play.model.view(0).side(side).levels]


def test_the_ladder_adds_up_levels_best_first_and_marks_ones_own() -> None:
    play = opened(BOOK, "buyer", (300, 1), (200, 1))
    play << Order(1, "ask", 250, 2) << Order(2, "ask", 240, 1) << Order(3, "ask", 250, 3)
    play << Order(4, "bid", 200, 1) << Order(5, "bid", 200, 2, mine=True)
    assert rungs(play, "ask")[:5] == [(240, 1, False), (250, 5, False)]
    assert rungs(play, "bid")[:5] == [(200, 3, True)]
    play << Order(5, "bid", 200, 0, mine=True) << Order(2, "ask", 240, 0)
    assert rungs(play, "ask")[:1] == [(250, 5, False)]
    assert rungs(play, "bid")[:5] == [(200, 1, False)]


def test_more_units_than_can_be_listed_are_shown_as_amounts() -> None:
    play = opened(BOOK, "buyer", (300, 500), (200, 300)) << Contract(1, 180, "ask", mine="buyer", quantity=120)
    rows = [row.plain for row in step_rows(play.model.view(0))]
    assert rows == ["▶    300 × 500  120 traded", "     200 × 300  0 traded"]


# --- calls ------------------------------------------------------------------------------------------------------


def test_the_countdown_is_to_the_next_call_and_the_clock_to_the_periods_end() -> None:
    clock = opened(calls(4), "buyer", (300, 1)).at(5).view.clock
    assert (clock.call_left_us, clock.left_us) == (10 * SECOND, 55 * SECOND)


def test_the_countdown_goes_on_after_a_call_a_pause_and_an_extension() -> None:
    play = opened(calls(4), "buyer", (300, 1)).at(15) << Called(1, 150, 2)
    clock = play.model.public.clock
    assert clock.call_left_us(20 * SECOND) == 10 * SECOND
    play.at(20) << Paused(10 * SECOND)
    assert (clock.call_left_us(99 * SECOND), play.model.view(99 * SECOND).clock.left_us) == (10 * SECOND, 40 * SECOND)
    play.at(100) << Resumed(10 * SECOND)
    assert clock.call_left_us(103 * SECOND) == 7 * SECOND
    play.at(103) << Extended(20 * SECOND)
    assert (clock.call_left_us(103 * SECOND), play.model.view(103 * SECOND).clock.left_us) == (20 * SECOND, 50 * SECOND)
    play << EndRound(1)
    assert clock.call_left_us(104 * SECOND) is None


def test_what_a_call_would_give_is_a_state_and_the_latest_counts() -> None:
    play = opened(calls(1), "buyer", (300, 1))
    before = play.model.version
    play.model.set_states({"indicative": Indicative(150, 2)})
    play.model.set_states({"indicative": Indicative(160, 3)})
    assert play.model.indicative == Indicative(160, 3)
    assert play.model.version == before + 2
    play.model.set_states({"indicative": Indicative(160, 3)})
    assert play.model.version == before + 2


def test_a_recording_gives_the_same_indication_as_the_market_gave() -> None:
    scenario = calls(2)
    simulation = Simulation(scenario, ["zic"] * scenario.seats, 5)
    institution, seen = CallAuction(), []
    for _, _, events in simulation.play():
        state = institution.follow([event.message for event in events if event.market == 0])
        if state is not None:
            institution = simulation.session.markets[0].institution
            assert isinstance(institution, CallAuction)
            assert state == institution.indicative()
            seen.append(state.price)
    assert any(price is not None for price in seen)


def fed(line: ClientProtocol, states: list[Message]) -> None:
    rules = public_rules(calls(1))
    line.received(frame("welcome", Welcome("s", 0, "r", 0, 0, rules)))
    raw = [encode(Fact(state.directive, "institution", "agents", 5, state)) for state in states]
    assert line.received(feed_frame(1, 5, [], raw)) == []


def test_a_persons_line_keeps_states_without_numbering_them_and_a_robots_passes_them_over() -> None:
    person, robot = ClientProtocol("CODE", "human"), ClientProtocol("CODE", "robot")
    for line in (person, robot):
        fed(line, [Indicative(150, 2)])
        assert line.number == 0
    fed(person, [Indicative(None, 0)])
    assert person.state == {"indicative": Indicative(None, 0)}
    assert robot.state == {}


# --- what may be said -------------------------------------------------------------------------------------------


def test_more_than_one_has_is_told_and_so_is_more_than_is_not_offered_yet() -> None:
    play = opened(BOOK, "buyer", (300, 2), (200, 1))
    assert "you have 3 units left" in why(refusal_for(play.view, Bid(100, 4)))
    play << Order(1, "bid", 100, 2, mine=True)
    assert "offer 2 of them already" in why(refusal_for(play.view, Bid(90, 2)))
    assert refusal_for(play.view, Bid(90, 1)) is None


def test_a_loss_on_the_last_of_several_units_is_told() -> None:
    play = opened(BOOK, "buyer", (300, 1), (200, 1))
    assert refusal_for(play.view, Bid(250, 1)) is None
    assert "would lose money at 250" in why(refusal_for(play.view, Bid(250, 2)))


def test_in_a_call_nothing_can_be_taken() -> None:
    play = opened(calls(1), "buyer", (300, 1))
    assert "you can only bid or ask" in why(refusal_for(play.view, Buy(100)))


def test_the_ceiling_and_who_may_quote_are_told() -> None:
    rules = public_rules(market("continuous", terms="price_ceiling = 150"))
    assert price_typed("151", rules) == NotPossible("nobody may trade above the ceiling of 150")
    play = opened(market("continuous", terms='quotes = "sellers"'), "buyer", (300, 1))
    assert "only sellers make quotes" in why(refusal_for(play.view, Bid(100)))


def test_a_replacement_takes_price_quantity_or_both_from_what_is_typed() -> None:
    play = opened(BOOK, "buyer", (300, 2)) << Order(7, "bid", 100, 2, mine=True)
    (order,) = play.view.own.orders
    assert replacing(play.view, order, "120") == Replace(7, 120, 2)
    assert replacing(play.view, order, "x1") == Replace(7, 100, 1)
    assert replacing(play.view, order, "130x1") == Replace(7, 130, 1)
    assert "type a new price first" in why(replacing(play.view, order, ""))
    assert "you have 2 units left" in why(replacing(play.view, order, "x3"))
    assert "would lose money" in why(replacing(play.view, order, "301"))
    assert cancelling(play.view, order) == Cancel(7)
    assert cancelling(play.view, None) == NotPossible("you have no order in the book")


def test_of_energy_all_that_is_not_offered_yet_is_meant() -> None:
    play = short(Play(DAY))
    assert usual_quantity(play.view) == 319
    play << Order(1, "bid", 250, 100, mine=True)
    assert (usual_quantity(play.view), usual_quantity(play.view, taking=True)) == (219, 319)
    assert usual_quantity(opened(BOOK, "buyer", (300, 2)).view) == 1


def test_the_outlook_says_what_would_trade_at_once() -> None:
    play = opened(BOOK, "buyer", (300, 3)) << Order(1, "ask", 200, 1) << Order(2, "ask", 210, 1)
    play << Quote("ask", 200)
    assert outlook(play.view, 220, 3) == "trades 2 at once, at 210 or better, gain 190; 1 rest"
    assert outlook(play.view, 150, 2) == "rests in the book; gain 300 if it trades"


def test_orders_with_quantities_are_named_in_words() -> None:
    assert order_words(Bid(90, 3)) == "bid 90 × 3"
    assert order_words(Ask(305, 200), NumberFormat(public_rules(DAY))) == "ask 30.5 × 200"


@pytest.mark.parametrize("information", ["quotes", "ticker", "book"])
def test_the_rules_say_what_the_market_is(information: str) -> None:
    page = rules_text(Play(market("continuous", information)).view).plain
    assert "stay in a book" in page
    assert "c       cancels your order" in page
    page = rules_text(Play(calls(4, information)).view).plain
    assert "4 times a period" in page
    assert "y       a buyer buys" not in page


def test_who_did_not_trade_in_a_call_is_told_that_his_order_has_left_it() -> None:
    play = opened(calls(4), "seller", (69, 1), (80, 1)).at(15)
    play << Order(1, "ask", 90, 1, mine=True) << Called(1, 84, 1) << Order(1, "ask", 90, 0, mine=True)
    said = news_words(play.view.news, number_format(play.view.rules)).plain
    assert said == "○ Your ask 90 did not trade in the call and was removed."
    play.at(20) << Order(2, "ask", 85, 1, mine=True) << Order(2, "ask", 85, 0, mine=True)
    assert news_words(play.view.news, number_format(play.view.rules)).plain == said, "what is cancelled is no call's"


def test_a_trade_in_a_call_is_greater_news_than_what_was_left_of_the_order() -> None:
    play = opened(calls(4), "seller", (69, 1), (80, 1)).at(15) << Order(1, "ask", 90, 2, mine=True)
    play << Contract(1, 95, "call", mine="seller") << Called(1, 95, 1) << Order(1, "ask", 90, 0, mine=True)
    assert news_words(play.view.news, number_format(play.view.rules)).plain == "◆ You sold a unit at 95: gain 26."


def test_in_a_session_of_calls_orders_lapse_with_a_call_that_they_have_no_part_in() -> None:
    scenario, lapsed = calls(4), 0
    for seat in range(scenario.seats):
        play = Play(scenario, seat)
        for fact in told_to(seat, scenario):
            rested, news = dict(play.model.own.orders), play.model.news
            play.model.fold(fact)
            if isinstance(play.model.news, ExpiredOrder) and play.model.news is not news:
                assert isinstance(fact.message, Order)
                assert rested[fact.message.order].price == play.model.news.price
                lapsed += 1
            elif isinstance(fact.message, Contract) and fact.message.mine:
                assert not isinstance(play.model.news, ExpiredOrder)
    assert lapsed > scenario.seats


def test_the_rules_of_several_calls_say_what_becomes_of_orders_that_did_not_trade() -> None:
    assert "is removed; send it again" in rules_text(Play(calls(4)).view).plain
    assert "is removed at the end of the period" in rules_text(Play(calls(1)).view).plain
    assert "leaves with it" not in rules_text(Play(calls(1)).view).plain


def test_what_a_robot_has_earned_in_ones_place_is_not_said_to_be_paid() -> None:
    play = opened(BOOK, "buyer", (150, 1), (120, 1)) << TakenOver() << Contract(1, 100, "ask", mine="buyer")
    play << Unpaid(1, 50)
    assert earned(play.model.view(0)) == "earned +50 (payable: 0)"
    play << HandedBack() << Contract(2, 100, "ask", mine="buyer")
    assert earned(play.model.view(0)) == "earned +70 (payable: +20)"


# --- results ----------------------------------------------------------------------------------------------------


def test_results_bear_quantities() -> None:
    play = opened(BOOK, "buyer", (300, 2), (200, 1)) << Contract(1, 180, "ask", mine="buyer", quantity=2)
    play << Contract(2, 190, "ask", quantity=4) << EndRound(1) << Ended()
    assert "with 2 units in 1 period. The market made 2 contracts of 6 units." in total(
        play.model.view(0, results=True)
    )
    assert row(play.model.periods[0].view(), number_format(play.view.rules), True)[2:5] == [
        "180 × 2 (+240)",
        "+240",
        "6",
    ]


def test_who_comes_back_reads_on_the_smallest_screen_what_is_not_paid_and_that_orders_may_be_the_robots() -> None:
    play = opened(BOOK, "buyer", (150, 1), (120, 1)) << TakenOver() << HandedBack()
    assert notice(play.model.view(0)) == "⚙ A robot stood in; it made no contract."
    play << Order(3, "bid", 72, 1, mine=True)
    said = notice(play.model.view(0))
    assert said == "⚙ A robot stood in; it made no contract. Some open orders may be the robot's."
    assert len(said) <= 78
    for number in range(12):
        play << Unpaid(number, 1_000)
    before, _, after = notice(play.model.view(0)).partition(" Some open orders")
    assert before == "⚙ A robot stood in: its orders made 12 contracts (+12000 cents, not paid)."
    assert after
    assert len(before) <= 78
