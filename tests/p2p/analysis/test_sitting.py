"""Who held a seat how long, what is not paid, and what the score makes of it."""

from pathlib import Path

from rich.text import Text

from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import GATEWAY, SECOND
from p2p.messages import Ask, Bid, Joined, Left, Pause, Resume, Start
from p2p.messages.envelope import Envelope
from recordings.journal.store import Store
from recordings.reading.participants import FILE as PEOPLE
from recordings.reports.text import traders_table
from recordings.scoring.score import score
from tests.plays.hands import TAKES_OVER, comes_back, course, takes
from tests.plays.lab import pit
from tests.plays.play import Course, small


def test_the_time_of_a_seat_is_his_who_held_it_and_pauses_do_not_count() -> None:
    play = course()
    play.wait(1)
    play.hand_in(Envelope(GATEWAY, Left(2)))
    play.wait(2)
    play.hand_in(Envelope(GATEWAY, Joined(2, "robot", stand_in=True)))
    play.command(Pause())
    play.wait(50)
    play.command(Resume())
    play.wait(3)
    comes_back(play, 2)
    play.wait(60)
    sitting = sat(play)
    held = {sitter: us / SECOND for sitter, us in sitting.of((0, 1, 2)).items()}
    assert held == {"human": 1 + 4, "robot": 0, "stand_in": 3, "nobody": 2}
    assert {us / SECOND for us in sitting.of((0, 2, 2)).values()} == {0, 10}


def test_the_seats_times_and_the_unpaid_are_folded_from_what_is_recorded() -> None:
    play = course()
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    takes(play, buyer)
    play.say(buyer, Bid(100))
    play.say(seller, Ask(90))
    assert dict(sat(play).unpaid) == {(0, 1, buyer): 50}


def test_a_seat_is_its_persons_in_the_score_whoever_held_it_last() -> None:
    play = course()
    takes(play, 2)
    outcome = SessionOutcome()
    for envelope, _, _ in play.heard:
        outcome.on_input(envelope.message)
    assert outcome.controllers == dict.fromkeys(range(4), "human")
    outcome.on_input(Joined(9, "robot", stand_in=True))
    assert outcome.controllers[9] == "robot", "nobody has ever come to it"


def test_the_score_pays_people_alone(tmp_path: Path) -> None:
    play = Course(small(vacancies=TAKES_OVER, start="experimenter")).open()
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    play.join("robot", [seller]).join("human", [seat for seat in range(4) if seat != seller])
    play.command(Start())
    takes(play, buyer)
    play.say(buyer, Bid(100))
    play.say(seller, Ask(90))
    play.wait(11)
    store = Store.create(tmp_path / "one", play.session.scenario, 1, "test")
    for envelope, at, events in play.heard:
        store.append(store.line(envelope, at, events))
    store.close()
    table = traders_table(score(store.folder))
    columns = {str(column.header): list(column.cells) for column in table.columns}
    assert [columns["unpaid"][seat] for seat in (buyer, seller)] == ["50", ""]
    paid = columns["to be paid"]
    assert (paid[buyer], paid[seller]) == ("0", ""), "a robot on a seat of its own is paid nothing"
    assert [paid[seat] for seat in range(4) if seat not in (buyer, seller)] == ["0", "0"]


def test_the_score_names_those_who_gave_their_names(tmp_path: Path) -> None:
    play = Course(small(start="experimenter")).open().join("human", range(4))
    play.command(Start())
    play.wait(61)
    store = Store.create(tmp_path / "one", play.session.scenario, 1, "test")
    for envelope, at, events in play.heard:
        store.append(store.line(envelope, at, events))
    store.close()
    headers = [str(column.header) for column in traders_table(score(store.folder)).columns]
    assert headers[:3] == ["seat", "who", "role"], "nobody gave his name"
    (store.folder / PEOPLE).write_text(
        '{"1": "Ada [red]Lovelace", "2": "An overly long name\\u001b[31m of somebody", "x": "y"}'
    )
    name = traders_table(score(store.folder)).columns[1]
    assert str(name.header) == "name"
    assert [Text.from_markup(cell).plain for cell in name.cells] == [
        "",
        "Ada redLovelace",
        "An overly long name…",
        "",
    ]
    for spoilt in (b"[]", b"{", b"\xff"):
        (store.folder / PEOPLE).write_bytes(spoilt)
        assert str(traders_table(score(store.folder)).columns[1].header) == "who"


def test_tables_of_many_say_which_of_them_is_no_recording(tmp_path: Path) -> None:
    play = Course(small(start="experimenter")).open()
    store = Store.create(tmp_path / "one", play.session.scenario, 1, "test")
    store.close()
    (tmp_path / "notes.txt").write_text("see you on Monday")
    done = pit("tables", str(tmp_path / "one"), str(tmp_path / "notes.txt"), "--out", "tables", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{tmp_path / 'notes.txt'}: the journal has no header" in done.stderr


def sat(play: Course) -> SeatOccupancy:
    sitting = SeatOccupancy()
    for envelope, at, events in play.heard:
        sitting.on_input(envelope.message, at)
        for event in events:
            sitting.on_event(event, at)
    return sitting
