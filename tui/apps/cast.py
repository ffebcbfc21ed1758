"""A recording as an asciicast (version 3): the replay's screen, frame by frame, with a chapter a period.

Frames are drawn for instants of the recording, not of this machine, so the same recording gives the same file.
"""

import json
from collections.abc import AsyncIterator

from rich.console import Console
from textual.strip import Strip

from p2p.base.units import SECOND
from tui.apps.replay import ReplayApp
from tui.model.replay_player import Player

FRAMES_PER_S = 4
"""Frames a second of watching: enough for a market, and a small file."""
COLUMNS, ROWS = 100, 30
"""The size of the terminal that is shown: the market with its chart."""
LAST_S = 2.0
"""The last frame stands so long."""


class CastApp(ReplayApp):
    """The replay's screen without a clock of its own: the film moves the player."""

    def refresh_if_changed(self) -> None:
        """Nothing moves by itself."""

    def show(self) -> None:
        """Draw the instant that the player is at."""
        self.model = self.player.model
        self.draw()


async def lines_of_cast(player: Player) -> AsyncIterator[tuple[float, str]]:
    """The file's lines, each with the share of the recording that is done (0…1)."""
    app = CastApp(player)
    console = Console(color_system="truecolor", force_terminal=True, width=COLUMNS, legacy_windows=False)
    head = {"version": 3, "term": {"cols": COLUMNS, "rows": ROWS}, "title": f"{player.replay.session}, {player.whose}"}
    yield 0.0, json.dumps(head)
    screen: list[Strip] = []
    waited, shown_period, span = 0.0, 0, max(1, player.end_at - player.begin_at)
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        while True:
            app.show()
            await pilot.pause()
            done = (player.at - player.begin_at) / span
            period = _chapter(player)
            if period > shown_period:
                yield done, json.dumps([round(waited, 3), "m", f"Period {period}"])
                waited, shown_period = 0.0, period
            strips = app.screen._compositor.render_strips()
            if changed := _changed(screen, strips, console):
                yield done, json.dumps([round(waited, 3), "o", changed])
                waited, screen = 0.0, strips
            if player.finished:
                break
            player.playing = True
            player.advance(SECOND // FRAMES_PER_S)
            waited += 1 / FRAMES_PER_S
    yield 1.0, json.dumps([LAST_S, "o", ""])


def _chapter(player: Player) -> int:
    """The number of the period that runs or ran last, by its place in the recording."""
    return sum(start <= player.at for start in player.starts)


def _changed(before: list[Strip], now: list[Strip], console: Console) -> str:
    """The letters that make one screen of the other: each line that differs, at its place."""
    found = [] if before else ["\x1b[2J\x1b[?25l"]
    for row, strip in enumerate(now):
        if not before or strip != before[row]:
            found.append(f"\x1b[{row + 1};1H{strip.render(console)}")
    return "".join(found)
