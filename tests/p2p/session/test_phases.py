"""The table of phases: where each event leads, and that a session goes nowhere else."""

import pytest

from p2p.base.units import GATEWAY
from p2p.messages import FROM_TRADERS, End, EndPeriod, Message, Open, Resume, Start
from p2p.messages.envelope import Envelope
from p2p.session.permissions import PAUSED, TABLE, Moment, Phase, next_phase
from tests.plays.play import PHASES, Course, small

CHANGES = [
    ("unopened", Open(), "lobby"),
    ("lobby", Start(), "trading"),
    ("lobby", End(), "ended"),
    ("trading", EndPeriod(), "break"),
    ("trading", End(), "ended"),
    ("break", Start(), "trading"),
    ("break", End(), "ended"),
    ("paused in trading", Resume(), "trading"),
    ("paused in trading", End(), "ended"),
    ("paused in a break", Resume(), "break"),
    ("paused in a break", End(), "ended"),
]


@pytest.mark.parametrize(("before", "message", "after"), CHANGES)
def test_a_command_leads_to_the_phase_that_it_should(before: str, message: Message, after: Phase) -> None:
    course = PHASES[before]()
    if isinstance(message, Open):
        course.hand_in(Envelope(GATEWAY, message))
    else:
        course.command(message)
    assert course.session.phase == after


def test_time_leads_from_period_to_break_to_period_and_to_the_end() -> None:
    course = Course(small(periods=2, period_s=10.0, break_s=5.0)).trading()
    phases = []
    while course.session.deadline() is not None:
        course.wait(1)
        phases.append(course.session.phase)
    assert phases == ["trading"] * 9 + ["break"] * 5 + ["trading"] * 10 + ["ended"]


def test_a_full_lobby_starts_by_itself_where_the_scenario_says_so_and_a_break_does_not() -> None:
    course = Course(small(start="when_full")).open().join()
    assert course.session.phase == "trading"
    waits = Course(small(start="experimenter")).open().join()
    assert waits.session.phase == "lobby"
    course.wait(10)
    course.join(seats=[0])
    assert course.session.phase == "break"


def test_every_phase_is_reached_from_the_first_and_reaches_the_last() -> None:
    def from_here(phase: Phase, seen: frozenset[Phase] = frozenset()) -> set[Phase]:
        onward = {after for rows in (TABLE, PAUSED) if phase in rows for after in rows[phase].values()} - seen - {phase}
        return {phase}.union(*(from_here(after, seen | {phase}) for after in onward))

    assert from_here("unopened") == set(TABLE)
    assert all("ended" in from_here(phase) for phase in TABLE)


def test_nothing_leads_out_of_the_end_or_back_to_the_lobby() -> None:
    assert set(TABLE["ended"].values()) == {"ended"}
    assert {phase for phase, row in TABLE.items() if "lobby" in row.values()} == {"unopened", "lobby"}


@pytest.mark.parametrize("phase", list(PAUSED))
def test_in_a_pause_nothing_leads_on_but_the_end(phase: Phase) -> None:
    assert set(PAUSED[phase].values()) == {phase, "ended"}
    assert all(next_phase(phase, True, moment) is None for moment in Moment)


def test_traders_messages_are_no_business_of_the_table() -> None:
    assert not {cause for row in TABLE.values() for cause in row} & set(FROM_TRADERS)
