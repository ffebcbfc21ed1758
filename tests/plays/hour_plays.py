"""A person's terminal in an hour of stages: what it sends goes to the session, what the session answers comes back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from p2p.base.units import Seat
from p2p.information.projection import Projector
from p2p.messages import AdvanceStage, Agree, Message
from p2p.messages.envelope import Event
from p2p.protocol.frames import NumberedFact
from p2p.scenario.parsing import parse
from tests.p2p.stages.test_stages import Hour
from tests.plays.tui_plays import FakeClient
from tui.apps.trade import TradeApp
from tui.screens.stage_page import StagePage
from tui.widgets.text_line import TextLine

HOUR = """
title = "A market in class"
start = "experimenter"
institution = { name = "continuous", price_min = 1, price_max = 400, tick = 1 }
environment = { buyers = [[325], [300]], sellers = [[75], [100]] }

[[stage]]
kind = "consent"
title = "Before we begin"
data_use = true
text = '''
In this class you take part in a market. The session is recorded by seat number, **without your name**.

- You may stop at any time. It has no effect on your grade.
- What you earn is shown to you alone.
'''

[[stage]]
kind = "text"
pages = ['''
# How to trade

A **buyer** has a value for one unit and earns the value minus the price.

A **seller** has a cost and earns the price minus the cost.

| you are | you earn |
|---|---|
| a buyer | value − price |
| a seller | price − cost |
''', '''
Type a price, press `Enter`.

> You need not trade: an untraded unit earns and costs nothing.
''']

[[stage]]
kind = "questions"
tries = 2
questions = [
    { ask = "You are a buyer, your value is 84, and you buy at 61. What do you earn?", kind = "number", low = 0, answer = 23, explanation = "Value minus price: 84 − 61 = 23." },
    { ask = "Who may know your value?", options = ["I alone", "My neighbour", "Everybody"], answer = "I alone" },
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
title = "Your view"
questions = [
    { ask = "How fair were the prices?", kind = "likert", points = 11, options = ["not at all", "very"] },
    { ask = "How did you choose your prices?", kind = "text" },
]

[[stage]]
kind = "debrief"
pages = ["This was a *double auction*. Thank you."]

[[stage]]
kind = "earnings"
"""  # noqa: E501 (a question in one line)


class HourLine(FakeClient):
    """A line to a session that runs beside it."""

    def __init__(self, hour: Hour, seat: Seat = 0) -> None:
        super().__init__(hour.session.scenario, seat)
        self.hour = hour
        self.projector = Projector(hour.session.scenario, hour.session.seed)
        self.heard = 0
        self.deaf = False

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        """Say it in the session."""
        token = super().send(message, meta)
        if not self.deaf:
            self.hour.say(self.seat, kept(message))
            self.follow()
        return token

    def follow(self) -> None:
        """Hear what has happened since."""
        told = []
        for _, at, events in self.hour.heard[self.heard :]:
            for event in events:
                if (message := self.shown(event)) is not None:
                    self.number += 1
                    told.append(NumberedFact(self.number, at, message))
        self.heard = len(self.hour.heard)
        self.clock = self.hour.now
        if told:
            self.feed(told)

    def shown(self, event: Event) -> Message | None:
        """The form of an event that this seat is told."""
        form = self.projector.project(event)
        return form and form.own.get(self.seat, form.form("book"))


def kept(message: Message) -> Message:
    """A free answer as the server journals it."""
    from msgspec.structs import replace

    from p2p.messages import Respond

    if isinstance(message, Respond) and message.text:
        return replace(message, text="", length=len(message.text), digest="aa")
    return message


class StageTerminal:
    """The terminal of seat 0 while the others do what the test says."""

    def __init__(self, app: TradeApp, line: HourLine, pilot: Pilot[object]) -> None:
        self.app, self.line, self.pilot, self.hour = app, line, pilot, line.hour
        self.agreed = False

    async def settle(self) -> None:
        """Everything told is drawn."""
        self.line.follow()
        for _ in range(200):
            if self.line.queue.empty():
                break
            await self.pilot.pause(0.01)
        for _ in range(3):
            await self.pilot.pause()
            self.app.draw()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def others(self, *messages: Message) -> None:
        for message in messages:
            for seat in (1, 2, 3):
                self.hour.say(seat, kept(message))
        await self.settle()

    async def command(self, message: Message) -> None:
        if message == AdvanceStage() and self.hour.kind == "consent":
            await self.all_agree()
        if message != AdvanceStage() or not self.agreed:
            self.hour.command(message)
        self.agreed = False
        await self.settle()

    async def all_agree(self) -> None:
        """Nobody is moved past a consent that they have not answered: all who are there do so."""
        progress = self.hour.session.staging.progress
        for seat in (1, 2, 3):
            if not progress.is_done(seat):
                self.hour.say(seat, Agree(0, True))
        if self.hour.kind == "consent":
            await self.press("a")
        self.agreed = self.hour.kind != "consent"

    async def wait(self, seconds: float) -> None:
        self.hour.wait(seconds)
        await self.settle()

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(200):
            if holds():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came; the screen says: {self.text()}")

    def says(self, selector: str) -> str:
        """The words of a part that can be seen."""
        part = self.app.screen.query_one(selector, TextLine)
        return part.said.plain if part.said and part.display else ""

    def text(self) -> str:
        """All words of the screen that can be seen."""
        lines = (line for line in self.app.screen.query(TextLine) if line.said and line.display)
        return "\n".join(line.said.plain for line in lines if line.said)

    @property
    def page(self) -> StagePage:
        screen = self.app.screen_stack[1]
        assert isinstance(screen, StagePage)
        return screen

    @property
    def sent(self) -> list[Message]:
        return [message for _, message in self.line.sent]


@asynccontextmanager
async def hour_terminal(
    text: str = HOUR, size: tuple[int, int] = (80, 24), app_class: type[TradeApp] = TradeApp
) -> AsyncIterator[StageTerminal]:
    line = HourLine(Hour(parse(text)))
    app = app_class(line)
    async with app.run_test(size=size) as pilot:
        line.welcome()
        terminal = StageTerminal(app, line, pilot)
        await terminal.settle()
        yield terminal
