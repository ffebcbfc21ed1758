"""The command `pit tournament`: which of some agents gains most, in balanced groups and one in many."""

import os
from pathlib import Path

import click

from p2p.sim.tournament.tournament import Pair, Place


@click.command(epilog="Example: pit tournament smith-1962-test-1 zic zip gd --sessions 200 --out outputs/tournament")
@click.argument("scenario")
@click.argument("agents", nargs=-1, required=True, metavar="AGENT AGENT…")
@click.option("--sessions", default=200, show_default=True, type=click.IntRange(2, 100_000), help="Of each test.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option("--workers", default=os.cpu_count() or 1, show_default="all cores", type=click.IntRange(1, 256))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for tables and plot.")
def tournament(
    scenario: str, agents: tuple[str, ...], sessions: int, seed: int, workers: int, out: Path | None
) -> None:
    """Let each two AGENTS meet in SCENARIO: half against half, and one of each among many of the other.

    Gains are shares of a trader's part of the maximum surplus, with 95 % intervals. Session k of a seed is the same
    market for all, on however many cores.
    """
    from p2p.agents.invocation import AgentFailed
    from p2p.agents.registry import AgentError, check_lineup
    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.files import load
    from p2p.sim.shell.cli_options import folder_for
    from p2p.sim.shell.progress import Bars
    from p2p.sim.tournament.tournament import Results, gains_of_all, meetings

    try:
        rules = load(scenario)
        check_lineup(agents, rules)
    except (AgentError, ScenarioError) as error:
        raise click.ClickException(str(error)) from error
    if len(agents) < 2 or len(set(agents)) < len(agents):
        raise click.ClickException("a tournament needs two agents or more, each named once")
    if out is not None:
        folder_for(out, ["ranking.csv", "pairs.csv", "tournament.png"])
    planned = list(meetings(rules, list(agents), sessions, seed))
    results = Results(list(agents))
    try:
        gained = gains_of_all([meeting.task for meeting in planned], workers)
        with Bars() as bars:
            bars.open("sessions", len(planned))
            for meeting, gains in zip(planned, gained, strict=True):
                results.add_meeting(meeting, gains)
                bars.advance("sessions", 1)
    except AgentFailed as error:
        raise click.ClickException(str(error)) from error
    ranking, pairs = results.ranking(), results.pairs()
    if out is not None:
        from p2p.sim.tournament.tables import write_tournament

        write_tournament(out, ranking, pairs)
    _say(ranking, pairs)


def _say(ranking: list[Place], pairs: list[Pair]) -> None:
    click.echo("in balanced groups           gain (95 %)                 beats  among its own")
    for n, place in enumerate(ranking, start=1):
        click.echo(f"{n:>2} {place.agent:25} {place.gain.said():27} {place.beaten:>5}  {place.alone.said()}")
    click.echo("\nA and B                      A less B, half and half     one A among B gains more than a B there")
    among = {(pair.a, pair.b): pair.difference for pair in pairs if pair.test == "one in many"}
    for pair in pairs:
        if pair.test == "balanced":
            click.echo(f"{pair.a + ' - ' + pair.b:28} {pair.difference.said():27} {among[pair.a, pair.b].said()}")
            click.echo(f"{'':28} {'':27} {among[pair.b, pair.a].said()}  (one {pair.b})")
