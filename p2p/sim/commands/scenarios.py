"""The command `pit scenarios`: the catalogue, one with its equilibrium, a check, a new file, the pages."""

from pathlib import Path
from typing import get_args

import click

from p2p.base.safe_text import printable
from p2p.scenario.catalogue import Label, Level
from p2p.scenario.schema import Scenario


@click.group(epilog="Example: pit scenarios show smith-1962-test-1")
def scenarios() -> None:
    """List, show and check scenarios, and print their keys."""


@scenarios.command("list", epilog="Example: pit scenarios list tax --level introductory --players 8-24")
@click.argument("words", nargs=-1)
@click.option("--level", type=click.Choice(get_args(Level)), help="Only those for such a course.")
@click.option("--label", type=click.Choice(get_args(Label)), help="Only those whose schedules have this origin.")
@click.option("--players", metavar="N|A-B", help="Only those for so many people: 12, 8-24, 8-, -24.")
@click.option("--source", metavar="TEXT", help="Only those whose source has this text in it.")
@click.option("--json", "as_json", is_flag=True, help="The entries in one line of JSON.")
def list_scenarios(
    words: tuple[str, ...], level: str | None, label: str | None, players: str | None, source: str | None, as_json: bool
) -> None:
    """The catalogue: all scenarios of the lab, or those in which all WORDS are."""
    import msgspec

    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.entries import Filter, catalogue, players_range

    try:
        people = players_range(players) if players is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--players") from error
    try:
        found = catalogue(Filter(level, label, source, people, words))
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    if not found:
        click.echo("none: take a filter away, or run pit scenarios list", err=True)
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        click.echo(
            f"{one.name:{width}} {printable(one.title)}: {one.seats} seats, {one.periods} × {one.period_s:g} s, "
            f"{one.minutes} min, {one.level}, {one.label}"
        )


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
@click.option("--json", "as_json", is_flag=True, help="The entry and the figures of each period in one line of JSON.")
def show(scenario: str, seed: int, as_json: bool) -> None:
    """SCENARIO's rules and its equilibrium sheet: supply and demand, competitive price and quantity, surplus.

    Then all that traders are told before it starts, and what of it they are not told, with the reasons.

    For the experimenter: traders must not see it.
    """
    rules = _loaded(scenario)
    if as_json:
        from p2p.sim.library.sheet_data import sheet_data

        click.echo(sheet_data(scenario, rules, seed))
        return
    from p2p.sim.library.scenario_sheet import scenario_sheet

    for line in scenario_sheet(rules, seed):
        click.echo(printable(line, lines=True))


@scenarios.command(
    epilog="Example: pit scenarios new my-market    Another: pit scenarios new my-market --like call-market"
)
@click.argument("name")
@click.option("--like", metavar="SCENARIO", help="Build it on a scenario of the lab, or a .toml file in its folder.")
@click.option(
    "--folder",
    default=".",
    show_default=True,
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Where NAME.toml is written.",
)
def new(name: str, like: str | None, folder: Path) -> None:
    """Ask a few questions, write NAME.toml, and check it. Enter takes the answer in brackets."""
    import re

    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.new_file import NAME, variant, written

    if not re.fullmatch(NAME, name):
        raise click.BadParameter("small letters, digits and hyphens, at most 61", param_hint="NAME")
    path = folder / f"{name}.toml"
    if path.exists():
        raise click.ClickException(f"{path} is there already; choose another name")
    title = click.prompt("Title", default=name.replace("-", " ").capitalize())
    try:
        rules = written(path, variant(like, title) if like is not None else _asked(title))
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"OK: {path}: {rules.seats} seats, {rules.periods} periods")
    click.echo(f"see it: pit scenarios show {path}    play it: pit demo --scenario {path}")


def _asked(title: str) -> str:
    """The text of a file by answers to questions."""
    from p2p.scenario.capabilities import INSTITUTION_NAMES
    from p2p.sim.library.new_file import standalone, steps

    many, price = click.IntRange(1, 200), click.IntRange(1, 1_000_000)
    institution = click.prompt("Institution", type=click.Choice(INSTITUTION_NAMES), default="standing")
    buyers = click.prompt("Buyers, one unit each", type=many, default=6)
    highest = click.prompt("Highest value", type=price, default=160)
    lowest = click.prompt("Lowest value", type=click.IntRange(1, highest), default=min(60, highest))
    sellers = click.prompt("Sellers, one unit each", type=many, default=6)
    cheapest = click.prompt("Lowest cost", type=price, default=lowest)
    dearest = click.prompt("Highest cost", type=click.IntRange(cheapest, 1_000_000), default=max(cheapest, highest))
    periods = click.prompt("Periods", type=click.IntRange(1, 1_000), default=5)
    period_s = click.prompt("Seconds of a period", type=click.IntRange(1, 86_400), default=120)
    values, costs = steps(highest, lowest, buyers), steps(cheapest, dearest, sellers)
    return standalone(title, institution, values, costs, periods, period_s)


@scenarios.command(epilog="Example: pit scenarios pages --out docs/library.md")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
def pages(out: Path | None) -> None:
    """The page of the library: a section for each scenario, from its own fields."""
    from p2p.sim.docs.library_page import library_page

    _write(library_page(), out)


@scenarios.command(epilog="Example: pit scenarios keys --out docs/scenarios.md")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
def keys(out: Path | None) -> None:
    """Every key of a scenario's file with type, range, default and meaning, from the code itself."""
    from p2p.sim.docs.scenarios_page import page

    _write(page(), out)


def _write(text: str, out: Path | None) -> None:
    """A page to a file, or to standard output."""
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}") from error


def _loaded(name: str) -> Scenario:
    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.files import load

    try:
        return load(name)
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
