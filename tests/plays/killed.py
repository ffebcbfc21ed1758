"""`pit` that is killed with SIGKILL at the n-th passing of a named point, or at a random moment some time after it.

python -m tests.plays.killed POINT N serve …
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pit
from p2p.session.session import Session
from recordings.journal.disk import RealDisk
from server.connections.fanout import Fanout
from server.connections.outbox import Outbox
from server.serve import open_session
from tests.plays.hosted import UNHURRIED


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Fuse:
    """Burns down at each passing; at the last one the process is gone."""

    def __init__(self, n: int) -> None:
        self.left = n

    def burn(self, do: Callable[[], None] = die) -> None:
        self.left -= 1
        if self.left == 0:
            do()


def before(kind: type, name: str, fuse: Fuse, do: Callable[[], None] = die) -> None:
    real = getattr(kind, name)

    def passed(self: Any, *words: Any) -> Any:
        fuse.burn(do)
        return real(self, *words)

    setattr(kind, name, passed)


def after(kind: type, name: str, fuse: Fuse) -> None:
    real = getattr(kind, name)

    def passed(self: Any, *words: Any) -> Any:
        result = real(self, *words)
        fuse.burn()
        return result

    setattr(kind, name, passed)


def mid_write(fuse: Fuse) -> None:
    real = RealDisk.write

    def passed(self: RealDisk, file: int, data: memoryview) -> int:
        def half() -> None:
            real(self, file, data[: len(data) // 2])
            die()

        fuse.burn(half)
        return real(self, file, data)

    RealDisk.write = passed  # type: ignore[method-assign]


def a_random_moment(fuse: Fuse) -> None:
    """The killer is another process, forked before this one has opened anything, and chooses its moment by itself."""
    heard, told = os.pipe()
    victim, moment_s = os.getpid(), random.Random(fuse.left).uniform(0, MOMENT_S_MAX)
    if os.fork() == 0:
        os.close(told)
        if os.read(heard, 1):
            time.sleep(moment_s)
            os.kill(victim, signal.SIGKILL)
        os._exit(0)
    os.close(heard)

    def tell() -> None:
        os.write(told, b"!")

    before(Session, "handle", fuse, tell)


ALWAYS_ON = replace(UNHURRIED, gap_s_max=3_600.0)
"""A busy machine that is slow to run the server is no gap here: a paused market writes nothing, and is not killed."""

MOMENT_S_MAX = 0.05
"""A few batches: handled, written, synced, published, and the waiting between them."""

POINTS: dict[str, Callable[[Fuse], None]] = {
    "before handle": lambda fuse: before(Session, "handle", fuse),
    "after handle": lambda fuse: after(Session, "handle", fuse),
    "mid-write": mid_write,
    "after write": lambda fuse: after(RealDisk, "write", fuse),
    "after sync": lambda fuse: after(RealDisk, "sync", fuse),
    "before publish": lambda fuse: before(Fanout, "publish", fuse),
    "mid-publish": lambda fuse: after(Outbox, "wake", fuse),
    "a random moment": a_random_moment,
}

if __name__ == "__main__":
    open_session.open_new = partial(open_session.open_new, limits=ALWAYS_ON)
    open_session.open_again = partial(open_session.open_again, limits=ALWAYS_ON)
    POINTS[sys.argv[1]](Fuse(int(sys.argv[2])))
    sys.argv[1:] = sys.argv[3:]
    pit.main()
