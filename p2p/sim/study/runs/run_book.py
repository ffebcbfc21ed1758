"""The experiments of the run book, as options of exp_runner: nine that make the study, and the optional ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from p2p.sim.study.runs.experiment import Options

CORE = (50, 100, 200, 500)
ROBUST = (100, 200, 500)
DATED = (50, 100, 200)

OPTIMIZER: dict[str, Any] = {"agent": "optimizer"}
BAND: dict[str, Any] = {"agent": "satisficer", "mode": "band"}
K_SEARCH: dict[str, Any] = {"agent": "satisficer", "mode": "k_search"}
K_GREEDY: dict[str, Any] = {"agent": "satisficer", "mode": "k_greedy"}
KS: dict[str, Any] = {"K": (1, 3, 5)}
TAUS: dict[str, Any] = {"tau": (1.0, 5.0, 10.0, 20.0)}
TICKER: dict[str, Any] = {"info_set": "ticker"}
CALL: dict[str, Any] = {"mechanism": "call"}
PREMIA: dict[str, Any] = {"buy_markup": 0.5, "sell_discount": 0.5}

BOOK: dict[str, dict[str, Any]] = {
    "exp_opt_v4": {**OPTIMIZER, "N": CORE},
    "exp_band_v4": {**BAND, **TAUS, "N": CORE},
    "exp_k_v4": {**K_SEARCH, **KS, "N": CORE},
    "exp_kg_v4": {**K_GREEDY, **KS, "N": CORE},
    "exp_opt_ticker_v4": {**OPTIMIZER, **TICKER, "N": ROBUST},
    "exp_kg_ticker_v4": {**K_GREEDY, **KS, **TICKER, "N": ROBUST},
    "exp_opt_call_v4": {**OPTIMIZER, **CALL, "N": ROBUST},
    "exp_kg_call_v4": {**K_GREEDY, **KS, **CALL, "N": ROBUST},
    "exp_kg_call_cap_v4": {**K_GREEDY, **KS, **CALL, "feeder_cap": 500.0, "N": ROBUST},
}

OPTIONAL: dict[str, dict[str, Any]] = {
    "exp_opt_single_v4": {**OPTIMIZER, "optimizer_mode": "single", "N": CORE},
    "exp_band_hetero_v4": {**BAND, "hetero_tau": (1.0, 5.0, 10.0, 20.0), "N": CORE},
    "exp_k_hetero_v4": {**K_SEARCH, "hetero_k": (1, 3, 5), "N": CORE},
    "exp_kg_hetero_v4": {**K_GREEDY, "hetero_k": (1, 3, 5), "N": CORE},
    "exp_kg_sigma1_v4": {**K_GREEDY, **KS, **PREMIA, "N": DATED},
    "exp_opt_sigma1_v4": {**OPTIMIZER, **PREMIA, "N": DATED},
}

OVERLAY = {"exp_band_v4": "band", "exp_k_v4": "k_search", "exp_kg_v4": "k_greedy", "exp_opt_v4": "opt_greedy"}
"""The runs that the overlay combines, with their labels."""

SEEDS = 5


def book(
    out: Path, seeds: int, intervals: int, sizes: tuple[int, ...], file_format: str, optional: bool
) -> list[Options]:
    """The experiments below a folder; `sizes` restricts every N to those given, if any are."""
    chosen = {**BOOK, **OPTIONAL} if optional else BOOK
    return [
        Options(
            **{**given, "N": tuple(n for n in given["N"] if not sizes or n in sizes)},
            out=str(out / name),
            seeds=seeds,
            intervals=intervals,
            price_sigma=1.0,
            instrument_decisions=True,
            format=file_format,
        )
        for name, given in chosen.items()
        if not sizes or set(sizes) & set(given["N"])
    ]
