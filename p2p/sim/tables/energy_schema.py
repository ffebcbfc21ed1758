"""The columns that sessions of prosumers have beside the others, in the tables of periods and of sessions."""

from typing import Any

from p2p.analysis.energy_metrics import EnergyScore
from p2p.base.exact_sum import total
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.batch import SessionResult
from p2p.sim.tables.schema import ENERGY, FORESIGHT, LIMITED, Column


def period_columns(scenario: Scenario) -> tuple[Column, ...]:
    """The energy columns of a scenario's periods; none where there are no prosumers."""
    rules = scenario.energy
    if rules is None:
        return ()
    return ENERGY + (LIMITED if rules.grid_limit_w is not None else ())


def session_columns(scenario: Scenario) -> tuple[Column, ...]:
    """The same of its sessions."""
    columns = period_columns(scenario)
    return (*columns, FORESIGHT) if columns else ()


def period_cells(energy: EnergyScore | None) -> dict[str, Any]:
    """The cells of one period."""
    return {} if energy is None else _cells([energy])


def session_cells(played: SessionResult) -> dict[str, Any]:
    """The cells of one session's market."""
    energy = [score.energy for score in played.scores if score.energy is not None]
    found = [bound for bound in played.foresight if bound is not None]
    whole = total(found) if found and len(found) == len(played.foresight) else None
    return _cells(energy) | {FORESIGHT.name: whole} if energy else {}


def _cells(energy: list[EnergyScore]) -> dict[str, Any]:
    bound = total(one.bound_given_actions for one in energy)
    return {
        "gain_over_grid": total(one.gain for one in energy),
        "bound_given_actions": bound,
        "quoted_w_hat": total(one.quoted for one in energy) / bound if bound else None,
        "grid_import": total(one.grid_import for one in energy),
        "grid_export": total(one.grid_export for one in energy),
        "unserved": total(one.unserved for one in energy),
        "curtailed": total(one.curtailed for one in energy),
    }
