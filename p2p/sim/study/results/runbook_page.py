"""docs/study-results.md: the study's tables beside the published ones, and what they were made on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from p2p.base.exact_sum import total
from p2p.sim.shell.atomic_folder import write_text
from p2p.sim.study.results.frontier import Row, cells, detail_row, frontier_row
from p2p.sim.study.results.keyed_tables import ratio_rows
from p2p.sim.study.results.labelled_runs import Labelled
from p2p.sim.study.results.summaries import Summary
from p2p.sim.tables.estimate import share_of

TOLERANCES = {"exp_kg_v4": 3e-3, "exp_kg_call_v4": 3e-2, "exp_kg_call_cap_v4": 3e-2}
"""Relative agreement expected of cell means, where it is not 1e-3: there a last bit moves whole trades."""
EXPECTED = 1e-3

Published = dict[tuple[str, ...], dict[str, str]]
"""Published frontier rows by N, tau and K."""


def read_published(path: Path) -> Published:
    """A published frontier; empty if it is not there."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["N"], row["tau"], row["K"]): row for row in csv.DictReader(file)}


def write_report(target: Path, place: Path, labelled: Labelled, published: Path) -> None:
    """Write the page from the runs of a folder and its manifest."""
    study = {name: read_published(published / f"{name}.csv") for name in labelled}
    manifest = msgspec.json.decode((place / "runbook.json").read_bytes())
    parts = [*_head(manifest), *_agreement(labelled, study), *_ratios(labelled, study), *_tables(labelled, study)]
    write_text(target, "\n".join(parts) + "\n")


def _head(manifest: dict[str, Any]) -> Iterator[str]:
    yield "# Study results"
    yield ""
    yield "This page is written by `pit runbook --doc`; change `p2p/sim/study/results/runbook_page.py`, not the page."
    yield ""
    full = max(manifest["sittings"], key=lambda sitting: sitting["runs"])
    done = manifest["experiments"]
    runs, decisions = sum(e["runs"] for e in done), sum(e["decisions"] for e in done)
    size, processor_s = total(e["bytes"] for e in done), total(e["processor_s"] for e in done)
    loaded = ""
    if full["load_before"]:
        others = max(0.0, full["load_after"][0] - full["workers"])
        loaded = f"; load average {full['load_before'][0]} before, about {others:.1f} of others' at the end"
    yield (
        f"Machine: {manifest['processor']}, {manifest['cores']} cores, {manifest['platform']}, Python "
        f"{manifest['python']}; finished {full['finished']} with {full['workers']} workers"
        f"{loaded}."
    )
    yield ""
    yield "| what | figure |"
    yield "|---|---|"
    yield f"| runs, decisions, size of their tables | {runs}, {decisions / 1e6:.1f} million, {size / 1e9:.2f} GB |"
    yield f"| time of the runs, by the clock ({full['runs']} runs in one sitting) | {full['runs_s']} s |"
    each_us = processor_s / decisions * 1e6
    yield f"| processor time of the runs | {processor_s:.0f} s, {each_us:.1f} µs a decision, its table row included |"
    yield f"| summing up and tables; pictures | {full['tables_s']} s; {full['pictures_s']} s |"
    yield f"| most memory of a worker | {max(e['memory_mb'] for e in done):.0f} MB |"
    yield ""
    yield from READING


READING = """\
## How to read W_hat

W_hat is a ratio of quoted spreads, not efficiency. The planner's bound is positive in fewer than half of the intervals;
the others count as 0 in the mean. An acceptance entered at the resting order's own price has no spread and counts as
nothing, and the bound depends on the agents' own orders. So each mean stands beside the number of intervals with a
positive bound, the mean over those, the sums that the ratios are made of, and the energy traded. In the call the match
is the planner's own pairing: the ratio is 1 wherever the bound is positive, so the mean only counts such intervals.

Intervals here and in the pictures are Student's t on the scale of log odds, from five seeds on. The columns `w_hat_lo`
and `w_hat_hi` of the run book's own tables are percentiles of a bootstrap, which cover 84 % of means at five seeds and
51 % at two; they keep their bytes. So does `ratio_to_optimizer.csv`, which takes the last optimizer of the same N,
mechanism and information set: with `--optional` that is one of another market. Page and pictures use
`ratio_to_optimizer_keyed.csv`, where all but the rule is the same. Days begin at midnight, when nobody has energy to
sell: the first 80 intervals have no trade.

Two more readings. `k_search` gives one W_hat for every K, since offers come best first. And cells that trade the same
energy at the same prices can differ in W_hat, by which price an acceptance names.

""".splitlines()


def _relative(ours: float | None, theirs: str | None) -> float | None:
    """Relative difference, or None where there is nothing to compare."""
    if ours is None or not theirs:
        return None
    reference = float(theirs)
    return (ours - reference) / reference if reference else (0.0 if ours == 0 else None)


def _key(row: Row) -> tuple[str, str, str]:
    tau = "" if row["tau"] is None else f"{row['tau']:g}"
    return str(row["N"]), tau, "" if row["K"] is None else str(row["K"])


COMPARED = ("w_hat_mean", "offers_seen_mean", "solver_calls_mean")


def _agreement(labelled: Labelled, study: dict[str, Published]) -> Iterator[str]:
    """The largest difference of each experiment from the published one."""
    yield "## Agreement with the published study"
    yield ""
    if not any(study.values()):
        yield "The published tables were not at hand when this page was written."
        yield ""
        return
    yield "The largest relative difference of a cell's mean from the published one, which another machine made."
    yield ""
    yield "| experiment | cells | W_hat | offers_seen | solver_calls | expected within | |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, runs in labelled.items():
        rows = [frontier_row(cell) for cell in cells(runs)]
        pairs = [(row, study[name][_key(row)]) for row in rows if _key(row) in study[name]]
        if not pairs:
            continue
        worst = [max(abs(_relative(a[c], b[c]) or 0) for a, b in pairs) for c in COMPARED]
        limit = TOLERANCES.get(name, EXPECTED)
        says = "as expected" if max(worst) <= limit else "**further off**"
        yield f"| {name} | {len(pairs)} | {' | '.join(f'{w:.1e}' for w in worst)} | {limit:g} | {says} |"
    yield ""


def _ratios(labelled: Labelled, study: dict[str, Published]) -> Iterator[str]:
    """Satisficers beside optimizers, in time and in offers examined, ours and published."""
    yield "## Effort: time and offers examined"
    yield ""
    yield (
        "How many times less a satisficer needs than the optimizer at the same N, continuous market, open book. The\n"
        "published ratio of times compares a scan of a copied book with a look at its head. With levels and counts\n"
        "kept, an optimizer's decision costs no more than a satisficer's, and the ratio of times goes away; the ratio\n"
        "of offers examined is a property of the rules, not of the program, and stays."
    )
    yield ""
    yield (
        "| N | rule | W_hat over the optimizer's | less the optimizer's (95 %) | time, here | time, published "
        "| offers, here | offers, published |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    names = [name for name in ("exp_opt_v4", "exp_band_v4", "exp_k_v4", "exp_kg_v4") if name in labelled]
    best = {key[0]: row for key, row in study.get("exp_opt_v4", {}).items()}
    for row in ratio_rows({name: labelled[name] for name in names}):
        theirs, base = study[row["label"]].get(_key(row)), best.get(str(row["N"]))
        time = effort = "–"
        if theirs and base:
            time = _times(base["wall_ms_mean"], theirs["wall_ms_mean"])
            effort = _times(base["solver_calls_mean"], theirs["offers_seen_mean"])
        rule = f"band τ={row['tau']:g}" if row["tau"] is not None else f"{row['mode']} K={row['K']}"
        welfare, ours = _number(row["w_hat_ratio"], ".3f"), _number(row["wall_ms_ratio"], ".2f")
        offers = _number(row["offers_ratio"], ".1f")
        less = _ends(row["w_hat_difference"], row["w_hat_difference_low"], row["w_hat_difference_high"], "+.4f")
        yield f"| {row['N']} | {rule} | {welfare} | {less} | {ours} | {time} | {offers} | {effort} |"
    yield ""


def _ends(mean: float | None, low: float | None, high: float | None, form: str) -> str:
    """`+0.0012 (+0.0004 to +0.0020)`; the mean alone where there is no interval."""
    ends = "" if low is None or high is None else f" ({low:{form}} to {high:{form}})"
    return _number(mean, form) + ends


def _times(a: str, b: str) -> str:
    return f"{float(a) / float(b):.1f}" if float(b) else "–"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _tables(labelled: Labelled, study: dict[str, Published]) -> Iterator[str]:
    """Each experiment's cells beside the published ones, with what must stand beside a mean W_hat."""
    yield "## Tables"
    yield ""
    yield "Means over seeds; ΣW, ΣW_bound (in c) and energy are of a day. `examined` is offers_seen or solver_calls."
    for name, runs in labelled.items():
        yield ""
        yield f"### {name}"
        yield ""
        yield (
            "| N | τ | K | W_hat (95 %) | published | difference | intervals with a bound | W_hat over them | ΣW "
            "| ΣW_bound | kWh | examined | published | difference | ms | published |"
        )
        yield "|" + "---|" * 16
        for cell in cells(runs):
            yield _cell_line(cell, study[name])
    yield ""


def _cell_line(cell: list[Summary], published: Published) -> str:
    row, detail, found = frontier_row(cell), detail_row(cell), share_of([one.w_hat for one in cell])
    theirs = published.get(_key(row), {})
    effort = "solver_calls_mean" if row["agent"] == "optimizer" else "offers_seen_mean"
    n, tau, k = _key(row)
    values = [
        n,
        tau,
        k,
        _ends(row["w_hat_mean"], found.low, found.high, ".4f"),
        _published(theirs.get("w_hat_mean"), ".4f"),
        _number(_relative(row["w_hat_mean"], theirs.get("w_hat_mean")), "+.1e"),
        f"{detail['intervals_bound']:.1f}",
        f"{detail['w_hat_mean_bound']:.4f}",
        f"{detail['W_sum']:.0f}",
        f"{detail['W_bound_sum']:.0f}",
        f"{detail['traded_kwh']:.0f}",
        _number(row[effort], ".4g"),
        _published(theirs.get(effort), ".4g"),
        _number(_relative(row[effort], theirs.get(effort)), "+.1e"),
        _number(row["wall_ms_mean"], ".4f"),
        _published(theirs.get("wall_ms_mean"), ".4f"),
    ]
    return f"| {' | '.join(values)} |"


def _published(value: str | None, form: str) -> str:
    return format(float(value), form) if value else "–"
