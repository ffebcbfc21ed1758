"""The columns that sessions of prosumers have beside the others, in the tables of periods and of sessions.

gain_over_grid (money: price × Wh, what trade left over dealing with the grid alone, charges and congestion rent
included), bound_given_actions (money: the most that trade could have, batteries doing what they did), grid_import and
grid_export (Wh), quoted_w_hat (quoted spreads by that bound: no efficiency), and where a grid limit is set unserved and
curtailed (Wh). Sessions also have bound_foresight (money: trade and batteries with the day known beforehand; all
markets together; empty where the extra `bounds` is not installed).
"""

from typing import Any

from p2p.energy import EnergyScore
from p2p.environments.neighbourhood import Prosumers
from p2p.scenario import Scenario
from p2p.sim.batch import Played

PERIOD = ("gain_over_grid", "bound_given_actions", "quoted_w_hat", "grid_import", "grid_export")
LIMITED = ("unserved", "curtailed")


def period_columns(scenario: Scenario) -> tuple[str, ...]:
    """The energy columns of a scenario's periods; none where there are no prosumers."""
    rules = scenario.environment
    if not isinstance(rules, Prosumers):
        return ()
    return PERIOD + (LIMITED if rules.grid_limit_w is not None else ())


def session_columns(scenario: Scenario) -> tuple[str, ...]:
    """The same of its sessions."""
    columns = period_columns(scenario)
    return (*columns, "bound_foresight") if columns else ()


def period_cells(energy: EnergyScore | None) -> dict[str, Any]:
    """The cells of one period."""
    return {} if energy is None else _cells([energy])


def session_cells(played: Played) -> dict[str, Any]:
    """The cells of one session."""
    energy = [score.energy for score in played.scores if score.energy is not None]
    found = [bound for bound in played.foresight if bound is not None]
    whole = sum(found) if found and len(found) == len(played.foresight) else None
    return _cells(energy) | {"bound_foresight": whole} if energy else {}


def _cells(energy: list[EnergyScore]) -> dict[str, Any]:
    bound = sum(one.bound_given_actions for one in energy)
    return {
        "gain_over_grid": sum(one.gain for one in energy),
        "bound_given_actions": bound,
        "quoted_w_hat": sum(one.quoted for one in energy) / bound if bound else None,
        "grid_import": sum(one.grid_import for one in energy),
        "grid_export": sum(one.grid_export for one in energy),
        "unserved": sum(one.unserved for one in energy),
        "curtailed": sum(one.curtailed for one in energy),
    }
