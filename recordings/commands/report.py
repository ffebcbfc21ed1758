"""The command `pit report`: a session as one page for the discussion in class."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from recordings.reports.page.baselines import Baseline
    from recordings.reports.page.data import ReportedSession
    from recordings.scoring.baselines import Baselines


@click.command(epilog="Example: pit report recordings/20261121-201500-smith-1962-test-1-4e33 -o report.html")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page, an HTML file."
)
@click.option("--names", is_flag=True, help="Name the traders. Without it they are the numbers of their cards.")
@click.option("--agent", default="zic", show_default=True, help="The robots of the grey band.")
@click.option(
    "--sessions", default=100, show_default=True, type=click.IntRange(0, 100_000), help="Of them; 0: no band."
)
@click.option("--workers", default=os.cpu_count() or 1, show_default="all cores", type=click.IntRange(1, 256))
@click.option("--cache/--no-cache", default=True, show_default=True, help="Keep the robots' sessions for next time.")
def report(
    recordings: tuple[Path, ...], out: Path, names: bool, agent: str, sessions: int, workers: int, cache: bool
) -> None:
    """Write RECORDINGS as one page: supply and demand with the contracts, prices, efficiency, theory and observation.

    The page needs nothing else: it opens without a network, on a phone, on paper. Several recordings, or the markets of
    one, stand side by side.
    """
    from p2p.agents.registry import AgentError, parse_agent_spec
    from p2p.sim.shell.atomic_folder import new_file
    from p2p.sim.shell.cli_options import UsageError
    from recordings.journal.format import JournalError
    from recordings.reports.page.layout import report_page
    from recordings.scoring.baselines import Baselines, cache_folder

    try:
        parse_agent_spec(agent)
        kept = Baselines(cache_folder() if cache else None)
        shown = _read(recordings)
        baselines = {}
        for one in shown:
            if sessions and (found := _baseline(one, agent, sessions, workers, kept)):
                baselines[one.label] = found
        page = report_page(shown, baselines, names, _version())
        with new_file(out) as partial:
            partial.write_text(page, encoding="utf-8")
    except (AgentError, JournalError, UsageError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror}") from error
    click.echo(f"{out}: {len(shown)} session(s), {len(page.encode()) // 1000} kB")


def _read(folders: tuple[Path, ...]) -> "list[ReportedSession]":
    """Each recording, once, with a label; raises JournalError, ClickException where there is nothing to show."""
    from recordings.journal.store import read_folder, scenario_of
    from recordings.reports.page.data import reported
    from recordings.reports.page.layout import labels

    headers = [read_folder(folder).header for folder in folders]
    named = labels([scenario_of(header).title for header in headers])
    found = []
    for k, (folder, label) in enumerate(zip(folders, named, strict=True)):
        if headers[k].session in [header.session for header in headers[:k]]:
            raise click.ClickException(f"{folder} is there twice; name it once")
        one = reported(folder, label)
        if not one.periods:
            why = "all its finished periods are void" if one.score.void else "no period of it was finished"
            raise click.ClickException(f"{folder}: {why}: there is nothing to report")
        if not one.score.sealed:
            what = "this session is still running" if one.score.runs else "this recording was cut"
            click.echo(f"pit: {folder}: {what}: its finished periods are shown", err=True)
        found.append(one)
    return found


def _baseline(
    session: "ReportedSession", agent: str, sessions: int, workers: int, kept: "Baselines"
) -> "Baseline | None":
    """The band of a session; None, with a word of why, where the agent cannot play there."""
    from p2p.agents.invocation import AgentFailed
    from p2p.agents.registry import AgentError, check_lineup
    from recordings.reports.page.baselines import baseline_of

    score = session.score
    try:
        check_lineup([agent], score.scenario)
    except AgentError as error:
        click.echo(f"pit: no band of robots: {error}", err=True)
        return None
    played = kept.sessions(score.scenario, score.seed, agent, sessions, workers)
    with click.progressbar(played, length=sessions, label=f"{sessions} × {agent}", file=sys.stderr) as bar:
        try:
            return baseline_of(agent, bar)
        except AgentFailed as error:
            raise click.ClickException(str(error)) from error


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tradingpit")
    except PackageNotFoundError:
        return "unknown"
