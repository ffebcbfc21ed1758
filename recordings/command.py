"""The commands `pit verify` and `pit score`."""

import os
import sys
from pathlib import Path

import click


@click.command(epilog="Example: pit verify recordings/20261121-201500-smith-1962-test-1-4e33")
@click.argument("recording", type=click.Path(path_type=Path))
def verify(recording: Path) -> None:
    """Run RECORDING again, message by message, and say OK or the first record that differs (exit status 1)."""
    from p2p.session.session import RULES
    from recordings.journal import JournalError
    from recordings.store import read_folder, run_again, still_runs

    runs = still_runs(recording)
    try:
        reading = read_folder(recording)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    try:
        if reading.header.rules != RULES:
            records = sum(1 for _ in reading.records())
            click.echo(
                f"OK: {records} records, the chain holds; not run again: rules {reading.header.rules} are not ours"
            )
            return
        session, played = run_again(reading)
    except JournalError as error:
        click.echo(f"NO: {error}")
        sys.exit(1)
    digest = session.digest().hex()
    if reading.sealed is None and runs:
        click.echo(f"NO: not sealed: the session is still running; {len(played)} records are good so far")
        sys.exit(1)
    if reading.sealed is None:
        cut = f", then {reading.debris} bytes of an unfinished one" if reading.debris else ""
        click.echo(f"NO: not sealed: {len(played)} records are good{cut}; pit serve --recover {recording} takes it up")
        sys.exit(1)
    if reading.sealed.digest != digest:
        click.echo(f"NO: the records are good, but the digest in the seal is {reading.sealed.digest}, not {digest}")
        sys.exit(1)
    click.echo(f"OK: {len(played)} records, digest {digest}")


@click.command(epilog="Example: pit score recordings/20261121-201500-smith-1962-test-1-4e33 --agents zic,optimizer")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--agents", default="zic,ziu,optimizer,satisficer", show_default=True, help="Baselines, with commas.")
@click.option("--sessions", default=200, show_default=True, type=click.IntRange(0, 100_000), help="Of each; 0: none.")
@click.option("--workers", default=os.cpu_count() or 1, show_default="all cores", type=click.IntRange(1, 256))
def score(recording: Path, agents: str, sessions: int, workers: int) -> None:
    """Score RECORDING: price, quantity, alpha and efficiency by period, beside simulated baselines; each trader.

    The baselines are sessions of one kind of robot on all seats, with the very same schedules.
    """
    from p2p.agents.invocation import AgentFailed
    from p2p.agents.registry import AgentError, parse_word
    from p2p.sim.simulation.batch import Played
    from recordings.journal import JournalError
    from recordings.report import baselines_table, console, lengths_line, periods_table, traders_table
    from recordings.score import baseline
    from recordings.score import score as score_recording

    words = [word.strip() for word in agents.split(",") if word.strip()]
    try:
        for word in words:
            parse_word(word)
        scored = score_recording(recording)
    except (AgentError, JournalError) as error:
        raise click.ClickException(str(error)) from error
    out = console()
    if not scored.sealed:
        what = "this session is still running" if scored.runs else "this recording was cut"
        click.echo(f"pit: {what}: its finished periods are scored", err=True)
    if not scored.periods:
        raise click.ClickException(f"no period of {recording} was finished: there is nothing to score")
    out.print(periods_table(scored))
    baselines: dict[str, list[Played]] = {}
    if sessions:
        for word in words:
            played = baseline(scored.scenario, scored.seed, word, sessions, workers)
            with click.progressbar(played, length=sessions, label=f"{sessions} × {word}", file=sys.stderr) as bar:
                try:
                    baselines[word] = list(bar)
                except AgentFailed as error:
                    raise click.ClickException(str(error)) from error
        out.print(baselines_table(scored, baselines))
        if line := lengths_line(scored):
            out.print(line, soft_wrap=True)
    out.print(traders_table(scored))
    if scored.periods[0].energy is not None:
        from recordings.energy_report import energy_table

        out.print(energy_table(scored))


@click.command(epilog="Example: pit protocol --out docs/protocol.md")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
@click.option("--recording", type=click.Path(path_type=Path), help="Whose first period is drawn; else a sample's.")
def protocol(out: Path | None, recording: Path | None) -> None:
    """Write the protocol's page: every directive with who may say it, payload and effect, from the code itself."""
    from recordings.journal import JournalError
    from recordings.protocol_page import page

    sample = Path(__file__).resolve().parent / "samples" / "smith-1962-test-1"
    try:
        text = page(recording or sample)
        if out is None:
            click.echo(text, nl=False)
        else:
            out.write_text(text, encoding="utf-8")
    except (JournalError, OSError) as error:
        raise click.ClickException(str(error)) from error
