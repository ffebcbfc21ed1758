"""Pictures of the console in every phase at both sizes, held against the ones that somebody has looked at.

After a change that is meant: pytest tests/tui/test_console_snapshots.py --snapshot-update; look at what has changed.
"""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from p2p.base.units import SECOND
from p2p.messages import Paused, StartRound
from p2p.protocol.console_frames import RosterRow
from p2p.scenario.parsing import parse
from tests.plays.console_plays import FakeConsole, a_class, figures, in_the_lobby, roster
from tests.plays.tui_plays import SMITH, smith, told_to
from tui.apps.console import ConsoleApp
from tui.screens.new_code import NewCodeScreen
from tui.widgets.console_prompt import WordsField

Compare = Callable[..., bool]
SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 36), id="120x36")]


class StillConsole(ConsoleApp):
    """Draws when it is told to, so that every picture is of the same moment."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


async def settled(pilot: Pilot[object], app: ConsoleApp) -> None:
    """Drawn until the layout and what is in it agree."""
    for _ in range(4):
        await pilot.pause()
        app.draw()
    await pilot.pause()


Play = Callable[[FakeConsole, StillConsole, Pilot[object]], Awaitable[None]]


async def lobby(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    empty = {"holder": "empty", "connected": False, "name": "", "holds_up": "not_joined", "lag_ms": None}
    rows = [in_the_lobby(seat, **(empty if seat >= 9 else {})) for seat in range(14)]
    line.show(roster(rows, phase="lobby", second=40))


async def trading(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    line.show(roster(a_class(24)))
    line.show(figures())
    line.tell(StartRound(2, 300 * SECOND), second=80)
    line.clock = 97 * SECOND


async def marked(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("space", "space", "down", "space")


async def figures_page(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("w")


async def message(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("m")
    app.screen.query_one(WordsField).insert("Type a price, then press b. If it is refused, the screen says why. " * 2)
    app.screen.query_one(WordsField).cursor_blink = False


async def removing(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("x", "y")


async def refused(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("o")
    line.answer(1, "not_now")


async def keys(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("question_mark")


async def log(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await refused(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("L")


async def paused(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    line.tell(Paused(203 * SECOND), second=97)
    line.show(roster(a_class(24), second=97, paused=True, left_us=203 * SECOND))


async def a_break(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    line.show(roster(a_class(24), phase="break", held=True, void=[1]), figures(contracts=999))


async def lost(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    line.lose()


async def over(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    line.show(roster(a_class(24), phase="ended"), figures(contracts=999))


async def new_code(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    app.push_screen(NewCodeScreen((("card 5 (Eve)", "K7M4WX2Q"),)))


async def mirror(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("enter")
    line.mirrored(4, [fact for fact in told_to(4, smith()) if fact.at < 80 * SECOND])


async def mirrored_lobby(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
    await trading(line, app, pilot)
    await settled(pilot, app)
    await pilot.press("enter")
    line.mirrored(4, told_to(4, smith())[:2])


PLAYS = (
    lobby,
    trading,
    marked,
    figures_page,
    message,
    removing,
    refused,
    keys,
    log,
    paused,
    a_break,
    lost,
    over,
    new_code,
    mirror,
    mirrored_lobby,
)


def shown(line: FakeConsole, scene: Play) -> tuple[StillConsole, Callable[[Pilot[object]], Awaitable[None]]]:
    app = StillConsole(line)

    async def before(pilot: Pilot[object]) -> None:
        line.welcome()
        await settled(pilot, app)
        await scene(line, app, pilot)
        await settled(pilot, app)

    return app, before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", PLAYS, ids=lambda scene: scene.__name__)
def test_the_console(snap_compare: Compare, scene: Play, size: tuple[int, int]) -> None:
    app, before = shown(FakeConsole(), scene)
    assert snap_compare(app, run_before=before, terminal_size=size)


@pytest.mark.parametrize("size", SIZES)
def test_the_console_of_several_markets_with_arms(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def scene(line: FakeConsole, app: StillConsole, pilot: Pilot[object]) -> None:
        await trading(line, app, pilot)
        rows = [row_in(seat) for seat in range(24)]
        line.show(roster(rows, second=97))
        line.show(figures(market=1))
        await settled(pilot, app)
        await pilot.press("tab")

    def row_in(seat: int) -> RosterRow:
        return replace(a_class(24)[seat], market=seat % 2, arm=("told", "not told")[seat % 2])

    app, before = shown(FakeConsole(parse("markets = 2\n" + SMITH.read_text())), scene)
    assert snap_compare(app, run_before=before, terminal_size=size)


@pytest.mark.parametrize("size", SIZES)
def test_the_console_before_a_server_answers(snap_compare: Compare, size: tuple[int, int]) -> None:
    line = FakeConsole()
    app = StillConsole(line)

    async def before(pilot: Pilot[object]) -> None:
        line.lose("no server there")
        await settled(pilot, app)

    assert snap_compare(app, run_before=before, terminal_size=size)
