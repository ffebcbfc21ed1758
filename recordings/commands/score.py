"""The command `pit score`."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from p2p.agents.invocation import AgentFailed
from p2p.agents.registry import AgentError
from recordings.journal.format import JournalError
from recordings.reports.baselines import baselines_table, lengths_line, points_line, range_line
from recordings.reports.distribution import (
    holders_table,
    imported_line,
    losses_table,
    order_line,
    people_lines,
    tax_line,
)
from recordings.reports.markets_table import markets_table
from recordings.reports.parts import console
from recordings.reports.score_json import score_line
from recordings.reports.sessions_table import sessions_table
from recordings.reports.text import (
    alpha_line,
    controls_line,
    convergence_table,
    gap_line,
    periods_table,
    traders_table,
    void_line,
)
from recordings.scoring.baselines import Baselines, BaselineSession, cache_folder, lineups, seated
from recordings.scoring.people import PeopleBeside, beside
from recordings.scoring.score import Score
from recordings.scoring.score import score as score_recording
from recordings.scoring.tax_burden import TaxBurden, tax_burden


@dataclass(frozen=True)
class Wanted:
    """The baselines that the command line asks for."""

    lineups: list[str]
    sessions: int
    workers: int
    kept: Baselines


@click.command(epilog="Example: pit score recordings/20261121-* --agents zic,optimizer --agents zic:11,zip:*")
@click.argument("recordings", nargs=-1, required=True, metavar="RECORDING...", type=click.Path(path_type=Path))
@click.option(
    "--agents",
    multiple=True,
    default=("zic,ziu,optimizer,satisficer",),
    show_default=True,
    help="Baselines, with commas; several times, if need be. zic:11,zip:11 is one, of both.",
)
@click.option("--sessions", default=200, show_default=True, type=click.IntRange(0, 100_000), help="Of each; 0: none.")
@click.option("--workers", default=os.cpu_count() or 1, show_default="all cores", type=click.IntRange(1, 256))
@click.option("--people", multiple=True, type=click.Path(path_type=Path), help="Recordings of people, as a baseline.")
@click.option(
    "--json", "as_json", is_flag=True, help="A line of JSON for each recording, in the smallest unit of money."
)
@click.option("--cache/--no-cache", default=True, show_default=True, help="Keep sessions of baselines for next time.")
def score(
    recordings: tuple[Path, ...],
    agents: tuple[str, ...],
    sessions: int,
    workers: int,
    people: tuple[Path, ...],
    as_json: bool,
    cache: bool,
) -> None:
    """Score RECORDINGS: price, quantity, alpha and efficiency by period, beside simulated baselines; each trader.

    The baselines are sessions of robots on all seats, with the very same schedules. docs/measures.md has each figure's
    definition.
    """
    try:
        wanted = Wanted(lineups(agents), sessions, workers, Baselines(cache_folder() if cache else None))
        scored = [_scored(folder) for folder in recordings]
        others = [_read(folder) for folder in people]
    except (AgentError, JournalError) as error:
        raise click.ClickException(str(error)) from error
    _each_once(scored)
    out = console()
    if len(scored) > 1 and not as_json:
        out.print(sessions_table(scored))
    for one in scored:
        baselines = _played(one, wanted)
        compared, burden = beside(one, others), tax_burden(one, scored)
        if as_json:
            click.echo(score_line(one, baselines, compared, burden, _notes(one, baselines)))
        else:
            _print(out, one, baselines, compared, burden)


def _read(folder: Path) -> Score:
    """A recording's score; raises JournalError, which names the recording."""
    try:
        return score_recording(folder)
    except JournalError as error:
        raise JournalError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error


def _scored(folder: Path) -> Score:
    """The same of one that has something to score; the sound part of a cut one, with a word."""
    scored = _read(folder)
    if not scored.sealed:
        what = "this session is still running" if scored.runs else "this recording was cut"
        click.echo(f"pit: {what}: its finished periods are scored", err=True)
    if not scored.periods and scored.void:
        raise click.ClickException(f"all finished periods of {folder} are void: there is nothing to score")
    if not scored.periods:
        raise click.ClickException(f"no period of {folder} was finished: there is nothing to score")
    return scored


def _each_once(scored: Sequence[Score]) -> None:
    names = [one.name for one in scored]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise click.ClickException(f"{name} is there twice; name it once")


def _played(scored: Score, wanted: Wanted) -> dict[str, list[BaselineSession]]:
    """The sessions of each baseline that can be played there, with progress."""
    found: dict[str, list[BaselineSession]] = {}
    for lineup in wanted.lineups if wanted.sessions else []:
        try:
            seated(lineup, scored.scenario)
        except AgentError as error:
            click.echo(f"pit: no baseline of it: {error}", err=True)
            continue
        played = wanted.kept.sessions(scored.scenario, scored.seed, lineup, wanted.sessions, wanted.workers)
        label = f"{wanted.sessions} × {lineup}"
        with click.progressbar(played, length=wanted.sessions, label=label, file=sys.stderr) as bar:
            try:
                found[lineup] = list(bar)
            except AgentFailed as error:
                raise click.ClickException(str(error)) from error
    return found


def _notes(scored: Score, baselines: dict[str, list[BaselineSession]]) -> list[str]:
    """The sentences that belong to the figures."""
    lines = [imported_line(scored), void_line(scored), alpha_line(scored), gap_line(scored), lengths_line(scored)]
    return [line for line in (*lines, range_line(scored, baselines)) if line]


def _print(
    out: Console,
    scored: Score,
    baselines: dict[str, list[BaselineSession]],
    people: list[PeopleBeside],
    burden: TaxBurden | None,
) -> None:
    """All of a score as tables and sentences."""
    energy = scored.periods[0].energy is not None
    out.print(periods_table(scored))
    if scored.scenario.markets > 1:
        out.print(markets_table(scored))
    out.print(convergence_table(scored))
    _say(out, [imported_line(scored)])
    lines = (void_line(scored), alpha_line(scored), controls_line(scored), tax_line(scored, burden), gap_line(scored))
    _say(out, lines)
    if not energy:
        out.print(losses_table(scored))
    if baselines:
        out.print(baselines_table(scored, baselines))
        _say(out, (points_line(scored, baselines), range_line(scored, baselines), lengths_line(scored)))
    _say(out, people_lines(scored, people))
    out.print(holders_table(scored))
    out.print(traders_table(scored))
    _say(out, [order_line(scored)])
    if energy:
        from recordings.reports.energy_text import energy_table

        out.print(energy_table(scored))


def _say(out: Console, lines: Sequence[str]) -> None:
    for line in lines:
        if line:
            out.print(line, soft_wrap=True, markup=False)
