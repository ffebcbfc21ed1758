"""The command `pit scenarios`: list them, show one with its equilibrium, check a file."""

import click

from p2p.scenario import InducedValues, Scenario


@click.group(epilog="Example: pit scenarios show smith-1962-test-1")
def scenarios() -> None:
    """List, show and check scenarios."""


@scenarios.command("list")
def list_scenarios() -> None:
    """All scenarios of the lab, with their titles."""
    from p2p.sim.scenario_files import names

    for name in names():
        rules = _loaded(name)
        click.echo(f"{name:24} {rules.title}: {rules.seats} seats, {rules.periods} × {rules.period_s:g} s")


@scenarios.command(epilog="Example: pit scenarios check my-market.toml")
@click.argument("scenario")
def check(scenario: str) -> None:
    """Check SCENARIO (a name or a file): says OK, or which key is wrong on which line."""
    rules = _loaded(scenario)
    click.echo(f"OK: {rules.title}, {rules.seats} seats in {rules.markets} market(s), {rules.periods} periods")


@scenarios.command(epilog="Example: pit scenarios show smith-1962-test-1")
@click.argument("scenario")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Of households.")
def show(scenario: str, seed: int) -> None:
    """SCENARIO's rules and its equilibrium sheet: supply and demand, competitive price and quantity, surplus.

    For whoever runs the session: traders must not see it.
    """
    rules = _loaded(scenario)
    click.echo(rules.title + (f"   ({rules.source})" if rules.source else ""))
    click.echo(
        f"institution  {rules.institution.name}, prices {rules.institution.price_min} to "
        f"{rules.institution.price_max} {rules.currency}, tick {rules.institution.tick}"
    )
    if isinstance(rules.environment, InducedValues):
        _show_induced(rules, rules.environment)
        return
    from p2p.sim.energy_sheet import energy_sheet

    for line in energy_sheet(rules, seed):
        click.echo(line)


def _show_induced(rules: Scenario, values: InducedValues) -> None:
    from p2p.equilibrium import demand, equilibrium, supply
    from p2p.messages import Schedule, Step

    schedules = [Schedule(1, "buyer", tuple(Step(v) for v in units)) for units in values.buyers]
    schedules += [Schedule(1, "seller", tuple(Step(v) for v in units)) for units in values.sellers]
    goal = equilibrium(schedules)
    click.echo(
        f"session      {rules.markets} × {len(values.buyers)} buyers and {len(values.sellers)} sellers, "
        f"{rules.periods} periods of {rules.period_s:g} s, {rules.break_s:g} s between"
    )
    if goal.price is None:
        click.echo("equilibrium  no trade: no value reaches a cost")
    else:
        tunnel = f"{goal.price_low} to {goal.price_high}, P0 = {goal.price:g}"
        click.echo(
            f"equilibrium  price {tunnel}; quantity {goal.quantity} ({goal.quantity_gainful} with a gain); "
            f"surplus {goal.surplus_max} a period"
        )
    click.echo("\n unit   demand   supply")
    bids = [step.value for step in demand(schedules)]
    asks = [step.value for step in supply(schedules)]
    for k in range(max(len(bids), len(asks))):
        bid, ask = (str(side[k]) if k < len(side) else "" for side in (bids, asks))
        crosses = "  ←" if k == goal.quantity - 1 else ""
        click.echo(f"{k + 1:5} {bid:>8} {ask:>8}{crosses}")


def _loaded(name: str) -> Scenario:
    from p2p.scenario import ScenarioError
    from p2p.sim.scenario_files import load

    try:
        return load(name)
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
