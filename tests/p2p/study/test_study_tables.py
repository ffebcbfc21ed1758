"""The study's tables: from known runs to the frontier, its intervals, what is not dominated, and differences."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from p2p.sim.aggregate import aggregate
from p2p.sim.analysis_cli import analysis_cli
from p2p.sim.figures import figures
from p2p.sim.overlay import overlay
from p2p.sim.study.results.comparisons import ratio_rows
from p2p.sim.study.results.frontier import bootstrap, cells, frontier_row, pareto, pareto_by, scaling
from p2p.sim.study.results.overlay_tables import summary_rows
from p2p.sim.study.results.summaries import Moments, Summary, read_manifest, summarize
from p2p.sim.study.results.theory_tables import regression, returns_rows
from p2p.sim.study.runs.experiment import Options
from p2p.sim.study.runs.sweep import sweep
from p2p.sim.theory import theory


def a_run(**given: object) -> Summary:
    usual: dict[str, object] = {
        "N": 50,
        "agent": "satisficer",
        "mode": "k_greedy",
        "tau": None,
        "K": 3,
        "seed": 1000,
        "mechanism": "cda",
        "info_set": "book",
        "feeder_cap_kw": None,
        "w_hat": 0.5,
        "W": 10.0,
        "W_bound": 20.0,
        "intervals": 288,
        "intervals_bound": 144,
        "traded_kwh": 30.0,
        "price_var": 0.1,
        "wall_ms": 0.002,
        "offers_seen": 2.0,
        "solver_calls": 0.0,
        "accepted": 0.25,
    }
    return Summary(**{**usual, **given})  # type: ignore[arg-type]


def test_a_cell_is_the_mean_over_its_seeds_in_any_order() -> None:
    runs = [a_run(seed=seed, w_hat=w) for seed, w in ((1001, 0.7), (1000, 0.5))]
    (cell,) = cells(runs)
    assert [run.seed for run in cell] == [1000, 1001]
    row = frontier_row(cell)
    assert row["w_hat_mean"] == pytest.approx(0.6)
    assert row["seeds"] == 2
    assert 0.5 <= row["w_hat_lo"] <= row["w_hat_hi"] <= 0.7


def test_cells_come_in_order_of_n_and_of_the_parameter() -> None:
    runs = [a_run(N=n, K=k) for n in (100, 50) for k in (5, 1, 3)]
    assert [(cell[0].N, cell[0].K) for cell in cells(runs)] == [(50, 1), (50, 3), (50, 5), (100, 1), (100, 3), (100, 5)]


def test_the_bootstrap_is_the_same_every_time_and_stated_resample_by_resample() -> None:
    import numpy

    values = [0.31, 0.42, 0.37, 0.4, 0.35]
    rng = numpy.random.default_rng(0)
    means = [numpy.array(values)[rng.integers(0, 5, 5)].mean() for _ in range(1000)]
    assert bootstrap(values) == (float(numpy.quantile(means, 0.025)), float(numpy.quantile(means, 0.975)))
    assert bootstrap([0.4]) == (0.4, 0.4)


points = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


@given(points)
def test_the_frontier_holds_exactly_what_nobody_beats(given_points: list[tuple[int, int]]) -> None:
    rows = [{"w_hat_mean": w, "wall_ms_mean": ms} for w, ms in given_points]
    kept = pareto(rows)
    for row in rows:
        beaten = any(
            other["w_hat_mean"] >= row["w_hat_mean"] and other["wall_ms_mean"] <= row["wall_ms_mean"] and other != row
            for other in rows
        )
        assert (row in kept) is not beaten


def test_frontiers_by_n_are_each_their_own() -> None:
    rows = [{"N": n, "w_hat_mean": w, "wall_ms_mean": 1.0} for n, w in ((50, 0.5), (50, 0.6), (100, 0.1))]
    assert [row["w_hat_mean"] for row in pareto_by(rows, ["N"])] == [0.6, 0.1]


def test_untimed_cells_have_no_place_on_a_frontier_of_time() -> None:
    assert pareto([{"w_hat_mean": 1.0, "wall_ms_mean": None}]) == []


def test_scaling_is_by_agent_and_n() -> None:
    rows = [frontier_row([a_run(N=n, K=k, wall_ms=ms)]) for n, k, ms in ((50, 1, 1.0), (50, 3, 3.0), (100, 1, 5.0))]
    assert scaling(rows) == [
        {"agent": "satisficer", "N": 50, "wall_ms_mean": 2.0},
        {"agent": "satisficer", "N": 100, "wall_ms_mean": 5.0},
    ]


def test_the_summary_counts_optimizers_too_though_they_have_no_mode() -> None:
    labelled = {"kg": [a_run(), a_run(seed=1001)], "opt": [a_run(agent="optimizer", mode=None, K=None)]}
    assert [(row["label"], row["seeds"]) for row in summary_rows(labelled)] == [("kg", 2), ("opt", 1)]


def test_first_differences_say_what_the_next_k_buys() -> None:
    runs = [a_run(K=k, w_hat=w, offers_seen=o) for k, w, o in ((1, 0.3, 0.5), (3, 0.5, 1.5), (5, 0.55, 2.5))]
    rows = returns_rows({"kg": runs}, "K")
    assert [row["w_hat_step"] for row in rows] == [None, pytest.approx(0.2), pytest.approx(0.05)]
    assert rows[1]["w_hat_per_offer"] == pytest.approx(0.2)
    assert returns_rows({"kg": runs}, "tau") == []


def test_first_differences_do_not_run_over_from_one_n_to_the_next() -> None:
    rows = returns_rows({"kg": [a_run(N=n, K=k) for n in (50, 100) for k in (1, 3)]}, "K")
    assert [row["w_hat_step"] is None for row in rows] == [True, False, True, False]


def test_the_regression_finds_a_line_that_is_there() -> None:
    x = [0.0, 1.0, 2.0, 5.0]
    y = [3 + 2 * value for value in x]
    squares = (sum(a * b for a, b in zip(p, q, strict=True)) for p, q in ((x, x), (x, y), (y, y)))
    slope, intercept, r2 = regression(Moments(4, sum(x), sum(y), *squares))
    assert (slope, intercept, r2) == (pytest.approx(2), pytest.approx(3), pytest.approx(1))


def test_there_is_no_line_through_offers_that_never_vary() -> None:
    assert regression(Moments(3, 3.0, 6.0, 3.0, 6.0, 14.0)) == (None, None, None)
    assert regression(Moments()) == (None, None, None)


def test_a_satisficer_is_compared_with_the_optimizer_of_its_market() -> None:
    best = {"agent": "optimizer", "mode": None, "K": None, "offers_seen": 0.0}
    runs = [
        a_run(w_hat=0.45),
        a_run(mechanism="call", w_hat=0.45, feeder_cap_kw=500.0),
        a_run(info_set="ticker"),
        a_run(**best, w_hat=0.5, wall_ms=0.02, solver_calls=800.0),
        a_run(**best, w_hat=0.9, mechanism="call"),
    ]
    rows = ratio_rows({str(i): [run] for i, run in enumerate(runs)})
    assert [row["w_hat_ratio"] for row in rows] == [pytest.approx(0.9), pytest.approx(0.5)]
    assert rows[0]["offers_ratio"] == pytest.approx(400)
    assert rows[0]["wall_ms_ratio"] == pytest.approx(10)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three small experiments, run once."""
    place = tmp_path_factory.mktemp("study")
    usual = {"seeds": 2, "intervals": 160, "price_sigma": 1.0, "instrument_decisions": True, "N": (6, 9)}
    for name, given_options in {
        "band": {"agent": "satisficer", "mode": "band", "tau": (1.0, 10.0)},
        "kg": {"agent": "satisficer", "mode": "k_greedy", "K": (1, 3)},
        "opt": {"agent": "optimizer"},
    }.items():
        sweep([Options(**usual, **given_options, out=str(place / name))], workers=1)  # type: ignore[arg-type]
    return place


def typed(command: object, *words: object) -> None:
    result = CliRunner().invoke(command, [str(word) for word in words])  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output


def columns(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return next(csv.reader(file))


def test_aggregate_writes_the_columns_of_the_run_book(study: Path, tmp_path: Path) -> None:
    typed(aggregate, "--manifest", study / "band" / "manifest.json", "--out-dir", tmp_path, "--pareto-groupby", "N")
    expected = "N,agent,mode,tau,K,w_hat_mean,wall_ms_mean,offers_seen_mean,solver_calls_mean,seeds,w_hat_lo,w_hat_hi"
    for name in ("frontier.csv", "frontier_pareto.csv", "frontier_pareto_by_N.csv"):
        assert ",".join(columns(tmp_path / name)) == expected
    assert columns(tmp_path / "scaling.csv") == ["agent", "N", "wall_ms_mean"]
    assert (tmp_path / "frontier.csv").read_text().splitlines()[1].startswith("6,satisficer,band,1,,0.")


def test_the_mean_of_a_run_is_the_mean_of_its_table(study: Path) -> None:
    (run, *_) = summarize(read_manifest(str(study / "kg" / "manifest.json")))
    name = f"N{run.N}_satisficer_k_greedy_tauNone_K{run.K}_s{run.seed}"
    with (study / "kg" / name / f"interval_metrics_{name}.csv").open(newline="") as file:
        intervals = list(csv.DictReader(file))
    with (study / "kg" / name / f"decision_metrics_{name}.csv").open(newline="") as file:
        decisions = list(csv.DictReader(file))
    assert run.w_hat == pytest.approx(sum(float(row["W_hat"]) for row in intervals) / 160)
    assert run.offers_seen == pytest.approx(sum(int(row["offers_seen"]) for row in decisions) / len(decisions))
    assert run.accepted == pytest.approx(sum(row["action_type"] == "accept" for row in decisions) / len(decisions))
    assert run.intervals_bound == sum(float(row["W_bound"]) > 0 for row in intervals)


def test_overlay_puts_its_label_on_every_row(study: Path, tmp_path: Path) -> None:
    manifests = ",".join(str(study / name / "manifest.json") for name in ("band", "kg", "opt"))
    labels = ["--labels", "b,k,o", "--pareto-groupby", "N"]
    typed(overlay, "--manifests", manifests, *labels, "--out-dir", tmp_path)
    assert columns(tmp_path / "combined_frontier.csv")[-1] == "label"
    runs = "N,agent,mode,tau,K,seed,w_hat,W,wall_ms,offers_seen,solver_calls,label"
    assert ",".join(columns(tmp_path / "combined_runs.csv")) == runs
    assert ",".join(columns(tmp_path / "combined_summary.csv")) == "label,agent,mode,N,w_hat_mean,wall_ms_mean,seeds"
    assert len((tmp_path / "combined_runs.csv").read_text().splitlines()) == 1 + 8 + 8 + 4
    assert (tmp_path / "combined_frontier_pareto_by_N.csv").exists()


def test_theory_and_figures_draw_from_the_same_manifests(study: Path, tmp_path: Path) -> None:
    manifests = ",".join(str(study / name / "manifest.json") for name in ("band", "kg", "opt"))
    for command in (theory, figures):
        typed(command, "--manifests", manifests, "--out-dir", tmp_path)
    drawn = {path.stem for path in tmp_path.glob("*.png")}
    assert drawn >= {"acceptance", "diminishing_tau", "diminishing_K", "regression", "frontier_overlay", "scaling"}
    assert drawn >= {"heatmap_tau_N", "ratio_to_optimizer_w_hat", "robustness", "price_volatility"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.glob("*.png"))
    assert not list(tmp_path.glob(".*"))


def test_analysis_cli_draws_one_run_and_what_aggregate_wrote(study: Path, tmp_path: Path) -> None:
    typed(aggregate, "--manifest", study / "band" / "manifest.json", "--out-dir", tmp_path)
    name = "N6_satisficer_band_tau1_KNone_s1000"
    run = [f"--{kind}-csv={study / 'band' / name / f'{kind}_metrics_{name}.csv'}" for kind in ("interval", "decision")]
    tables = [f"--scaling-csv={tmp_path / 'scaling.csv'}", f"--welfare-grid-csv={tmp_path / 'frontier.csv'}"]
    typed(analysis_cli, *run, *tables, "--out-dir", tmp_path / "figs")
    drawn = {path.name for path in (tmp_path / "figs").iterdir()}
    assert drawn == {"price_volatility.png", "frontier.png", "scaling.png", "welfare_heatmap.png"}


def said(command: object, *words: object) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])  # type: ignore[arg-type]
    assert result.exit_code == 2
    return result.output


def test_a_manifest_whose_runs_are_gone_or_cut_is_refused_and_nothing_is_written(study: Path, tmp_path: Path) -> None:
    sweep([Options(agent="optimizer", N=(3,), intervals=20, instrument_decisions=True, out=str(tmp_path / "exp"))], 1)
    manifest, out = tmp_path / "exp" / "manifest.json", tmp_path / "out"
    (table,) = tmp_path.glob("exp/*/decision_*.csv")
    table.write_bytes(table.read_bytes()[:-50])
    assert "delete its folder" in said(aggregate, "--manifest", manifest, "--out-dir", out)
    table.unlink()
    assert "gone" in said(aggregate, "--manifest", manifest, "--out-dir", out)
    assert not list(out.glob("*"))


def test_rows_are_counted_where_a_manifest_knows_no_sizes(tmp_path: Path) -> None:
    sweep([Options(agent="optimizer", N=(3,), intervals=20, instrument_decisions=True, out=str(tmp_path / "exp"))], 1)
    manifest = tmp_path / "exp" / "manifest.json"
    content = json.loads(manifest.read_text())
    del content["runs"][0]["bytes"]
    manifest.write_text(json.dumps(content))
    (table,) = tmp_path.glob("exp/*/decision_*.csv")
    table.write_bytes(b"\r\n".join(table.read_bytes().split(b"\r\n")[:40]))
    assert "39 of 60 rows" in said(aggregate, "--manifest", manifest, "--out-dir", tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "says"), [("{", "no manifest"), ("[]", "no manifest"), ('{"config": {}, "runs": []}', "names no run")]
)
def test_what_is_no_manifest_is_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content)
    assert says in said(aggregate, "--manifest", tmp_path / "manifest.json", "--out-dir", tmp_path / "out")


def test_other_bad_words_are_refused(study: Path, tmp_path: Path) -> None:
    manifest = study / "kg" / "manifest.json"
    assert "cannot read" in said(aggregate, "--manifest", tmp_path / "none.json", "--out-dir", tmp_path / "out")
    assert "no column 'n'" in said(aggregate, "--manifest", manifest, "--out-dir", tmp_path, "--pareto-groupby", "n")
    two = f"{manifest},{manifest}"
    assert "1 names for 2" in said(overlay, "--manifests", two, "--labels", "a", "--out-dir", tmp_path)
    assert "same label" in said(overlay, "--manifests", two, "--labels", "a,a", "--out-dir", tmp_path)
    assert "empty name" in said(overlay, "--manifests", two, "--labels", "a,", "--out-dir", tmp_path)
    assert "empty name" in said(theory, "--manifests", "", "--out-dir", tmp_path)
    (tmp_path / "file").write_text("")
    assert "is a file" in said(aggregate, "--manifest", manifest, "--out-dir", tmp_path / "file")
    words = ["--interval-csv", manifest, "--decision-csv", manifest, "--out-dir", tmp_path]
    assert "manifest.json" in said(analysis_cli, *words)
