"""A run's tables summed up: the source of every later table and picture of the study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from p2p.sim.shell.cli_options import UsageError
from p2p.sim.shell.progress import Bars
from p2p.sim.study.runs.experiment import MANIFEST

if TYPE_CHECKING:
    import pandas as pd

DECISION_COLUMNS = ["price_cperkwh", "offers_seen", "solver_calls", "wall_ms"]


class Moments(msgspec.Struct, frozen=True):
    """Sums over decisions, of offers examined x and milliseconds y; they add up over runs."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.n + other.n,
            self.x + other.x,
            self.y + other.y,
            self.xx + other.xx,
            self.xy + other.xy,
            self.yy + other.yy,
        )


class Setting(msgspec.Struct, frozen=True):
    """The market that a run was played in, without its agents: runs are compared if all of it is the same."""

    mechanism: str
    info_set: str
    feeder_cap_kw: float | None
    price_sigma: float
    buy_markup: float | None
    sell_discount: float | None
    battery_kwh: float
    battery_kw: float
    rules: str
    intervals: int


class Summary(msgspec.Struct, frozen=True):
    """One run. Means of decisions are means over agents of each agent's mean; None where decisions were not kept."""

    N: int
    agent: str
    mode: str | None
    tau: float | None
    K: int | None
    seed: int
    mechanism: str
    info_set: str
    feeder_cap_kw: float | None
    w_hat: float
    W: float
    W_bound: float
    intervals: int
    intervals_bound: int
    traded_kwh: float
    price_var: float
    wall_ms: float | None = None
    offers_seen: float | None = None
    solver_calls: float | None = None
    accepted: float | None = None
    moments: Moments = Moments()
    run: str = ""
    setting: Setting | None = None
    optimizer_mode: str | None = None
    intervals_traded: int = 0
    price_var_traded: float | None = None

    @property
    def w_hat_bound(self) -> float:
        """Mean of W_hat over the intervals with a positive bound alone; the others count as 0 in `w_hat`."""
        return self.w_hat * self.intervals / self.intervals_bound if self.intervals_bound else 0.0


class Manifest(msgspec.Struct, frozen=True):
    """A manifest as read: where it is, the options, one entry a run."""

    path: Path
    config: dict[str, Any]
    runs: list[dict[str, Any]]


def read_manifest(path: str) -> Manifest:
    """The manifest at a path, or in a folder; refuses any other file."""
    place = Path(path)
    if place.is_dir():
        place /= MANIFEST
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        manifest = Manifest(place, content["config"], list(content["runs"]))
    except OSError as error:
        raise UsageError(f"cannot read the manifest '{path}': {error.strerror}; run its exp_runner first") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"'{path}' is no manifest of exp_runner; run its exp_runner again") from None
    if not manifest.runs:
        raise UsageError(f"the manifest '{path}' names no run; run its exp_runner again")
    return manifest


def summarize(manifest: Manifest, bars: Bars | None = None) -> list[Summary]:
    """Every run of a manifest, in its order; refuses one whose files are gone or cut."""
    name = manifest.path.parent.name
    if bars is not None:
        bars.open(name, len(manifest.runs))
    summaries = []
    for entry in manifest.runs:
        summaries.append(_summary(manifest, entry))
        if bars is not None:
            bars.advance(name, 1)
    return summaries


def _setting(config: dict[str, Any], entry: dict[str, Any]) -> Setting:
    """The market of a run, from its experiment's options and its own entry."""
    return Setting(
        mechanism=entry["mechanism"],
        info_set=entry["info_set"],
        feeder_cap_kw=entry.get("feeder_cap_kw"),
        price_sigma=config.get("price_sigma", 0.0),
        buy_markup=config.get("buy_markup"),
        sell_discount=config.get("sell_discount"),
        battery_kwh=config.get("battery_kwh", 0.0),
        battery_kw=config.get("battery_kw", 0.0),
        rules=config.get("rules", ""),
        intervals=entry["intervals"],
    )


def _summary(read: Manifest, entry: dict[str, Any]) -> Summary:
    """One run from its files."""
    manifest = read.path
    try:
        files = [entry["interval_csv"], entry["decision_csv"]]
        sizes = entry.get("bytes", {})
        known = {field: entry[field] for field in ("N", "agent", "mode", "tau", "K", "seed", "mechanism", "info_set")}
        known["feeder_cap_kw"] = entry.get("feeder_cap_kw")
        known["run"] = Path(entry["interval_csv"]).parent.name
        known["setting"] = _setting(read.config, entry)
        known["optimizer_mode"] = read.config.get("optimizer_mode") if entry["agent"] == "optimizer" else None
        expected = entry["intervals"]
    except KeyError as error:
        raise UsageError(f"a run in '{manifest}' has no {error}; run its exp_runner again") from None
    for file in filter(None, files):
        _check(manifest, file, sizes.get(Path(file).name))
    intervals = _read(manifest.parent / files[0], None)
    _check_rows(manifest, files[0], len(intervals), expected)
    known |= _of_intervals(intervals)
    if files[1]:
        decisions = _read(manifest.parent / files[1], DECISION_COLUMNS)
        _check_rows(manifest, files[1], len(decisions), expected * entry["N"])
        known |= _of_decisions(decisions, entry["N"])
    return Summary(**known)


def _check(manifest: Path, file: str, size: int | None) -> None:
    try:
        found = (manifest.parent / file).stat().st_size
    except OSError:
        raise UsageError(f"'{manifest}' names {file}, which is gone; run its exp_runner again") from None
    if size is not None and found != size:
        raise UsageError(f"{file} has {found} of {size} bytes; delete its folder and run the exp_runner again")


def _check_rows(manifest: Path, file: str, found: int, expected: int) -> None:
    if found != expected:
        raise UsageError(f"{manifest.parent / file} has {found} of {expected} rows; delete its folder and run it again")


def _read(path: Path, columns: list[str] | None) -> pd.DataFrame:
    """A table of either format."""
    import pandas as pd

    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path, columns=columns)
        return pd.read_csv(path, usecols=columns, engine=_engine(columns))
    except (ValueError, OSError) as error:
        raise UsageError(
            f"'{path}' cannot be read ({str(error).splitlines()[0]}); delete its folder, run it again"
        ) from None


def _engine(columns: list[str] | None) -> Any:
    """pyarrow reads a long table several times faster, where it is installed."""
    import importlib.util

    return "pyarrow" if columns and importlib.util.find_spec("pyarrow") else "c"


def _of_intervals(table: pd.DataFrame) -> dict[str, Any]:
    ratio = table.iloc[:, -1]
    traded = table["trades"] > 0
    return {
        "w_hat": float(ratio.mean()),
        "W": float(table["W"].sum()),
        "W_bound": float(table["W_bound"].sum()),
        "intervals": len(table),
        "intervals_bound": int((table["W_bound"] > 0).sum()),
        "traded_kwh": float(table["traded_kwh"].sum()),
        "intervals_traded": int(traded.sum()),
        "price_var_traded": float(table.loc[traded, "price_var"].mean()) if traded.any() else None,
        "price_var": float(table.loc[traded, "price_var"].mean()) if traded.any() else 0.0,
    }


def _of_decisions(table: pd.DataFrame, agents: int) -> dict[str, Any]:
    """Rows come interval by interval, agents in index order."""

    def mean_of_means(column: str) -> float:
        return float(table[column].to_numpy(dtype=float).reshape(-1, agents).mean(axis=0).mean())

    y = table["wall_ms"].to_numpy(dtype=float)
    x = (table["offers_seen"] + table["solver_calls"]).to_numpy(dtype=float)
    sums = (float(a) for a in (x.sum(), y.sum(), x @ x, x @ y, y @ y))
    return {
        "wall_ms": mean_of_means("wall_ms"),
        "offers_seen": mean_of_means("offers_seen"),
        "solver_calls": mean_of_means("solver_calls"),
        "accepted": float(table["price_cperkwh"].notna().mean()),
        "moments": Moments(len(table), *sums),
    }
