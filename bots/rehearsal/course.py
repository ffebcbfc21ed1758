"""The course of a rehearsal: its people through all stages, its experimenter, a latecomer, a crash."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import click

from bots.act_commands import roster_of
from bots.experimenter import ANSWER_S_MAX, conduct
from bots.rehearsal.parts import Part
from bots.rehearsal.person import Pace, Person
from bots.rehearsal.server_process import RehearsalError, ServerProcess
from p2p.messages import AdvanceStage, Message, Resume, Start
from p2p.protocol.console_frames import Roster
from p2p.scenario.stages import Stage

LOOK_S = 0.25
"""How often the experimenter looks at the roster: as often as a console is told of it."""
JOIN_S_MAX = 60.0
"""How long people may take to join, who in a rehearsal type nothing."""
STILL_S_MAX = 30.0
"""How long a session may show no progress beyond the length of a period, before it counts as stuck."""
AWAY_S = 15.0
"""How long a person who leaves is away, at true speed."""


@dataclass
class Course:
    """A session from its lobby to its end. `stuck`: the reason why it did not end, if so."""

    server: ServerProcess
    cast: list[Part]
    stages: tuple[Stage, ...]
    pace: Pace
    seed: int
    longest_s: float
    crashes: bool = True
    tell: Callable[[str], None] = lambda said: None
    people: list[Person] = field(default_factory=list)
    stuck: str = ""
    helped: int = 0
    crashed: bool = False
    away: int = 0
    surplus: int = 0
    removed: int = 0
    seats: int = 0
    _tasks: dict[int, "asyncio.Task[object]"] = field(default_factory=dict)
    _others: list["asyncio.Task[None]"] = field(default_factory=list)
    _late_came: bool = False
    _left: bool = False
    _where: tuple[str, object] = ("", None)
    _since: float = 0.0

    async def run(self) -> None:
        """Hold the session to its end, or to the point where it is stuck."""
        try:
            await self._join([part for part in self.cast if part.kind != "late"])
            await self._say("start", Start())
            while not self.stuck and (roster := await self._look()) is not None and roster.phase != "ended":
                self._watch(roster)
                await self._conduct(roster)
                await asyncio.sleep(LOOK_S)
            running = [task for task in self._tasks.values() if not task.done()]
            if running and not self.stuck:
                await asyncio.wait(running, timeout=ANSWER_S_MAX)
        finally:
            await self._end()

    async def _end(self) -> None:
        tasks = [*self._tasks.values(), *self._others]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    # --- people -------------------------------------------------------------------------------------------------

    async def _join(self, who: list[Part]) -> None:
        came = [self._person(part) for part in who]
        for person in came:
            self._begin(person)
        until = time.monotonic() + JOIN_S_MAX
        while any(person.knowledge is None for person in came):
            if time.monotonic() > until or all(self._tasks[one.part.number].done() for one in came):
                missing = sum(person.knowledge is None for person in came)
                why = next((one.client.closed.why for one in came if one.client.closed), "no answer")
                raise RehearsalError(f"{missing} of {len(came)} people did not get in: {why}")
            await asyncio.sleep(0.02)
        self.tell(f"{len(came)} people have joined")

    def _person(self, part: Part) -> Person:
        code = self.server.class_code or self.server.codes[part.number]
        person = Person(self.server.url, code, part, self.stages, self.pace, self.seed)
        self.people.append(person)
        return person

    def _begin(self, person: Person) -> None:
        self._tasks[person.part.number] = asyncio.create_task(person.run())

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        self._others.append(asyncio.create_task(doing))

    async def _leave(self, person: Person) -> None:
        """A lost connection, and the same person again after a while."""
        task = self._tasks[person.part.number]
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(AWAY_S / self.pace.speed)
        self._begin(person)

    # --- the experimenter ---------------------------------------------------------------------------------------

    async def _look(self) -> Roster | None:
        """The roster; None where the session has ended, and its server with it."""
        try:
            roster = await roster_of(self.server.url, self.server.control, ANSWER_S_MAX)
        except click.ClickException:
            return None
        self.surplus, self.seats = len(roster.surplus), len(roster.rows)
        self.removed = sum(row.left for row in roster.rows)
        return roster

    async def _say(self, command: str, message: Message) -> None:
        """One command; one that comes too late is as good as said."""
        with suppress(click.ClickException):
            await conduct(self.server.url, self.server.control, command, message)

    async def _conduct(self, roster: Roster) -> None:
        """What an experimenter does now: helps, moves on, resumes; and what happens to them: latecomers, a crash."""
        stage = self.stages[roster.stage] if 0 <= roster.stage < len(self.stages) else None
        begun = roster.stage >= 1 or roster.phase in ("trading", "break")
        trading = roster.phase == "trading" and (stage is None or stage.__struct_config__.tag == "trade")
        if begun and not self._late_came:
            self._late_came = True
            for part in self.cast:
                if part.kind == "late":
                    self._begin(self._person(part))
        if roster.phase == "trading" and not self._left:
            self._left = True
            for person in [one for one in self.people if one.part.kind == "leaves"]:
                self.away += 1
                self._later(self._leave(person))
        if trading and self.crashes and not self.crashed:
            self.crashed = True
            self.tell("the server is killed in a period, and taken up again")
            await self.server.crash_and_recover()
        elif roster.paused:
            await self._say("resume", Resume())
        elif stage is not None and not stage.trades:
            await self._move_on(roster, stage)

    async def _move_on(self, roster: Roster, stage: Stage) -> None:
        for row in roster.rows:
            if row.holds_up == "tries":
                self.helped += 1
                await self._say(f"advance {row.card}", AdvanceStage(row.seat))
        here = [row for row in roster.rows if row.holder == "person" and row.connected and not row.left]
        if stage.advance != "all" and all(row.done for row in here):
            await self._say("advance", AdvanceStage())

    def _watch(self, roster: Roster) -> None:
        """Tell where the session is; it is stuck where that stays the same for too long."""
        told = self._named(roster)

        now = time.monotonic()
        where = (roster.paused, *((row.stage, row.progress, row.done) for row in roster.rows))
        if (told, where) != self._where:
            if told != self._where[0]:
                self.tell(told)
            self._where, self._since = (told, where), now
        elif now - self._since > STILL_S_MAX + self.longest_s:
            self.stuck = f"the session stands still in {told}"

    def _named(self, roster: Roster) -> str:
        stage = (
            f"stage {roster.stage + 1} ({self._title(roster.stage)})" if 0 <= roster.stage < len(self.stages) else ""
        )
        if roster.phase in ("trading", "break"):
            period = f"{'period' if roster.phase == 'trading' else 'break after period'} {roster.period}"
            return f"{stage}, {period}" if stage else period
        return stage or roster.phase

    def _title(self, stage: int) -> str:
        return self.stages[stage].title or str(self.stages[stage].__struct_config__.tag)
