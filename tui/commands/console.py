"""The command `pit console`. Textual is imported when it is called, and not before."""

from collections.abc import Awaitable

import click

from p2p.protocol.frames import Door, Fault
from tui.commands.terminal_setup import NoTerminal, address, need_terminal, seat_code, typed_code


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit console ws://127.0.0.1:8765")
@click.argument("url")
@click.option("--code-file", type=click.Path(dir_okay=False, allow_dash=True), help="File with the code; - is stdin.")
def console(url: str, code_file: str | None) -> int:
    """Conduct the session at URL: its seats, requests for help, the market's figures, and a key for each act.

    Each key is a command of `pit ctl` too; the key ? lists them. The experimenter's code comes from the variable
    PIT_CODE, from --code-file, or from a prompt.
    """
    where = address(url)
    try:
        need_terminal(code_on_stdin=code_file == "-")
        code = seat_code(code_file) or typed_code("Experimenter's code (hidden as you type)")
        need_terminal()
    except NoTerminal as error:
        raise click.UsageError(f"console {error}; pit ctl URL status --json prints the roster without one") from error

    from bots.client import Client
    from bots.door import ask_at_door
    from tui.apps.console import ConsoleApp

    client = Client(where, code, "human")
    client.line.conducts = client.line.roster = True

    def ask_door() -> Awaitable[Door | Fault]:
        """By the resume token, which outlives the code where a server is started again."""
        welcome = client.line.welcome
        return ask_at_door(where, code, conducts=True, resume=welcome.resume if welcome else "")

    app = ConsoleApp(client, ask_door)
    ending = app.run()
    if ending is None:  # it was ended by something else than a person or the session: a crash has its own status
        return app.return_code or 0
    click.echo(f"pit: {ending.sentence}" if ending.status else ending.sentence, err=bool(ending.status))
    return ending.status
