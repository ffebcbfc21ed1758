"""`python -m p2p.sim.analysis_cli`: pictures of one run, and of tables that aggregate has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from p2p.sim.shell.cli_options import UsageError, folder_for, run
from p2p.sim.shell.plotting import picture
from p2p.sim.study.results.pictures import draw_heatmap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

EXAMPLE = (
    "Example: python -m p2p.sim.analysis_cli --interval-csv RUN/interval_metrics_NAME.csv "
    "--decision-csv RUN/decision_metrics_NAME.csv --out-dir outputs/analysis/figs_one_run"
)


def table(path: str, needed: list[str]) -> pd.DataFrame:
    """A CSV or Parquet table with at least these columns; refuses another."""
    import pandas as pd

    try:
        read = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"'{path}' is no table: {str(error).splitlines()[0]}") from None
    missing = [column for column in needed if column not in read.columns]
    if missing:
        raise UsageError(f"'{path}' has no column {missing[0]}; it needs {', '.join(needed)}")
    if read.empty:
        raise UsageError(f"'{path}' has no rows")
    return read


def _draw_volatility(axes: Axes, intervals: pd.DataFrame) -> None:
    axes.plot(intervals["t"] * 5 / 60, intervals["price_var"], lw=1)


def _draw_frontier(axes: Axes, intervals: pd.DataFrame, decisions: pd.DataFrame) -> None:
    """Each interval with a positive bound at its mean time of decision; the run's means as a cross."""
    time = decisions.groupby("t")["wall_ms"].mean()
    ratio = intervals.set_index("t").iloc[:, -1]
    bound = intervals.set_index("t")["W_bound"] > 0
    axes.plot(time[bound], ratio[bound], ".", alpha=0.5, label="intervals with a positive bound")
    axes.plot([decisions["wall_ms"].mean()], [ratio.mean()], "x", ms=10, mew=2, label="mean over all intervals")


def _draw_scaling(axes: Axes, rows: pd.DataFrame) -> None:
    for agent, mine in rows.groupby("agent"):
        axes.plot(mine["N"], mine["wall_ms_mean"], "o-", label=str(agent))


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--interval-csv", required=True, help="The interval table of a run.")
@click.option("--decision-csv", required=True, help="The decision table of the same run.")
@click.option("--scaling-csv", help="A scaling.csv of aggregate, to draw scaling.png.")
@click.option("--welfare-grid-csv", help="A frontier.csv with tau, to draw welfare_heatmap.png.")
@click.option("--out-dir", required=True, help="Folder for the pictures.")
def analysis_cli(
    interval_csv: str, decision_csv: str, scaling_csv: str | None, welfare_grid_csv: str | None, out_dir: str
) -> None:
    """Draw price_volatility.png and frontier.png of one run."""
    intervals = table(interval_csv, ["t", "price_var", "W_bound"])
    decisions = table(decision_csv, ["t", "wall_ms"])
    by_n = table(scaling_csv, ["agent", "N", "wall_ms_mean"]) if scaling_csv else None
    grid = table(welfare_grid_csv, ["N", "tau", "w_hat_mean"]).dropna(subset=["tau"]) if welfare_grid_csv else None
    if grid is not None and grid.empty:
        raise UsageError(f"'{welfare_grid_csv}' has no row with a tau; take the frontier.csv of a band experiment")
    out = folder_for(Path(out_dir))
    picture(
        out / "price_volatility.png",
        "Variance of prices within an interval",
        "hour",
        "(c/kWh)²",
        lambda axes: _draw_volatility(axes, intervals),
    )
    picture(
        out / "frontier.png",
        "One run",
        "ms per decision",
        str(intervals.columns[-1]),
        lambda axes: _draw_frontier(axes, intervals, decisions),
    )
    if by_n is not None:
        picture(out / "scaling.png", "Time of a decision", "N", "ms", lambda axes: _draw_scaling(axes, by_n))
    if grid is not None:
        rows = [{str(column): value for column, value in row.items()} for row in grid.to_dict("records")]
        picture(out / "welfare_heatmap.png", "Mean W_hat", "N", "τ, %", lambda axes: draw_heatmap(axes, rows))


if __name__ == "__main__":
    run(analysis_cli, "analysis_cli")
