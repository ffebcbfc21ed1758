"""A sweep: the cells of one or more experiments, on any executor, going on from wherever it was stopped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from pathlib import Path

from p2p.sim.shell.atomic_folder import locked, put_aside
from p2p.sim.shell.cli_options import UsageError
from p2p.sim.shell.progress import Bars
from p2p.sim.simulation.process_pool import pool_of
from p2p.sim.study.runs.cell_run import Record, perform, read_record
from p2p.sim.study.runs.experiment import Options, cells_of, check, write_manifest
from p2p.sim.study.v4.cell import Cell


class Sweep:
    """One experiment of a sweep under way: the runs that are done, and those left to do."""

    def __init__(self, options: Options) -> None:
        check(options)
        if options.format == "parquet":
            from p2p.sim.shell.parquet import pyarrow

            pyarrow()
        self.options = options
        self.out = Path(options.out)
        self.cells = cells_of(options)
        self.done: dict[str, Record] = {}

    def look_around(self) -> None:
        """Find the finished runs; refuses a folder that holds runs of the same names but other options.

        A folder with the name of a run that is not whole does not count and makes place for the run.
        """
        names = [cell.name for cell in self.cells]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise UsageError(f"{min(twice)} would be run twice; name each value once")
        for cell in self.cells:
            folder = self.out / cell.name
            if not folder.exists():
                continue
            record = read_record(folder)
            if record is None:
                print(f"{folder}: not a whole run, it is run again", file=sys.stderr)
                put_aside(self.out, folder)
                continue
            if record.fingerprint != cell.fingerprint:
                raise UsageError(
                    f"'{self.out}' holds a run with other options ({cell.name}); delete it or change --out"
                )
            self.done[cell.name] = record

    def cells_left(self) -> list[Cell]:
        """Cells still to run, the longest first, so that no worker is left with a long one at the end."""
        return sorted((cell for cell in self.cells if cell.name not in self.done), key=lambda cell: -size(cell))

    def finish(self) -> None:
        """All runs are there: write the manifest."""
        write_manifest(self.options, [self.done[cell.name] for cell in self.cells])


def size(cell: Cell) -> int:
    """Decisions in a cell."""
    return cell.N * cell.intervals


@contextmanager
def executor_of(workers: int, cluster: str | None) -> Iterator[Executor | None]:
    """A cluster if an address is given, none at all for one worker, else a pool of processes."""
    if cluster is not None:
        from p2p.sim.study.runs.dask_cluster import executor_at

        with executor_at(cluster) as executor:
            yield executor
    elif workers == 1:
        yield None
    else:
        # Spawned, not forked: a forked worker would inherit the folders' locks. Nothing is lost with a worker that is
        # killed: it has not written an unfinished run.
        with pool_of(workers, "spawn") as pool:
            yield pool


def sweep(experiments: list[Options], workers: int, cluster: str | None = None) -> list[Record]:
    """Run the missing runs of each experiment and write its manifest; returns the records of those run now.

    Shows how far it is on standard error.
    """
    made: list[Record] = []
    sweeps = [Sweep(options) for options in experiments]
    with ExitStack() as stack:
        for one in sweeps:
            stack.enter_context(locked(one.out))
            one.look_around()
        bars = stack.enter_context(Bars())
        for one in sweeps:
            already = sum(size(record.cell) for record in one.done.values())
            bars.open(one.out.name, sum(map(size, one.cells)), already)
        executor = stack.enter_context(executor_of(workers, cluster))
        try:
            for one, record in _records(sweeps, executor):
                made.append(record)
                one.done[record.cell.name] = record
                bars.advance(one.out.name, size(record.cell))
                if len(one.done) == len(one.cells):
                    one.finish()
        except BrokenProcessPool:
            raise UsageError("a worker process was killed; run the same command again to go on from here") from None
        except OSError as error:
            raise UsageError(f"cannot write the runs: {error}; run the same command again to go on") from None
    return made


def _records(sweeps: list[Sweep], executor: Executor | None) -> Iterator[tuple[Sweep, Record]]:
    """Each run as it is finished, in this process or another."""
    for one in sweeps:
        if not one.cells_left():
            one.finish()
    if executor is None:
        for one in sweeps:
            for cell in one.cells_left():
                yield one, perform(cell, str(one.out))
        return
    futures = {
        executor.submit(perform, cell, str(one.out.resolve())): one for one in sweeps for cell in one.cells_left()
    }
    for future in as_completed(futures):
        yield futures[future], future.result()
