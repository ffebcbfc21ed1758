"""Pictures of every stage at both sizes, held against the ones that somebody has looked at.

After a change that is meant: pytest tests/tui/test_stage_snapshots.py --snapshot-update, and look at what has changed.
"""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from p2p.messages import AdvanceStage, Agree, Pause
from p2p.scenario.parsing import parse
from tests.p2p.stages.test_stages import Hour
from tests.plays.hour_plays import HOUR, HourLine, StageTerminal
from tests.plays.paid import decides
from tests.tui.test_snapshots import StillApp
from tui.widgets.question import AnswerField

Compare = Callable[..., bool]
Scene = Callable[[StageTerminal], Awaitable[None]]


async def advance(terminal: StageTerminal, stages: int) -> None:
    for _ in range(stages):
        await terminal.command(AdvanceStage())


async def consent(terminal: StageTerminal) -> None:
    await terminal.press("space")


async def waiting(terminal: StageTerminal) -> None:
    await terminal.press("a")


async def declining(terminal: StageTerminal) -> None:
    await terminal.press("d")


async def text(terminal: StageTerminal) -> None:
    await advance(terminal, 1)


async def text_read(terminal: StageTerminal) -> None:
    await advance(terminal, 1)
    await terminal.press("enter", "enter")


async def question(terminal: StageTerminal) -> None:
    await advance(terminal, 2)
    await terminal.press("2", "2", "enter")


async def no_tries_left(terminal: StageTerminal) -> None:
    await advance(terminal, 2)
    await terminal.press("2", "3", "enter")
    for _ in range(2):
        await terminal.press("3", "enter")


async def practice(terminal: StageTerminal) -> None:
    await advance(terminal, 3)
    await terminal.wait(3)


async def practice_break(terminal: StageTerminal) -> None:
    await practice(terminal)
    await terminal.wait(8.5)


async def it_counts(terminal: StageTerminal) -> None:
    await practice(terminal)
    await terminal.wait(20)


async def scale(terminal: StageTerminal) -> None:
    await practice(terminal)
    await terminal.wait(70)
    await terminal.press("7")


async def words(terminal: StageTerminal) -> None:
    await scale(terminal)
    await terminal.press("enter")
    await terminal.until(lambda: isinstance(terminal.app.focused, AnswerField))
    terminal.page.query_one(AnswerField).cursor_blink = False
    await terminal.press(*"Below my value.")


async def debrief(terminal: StageTerminal) -> None:
    await scale(terminal)
    await advance(terminal, 1)


async def earnings(terminal: StageTerminal) -> None:
    await scale(terminal)
    await advance(terminal, 2)


async def paused(terminal: StageTerminal) -> None:
    await terminal.command(Pause())


async def withdrawn(terminal: StageTerminal) -> None:
    await terminal.press("i", "w", "y", "y")


async def info(terminal: StageTerminal) -> None:
    await terminal.press("i")


async def all_but_one(terminal: StageTerminal) -> None:
    await terminal.press("a")
    terminal.hour.say(1, Agree(0, True))
    terminal.hour.say(2, Agree(0, True))
    await terminal.settle()


SCENES: tuple[Scene, ...] = (
    consent,
    waiting,
    declining,
    text,
    text_read,
    question,
    no_tries_left,
    practice,
    practice_break,
    it_counts,
    scale,
    words,
    debrief,
    earnings,
    paused,
    withdrawn,
    info,
    all_but_one,
)


async def paid(terminal: StageTerminal) -> None:
    await earnings(terminal)


async def questions_failed(terminal: StageTerminal) -> None:
    await advance(terminal, 2)
    await terminal.press("1", "enter")
    await terminal.press("1", "enter")


async def last_try(terminal: StageTerminal) -> None:
    await advance(terminal, 2)
    await terminal.press("1", "enter")


PAID = (consent, last_try, questions_failed, paid)
"""The same hour, paid, where the questions decide who trades."""
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


@SIZES
@pytest.mark.parametrize("scene", SCENES, ids=[scene.__name__ for scene in SCENES])
def test_a_stage(snap_compare: Compare, scene: Scene, size: tuple[int, int]) -> None:
    is_as_before(snap_compare, scene, size, HOUR)


@SIZES
@pytest.mark.parametrize("scene", PAID, ids=[scene.__name__ for scene in PAID])
def test_a_stage_of_a_paid_hour(snap_compare: Compare, scene: Scene, size: tuple[int, int]) -> None:
    is_as_before(snap_compare, scene, size, decides(HOUR))


def is_as_before(snap_compare: Compare, scene: Scene, size: tuple[int, int], hour: str) -> None:
    line = HourLine(Hour(parse(hour)))
    app = StillApp(line)

    async def play(pilot: Pilot[object]) -> None:
        line.welcome()
        terminal = StageTerminal(app, line, pilot)
        await terminal.settle()
        await scene(terminal)
        await terminal.settle()

    assert snap_compare(app, run_before=play, terminal_size=size)
