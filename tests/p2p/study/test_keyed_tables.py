"""Tables beside the run book's own: compared where all is the same, intervals that hold, effort counted."""

import csv
from pathlib import Path
from random import Random

import msgspec
import pytest

from p2p.sim.shell import plotting
from p2p.sim.shell.plotting import COLOURS, MARKERS, SERIES_MAX, Panels, draw_panels, over_a_decade
from p2p.sim.study.results import comparisons
from p2p.sim.study.results.frontier import bootstrap
from p2p.sim.study.results.keyed_tables import (
    interval_rows,
    pareto_rows,
    ratio_rows,
    run_rows,
    volatility_rows,
    write_keyed_tables,
)
from p2p.sim.study.results.summaries import Setting, Summary, _of_intervals
from p2p.sim.tables.estimate import share_of, t95

PLAIN = Setting("cda", "book", None, 1.0, None, None, 0.0, 5.0, "v4", 288)
DATED = msgspec.structs.replace(PLAIN, buy_markup=0.5, sell_discount=0.5)


def run(agent: str, seed: int, w_hat: float, setting: Setting = PLAIN, **more) -> Summary:
    """A run of 50 agents of which only W_hat and effort matter."""
    figures = {"W": 1.0, "W_bound": 2.0, "intervals": 288, "intervals_bound": 100, "traded_kwh": 9.0, "price_var": 0.0}
    figures |= {"offers_seen": 0.0, "solver_calls": 0.0, "wall_ms": 1.0, "run": f"s{seed}", "setting": setting} | more
    mode = "k_greedy" if agent == "satisficer" else None
    known = {"N": 50, "agent": agent, "mode": mode, "tau": None, "K": 3 if mode else None, "seed": seed}
    market = {"mechanism": "cda", "info_set": "book", "feeder_cap_kw": None}
    return Summary(**known, **market, w_hat=w_hat, **figures)


def test_satisficers_are_compared_with_the_optimizers_of_their_own_market() -> None:
    """0.45 over 0.5 is 0.9; the optimizers of another market came last and gained 0.6."""
    labelled = {
        "kg": [run("satisficer", seed, 0.45) for seed in (1, 2)],
        "opt": [run("optimizer", seed, 0.5, optimizer_mode="greedy") for seed in (1, 2)],
        "opt_dated": [run("optimizer", seed, 0.6, DATED, optimizer_mode="greedy") for seed in (1, 2)],
    }
    (row,) = ratio_rows(labelled)
    assert row["w_hat_ratio"] == pytest.approx(0.9)
    assert (row["w_hat_difference"], row["w_hat_difference_low"]) == (pytest.approx(-0.05), None), "two seeds: a point"
    (own,) = comparisons.ratio_rows(labelled)
    assert own["w_hat_ratio"] == pytest.approx(0.75), "the run book's own file keeps its bytes"


def test_two_optimizers_of_a_market_give_a_row_each_and_seeds_are_paired() -> None:
    """Differences of 0.01, 0.02, 0.03, 0.04, 0.05: mean 0.03, standard error 0.00707, t with 4 degrees 2.776."""
    ours = [run("satisficer", seed, 0.3 + seed / 10 + seed / 100) for seed in range(1, 6)]
    greedy = [run("optimizer", seed, 0.3 + seed / 10, optimizer_mode="greedy") for seed in reversed(range(1, 6))]
    single = [run("optimizer", seed, 0.2, optimizer_mode="single") for seed in range(1, 3)]
    first, second = ratio_rows({"kg": ours, "greedy": greedy, "single": single})
    assert (first["optimizer"], first["seeds"], second["optimizer"], second["seeds"]) == ("greedy", 5, "single", 2)
    half = 2.776 * 0.0070711
    assert first["w_hat_difference_low"] == pytest.approx(0.03 - half, abs=1e-4)
    assert first["w_hat_difference_high"] == pytest.approx(0.03 + half, abs=1e-4)


def test_an_interval_of_shares_stays_between_0_and_1_and_is_students() -> None:
    """Of 0.9, 0.9, 0.9, 0.9, 1.0: mean 0.92, error 0.02, on log odds 0.2717; t 2.776: 2.442 ± 0.754."""
    found = share_of([0.9, 0.9, 0.9, 0.9, 1.0])
    assert found.mean == pytest.approx(0.92)
    assert (found.low, found.high) == (pytest.approx(0.844, abs=1e-3), pytest.approx(0.961, abs=1e-3))
    assert share_of([0.9, 0.9, 0.9, 1.0]).low is None, "four say too little"
    for v, quantile in ((4, 2.776), (9, 2.262), (29, 2.045)):
        assert t95(v) == pytest.approx(quantile, abs=2e-3)


def test_the_interval_holds_at_five_seeds_where_the_bootstraps_does_not() -> None:
    rng, held, bootstrapped, many = Random(1), 0, 0, 400
    for _ in range(many):
        values = [rng.betavariate(6, 4) for _ in range(5)]
        found = share_of(values)
        held += found.low < 0.6 < found.high
        low, high = bootstrap(values)
        bootstrapped += low < 0.6 < high
    assert 0.92 < held / many < 0.98
    assert bootstrapped / many < 0.88


def test_what_is_not_dominated_is_judged_by_offers_and_not_by_time() -> None:
    quick = run("satisficer", 1, 0.5, wall_ms=0.1, offers_seen=9.0)
    frugal = run("satisficer", 1, 0.5, wall_ms=9.0, offers_seen=2.0)
    costly = run("optimizer", 1, 0.6, wall_ms=9.0, solver_calls=900.0)
    elsewhere = run("optimizer", 1, 0.4, DATED, solver_calls=950.0)
    rows = interval_rows({"quick": [quick], "frugal": [frugal], "opt": [costly], "dated": [elsewhere]})
    assert [row["label"] for row in pareto_rows(rows)] == ["frugal", "opt", "dated"]


def test_a_variance_is_empty_where_nothing_was_traded() -> None:
    import pandas as pd

    columns = {
        "trades": [0, 0],
        "price_var": [0.0, 0.0],
        "W": [0, 0],
        "W_bound": [0, 0],
        "traded_kwh": [0, 0],
        "W_hat": [0, 0],
    }
    still = _of_intervals(pd.DataFrame(columns))
    assert (still["price_var"], still["price_var_traded"], still["intervals_traded"]) == (0.0, None, 0)
    cell = [run("satisficer", 1, 0.0, price_var_traded=None), run("satisficer", 2, 0.1, price_var_traded=4.0)]
    (row,) = volatility_rows({"kg": cell})
    assert (row["seeds_traded"], row["price_var_mean"]) == (1, 4.0)
    assert [one["price_var"] for one in run_rows({"kg": cell})] == [None, 4.0]


def test_every_run_has_a_key_of_its_own(tmp_path: Path) -> None:
    labelled = {name: [run("satisficer", seed, 0.5) for seed in (1, 2)] for name in ("a", "b")}
    write_keyed_tables(tmp_path, labelled)
    with (tmp_path / "runs_keyed.csv").open() as file:
        assert [(row["label"], row["run"]) for row in csv.DictReader(file)] == [
            *(("a", "s1"), ("a", "s2"), ("b", "s1"), ("b", "s2"))
        ]


def test_a_panel_has_at_most_eight_series_each_with_a_colour_and_a_marker(tmp_path: Path) -> None:
    panels = Panels()
    for k in range(11):
        panels.series("market", f"rule {k}").add(50, 0.5, 0.4, 0.6)
    panels.series("market", "nothing").add(50, None)
    assert [(name, len(series)) for name, series in panels.split()] == [("market (1 of 2)", 8), ("market (2 of 2)", 3)]
    assert len(set(COLOURS)) == len(set(MARKERS)) == SERIES_MAX
    draw_panels(tmp_path / "a.png", "title", "N", "y", panels)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_an_axis_is_logarithmic_over_a_decade() -> None:
    assert over_a_decade([50, 100, 500])
    assert not over_a_decade([50, 100, 499])
    assert not over_a_decade([0, 500])
    assert not over_a_decade([])


def drawn(monkeypatch, tmp_path, ends: float | None):
    """A figure of one panel whose y runs over a decade; with intervals where `ends` is not None."""
    kept = []
    monkeypatch.setattr(plotting, "save", lambda figure, path: kept.append(figure))
    panels = Panels()
    for n, y in ((50, 0.1), (100, 2.0)):
        panels.series("market", "rule").add(n, y, *(() if ends is None else (y - ends, y + ends)))
    draw_panels(tmp_path / "a.png", "title", "N", f"times{plotting.INTERVALS}", panels)
    return kept[0]


def test_a_picture_says_intervals_where_there_are_any(monkeypatch, tmp_path):
    assert drawn(monkeypatch, tmp_path, 0.05)._supylabel.get_text() == "times, with 95 % intervals"
    assert drawn(monkeypatch, tmp_path, None)._supylabel.get_text() == "times"


def test_numbers_between_decades_are_plain(monkeypatch, tmp_path):
    axes = drawn(monkeypatch, tmp_path, None).axes[0]
    assert axes.yaxis.get_minor_formatter()(0.2) == "0.2"
    assert {0.2, 0.5}.issubset({round(float(tick), 6) for tick in axes.yaxis.get_minorticklocs()})
