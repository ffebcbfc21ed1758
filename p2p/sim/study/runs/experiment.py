"""An experiment of the run book: a grid of cells with its options, and the manifest of its runs."""

from __future__ import annotations

import datetime
import platform
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from p2p.environments.load_profiles import INTERVALS_PER_DAY
from p2p.sim.shell.atomic_folder import write_text
from p2p.sim.shell.cli_options import UsageError
from p2p.sim.study.runs.cell_run import Record
from p2p.sim.study.v4.cell import Cell

MANIFEST = "manifest.json"
FIRST_SEED = 1000
INTERVALS_ARE = "Of five minutes, from midnight on; nobody trades before there is sun, about the 90th."
N_MOST = 20_000
"""v4 keeps nearly every order of the day, about 250 bytes each: 1.5 GB at this many agents."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of exp_runner, as given."""

    agent: str
    out: str
    N: tuple[int, ...]
    optimizer_mode: str = "greedy"
    mode: str | None = None
    tau: tuple[float, ...] = ()
    K: tuple[int, ...] = ()
    hetero_tau: tuple[float, ...] = ()
    hetero_k: tuple[int, ...] = ()
    seeds: int = 1
    first_seed: int = FIRST_SEED
    intervals: int = INTERVALS_PER_DAY
    mechanism: str = "cda"
    info_set: str = "book"
    feeder_cap: float | None = None
    price_sigma: float = 0.0
    buy_markup: float | None = None
    sell_discount: float | None = None
    battery_kwh: float = 0.0
    battery_kw: float = 5.0
    rules: str = "v4"
    instrument_decisions: bool = False
    format: str = "csv"


OWN = ("N", "seed", "mode", "tau", "K")
"""The options that each cell of a grid has for itself; the rest are the experiment's options."""
NAMED = {"feeder_cap_kw": "feeder_cap", "decisions": "instrument_decisions"}
"""Where a cell's name for an option is another than the command line's."""
SAME = {name: NAMED.get(name, name) for name in Cell.__struct_fields__ if name not in OWN}


def check(options: Options) -> None:
    """Refuses a satisficer without its parameter, and a parameter that the agent would not use."""
    o = options
    if o.agent != "satisficer":
        given = [flag for flag, value in _satisficing(o).items() if value]
        if given:
            raise UsageError(f"{given[0]} is for satisficers; leave it out with --agent {o.agent}")
        return
    if o.mode is None:
        raise UsageError("--agent satisficer needs --mode: band, k_search or k_greedy")
    ours, theirs = ("tau", "K") if o.mode == "band" else ("K", "tau")
    flags = _satisficing(o)
    if not flags[f"--{ours}"] and not flags[f"--hetero-{ours}"]:
        raise UsageError(f"--mode {o.mode} needs --{ours} or --hetero-{ours}, for example --{ours} 1,5")
    if flags[f"--{theirs}"] or flags[f"--hetero-{theirs}"]:
        raise UsageError(f"--mode {o.mode} has no {theirs}; leave it out")


def _satisficing(o: Options) -> dict[str, Any]:
    return {"--mode": o.mode, "--tau": o.tau, "--K": o.K, "--hetero-tau": o.hetero_tau, "--hetero-K": o.hetero_k}


def cells_of(o: Options) -> list[Cell]:
    """The grid: every N, tau, K and seed. An agent's own list (hetero) goes round within a cell."""
    mode = {"optimizer": o.optimizer_mode, "satisficer": o.mode}.get(o.agent)
    grid = product(o.N, o.tau or (None,), o.K or (None,), range(o.first_seed, o.first_seed + o.seeds))
    same = {name: getattr(o, option) for name, option in SAME.items()}
    return [Cell(N=n, seed=seed, mode=mode, tau=tau, K=k, **same) for n, tau, k, seed in grid]


def write_manifest(options: Options, records: list[Record]) -> None:
    """The experiment's manifest: options, machine, and a line for each run with its files and their digests."""
    manifest = {
        "config": msgspec.to_builtins(options),
        "env": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            "processor": processor(),
            "timestamp": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        },
        "runs": [_run(record) for record in records],
    }
    text = msgspec.json.format(msgspec.json.encode(manifest)).decode()
    write_text(Path(options.out) / MANIFEST, text + "\n")


def processor() -> str:
    """The processor's name as the system gives it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def _run(record: Record) -> dict[str, Any]:
    """A run's entry. Files are named relative to the manifest; an optimizer's mode is in the config only."""
    cell = record.cell
    files = {name.partition("_")[0]: f"{cell.name}/{name}" for name in record.bytes_by_file}
    return {
        "N": cell.N,
        "agent": cell.agent,
        "mode": cell.mode if cell.agent == "satisficer" else None,
        "tau": cell.tau,
        "K": cell.K,
        "seed": cell.seed,
        "intervals": cell.intervals,
        "posted_kwh": record.posted_kwh,
        "traded_kwh": record.traded_kwh,
        "interval_csv": files["interval"],
        "decision_csv": files.get("decision"),
        "mechanism": cell.mechanism,
        "feeder_cap_kw": cell.feeder_cap_kw,
        "info_set": cell.info_set,
        "digests": record.digests,
        "bytes": record.bytes_by_file,
        "seconds": round(record.seconds, 3),
        "processor_s": round(record.processor_s, 3),
        "memory_mb": round(record.memory_mb, 1),
    }
