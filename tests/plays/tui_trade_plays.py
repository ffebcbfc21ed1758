"""What the tests of tui trade share with others."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from p2p.base.units import SECOND, Role
from p2p.messages import Lobby, Message, Schedule, StartRound, Step
from tests.plays.tui_plays import FakeClient, small
from tui.apps.base import ExitSummary
from tui.apps.trade import TradeApp
from tui.screens.trading import TradingScreen
from tui.widgets.text_line import TextLine

GUARD = 500
"""Looks at the screen before a test gives up: each waits 10 ms for the program to do its work."""


class Terminal:
    """A terminal in play: the line to tell things on, the keys, and what is to be read."""

    def __init__(self, app: TradeApp, line: FakeClient, pilot: Pilot[ExitSummary]) -> None:
        self.app, self.line, self.pilot = app, line, pilot

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(GUARD):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came; the screen says: {self.everything()}")

    async def told(self, *messages: Message, second: float | None = None) -> None:
        """Tell facts and wait until they are drawn."""
        number = self.line.number + len(messages)
        self.line.tell(*messages, second=second)
        await self.until(lambda: self.app.model is not None and self.line.queue.empty() and self.line.number == number)
        await self.pilot.pause()
        self.app.draw()
        await self.pilot.pause()
        self.app.draw()
        await self.pilot.pause()

    async def trading(self, role: Role, *values: int) -> None:
        """A period has begun, and one has these units."""
        self.line.welcome()
        await self.told(Lobby(5, 5), Schedule(1, role, tuple(Step(value) for value in values)))
        await self.told(StartRound(1, 60 * SECOND))
        await self.until(lambda: isinstance(self.app.screen, TradingScreen))

    def says(self, selector: str) -> str:
        said = self.app.screen.query_one(selector, TextLine).said
        return said.plain if said else ""

    def everything(self) -> str:
        return "\n".join(line.said.plain for line in self.app.screen.query(TextLine) if line.said)

    @property
    def sent(self) -> list[Message]:
        return [message for _, message in self.line.sent]


@asynccontextmanager
async def terminal(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Terminal]:
    line = FakeClient(small())
    app = TradeApp(line)
    async with app.run_test(size=size) as pilot:
        yield Terminal(app, line, pilot)
