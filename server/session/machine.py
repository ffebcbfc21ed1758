"""A hosted session's needs of its machine beside a clock and a disk; tests hand in a simulated one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

Aside: TypeAlias = Callable[..., Awaitable[Any]]
"""Runs a function where it holds up no connection, and returns its result."""
OnDisk: TypeAlias = Callable[[Callable[[bytes], None], bytes], Awaitable[None]]
"""Runs a write of the journal, one after another."""


def loop_s() -> float:
    """The running loop's clock."""
    return asyncio.get_running_loop().time()


@dataclass(frozen=True)
class Machine:
    """`on_disk`: None stands for a thread of the journal's own."""

    aside: Aside = asyncio.to_thread
    on_disk: OnDisk | None = None
    chance: Random = field(default_factory=Random)
    clock_s: Callable[[], float] = loop_s


REAL = Machine()
"""The machine itself, its recipients drawn at random."""
