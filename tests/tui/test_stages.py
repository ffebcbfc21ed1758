"""The screens of stages: each key as a person presses it, against a session that answers."""

import pytest
from msgspec.structs import replace as with_fields
from textual.widgets import Markdown

from p2p.base.units import GATEWAY, SECOND
from p2p.messages import (
    AdvanceStage,
    Agree,
    Bid,
    Extend,
    Help,
    Joined,
    Left,
    Message,
    Pause,
    Respond,
    Resume,
    TurnPage,
    Withdraw,
)
from p2p.messages.envelope import Envelope
from p2p.scenario.stages import ANSWER_MAX
from tests.plays.hour_plays import HOUR, HourLine, StageTerminal, hour_terminal
from tests.plays.paid import decides
from tui.apps.trade import TradeApp
from tui.screens.ask_twice import AskTwiceScreen
from tui.screens.results import ResultsScreen
from tui.screens.rules import RulesScreen
from tui.screens.stage import StageScreen
from tui.screens.trading import TradingScreen
from tui.widgets.notice import notice
from tui.widgets.question import AnswerField, QuestionBox

READ = (TurnPage(1, 1), TurnPage(1, 2))


async def to_questions(terminal: StageTerminal) -> None:
    await terminal.press("a")
    await terminal.others(Agree(0, True))
    await terminal.press("enter", "enter")
    await terminal.others(*READ)


async def to_questionnaire(terminal: StageTerminal) -> None:
    for _ in range(3):
        await terminal.command(AdvanceStage())
    await terminal.wait(1 + 10 + 1 + 10 + 3 + 20 + 3 + 20)
    assert terminal.hour.kind == "questionnaire"


def fate(terminal: StageTerminal) -> str:
    return terminal.says("#stage-told")


def line(terminal: StageTerminal) -> str:
    return terminal.says("#stage-line")


# --- consent --------------------------------------------------------------------------------------------------------


async def test_a_person_agrees_and_waits_for_the_others():
    async with hour_terminal() as terminal:
        assert terminal.page.query_one("#stage-page").border_title == "Before we begin"
        await terminal.press("a")
        assert terminal.sent == [Agree(0, True)]
        assert "You agreed" in terminal.text()
        assert "Waiting for 3 others" in terminal.text()
        terminal.hour.say(1, Agree(0, True))
        terminal.hour.say(2, Agree(0, True))
        await terminal.settle()
        assert "Waiting for 1 other." in terminal.text()


async def test_consent_to_data_use_is_apart_and_unticked():
    async with hour_terminal() as terminal:
        assert fate(terminal).startswith("[ ]")
        await terminal.press("space")
        assert fate(terminal).startswith("[x]")
        await terminal.press("space", "space", "a")
        assert terminal.sent == [Agree(0, True, data_use=True)]


async def test_declining_is_asked_twice():
    async with hour_terminal() as terminal:
        await terminal.press("d", "y", "n")
        await terminal.press("d", "escape")
        await terminal.press("d", "x")
        assert terminal.sent == []
        await terminal.press("d", "y", "y")
        assert terminal.sent == [Agree(0, False)]
        assert "You are out of the session" in terminal.text()
        await terminal.others(Agree(0, True))
        assert terminal.hour.kind == "text", "the others go on"
        assert "You are out of the session" in terminal.text()


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["enter", "n", "right"])
async def test_the_last_page_turned_is_a_text_read(key: str) -> None:
    async with hour_terminal() as terminal:
        await terminal.command(AdvanceStage())
        page = terminal.page.query_one("#stage-page")
        assert page.border_subtitle == "Page 1 of 2"
        await terminal.press(key)
        assert page.border_subtitle == "Page 2 of 2"
        await terminal.press(key, key)
        assert terminal.sent == [Agree(0, True), *READ]
        assert line(terminal) == "Done. Waiting for 3 others."


async def test_pages_are_turned_back_and_forth_without_a_word_to_the_server():
    async with hour_terminal() as terminal:
        await terminal.command(AdvanceStage())
        await terminal.press("enter", "left", "p")
        assert terminal.page.page == 0
        await terminal.press("right")
        assert terminal.page.page == 1
        assert terminal.sent == [Agree(0, True), TurnPage(1, 1)]


async def test_a_long_page_scrolls():
    long = HOUR.replace("Type a price, press `Enter`.", "\n\n".join(f"Line {number}." for number in range(60)))
    async with hour_terminal(long) as terminal:
        await terminal.command(AdvanceStage())
        await terminal.press("enter")
        page = terminal.page.query_one("#stage-page")
        assert "to read on" in str(page.border_subtitle)
        await terminal.press("down", "pagedown")
        assert page.scroll_y > 10
        await terminal.press("pageup", "up")
        assert page.scroll_y == 0


async def test_another_device_lands_on_the_same_page_and_question():
    async with hour_terminal() as terminal:
        await terminal.command(AdvanceStage())
        await terminal.press("enter")
        again = HourLine(terminal.hour)
        app = TradeApp(again)
        async with app.run_test() as pilot:
            again.welcome()
            device = StageTerminal(app, again, pilot)
            await device.settle()
            assert device.page.query_one("#stage-page").border_subtitle == "Page 2 of 2"
            await device.press("enter")
            await terminal.settle()
            assert line(terminal) == "Done. Waiting for 3 others."


# --- questions ------------------------------------------------------------------------------------------------------


async def test_a_wrong_number_is_explained_and_a_right_one_leads_on():
    async with hour_terminal() as terminal:
        await to_questions(terminal)
        page = terminal.page.query_one("#stage-page")
        assert page.border_subtitle == "Question 1 of 2"
        await terminal.press("2", "5", "enter")
        assert fate(terminal) == "✘ Not right; 1 try left. Value minus price: 84 − 61 = 23."
        await terminal.press("backspace", "3", "enter")
        assert fate(terminal).startswith("✓ Right. Value minus price")
        assert page.border_subtitle == "Question 2 of 2"
        await terminal.press("1", "enter")
        assert terminal.sent[-1] == Respond(2, 1, 0)
        assert "Waiting for 3 others" in terminal.text()


async def test_what_is_no_answer_is_not_sent_and_says_why():
    async with hour_terminal() as terminal:
        await to_questions(terminal)
        sent = len(terminal.sent)
        await terminal.press("enter")
        assert "Nothing is typed" in line(terminal)
        await terminal.press("-", "1", "enter")
        assert "The lowest possible number is 0" in line(terminal)
        await terminal.press("backspace", "backspace", ".", "enter")
        assert "not a number" in line(terminal)
        await terminal.press("z")
        assert "Unknown key 'z'" in line(terminal)
        assert len(terminal.sent) == sent


async def test_after_a_wrong_number_the_next_digit_begins_another():
    async with hour_terminal() as terminal:
        await to_questions(terminal)
        await terminal.press("2", "5", "enter")
        await terminal.press("2", "3", "enter")
        assert terminal.sent[-1] == Respond(2, 0, 23)


async def test_options_are_chosen_by_number_or_arrows():
    async with hour_terminal() as terminal:
        await to_questions(terminal)
        await terminal.press("2", "3", "enter")
        await terminal.press("enter")
        assert "Nothing is chosen" in line(terminal)
        box = terminal.page.query_one(QuestionBox)
        await terminal.press("down", "down", "up")
        assert box.chosen == 0
        await terminal.press("3", "9")
        assert box.chosen == 2
        await terminal.press("backspace")
        assert box.chosen is None


async def test_without_tries_left_the_experimenter_helps_and_lets_on():
    async with hour_terminal() as terminal:
        await to_questions(terminal)
        await terminal.press("1", "enter")
        await terminal.press("enter")
        assert "The experimenter will help you" in fate(terminal)
        await terminal.press("2", "enter")
        assert len([one for one in terminal.sent if isinstance(one, Respond)]) == 2, "no third try"
        assert "no tries left" not in line(terminal), "it is said once"
        await terminal.press("f")
        assert terminal.sent[-1] == Help()
        await terminal.command(AdvanceStage(0))
        assert "The experimenter lets you go on" in terminal.text()
        assert "Waiting for 3 others" in terminal.text()


async def test_with_flag_the_last_try_leads_on():
    async with hour_terminal(HOUR.replace("tries = 2", 'tries = 1\nat_cap = "flag"')) as terminal:
        await to_questions(terminal)
        await terminal.press("1", "enter")
        assert "You go on" in fate(terminal)
        assert terminal.page.query_one("#stage-page").border_subtitle == "Question 2 of 2"


async def test_points_of_a_scale_and_words_are_answers():
    async with hour_terminal() as terminal:
        await to_questionnaire(terminal)
        await terminal.press("1", "1", "left", "enter")
        assert terminal.sent[-1] == Respond(5, 0, 10)
        await terminal.until(lambda: isinstance(terminal.app.focused, AnswerField))
        await terminal.press(*"if q", "enter")
        assert terminal.sent[-1] == Respond(5, 1, text="if q")
        assert "Waiting for 3 others" in terminal.text()


async def test_escape_frees_the_keys_of_a_field_for_words():
    async with hour_terminal() as terminal:
        await to_questionnaire(terminal)
        await terminal.press("5", "enter")
        await terminal.until(lambda: isinstance(terminal.app.focused, AnswerField))
        assert "Tab goes back" not in line(terminal), "the field has the keys"
        await terminal.press("h", "escape")
        assert "Tab goes back" in line(terminal)
        await terminal.press("i")
        assert isinstance(terminal.app.screen, RulesScreen)
        await terminal.press("escape", "tab")
        await terminal.until(lambda: isinstance(terminal.app.focused, AnswerField))
        await terminal.press("o", "enter")
        assert terminal.sent[-1] == Respond(5, 1, text="ho")


async def test_words_are_two_thousand_characters_at_the_most():
    async with hour_terminal() as terminal:
        await to_questionnaire(terminal)
        await terminal.press("5", "enter")
        await terminal.until(lambda: isinstance(terminal.app.focused, AnswerField))
        terminal.page.query_one(AnswerField).text = "é" * (ANSWER_MAX + 5)
        await terminal.settle()
        assert terminal.says("#question-room").startswith("0 of")
        await terminal.press("enter")
        assert terminal.sent[-1] == Respond(5, 1, text="é" * ANSWER_MAX)


# --- practice and after it --------------------------------------------------------------------------------------------


async def test_practice_says_that_it_does_not_count_and_what_follows_that_it_does():
    async with hour_terminal() as terminal:
        for _ in range(3):
            await terminal.command(AdvanceStage())
        await terminal.wait(2)
        assert isinstance(terminal.app.screen, TradingScreen)
        assert "PRACTICE: does not count" in terminal.says("#notice")
        assert terminal.says("#stage") == "Practice 1 of 2"
        await terminal.wait(9.5)
        assert "PRACTICE: does not count" in terminal.says("#notice")
        assert terminal.app.screen.query_one("#break-own").border_title.startswith("Practice 1")  # type: ignore[union-attr]
        assert "all periods 0" in terminal.says("UnitList .sums")
        await terminal.wait(11)
        assert terminal.says("#notice") == "◆ From now on it counts."
        assert terminal.says("UnitList .table") == "dealt when the period starts"
        assert not terminal.says("UnitList .sums"), "sums of practice are gone with it"
        await terminal.wait(3)
        assert terminal.says("#notice") == "◆ From now on it counts."
        await terminal.wait(23)
        assert "counts" not in terminal.says("#notice")


# --- earnings and debriefing ------------------------------------------------------------------------------------------


async def test_earnings_are_told_by_period_and_seen():
    async with hour_terminal() as terminal:
        await to_questionnaire(terminal)
        await terminal.command(AdvanceStage())
        await terminal.press("enter")
        assert terminal.sent[-1] == TurnPage(6, 1)
        await terminal.command(AdvanceStage())
        assert "You have earned 0 points." in terminal.text()
        assert "Period 2: 0" in terminal.text()
        await terminal.press("enter")
        assert terminal.sent[-1] == TurnPage(7, 1)
        assert "The experimenter ends the session" in line(terminal)
        await terminal.command(AdvanceStage())
        assert isinstance(terminal.app.screen, ResultsScreen)


# --- at any time ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [0, 1, 2, 3])
async def test_a_person_withdraws_in_any_stage_after_two_questions(stages: int) -> None:
    async with hour_terminal() as terminal:
        for _ in range(stages):
            await terminal.command(AdvanceStage())
        await terminal.wait(2)
        await terminal.press("i", "w")
        assert isinstance(terminal.app.screen, AskTwiceScreen)
        assert "You keep what you have earned: 0 points" in terminal.says("#asked")
        await terminal.press("y", "n")
        assert Withdraw() not in terminal.sent
        await terminal.press("i", "w", "y", "y")
        assert terminal.sent[-1] == Withdraw()
        assert isinstance(terminal.app.screen, StageScreen)
        assert "You are out of the session" in terminal.text()
        view = terminal.app.view()
        assert view
        assert not notice(with_fields(view, care=with_fields(view.care, passed=True))), (
            "a robot there is no news to them"
        )
        await terminal.press("q")
        assert terminal.app.return_value is not None, "q leaves at once"


async def test_a_latecomer_reads_what_the_others_have_read_and_then_trades():
    async with hour_terminal() as terminal:
        hour = terminal.hour
        hour.hand_in(Envelope(GATEWAY, Left(0)))
        hour.session.staging.progress._at.pop(0)  # they were never there
        for _ in range(3):
            hour.command(AdvanceStage())
        hour.wait(2)
        hour.hand_in(Envelope(GATEWAY, Joined(0, "human")))
        await terminal.settle()
        assert isinstance(terminal.app.screen, StageScreen)
        assert "these pages first" in terminal.says("#notice")
        await terminal.press("a")
        await terminal.press("enter", "enter")
        assert isinstance(terminal.app.screen, TradingScreen)
        assert terminal.app.view().news is None  # type: ignore[union-attr]
        await terminal.press("5", "0", "enter")
        assert isinstance(terminal.sent[-1], Bid) or "Refused" not in terminal.text()


async def test_a_refusal_is_said_in_words():
    async with hour_terminal() as terminal:
        terminal.hour.say(0, Agree(0, True))  # on another device, unheard here so far
        await terminal.press("a")
        assert "You agreed" in terminal.text()
        await terminal.command(AdvanceStage())
        terminal.line.deaf = True
        await terminal.press("enter")
        assert line(terminal) == "… sending"


async def test_a_clock_and_a_pause_are_told():
    timed = HOUR.replace('kind = "text"\n', 'kind = "text"\nadvance = "clock"\nlength_s = 60\n')
    async with hour_terminal(timed) as terminal:
        await terminal.command(AdvanceStage())
        assert terminal.says("#clock") == "1:00 left"
        await terminal.command(Extend(30 * SECOND))
        assert terminal.says("#clock") == "1:30 left"
        await terminal.command(Pause())
        assert terminal.says("#clock") == "PAUSED, 1:30 left"
        assert terminal.says("#notice") == "‖ PAUSED: the clock is stopped."
        await terminal.press("enter", "enter")
        assert line(terminal) == "Done. The next stage begins when the time is up."
        await terminal.command(Resume())
        assert terminal.says("#notice") == ""


@pytest.mark.parametrize("message", [Help()])
async def test_help_is_asked_and_taken_back(message: Message) -> None:
    async with hour_terminal() as terminal:
        await terminal.press("f")
        assert terminal.sent == [message]
        assert "You have asked for help" in terminal.says("#notice")
        await terminal.press("f")
        assert terminal.sent == [message, Help(withdrawn=True)]


async def test_leaving_is_asked_and_the_info_page_names_the_keys():
    async with hour_terminal() as terminal:
        await terminal.press("i")
        assert isinstance(terminal.app.screen, RulesScreen)
        await terminal.press("escape", "q")
        assert terminal.app.return_value is None
        await terminal.press("q")
        assert terminal.app.return_value is not None


async def test_where_the_questions_decide_it_is_said_with_the_consent_at_the_last_try_and_when_one_is_out():
    async with hour_terminal(decides(HOUR)) as terminal:
        assert "control questions" in terminal.app.screen.query_one(Markdown).source
        await to_questions(terminal)
        await terminal.press("1", "enter")
        assert "another wrong answer you do not trade" in fate(terminal)
        await terminal.press("1", "enter")
        assert "No try is left" in terminal.text()
        assert "5.00 €, and for taking part, 2.00 €" in terminal.text()
