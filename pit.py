"""The command `pit`: a table of subcommands, each of which imports its room only when it is called."""

import importlib
import importlib.util
import sys
from pathlib import Path

import click

DISTRIBUTION = "tradingpit"
"""The package's name where it is installed from."""
DISK_FULL = 74
"""Exit status where output cannot be written, as a server's whose journal cannot (EX_IOERR)."""

# name → (where it lives, what `pit --help` says of it). The help is here so that listing it imports nothing.
COMMANDS = {
    "demo": ("pit_demo:demo", "Play a short session now: you against robots."),
    "serve": ("server.serve.command:serve", "Run the market of a scenario and let traders join."),
    "meter": ("bots.broker.simulated_meter:meter", "Publish a simulated household's meter to a broker."),
    "trade": ("tui.commands.trade:trade", "Join a market as a person, in this terminal."),
    "watch": ("tui.commands.watch:watch", "Watch a market as its public, from its server or from a broker."),
    "console": ("tui.commands.console:console", "Experimenter: the class, the market, and a key for each command."),
    "bot": ("bots.commands.bot:bot", "Join a market as a robot."),
    "load": ("bots.commands.load:load", "Measure how a server of its own holds under many hands."),
    "rehearse": ("bots.commands.rehearse:rehearse", "Rehearse a session with robots as people: go or no-go."),
    "handout": ("p2p.sim.commands.handout:handout", "Print instructions, a record sheet, a text to read aloud."),
    "ctl": ("bots.commands.ctl:ctl", "Experimenter: start, pause, resume, extend, end a session."),
    "simulate": ("recordings.commands.simulate:simulate", "Play sessions of robots in this process, many a second."),
    "tournament": ("p2p.sim.commands.tournament:tournament", "Let agents meet: who gains most, and how surely."),
    "agents": ("p2p.sim.commands.agents:agents", "List the decision rules, their parameters and their sources."),
    "score": ("recordings.commands.score:score", "Score a recording beside simulated baselines."),
    "report": ("recordings.commands.report:report", "Write a session as one page for the discussion in class."),
    "pay": ("recordings.commands.pay:pay", "Count what people of a recording are paid; mark who was paid."),
    "tables": ("recordings.commands.tables:tables", "Write recordings as tables: CSV or Parquet."),
    "replay": ("pit_replay:replay", "Watch a recording again, as any seat saw it; alone or with a class."),
    "import": ("recordings.commands.import_markets:import_markets", "Import published human markets as recordings."),
    "verify": ("recordings.commands.verify:verify", "Run a recording again and say whether it is the same."),
    "seal": ("recordings.commands.seal:seal", "Put a finished recording away: packed, with a manifest."),
    "convert": ("recordings.commands.convert:convert", "Write an older recording anew in today's format."),
    "scenarios": ("p2p.sim.commands.scenarios:scenarios", "List, show and check scenarios."),
    "protocol": ("recordings.commands.protocol:protocol", "Write the page of the protocol from the code itself."),
    "runbook": ("p2p.sim.study.runbook:runbook", "Run the whole study of satisficers against optimizers."),
}


class Rooms(click.Group):
    """A group whose commands are imported when they are called, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its room imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `pit --help`, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name offered for an unknown one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else "see pit --help"
            raise click.UsageError(f"no command '{args[0]}'; {hint}")
        return super().resolve_command(ctx, args)


def version() -> str:
    """The version as pyproject.toml states it: read there in a checkout, else in the record of what is installed."""
    stated = Path(__file__).resolve().with_name("pyproject.toml")
    if stated.is_file():
        import tomllib

        project = tomllib.loads(stated.read_text(encoding="utf-8"))["project"]
        if project["name"] == DISTRIBUTION:
            return str(project["version"])
    from importlib import metadata

    return metadata.version(DISTRIBUTION)


def _say_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(f"pit, version {version()}")
        context.exit()


@click.group(
    cls=Rooms,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: pit demo    Another: pit serve smith-1962-test-1 --bots zic:21, then pit trade URL",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version, help="Show it and exit."
)
def cli() -> None:
    """The trading lab: people and robots trade with one another, live, under exact rules."""


def house_is_whole() -> str | None:
    """None, or what is wrong: assertions are off, or a stranger's package has the name of one of our rooms."""
    if sys.flags.optimize:
        return "python -O and PYTHONOPTIMIZE drop the checks that keep a session's record true; run pit without them"
    here = Path(__file__).resolve().parent
    for name in ("p2p", "server", "bots", "tui", "recordings"):
        found = importlib.util.find_spec(name)
        origin = found.origin if found else None
        if origin is None or Path(origin).resolve().parent.parent != here:
            return f"the package '{name}' found at {origin} is not the lab's own; run pit from another folder"
    return None


def _done() -> str | int | None:
    """Run the command and write out what it said, which may fail; returns its exit status."""
    status: str | int | None
    try:
        status = cli.main(prog_name="pit", standalone_mode=False) or 0
    except SystemExit as ended:
        status = ended.code
    if sys.stdout is not None:
        sys.stdout.flush()
    return status


def main() -> None:
    """Run `pit`: exit status 0 done, 1 the answer is no, 2 wrong use or bad input with one line on standard error."""
    wrong = house_is_whole()
    if wrong:
        print(f"pit: {wrong}", file=sys.stderr)
        sys.exit(2)
    output = importlib.import_module("p2p.sim.shell.plain_output")
    output.make_printable()
    try:
        sys.exit(_done())
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message())
        sys.exit(0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        where = f" (see {context.command_path} --help)" if context else ""
        printable = importlib.import_module("p2p.base.safe_text").printable
        print(f"pit: {printable(error.format_message(), lines=True)}{where}", file=sys.stderr)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        print("pit: stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has had enough, as head does
        output.forget_output()
        sys.exit(141)
    except OSError as error:
        if error.filename is None and output.is_full(error):
            output.forget_output()
            print("pit: standard output cannot be written: the disk is full", file=sys.stderr)
            sys.exit(DISK_FULL)
        said = importlib.import_module("p2p.sim.shell.cli_options").said_os_error(error)
        if said is None:
            raise
        print(f"pit: {importlib.import_module('p2p.base.safe_text').printable(said)}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
