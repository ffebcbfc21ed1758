"""Periods that were extended or cut short: the score says how long they were, for the baselines' are the scenario's."""

from pathlib import Path

from click.testing import CliRunner

from p2p.base.units import SECOND
from p2p.messages import EndPeriod, Extend, Pause, Resume
from recordings.commands.score import score as score_command
from recordings.journal.store import Store
from recordings.reports.baselines import lengths_line, range_line
from recordings.scoring.score import score
from tests.plays.play import Course, small

PLANNED = small(period_s=20.0, periods=3)


def recorded(folder: Path, course: Course) -> Path:
    """What was played of a session, as its recording."""
    store = Store.create(folder / "one", PLANNED, 1, "test")
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.close()
    return store.folder


def test_a_session_as_it_was_planned_says_nothing_of_lengths(tmp_path: Path) -> None:
    course = Course(PLANNED).trading()
    course.wait(100)
    scored = score(recorded(tmp_path, course))
    assert scored.open_s == (20.0, 20.0, 20.0)
    assert lengths_line(scored) == ""


def test_a_clock_that_is_a_little_late_is_no_other_length(tmp_path: Path) -> None:
    course = Course(PLANNED).trading()
    course.now += 20_300_000
    course.hand_in(course.session.alarm())
    scored = score(recorded(tmp_path, course))
    assert scored.open_s == (20.3,)
    assert lengths_line(scored) == ""


def test_pauses_do_not_make_a_period_longer(tmp_path: Path) -> None:
    course = Course(PLANNED).trading()
    course.wait(5)
    course.command(Pause())
    course.wait(60)
    course.command(Resume())
    course.wait(15)
    scored = score(recorded(tmp_path, course))
    assert scored.open_s == (20.0,)
    assert lengths_line(scored) == ""


def test_periods_of_other_lengths_are_told_beside_the_activations_of_the_baselines(tmp_path: Path) -> None:
    course = Course(PLANNED).trading()
    course.wait(3)
    course.command(Extend(10 * SECOND))
    course.wait(27 + 5 + 20 + 5 + 4)  # to the end of the first period, the second as planned, four seconds of the third
    course.command(EndPeriod())
    folder = recorded(tmp_path, course)
    assert score(folder).open_s == (30.0, 20.0, 4.0)
    said = CliRunner().invoke(score_command, [str(folder), "--sessions", "1", "--agents", "zic", "--workers", "1"])
    assert said.exit_code == 0
    assert "The baselines' periods are 20 s long (20 activations); this session's were open 4 to 30 s.\n" in said.stdout


def test_baselines_that_depend_on_the_price_range_say_so(tmp_path: Path) -> None:
    course = Course(PLANNED).trading()
    course.wait(100)
    folder = recorded(tmp_path, course)
    rules = PLANNED.institution
    expected = f"The gains of satisficer/tau=0.3 depend on the range of allowed prices, here {rules.price_min} to"
    assert range_line(score(folder), ["zip", "satisficer/tau=0.3"]).startswith(expected)
    assert range_line(score(folder), ["zip", "gd"]) == ""
    shown = CliRunner().invoke(score_command, [str(folder), "--agents", "zic", "--sessions", "1", "--workers", "1"])
    assert "The gains of zic depend on the range" in " ".join(shown.output.split())
