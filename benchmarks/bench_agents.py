"""Microseconds of processor time per decision and per fact heard, of each agent, among its own kind.

    python benchmarks/bench_agents.py            # 22 and 500 traders, book and ticker, continuous double auction

A decision is one `decide`, with all that the agent reads of its view; a fact is one `see` of an agent that learns. A
look at the book must not cost more where the book is longer, unless the agent asks for more of it.
"""

import sys
import time
from typing import Any

import msgspec

from p2p.agents.registry import NAMES, make_agent, parse_word
from p2p.scenario import InducedValues, InstitutionRules, RobotRules, Scenario
from p2p.sim.sessions import Simulation

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


def measured(word: str, traders: int, information: str) -> tuple[float, float]:
    """Microseconds per decision and per fact."""
    simulation = Simulation(market(traders, information), [word] * traders, 1)
    kind: Any = type(make_agent(*parse_word(word)))
    spent = {"decide": [0, 0], "see": [0, 0]}
    originals = {name: getattr(kind, name) for name in spent}

    def timed(name: str) -> Any:
        def run(*words: Any) -> Any:
            before = time.thread_time_ns()
            answer = originals[name](*words)
            spent[name][0] += time.thread_time_ns() - before
            spent[name][1] += 1
            return answer

        return run

    own = {name: name in vars(kind) for name in spent}
    for name in spent:
        setattr(kind, name, timed(name))
    try:
        for _ in simulation.play():
            pass
    finally:
        for name, original in originals.items():
            if own[name]:
                setattr(kind, name, original)
            else:
                delattr(kind, name)
    decide, see = (total / count / 1_000 if count else 0.0 for total, count in spent.values())
    return decide, see


def main() -> None:
    print(f"{'agent':30}" + "".join(f"{f'N={n} {i}':>18}" for n in (22, 500) for i in ("book", "ticker")))
    print(f"{'µs per decision | fact':30}")
    for word in WORDS:
        if word != "sniper":
            cells = [
                measured(word, traders, information) for traders in (22, 500) for information in ("book", "ticker")
            ]
            print(f"{word:30}" + "".join(f"{f'{decide:.1f} | {see:.1f}':>18}" for decide, see in cells), flush=True)


if __name__ == "__main__":
    sys.exit(main())
