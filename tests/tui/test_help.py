"""The trader's key for help, and what their screen says of the experimenter's acts."""

from p2p.base.units import SECOND
from p2p.messages import (
    Accepted,
    EndRound,
    Held,
    Help,
    HelpAsked,
    Intermission,
    PassedOn,
    TakenOver,
    Told,
    Voided,
)
from tests.plays.tui_trade_plays import terminal
from tui.screens.results import numbered


async def test_f_asks_for_help_and_once_more_takes_it_back() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("f")
        assert play.sent == [Help()]
        await play.told(Accepted(1), HelpAsked())
        assert "You have asked for help" in play.says("#notice")
        assert play.app.model.news is None
        await play.pilot.press("f")
        assert play.sent[-1] == Help(withdrawn=True)
        await play.told(Accepted(2), HelpAsked(withdrawn=True))
        await play.until(lambda: not play.app.screen.query_one("#notice").display)


async def test_an_answer_is_read_by_its_seat_and_clears_the_request() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(HelpAsked(), Told("d", "Press i.", answers=True))
        assert "to you alone: Press i." in play.says("#notice")
        assert "asked for help" not in play.says("#notice")


async def test_help_can_be_asked_for_in_the_lobby_too() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.until(lambda: play.app.model is not None)
        await play.pilot.press("f")
        assert play.sent == [Help()]


async def test_an_owner_is_told_that_a_robot_trades_by_the_experimenters_act_and_asks_for_nothing() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(PassedOn(), TakenOver())
        assert "lets a robot trade on your seat" in play.says("#notice")
        assert "until the student is back" not in play.says("#notice")
        await play.pilot.press("f")
        assert play.sent == []


async def test_a_void_period_is_said_in_the_break_and_in_the_results() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(Voided(1, again=True), EndRound(1), Intermission(2, 30 * SECOND), Held())
        assert "Period 1 does not count: it is not paid." in play.says("#notice")
        assert "The next period waits" in play.says("#notice")
        view = play.app.view(results=True)
        assert view.results.periods[0].void
        assert numbered(view.results.periods[0]) == "1 void"
        assert view.clock.periods == view.rules.periods + 1
