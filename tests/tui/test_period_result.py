"""The card of a break: own gains, prices, and own units that were not traded; nothing of what others could gain."""

from msgspec.structs import replace as with_fields

from p2p.base.units import SECOND
from p2p.information.view_state import ViewState
from p2p.messages import Contract, EndRound, Intermission, Preview, Schedule, StartRound, Step
from p2p.scenario.charges import Charges
from p2p.scenario.public_rules import public_rules
from tests.plays.tui_plays import Play, energy, market, small
from tui.model.model import Model
from tui.text.period_result import own_lines, price_lines
from tui.text.phrases import stage
from tui.widgets.unit_list import traded_at


def after(play: Play) -> ViewState:
    """The view in the break after the first period."""
    play.at(60) << EndRound(1) << Intermission(2, 10 * SECOND)
    return play.model.view(62 * SECOND)


def opened(role: str, *values: int, play: Play | None = None) -> Play:
    steps = tuple(Step(value) for value in values)
    return (
        (play or Play()) << Schedule(1, "buyer" if role == "buyer" else "seller", steps) << StartRound(1, 60 * SECOND)
    )


def lines(view: ViewState) -> list[str]:
    assert view.period
    return own_lines(view, view.period)


def test_a_buyer_reads_each_gain_and_the_unit_that_could_have_gained() -> None:
    play = opened("buyer", 300, 200) << Contract(1, 250, "ask", mine="buyer") << Contract(2, 150, "ask")
    assert lines(after(play)) == [
        "bought 1 unit at 250: gain 50",
        "not traded: value 200",
        "lowest price 150: gain was possible",
    ]


def test_a_seller_whose_cost_was_above_all_prices_reads_that_no_gain_was_possible() -> None:
    play = opened("seller", 280, 290) << Contract(1, 250, "ask") << Contract(2, 150, "ask")
    assert lines(after(play)) == [
        "You did not trade.",
        "not traded: cost 280, and 1 more",
        "highest price 250: no gain possible",
    ]


def test_more_trades_than_the_card_has_lines_are_summed_up() -> None:
    play = opened("buyer", 300, 290, 280, 270, 260)
    for number, price in enumerate((200, 210, 220, 230, 240), 1):
        play << Contract(number, price, "ask", mine="buyer")
    assert lines(after(play))[-1] == "and 2 more trades: +60"


def test_where_contracts_of_others_are_not_shown_the_card_has_no_prices_of_theirs() -> None:
    play = Play(market("continuous", "quotes"))
    opened("buyer", 300, 200, play=play) << Contract(1, 250, "ask", mine="buyer")
    view = after(play)
    assert view.period
    assert lines(view) == ["bought 1 unit at 250: gain 50", "not traded: value 200"]
    assert price_lines(view, view.period) == ["others' are", "not shown"]


def test_a_household_with_nothing_to_trade_reads_so() -> None:
    play = Play(energy()) << StartRound(1, 60 * SECOND)
    assert lines(after(play)) == ["You had nothing to trade."]


def test_of_several_markets_one_reads_the_number_of_ones_own() -> None:
    rules = public_rules(with_fields(small(), markets=3), market=1)
    model = Model(rules, 0)
    assert stage(model.view(0)) == "Market 2 · Lobby"
    assert public_rules(small(), market=0).market is None, "one market has no number"


def test_while_the_units_of_the_next_period_are_shown_its_number_is() -> None:
    play = opened("buyer", 300)
    assert stage(after(play)).startswith("Period 1 of ")
    play.at(63) << Preview(2, 7 * SECOND)
    assert stage(play.model.view(64 * SECOND)).startswith("Period 2 of ")


def test_gains_in_the_list_of_units_are_after_taxes_that_held_as_they_were_traded() -> None:
    taxed = with_fields(small(), charges=Charges(tax_buyer=20, commission=5))
    view = (opened("buyer", 300, play=Play(taxed)) << Contract(1, 250, "ask", mine="buyer")).view
    assert traded_at(view, 0) == (250, 25)
    for charges in (Charges(), Charges(tax_buyer=75)):
        later = with_fields(view, rules=with_fields(view.rules, charges=charges))
        assert traded_at(later, 0) == (250, 25), "the break shows the period that is over, not the tax to come"
