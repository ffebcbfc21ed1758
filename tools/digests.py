"""Digests of seeded sessions of every scenario and agent: the proof that a change of the code changes no result.

    python -m tools.digests --out before.json           # then change the code
    python -m tools.digests --compare before.json       # exit status 1 if anything differs

Each cell (a scenario, an agent on all its seats) plays many sessions in the simulator and has one digest for each of
contracts, refusals, balances, draws (the final state of every robot's generator) and facts (all that is handed in and
all that anyone is told of it, in order). A cell in which the agent does not play says why instead.

The digests are of names as they were when they were first taken: RENAMED maps today's names back to those.
"""

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

SESSIONS = 50
PERIODS_MAX = 600
"""Periods that a cell plays at the most, beside its first session: a scenario of 288 is played less often."""
PARTS = ("contracts", "refusals", "balances", "draws", "facts")
PLACES = {
    "AgentError": ("p2p.agents.registry",),
    "AGENTS": ("p2p.agents.registry:NAMES",),
    "Contract": ("p2p.messages",),
    "Refused": ("p2p.messages",),
    "Simulation": ("p2p.sim.simulation.simulation", "p2p.sim.sessions"),
    "load": ("p2p.sim.library.files", "p2p.sim.scenario_files"),
    "names": ("p2p.sim.library.files", "p2p.sim.scenario_files"),
}
"""Where each name is, or was: the first place that has it counts, `module` or `module:name`."""
RENAMED: dict[str, str] = {}
"""Names in messages, today's → the first: fields, directives and words that stand alone as a value."""
ADDED: frozenset[str] = frozenset()
"""Fields that messages have gained since: they are left out."""

Cell = tuple[str, str]
Digests = dict[str, str]


def found(name: str) -> Any:
    """What a name of PLACES means in this state of the code."""
    for place in PLACES[name]:
        module, _, attribute = place.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute or name)
        except (ImportError, AttributeError):
            continue
    raise SystemExit(f"digests: none of {', '.join(PLACES[name])} has {name}: mend PLACES")


def first_names(thing: Any) -> Any:
    """Plain data with the names that were there first."""
    if isinstance(thing, dict):
        return {RENAMED.get(key, key): first_names(value) for key, value in thing.items() if key not in ADDED}
    if isinstance(thing, list | tuple):
        return [first_names(item) for item in thing]
    return RENAMED.get(thing, thing) if isinstance(thing, str) else thing


def plain(message: Any) -> Any:
    """A message as plain data: its directive and its fields."""
    return first_names([message.directive, msgspec.to_builtins(message, str_keys=True)])


def told(shown: Any) -> Any:
    """What a projection says: market, public form, and each owner's."""
    if shown is None:
        return None
    public = None if shown.public is None else plain(shown.public)
    return [shown.market, public, [[seat, plain(own)] for seat, own in sorted(shown.own.items())]]


class Sums:
    """One running digest for each part."""

    def __init__(self) -> None:
        self.parts = {part: blake2b(digest_size=16) for part in PARTS}

    def add(self, part: str, what: object) -> None:
        """Take in plain data."""
        self.parts[part].update(msgspec.json.encode(what) + b"\n")

    def digests(self) -> Digests:
        """The digests so far."""
        return {part: summed.hexdigest() for part, summed in self.parts.items()}


def one_session(simulation: Any, sums: Sums) -> None:
    """Play a session and take in all that it says."""
    contract, refused = found("Contract"), found("Refused")
    for envelope, at, events in simulation.play():
        sums.add("facts", [at, envelope.sender, envelope.market, envelope.token, plain(envelope.message)])
        for event in events:
            message = event.message
            sums.add(
                "facts", [event.market, event.sender, event.to, plain(message), told(simulation.views.project(event))]
            )
            if isinstance(message, contract):
                sums.add("contracts", [at, event.market, plain(message)])
            elif isinstance(message, refused):
                sums.add("refusals", [at, event.to, plain(message)])
    for market in simulation.session.markets:
        sums.add("balances", sorted(market.environment.balance.items()))
    for seat, robot in simulation.robots.items():
        sums.add("draws", [seat, robot.rng.getstate()])


def cell_digests(cell: Cell, sessions: int) -> Digests:
    """The digests of a cell, or why its agent does not play there."""
    scenario, agent = found("load")(cell[0]), cell[1]
    sums = Sums()
    for seed in range(min(sessions, max(1, PERIODS_MAX // scenario.periods))):
        try:
            simulation = found("Simulation")(scenario, [agent] * scenario.seats, seed)
        except found("AgentError") as error:
            return {"refused": str(error)}
        one_session(simulation, sums)
    return sums.digests()


def cells(wanted: Iterable[str]) -> list[Cell]:
    """Every scenario with every agent, or those in which all the wanted words are."""
    known = [(scenario, agent) for scenario in found("names")() for agent in found("AGENTS")]
    return [cell for cell in known if all(word in "/".join(cell) for word in wanted)]


def digests(chosen: list[Cell], sessions: int, workers: int) -> dict[str, Digests]:
    """Cell by cell, said as each is done."""
    began = time.monotonic()
    results: dict[str, Digests] = {}
    with ProcessPoolExecutor(workers) as pool:
        pending = [(cell, pool.submit(cell_digests, cell, sessions)) for cell in chosen]
        for number, (cell, future) in enumerate(pending, 1):
            results["/".join(cell)] = future.result()
            print(f"\r{number} of {len(chosen)} cells, {time.monotonic() - began:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr)
    return results


def differences(old: dict[str, Digests], new: dict[str, Digests]) -> list[str]:
    """A line for each part of a cell that is not what it was; cells that were not there before are passed over."""
    return [
        f"{cell}: {part} differ"
        for cell, were in old.items()
        if cell in new
        for part in sorted(were.keys() | new[cell].keys())
        if were.get(part) != new[cell].get(part)
    ]


def main() -> int:
    """The command; exit status 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only cells (SCENARIO/AGENT) in which all these stand")
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="write the digests to this file")
    parser.add_argument("--compare", type=Path, help="a file of an earlier run with as many sessions")
    options = parser.parse_args()
    before = json.loads(options.compare.read_text(encoding="utf-8")) if options.compare else None
    chosen = cells(options.words)
    if before is not None and options.out is None:  # cells that were not there before have nothing to be compared with
        chosen = [cell for cell in chosen if "/".join(cell) in before["cells"]]
    results = digests(chosen, options.sessions, options.workers)
    if options.out:
        text = json.dumps({"sessions": options.sessions, "cells": results}, indent=1, sort_keys=True)
        options.out.write_text(text + "\n", encoding="utf-8")
    if before is None:
        return 0
    if before["sessions"] != options.sessions:
        print(f"{options.compare} has {before['sessions']} sessions a cell; say --sessions {before['sessions']}")
        return 2
    missing = [] if options.words else [f"{cell}: is gone" for cell in before["cells"] if cell not in results]
    wrong = missing + differences(before["cells"], results)
    print("\n".join([*wrong, f"{len(results)} cells, {len(wrong)} differences"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
