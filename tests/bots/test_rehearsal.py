"""A rehearsal: its people play their parts through all stages, lose nothing, and its figures say go or no-go."""

import json
from dataclasses import replace
from random import Random

import msgspec
import pytest

from bots.rehearsal.answers import answer, next_said
from bots.rehearsal.parts import parts
from bots.rehearsal.pay import ceiling, earnings, money_of
from bots.rehearsal.rehearsal import as_json, keep, on_record, played, put_out, verified
from bots.rehearsal.times import stage_times
from bots.rehearsal.verdict import Latency, Pay, Rehearsed, lines, reasons
from p2p.messages import Agree, Progress, Respond, TurnPage
from p2p.scenario.parsing import checked
from p2p.scenario.payment import Payment
from p2p.scenario.stages import Question
from p2p.sim.library.files import load
from p2p.stages.progress import is_an_answer, is_right
from server.serve.open_session import Changes, repeated, sized
from tests.plays.lab import pit

HOUR = load("classroom-hour")
DICE = Random(7)
GOOD = Rehearsed(
    scenario="mine",
    humans=12,
    seats=22,
    joined=12,
    late=1,
    surplus=0,
    declined=1,
    away=1,
    returned=1,
    mistakes=9,
    helped=1,
    crashes=1,
    orders=300,
    lost=0,
    put_out=(),
    stuck="",
    verify="",
    fast_p99_ms=20.0,
    latency=Latency(2.0, 3.0, 9.0, 0, 0.1),
    limit_per_s=30.0,
    limit_found=False,
    minutes=42.0,
    stages=(),
    pay=Pay(0, 100, 400, 3_939),
)


def said(stage: int, kind: str = "plain", **at: object) -> object:
    return next_said(HOUR.stage, Progress(stage, **at), kind, wrong=set(), spent=set(), rng=DICE)  # type: ignore[arg-type]


def test_parts_are_those_that_the_stages_have_a_place_for():
    kinds = [part.kind for part in parts(40, HOUR.stage, 1)]
    assert len(kinds) == 40
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "plain": 22,
        "errs": 10,
        "leaves": 4,
        "late": 2,
        "stuck": 1,
        "declines": 1,
    }
    assert {part.kind for part in parts(40, (), 1)} == {"plain", "leaves"}
    assert {part.kind for part in parts(3, HOUR.stage, 1)} == {"plain"}
    assert parts(40, HOUR.stage, 1) == parts(40, HOUR.stage, 1)
    assert parts(40, HOUR.stage, 1) != parts(40, HOUR.stage, 2)


def test_people_agree_read_answer_and_decline_as_their_part_says():
    consent, text, questions, practice = 0, 1, 2, 3
    assert said(consent, "declines") == Agree(consent, yes=False)
    assert isinstance(agreed := said(consent), Agree)
    assert agreed.yes
    assert said(text, read=1) == TurnPage(text, 2)
    assert said(questions, asked=(0, 2, 4, 5)) == Respond(questions, 0, 23.0)
    assert said(questions, "errs", asked=(0, 2, 4, 5)) == Respond(questions, 0, 24.0)
    assert said(questions, asked=(0, 2), settled=(0,)) == Respond(questions, 2, 2)
    assert said(questions, asked=(0,), settled=(0,), done=True) is None
    assert said(practice) is None
    assert said(consent, left=True) is None


def test_a_stuck_person_waits_for_help_when_no_try_is_left():
    at = Progress(2, asked=(0, 2))
    assert next_said(HOUR.stage, at, "stuck", {0}, set(), DICE) == Respond(2, 0, 24.0)
    assert next_said(HOUR.stage, at, "stuck", {0}, {0}, DICE) is None


@pytest.mark.parametrize("question", [one for stage in HOUR.stage for one in getattr(stage, "questions", ())])
def test_every_answer_is_one_and_right_and_wrong_are_so(question: Question):
    for errs in (False, True):
        given = msgspec.structs.replace(answer(question, 2, 0, errs, DICE), length=9 * (question.kind == "text"))
        assert is_an_answer(question, given)
        if question.answer is not None:
            assert is_right(question, given) is not errs


def test_minutes_are_those_of_the_lengths_and_of_reading():
    times = {one.title or one.kind: one.minutes for one in stage_times(HOUR)}
    assert times["join"] == 3
    assert times["Practice"] == pytest.approx((2 * (90 + 15) + 10) / 60, abs=0.01)
    assert times["The market, with a tax"] == pytest.approx((3 * (120 + 20) + 10) / 60, abs=0.01)
    assert times["Four questions"] == pytest.approx((4 * 45 + 10) / 60, abs=0.01)
    assert 25 < sum(times.values()) < 60
    assert [one.kind for one in stage_times(load("smith-1962-test-1"))] == ["join", "trade"]


def test_nobody_earns_more_than_the_ceiling_which_is_every_unit_at_the_best_price():
    untaxed, taxed = 695 - 1, 695 - 1 - 75
    sellers = 999 - 445
    assert max(3 * untaxed + 3 * taxed, 6 * sellers) == ceiling(HOUR, 1)
    earned = earnings(HOUR, 1, sessions=3)
    assert earned.ceiling is not None
    assert earned.low <= earned.middle <= earned.high <= earned.ceiling
    assert ceiling(load("energy-day"), 1) is None


def test_go_has_no_reason_and_each_fault_is_one():
    assert reasons(GOOD) == []
    assert lines(GOOD)[0] == "GO"
    faults = {
        "did not come to its end": {"stuck": "the session stands still in stage 3"},
        "did not get in": {"joined": 11},
        "got no seat": {"surplus": 1},
        "not in the journal": {"lost": 1},
        "does not verify": {"verify": "another event"},
        "did not come back": {"returned": 0},
        "put out": {"put_out": ("too slow",)},
        "took 200 ms": {"latency": Latency(2.0, 3.0, 200.0, 0, 1.7)},
        "2.0 times": {"limit_per_s": 4.0, "limit_found": True},
        "needs 42 minutes": {"minutes_max": 40.0},
    }
    for words, changed in faults.items():
        seen = replace(GOOD, **changed)
        assert any(words in why for why in reasons(seen)), words
        assert lines(seen)[0] == "NO-GO"
    assert reasons(replace(GOOD, limit_per_s=4.0)) == [], "the limit was not reached"
    told = json.loads(as_json(replace(GOOD, lost=1)))
    assert (told["go"], told["headroom"], len(told["reasons"])) == (False, 15.0, 1)


def test_more_people_than_seats_repeat_the_schedules_of_practice_too():
    larger = repeated(HOUR, 40)
    assert larger.traders == 44
    practice = larger.stage[3]
    assert len(practice.buyers) == len(larger.environment.buyers) == 22  # type: ignore[union-attr]
    for seats in (34, 18):
        fitted = checked(sized(HOUR, seats))
        assert len(fitted.stage[3].buyers) == len(fitted.environment.buyers)  # type: ignore[union-attr]


SHORT = """
title = "Short"
purpose = "teaching"
start = "experimenter"
[institution]
name = "standing"
price_min = 1
price_max = 99
tick = 1
[environment]
name = "induced"
buyers = [[80], [70], [60]]
sellers = [[20], [30], [40]]
[robots]
reaction_mean_s = 2
[vacancies]
fill = "zic"
[[stage]]
kind = "consent"
text = "You may stop at any time."
[[stage]]
kind = "text"
pages = ["One.", "Two."]
advance = "experimenter"
[[stage]]
kind = "questions"
tries = 2
[[stage.questions]]
ask = "1 + 1?"
kind = "number"
answer = 2
[[stage]]
kind = "practice"
period_s = 20
break_s = 2
buyers = [[50], [40], [30]]
sellers = [[5], [10], [15]]
[[stage]]
kind = "trade"
periods = 2
period_s = 60
break_s = 2
[[stage]]
kind = "earnings"
"""


def test_a_load_plays_trade_alone_for_as_long_as_it_takes():
    """Its thousand periods were capped by the stages' own, so that a load of more than 24 s had no server."""
    loaded = checked(Changes(period_s=4, break_s=0, periods=1_000, units=100).made(HOUR))
    assert (loaded.stage, loaded.periods, loaded.period_s) == ((), 1_000, 4)


def test_lengths_of_the_command_line_are_each_stages_own_and_periods_a_cap():
    played = checked(Changes(period_s=5, break_s=0.5, periods=2).made(HOUR))
    trading = [(one.periods, one.period_s, one.break_s) for one in played.stage if one.trades]  # type: ignore[union-attr]
    assert trading == [(2, 5, 0.5)] * 3
    assert played.periods == 4
    assert [len(checked(Changes(periods=9).made(HOUR)).stage), HOUR.periods] == [9, 6]


async def test_a_session_is_rehearsed_to_its_end_through_a_crash_and_nothing_is_lost(tmp_path):
    file = tmp_path / "short.toml"
    file.write_text(SHORT, encoding="utf-8")
    told: list[str] = []
    server, course = await played(str(file), load(str(file)), 6, 30, 3, tmp_path, told.append)
    assert not course.stuck
    assert put_out(course) == ()
    assert (course.crashed, course.removed, course.away, course.surplus) == (True, 1, 1, 0)
    assert all(person.knowledge is not None for person in course.people), "all had a seat"
    assert [one.returns for one in course.people if one.part.kind == "leaves"] == [1]
    assert course.helped >= 1
    kept = on_record(server.recording)
    acknowledged = [(one.seat, token) for one in course.people for token in one.accepted]
    assert len(acknowledged) > 20
    assert set(acknowledged) <= kept
    assert verified(server.recording) == ""
    assert "the server is killed in a period, and taken up again" in told
    folder = keep(server.recording, tmp_path / "kept" / "here")
    assert folder == tmp_path / "kept" / "here" / server.recording.name
    assert verified(folder) == ""


def test_a_rehearsal_of_no_scenario_is_one_line(tmp_path):
    done = pit("rehearse", "nowhere", "--humans", "4", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr


def test_pay_is_by_the_scenarios_own_arithmetic_and_of_one_period_where_one_is_paid():
    research = msgspec.structs.replace(HOUR, purpose="research", spectators="none")
    priced = msgspec.structs.replace(
        research, payment=Payment(rate=0.01, currency="€", fee=5.0, rounding="up", step=0.5)
    )
    earned = earnings(priced, 1, sessions=2)
    pay = money_of(priced, earned)
    assert (pay.currency, pay.ceiling) == ("€", 44.5), "5 + 3939 / 100, up to the next half"
    assert pay.low is not None
    assert 5.0 <= pay.low <= (pay.high or 0) <= 44.5
    one = msgspec.structs.replace(priced, payment=Payment(rate=0.01, currency="€", fee=5.0, paid="one period"))
    assert money_of(one, earnings(one, 1, sessions=2)).ceiling == 11.94, "5 + 694 / 100"
    assert money_of(HOUR, earned).currency == ""
