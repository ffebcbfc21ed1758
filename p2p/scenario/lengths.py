"""How long a session is, where that is not for its scenario to say: on a command line."""

from typing import Any

from msgspec.structs import replace

from p2p.scenario.schema import Scenario


def with_lengths(
    scenario: Scenario, period_s: float | None = None, break_s: float | None = None, periods: int | None = None
) -> Scenario:
    """The scenario with other lengths; each that is None stays. Not checked: that is for the caller to do."""
    changed: dict[str, Any] = {"period_s": period_s, "break_s": break_s, "periods": periods}
    if periods is not None:
        changed["environment"] = scenario.environment.shortened(periods)
    return replace(scenario, **{key: new for key, new in changed.items() if new is not None})
