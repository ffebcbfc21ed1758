"""`pit pay`: amounts by hand, a row for everybody, nobody paid twice, and `pit verify --payments` counts again."""

import csv
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from p2p.analysis.pay_rows import PayError
from p2p.base.units import GATEWAY
from p2p.messages import (
    AdvanceStage,
    Agree,
    Bid,
    Earned,
    Joined,
    Left,
    PaidPeriod,
    Remove,
    Respond,
    Start,
    Void,
    Withdraw,
)
from p2p.messages.envelope import Envelope
from p2p.scenario.payment import amounts, in_digits, points_of
from pit import cli
from recordings.reading.replay import read_replay
from recordings.scoring.payments import COLUMNS, payments
from tests import ROOT
from tests.plays.paid import ONE, Paid, stored, with_people
from tests.plays.play import Course, small

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
NAMES, LABELS = {0: "Ada", 1: "=cmd()", 2: "Zoë <b>"}, {0: "P07", 1: "-2+3", 2: "p9"}


def pit(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "payments.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row(out: Path, seat: int) -> dict[str, str]:
    return next(one for one in rows(out) if one["seat"] == str(seat))


def test_three_people_are_paid_as_by_hand(tmp_path: Path) -> None:
    course = Paid().played()
    folder = with_people(stored(course, tmp_path), NAMES, LABELS, surplus=1)
    done = pit("pay", folder, "--out", tmp_path / "pay")
    assert done.exit_code == 0, done.output
    assert "4 people, 32.60 € in all" in done.output
    out = tmp_path / "pay"
    header = (out / "payments.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "seat,label,points,fee,base,bonus,amount,holder,card"
    money = ("points", "fee", "base", "bonus", "amount", "holder")
    assert [tuple(row(out, seat)[key] for key in money) for seat in (course.a, course.b, course.s)] == [
        ("70", "5.00", "2.00", "3.50", "10.50", "human"),
        ("-5", "5.00", "2.00", "-0.25", "6.80", "human"),
        ("65", "5.00", "2.00", "3.25", "10.30", "human"),
    ]
    late = rows(out)[-1]
    assert (late["seat"], late["label"], late["amount"], late["holder"], late["card"]) == (
        "",
        "L0",
        "5.00",
        "surplus",
        "",
    )
    assert [one["label"] for one in rows(out)[:3]] == ["P07", "'-2+3", "p9"], "no cell is a formula"
    assert [one["card"] for one in rows(out)[:3]] == ["1", "2", "3"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in out.iterdir())
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_what_is_counted_is_what_the_session_told_them(tmp_path: Path) -> None:
    course = Paid(ONE).played()
    course.hand_in(Envelope(GATEWAY, PaidPeriod(2)))
    counted = payments(stored(course, tmp_path))
    assert counted.period == 2
    payment = course.session.scenario.payment
    assert payment is not None
    for event in course.events:
        if isinstance(event.message, Earned):
            told, mine = event.message, next(one for one in counted.rows if one.seat == event.to)
            assert mine.points == in_digits(points_of(told.points, 1))
            assert mine.amount == in_digits(amounts(payment, points_of(told.points, 1), told.owed).amount, 2)


def test_a_replay_shows_a_seat_its_own_amount(tmp_path: Path) -> None:
    course = Paid().played()
    folder = stored(course, tmp_path)
    shown = [one.message for one in read_replay(folder, course.a).told if isinstance(one.message, Earned)]
    assert [one.amount for one in shown] == ["10.50"]
    assert not [one for one in read_replay(folder, None).told if isinstance(one.message, Earned)]


def test_one_period_that_nobody_drew_is_typed_and_kept(tmp_path: Path) -> None:
    course = Paid(ONE).first()
    course.wait(5)
    course.command(Void())  # the second, while it runs
    folder = stored(course, tmp_path)
    refused = pit("pay", folder, "--out", tmp_path / "pay")
    assert refused.exit_code != 0
    assert "none was drawn; roll a die and give --period NUMBER" in refused.output
    assert "those that count: 1" in pit("pay", folder, "--out", tmp_path / "pay", "--period", 2).output
    assert pit("pay", folder, "--out", tmp_path / "pay", "--period", 1).exit_code == 0
    assert row(tmp_path / "pay", course.a)["amount"] == "8.50"
    assert row(tmp_path / "pay", course.b)["amount"] == "6.80"
    assert pit("pay", folder, "--out", tmp_path / "pay", "--paid", 1).exit_code == 0, "the period is known by now"
    assert "OK: payments" in pit("verify", folder, "--payments", tmp_path / "pay").output


def test_a_period_is_typed_only_where_none_was_drawn(tmp_path: Path) -> None:
    course = Paid(ONE).played()
    course.hand_in(Envelope(GATEWAY, PaidPeriod(2)))
    with pytest.raises(PayError, match="period 2 was drawn"):
        payments(stored(course, tmp_path), 1)
    (tmp_path / "sum").mkdir()
    with pytest.raises(PayError, match="this one does not"):
        payments(stored(Paid().played(), tmp_path / "sum"), 1)


def test_everybody_has_a_row_whatever_became_of_them(tmp_path: Path) -> None:
    course = Paid(stages=True)
    course.say(course.b, Agree(0, False))
    for seat in (course.a, course.s):
        course.say(seat, Agree(0, True))
    course.wait(5)
    course.contract(course.a, 10)  # practice
    course.wait(10 + 5)
    course.contract(course.a, 70)
    course.say(course.a, Withdraw())
    course.command(Remove(course.s))
    course.wait(10 + 5 + 10)
    course.command(AdvanceStage())
    course.command(AdvanceStage())
    counted = {one.seat: one for one in payments(stored(course, tmp_path)).rows}
    assert (counted[course.b].holder, counted[course.b].amount) == ("declined", "5.00")
    assert (counted[course.a].holder, counted[course.a].points, counted[course.a].amount) == ("withdrawn", "30", "8.50")
    assert (counted[course.s].holder, counted[course.s].amount) == ("removed", "8.00")


DECIDES = """
[[stage]]
kind = "questions"
tries = 1
at_cap = "base_pay"
questions = [{ ask = "1 + 1?", kind = "number", answer = 2 }]
[[stage]]
kind = "trade"
periods = 2
period_s = 10.0
break_s = 5.0
"""


def test_a_person_who_failed_the_questions_is_paid_fee_and_base(tmp_path: Path) -> None:
    course = Paid(stages=DECIDES)
    for seat, number in ((course.a, 2.0), (course.s, 2.0), (course.b, 3.0)):
        course.say(seat, Respond(0, 0, number))
    course.wait(5)
    course.contract(course.a, 70)
    course.wait(10 + 5 + 10)
    folder = stored(course, tmp_path)
    counted = {one.seat: one for one in payments(folder).rows}
    assert (counted[course.b].holder, counted[course.b].bonus, counted[course.b].amount) == ("failed", "0.00", "7.00")
    assert (counted[course.a].holder, counted[course.a].amount) == ("human", "8.50")
    told = {event.to: event.message for event in course.events if isinstance(event.message, Earned)}
    assert told[course.b] == Earned(0, owed="base")
    assert pit("pay", folder, "--out", tmp_path / "pay", "--paid", course.b + 1).exit_code == 0
    assert "OK: payments" in pit("verify", folder, "--payments", tmp_path / "pay").output


def test_robots_and_empty_seats_are_paid_nothing_and_robots_gains_in_a_persons_seat_are_not_theirs(
    tmp_path: Path,
) -> None:
    course = Paid.__new__(Paid)
    Course.__init__(course, Paid(more='vacancies = { drop_out = "robot" }').session.scenario)
    course.open().join("human", [course.a]).join("robot", [course.s])
    course.command(Start())
    course.hand_in(Envelope(GATEWAY, Left(course.a)))
    course.hand_in(Envelope(GATEWAY, Joined(course.a, "robot", stand_in=True)))
    course.contract(course.a, 70)
    course.wait(10)
    course.hand_in(Envelope(GATEWAY, Joined(course.a, "human")))
    course.second()
    counted = {one.seat: one for one in payments(stored(course, tmp_path)).rows}
    assert (counted[course.a].points, counted[course.a].amount) == ("40", "9.00")
    assert (counted[course.s].holder, counted[course.s].points, counted[course.s].amount) == ("robot", "30", "0.00")
    assert (counted[course.b].holder, counted[course.b].fee, counted[course.b].amount) == ("nobody", "0.00", "0.00")


def test_of_robots_alone_no_period_has_to_be_drawn(tmp_path: Path) -> None:
    course = Course(Paid(ONE).session.scenario).trading("robot")
    course.wait(100)
    assert course.session.paying.draws_from == ()
    assert payments(stored(course, tmp_path)).total == "0.00"


def test_a_session_without_payment_has_its_rows_and_no_money(tmp_path: Path) -> None:
    course = Course(small()).trading("human")
    course.wait(100)
    done = pit("pay", stored(course, tmp_path), "--out", tmp_path / "pay")
    assert "has no [payment], so nobody is paid" in done.output
    assert [(one["amount"], one["holder"]) for one in rows(tmp_path / "pay")] == [("0.00", "human")] * 4


def test_a_cut_recording_pays_its_finished_periods(tmp_path: Path) -> None:
    course = Paid().first()
    course.wait(5)
    course.contract(course.a, 60)
    done = pit("pay", stored(course, tmp_path, sealed=False), "--out", tmp_path / "pay")
    assert done.exit_code == 0
    assert "its finished periods are paid" in done.output
    assert row(tmp_path / "pay", course.a)["points"] == "30"


def test_nobody_is_paid_twice(tmp_path: Path) -> None:
    folder, out = with_people(stored(Paid().played(), tmp_path), NAMES, LABELS, surplus=2), tmp_path / "pay"
    assert pit("pay", folder, "--out", out).exit_code == 0
    before = (out / "payments.csv").read_bytes()
    again = pit("pay", folder, "--out", out)
    assert again.exit_code != 0
    assert "--force writes it anew, --paid CARD marks a payment" in again.output
    marked = pit("pay", folder, "--out", out, "--paid", "1", "s2")
    assert marked.output.splitlines()[0].startswith("card 1 (Ada): ")
    assert "is marked as paid" in marked.output
    twice = pit("pay", folder, "--out", out, "--paid", "3,1")
    assert twice.exit_code != 0
    assert "card 1 was paid" in twice.output
    assert set(json.loads((out / "paid.json").read_bytes())["paid"]) == {"1", "s2"}, "all or none are marked"
    assert (out / "payments.csv").read_bytes() == before
    assert pit("pay", folder, "--out", out, "--force").exit_code == 0
    sheet = (out / "payments.html").read_text(encoding="utf-8")
    assert sheet.count("✓ paid") == 2, "marks outlive what is written anew"
    assert "there is no card 9" in pit("pay", folder, "--out", out, "--paid", 9).output
    assert "is no card" in pit("pay", folder, "--out", out, "--paid", "x").output
    assert "is no option" in pit("pay", folder, "--out", out, "3").output
    said = json.loads(pit("pay", folder, "--out", out, "--force", "--json").output)
    assert [bool(one["paid"]) for one in said["rows"]] == [True, False, False, False, True]
    assert said["total"] == "37.60"


def test_a_spoilt_file_of_labels_is_not_passed_over(tmp_path: Path) -> None:
    folder = stored(Paid().played(), tmp_path)
    (folder / "joining.json").write_text("{")
    assert "joining.json is spoilt; move it away" in pit("pay", folder, "--out", tmp_path / "pay").output
    (folder / "joining.json").unlink()
    assert pit("pay", folder, "--out", tmp_path / "pay").exit_code == 0
    (tmp_path / "pay" / "paid.json").write_text("{")
    assert "paid.json is spoilt" in pit("pay", folder, "--out", tmp_path / "pay", "--force").output


def test_payments_of_another_session_are_not_written_over(tmp_path: Path) -> None:
    folder, out = stored(Paid().played(), tmp_path), tmp_path / "pay"
    assert pit("pay", folder, "--out", out).exit_code == 0
    kept = json.loads((out / "paid.json").read_bytes())
    (out / "paid.json").write_text(json.dumps(kept | {"session": "another"}))
    assert "has the payments of another; take another folder" in pit("pay", folder, "--out", out, "--force").output


def test_the_sheet_has_names_and_amounts_only(tmp_path: Path) -> None:
    folder, out = (
        with_people(stored(Paid().played(), tmp_path), {0: "Ada", 2: "Zoë <b>"}, {}, surplus=1),
        tmp_path / "p",
    )
    assert pit("pay", folder, "--out", out).exit_code == 0
    sheet = (out / "payments.html").read_text(encoding="utf-8")
    body = sheet[sheet.index("<tbody>") :]
    assert [name in body for name in ("Ada", "Card 2", "Zoë b", "Late0")] == [True] * 4
    assert "<b>" not in body
    assert not [word for word in ("65", "3.25", "3.50", "Three", "seller", "http") if word in body]


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("seat", "card")])
def test_the_first_row_that_differs_is_named(tmp_path: Path, column: str) -> None:
    folder, out = with_people(stored(Paid().played(), tmp_path), NAMES, LABELS, surplus=1), tmp_path / "pay"
    assert pit("pay", folder, "--out", out).exit_code == 0
    fine = pit("verify", folder, "--payments", out)
    assert (fine.exit_code, fine.output.count("OK:")) == (0, 2)
    written = rows(out)
    was, written[1][column] = written[1][column], "99"
    with (out / "payments.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(written)
    wrong = pit("verify", folder, "--payments", out / "payments.csv")
    assert wrong.exit_code == 1
    assert f"NO: payments: payments.csv: row 2 (seat 1): {column} is 99, counted {was}" in wrong.output
    assert "--force writes it anew" in pit("pay", folder, "--out", out, "--paid", 1).output


def test_a_row_more_or_less_is_found_and_labels_that_are_deleted_are_passed_over(tmp_path: Path) -> None:
    folder, out = with_people(stored(Paid().played(), tmp_path), NAMES, LABELS, surplus=1), tmp_path / "pay"
    assert pit("pay", folder, "--out", out).exit_code == 0
    lines = (out / "payments.csv").read_text(encoding="utf-8").splitlines()
    (out / "payments.csv").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert "row 4 is missing" in pit("verify", folder, "--payments", out).output
    (folder / "joining.json").unlink()
    (folder / "people.json").unlink()
    (out / "payments.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    gone = pit("verify", folder, "--payments", out)
    assert gone.exit_code == 0
    assert "labels are not compared" in gone.output
    (out / "payments.csv").write_text("\n".join(lines).replace("L0,0,5.00", "L0,0,50.00") + "\n", encoding="utf-8")
    assert "row 4 is one too many" in pit("verify", folder, "--payments", out).output
    assert "nowhere: No such file" in pit("verify", folder, "--payments", tmp_path / "nowhere").output


def test_the_table_of_people_has_consent_answers_and_how_they_left(tmp_path: Path) -> None:
    consents = '[[stage]]\nkind = "consent"\ntext = "Do you agree?"\ndata_use = true\n'
    course = Paid(stages=consents + DECIDES, more="loss_confirm = true")
    for seat in (course.a, course.b, course.s):
        course.say(seat, Agree(0, True, data_use=seat != course.s))
    for seat, number in ((course.a, 2.0), (course.s, 2.0), (course.b, 3.0)):
        course.say(seat, Respond(1, 0, number))
    course.wait(5)
    course.contract(course.a, 70)
    course.wait(10 + 5)
    course.say(course.a, Bid(110))
    course.say(course.a, Bid(110, confirmed=True))
    course.wait(10)
    assert pit("tables", stored(course, tmp_path), "--out", tmp_path / "tables").exit_code == 0
    with (tmp_path / "tables" / "people.csv").open(encoding="utf-8", newline="") as file:
        people = {int(one["seat"]): one for one in csv.DictReader(file)}
    keys = ("owner", "consent", "data_use", "wrong", "tries_used_up", "let_on", "losses_confirmed")
    assert [people[course.b][key] for key in keys] == ["failed", "1", "1", "1", "1", "0", "0"]
    assert [people[course.s][key] for key in keys] == ["human", "1", "0", "0", "0", "0", "0"]
    assert [people[course.a][key] for key in ("data_use", "losses_confirmed")] == ["1", "1"]


@pytest.mark.parametrize("more", [(), ("--decimal", "comma"), ("--format", "parquet")], ids=" ".join)
def test_tables_of_other_sessions_are_written_over_with_force_alone(tmp_path: Path, more: tuple[str, ...]) -> None:
    if "parquet" in more:
        pytest.importorskip("pyarrow")
    mine, out = stored(Paid().played(), tmp_path), tmp_path / "tables"
    assert pit("tables", mine, "--out", out, *more).exit_code == 0
    assert pit("tables", mine, "--out", out, *more).exit_code == 0, "the same again"
    assert pit("tables", SAMPLE, mine, "--out", out, *more).exit_code == 0, "and one more"
    refused = pit("tables", mine, "--out", out, *more)
    assert refused.exit_code != 0
    assert "give --force to write over them" in refused.output
    assert pit("tables", mine, "--out", out, *more, "--force").exit_code == 0
