"""Where the contracts of others are not shown, no screen says how many there were; and what is empty has no axes."""

import pytest
from textual.widgets import DataTable

from p2p.base.units import SECOND
from p2p.information.status_line import describe, made
from p2p.messages import Contract, Ended, EndRound, Intermission, Lobby, StartRound
from p2p.scenario.public_rules import public_rules
from server.session.notices import SessionNotices
from tests.plays.tui_market_screens_plays import terminal
from tests.plays.tui_markets_plays import opened
from tests.plays.tui_plays import Play, market
from tui.screens.results import ResultsScreen, total
from tui.text.rules_page import rules_text
from tui.widgets.contracts import none_yet, title
from tui.widgets.session_chart import SessionChart

SEEN, HIDDEN = market("standing"), market("standing", "quotes")


@pytest.mark.parametrize(
    ("scenario", "seat", "listed", "empty"),
    [
        (SEEN, 0, "Contracts · 0", "none yet"),
        (SEEN, None, "Contracts · 0", "none yet"),
        (HIDDEN, 0, "Your contracts · 0", "none yet\nothers' are not shown"),
        (HIDDEN, None, "Contracts", "not shown to the public"),
    ],
)
def test_a_list_without_contracts_says_whether_there_are_none_or_none_are_shown(scenario, seat, listed, empty) -> None:
    model = Play(scenario, seat).model
    assert (title(model.view(0), 0), none_yet(model.view(0))) == (listed, empty)


def test_who_sees_his_own_contracts_alone_is_told_no_number_of_the_markets() -> None:
    play = opened(HIDDEN, "buyer", (300, 1)) << Contract(7, 180, "ask", mine="buyer") << EndRound(1) << Ended()
    assert (
        total(play.model.view(0, results=True))
        == "You earned +120 cents with 1 unit in 1 period. Contracts of others are not shown."
    )
    public = Play(HIDDEN, None) << StartRound(1, 60 * SECOND) << EndRound(1) << Ended()
    assert total(public.model.view(0, results=True)) == "1 period was played; contracts are not shown."
    seen = opened(SEEN, "buyer", (300, 1)) << Contract(1, 180, "ask", mine="buyer") << EndRound(1) << Ended()
    assert total(seen.model.view(0, results=True)).endswith("The market made 1 contract.")


async def test_the_results_have_columns_for_what_was_shown_alone() -> None:
    async with terminal(HIDDEN) as play:
        await play.trading("buyer", 300)
        await play.told(Contract(7, 180, "ask", mine="buyer"), EndRound(1), Ended())
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        table = play.app.screen.query_one(DataTable)
        await play.until(lambda: table.row_count == 1)
        assert [str(column.label) for column in table.columns.values()] == [
            *("Period", "Role", "You traded at (gain)", "Earned")
        ]
        chart = play.app.screen.query_one(SessionChart)
        assert str(chart.border_title).startswith("Your trade prices")


async def test_a_session_in_which_nobody_traded_has_no_chart_of_contracts() -> None:
    async with terminal(SEEN) as play:
        await play.trading("buyer", 300)
        await play.told(EndRound(1), Ended())
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        await play.until(lambda: "0 contracts" in play.says("#results-sum"))
        assert not play.app.screen.query_one(SessionChart).display


async def test_few_contracts_are_numbered_one_by_one() -> None:
    async with terminal(SEEN) as play:
        await play.trading("buyer", 300)
        await play.told(Contract(1, 180, "ask"), EndRound(1), Ended())
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        chart = play.app.screen.query_one(SessionChart)
        await play.until(lambda: chart._x_ticks == [0, 1, 2])


async def test_before_the_first_period_a_chart_shows_the_prices_that_may_be_said_and_no_seconds() -> None:
    async with terminal(SEEN) as play:
        await play.trading("buyer", 300)
        chart = play.app.screen.query_one("#chart")
        assert chart._x_ticks is None
        chart.show(Play(SEEN).model.view(10 * SECOND))
        assert chart._x_ticks == []
        assert max(chart._y_ticks) == 400


@pytest.mark.parametrize("institution", ["standing", "continuous"])
def test_the_rules_say_that_contracts_of_others_are_not_shown(institution: str) -> None:
    page = rules_text(Play(market(institution, "quotes")).view).plain
    assert "and your own contracts" in page
    assert "the current bid and ask and all contracts" in rules_text(Play(SEEN).view).plain


def test_the_experimenters_console_counts_no_contracts_that_it_is_not_shown(capsys) -> None:
    for scenario, said in ((HIDDEN, "period 1 is over; period 2 in 8 s"), (SEEN, "0 contracts; period 2 in 8 s")):
        telling = SessionNotices(public_rules(scenario))
        for message in (Lobby(4, 4), StartRound(1, 60 * SECOND), EndRound(1), Intermission(2, 8 * SECOND)):
            telling.on_fact(message, 0)
        assert said in capsys.readouterr().err


def test_of_several_markets_the_experimenter_is_told_which_one_is_counted() -> None:
    for seats, said in ((4, "0 contracts"), (8, "0 contracts in market 0")):
        play = Play(SEEN) << Lobby(4, seats) << StartRound(1, 60 * SECOND)
        assert made(play.model.public) == said
        assert describe(play.model.public, 0) == f"period 1 of 2: {said}, 60.0 s left"
