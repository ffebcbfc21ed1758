"""Many robots, many lines, one process."""

import asyncio
from collections import Counter

from bots.client import Closed
from bots.robot import Robot

SESSION_OVER = 4000


async def run_fleet(
    url: str, cast: list[tuple[str, str]], patience_s: float = 60.0, reaction: str = ""
) -> list[Closed]:
    """Play every (code, agent word) to the end; how each line that did not end with the session was closed."""
    robots = [Robot(url, code, word, patience_s, reaction) for code, word in cast]
    clients = await asyncio.gather(*(robot.run() for robot in robots))
    return [client.closed for client in clients if client.closed and client.closed.code != SESSION_OVER]


def complaint(closed: list[Closed]) -> str:
    """What went wrong, each reason once with how often."""
    return "; ".join(f"{why} ({n} robots)" if n > 1 else why for why, n in Counter(c.why for c in closed).items())
