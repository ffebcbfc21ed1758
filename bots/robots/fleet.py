"""Many robots, many lines, one process; more may be called while it runs."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TextIO, TypeAlias

from bots.reconnecting import Closed
from bots.robots.robot import Robot
from bots.robots.tls_trust import trusted

SESSION_OVER = 4000
STANDS_IN = "stand-in"
"""Before a token that was lent for somebody's seat, where a seat's code stands otherwise."""
WITH_SERVER = "with-server"
"""The first line of a server that has started this process, and keeps its standard input open while it lives."""
BEAT_S = 1.0
"""Between two signs of life: the server takes a process without any for one that stands still."""
ALIVE, LOADING = b".", b"L"
"""Signs of life: one as usual, and one before an agent's own modules are loaded, which may take its time."""
Beat: TypeAlias = Callable[[bytes], None]
LEAVE_S_MAX = 2.0
"""How long robots may take to leave when their server has closed their standard input."""
GIVEN_BACK = {SESSION_OVER, 4001, 4002}
"""How a robot's place in somebody's seat ends: with the session, or its owner is back, or was before it came."""


@dataclass(frozen=True)
class RobotRequest:
    """A robot that is wanted: its agent, and the code of a seat of its own, or a token lent for somebody's."""

    word: str
    code: str = ""
    lent: str = ""


def called(line: str) -> RobotRequest | None:
    """`CODE WORD` or `stand-in TOKEN WORD`; None for an empty line."""
    first, _, rest = line.strip().partition(" ")
    if first == STANDS_IN:
        token, _, word = rest.partition(" ")
        return RobotRequest(word.strip(), lent=token)
    return RobotRequest(rest.strip(), code=first) if first else None


async def run_one(url: str, code: str, word: str, reaction: str, tell: Callable[[str], None]) -> list[Closed]:
    """Play one robot to the end, telling how it goes; how its line was closed, if not with the session."""
    client = await Robot(url, code, word, reaction=reaction, tell=tell).run()
    return [client.closed] if client.closed and client.closed.code != SESSION_OVER else []


async def run_fleet(
    url: str, cast: list[tuple[str, str]], patience_s: float = 60.0, reaction: str = ""
) -> list[Closed]:
    """Play every (code, agent word) to the end; how each line that did not end with the session was closed."""
    played = await asyncio.gather(*(_play(url, RobotRequest(word, code), patience_s, reaction) for code, word in cast))
    return [closed for closed in played if closed]


async def run_requested(
    url: str, lines: TextIO, patience_s: float = 60.0, reaction: str = "", beat: Beat = lambda sign: None
) -> list[Closed]:
    """Play each robot called for, line by line, to the end of `lines` and of all that play; closings as above.

    After the line WITH_SERVER the end of `lines` is the end of the server, killed perhaps: robots do not outlive it.
    `beat` is called once a second while the loop goes round, and before each decision.
    """
    beating = asyncio.create_task(_beating(beat))
    try:
        return await _requested(url, lines, patience_s, reaction, beat)
    finally:
        beating.cancel()


async def _beating(beat: Beat) -> None:
    while True:
        beat(ALIVE)
        await asyncio.sleep(BEAT_S)


async def _requested(url: str, lines: TextIO, patience_s: float, reaction: str, beat: Beat) -> list[Closed]:
    tls, ends_with_server = trusted(), False
    playing = list[asyncio.Task[Closed | None]]()
    async for line in _lines(lines):
        if line.strip() == WITH_SERVER:
            ends_with_server = True
        elif one := called(line):
            playing.append(asyncio.create_task(_play(url, one, patience_s, reaction, tls, beat)))
    if ends_with_server and playing:
        _, left = await asyncio.wait(playing, timeout=LEAVE_S_MAX)
        for robot in left:
            robot.cancel()
    played = await asyncio.gather(*playing, return_exceptions=ends_with_server)
    return [closed for closed in played if isinstance(closed, Closed)]


async def _lines(lines: TextIO) -> AsyncIterator[str]:
    """The lines, as they come; reading waits in a thread, for a pipe cannot be awaited everywhere."""
    while line := await asyncio.to_thread(lines.readline):
        yield line


async def _play(
    url: str,
    one: RobotRequest,
    patience_s: float,
    reaction: str,
    tls: ssl.SSLContext | None = None,
    beat: Beat = lambda sign: None,
) -> Closed | None:
    beat(LOADING)
    robot = Robot(url, one.code, one.word, patience_s, reaction, one.lent, alive=lambda: beat(ALIVE))
    beat(ALIVE)
    robot.client.tls = tls
    client = await robot.run()
    if client.closed is None or client.closed.code in (GIVEN_BACK if one.lent else {SESSION_OVER}):
        return None
    return client.closed


def failure_summary(closed: list[Closed]) -> str:
    """The failures, each reason once with its count."""
    return "; ".join(f"{why} ({n} robots)" if n > 1 else why for why, n in Counter(c.why for c in closed).items())
