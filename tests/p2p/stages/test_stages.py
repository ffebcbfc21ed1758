"""A session of many stages, played by robots and by people."""

import re
from functools import partial
from typing import Any

import pytest

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import EXPERIMENTER, GATEWAY, PRICE_MAX, SECOND, Seat
from p2p.information.projection import Projector
from p2p.information.view_fold import ViewFold
from p2p.information.view_state import ViewState
from p2p.messages import (
    AdvanceStage,
    Again,
    Agree,
    Ask,
    Bid,
    End,
    Ended,
    Extend,
    Hold,
    Intermission,
    Joined,
    Left,
    Message,
    Open,
    PaidPeriod,
    Progress,
    Refused,
    Respond,
    Responded,
    Schedule,
    StageBegan,
    Start,
    StartRound,
    TurnPage,
    Void,
    Waiting,
    Withdraw,
)
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.frames import NumberedFact
from p2p.scenario.disguise import disguised
from p2p.scenario.errors import ScenarioError
from p2p.scenario.lengths import with_lengths
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Practice
from p2p.schedules.rationing import market_rules
from p2p.session.rules_versions import CONSENT_STAYS, UNDECIDED_LEAVE
from p2p.session.session import Session
from p2p.sim.simulation.simulation import Simulation
from tests.plays.paid import decides
from tests.plays.play import Course, answer, small

HOUR = """
title = "An hour"
start = "experimenter"
institution = { name = "continuous", price_min = 1, price_max = 400, tick = 1 }
environment = { buyers = [[325], [300]], sellers = [[75], [100]] }

[[stage]]
kind = "consent"
text = "Do you agree?"

[[stage]]
kind = "text"
pages = ["One.", "Two."]

[[stage]]
kind = "questions"
tries = 2
questions = [
    { ask = "Which?", options = ["this", "that"], answer = "that", explanation = "That, as page two says." },
    { ask = "As a buyer?", kind = "number", answer = 12, role = "buyer" },
    { ask = "As a seller?", kind = "number", answer = 13, role = "seller" },
]

[[stage]]
kind = "practice"
periods = 2
period_s = 10.0
break_s = 1.0
buyers = [[90], [80]]
sellers = [[10], [20]]

[[stage]]
kind = "trade"
periods = 2
period_s = 20.0
break_s = 3.0

[[stage]]
kind = "questionnaire"
questions = [{ ask = "How was it?", kind = "likert" }, { ask = "Why?", kind = "text" }]

[[stage]]
kind = "trade"
periods = 1
period_s = 30.0
break_s = 3.0

[[stage]]
kind = "earnings"
"""
PEOPLE = range(4)


def hour() -> Scenario:
    return parse(HOUR)


def of(events: list[Event], kind: type[Message]) -> list[Any]:
    return [event.message for event in events if isinstance(event.message, kind)]


def began(events: list[Event]) -> list[str]:
    return [one.kind for one in of(events, StageBegan)]


class Hour(Course):
    """Four people in a session of stages."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        super().__init__(scenario or hour())
        self.open().join("human")
        self.command(Start())

    @property
    def kind(self) -> str:
        return self.session.staging.stages[self.session.staging.number].__struct_config__.tag  # type: ignore[return-value]

    def all_say(self, message: Message) -> list[Event]:
        return [event for seat in PEOPLE for event in self.say(seat, message)]

    def consented(self) -> "Hour":
        self.all_say(Agree(0, True))
        return self

    def have_read(self) -> "Hour":
        self.consented()
        self.all_say(TurnPage(1, 1))
        self.all_say(TurnPage(1, 2))
        return self

    def answered(self) -> "Hour":
        self.have_read()
        for seat in PEOPLE:
            for question in self.session.staging.progress.told(seat).asked:
                self.say(seat, Respond(2, question, {0: 1, 1: 12, 2: 13}[question]))
        return self


def test_robots_pass_and_trade_in_practice_and_in_earnest() -> None:
    simulation = Simulation(hour(), ("zic",) * 4, 1)
    events = [event for _, _, events in simulation.play() for event in events]
    assert began(events) == [
        "consent",
        "text",
        "questions",
        "practice",
        "trade",
        "questionnaire",
        "trade",
        "earnings",
    ]
    assert [(one.period, one.length_us // SECOND) for one in of(events, StartRound)] == [
        (1, 10),
        (2, 10),
        (1, 20),
        (2, 20),
        (3, 30),
    ]
    assert len(of(events, Ended)) == 1


def test_practice_leaves_no_trace_in_scores() -> None:
    scenario = hour()
    outcome = SessionOutcome(partial(market_rules, scenario))
    events = [event for _, _, events in Simulation(scenario, ("zic",) * 4, 1).play() for event in events]
    for event in events:
        outcome.on_event(event)
    assert [(one.market, one.period) for one in outcome.scores()] == [(0, 1), (0, 2), (0, 3)]
    assert all(one.equilibrium.surplus_max == 450 for one in outcome.scores())
    simulated = Simulation(scenario, ("zic",) * 4, 1)
    list(simulated.play())
    gained = sum(sum(one.surplus_by_seat.values()) for one in outcome.scores())
    assert sum(simulated.session.markets[0].environment.balance.values()) == gained
    assert (
        sum(robot.knowledge.surplus_before + robot.knowledge.surplus for robot in simulated.robots.values()) == gained
    )


def test_what_is_traded_in_earnest_does_not_depend_on_practice() -> None:
    def counted(text: str) -> list[Event]:
        session = Session(parse(text), 1)
        assert session.markets
        return [(seat, dealt) for seat, dealt in sorted(session.markets[0].environment.state()[0])]  # type: ignore[index]

    assert counted(HOUR) == counted(HOUR.replace("[[90], [80]]", "[[95], [85]]"))


def test_a_stage_goes_on_with_the_last_who_is_done() -> None:
    course = Hour()
    assert course.kind == "consent"
    for seat in (0, 1, 2):
        assert began(course.say(seat, Agree(0, True))) == []
    assert of(course.events, Waiting)[-1] == Waiting(3, 4)
    assert began(course.say(3, Agree(0, True))) == ["text"]
    course.all_say(TurnPage(1, 1))
    last = course.all_say(TurnPage(1, 2))
    assert began(last) == ["questions"]


def test_who_is_not_there_holds_up_nobody() -> None:
    course = Hour()
    for seat in (0, 1, 2):
        course.say(seat, Agree(0, True))
    assert began(course.hand_in(Envelope(GATEWAY, Left(3)))) == ["text"]


def test_a_latecomer_reads_what_came_before_and_trades_only_then() -> None:
    course = Hour()
    course.hand_in(Envelope(GATEWAY, Left(3)))
    course.session.staging.progress._at.pop(3)  # they were never there
    for seat in (0, 1, 2):
        course.say(seat, Agree(0, True))
        course.say(seat, TurnPage(1, 1))
    for seat in (0, 1, 2):
        course.say(seat, TurnPage(1, 2))
    course.command(AdvanceStage())
    course.wait(1)
    assert course.session.phase == "trading"
    come = course.hand_in(Envelope(GATEWAY, Joined(3, "human")))
    assert of(come, Progress)[0].stage == 0
    assert of(course.say(3, Bid(50)), Refused)[0].reason == "stage_first"
    course.say(3, Agree(0, True))
    course.say(3, TurnPage(1, 1))
    last = course.say(3, TurnPage(1, 2))
    assert of(last, Progress)[-1].stage == 3, "on to practice, which runs"
    assert of(course.say(3, Bid(50)), Refused) == [] or of(course.events, Refused)[-1].reason != "stage_first"


def test_a_wrong_answer_is_explained_and_the_last_try_waits_for_the_experimenter() -> None:
    course = Hour().have_read()
    first = of(course.say(0, Respond(2, 0, 0)), Responded)[0]
    assert first == Responded(2, 0, False, 1, "That, as page two says.")
    assert of(course.say(0, Respond(2, 0, 0)), Responded)[0].tries_left == 0
    assert course.session.staging.progress.waits_for_help(0)
    let_on = course.command(AdvanceStage(0))
    assert of(let_on, Progress)[0].moved
    assert not course.session.staging.progress.waits_for_help(0)


def test_questions_are_mirrored_by_role() -> None:
    course = Hour().have_read()
    roles = course.session.staging.progress.roles
    asked = {roles[seat]: course.session.staging.progress.told(seat).asked for seat in PEOPLE}
    assert asked == {"buyer": (0, 1), "seller": (0, 2)}
    seller = next(seat for seat in PEOPLE if roles[seat] == "seller")
    assert of(course.say(seller, Respond(2, 1, 12)), Refused)[0].reason == "no_such_question"


def test_all_who_answer_right_go_on_to_practice_then_to_what_counts() -> None:
    course = Hour().answered()
    assert course.kind == "practice"
    assert of(course.events, Intermission)[-1] == Intermission(1, 1 * SECOND)
    course.wait(1)
    assert {step.value for event in course.events for step in getattr(event.message, "steps", ())} == {10, 20, 80, 90}
    course.wait(10 + 1 + 10)
    assert course.kind == "trade"
    course.wait(3 + 20 + 3 + 20)
    assert course.kind == "questionnaire"
    for seat in PEOPLE:
        course.say(seat, Respond(5, 0, 7))
        course.say(seat, Respond(5, 1, text="", length=4, digest="aa"))
    assert course.kind == "trade"
    course.wait(3 + 30)
    assert course.kind == "earnings"
    assert of(course.command(AdvanceStage()), Ended) == [Ended()]


@pytest.mark.parametrize("message", [Agree(0, False), Withdraw()])
def test_whoever_declines_or_withdraws_is_out_and_their_row_stays(message: Message) -> None:
    course = Hour()
    said = course.say(0, message)
    assert of(said, Progress)[-1].left
    for seat in (1, 2, 3):
        course.say(seat, Agree(0, True))
    assert course.kind == "text", "the group goes on without them"
    course.command(AdvanceStage())
    course.command(AdvanceStage())
    course.wait(1)
    assert of(course.say(0, Bid(50)), Refused)[0].reason == "removed"
    assert 0 in course.session.market_of


def test_a_clock_ends_a_stage_and_may_be_extended() -> None:
    timed = parse(HOUR.replace('kind = "text"\n', 'kind = "text"\nadvance = "clock"\nlength_s = 10\n'))
    course = Hour(timed).consented()
    course.all_say(TurnPage(1, 1))
    course.all_say(TurnPage(1, 2))
    assert course.kind == "text", "the clock alone ends it"
    course.command(Extend(5 * SECOND))
    course.wait(14)
    assert course.kind == "text"
    course.wait(1)
    assert course.kind == "questions"


def test_a_message_for_another_stage_or_said_twice_changes_nothing() -> None:
    course = Hour()
    assert of(course.say(0, TurnPage(1, 1)), Refused)[0].reason == "not_now"
    course.say(0, Agree(0, True))
    assert of(course.say(0, Agree(0, False)), Refused)[0].reason == "not_now"
    assert of(Course(hour()).open().join("human").say(0, Agree(0, True)), Refused)[0].reason == "not_now"


def test_the_same_messages_give_the_same_session() -> None:
    course = Hour().answered()
    course.wait(60)
    again = Session(hour(), 1)
    for envelope, at, events in course.heard:
        assert again.handle(envelope, at) == events
    assert again.digest() == course.session.digest()


def test_right_answers_stay_with_the_server() -> None:
    rules = repr(public_rules(hour()))
    assert "Which?" in rules
    assert "As page two says" not in rules
    assert "answer" not in rules.replace("answered", "")


WRONG = {
    ('questions = [{ ask = "Which?", options = ["a", "b"] }]', "questions"): "answer: is needed",
    ("questions = []", "questions"): "is empty",
    ('questions = [{ ask = "How many?", kind = "number", low = 5, answer = 2 }]', "questions"): "not within low",
    ('questions = [{ ask = "Which?", options = ["a", "b"], answer = "c" }]', "questions"): "none of the",
    ('questions = [{ ask = "Which?", options = ["a", "b"], answer = "b" }]', "questionnaire"): "no right",
    ('advance = "clock"', "earnings"): "length_s: goes with advance",
    ("pages = []", "text"): "pages",
}


@pytest.mark.parametrize("what", WRONG, ids=list(WRONG.values()))
def test_a_stage_that_cannot_be_is_refused(what: tuple[str, str]) -> None:
    keys, kind = what
    with pytest.raises(ScenarioError) as refused:
        parse(HOUR + f'\n[[stage]]\nkind = "{kind}"\n{keys}\n')
    assert WRONG[what] in str(refused.value)


def test_periods_said_twice_or_no_trade_at_all_are_refused() -> None:
    with pytest.raises(ScenarioError, match="periods: is said by the"):
        parse("periods = 3\n" + HOUR)
    with pytest.raises(ScenarioError, match="nobody would trade"):
        parse(HOUR.split("[[stage]]")[0] + '[[stage]]\nkind = "earnings"\n')


def test_lengths_of_the_command_line_are_those_of_every_practice_and_trade_stage() -> None:
    short = with_lengths(hour(), period_s=2.0, break_s=0.5, periods=1)
    trading = [stage for stage in short.stage if stage.trades]
    assert [(one.periods, one.period_s, one.break_s) for one in trading] == [(1, 2.0, 0.5)] * 3  # type: ignore[union-attr]
    assert short.periods == 2
    events = [event for _, _, events in Simulation(short, ("zic",) * 4, 1).play() for event in events]
    assert {one.length_us for one in of(events, StartRound)} == {2 * SECOND}


def test_an_experimenter_who_advances_twice_is_two_stages_on() -> None:
    course = Hour()
    course.command(AdvanceStage())
    course.command(AdvanceStage())
    assert course.kind == "questions"
    assert of(course.say(EXPERIMENTER, AdvanceStage(99)), Refused)[0].reason == "not_now"


def viewed(course: Course, seat: Seat) -> ViewState:
    """What a person's screen shows, from the facts that they were told."""
    fold = ViewFold(public_rules(course.session.scenario), seat)
    views, number = Projector(course.session.scenario, course.session.seed), 0
    for _, at, events in course.heard:
        for event in events:
            form = views.project(event)
            message = form and form.own.get(seat, form.form("book"))
            if message is not None:
                number += 1
                fold.fold(NumberedFact(number, at, message))
    return fold.view(course.now)


def test_a_screen_shows_the_stage_of_its_person() -> None:
    course = Hour().have_read()
    course.say(0, Respond(2, 0, 0))
    stage = viewed(course, 0).stage
    assert stage is not None
    assert (stage.number, stage.stages, stage.shown.kind, stage.shown.tries) == (2, 8, "questions", 2)
    assert stage.responded is not None
    assert stage.responded.explanation == "That, as page two says."
    assert stage.shown.questions[0].ask == "Which?"


def test_nothing_of_practice_is_on_a_screen_behind_it() -> None:
    course = Hour().answered()
    course.wait(1 + 5)
    practising = viewed(course, 0)
    assert practising.clock.practice
    assert (practising.clock.period, practising.clock.periods) == (1, 2)
    course.wait(5 + 1 + 10)
    counting = viewed(course, 0)
    assert not counting.clock.practice
    assert (counting.clock.period, counting.clock.next_period, counting.clock.periods) == (0, 1, 3)
    assert counting.period is None
    assert counting.own.surplus == 0


ASKS = re.compile('kind = "questionnaire"\nquestions = .*')
PRACTISED = ASKS.sub('kind = "practice"\nbuyers = [[90], [80]]', HOUR)
"""The hour with practice in the place of its questionnaire, behind periods that count."""


def trading(text: str = HOUR) -> Hour:
    """The first period that counts runs."""
    course = Hour(parse(text)).answered()
    course.wait(1 + 10 + 1 + 10 + 3)
    assert (course.kind, course.session.phase, course.session.period) == ("trade", "trading", 1)
    return course


@pytest.mark.parametrize("act", [Void(), Again()])
def test_before_the_first_period_there_is_none_to_void(act: Message) -> None:
    course = Hour().answered()
    course.wait(1 + 10 + 1 + 10)
    assert (course.kind, course.session.phase, course.session.period) == ("trade", "break", 0)
    assert answer(course.command(act)) == "no_such_period"
    course.wait(3)
    assert of(course.events, Schedule)[-1].period == 1


def test_a_practice_period_is_held_though_its_number_is_that_of_the_last_period() -> None:
    once = HOUR.replace("periods = 2\nperiod_s = 20.0", "periods = 1\nperiod_s = 20.0")
    course = Hour(parse(once)).answered()
    course.wait(1 + 10 + 1 + 5)
    assert (course.kind, course.session.period, course.session.interventions.periods) == ("practice", 2, 2)
    assert answer(course.command(Hold())) == "accepted"
    course.wait(100)
    assert (course.kind, course.session.phase) == ("trade", "break")


def test_a_void_period_before_practice_is_taken_out_of_the_balances_that_count() -> None:
    course = trading(PRACTISED)
    course.wait(20 + 3)
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]
    course.say(seller, Ask(200))
    course.say(buyer, Bid(200))
    counting = course.session.markets[0].environment
    assert counting.balance[buyer] == 125
    course.command(Void())
    assert course.kind == "practice"
    assert counting.balance[buyer] == 0


def test_a_period_that_is_played_again_is_not_the_last_by_chance() -> None:
    often = Course(small(start="experimenter", periods=5, end_probability=0.99)).trading()
    assert of(often.command(Again()), Ended) == []
    often.wait(5)
    assert (often.session.phase, often.session.period) == ("trading", 2)


def test_practice_has_the_rules_of_now_as_all_were_told() -> None:
    changed = "from_period = 2\nterms = { price_ceiling = 50 }\ncharges = { commission = 3 }"
    course = trading(f"{PRACTISED}\n[[overrides]]\n{changed}\n")
    course.wait(20 + 3 + 20 + 5)
    assert (course.kind, course.session.phase) == ("practice", "trading")
    buyer = course.seats("buyer")[-1]
    assert answer(course.say(buyer, Bid(51))) != "accepted"
    course.say(buyer, Bid(40))
    course.say(course.seats("seller")[0], Ask(40))
    assert course.session.markets[0].environment.balance[buyer] == 90 - 40 - 3


def test_whoever_has_used_up_their_tries_is_asked_no_more() -> None:
    course = Hour().have_read()
    for _ in range(2):
        course.say(0, Respond(2, 0, 0))
    assert answer(course.say(0, Respond(2, 0, 1))) == "not_now"
    assert course.session.staging.progress.waits_for_help(0)


def test_a_stage_does_not_go_on_because_all_connections_were_lost_at_once() -> None:
    course = Hour()
    for seat in PEOPLE:
        course.hand_in(Envelope(GATEWAY, Left(seat)))
    assert course.kind == "consent"
    course.hand_in(Envelope(GATEWAY, Joined(0, "human")))
    assert began(course.say(0, Agree(0, True))) == ["text"]


def test_no_count_of_people_tells_of_robots_that_are_not_mentioned() -> None:
    course = Course(parse('disclosure = "not_mentioned"\n' + HOUR)).open()
    course.join("human", [0, 1, 2]).join("robot", [3])
    course.command(Start())
    course.say(0, Agree(0, True))
    assert of(course.events, Waiting) == []


def test_a_session_that_ends_in_practice_pays_one_of_the_periods_that_counted() -> None:
    paid = '\n[payment]\ncurrency = "EUR"\nrate = 1\npaid = "one period"\ndraw = "experimenter"\n'
    course = trading(PRACTISED + paid)
    course.wait(20 + 3 + 20 + 5)
    assert (course.kind, course.session.period) == ("practice", 1)
    course.command(End())
    assert answer(course.command(PaidPeriod(3))) == "no_such_period"
    assert answer(course.command(PaidPeriod(2))) == "accepted"


def test_practice_is_played_under_the_disguise_of_what_counts() -> None:
    plain = hour()
    hidden = disguised(plain, 3)
    raised = hidden.institution.price_min - plain.institution.price_min
    practice = next(one for one in hidden.stage if isinstance(one, Practice))
    assert raised > 0
    assert practice.buyers == ((90 + raised,), (80 + raised,))
    assert practice.sellers == ((10 + raised,), (20 + raised,))
    dearer = HOUR.replace("buyers = [[90], [80]]", f"buyers = [[{PRICE_MAX - 5}], [80]]")
    practice = next(one for one in disguised(parse(dearer), 3).stage if isinstance(one, Practice))
    assert practice.buyers is not None
    assert practice.buyers[0][0] <= PRICE_MAX


PREVIEWED = HOUR.replace("break_s = 3.0\n", "break_s = 3.0\npreview_s = 4.0\n")


def test_each_sees_their_own_units_before_a_period_opens() -> None:
    course = Hour(parse(PREVIEWED)).answered()
    course.wait(1 + 10 + 1 + 10)
    assert course.kind == "trade"
    course.wait(3)
    assert course.session.phase == "break"
    seen = viewed(course, 0)
    assert seen.clock.preview
    assert (seen.clock.next_period, seen.clock.left_us) == (1, 4 * SECOND)
    assert [step.value for step in seen.own.steps] in ([325], [300], [75], [100])
    assert of(course.say(0, Bid(50)), Refused)[0].reason == "not_open"
    course.wait(4)
    assert course.session.phase == "trading"
    assert not viewed(course, 0).clock.preview
    dealt = [event for event in course.events if isinstance(event.message, Schedule) and event.to == 0]
    assert len(dealt) == 3, "twice in practice, and once for this period"


def test_a_period_that_is_played_again_is_previewed_with_the_values_that_come_again() -> None:
    course = Hour(parse(PREVIEWED)).answered()
    course.wait(1 + 10 + 1 + 10 + 3 + 4 + 20 + 3)
    assert viewed(course, 0).clock.preview
    course.command(Again())
    course.wait(4)
    assert viewed(course, 0).clock.preview, "once more, with other units"
    course.wait(4)
    assert course.session.phase == "trading"
    assert course.session.staging.last_period() == 3


@pytest.mark.parametrize("seed", range(8))
def test_a_person_has_one_role_in_practice_and_in_earnest(seed: int) -> None:
    roles: dict[int, dict[Seat, str]] = {3: {}, 4: {}}
    stage = -1
    for _, _, events in Simulation(hour(), ("zic",) * 4, seed).play():
        for event in events:
            if isinstance(event.message, StageBegan):
                stage = event.message.stage
            elif isinstance(event.message, Schedule) and stage in roles and isinstance(event.to, int):
                roles[stage][event.to] = event.message.role
    assert roles[3] == roles[4]
    assert len(roles[3]) == 4


DECIDES = decides(HOUR)


def test_where_the_questions_decide_a_person_without_a_try_left_is_out_of_trade_and_holds_up_nobody() -> None:
    course = Hour(parse(DECIDES)).have_read()
    assert not of(course.say(0, Respond(2, 0, 0)), Progress)[-1].failed
    told = of(course.say(0, Respond(2, 0, 0)), Progress)[-1]
    assert (told.left, told.failed) == (True, True)
    assert not course.session.staging.progress.waits_for_help(0)
    for seat in (1, 2, 3):
        for question in course.session.staging.progress.told(seat).asked:
            course.say(seat, Respond(2, question, {0: 1, 1: 12, 2: 13}[question]))
    assert course.kind == "practice", "the group goes on without them"
    course.wait(1)
    assert of(course.say(0, Bid(50)), Refused)[0].reason == "removed"
    assert answer(course.say(0, Withdraw())) == "not_now"


def test_questions_decide_only_where_a_base_is_paid_and_nothing_was_earned_before() -> None:
    with pytest.raises(ScenarioError, match="no base in"):
        parse(DECIDES.replace("base = 2.0", "base = 0"))
    with pytest.raises(ScenarioError, match="lose what they earned"):
        parse(
            DECIDES.replace('kind = "questionnaire"', 'kind = "questions"\nat_cap = "base_pay"').replace(
                '{ ask = "How was it?", kind = "likert" }, { ask = "Why?", kind = "text" }',
                '{ ask = "How?", kind = "number", answer = 1 }',
            )
        )


def test_nobody_is_moved_past_a_consent_that_they_have_not_answered() -> None:
    course = Hour()
    for seat in (0, 1, 2):
        course.say(seat, Agree(0, True))
    moved = course.command(AdvanceStage())
    told = next(event for event in moved if isinstance(event.message, Progress))
    assert (told.to, told.message) == (3, Progress(0))
    for _ in range(2):
        course.command(AdvanceStage())
    course.wait(1)
    assert (course.kind, course.session.phase) == ("practice", "trading")
    assert of(course.say(3, Bid(50)), Refused)[0].reason == "stage_first"
    now = of(course.say(3, Agree(0, True)), Progress)[-1]
    assert now.stage == 1, "then the texts, as a latecomer"


def test_the_experimenter_may_count_an_agreement_on_paper() -> None:
    course = Hour()
    course.command(AdvanceStage(3))
    for seat in (0, 1, 2):
        course.say(seat, Agree(0, True))
    assert course.kind == "text"
    assert course.session.staging.progress.told(3).stage == 1


def test_recordings_of_older_rules_were_played_with_all_moved_on() -> None:
    for rules, stage in ((UNDECIDED_LEAVE, 1), (CONSENT_STAYS, 0)):
        session = Session(hour(), 1, rules)
        for number, message in enumerate((Open(), Joined(0, "human"), Start(), AdvanceStage())):
            sender = GATEWAY if isinstance(message, Open | Joined) else EXPERIMENTER
            session.handle(Envelope(sender, message), number)
        assert session.staging.progress.told(0).stage == stage


def test_consent_is_asked_once_and_pay_is_told_after_the_last_trade() -> None:
    with pytest.raises(ScenarioError, match="consent is asked once"):
        parse(HOUR + '\n[[stage]]\nkind = "consent"\ntext = "Still?"\n')
    with pytest.raises(ScenarioError, match="earnings come after the last trade"):
        parse(decides(HOUR) + '\n[[stage]]\nkind = "trade"\n')
