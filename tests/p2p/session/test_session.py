"""A session's phases and its clock."""

import pytest

from p2p.base.units import AGENTS, ENVIRONMENT, EVERYONE, EXPERIMENTER, GATEWAY, INSTITUTION, SECOND, SESSION
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Buy,
    Contracts,
    End,
    Ended,
    EndPeriod,
    EndRound,
    Extend,
    Extended,
    InitInst,
    Intermission,
    Joined,
    Left,
    Lobby,
    Message,
    Open,
    Pause,
    Paused,
    Refused,
    Reminder,
    ReminderEndPeriod,
    RequestContracts,
    RequestStanding,
    Resume,
    Resumed,
    Schedule,
    Sell,
    Standing,
    Start,
    StartPeriod,
    StartRound,
)
from p2p.messages.envelope import Envelope, Event
from tests.plays.play import PHASES, Course, answer, between, lobby, small, told, trading

ALLOWED: dict[type[Message], set[str]] = {
    Open: {"unopened"},
    Joined: set(PHASES) - {"unopened"},
    Left: set(PHASES) - {"unopened"},
    Start: {"lobby", "break"},
    Pause: {"trading", "break"},
    Resume: {"paused in trading", "paused in a break"},
    Extend: {"trading"},
    EndPeriod: {"trading"},
    End: set(PHASES) - {"unopened", "ended"},
}
SAY: dict[type[Message], Message] = {
    Joined: Joined(0, "human"),
    Left: Left(0),
    Extend: Extend(SECOND),
}


@pytest.mark.parametrize("kind", list(ALLOWED))
@pytest.mark.parametrize("phase", list(PHASES))
def test_what_may_be_commanded_in_which_phase(phase: str, kind: type[Message]) -> None:
    course = PHASES[phase]()
    sender = GATEWAY if kind in (Open, Joined, Left) else EXPERIMENTER
    before = course.session.digest()
    events = course.hand_in(Envelope(sender, SAY.get(kind) or kind()))
    if phase in ALLOWED[kind]:
        assert not told(events, Refused)
        assert kind in (Left,) or course.session.digest() != before
    else:
        assert events == [Event(Refused(0, "not_now"), SESSION, sender)]
        assert course.session.digest() == before


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase != "trading"])
@pytest.mark.parametrize("message", [Bid(90), Ask(90), Buy(), Sell(), Bid(0), Bid(-7)])
def test_no_order_is_taken_outside_of_a_round(phase: str, message: Message) -> None:
    course = PHASES[phase]()
    before = course.session.digest()
    for seat in range(4):
        assert answer(course.hand_in(Envelope(seat, message))) == "not_open"
    assert course.session.digest() == before


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase != "unopened"])
def test_what_stands_and_what_was_agreed_may_be_asked_at_any_time(phase: str) -> None:
    course = PHASES[phase]()
    assert told(course.say(0, RequestStanding()), Standing) == [Standing()]
    assert told(course.say(0, RequestContracts()), Contracts) == [Contracts(())]


# --- from the opening to the end ---------------------------------------------------------------------------------


def test_the_opening_initialises_the_institution_with_sentinels_just_outside_the_limits() -> None:
    events = Course(small(limits=(10, 100), tick=5)).open().events
    assert events[0] == Event(InitInst(5, 105, 5, (0, 1, 2, 3)), ENVIRONMENT, INSTITUTION, 0)
    assert told(events, Lobby) == [Lobby(0, 4)]


def test_it_starts_by_itself_when_the_last_seat_is_taken() -> None:
    course = Course().open().join(seats=[0, 1, 3])
    assert told(course.events, Lobby)[-1] == Lobby(3, 4, robots=3)
    assert course.session.phase == "lobby"
    course.join(seats=[2])
    assert course.session.phase == "trading"
    kinds = [type(event.message) for event in course.heard[-1][2]]
    assert kinds == [Lobby, *[Schedule] * 4, StartPeriod, StartRound, Reminder]


def test_who_leaves_the_lobby_is_waited_for() -> None:
    course = Course().open().join(seats=[0, 1, 3])
    assert told(course.hand_in(Envelope(GATEWAY, Left(1))), Lobby) == [Lobby(2, 4, robots=2)]
    course.join(seats=[2])
    assert course.session.phase == "lobby"
    course.join(seats=[1])
    assert course.session.phase == "trading"


def test_it_waits_for_the_experimenter_where_the_scenario_says_so() -> None:
    course = lobby().join()
    assert course.session.phase == "lobby"
    assert told(course.command(Start()), Accepted) == [Accepted(1)]
    assert course.session.phase == "trading"


def test_the_experimenter_may_start_before_everybody_is_there() -> None:
    course = Course().open().join(seats=[0])
    course.command(Start())
    assert course.session.phase == "trading"


def test_periods_follow_one_another_to_the_end() -> None:
    course = Course(small(periods=3)).trading()
    course.wait(1_000)
    heard = [
        type(m) for m in (event.message for event in course.events) if isinstance(m, StartRound | EndRound | Ended)
    ]
    assert heard == [StartRound, EndRound] * 3 + [Ended]
    times = [at for _, at, events in course.heard if told(events, StartRound)]
    assert times == [0, 15 * SECOND, 30 * SECOND]
    assert told(course.events, Intermission) == [Intermission(2, 5 * SECOND), Intermission(3, 5 * SECOND)]
    assert course.session.phase == "ended"
    assert course.session.deadline() is None


def test_nothing_is_due_in_lobby_pause_or_end() -> None:
    for phase in ("unopened", "lobby", "paused in trading", "paused in a break", "ended"):
        assert PHASES[phase]().session.deadline() is None
    assert trading().session.deadline() == 10 * SECOND
    assert between().session.deadline() == 15 * SECOND


def test_a_break_may_be_cut_short() -> None:
    course = between()
    course.command(Start())
    assert (course.session.phase, course.session.period) == ("trading", 2)
    assert course.session.deadline() == 20 * SECOND


def test_a_period_that_is_ended_early_goes_through_the_seeds_messages() -> None:
    course = trading()
    course.wait(3)
    events = course.command(EndPeriod())
    assert events == [
        Event(Accepted(2), SESSION, EXPERIMENTER),
        Event(ReminderEndPeriod(), SESSION, ENVIRONMENT, 0),
        Event(EndPeriod(), ENVIRONMENT, INSTITUTION, 0),
        Event(EndRound(1), INSTITUTION, AGENTS, 0),
        Event(Intermission(2, 5 * SECOND), SESSION, EVERYONE),
    ]
    assert course.session.deadline() == 8 * SECOND


def test_a_period_that_runs_out_ends_upon_the_institutions_reminder() -> None:
    course = trading()
    (ring, _, events) = (course.wait(10), course.now, course.heard[-1][2])
    assert ring == events
    assert events[:2] == [
        Event(EndPeriod(), INSTITUTION, INSTITUTION, 0),
        Event(EndRound(1), INSTITUTION, AGENTS, 0),
    ]


def test_the_end_closes_the_round_that_runs() -> None:
    assert [type(m) for m in (event.message for event in trading().command(End()))] == [
        Accepted,
        ReminderEndPeriod,
        EndPeriod,
        EndRound,
        Ended,
    ]
    for phase in ("lobby", "break", "paused in a break"):
        course = PHASES[phase]()
        assert told(course.command(End()), EndRound) == []
        assert course.session.phase == "ended"
    course = PHASES["paused in trading"]()
    assert len(told(course.command(End()), EndRound)) == 1


# --- the clock ---------------------------------------------------------------------------------------------------


def test_a_pause_keeps_the_time_that_is_left() -> None:
    course = trading()
    course.wait(4)
    assert told(course.command(Pause()), Paused) == [Paused(6 * SECOND)]
    course.wait(1_000)
    assert told(course.command(Resume()), Resumed) == [Resumed(6 * SECOND)]
    assert course.session.deadline() == 1_010 * SECOND
    assert told(course.wait(5.999), EndRound) == []
    assert told(course.wait(0.001), EndRound) == [EndRound(1)]


def test_a_pause_between_periods_keeps_the_time_that_is_left() -> None:
    course = between()
    course.wait(2)
    assert told(course.command(Pause()), Paused) == [Paused(3 * SECOND)]
    course.wait(50)
    course.command(Resume())
    assert course.session.deadline() == 65 * SECOND
    assert told(course.wait(3), StartRound) == [StartRound(2, 10 * SECOND)]


def test_quotes_outlive_a_pause() -> None:
    course = trading()
    buyer, seller = course.seats("buyer")[0], course.seats("seller")[0]
    course.say(buyer, Bid(90))
    course.command(Pause())
    assert answer(course.say(seller, Sell())) == "not_open"
    assert told(course.say(seller, RequestStanding()), Standing) == [Standing(bid=90, buyer=buyer)]
    course.command(Resume())
    assert answer(course.say(seller, Sell())) == "accepted"


def test_an_extension_gives_more_time() -> None:
    course = trading()
    course.wait(4)
    assert told(course.command(Extend(20 * SECOND)), Extended) == [Extended(26 * SECOND)]
    course.wait(25)
    assert course.session.phase == "trading"
    course.wait(1)
    assert course.session.phase == "break"


def test_an_extension_and_a_pause_add_up() -> None:
    course = trading()
    course.command(Extend(SECOND))
    course.wait(4)
    course.command(Pause())
    course.wait(9)
    assert told(course.command(Resume()), Resumed) == [Resumed(7 * SECOND)]


def test_a_pause_that_comes_after_the_time_is_up_leaves_none() -> None:
    course = trading()
    course.now = 12 * SECOND
    assert told(course.command(Pause()), Paused) == [Paused(0)]
    course.command(Resume())
    assert told(course.wait(0), EndRound) == [EndRound(1)]


def test_an_alarm_before_its_time_is_our_own_error() -> None:
    course = trading()
    with pytest.raises(AssertionError, match="not before"):
        course.hand_in(course.session.alarm())


def test_an_alarm_that_nobody_set_is_our_own_error() -> None:
    course = trading()
    course.now = 10 * SECOND
    with pytest.raises(AssertionError, match="the alarm that was set"):
        course.hand_in(Envelope(INSTITUTION, Reminder(7, SECOND), 0))


def test_a_break_of_no_length_is_one() -> None:
    course = Course(small(break_s=0.0)).trading()
    course.wait(10)
    assert (course.session.phase, course.session.period) == ("trading", 2)


def test_time_does_not_run_backwards() -> None:
    course = trading()
    course.wait(1)
    course.say(0, RequestStanding())
    course.now -= 1
    with pytest.raises(AssertionError, match="backwards"):
        course.say(0, RequestStanding())
