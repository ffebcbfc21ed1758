"""Work on several cores: one pool, which waits for none of its workers when it stops or fails, and ends with us."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from p2p.sim.shell.cli_options import UsageError

CHUNK = 4
"""Sessions handed to a worker at a time: enough to make the handing cheap, few enough to keep all busy."""
Task = TypeVar("Task")
Result = TypeVar("Result")


@contextmanager
def pool_of(workers: int, start: str | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes, which are killed where the block does not end well: they may never return.

    `start`: how they are started (multiprocessing's way where None).
    """
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context(start)
    pool, whole = ProcessPoolExecutor(workers, mp_context=context, initializer=_serve_parent), False
    try:
        yield pool
        whole = True
    finally:
        if not whole:
            for worker in set(multiprocessing.active_children()) - others:
                worker.kill()
        pool.shutdown(wait=True, cancel_futures=True)


def _serve_parent() -> None:
    """In a worker: leave Ctrl-C to the parent, and end with it, also where it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def in_order(function: Callable[[Task], Result], tasks: list[Task], workers: int) -> Iterator[Result]:
    """The function's result for each task, in their order; it must be importable by name.

    A task's exception is raised here. The workers are ended at once, because their agents may never return. Raises
    UsageError where a worker was ended from outside, or by an agent.
    """
    if workers <= 1 or len(tasks) <= CHUNK:
        yield from map(function, tasks)
        return
    try:
        with pool_of(workers) as pool:
            starts = range(0, len(tasks), CHUNK)
            waiting = deque(pool.submit(_results, function, tasks[k : k + CHUNK]) for k in starts)
            while (
                waiting
            ):  # not pool.map: it cancels futures that the pool, when its workers are killed, has yet to fail
                yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise UsageError("a process was ended from outside, or by an agent; --workers 1 shows which") from error


def _results(function: Callable[[Task], Result], tasks: list[Task]) -> list[Result]:
    """A worker's chunk of them."""
    return [function(task) for task in tasks]
