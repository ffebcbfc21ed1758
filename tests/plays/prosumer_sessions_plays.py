"""What the tests of prosumer sessions share with others."""

from typing import Any

from p2p.scenario.prosumer_schema import Battery, Prosumers, Range
from p2p.scenario.schema import InstitutionRules, Scenario


def day(institution: str = "continuous", **changes: Any) -> Scenario:
    """Eight houses, four with panels, three with a battery, from ten in the morning, ten seconds an interval."""
    table = Prosumers(
        seats=8,
        pv=4,
        batteries=3,
        battery=Battery(capacity_kwh=4, power_kw=2, soc_start=0.3),
        buy=Range(260, 400),
        feed_in=Range(50, 120),
        interval_min=30,
        noise=0.05,
        end_value=200,
    )
    rules = InstitutionRules(0, 500, name=institution)  # type: ignore[arg-type]
    settings: dict[str, Any] = {"title": "A day", "periods": 8, "period_s": 10.0, "break_s": 1.0}
    return Scenario(institution=rules, environment=table, **(settings | changes))
