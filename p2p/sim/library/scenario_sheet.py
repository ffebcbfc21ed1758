"""The whole sheet of a scenario, for the experimenter: rules, supply and demand, figures, and what traders are told."""

from collections.abc import Iterator

from p2p.scenario.schema import Scenario
from p2p.sim.library.curves import curves
from p2p.sim.library.energy_sheet import energy_sheet
from p2p.sim.library.figures import figures, figures_table, schedules_by_period
from p2p.sim.library.told_sheet import told_sheet
from p2p.sim.library.units_sheet import rules_lines, units_sheet


def scenario_sheet(rules: Scenario, seed: int) -> Iterator[str]:
    """Line by line."""
    yield rules.title + (f"   ({rules.source})" if rules.source else "")
    if rules.proposition:
        yield f"proposition  {rules.proposition}"
    yield (
        f"catalogue    {rules.people} players, {rules.minutes_needed} minutes, {rules.level}; schedules: {rules.label}"
        + (f"; built on {rules.extends}" if rules.extends else "")
    )
    institution = rules.institution
    yield (
        f"institution  {institution.name}, prices {institution.price_min} to {institution.price_max} "
        f"{rules.currency}, tick {institution.tick}"
    )
    yield from rules_lines(rules)
    if rules.capabilities.trades_energy:
        yield from energy_sheet(rules, seed)
    else:
        yield from units_sheet(rules, seed)
        yield from _drawn(rules, seed)
    yield ""
    yield from told_sheet(rules)


def _drawn(rules: Scenario, seed: int) -> Iterator[str]:
    """Supply and demand of the first period, and the figures of all; of each arm of markets its own."""
    names = [arm.name for arm in rules.arms] if rules.has_market_arms else [""]
    for name, own in zip(names, rules.variants, strict=True):
        if name:
            yield f"\narm {name}"
        rows = figures(own, seed)
        _, first = next(schedules_by_period(own, seed))
        yield from curves(first, rows[0].p0)
        yield from figures_table(rows)
    if rules.p0_published is not None:
        yield f"\n the source prints a price of {rules.p0_published:g}; it is for the comparison only"
