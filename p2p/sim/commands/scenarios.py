"""The command `pit scenarios`: list them, show one with its equilibrium, check a file, write the page of all keys."""

from pathlib import Path

import click

from p2p.base.safe_text import printable
from p2p.scenario.schema import Scenario


@click.group(epilog="Example: pit scenarios show smith-1962-test-1")
def scenarios() -> None:
    """List, show and check scenarios, and print their keys."""


@scenarios.command("list")
def list_scenarios() -> None:
    """All scenarios of the lab, with their titles."""
    from p2p.sim.library.files import names

    for name in names():
        rules = _loaded(name)
        click.echo(f"{name:24} {printable(rules.title)}: {rules.seats} seats, {rules.periods} × {rules.period_s:g} s")


@scenarios.command(epilog="Example: pit scenarios check my-market.toml")
@click.argument("scenario")
def check(scenario: str) -> None:
    """Check SCENARIO (a name or a file): says OK, or which key is wrong on which line."""
    rules = _loaded(scenario)
    click.echo(
        f"OK: {printable(rules.title)}, {rules.seats} seats in {rules.markets} market(s), {rules.periods} periods"
    )


@scenarios.command(epilog="Example: pit scenarios show smith-1962-test-1")
@click.argument("scenario")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Of what is drawn.")
def show(scenario: str, seed: int) -> None:
    """SCENARIO's rules and its equilibrium sheet: supply and demand, competitive price and quantity, surplus.

    Then all that traders are told before it starts, and what of it they are not told, with the reasons.

    For the experimenter: traders must not see it.
    """
    rules = _loaded(scenario)
    click.echo(printable(rules.title + (f"   ({rules.source})" if rules.source else "")))
    click.echo(
        f"institution  {rules.institution.name}, prices {rules.institution.price_min} to "
        f"{rules.institution.price_max} {printable(rules.currency)}, tick {rules.institution.tick}"
    )
    from p2p.sim.library.energy_sheet import energy_sheet
    from p2p.sim.library.told_sheet import told_sheet
    from p2p.sim.library.units_sheet import rules_lines, units_sheet

    sheet = energy_sheet if rules.capabilities.trades_energy else units_sheet
    for line in (*rules_lines(rules), *sheet(rules, seed), "", *told_sheet(rules)):
        click.echo(printable(line, lines=True))


@scenarios.command(epilog="Example: pit scenarios keys --out docs/scenarios.md")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
def keys(out: Path | None) -> None:
    """Every key of a scenario's file with type, range, default and meaning, from the code itself."""
    from p2p.sim.docs.scenarios_page import page

    if out is None:
        click.echo(page(), nl=False)
        return
    try:
        out.write_text(page(), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}") from error


def _loaded(name: str) -> Scenario:
    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.files import load

    try:
        return load(name)
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
