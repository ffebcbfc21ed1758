"""Bars on standard error: one for each experiment, with the time left; plain lines where there is no terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_EVERY_S = 10
Item = TypeVar("Item")


class Bars:
    """Progress of several named pieces of work, each measured in a unit to which its time is proportional."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.progress = Progress(
            TextColumn("{task.description:24}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not self.shown,
        )
        self.tasks: dict[str, TaskID] = {}
        self.started = self.said = time.monotonic()
        self.done = self.total = self.found = 0

    def __enter__(self) -> Bars:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def open(self, name: str, total: int, already: int = 0) -> None:
        """A bar of that length, some of which is done already."""
        self.tasks[name] = self.progress.add_task(name, total=total, completed=already)
        self.total += total
        self.done += already
        self.found += already
        if not self.shown and already:
            print(f"{name}: {already / total:.0%} was there already", file=sys.stderr, flush=True)

    def over(self, items: Iterable[Item], name: str, total: int) -> Iterator[Item]:
        """The items as they come, a step each."""
        self.open(name, total)
        for item in items:
            self.advance(name, 1)
            yield item

    def advance(self, name: str, steps: int) -> None:
        """So much more is done."""
        self.progress.advance(self.tasks[name], steps)
        self.done += steps
        now = time.monotonic()
        if not self.shown and now - self.said >= LINE_EVERY_S:
            self.said = now
            left = (self.total - self.done) * (now - self.started) / (self.done - self.found)
            print(f"{self.done / self.total:.0%} done, {left:.0f} s left, now {name}", file=sys.stderr, flush=True)
