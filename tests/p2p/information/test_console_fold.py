"""The console's state without a terminal: who is first, what the log says, what has become of a command."""

from msgspec.structs import replace

from p2p.base.units import SECOND
from p2p.information.console_state import LOG_LINES, CommandShown, HappenedShown, SeatRefusal
from p2p.messages import Accepted, Announced, Ended, EndRound, Held, Paused, Quote, Refused, Resumed, StartRound, Voided
from p2p.protocol.console_frames import HelpOpen, SurplusRow
from tests.plays.console_plays import Told, a_class, figures, in_the_lobby, roster, row


def kinds(told: Told) -> list[str]:
    return [line.kind for line in told.fold.view(0).log if isinstance(line, HappenedShown)]


def test_before_anything_is_told_there_is_a_lobby_without_rows():
    state = Told().fold.view(0)
    assert (state.rows, state.log, state.figures, state.mirror) == ((), (), None, None)
    assert state.clock.phase == "lobby"


def test_help_comes_before_a_lost_seat_before_one_that_nobody_has_taken_before_the_others_before_a_removed_one():
    state = (Told() << roster(a_class())).fold.view(0)
    assert [shown.need for shown in state.rows] == ["help", "gone", "not_joined", *[""] * 8, "removed"]


def test_of_two_who_need_help_the_one_who_has_waited_longer_is_first():
    later, earlier = row(0, help=HelpOpen(9 * SECOND, "")), row(1, help=HelpOpen(4 * SECOND, ""))
    state = (Told() << roster([later, earlier])).fold.view(0)
    assert [shown.row.seat for shown in state.rows] == [1, 0]


def test_the_seats_are_counted_as_they_are_held():
    counts = (Told() << roster(a_class())).fold.view(0).counts
    assert (counts.seats, counts.robots, counts.gone, counts.empty, counts.removed, counts.help) == (12, 3, 1, 1, 1, 1)


def test_the_clock_runs_on_between_two_rosters_and_stands_in_a_pause():
    told = Told() << roster([row(0)], second=90, left_us=60 * SECOND)
    assert told.fold.view(95 * SECOND).clock.left_us == 55 * SECOND
    assert told.fold.view(900 * SECOND).clock.left_us == 0
    told << roster([row(0)], second=95, left_us=55 * SECOND, paused=True)
    assert told.fold.view(200 * SECOND).clock.left_us == 55 * SECOND


def test_changes_of_seats_are_lines_of_the_log():
    told = Told() << roster([row(0), in_the_lobby(1, holder="empty", connected=False)])
    told << roster([row(0, connected=False, gone_since_us=91 * SECOND), in_the_lobby(1)])
    told << roster([row(0), row(1, help=HelpOpen(93 * SECOND, "why?"))])
    told << roster([row(0, passed=True), row(1)])
    told << roster([row(0), row(1, removed=True, connected=False)])
    told << roster([row(0), row(1)])
    assert kinds(told) == ["gone", "joined", "back", "help", "passed", "helped", "handed_back", "removed", "let_back"]


def test_the_course_of_the_session_is_in_the_log():
    told = Told()
    for message in (
        StartRound(1, SECOND),
        Paused(None),
        Resumed(None),
        Held(),
        Voided(1, again=True),
        EndRound(1),
        Announced("", "hello"),
        Ended(),
    ):
        told << message
    assert kinds(told) == ["started", "paused", "resumed", "held", "again", "over", "announced", "ended"]


def test_a_machine_that_stood_still_is_told_apart_from_a_pause():
    told = Told() << Paused(None, 3 * SECOND)
    assert told.fold.view(0).log == (HappenedShown(SECOND, "stood_still", None, 3 * SECOND, ""),)


def test_an_old_log_gives_way():
    told = Told()
    for _ in range(LOG_LINES + 50):
        told << Resumed(None)
    assert len(told.fold.view(0).log) == LOG_LINES


def test_a_command_waits_until_each_of_its_messages_is_answered():
    told = Told() << roster([row(0), row(1)])
    told.fold.give(SECOND, "tell", (0, 1), "hello", 2)
    told.fold.sent(1, 0)
    told.fold.sent(2, 1)
    assert told.fold.view(0).command == CommandShown(SECOND, "tell", (0, 1), "hello", waiting=2)
    told << Accepted(1) << Refused(2, "not_now")
    assert told.fold.view(0).command == CommandShown(SECOND, "tell", (0, 1), "hello", 0, (SeatRefusal(1, "not_now"),))


def test_answers_to_commands_of_another_console_change_nothing():
    told = Told() << Accepted(7)
    assert told.fold.view(0).command is None


def test_a_command_that_cannot_be_sent_says_why():
    told = Told()
    told.fold.give(SECOND, "tell", (0, 1), "hello", 2)
    told.fold.sent(1, 0)
    told.fold.not_sent("64 messages wait for an answer")
    told << Accepted(1)
    command = told.fold.view(0).command
    assert command
    assert (command.waiting, command.unsent) == (0, "64 messages wait for an answer")


def test_figures_are_of_the_market_that_is_looked_at():
    told = Told() << figures(market=0) << replace(figures(market=0), market=1, contracts=99)
    assert told.fold.view(0).figures == figures(market=0)
    told.fold.look_at(1)
    shown = told.fold.view(0).figures
    assert shown
    assert shown.contracts == 99


def test_facts_that_the_console_does_not_show_do_not_make_it_draw():
    told = Told() << roster([row(0)])
    version = told.fold.version
    told << Accepted(1)
    before = told.fold.version
    told << Quote("bid", 100)
    assert told.fold.version == before >= version


def test_people_without_a_seat_are_counted_and_logged_once():
    surplus = [SurplusRow("Zoe", "", "locked")]
    told = Told() << roster([row(0)]) << roster([row(0)], surplus=surplus) << roster([row(0)], surplus=surplus)
    assert told.fold.view(0).surplus == (SurplusRow("Zoe", "", "the door is locked"),)
    assert kinds(told) == ["no_seat"]


def test_names_and_words_are_printable():
    told = Told() << roster([row(0, name="a\x1b[31mb", help=HelpOpen(0, "\x1b]0;x\x07why"))])
    state = told.fold.view(0)
    assert state.rows[0].row.name == "ab"
    assert [line.text for line in state.log if isinstance(line, HappenedShown)] == ["why"]
