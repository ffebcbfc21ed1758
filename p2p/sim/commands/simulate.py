"""The command `pit simulate`: many sessions of robots, and their tables."""

import os
from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple

import click

from p2p.base.safe_text import printable
from p2p.scenario.errors import ScenarioError
from p2p.scenario.schema import Scenario
from p2p.sim.shell.cli_options import Number
from p2p.sim.simulation.batch import Keeper, SessionResult, SessionSpec


@click.command(
    epilog="Example: pit simulate smith-1962-test-1 --agents zic:11,optimizer:11 --sessions 200 --out outputs/mixed"
)
@click.argument("scenario")
@click.option("--agents", default="zic:*", show_default=True, metavar="AGENT:COUNT,…", help="Who sits on the seats.")
@click.option("--reaction", default="", metavar="LAW", help="Robots' reaction times, not the scenario's: see pit bot.")
@click.option("--sessions", default=100, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the tables (docs/tables.md).")
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "parquet"]))
@click.option("--force", is_flag=True, help="Write over tables that are in the folder.")
@click.option("--period-s", type=Number(0.1, 86_400), help="Length of a period, not the scenario's.")
@click.option("--periods", type=click.IntRange(1, 1_000), help="Number of periods, not the scenario's.")
@click.option("--disguise", is_flag=True, help="Add a constant, drawn by seed, to values, costs and prices alike.")
@click.option("--workers", default=os.cpu_count() or 1, show_default="all cores", type=click.IntRange(1, 256))
def simulate(
    scenario: str,
    agents: str,
    reaction: str,
    sessions: int,
    seed: int,
    out: Path | None,
    form: Literal["csv", "parquet"],
    force: bool,
    period_s: float | None,
    periods: int | None,
    disguise: bool,
    workers: int,
    keeper: Keeper | None = None,
) -> None:
    """Play SCENARIO with robots on all seats, many times, and say how efficient they were.

    Session k of a seed is the same, however many are played and on however many cores.
    """
    from p2p.agents.invocation import AgentFailed
    from p2p.base.rng import derived
    from p2p.scenario.disguise import disguised
    from p2p.sim.shell.progress import Bars
    from p2p.sim.simulation.batch import play_all
    from p2p.sim.tables.writer import write_tables

    changes = Changes(reaction, period_s, periods)
    rules, cast = _checked(scenario, agents, changes, disguise, seed, form)
    if out is not None:
        _free(out, form, force)
    tables = out is not None
    tasks = [
        SessionSpec(
            k,
            disguised(rules, own) if disguise else rules,
            cast,
            own,
            own,
            bounds=tables,
            tables=tables,
            keeper=keeper,
        )
        for k, own in ((k, derived(seed, "session", k)) for k in range(1, sessions + 1))
    ]
    played = play_all(tasks, workers)
    try:
        with Bars() as bars:
            shown = bars.over(played, agents, sessions)
            done = list(shown) if out is None else write_tables(out, shown, [rules], form)
    except AgentFailed as error:
        raise click.ClickException(str(error)) from error
    _say(rules, agents, done)


class Changes(NamedTuple):
    """Changes that the command line makes to the scenario; one that is empty or None leaves it as it is."""

    reaction: str
    period_s: float | None
    periods: int | None


def _free(out: Path, form: str, force: bool) -> None:
    """See to the folder; raises ClickException where tables lie in it that nobody said may be written over."""
    from p2p.sim.shell.cli_options import folder_for
    from p2p.sim.tables.schema import TABLES

    files = [f"{name}.{form}" for name in TABLES]
    there = [file for file in files if os.path.isfile(out / file)]
    if there and not force:
        raise click.ClickException(
            f"'{out}' has {there[0]} already; name another folder, or give --force to write over it"
        )
    folder_for(out, files)


def _checked(
    scenario: str, agents: str, changes: Changes, disguise: bool, seed: int, form: str
) -> tuple[Scenario, tuple[str, ...]]:
    """The scenario as it is to be played, and who sits where; raises ClickException with one line."""

    from p2p.agents.registry import AgentError, check_lineup, parse_lineup
    from p2p.scenario.disguise import disguised
    from p2p.scenario.lengths import with_lengths
    from p2p.scenario.parsing import checked
    from p2p.scenario.reaction_times import ReactionError, parse_reaction
    from p2p.sim.library.files import load
    from p2p.sim.shell.cli_options import UsageError
    from p2p.sim.shell.parquet import pyarrow

    try:
        rules = load(scenario)
        cast = tuple(parse_lineup(agents, rules.seats))
        check_lineup(cast, rules)
        if changes.reaction:
            parse_reaction(changes.reaction, rules.robots.reaction_mean_s)
            rules = rules.paced(reaction=changes.reaction)
        rules = checked(with_lengths(rules, changes.period_s, None, changes.periods))
        if disguise:
            disguised(rules, seed)
        if form == "parquet":
            pyarrow()
    except (AgentError, ReactionError, UsageError, ScenarioError) as error:
        raise click.ClickException(str(error)) from error
    if len(cast) != rules.seats:
        raise click.ClickException(f"'{agents}' casts {len(cast)} of {rules.seats} seats; end it with AGENT:*")
    return rules, cast


def _by_arm(rules: Scenario, done: list[SessionResult]) -> dict[str, list[float]]:
    """The efficiency of each session's markets of each arm, where arms are of markets."""
    from p2p.analysis.market_metrics import score_session
    from p2p.scenario.assignment import arms_of_markets

    found: dict[str, list[float]] = {arm.name: [] for arm in rules.arms if arm.unit == "market"}
    for played in done if found else ():
        arms = arms_of_markets(rules, played.seed)
        for name, shares in found.items():
            share = score_session([one for one in played.scores if arms[one.market] == name]).efficiency
            shares += [] if share is None else [share]
    return found


def _say(rules: Scenario, agents: str, done: list[SessionResult]) -> None:
    from p2p.analysis.market_metrics import score_session
    from p2p.sim.tables.estimate import said_spread

    sessions = [score_session(played.scores) for played in done]
    click.echo(f"{agents}: {len(done)} sessions, {rules.activations():g} activations per trader and period")
    click.echo(f"efficiency  {said_spread([s.efficiency for s in sessions if s.efficiency is not None], 3)}")
    by_arm = _by_arm(rules, done)
    width = max(map(len, by_arm), default=0)
    for name, shares in by_arm.items():
        click.echo(f"  in {printable(name):{width}}  {said_spread(shares, 3)}")
    click.echo(f"alpha       {said_spread([s.alpha for s in sessions if s.alpha is not None], 1)} %")
    click.echo(f"price       {said_spread([s.price_mean for s in sessions if s.price_mean is not None], 1)}")
    periods = sum(len(played.scores) for played in done)
    traded = sum(s.quantity for s in sessions) / periods
    energy = rules.capabilities.trades_energy
    click.echo(f"energy      {traded:.0f} Wh a period" if energy else f"units       {traded:.2f} a period")
    refused: Counter[tuple[str, str]] = Counter()
    for played in done:
        refused.update({(agent, reason): many for agent, reason, many in played.refused})
    for (agent, reason), many in sorted(refused.items()):
        click.echo(f"refused     {many} orders of {agent}: {reason}")
