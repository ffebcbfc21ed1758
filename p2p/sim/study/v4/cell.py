"""One run of the study: its traders and their rules, its institution, its length, its seed."""

from __future__ import annotations

import hashlib

import msgspec

AGENTS = ("optimizer", "satisficer", "learner", "zi")
OPTIMIZER_MODES = ("single", "greedy")
SATISFICER_MODES = ("band", "k_search", "k_greedy")
MECHANISMS = ("cda", "call")
INFO_SETS = ("book", "ticker")

EDITION = 1
"""Raised when the same cell would no longer give the same rows; a run of another edition is run again."""


class Cell(msgspec.Struct, frozen=True):
    """All that a run depends on. A tau or K has one value for all agents, or one for agent i modulo their number."""

    N: int
    agent: str
    seed: int
    mode: str | None = None
    tau: float | None = None
    K: int | None = None
    hetero_tau: tuple[float, ...] = ()
    hetero_k: tuple[int, ...] = ()
    intervals: int = 288
    mechanism: str = "cda"
    info_set: str = "book"
    feeder_cap_kw: float | None = None
    price_sigma: float = 0.0
    buy_markup: float | None = None
    sell_discount: float | None = None
    battery_kwh: float = 0.0
    battery_kw: float = 5.0
    rules: str = "v4"
    decisions: bool = True
    format: str = "csv"

    @property
    def name(self) -> str:
        """The run's folder: N50_satisficer_band_tau5_KNone_s1000."""
        mode = self.mode if self.agent == "satisficer" else None
        tau = "None" if self.tau is None else f"{self.tau:g}"
        return f"N{self.N}_{self.agent}_{mode or 'na'}_tau{tau}_K{self.K}_s{self.seed}"

    @property
    def fingerprint(self) -> str:
        """A digest of the whole cell: runs of one name but other options have another."""
        return hashlib.blake2b(repr((EDITION, msgspec.to_builtins(self))).encode(), digest_size=12).hexdigest()

    def parameter(self, i: int) -> float:
        """Agent i's tau in % or K; 0 where its rule has none."""
        each: tuple[float, ...] = self.hetero_tau if self.mode == "band" else self.hetero_k
        if each:
            return each[i % len(each)]
        return (self.tau if self.mode == "band" else self.K) or 0
