"""Sessions on several cores, in their order; whoever stops, or fails, waits for none of the others."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children
from typing import TypeVar

from p2p.sim.shell.cli_options import UsageError

CHUNK = 4
"""Sessions handed to a worker at a time: enough to make the handing cheap, few enough to keep all busy."""
Task = TypeVar("Task")
Result = TypeVar("Result")


def in_order(function: Callable[[Task], Result], tasks: list[Task], workers: int) -> Iterator[Result]:
    """What the function makes of each task, in their order; it must be importable by name.

    What a task raises is raised here, and the workers are ended at once, whatever they are at: their agents may be
    ones that never return. Raises Refusal where a worker was ended from outside, or by an agent.
    """
    if workers <= 1 or len(tasks) <= CHUNK:
        yield from map(function, tasks)
        return
    others = set(active_children())
    pool, whole = ProcessPoolExecutor(workers), False
    try:
        yield from pool.map(function, tasks, chunksize=CHUNK)
        whole = True
    except BrokenProcessPool as error:
        raise UsageError("a process was ended from outside, or by an agent; --workers 1 shows which") from error
    finally:
        if not whole:
            for worker in set(active_children()) - others:
                worker.kill()
        pool.shutdown(wait=True, cancel_futures=True)
