"""A sweep that is killed in the middle, by whatever means, and what stands when it has gone on."""

import contextlib
import csv
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import p2p.sim.study.runs.sweep
from p2p.sim.shell.atomic_folder import PARTIAL, new_folder
from p2p.sim.shell.cli_options import UsageError
from p2p.sim.shell.progress import Bars
from p2p.sim.study.runs.cell_run import Record, perform
from p2p.sim.study.runs.experiment import Options
from p2p.sim.study.runs.sweep import sweep
from p2p.sim.study.v4.cell import Cell


def options(out: Path, seeds: int = 4) -> Options:
    return Options(
        agent="optimizer",
        out=str(out),
        N=(4,),
        seeds=seeds,
        intervals=150,
        price_sigma=1.0,
        instrument_decisions=True,
    )


def untimed(out: Path) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for path in sorted(out.glob("*/*.csv")):
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        tables[path.name] = [row[:10] for row in rows] if "decision" in path.name else rows
    return tables


def undisturbed(tmp_path: Path) -> dict[str, Any]:
    sweep([options(tmp_path / "undisturbed")], workers=1)
    return untimed(tmp_path / "undisturbed")


def sweep_and_stick(out: str, stuck: Any, forever: Any) -> None:
    """In a process of its own: two runs are finished, the third stays half-written."""

    def perform_two(cell: Cell, place: str) -> Record:
        if cell.seed < 1002:
            return perform(cell, place)
        with new_folder(Path(place), cell.name) as folder:
            (folder / f"interval_metrics_{cell.name}.csv").write_text("t,trades\r\n0,")
            stuck.set()
            forever.wait()
        raise AssertionError

    p2p.sim.study.runs.sweep.perform = perform_two
    sweep([options(Path(out))], workers=1)


def test_a_killed_sweep_goes_on_and_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    stuck, forever = context.Event(), context.Event()
    child = context.Process(target=sweep_and_stick, args=(str(tmp_path / "out"), stuck, forever))
    child.start()
    try:
        assert stuck.wait(60)
    finally:
        child.kill()
        child.join(60)
    assert len(list((tmp_path / "out" / PARTIAL).iterdir())) == 1
    assert len(list((tmp_path / "out").glob("N4*"))) == 2
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert len(sweep([options(tmp_path / "out")], workers=1)) == 2
    assert not (tmp_path / "out" / PARTIAL).exists()
    assert untimed(tmp_path / "out") == undisturbed(tmp_path)


def die(cell: Cell, place: str) -> Record:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on Windows")
def test_a_pool_whose_worker_is_killed_says_so_and_can_be_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(p2p.sim.study.runs.sweep, "perform", die)
        with pytest.raises(UsageError, match="run the same command again"):
            sweep([options(tmp_path / "out")], workers=2)
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert len(sweep([options(tmp_path / "out")], workers=2)) == 4
    assert untimed(tmp_path / "out") == undisturbed(tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_leaves_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
    import dask

    with (
        dask.config.set({"distributed.worker.daemon": False}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=60
        ) as cluster,
    ):
        killed = []
        advance = Bars.advance

        def advance_and_kill(self: Bars, name: str, steps: int) -> None:
            if not killed:
                with distributed.Client(cluster.scheduler_address) as client:
                    killed.append(min(client.run(os.getpid).values()))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(killed[0], signal.SIGKILL)
            advance(self, name, steps)

        monkeypatch.setattr(Bars, "advance", advance_and_kill)
        made = sweep([options(tmp_path / "out", seeds=12)], workers=1, cluster=cluster.scheduler_address)
        assert killed
        assert len(made) == 12
    sweep([options(tmp_path / "here", seeds=12)], workers=1)
    assert untimed(tmp_path / "out") == untimed(tmp_path / "here")
