"""The v4 study on one core: seconds of an N=500 day by agent, growth with N, cost of the instruments, and a profile.

    python benchmarks/bench_v4.py [cells] [growth] [instruments] [profile]

Without a word, the first three. Times are of whole runs in this process, tables written to a temporary folder.
"""

import cProfile
import gc
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from p2p.sim.study.runs.cell_run import peak_mb, perform, resident_mb
from p2p.sim.study.runs.csv_tables import CsvTables
from p2p.sim.study.v4.cell import Cell
from p2p.sim.study.v4.day import Day

REPEATS = 3
PAIRS = 21
RULES: dict[str, dict[str, Any]] = {
    "optimizer single": {"agent": "optimizer", "mode": "single"},
    "optimizer greedy": {"agent": "optimizer", "mode": "greedy"},
    "optimizer ticker": {"agent": "optimizer", "mode": "greedy", "info_set": "ticker"},
    "optimizer call": {"agent": "optimizer", "mode": "greedy", "mechanism": "call"},
    "band 1 %": {"agent": "satisficer", "mode": "band", "tau": 1.0},
    "band 20 %": {"agent": "satisficer", "mode": "band", "tau": 20.0},
    "band 1 % call": {"agent": "satisficer", "mode": "band", "tau": 1.0, "mechanism": "call"},
    "k_search 5": {"agent": "satisficer", "mode": "k_search", "K": 5},
    "k_greedy 5": {"agent": "satisficer", "mode": "k_greedy", "K": 5},
    "k_greedy 5 call": {"agent": "satisficer", "mode": "k_greedy", "K": 5, "mechanism": "call"},
    "k_greedy 5 call cap": {
        "agent": "satisficer",
        "mode": "k_greedy",
        "K": 5,
        "mechanism": "call",
        "feeder_cap_kw": 500.0,
    },
    "learner": {"agent": "learner"},
    "zi": {"agent": "zi"},
}


def cell(name: str, n: int, **more: Any) -> Cell:
    return Cell(**{"N": n, "seed": 1000, "price_sigma": 1.0, **RULES[name], **more})


def best_of(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The least of several processor times, s: what the machine can do when others leave it alone."""
    times = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def written(one: Cell) -> None:
    with tempfile.TemporaryDirectory() as folder:
        perform(one, folder)


def played(one: Cell, timed: bool) -> None:
    """The market alone, no tables."""
    for _ in Day(one).play(time.perf_counter_ns if timed else None):
        pass


def tabled(one: Cell, timed: bool) -> None:
    """The run as exp_runner makes it; the same bytes are written if it is not timed, with zeros for times."""
    nothing = [0] * one.N
    with tempfile.TemporaryDirectory() as folder, CsvTables(one, Path(folder)) as tables:
        for interval in Day(one).play(time.perf_counter_ns if timed else None):
            tables.add(interval if timed else msgspec.structs.replace(interval, wall_ns=nothing), resident_mb())


def cells() -> None:
    print(f"N=500, 288 intervals, tables included, best of {REPEATS}; load {os.getloadavg()[0]:.2f}")
    for name in RULES:
        seconds = best_of(partial(written, cell(name, 500)))
        print(f"  {name:20} {seconds:.2f} s, {seconds / 144000 * 1e6:.1f} µs a decision")
    print(f"  most memory of this process: {peak_mb():.0f} MB")


def growth() -> None:
    print("µs a decision, tables included, and of `decide` alone, at N = 200 and 2,000")
    for name in RULES:
        whole, alone = [], []
        for n in (200, 2000):
            whole.append(best_of(partial(written, cell(name, n)), 2) / (n * 288) * 1e6)
            spent = sum(sum(interval.wall_ns) for interval in Day(cell(name, n)).play(time.perf_counter_ns))
            alone.append(spent / (n * 288) / 1e3)
        ratios = whole[1] / whole[0], alone[1] / alone[0]
        print(
            f"  {name:20} {whole[0]:.1f} → {whole[1]:.1f}, ×{ratios[0]:.2f};  "
            f"decide {alone[0]:.2f} → {alone[1]:.2f}, ×{ratios[1]:.2f}"
        )
    print(f"  most memory of this process: {peak_mb():.0f} MB")


def instruments() -> None:
    """With and without in turn, so that both meet the same machine; the median of the ratios of neighbours."""
    print(f"overhead of timing, N=200, median of {PAIRS} pairs: of a run with its tables; of the market alone")
    for name in ("optimizer greedy", "band 1 %", "k_greedy 5", "k_greedy 5 call", "learner"):
        one = cell(name, 200)
        print(f"  {name:20} {overhead(tabled, one)};  {overhead(played, one)}")


def overhead(work: Callable[[Cell, bool], None], one: Cell) -> str:
    ratios, plain, timed = [], [], []
    for _ in range(PAIRS):
        plain.append(best_of(partial(work, one, False), 1))
        timed.append(best_of(partial(work, one, True), 1))
        ratios.append(timed[-1] / plain[-1] - 1)
    return f"{min(plain):.3f} → {min(timed):.3f} s, {statistics.median(ratios):+.1%}"


def profile() -> None:
    profiler = cProfile.Profile()
    profiler.runcall(written, cell("k_greedy 5", 500))
    pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def main() -> None:
    gc.disable()
    known = {"cells": cells, "growth": growth, "instruments": instruments, "profile": profile}
    for word in sys.argv[1:] or ["cells", "growth", "instruments"]:
        known[word]()


if __name__ == "__main__":
    main()
