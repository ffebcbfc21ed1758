"""exp_runner as a researcher types it: its files, going on after a stop, and one clear line for whatever is wrong."""

import csv
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from p2p.sim.shell.atomic_folder import PARTIAL, locked, new_folder
from p2p.sim.shell.cli_options import UsageError
from p2p.sim.study.runs.cell_run import perform, read_record
from p2p.sim.study.runs.experiment import Options, cells_of
from p2p.sim.study.runs.sweep import sweep
from tests import ROOT

SMALL = (
    "--agent satisficer --mode band --tau 5 --N 4 --intervals 130 --price-sigma 1.0 --instrument-decisions --workers 1"
)


def run(*words: str, module: str = "exp_runner", **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", f"p2p.sim.{module}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment})


def refused(*words: str, module: str = "exp_runner") -> str:
    """The one line that the command says; that it is one and that the status is 2 is checked here."""
    done = run(*words, module=module)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def options(out: Path, **other: object) -> Options:
    given = {"agent": "satisficer", "mode": "k_greedy", "K": (3,), "N": (4,), "intervals": 140, "price_sigma": 1.0}
    return Options(**{**given, "instrument_decisions": True, "out": str(out), **other})  # type: ignore[arg-type]


def untimed(out: Path) -> dict[str, object]:
    """Every table of an experiment without what depends on the machine."""
    tables: dict[str, object] = {}
    for path in sorted(out.glob("*/*.csv")):
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        tables[path.name] = [row[:10] for row in rows] if "decision" in path.name else rows
    return tables


def test_a_run_leaves_its_two_tables_and_a_manifest(tmp_path: Path) -> None:
    assert run(*SMALL.split(), "--seeds", "2", "--out", str(tmp_path / "exp")).returncode == 0
    name = "N4_satisficer_band_tau5_KNone_s1001"
    manifest = json.loads((tmp_path / "exp" / "manifest.json").read_text())
    assert manifest["config"]["tau"] == [5.0]
    assert set(manifest["env"]) == {"python", "platform", "processor", "timestamp"}
    entry = manifest["runs"][1]
    assert (entry["N"], entry["tau"], entry["K"], entry["seed"], entry["mode"]) == (4, 5.0, None, 1001, "band")
    assert entry["interval_csv"] == f"{name}/interval_metrics_{name}.csv"
    lines = (tmp_path / "exp" / entry["interval_csv"]).read_bytes().split(b"\r\n")
    assert lines[0].startswith(b"t,trades,traded_kwh,")
    assert lines[0].endswith(b",W,W_bound,W_hat")
    assert len(lines) == 130 + 2
    with (tmp_path / "exp" / entry["decision_csv"]).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 130
    assert rows[0]["agent_id"] == "satisficer_0"
    assert rows[0]["agent_type"] == "Satisficer"
    assert all(len(row["wall_ms"].split(".")[1]) == 3 and len(row["mem_mb"].split(".")[1]) == 2 for row in rows)
    assert not list((tmp_path / "exp").glob(".p*"))


def test_without_instruments_there_is_no_decision_table(tmp_path: Path) -> None:
    sweep([options(tmp_path, instrument_decisions=False)], workers=1)
    assert [path.name.partition("_")[0] for path in tmp_path.glob("*/*.csv")] == ["interval"]
    assert json.loads((tmp_path / "manifest.json").read_text())["runs"][0]["decision_csv"] is None


def test_an_optimizers_mode_is_in_the_config_only(tmp_path: Path) -> None:
    sweep([options(tmp_path, agent="optimizer", mode=None, K=(), optimizer_mode="single")], workers=1)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["config"]["optimizer_mode"] == "single"
    assert manifest["runs"][0]["mode"] is None
    assert (tmp_path / "N4_optimizer_na_tauNone_KNone_s1000").is_dir()


def test_hetero_needs_no_dummy_and_agents_take_values_in_turn(tmp_path: Path) -> None:
    (cell,) = cells_of(options(tmp_path, mode="band", K=(), hetero_tau=(1.0, 5.0)))
    assert [cell.parameter(i) for i in range(3)] == [1, 5, 1]
    assert cell.name == "N4_satisficer_band_tauNone_KNone_s1000"


def test_two_workers_and_one_leave_the_same(tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("two", 2)):
        sweep([options(tmp_path / name, seeds=3, N=(3, 5))], workers=workers)
    assert len(untimed(tmp_path / "one")) == 12
    assert untimed(tmp_path / "one") == untimed(tmp_path / "two")


def test_the_order_of_hashes_does_not_matter(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        assert run(*SMALL.split(), "--out", str(tmp_path / seed), PYTHONHASHSEED=seed).returncode == 0
    assert untimed(tmp_path / "1") == untimed(tmp_path / "2")


def test_what_is_finished_is_not_run_again_and_the_rest_is(tmp_path: Path) -> None:
    assert len(sweep([options(tmp_path, seeds=2)], workers=1)) == 2
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*.csv")}
    assert len(sweep([options(tmp_path, seeds=3)], workers=1)) == 1
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(json.loads((tmp_path / "manifest.json").read_text())["runs"]) == 3


def test_a_run_that_breaks_off_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    def broken_off() -> None:
        with new_folder(tmp_path, "run") as folder:
            (folder / "interval_metrics_run.csv").write_text("t\n")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert not (tmp_path / "run").exists()
    assert list((tmp_path / PARTIAL).iterdir()) == []


def test_what_a_killed_process_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / PARTIAL / "N4_satisficer_k_greedy_tauNone_K3_s1000-dead"
    left.mkdir(parents=True)
    (left / "interval_metrics.csv").write_text("t\n0\n")
    assert len(sweep([options(tmp_path)], workers=1)) == 1
    assert not (tmp_path / PARTIAL).exists()


def test_the_same_run_made_twice_keeps_the_first(tmp_path: Path) -> None:
    (cell,) = cells_of(options(tmp_path))
    first = perform(cell, str(tmp_path))
    perform(cell, str(tmp_path))
    record = read_record(tmp_path / cell.name)
    assert record is not None
    assert record.seconds == first.seconds


@pytest.mark.parametrize("harm", ["cut table", "no table", "no record", "cut record", "a file"])
def test_what_is_not_a_whole_run_does_not_count_and_is_run_again(harm: str, tmp_path: Path) -> None:
    sweep([options(tmp_path)], workers=1)
    before = untimed(tmp_path)
    (table,) = tmp_path.glob("*/decision_*.csv")
    record = table.parent / "run.json"
    match harm:
        case "cut table":
            table.write_bytes(table.read_bytes()[:-100])
        case "no table":
            table.unlink()
        case "no record":
            record.unlink()
        case "cut record":
            record.write_bytes(record.read_bytes()[:100])
        case "a file":
            shutil.rmtree(table.parent)
            table.parent.write_text("")
    assert len(sweep([options(tmp_path)], workers=1)) == 1
    assert untimed(tmp_path) == before
    assert not (tmp_path / PARTIAL).exists()


def test_a_folder_with_other_options_is_refused_not_mixed(tmp_path: Path) -> None:
    sweep([options(tmp_path)], workers=1)
    with pytest.raises(UsageError, match="other options"):
        sweep([options(tmp_path, price_sigma=2.0)], workers=1)


def hold(out: str, held: "multiprocessing.synchronize.Event", free: "multiprocessing.synchronize.Event") -> None:
    with locked(Path(out)):
        held.set()
        free.wait(60)


def test_two_runs_cannot_write_one_folder_at_the_same_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, free = context.Event(), context.Event()
    other = context.Process(target=hold, args=(str(tmp_path), held, free))
    other.start()
    try:
        assert held.wait(60)
        assert "is being written by another run" in refused(*SMALL.split(), "--out", str(tmp_path))
    finally:
        free.set()
        other.join(60)
    sweep([options(tmp_path)], workers=1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--agent optimiser --N 4", "optimiser"),
        ("--agent satisficer --mode k_greedy --K 0 --N 4", "0 is out of range"),
        ("--agent satisficer --mode kgreedy --K 1 --N 4", "kgreedy"),
        ("--agent satisficer --N 4 --K 1", "needs --mode"),
        ("--agent satisficer --mode band --N 4", "needs --tau or --hetero-tau"),
        ("--agent satisficer --mode band --tau 5 --K 3 --N 4", "has no K"),
        ("--agent satisficer --mode band --tau -1 --N 4", "-1 is out of range"),
        ("--agent satisficer --mode band --tau nan --N 4", "nan is out of range"),
        ("--agent optimizer --tau 5 --N 4", "--tau is for satisficers"),
        ("--agent optimizer --N ,", "not a number"),
        ("--agent optimizer --N 0", "0 is out of range"),
        ("--agent optimizer --N 1000000", "1000000 is out of range"),
        ("--agent optimizer --N 4.5", "not a number"),
        ("--agent optimizer --N 4,4", "would be run twice"),
        ("--agent optimizer", "--N"),
        ("--agent optimizer --N 4 --intervals 289", "289"),
        ("--agent optimizer --N 4 --seeds 0", "0"),
        ("--agent optimizer --N 4 --price-sigma nan", "price-sigma"),
        ("--agent optimizer --N 4 --feeder-cap -3", "-3"),
        ("--agent optimizer --N 4 --mechanism auction", "auction"),
        ("--agent optimizer --N 4 --cluster tcp://127.0.0.1:1", "no Dask scheduler"),
    ],
)
def test_bad_options_get_one_clear_line(words: str, says: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert says in refused(*words.split(), "--out", str(out))
    assert not list(out.rglob("*.csv"))
    assert not (out / "manifest.json").exists()


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    assert "is empty" in refused(*SMALL.split(), "--out", "")
    (tmp_path / "file").write_text("mine")
    assert "is a file" in refused(*SMALL.split(), "--out", str(tmp_path / "file"))
    assert "below a file" in refused(*SMALL.split(), "--out", str(tmp_path / "file" / "out"))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot" in refused(*SMALL.split(), "--out", str(tmp_path / "out"))


def test_sound_rules_count_in_whole_ticks_and_wh_and_forget_orders_with_their_interval(tmp_path: Path) -> None:
    sweep([options(tmp_path, rules="sound", N=(12,), intervals=160)], workers=1)
    (interval,) = tmp_path.glob("*/interval_*.csv")
    (decision,) = tmp_path.glob("*/decision_*.csv")
    with interval.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert "quoted_w_hat" in rows[0]
    assert "W_hat" not in rows[0]
    assert all(0 <= float(row["quoted_w_hat"]) <= 1 for row in rows)
    assert any(float(row["quoted_w_hat"]) > 0 for row in rows)
    with decision.open(newline="") as file:
        accepted = [row for row in csv.DictReader(file) if row["action_type"] == "accept"]
    assert accepted
    assert all(len(row["price_cperkwh"].split(".")[1]) == 1 for row in accepted)
    assert all(len(row["qty_kwh"].split(".")[1]) == 3 for row in accepted)


def test_orders_end_with_their_interval_outside_v4() -> None:
    from p2p.sim.study.v4.cell import Cell
    from p2p.sim.study.v4.day import Day

    given = {"N": 6, "agent": "zi", "seed": 1, "intervals": 30}
    for rules, left in (("v4", True), ("sound", False)):
        day = Day(Cell(**given, rules=rules))  # type: ignore[arg-type]
        list(day.play())
        assert bool(day.book.orders) is left


def test_zero_intelligence_is_seeded_and_never_accepts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        sweep([options(tmp_path / name, agent="zi", mode=None, K=(), intervals=40)], workers=1)
    assert untimed(tmp_path / "a") == untimed(tmp_path / "b")
    (decision,) = (tmp_path / "a").glob("*/decision_*.csv")
    with decision.open(newline="") as file:
        assert {row["action_type"] for row in csv.DictReader(file)} == {"post"}


def test_a_battery_changes_what_is_posted_and_none_changes_nothing(tmp_path: Path) -> None:
    for name, kwh in (("none", 0.0), ("some", 8.0)):
        sweep([options(tmp_path / name, battery_kwh=kwh)], workers=1)
    posted = [
        json.loads((tmp_path / n / "manifest.json").read_text())["runs"][0]["posted_kwh"] for n in ("none", "some")
    ]
    assert posted[1] < posted[0]


def test_parquet_holds_the_same_rows_and_the_same_digests(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    for agent in ({"agent": "learner", "mode": None, "K": ()}, {"agent": "optimizer", "mode": None, "K": ()}, {}):
        for rules in ("v4", "sound"):
            name = f"{agent.get('agent', 'satisficer')}-{rules}"
            places = {kind: tmp_path / f"{name}-{kind}" for kind in ("csv", "parquet")}
            for kind, place in places.items():
                sweep([options(place, format=kind, rules=rules, **agent)], workers=1)  # type: ignore[arg-type]
            tables = {}
            for kind, read in (("csv", pandas.read_csv), ("parquet", pandas.read_parquet)):
                found = {path.name.partition("_")[0]: read(path) for path in places[kind].glob(f"*/*.{kind}")}
                found["decision"] = found["decision"].drop(columns=["wall_ms", "mem_mb"]).astype({"agent_id": str})
                tables[kind] = found
            for table in ("interval", "decision"):
                pandas.testing.assert_frame_equal(
                    tables["csv"][table], tables["parquet"][table], check_dtype=False, check_categorical=False
                )
            manifests = [json.loads((place / "manifest.json").read_text()) for place in places.values()]
            assert manifests[0]["runs"][0]["digests"] == manifests[1]["runs"][0]["digests"]
