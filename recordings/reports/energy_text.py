"""The energy of a scored session as a table: the gain of trade, the possible gain, and the grid's part."""

from rich import box
from rich.markup import escape
from rich.table import Table

from p2p.analysis.energy_metrics import EnergyScore
from p2p.base.safe_text import printable
from p2p.scenario.prosumer_schema import Prosumers
from p2p.sim.simulation.foresight_bound import can_be_solved
from recordings.scoring.score import Score

WH = 1_000
"""Wh in a kWh."""


def energy_table(score: Score) -> Table:
    """Each period, and each market as a whole with the bound of perfect foresight."""
    rules = score.scenario.energy
    assert rules is not None, "only energy markets have energy"
    limited = rules.grid_limit_w is not None
    note = (
        ""
        if can_be_solved()
        else "; the bound with foresight needs SciPy: once PIT_EXTRAS=bounds ./pit, or pip install tradingpit\\[bounds]"
    )
    title = f"Energy in kWh, money in {escape(printable(rules.money_unit))}{note}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False)
    several = score.scenario.markets > 1
    columns = ["market, period" if several else "period", "gain over grid", "bound given actions", "bound foresight"]
    columns += ["quoted_w_hat", "grid import", "grid export", *(["unserved", "curtailed"] if limited else [])]
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k == 0 else "right")
    for one in score.periods:
        assert one.energy is not None
        where = f"{one.market}, {one.period}" if several else str(one.period)
        table.add_row(where, *_row([one.energy], rules, None, limited))
    for market in range(score.scenario.markets):
        energy = [one.energy for one in score.periods if one.market == market and one.energy is not None]
        table.add_section()
        table.add_row(f"{market}, all" if several else "all", *_row(energy, rules, score.foresight[market], limited))
    return table


def _row(energy: list[EnergyScore], rules: Prosumers, foresight: float | None, limited: bool) -> list[str]:
    def money(amount: float) -> str:
        return f"{amount / rules.money_per_unit:.2f}"

    def kwh(amount: int) -> str:
        return f"{amount / WH:.3f}"

    bound = sum(one.bound_given_actions for one in energy)
    return [
        money(sum(one.gain for one in energy)),
        money(bound),
        "" if foresight is None else money(foresight),
        f"{sum(one.quoted for one in energy) / bound:.3f}" if bound else "–",
        kwh(sum(one.grid_import for one in energy)),
        kwh(sum(one.grid_export for one in energy)),
        *([kwh(sum(one.unserved for one in energy)), kwh(sum(one.curtailed for one in energy))] if limited else []),
    ]
