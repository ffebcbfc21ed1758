"""The command `pit handout`."""

from pathlib import Path

import click


@click.command(epilog="Example: pit handout classroom-hour --out handout")
@click.argument("scenario")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for instructions.html, record-sheet.html, script.html.",
)
@click.option("--force", is_flag=True, help="Write over pages that are in the folder.")
def handout(scenario: str, out: Path, force: bool) -> None:
    """Write SCENARIO's pages to print: instructions, a record sheet, a script to read aloud.

    They are made from the texts of its screens. The script is the experimenter's alone.
    """
    from p2p.scenario.errors import ScenarioError
    from p2p.sim.docs.handout import pages
    from p2p.sim.library.files import load
    from p2p.sim.library.texts import catalogue
    from p2p.sim.shell.cli_options import folder_for

    try:
        made = pages(load(scenario), catalogue())
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
    there = [name for name in made if (out / name).exists()]
    if there and not force:
        raise click.ClickException(
            f"'{out}' has {there[0]} already; name another folder, or give --force to write over it"
        )
    folder_for(out, list(made))
    for name, text in made.items():
        (out / name).write_text(text, encoding="utf-8")
        click.echo(out / name)
