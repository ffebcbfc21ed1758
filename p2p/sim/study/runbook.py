"""`pit runbook`: the whole study in one command: runs, tables, pictures, a manifest of it all, and its page."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import click
import msgspec

from p2p.base.exact_sum import total
from p2p.environments.load_profiles import INTERVALS_PER_DAY
from p2p.sim.shell.atomic_folder import locked, write_text
from p2p.sim.shell.cli_options import UsageError, default_workers, folder_for, numbers
from p2p.sim.shell.progress import Bars
from p2p.sim.study.results.frontier import write_tables
from p2p.sim.study.results.labelled_runs import Labelled
from p2p.sim.study.results.overlay_tables import write_overlay
from p2p.sim.study.results.pictures import write_figures
from p2p.sim.study.results.summaries import read_manifest, summarize
from p2p.sim.study.results.theory_tables import write_theory
from p2p.sim.study.runs.experiment import INTERVALS_ARE, MANIFEST, Options, processor
from p2p.sim.study.runs.run_book import OVERLAY, SEEDS, book
from p2p.sim.study.runs.sweep import sweep

BOOK_MANIFEST = "runbook.json"
PACKAGES = ("tradingpit", "numpy", "pandas", "matplotlib", "msgspec", "pyarrow", "distributed")
ROOT = Path(__file__).resolve().parents[3]
"""The project's own folder, in a checkout."""

EXAMPLE = (
    "Example: pit runbook --workers 2    A first look, in seconds: pit runbook --seeds 1 --sizes 50 --out outputs/look"
)


@click.command(epilog=EXAMPLE)
@click.option("--workers", default=default_workers, type=click.IntRange(min=1), help="Processes.", show_default="cores")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, as tcp://host:8786; workers must see --out.")
@click.option("--out", default="outputs", show_default=True, help="Folder; what is finished in it is not run again.")
@click.option("--seeds", default=SEEDS, show_default=True, type=click.IntRange(min=1), help="Runs of each cell.")
@click.option("--sizes", callback=numbers(int, 1), help="Only these N, as 50,100.")
@click.option("--intervals", default=INTERVALS_PER_DAY, type=click.IntRange(1, INTERVALS_PER_DAY), help=INTERVALS_ARE)
@click.option("--optional", is_flag=True, help="The optional experiments too: single fill, hetero, dated.")
@click.option("--format", "file_format", default="csv", type=click.Choice(["csv", "parquet"]))
@click.option("--doc", is_flag=True, help="Write docs/study-results.md from the result.")
@click.option("--published", help="Folder of published frontiers, EXPERIMENT.csv, for --doc to compare with.")
def runbook(
    workers: int,
    cluster: str | None,
    out: str,
    seeds: int,
    sizes: tuple[int, ...],
    intervals: int,
    optional: bool,
    file_format: str,
    doc: bool,
    published: str | None,
) -> None:
    """Run the whole study of satisficers against optimizers; stopped, it goes on from where it was."""
    place = folder_for(Path(out))
    experiments = book(place, seeds, intervals, sizes, file_format, optional)
    if not experiments:
        raise UsageError(f"--sizes: no experiment of the run book has any of {', '.join(map(str, sizes))} agents")
    target = ROOT / "docs" / "study-results.md"
    if doc and not target.parent.is_dir():
        raise UsageError("--doc writes docs/study-results.md of a checkout, and this is none; leave it out")
    with locked(place):
        stages: dict[str, Any] = {"load_before": _load()}
        started = time.monotonic()
        stages["runs"] = len(sweep(experiments, workers, cluster))
        stages["runs_s"] = round(time.monotonic() - started, 1)
        stages["load_after"] = _load()
        labelled = _tables(place, experiments, stages)
        _pictures(place, labelled, stages)
        _write_manifest(place, experiments, stages, workers, cluster)
    print(f"{place}: {_says(stages)}; tables and pictures in {place / 'analysis'}", file=sys.stderr)
    if doc:
        from p2p.sim.study.results.runbook_page import write_report

        default = ROOT.parent / "shared" / "reference" / "published"
        write_report(target, place, labelled, Path(published) if published else default)
        print(f"{target} written", file=sys.stderr)


def _says(stages: dict[str, Any]) -> str:
    ran = f"{stages['runs']} runs in {stages['runs_s']} s" if stages["runs"] else "all runs were there"
    return f"{ran}, tables {stages['tables_s']} s, pictures {stages['pictures_s']} s"


def _load() -> list[float]:
    """How busy the machine is: averages over 1, 5, 15 minutes; empty where the system does not say."""
    return [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else []


def _tables(place: Path, experiments: list[Options], stages: dict[str, Any]) -> Labelled:
    """Every experiment's tables and the overlay; returns their runs by the experiment's name."""
    started = time.monotonic()
    labelled: Labelled = {}
    with Bars() as bars:
        for options in experiments:
            name = Path(options.out).name
            labelled[name] = summarize(read_manifest(str(Path(options.out) / MANIFEST)), bars)
            write_tables(folder_for(place / "analysis" / name), labelled[name], ["N"])
    combined = {label: labelled[name] for name, label in OVERLAY.items() if name in labelled}
    write_overlay(folder_for(place / "analysis" / "overlay_v4"), combined, ["N"])
    stages["tables_s"] = round(time.monotonic() - started, 1)
    return labelled


def _pictures(place: Path, labelled: Labelled, stages: dict[str, Any]) -> None:
    """The theory's and the study's pictures, with their tables."""
    started = time.monotonic()
    write_theory(folder_for(place / "analysis" / "theory_v4"), labelled)
    write_figures(folder_for(place / "analysis" / "figures_v4"), labelled)
    stages["pictures_s"] = round(time.monotonic() - started, 1)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _write_manifest(
    place: Path, experiments: list[Options], stages: dict[str, Any], workers: int, cluster: str | None
) -> None:
    """What ran on what, how long, and digests of all that came of it; earlier sittings in the same folder are kept."""
    path = place / BOOK_MANIFEST
    earlier = msgspec.json.decode(path.read_bytes())["sittings"] if path.exists() else []
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    manifest = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "cores": default_workers(),
        "versions": {name: _version(name) for name in PACKAGES},
        "sittings": [*earlier, {"finished": now, "workers": workers, "cluster": cluster, **stages}],
        "experiments": [
            {"options": msgspec.to_builtins(options), **_outputs(Path(options.out))} for options in experiments
        ],
        "analysis": {
            str(file.relative_to(place)): _digest(file.read_bytes())
            for file in sorted((place / "analysis").rglob("*"))
            if file.is_file()
        },
    }
    write_text(path, msgspec.json.format(msgspec.json.encode(manifest)).decode() + "\n")


def _outputs(out: Path) -> dict[str, Any]:
    """An experiment's runs in figures: how many, their bytes, times and memory, and one digest of all their digests.

    The digest leaves out what depends on the machine: wall_ms and mem_mb.
    """
    runs = msgspec.json.decode((out / MANIFEST).read_bytes())["runs"]
    return {
        "runs": len(runs),
        "decisions": sum(run["N"] * run["intervals"] for run in runs),
        "bytes": sum(sum(run["bytes"].values()) for run in runs),
        "seconds": round(total(run["seconds"] for run in runs), 1),
        "processor_s": round(total(run["processor_s"] for run in runs), 1),
        "memory_mb": max(run["memory_mb"] for run in runs),
        "digest": _digest(msgspec.json.encode([run["digests"] for run in runs])),
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
