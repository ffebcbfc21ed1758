"""The command `pit score`."""

import os
import sys
from pathlib import Path

import click

from p2p.agents.invocation import AgentFailed
from p2p.agents.registry import AgentError, check_lineup, parse_agent_spec
from p2p.sim.simulation.batch import SessionResult
from recordings.journal.format import JournalError
from recordings.reports.baselines import baselines_table, lengths_line, points_line, range_line
from recordings.reports.parts import console
from recordings.reports.text import (
    alpha_line,
    controls_line,
    convergence_table,
    gap_line,
    periods_table,
    traders_table,
    void_line,
)
from recordings.scoring.score import baseline
from recordings.scoring.score import score as score_recording


@click.command(epilog="Example: pit score recordings/20261121-201500-smith-1962-test-1-4e33 --agents zic,optimizer")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--agents", default="zic,ziu,optimizer,satisficer", show_default=True, help="Baselines, with commas.")
@click.option("--sessions", default=200, show_default=True, type=click.IntRange(0, 100_000), help="Of each; 0: none.")
@click.option("--workers", default=os.cpu_count() or 1, show_default="all cores", type=click.IntRange(1, 256))
def score(recording: Path, agents: str, sessions: int, workers: int) -> None:
    """Score RECORDING: price, quantity, alpha and efficiency by period, beside simulated baselines; each trader.

    The baselines are sessions of one kind of robot on all seats, with the very same schedules.
    """

    words = [word.strip() for word in agents.split(",") if word.strip()]
    try:
        for word in words:
            parse_agent_spec(word)
        scored = score_recording(recording)
    except (AgentError, JournalError) as error:
        raise click.ClickException(str(error)) from error
    out = console()
    if not scored.sealed:
        what = "this session is still running" if scored.runs else "this recording was cut"
        click.echo(f"pit: {what}: its finished periods are scored", err=True)
    if not scored.periods and scored.void:
        raise click.ClickException(f"all finished periods of {recording} are void: there is nothing to score")
    if not scored.periods:
        raise click.ClickException(f"no period of {recording} was finished: there is nothing to score")
    out.print(periods_table(scored))
    out.print(convergence_table(scored))
    for line in (void_line(scored), alpha_line(scored), controls_line(scored), gap_line(scored)):
        if line:
            out.print(line, soft_wrap=True)
    baselines: dict[str, list[SessionResult]] = {}
    if sessions:
        for word in words:
            try:
                check_lineup([word], scored.scenario)
            except AgentError as error:
                click.echo(f"pit: no baseline of it: {error}", err=True)
                continue
            played = baseline(scored.scenario, scored.seed, word, sessions, workers)
            with click.progressbar(played, length=sessions, label=f"{sessions} × {word}", file=sys.stderr) as bar:
                try:
                    baselines[word] = list(bar)
                except AgentFailed as error:
                    raise click.ClickException(str(error)) from error
        out.print(baselines_table(scored, baselines))
        for line in (points_line(scored, baselines), range_line(scored, words), lengths_line(scored)):
            if line:
                out.print(line, soft_wrap=True)
    out.print(traders_table(scored))
    if scored.periods[0].energy is not None:
        from recordings.reports.energy_text import energy_table

        out.print(energy_table(scored))
