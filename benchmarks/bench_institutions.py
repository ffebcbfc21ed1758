"""Simulated sessions of Smith's Test 1 per second and core, on each institution, scored.

    python -P -m benchmarks.bench_institutions [profile]

22 ZI-C traders, 5 periods of 60 activations each (a trader who has no unit left looks no more). Processor time, best of
several, so that what else the machine does counts little. Book operations are in bench_book.py.
"""

import cProfile
import os
import pstats
import sys
import time

import msgspec

from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionSpec, play

SESSIONS = 20
REPEATS = 5
SCENARIOS = ("smith-1962-test-1", "open-book", "call-market")


def sessions(scenario: Scenario, count: int = SESSIONS) -> int:
    """Play so many; how often robots looked."""
    cast = ("zic",) * scenario.seats
    return sum(play(SessionSpec(k, scenario, cast, k, k)).activations for k in range(count))


def figures() -> None:
    print(f"best of {REPEATS} × {SESSIONS} sessions; load {os.getloadavg()[0]:.2f}")
    for name in SCENARIOS:
        for information, label in (("book", "book"), ("ticker", "ticker"), ("quotes", "standing")):
            scenario = msgspec.structs.replace(load(name), information=information)
            times, looked = [], 0
            for _ in range(REPEATS):
                started = time.process_time()
                looked = sessions(scenario)
                times.append(time.process_time() - started)
            seconds = min(times)
            print(
                f"  {name:20} {label:9} {SESSIONS / seconds:6.1f} sessions/s and core, "
                f"{looked / seconds / 1e3:6.1f} thousand activations/s"
            )


def profile() -> None:
    profiler = cProfile.Profile()
    profiler.runcall(sessions, load("smith-1962-test-1"))
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    profile() if "profile" in sys.argv[1:] else figures()
