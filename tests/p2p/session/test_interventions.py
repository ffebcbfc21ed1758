"""The experimenter's acts on seats and periods, as plays: what the session says of each, and what it comes to."""

import pytest
from msgspec.structs import replace

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import EXPERIMENTER, GATEWAY, SECOND
from p2p.messages import (
    Again,
    AnswerHelp,
    Ask,
    Bid,
    Buy,
    Contract,
    Ended,
    EndRound,
    HandBack,
    HandedBack,
    Held,
    Help,
    HelpAsked,
    Hold,
    Intermission,
    Joined,
    Left,
    Message,
    Order,
    PassedOn,
    PassToRobot,
    Pause,
    Paused,
    Remove,
    Removed,
    Resume,
    Resumed,
    Schedule,
    Start,
    StartRound,
    TakenOver,
    Tell,
    Told,
    Unpaid,
    Void,
    Voided,
)
from p2p.messages.envelope import Envelope
from p2p.scenario.schema import InstitutionRules, Vacancies
from p2p.session.session import Session
from p2p.sim.library.files import load
from tests.plays.play import PHASES, Course, answer, small, told

BOOK = InstitutionRules(1, 200, name="continuous")


def trade(course: Course, price: int = 100) -> int:
    """A contract between the best buyer and the best seller; the buyer's seat."""
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]
    course.say(seller, Ask(price))
    assert told(course.say(buyer, Buy()), Contract)
    return buyer


def scores(course: Course) -> SessionOutcome:
    outcome = SessionOutcome()
    for envelope, _, events in course.heard:
        outcome.on_input(envelope.message)
        for event in events:
            outcome.on_event(event)
    return outcome


def ran_again(course: Course) -> Session:
    """The same messages once more, to a session of their own: the same events, the same digest."""
    session = Session(course.session.scenario, course.session.seed)
    for envelope, at, events in course.heard:
        assert session.handle(envelope, at) == events
    assert session.digest() == course.session.digest()
    return session


# --- which phase lets which act be -------------------------------------------------------------------------------

SEATS = {"lobby", "trading", "break", "paused in trading", "paused in a break"}
PERIODS = SEATS - {"lobby"}
ACTS: list[tuple[Message, set[str]]] = [
    (Tell(0, digest="d"), SEATS),
    (PassToRobot(0), SEATS),
    (Remove(0), SEATS),
    (Hold(), PERIODS),
    (Void(1), PERIODS),
    (Again(), PERIODS),
]


@pytest.mark.parametrize(("act", "phases"), ACTS, ids=lambda one: getattr(one, "directive", ""))
@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase != "unopened"])
def test_an_act_is_accepted_in_its_phases_and_refused_in_all_others(act: Message, phases: set[str], phase: str) -> None:
    course = PHASES[phase]()
    if phase == "lobby":
        course.join("human", [0])
    if isinstance(act, PassToRobot):
        course.hand_in(Envelope(GATEWAY, Joined(0, "human")))
    assert answer(course.command(act)) == ("accepted" if phase in phases else "not_now")


@pytest.mark.parametrize("act", [Tell(9), AnswerHelp(9), PassToRobot(9), HandBack(9), Remove(9)])
def test_a_seat_that_there_is_not_is_refused(act: Message) -> None:
    assert answer(Course(small()).trading().command(act)) == "no_such_seat"


# --- words -------------------------------------------------------------------------------------------------------


def test_words_to_one_seat_are_told_to_it_alone() -> None:
    course = Course(small()).trading()
    events = course.command(Tell(2, digest="abc"))
    assert [(event.to, event.message) for event in events[1:]] == [(2, Told("abc"))]


def test_a_request_for_help_waits_until_it_is_answered_and_only_its_seat_is_told() -> None:
    course = Course(small()).trading("human")
    course.wait(2)
    events = course.say(3, Help(digest="w"))
    assert {event.to for event in events} == {3}
    assert told(events, HelpAsked) == [HelpAsked()]
    assert course.session.interventions.help == {3: (2 * SECOND, "w")}
    assert told(course.command(AnswerHelp(3, digest="a")), Told) == [Told("a", answers=True)]
    assert course.session.interventions.help == {}
    assert answer(course.command(AnswerHelp(3))) == "no_help_asked"


def test_a_request_for_help_can_be_taken_back_in_any_phase_but_the_end() -> None:
    course = Course(small(start="experimenter")).open().join("human")
    course.say(1, Help())
    assert told(course.say(1, Help(withdrawn=True)), HelpAsked) == [HelpAsked(withdrawn=True)]
    assert course.session.interventions.help == {}
    ended = PHASES["ended"]()
    assert answer(ended.say(1, Help())) == "not_now"


# --- a hold ------------------------------------------------------------------------------------------------------


def test_a_hold_said_in_a_period_stops_the_break_after_it_until_the_experimenter_goes_on() -> None:
    course = Course(small()).trading()
    assert told(course.command(Hold()), Held) == [Held()]
    events = course.wait(10)
    assert told(events, Intermission) == [Intermission(2, 5 * SECOND)]
    assert told(events, Paused) == [Paused(5 * SECOND)]
    course.wait(60)
    assert course.session.phase == "break"
    events = course.command(Resume())
    assert (told(events, Held), told(events, Resumed)) == ([Held(off=True)], [Resumed(5 * SECOND)])
    assert told(course.wait(5), StartRound)
    ran_again(course)


def test_a_hold_in_the_break_stops_it_at_once_and_hold_off_lets_it_go_on() -> None:
    course = Course(small()).trading()
    course.wait(12)
    assert told(course.command(Hold()), Paused) == [Paused(3 * SECOND)]
    assert told(course.command(Hold(off=True)), Resumed) == [Resumed(3 * SECOND)]


def test_a_hold_that_is_taken_back_in_the_period_stops_nothing() -> None:
    course = Course(small()).trading()
    course.command(Hold())
    assert told(course.command(Hold(off=True)), Held) == [Held(off=True)]
    assert not told(course.wait(10), Paused)


def test_the_last_period_has_no_break_to_hold() -> None:
    course = Course(small()).trading()
    course.wait(15)
    assert answer(course.command(Hold())) == "last_period"


# --- void, and again ---------------------------------------------------------------------------------------------


def test_a_void_period_ends_and_its_gains_leave_balances_and_scores() -> None:
    course = Course(small()).trading()
    buyer = trade(course)
    balance = course.session.markets[0].environment.balance
    assert balance[buyer] == 50
    events = course.command(Void())
    assert told(events, Voided) == [Voided(1)]
    assert told(events, EndRound)
    assert balance[buyer] == 0
    course.wait(5)
    trade(course, 110)
    course.wait(10)
    assert course.session.phase == "ended"
    assert balance[buyer] == 40
    assert [score.period for score in scores(course).scores()] == [2]
    ran_again(course)


def test_an_earlier_period_is_voided_while_another_one_runs_on() -> None:
    course = Course(small()).trading()
    buyer = trade(course)
    course.wait(15)
    trade(course, 110)
    assert not told(course.command(Void(1)), EndRound)
    assert course.session.phase == "trading"
    assert course.session.markets[0].environment.balance[buyer] == 40


def test_a_period_is_voided_once_and_not_before_it_has_begun() -> None:
    course = Course(small()).trading()
    assert answer(course.command(Void(2))) == "no_such_period"
    course.command(Void(1))
    assert answer(course.command(Void(1))) == "void_already"


def test_a_clock_that_stood_still_does_so_in_the_break_after_a_void_period() -> None:
    course = PHASES["paused in trading"]()
    events = course.command(Void())
    assert [type(event.message) for event in events if isinstance(event.message, Intermission | Paused)] == [
        Intermission,
        Paused,
    ]
    assert told(course.command(Resume()), Resumed)


def test_a_period_played_again_has_its_values_once_more_under_the_next_number_and_later_ones_follow() -> None:
    scenario = small(periods=3).environment
    course = Course(small(periods=3)).trading()
    dealt = {1: told(course.events, Schedule)}
    trade(course)
    assert told(course.command(Again()), Voided) == [Voided(1, again=True)]
    dealt[2] = told(course.wait(5), Schedule)
    assert [(one.role, one.steps) for one in dealt[2]] == [(one.role, one.steps) for one in dealt[1]]
    assert {one.period for one in dealt[2]} == {2}
    course.wait(20)
    assert course.session.phase == "trading"
    assert course.session.period == 3
    course.wait(30)
    assert course.session.phase == "ended"
    assert [score.period for score in scores(course).scores()] == [2, 3, 4]
    assert scenario == course.session.scenario.environment
    ran_again(course)


def test_values_that_are_drawn_anew_in_each_period_are_the_same_in_one_that_is_played_again() -> None:
    scenario = load("supply-shift")
    course = Course(scenario, seed=4).trading()
    first = told(course.events, Schedule)
    course.wait(scenario.period_s)
    course.command(Again())
    again = told(course.wait(scenario.break_s), Schedule)
    assert [one.steps for one in again] == [one.steps for one in first]


def test_the_last_period_may_be_played_again_while_it_runs() -> None:
    course = Course(small()).trading()
    course.wait(15)
    assert not told(course.command(Again()), Ended)
    assert told(course.wait(5), StartRound) == [StartRound(3, 10 * SECOND)]
    assert told(course.wait(10), Ended)


def test_the_same_period_is_played_again_once_and_an_energy_market_never() -> None:
    course = Course(small()).trading()
    course.command(Again())
    assert answer(course.command(Again())) == "void_already"
    energy = load("energy-day")
    day = Course(energy).trading()
    assert answer(day.command(Again())) == "carries_over"


def test_a_void_period_counts_for_no_loss_floor() -> None:
    course = Course(small(loss_floor=30)).trading()
    buyer, seller = course.seats("buyer")[0], course.seats("seller")[0]
    course.say(seller, Ask(155))
    course.say(buyer, Buy())
    lost = course.session.markets[0].environment.balance[buyer]
    assert lost < 0
    course.command(Void())
    course.wait(5)
    course.say(seller, Ask(155))
    assert answer(course.say(buyer, Buy())) == "accepted"


# --- seats -------------------------------------------------------------------------------------------------------


def robot_comes(course: Course, seat: int) -> list:
    return course.hand_in(Envelope(GATEWAY, Joined(seat, "robot", stand_in=True)))


def test_a_seat_passes_to_a_robot_and_back_in_a_scenario_without_stand_ins_and_a_robots_gain_is_unpaid() -> None:
    course = Course(small(purpose="research")).trading("human")
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]
    events = course.command(PassToRobot(buyer))
    assert [(event.to, event.message) for event in events[1:]] == [(buyer, PassedOn())]
    assert told(robot_comes(course, buyer), TakenOver)
    course.say(seller, Ask(100))
    assert told(course.say(buyer, Buy()), Unpaid) == [Unpaid(1, 50)]
    assert told(course.command(HandBack(buyer)), PassedOn) == [PassedOn(off=True)]
    assert told(course.hand_in(Envelope(GATEWAY, Joined(buyer, "human"))), HandedBack)
    course.say(seller, Ask(100))
    assert not told(course.say(buyer, Buy()), Unpaid)
    ran_again(course)


def test_an_order_of_before_that_a_robot_makes_smaller_stays_its_owners() -> None:
    course = Course(replace(small(purpose="research"), institution=BOOK)).trading("human")
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]
    course.say(buyer, Bid(100))
    course.command(PassToRobot(buyer))
    robot_comes(course, buyer)
    assert not told(course.say(seller, Ask(90)), Unpaid)


def test_nobody_is_passed_to_a_robot_that_the_scenario_does_not_mention_nor_twice() -> None:
    silent = Course(small(disclosure="not_mentioned", vacancies=Vacancies(drop_out="pass"))).trading("human")
    assert answer(silent.command(PassToRobot(1))) == "robots_not_mentioned"
    course = Course(small()).trading("human")
    course.command(PassToRobot(1))
    assert answer(course.command(PassToRobot(1))) == "robot_already"
    assert answer(Course(small()).trading("robot").command(PassToRobot(1))) == "robot_already"
    assert answer(course.command(HandBack(2))) == "nothing_to_hand_back"


def test_a_removed_persons_orders_are_withdrawn_where_no_robot_takes_over() -> None:
    course = Course(replace(small(purpose="research"), institution=BOOK)).trading("human")
    buyer = course.seats("buyer")[-1]
    course.say(buyer, Bid(90))
    course.say(buyer, Bid(95))
    events = course.command(Remove(buyer))
    assert told(events, Removed) == [Removed()]
    assert [order.quantity for order in told(events, Order)] == [0, 0]
    assert answer(course.say(buyer, Bid(80))) == "removed"
    assert answer(course.command(Remove(buyer))) == "removed"
    ran_again(course)


def test_a_removed_persons_orders_stay_where_a_robot_takes_over_which_then_trades() -> None:
    course = Course(replace(small(vacancies=Vacancies(drop_out="robot")), institution=BOOK)).trading("human")
    buyer = course.seats("buyer")[-1]
    course.say(buyer, Bid(90))
    assert not told(course.command(Remove(buyer)), Order)
    course.hand_in(Envelope(GATEWAY, Left(buyer)))
    robot_comes(course, buyer)
    assert answer(course.say(buyer, Bid(80))) == "accepted"


def test_a_removed_person_may_be_let_in_again() -> None:
    course = Course(small()).trading("human")
    course.command(Remove(1))
    assert told(course.command(HandBack(1)), Removed) == [Removed(off=True)]
    course.hand_in(Envelope(GATEWAY, Joined(1, "human")))
    assert not course.session.interventions.shut_out(1)


def test_a_session_without_acts_has_the_digest_that_it_had() -> None:
    course = Course(small()).trading()
    assert course.session.interventions.remembered() == []
    course.command(Pause())
    assert course.session.interventions.remembered() == []
    assert EXPERIMENTER in course.session.tokens
    course.command(Resume())
    course.command(Hold())
    assert course.session.interventions.remembered() != []
    assert answer(course.command(Start())) == "not_now"
