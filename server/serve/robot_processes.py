"""Robots in processes of their own: one for the lab's agents, and one for each agent of somebody's own.

An own agent is anybody's code: it may end its process, stop its loop, close its descriptors, or stand still. So the
others are elsewhere. Each process beats once a second. One that has ended or does not beat is said and ended by force.
Another is started with its calls, a few times. Codes of seats stay good: its robots are back in a moment.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from p2p.agents.registry import names_code
from server.limits import DEFAULT, Limits
from server.session.notices import notify

BEATS_MISSED_MAX = 6
"""Seconds without a beat after which a process stands still: an agent is stopped after one."""
LOADING_S_MAX = 60.0
"""Seconds for a process to begin, and for an agent's own modules to load."""
LOADING = b"L"
"""A beat before an agent is loaded; others are points."""
BEATS_BYTES = 1 << 10
STARTS_MAX = 4
"""How often a process is started: an agent that ends it each time would go on for ever."""


@dataclass
class RobotProcess:
    """One process; `calls` are the lines that it was told, by whom they call: told again to the one after it."""

    name: str
    calls: dict[str, str] = field(default_factory=dict)
    process: "asyncio.subprocess.Process | None" = None
    watching: "asyncio.Task[None] | None" = None
    starts: int = 0

    def tell(self, lines: list[str]) -> None:
        """Hand it lines. Unread ones wait here: a line a robot, a seat every 10 s."""
        if self.process is not None and self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write("".join(f"{one}\n" for one in lines).encode(errors="surrogateescape"))


class RobotProcesses:
    """All robots of a server, which is at `url`. `environment` is that of their processes."""

    def __init__(self, environment: Callable[[], dict[str, str]], limits: Limits = DEFAULT) -> None:
        self._environment, self._limits = environment, limits
        self.all: dict[str, RobotProcess] = {}
        self.url = ""
        self._ending = False

    async def start(self, calls: list[tuple[str, str, str]]) -> None:
        """Begin: a process for each kind of agent in the (caller, line, agent's word) given; raises OSError."""
        for caller, line, word in calls:
            self._of(word).calls[caller] = line
        for one in [*self.all.values()] or [self._of("")]:
            await self._start(one)

    def call(self, caller: str, line: str, word: str) -> None:
        """Call one more robot, in the place of the one that the same caller had."""
        if self._ending:
            return
        one = self._of(word)
        one.calls[caller] = line
        if one.process is not None and one.process.returncode is None:
            one.tell([line])
        elif one.watching is None or one.watching.done():
            one.watching = asyncio.create_task(self._again(one))

    def take_back(self, caller: str) -> None:
        """A caller's robot is not wanted any more: it is not called again."""
        for one in self.all.values():
            one.calls.pop(caller, None)

    def _of(self, word: str) -> RobotProcess:
        name = word if names_code(word) else ""
        return self.all.setdefault(name, RobotProcess(name))

    async def _start(self, one: RobotProcess) -> None:
        pipe = asyncio.subprocess.PIPE
        words = ("-P", "-m", "pit", "bot", self.url, "--fleet")
        one.process = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdin=pipe, stdout=pipe, env=self._environment()
        )
        one.starts += 1
        one.tell(["with-server", *one.calls.values()])
        one.watching = asyncio.create_task(self._watch(one, one.process))

    async def _again(self, one: RobotProcess) -> None:
        try:
            await self._start(one)
        except OSError as error:
            notify(f"the robots' process cannot be started: {error.strerror}")

    async def _watch(self, one: RobotProcess, process: asyncio.subprocess.Process) -> None:
        """Wait until it ends, or does not beat any more; say so, and start another."""
        why = await self._trouble(process)
        if self._ending:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        status = await process.wait()
        whose = f"the process of the robots '{one.name}'" if one.name else "the robots' process"
        what = f"{whose} {why or f'has ended (status {status})'}"
        if one.starts >= STARTS_MAX:
            notify(f"{what} for the {one.starts}th time: its seats stay empty; mend the agent")
            return
        notify(f"{what}: it is started again")
        await self._again(one)

    async def _trouble(self, process: asyncio.subprocess.Process) -> str:
        """What is wrong with a process that lives; empty for one that has ended or closed its descriptors."""
        assert process.stdout is not None
        silent_s, beat = 0, LOADING
        reading = asyncio.create_task(process.stdout.read(BEATS_BYTES))
        try:
            while silent_s < (LOADING_S_MAX if beat.endswith(LOADING) else BEATS_MISSED_MAX):
                done, _ = await asyncio.wait([reading], timeout=1)
                silent_s += 1
                if done:
                    beat, silent_s = reading.result(), 0
                    if not beat:
                        return await self._ended_or_shut(process)
                    reading = asyncio.create_task(process.stdout.read(BEATS_BYTES))
            return "stands still"
        finally:
            reading.cancel()

    async def _ended_or_shut(self, process: asyncio.subprocess.Process) -> str:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await process.wait()
                return ""
        return "has closed its line to the server"

    async def end(self, over: bool) -> None:
        """End all, by force where they do not heed; none is started after. `over`: they end with the session."""
        self._ending = True
        for one in self.all.values():
            if one.watching is not None and one.process is None:
                await asyncio.wait([one.watching])
        await asyncio.gather(*(self._end(one, over) for one in self.all.values()))

    async def _end(self, one: RobotProcess, over: bool) -> None:
        while one.watching is not None and not one.watching.done() and one.process is not None:
            if one.process.returncode is None:
                break
            await asyncio.wait([one.watching])  # it was being started anew
        process = one.process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(self._limits.robots_s_max if over else 0):  # else they would try to come back
                await process.wait()
        except TimeoutError:
            await self._end_by_force(process)
        if one.watching is not None:
            await asyncio.wait([one.watching])

    async def _end_by_force(self, robots: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            robots.terminate()
        try:
            async with asyncio.timeout(self._limits.heed_s_max):
                await robots.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                robots.kill()
            await robots.wait()
