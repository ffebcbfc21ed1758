"""The command `pit rehearse`."""

import asyncio
import sys
from pathlib import Path

import click

from p2p.sim.shell.cli_options import Number


@click.command(
    epilog="Example: pit rehearse classroom-hour --humans 40    Another: pit rehearse FILE.toml --humans 12 --json"
)
@click.argument("scenario")
@click.option("--humans", default=20, show_default=True, type=click.IntRange(2, 500), help="People, played by robots.")
@click.option("--speed", default=10.0, show_default=True, type=Number(1, 50), help="So many times faster than people.")
@click.option("--minutes", type=Number(1, 1_440), help="Minutes that there are; more is a no-go.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Of the session and of the people."
)
@click.option(
    "--recordings",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the recording in this folder, as pit serve does.",
)
@click.option("--json", "as_json", is_flag=True, help="The result in one line of JSON.")
def rehearse(
    scenario: str, humans: int, speed: float, minutes: float | None, seed: int, recordings: Path | None, as_json: bool
) -> None:
    """Rehearse SCENARIO on a server of its own: go or no-go, with the reasons.

    Robots take part as people, over real connections: through consent, texts, questions, practice, trade. Some answer
    wrong, come late, leave and come back; one declines. The server is killed once and taken up again. Then answers are
    timed at true speed. Nothing is kept without --recordings. Exit status 0 for go, 1 for no-go.
    """
    from bots.load.load_trader import LoadError
    from bots.rehearsal import rehearsal
    from bots.rehearsal.verdict import lines, reasons
    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.files import load

    try:
        rules = load(scenario)
        seen = asyncio.run(rehearsal.rehearse(scenario, rules, humans, speed, seed, minutes, _tell, recordings))
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
    except (rehearsal.RehearsalError, LoadError, OSError, TimeoutError) as error:
        raise click.ClickException(f"the rehearsal could not be held: {error or type(error).__name__}") from error
    click.echo(rehearsal.as_json(seen) if as_json else "\n".join(lines(seen)))
    if reasons(seen):
        sys.exit(1)


def _tell(said: str) -> None:
    click.echo(f"pit: {said}", err=True)
