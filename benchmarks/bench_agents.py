"""Microseconds of processor time per decision and per fact heard, of each agent, among its own kind.

    python benchmarks/bench_agents.py            # 22 and 500 traders, book and ticker, continuous double auction

A decision is one `decide`, with all that the agent reads of its view; a fact is one `see` of an agent that learns. What
looking at the clock takes is taken off. A look at the book must not cost more where the book is longer, unless the
agent asks for more of it; what has been heard since the last look must be considered, and among 500 that is more: the
last figure is how many facts were heard for each decision. A sniper opens no market: every second seat is zic's.
"""

import sys
import time
from typing import Any

import msgspec

from p2p.agents.registry import NAMES, make_agent, parse_agent_spec
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import InducedValues, InstitutionRules, Scenario
from p2p.sim.simulation.simulation import Simulation

WORDS = [*NAMES, "optimizer/mode=greedy", "satisficer/mode=k_search", "satisficer/mode=k_greedy/k=5"]
DECISIONS = 4_000
"""Decisions of a run: enough for a mean that stands to some per cent."""


def market(traders: int, information: str) -> Scenario:
    half, looks = traders // 2, max(2, DECISIONS // traders)
    table = {"buyers": [[1]] * half, "sellers": [[1]] * half, "redraw": {"low": 1, "high": 400}}
    return Scenario(
        title="A market to measure in",
        institution=InstitutionRules(1, 400, name="continuous"),
        environment=msgspec.convert({"name": "induced", **table}, InducedValues),
        periods=1,
        period_s=float(looks),
        information=information,  # type: ignore[arg-type]
        robots=RobotRules(1.0),
    )


def timed(kind: Any, name: str, spent: list[int]) -> Any:
    """The method of a class, which notes its time in ns and how often it was called."""
    original = getattr(kind, name)

    def run(*words: Any) -> Any:
        before = time.thread_time_ns()
        answer = original(*words)
        spent[0] += time.thread_time_ns() - before
        spent[1] += 1
        return answer

    return run


def clock_ns() -> float:
    """What is measured of a method that does nothing."""

    class Nothing:
        def decide(self) -> None:
            pass

    spent = [0, 0]
    method, one = timed(Nothing, "decide", spent), Nothing()
    for _ in range(20_000):
        method(one)
    return spent[0] / spent[1]


def measured(word: str, traders: int, information: str) -> tuple[float, float, float]:
    """Microseconds per decision and per fact, facts per decision."""
    kind: Any = type(make_agent(*parse_agent_spec(word)))
    cast = ["zic" if kind.waits and seat % 2 else word for seat in range(traders)]
    simulation = Simulation(market(traders, information), cast, 1)
    spent = {"decide": [0, 0], "see": [0, 0]}
    own = {name: vars(kind).get(name) for name in spent}
    wrapped = {name: timed(kind, name, spent[name]) for name in spent}
    for name, method in wrapped.items():
        setattr(kind, name, method)
    try:
        for _ in simulation.play():
            pass
    finally:
        for name, original in own.items():
            if original is None:
                delattr(kind, name)
            else:
                setattr(kind, name, original)
    clock = clock_ns()
    decide, see = (max(0.0, total / count - clock) / 1_000 if count else 0.0 for total, count in spent.values())
    return decide, see, spent["see"][1] / spent["decide"][1]


def main() -> None:
    sizes = [(n, i) for n in (22, 500) for i in ("book", "ticker")]
    print(f"{'agent':30}" + "".join(f"{f'N={n} {i}':>20}" for n, i in sizes))
    print(f"{'µs per decision | per fact × facts':30}")
    for word in WORDS:
        cells = [measured(word, traders, information) for traders, information in sizes]
        said = [f"{decide:.1f} | {see:.2f}" + f" × {facts:.0f}" * bool(facts) for decide, see, facts in cells]
        print(f"{word:30}" + "".join(f"{one:>20}" for one in said), flush=True)


if __name__ == "__main__":
    sys.exit(main())
