"""A session tells each person what they have earned: the sum, or one period that the shell draws."""

from p2p.base.units import GATEWAY, Seat
from p2p.information.projection import Projector
from p2p.information.view_fold import ViewFold
from p2p.messages import (
    AdvanceStage,
    Agree,
    Ask,
    Buy,
    Earned,
    Ended,
    Joined,
    Left,
    PaidPeriod,
    Refused,
    Remove,
    StageBegan,
    Void,
    Withdraw,
)
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.frames import NumberedFact
from p2p.scenario.public_rules import public_rules
from p2p.session.session import Session
from tests.plays.paid import ONE, Paid
from tests.plays.play import Course, answer, small, told


def earned(events: list[Event]) -> dict[Seat, Earned]:
    return {event.to: event.message for event in events if isinstance(event.message, Earned)}  # type: ignore[misc]


def drawn(course: Paid, period: int) -> list[Event]:
    return course.hand_in(Envelope(GATEWAY, PaidPeriod(period)))


def test_at_the_end_each_person_is_told_their_points() -> None:
    course = Paid().played()
    found = earned(course.events)
    assert {seat: one.points for seat, one in found.items()} == {course.a: 70, course.b: -5, course.s: 65}
    assert isinstance(course.events[-1].message, Ended), "before the end, so that nobody has left"


def test_the_journal_has_no_amount_and_the_seat_alone_is_told_its_own() -> None:
    course = Paid().played()
    assert all((one.fee, one.base, one.bonus, one.amount) == ("", "", "", "") for one in earned(course.events).values())
    projector = Projector(course.session.scenario, 1)
    shown = [
        (seat, message)
        for event in course.events
        if (projected := projector.project(event)) is not None
        for seat, message in [(None, projected.public), *projected.own.items()]
        if isinstance(message, Earned)
    ]
    assert {seat for seat, _ in shown} == {0, 1, 2}
    assert dict(shown)[course.a] == Earned(70, None, "all", "5.00", "2.00", "3.50", "10.50")
    assert dict(shown)[course.b] == Earned(-5, None, "all", "5.00", "2.00", "-0.25", "6.80")


def test_a_screen_has_the_amount_and_how_it_came_about() -> None:
    course = Paid(ONE, stages=False).played()
    drawn(course, 2)
    projector = Projector(course.session.scenario, 1)
    fold = ViewFold(public_rules(course.session.scenario), course.s)
    number = 0
    for _, at, events in course.heard:
        for event in events:
            shown = projector.project(event)
            mine = shown.own.get(course.s, shown.public) if shown else None
            if mine is not None:
                number += 1
                fold.fold(NumberedFact(number, at, mine))
    view = fold.view(course.now).earned
    assert view is not None
    assert (view.points, view.rate, view.bonus, view.amount, view.period) == ("10", "0.05", "0.50", "7.50", 2)
    assert (view.fee, view.base, view.currency, view.at_floor, view.fee_only) == ("5.00", "2.00", "€", False, False)


def test_nothing_is_told_where_nobody_is_paid() -> None:
    course = Course(small()).trading("human")
    course.wait(100)
    assert course.session.phase == "ended"
    assert earned(course.events) == {}
    assert answer(course.command(PaidPeriod(1))) == "no_period_paid"


def test_one_period_is_told_when_it_is_drawn_and_not_before() -> None:
    course = Paid(ONE).played()
    assert earned(course.events) == {}
    assert course.session.paying.draws_from == (1, 2)
    found = earned(drawn(course, 1))
    assert {seat: (one.points, one.period) for seat, one in found.items()} == {
        course.a: (30, 1),
        course.b: (-5, 1),
        course.s: (55, 1),
    }
    assert course.session.paying.draws_from == ()
    assert told(drawn(course, 2), Refused)[0].reason == "period_drawn"


def test_void_periods_are_neither_drawn_nor_paid_in_a_sum() -> None:
    one = Paid(ONE).first()
    one.command(Void(1))
    one.second()
    assert one.session.paying.draws_from == (2,)
    assert answer(one.command(PaidPeriod(1))) == "void_already"
    both = Paid().first()
    both.wait(5)
    both.contract(both.a, 60)
    both.command(Void())  # the last period, while it runs
    assert {seat: pay.points for seat, pay in earned(both.events).items()} == {both.a: 30, both.b: -5, both.s: 55}


def test_an_experimenters_die_is_taken_after_the_last_period_and_once() -> None:
    course = Paid(ONE + ', draw = "experimenter"', stages=True)
    for seat in range(3):
        course.say(seat, Agree(0, True))
    assert answer(course.command(PaidPeriod(1))) == "not_now"
    course.wait(5 + 10)  # practice
    course.wait(5)
    course.first()
    assert answer(course.command(PaidPeriod(1))) == "not_now"
    course.second()
    assert course.session.phase == "stage"
    assert answer(course.command(PaidPeriod(3))) == "no_such_period"
    assert answer(course.command(PaidPeriod(2))) == "accepted"
    assert earned(course.events) == {}, "not before the stage in which it is said"
    said = course.command(AdvanceStage())
    assert told(said, StageBegan)[0].kind == "earnings"
    assert {seat: one.points for seat, one in earned(said).items()} == {course.a: 40, course.b: 0, course.s: 10}
    assert answer(course.command(PaidPeriod(1))) == "period_drawn"
    assert earned(course.command(AdvanceStage())) == {}, "it is said once"


def test_the_server_draws_as_earnings_begin_and_leaves_out_practice() -> None:
    course = Paid(ONE, stages=True)
    for seat in range(3):
        course.say(seat, Agree(0, True))
    course.wait(5)
    course.contract(course.a, 10)  # practice: worth 20 less 10, and nothing
    course.wait(10)
    course.wait(5)
    course.played()
    assert course.session.paying.draws_from == ()
    course.command(AdvanceStage())
    assert course.session.paying.draws_from == (1, 2)
    assert earned(drawn(course, 1))[course.a].points == 30


def test_whoever_declines_has_the_fee_alone_and_whoever_withdraws_or_is_removed_their_points() -> None:
    course = Paid(stages=True)
    course.say(course.b, Agree(0, False))
    for seat in (course.a, course.s):
        course.say(seat, Agree(0, True))
    course.wait(5 + 10 + 5)
    course.contract(course.a, 70)
    course.say(course.a, Withdraw())
    course.command(Remove(course.s))
    course.wait(10 + 5 + 10)
    course.command(AdvanceStage())
    found = earned(course.events)
    assert found[course.b] == Earned(0, None, "fee")
    assert found[course.a] == Earned(30)
    assert found[course.s] == Earned(20)


def test_a_session_that_is_ended_early_pays_the_periods_that_were_closed() -> None:
    course = Paid().first().cut()
    assert earned(course.events)[course.a].points == 30
    nothing = Paid(ONE)
    nothing.session.interventions.void.add(1)
    nothing.cut()
    assert nothing.session.paying.draws_from == ()
    assert earned(nothing.events)[nothing.a] == Earned(), "no period counts: nothing is drawn, and all are told"


def test_a_robots_gain_in_a_persons_seat_is_not_theirs() -> None:
    course = Paid(more='vacancies = { drop_out = "robot" }')
    course.hand_in(Envelope(GATEWAY, Left(course.a)))
    course.hand_in(Envelope(GATEWAY, Joined(course.a, "robot", stand_in=True)))
    course.say(course.s, Ask(70))
    course.say(course.a, Buy())
    course.hand_in(Envelope(GATEWAY, Joined(course.a, "human")))
    course.contract(course.b, 80)
    course.wait(10)
    course.second()
    found = earned(course.events)
    assert {seat: one.points for seat, one in found.items()} == {course.a: 40, course.b: 10, course.s: 20 + 20 + 10}


def test_the_same_messages_give_the_same_pay() -> None:
    course = Paid(ONE).played()
    drawn(course, 2)
    again = Session(course.session.scenario, 1)
    for envelope, at, events in course.heard:
        assert again.handle(envelope, at) == events
    assert again.digest() == course.session.digest()
    other = Paid(ONE).played()
    drawn(other, 1)
    assert other.session.digest() != course.session.digest()
