"""The console: each key, each question, dead keys, the mirror, a lost connection, another console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from textual import events
from textual.pilot import Pilot

from p2p.base.units import SECOND
from p2p.messages import (
    AdvanceStage,
    Again,
    Announce,
    AnswerHelp,
    End,
    EndPeriod,
    EndRound,
    Extend,
    HandBack,
    Hold,
    Lock,
    Message,
    PaidPeriod,
    PassToRobot,
    Pause,
    Reissue,
    Remove,
    Resume,
    StageBegan,
    Start,
    StartRound,
    Tell,
    Unlock,
    Void,
)
from p2p.protocol.console_frames import Roster, SurplusRow
from p2p.protocol.frames import Card, Door, Fault
from p2p.scenario.parsing import parse
from tests.plays.console_plays import FakeConsole, a_class, figures, in_the_lobby, roster, row
from tests.plays.tui_plays import SMITH, smith, told_to
from tui.apps.console import ConsoleApp
from tui.entry.console_acts import ACTS
from tui.screens.console import ConsoleScreen
from tui.screens.console_keys import ConsoleKeysScreen, keys_page
from tui.screens.console_log import ConsoleLogScreen
from tui.screens.mirror import MirroredLobby, MirroredMarket, MirroredResults
from tui.screens.new_code import NewCodeScreen
from tui.text.console_words import log_line
from tui.widgets.console_prompt import Prompt, WordsField
from tui.widgets.roster_list import RosterList
from tui.widgets.text_line import TextLine

ONE = (StartRound(1, 60 * SECOND), EndRound(1))


class Chair:
    """The experimenter in a test: a console before a line that the test speaks for."""

    def __init__(self, line: FakeConsole, app: ConsoleApp, pilot: Pilot[object]) -> None:
        self.line, self.app, self.pilot = line, app, pilot
        self.door: Door | Fault = Door("experimenter")

    async def settle(self) -> None:
        """Let everything come to the screen."""
        for _ in range(3):
            await self.pilot.pause()
            self.app.draw()
        await self.pilot.pause()

    async def press(self, *keys: str) -> "Chair":
        await self.pilot.press(*keys)
        await self.settle()
        return self

    async def type(self, text: str) -> "Chair":
        self.app.screen.query_one(WordsField).insert(text)
        return await self.press("enter")

    async def see(self, told: Roster) -> "Chair":
        self.line.show(told)
        await self.settle()
        return self

    async def answer(self, token: int, refused: str | None = None) -> None:
        self.line.answer(token, refused)  # type: ignore[arg-type]
        await self.settle()

    def says(self, name: str = "console-answer") -> str:
        said = self.app.screen_stack[1].query_one(f"#{name}", TextLine).said
        return said.plain if said else ""

    @property
    def asks(self) -> str:
        prompt = self.app.screen_stack[1].query_one(Prompt)
        said = prompt.query_one("#prompt-question", TextLine).said
        return said.plain if prompt.display and said else ""

    @property
    def roster(self) -> RosterList:
        return self.app.screen_stack[1].query_one(RosterList)

    @property
    def log(self) -> list[str]:
        assert self.app.fold
        state = self.app.fold.view(self.line.now())
        return [log_line(line, state) for line in state.log]

    @property
    def said(self) -> list[Message]:
        return self.line.said


@asynccontextmanager
async def chair(
    told: Roster | None = None, size: tuple[int, int] = (80, 24), scenario: str = "", robots_told: bool = True
) -> AsyncIterator[Chair]:
    """A console that has been told a roster."""
    rules = parse(scenario or SMITH.read_text())
    line = FakeConsole(replace(rules, disclosure="told" if robots_told else "not_mentioned"))
    sitting: list[Chair] = []

    async def ask_door() -> Door | Fault:
        return sitting[0].door if sitting else Door("experimenter")

    app = ConsoleApp(line, ask_door)
    async with app.run_test(size=size) as pilot:
        sits = Chair(line, app, pilot)
        sitting.append(sits)
        line.welcome()
        await sits.settle()
        await sits.see(told or roster(a_class()))
        yield sits


# --- the session's keys ---


@pytest.mark.parametrize(
    ("key", "at", "message"),
    [
        ("s", roster([in_the_lobby(0)], phase="lobby"), Start()),
        ("p", roster([row(0)]), Pause()),
        ("p", roster([row(0)], paused=True), Resume()),
        ("o", roster([row(0)]), Hold()),
        ("o", roster([row(0)], held=True), Hold(off=True)),
    ],
    ids=["start", "pause", "resume", "hold", "hold-off"],
)
async def test_a_key_of_the_session_sends_its_command_at_once(key: str, at: Roster, message: Message) -> None:
    async with chair(at) as sits:
        await sits.press(key)
        assert sits.said == [message]
        assert "sent" in sits.says()
        await sits.answer(1)
        assert sits.says().endswith(": done")


async def test_the_clock_calls_practice_practice():
    practising = [row(0, stage="practice", flagged=True)]
    for at, said in (
        (roster(practising), "Practice period 2"),
        (roster(practising, phase="break"), "Break; practice period 3 next"),
        (roster([row(0)], phase="break"), "Break; period 3 of 5 next"),
    ):
        async with chair(at) as sits:
            assert sits.says("console-stage") == said
            if said == "Practice period 2":
                await sits.press("v")
                assert sits.says() == "Practice does not count: there is nothing to void."
            assert ("has used all tries" in sits.says("detail")) == bool(at.rows[0].flagged)


async def test_in_a_stage_a_person_or_all_are_moved_on():
    rows = [row(0, stage="quiz", progress="2/3", holds_up="stage"), row(1, stage="quiz", progress="3/3", done=True)]
    async with chair(roster(rows, phase="stage", stage=1, stages=4, left_us=None)) as sits:
        assert sits.says("console-stage") == "Stage 2 of 4"
        assert "quiz 2/3" in sits.says("roster")
        await sits.press("a", "d")
        assert "card 1 (Ana" in sits.asks
        await sits.press("y")
        assert sits.said == [AdvanceStage(0)]
        await sits.press("D", "y")
        assert sits.said == [AdvanceStage(0), AdvanceStage()]
        await sits.press("v")
        assert sits.says() == "No period runs: this is a stage without trade."
        await sits.press("e")
        assert sits.says() == "This stage has no clock: it waits for all, or for you."


async def test_somebody_without_tries_left_comes_before_a_lost_connection():
    rows = [row(0, connected=False, gone_since_us=0), row(1, stage="quiz", holds_up="tries"), row(2, left=True)]
    async with chair(roster(rows, phase="stage", stages=2, stage=0)) as sits:
        lines = sits.says("roster").splitlines()
        assert "! no tries left" in lines[1]
        assert "✗ withdrew" in lines[3]


@pytest.mark.parametrize(("key", "message"), [("n", EndPeriod()), ("v", Void()), ("g", Again())])
async def test_what_cannot_be_taken_back_is_asked(key: str, message: Message) -> None:
    async with chair() as sits:
        await sits.press(key)
        assert "y: yes" in sits.asks
        assert sits.said == []
        await sits.press("y")
        assert sits.said == [message]
        assert sits.asks == ""


async def test_one_key_locks_the_door_and_opens_it():
    async with chair(roster([in_the_lobby(0)], phase="lobby")) as sits:
        await sits.press("l")
        await sits.answer(1)
        assert "door locked" in sits.says("console-title")
        await sits.press("l")
        await sits.answer(2)
        assert sits.said == [Lock(), Unlock()]
        assert "door locked" not in sits.says("console-title")


async def test_any_other_key_is_no():
    async with chair() as sits:
        await sits.press("v", "x")
        assert sits.said == []
        assert sits.asks == ""
        assert sits.says() == "Nothing was done."


async def test_the_end_is_asked_twice():
    async with chair() as sits:
        await sits.press("E", "y")
        assert sits.asks.startswith("Really?")
        assert sits.said == []
        await sits.press("y")
        assert sits.said == [End()]


async def test_extending_asks_for_seconds_and_says_what_is_none():
    async with chair() as sits:
        await sits.press("e")
        assert "Seconds" in sits.asks
        await sits.type("soon")
        assert sits.says() == "'soon' is no number of seconds; type one, as 30."
        assert sits.said == []
        await sits.press("backspace", "backspace", "backspace", "backspace")
        await sits.type("30")
        assert sits.said == [Extend(30 * SECOND)]
        await sits.answer(1)
        assert sits.says() == "Extend 30 s: done"


async def test_a_message_to_all_is_one_announcement():
    async with chair() as sits:
        await sits.press("M")
        await sits.type("Please\nlook  here")
        assert sits.said == [Announce("Please look here")]


# --- the keys of seats ---


async def test_a_message_goes_to_the_seat_at_the_cursor():
    async with chair() as sits:
        await sits.press("m")
        assert "card 5 (Eve)" in sits.asks
        await sits.type("Have a look at your units")
        assert sits.said == [Tell(4, "Have a look at your units")]


async def test_letters_typed_into_a_message_are_no_keys():
    async with chair() as sits:
        await sits.press("m", *"spaxE", "enter")
        assert sits.said == [Tell(4, "spaxE")]


async def test_letters_typed_faster_than_the_prompt_opens_are_no_keys():
    async with chair() as sits:
        for key in ("m", *"sEyxy", "enter"):
            sits.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await sits.settle()
        assert sits.said == [Tell(4, "sEyxy")]


async def test_pasted_text_is_no_key_but_words_of_a_message():
    async with chair() as sits:
        sits.app.post_message(events.Paste("sEyxy"))
        await sits.settle()
        assert sits.said == []
        assert "Pasted text" in sits.says()
        await sits.press("m")
        sits.app.post_message(events.Paste("see\npage 2"))
        await sits.press("enter")
        assert sits.said == [Tell(4, "see page 2")]


async def test_a_message_that_is_too_long_stays_in_the_prompt():
    async with chair() as sits:
        await sits.press("m")
        await sits.type("x" * 501)
        assert "500 characters at the most; this one has 501" in sits.says()
        assert sits.said == []
        await sits.press("escape")
        assert sits.asks == ""


async def test_an_empty_message_is_not_sent_but_an_empty_answer_is():
    async with chair() as sits:
        await sits.press("m", "enter")
        assert "Nothing is typed" in sits.says()
        await sits.press("escape", "h", "enter")
        assert sits.said == [AnswerHelp(4, "")]


async def test_help_is_answered_where_it_was_asked_among_those_that_are_marked():
    async with chair() as sits:
        await sits.press("a", "h")
        assert "card 5 (Eve)" in sits.asks
        await sits.type("Press f again if not")
        assert sits.said == [AnswerHelp(4, "Press f again if not")]


async def test_the_way_to_the_first_who_asked_for_help_is_said():
    async with chair() as sits:
        await sits.press("down", "h")
        assert sits.says() == "Card 3 has not asked for help. Home goes to card 5, who has."
        await sits.press("home", "h", "enter")
        assert sits.said == [AnswerHelp(4, "")]


async def test_a_seat_is_passed_to_a_robot_and_back():
    async with chair(roster([row(0)])) as sits:
        await sits.press("r", "y")
        assert sits.said == [PassToRobot(0)]
        await sits.see(roster([row(0, passed=True, holder="stand-in")]))
        await sits.press("b")
        assert sits.said == [PassToRobot(0), HandBack(0)]


async def test_nobody_is_passed_to_a_robot_where_robots_are_not_mentioned():
    async with chair(roster([row(0)]), robots_told=False) as sits:
        await sits.press("r")
        assert sits.said == []
        assert "does not mention robots" in sits.says()


async def test_a_seat_is_removed_only_after_two_yeses():
    async with chair(roster([row(0)])) as sits:
        await sits.press("x", "y")
        assert sits.asks.startswith("Really?")
        await sits.press("y")
        assert sits.said == [Remove(0)]


async def test_the_cursor_does_not_follow_a_removed_seat_to_the_bottom():
    async with chair(roster([row(seat) for seat in range(4)])) as sits:
        await sits.press("down", "x", "y", "y")
        await sits.see(roster([row(0), row(1, removed=True), row(2), row(3)]))
        assert sits.roster.cursor == 2


async def test_a_new_code_is_shown_large_once_it_is_accepted():
    async with chair(roster([row(0), row(1)])) as sits:
        await sits.press("down", "i", "y")
        assert sits.said == [Reissue(1)]
        assert not isinstance(sits.app.screen, NewCodeScreen)
        sits.door = Door("experimenter", cards=(Card(1, "AAAA2222"), Card(2, "K7M4WX2Q")))
        await sits.answer(1)
        assert isinstance(sits.app.screen, NewCodeScreen)
        assert sits.app.screen.codes == (("card 2 (Bo)", "K7M4WX2Q"),)
        await sits.press("escape")
        assert isinstance(sits.app.screen, ConsoleScreen)


async def test_new_codes_of_several_seats_are_a_list_of_those_that_were_accepted():
    async with chair(roster([row(0), row(1), row(2)])) as sits:
        await sits.press("a", "i", "y")
        sits.door = Door("experimenter", cards=tuple(Card(card, f"CODE{card}") for card in (1, 2, 3)))
        await sits.answer(1)
        await sits.answer(2, "not_now")
        await sits.answer(3)
        assert isinstance(sits.app.screen, NewCodeScreen)
        assert [code for _, code in sits.app.screen.codes] == ["CODE1", "CODE3"]


async def test_a_code_that_cannot_be_read_is_said_in_one_line():
    async with chair(roster([row(0)])) as sits:
        await sits.press("i", "y")
        sits.door = Fault("wrong_code", "no seat has this code")
        await sits.answer(1)
        assert "cannot be read here (no seat has this code)" in sits.says()


async def test_a_door_that_is_locked_already_is_shown():
    async with chair() as sits:
        sits.door = Door("experimenter", locked=True)
        sits.line.welcome()
        await sits.settle()
        assert "door locked" in sits.says("console-title")


async def test_marked_seats_are_meant_in_their_order():
    async with chair(roster([row(seat) for seat in range(5)])) as sits:
        await sits.press("space", "down", "space", "m")
        assert "cards 1, 3" in sits.asks
        await sits.type("hello")
        assert sits.said == [Tell(0, "hello"), Tell(2, "hello")]
        await sits.answer(1)
        await sits.answer(2, "not_now")
        assert "1 done, 1 refused (card 3:" in sits.says()


async def test_a_message_to_sixty_leaves_in_parts_and_all_of_it_arrives():
    async with chair(roster([row(seat) for seat in range(60)])) as sits:
        await sits.press("a", "m")
        assert "60 cards" in sits.asks
        await sits.type("hello")
        assert 0 < len(sits.said) < 60
        for token in range(1, 61):
            await sits.answer(token)
        assert sits.said == [Tell(seat, "hello") for seat in range(60)]
        assert sits.says() == "Message to 60 cards “hello”: done"


async def test_a_server_that_is_told_too_much_at_once_is_told_again_without_a_word():
    async with chair() as sits:
        await sits.press("p")
        sits.line.queue.put_nowait(Fault("too_fast", "more than 20 messages a second"))
        await sits.settle()
        assert "sent" in sits.says()


async def test_a_command_whose_place_another_took_is_to_be_said_again():
    async with chair() as sits:
        await sits.press("p")
        sits.line.queue.put_nowait(Fault("token_taken", "another command came at the same time; say this one again"))
        await sits.answer(1)  # the other's answer
        assert sits.says() == "Pause: not sent, another command came at the same time; say this one again"


async def test_escape_forgets_the_marks():
    async with chair() as sits:
        await sits.press("a")
        assert len(sits.roster.marks) == 12
        await sits.press("escape")
        assert not sits.roster.marks


# --- the roster ---


async def test_what_needs_attention_first_is_first():
    async with chair() as sits:
        assert sits.app.fold
        cards = [shown.row.card for shown in sits.app.fold.view(sits.line.now()).rows]
        assert cards[:3] == [5, 3, 6]  # help, gone, not here yet
        assert cards[-1] == 7  # removed


async def test_people_without_a_seat_stand_below_the_roster():
    surplus = [SurplusRow("Zoe", "", "all seats are taken")]
    async with chair(roster([row(0)], surplus=surplus)) as sits:
        assert sits.says("surplus") == "No seat for Zoe: all seats are taken"
        assert sits.app.screen.query_one("#surplus").region
        assert "1 without a seat" in sits.says("console-seats")


async def test_the_cursor_stays_on_its_seat_when_the_lines_change_places():
    async with chair(roster([row(seat) for seat in range(5)])) as sits:
        await sits.press("down", "down")
        await sits.see(roster([row(0), row(1), row(2), row(3), row(4, connected=False, gone_since_us=SECOND)]))
        assert sits.roster.cursor == 2


async def test_sixty_rows_scroll_to_the_last_and_back():
    async with chair(roster([row(seat) for seat in range(60)])) as sits:
        assert "↓" in sits.says("roster")
        await sits.press("end")
        assert sits.roster.cursor == 59
        assert " 60 " in sits.says("roster")
        await sits.press("pageup", "home")
        assert sits.roster.cursor == 0
        assert "↑" not in sits.says("roster").splitlines()[0]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
async def test_no_line_of_the_roster_is_wider_than_the_screen(width: int) -> None:
    rows = [replace(one, arm="robots told", market=seat % 3) for seat, one in enumerate(a_class(60))]
    async with chair(roster(rows), size=(width, 30)) as sits:
        lines = sits.roster.said
        assert lines
        assert max(line.cell_length for line in lines.split("\n")) <= width


async def test_a_name_with_markup_escapes_and_turns_of_direction_is_plain():
    async with chair(roster([row(0, name="[red]x\x1b[2J\u202egnp")], second=1)) as sits:
        assert "[red]xgnp" in sits.says("roster")


# --- dead keys ---


@pytest.mark.parametrize(
    ("key", "at", "why"),
    [
        ("s", roster([row(0)]), "A period runs already."),
        ("p", roster([in_the_lobby(0)], phase="lobby"), "Trading has not started; s starts it."),
        ("e", roster([row(0)], phase="break"), "No period runs: this is a break."),
        ("n", roster([row(0)], phase="break"), "No period runs: this is a break."),
        ("o", roster([row(0)], period=5), "This is the last period: no break comes after it."),
        ("h", roster([row(0)]), "Card 1 has not asked for help."),
        ("b", roster([row(0)]), "Card 1 is neither passed to a robot nor removed."),
        ("m", roster([row(0, holder="robot")]), "Card 1 is a robot's."),
        ("m", roster([row(0, holder="empty")]), "Card 1 is empty: nobody has joined."),
        ("x", roster([row(0, removed=True)]), "Card 1 is removed already."),
        ("r", roster([row(0, passed=True)]), "Card 1 is passed to a robot already; b gives it back."),
        ("tab", roster([row(0)]), "This session has one market."),
        ("z", roster([row(0)]), "Unknown key 'z'; ? lists the keys."),
        ("v", roster([row(0)], phase="ended"), "The session is over."),
        ("d", roster([row(0)]), "No stage without trade runs now."),
        ("D", roster([row(0)]), "No stage without trade runs now."),
        ("s", roster([row(0)], phase="stage", stages=2), "A stage runs already; D begins the next one."),
    ],
)
async def test_a_dead_key_says_why(key: str, at: Roster, why: str) -> None:
    async with chair(at) as sits:
        await sits.press(key)
        assert sits.says() == why
        assert sits.said == []


async def test_a_refusal_is_one_plain_line():
    async with chair() as sits:
        await sits.press("p")
        await sits.answer(1, "not_now")
        assert sits.says() == "Pause: refused, the session is not at a point where this can be done"


async def test_a_question_that_stands_while_the_session_goes_on_is_looked_at_again():
    async with chair() as sits:
        await sits.press("n")
        await sits.see(roster(a_class(), phase="break"))
        await sits.press("y")
        assert sits.said == []
        assert "this is a break" in sits.says()


# --- other screens ---


async def test_the_mirror_shows_the_traders_own_screen_and_sends_nothing():
    async with chair() as sits:
        await sits.press("enter")
        assert sits.line.mirrors == [4]
        facts = told_to(4, smith())
        sits.line.mirrored(4, facts[:3])
        await sits.settle()
        assert isinstance(sits.app.screen, MirroredLobby)
        sits.line.mirrored(4, [fact for fact in facts if fact.at < 70 * SECOND])
        await sits.settle()
        assert isinstance(sits.app.screen, MirroredMarket)
        assert "card 5 (Eve)" in str(sits.app.screen.query_one("#mirror-title", TextLine).said)
        await sits.press("1", "5", "0", "b", "s", "p")
        assert sits.said == []
        sits.line.mirrored(4, facts)
        await sits.settle()
        assert isinstance(sits.app.screen, MirroredResults)
        await sits.press("escape")
        assert isinstance(sits.app.screen, ConsoleScreen)
        assert sits.line.mirrors == [4, None]


async def test_a_mirror_is_asked_for_again_when_the_line_is_back():
    async with chair() as sits:
        await sits.press("enter")
        sits.line.lose()
        sits.line.welcome()
        await sits.settle()
        assert sits.line.mirrors == [4, 4]


async def test_facts_of_a_mirror_that_was_left_are_no_screen():
    async with chair() as sits:
        await sits.press("enter", "escape")
        sits.line.mirrored(4, told_to(4, smith())[:3])
        await sits.settle()
        assert isinstance(sits.app.screen, ConsoleScreen)


async def test_the_page_of_keys_names_the_command_of_each():
    async with chair() as sits:
        await sits.press("question_mark")
        assert isinstance(sits.app.screen, ConsoleKeysScreen)
        await sits.press("escape")
        assert isinstance(sits.app.screen, ConsoleScreen)
    page = keys_page().plain
    assert all(act.command in page for act in ACTS)


async def test_no_line_of_the_page_of_keys_is_wrapped_at_80_columns():
    assert max(line.cell_length for line in keys_page().split("\n")) <= 72


async def test_the_log_has_commands_and_events():
    async with chair() as sits:
        await sits.press("p")
        await sits.answer(1)
        await sits.press("L")
        assert isinstance(sits.app.screen, ConsoleLogScreen)
        assert any(line.startswith("Card 5 (Eve) asks for help: “I typed") for line in sits.log)
        assert "Pause: done" in sits.log


async def test_w_shows_the_figures_on_a_low_terminal():
    async with chair() as sits:
        assert sits.app.fold
        sits.app.fold.set_figures(figures())
        await sits.press("w")
        assert not sits.roster.region
        assert "P0 200" in sits.says("figures-numbers")
        await sits.press("w")
        assert sits.roster.region


async def test_a_high_terminal_shows_both():
    async with chair(size=(120, 36)) as sits:
        assert sits.roster.region
        assert not sits.app.screen.query_one("#supply-demand").region  # there is nothing to be drawn yet
        sits.line.show(figures())
        await sits.settle()
        assert sits.app.screen.query_one("#supply-demand").region
        await sits.press("w")
        assert sits.says() == "Roster and figures are both shown."


async def test_tab_goes_through_the_markets():
    several = "markets = 2\n" + SMITH.read_text()
    async with chair(size=(120, 36), scenario=several) as sits:
        assert sits.app.fold
        sits.app.fold.set_figures(figures(market=0))
        sits.app.fold.set_figures(figures(market=1, contracts=3))
        await sits.settle()
        assert sits.says("figures-numbers").startswith("Market 1 of 2 (Tab: next)")
        await sits.press("tab")
        assert sits.says("figures-numbers").startswith("Market 2 of 2 (Tab: next)")
        await sits.press("tab")
        assert sits.says("figures-numbers").startswith("Market 1 of 2")


# --- the line ---


async def test_a_lost_line_is_said_and_comes_back():
    async with chair() as sits:
        sits.line.lose()
        await sits.settle()
        assert "CONNECTION LOST" in sits.says("console-stage")
        await sits.press("p")
        assert "connection is lost" in sits.says()
        assert sits.said == []
        sits.line.welcome()
        await sits.settle()
        assert "CONNECTION LOST" not in sits.says("console-stage")


async def test_before_the_server_answers_the_console_says_where_it_looks():
    line = FakeConsole()
    app = ConsoleApp(line)
    async with app.run_test(size=(80, 24)) as pilot:
        line.lose("nobody there")
        await pilot.pause(0.05)
        said = app.screen.query_one("#console-connecting", TextLine).said
        assert said
        assert "ws://lab.example:8765" in said.plain
        assert "nobody there" in said.plain
        await pilot.press("p", "enter", "question_mark", "escape")
        assert not line.sent


async def test_a_console_that_another_has_replaced_says_so():
    async with chair() as sits:
        sits.line.close(4001, "somebody has logged in")
        await sits.settle()
    ending = sits.app.return_value
    assert ending
    assert ending.sentence == "Another console has taken over this session; this one is closed."
    assert ending.status == 0


async def test_after_the_end_the_console_stays_until_q():
    async with chair(roster(a_class(), phase="ended")) as sits:
        sits.line.close(4000, "the session is over")
        await sits.settle()
        assert sits.app.return_value is None
        await sits.press("q")
    assert sits.app.return_value
    assert sits.app.return_value.sentence == "The session is over."


async def test_leaving_a_running_session_is_asked():
    async with chair() as sits:
        await sits.press("q")
        assert "Press q again" in sits.says()
        await sits.press("down", "q")
        assert sits.app.return_value is None
        await sits.press("q")
    assert sits.app.return_value
    assert sits.app.return_value.sentence == "The session goes on without a console."


ONE_PERIOD = """
title = "Paid"
start = "experimenter"
payment = { rate = 0.05, currency = "€", paid = "one period", draw = "experimenter" }
institution = { name = "standing", price_min = 1, price_max = 200 }
environment = { buyers = [[100]], sellers = [[50]] }
[[stage]]
kind = "practice"
buyers = [[90]]
[[stage]]
kind = "trade"
title = "The market"
periods = 3
[[stage]]
kind = "earnings"
"""


async def test_the_paid_period_is_typed_and_the_log_says_it():
    at_the_end = roster([row(0)], phase="stage", stage=2, stages=3, left_us=None)
    async with chair(at_the_end, scenario=ONE_PERIOD) as sits:
        assert "Paid period" in sits.says("key-bar")
        await sits.press("P")
        assert "one period that is paid" in sits.asks
        await sits.type("no")
        assert sits.says() == "'no' is no period; type its number, as 4."
        await sits.press("escape", "P")
        await sits.type("2")
        assert sits.said == [PaidPeriod(2)]
        await sits.answer(1)
        await sits.see(replace(at_the_end, paid_period=2))
        assert sits.log[-1] == "Period 2 is the one that is paid"
        await sits.press("P")
        assert sits.says() == "Period 2 is the one that is paid."


async def test_a_paid_period_is_typed_after_the_last_one_where_one_is_paid():
    async with chair(roster([row(0)]), scenario=ONE_PERIOD) as sits:
        await sits.press("P")
        assert sits.says() == "Which period is paid is said after the last one."
    async with chair(roster([row(0)], phase="stage", stage=0, stages=1)) as sits:
        await sits.press("P")
        assert sits.says() == "This scenario pays no single period."


async def test_the_log_has_stages_and_calls_practice_practice():
    async with chair(roster([row(0)]), scenario=ONE_PERIOD) as sits:
        for message in (StageBegan(0, "practice"), *ONE, StageBegan(1, "trade"), *ONE):
            sits.line.tell(message)
        await sits.settle()
        assert sits.log[-6:] == [
            "Stage 1 begins: practice",
            "Practice period 1 started",
            "Practice period 1 is over",
            "Stage 2 begins: The market",
            "Period 1 started",
            "Period 1 is over",
        ]


async def test_each_warning_of_the_server_is_a_line_of_the_log_once():
    quiet = roster([row(0)])
    async with chair(quiet) as sits:
        for warnings in (["a"], ["a"], ["a", "a", "b"], ["b", "c"]):
            await sits.see(replace(quiet, warnings=warnings))
        assert sits.log == ["a", "a", "b", "c"]
