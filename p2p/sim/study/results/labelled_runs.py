"""Runs of several experiments, each under its label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from p2p.sim.shell.cli_options import UsageError, folder_for, split_list
from p2p.sim.shell.progress import Bars
from p2p.sim.study.results.frontier import Row, cell_columns, cells
from p2p.sim.study.results.summaries import Manifest, Summary, read_manifest, summarize

Labelled = dict[str, list[Summary]]
"""Runs by label."""


def read_labelled(manifests: str, labels: str | None) -> dict[str, Manifest]:
    """Manifests by label; without labels, by the names of their folders. Refuses lists that do not match."""
    read = [read_manifest(path) for path in split_list(manifests, "--manifests")]
    names = split_list(labels, "--labels") if labels is not None else [one.path.absolute().parent.name for one in read]
    if len(names) != len(read):
        raise UsageError(f"--labels has {len(names)} names for {len(read)} manifests; give one for each, in order")
    if len(set(names)) != len(names):
        raise UsageError("two manifests have the same label; give each its own with --labels")
    return dict(zip(names, read, strict=True))


def summarized(manifests: str, labels: str | None, out_dir: str) -> tuple[Path, Labelled]:
    """The folder to write into, and the runs of these manifests by label: the start of each command on several."""
    read = read_labelled(manifests, labels)
    out = folder_for(Path(out_dir))
    with Bars() as bars:
        return out, {label: summarize(manifest, bars) for label, manifest in read.items()}


def cell_rows(labelled: Labelled, figure: str, of: Callable[[list[Summary]], float | None]) -> list[Row]:
    """One figure of each cell, by label."""
    return [
        {"label": label, **cell_columns(runs[0]), figure: of(runs)}
        for label, every in labelled.items()
        for runs in cells(every)
    ]
