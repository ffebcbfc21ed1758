"""The shared parts of the study's command lines: lists as options, and one clear line with exit status 2."""

from __future__ import annotations

import math
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from p2p.base.safe_text import printable
from p2p.protocol.server_address import os_sentence
from p2p.sim.shell.plain_output import make_printable


class UsageError(click.ClickException):
    """Bad input: one line that says what to do, exit status 2."""

    exit_code = 2


def run(command: click.Command, name: str) -> None:
    """Run a click command as `python -m p2p.sim.NAME`: 0 done, 2 bad input with one line on standard error."""
    make_printable()
    try:
        sys.exit(command.main(prog_name=f"python -m p2p.sim.{name}", standalone_mode=False) or 0)
    except click.ClickException as error:
        print(f"{name}: {printable(' '.join(error.format_message().split()))}", file=sys.stderr)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        print(f"{name}: stopped; run the same command again to go on from here", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        said = said_os_error(error)
        if said is None:
            raise
        print(f"{name}: {printable(said)}", file=sys.stderr)
        sys.exit(2)


def shell_word(word: object) -> str:
    """A path or a word as it is typed in a shell: quoted where it has to be."""
    text = printable(str(word))
    if os.name == "nt":
        return f'"{text}"' if re.search(r"[\s&()^%!;,']", text) else text
    return shlex.quote(text)


class Number(click.FloatRange):
    """A number within its range. Click lets nan through every range, and inf through those that are open."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; fails on any other text."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not in the range {self._describe_range()}", param, ctx)
        return number


class Amount(Number):
    """A number at least 0, or above it."""

    def __init__(self, above: bool = False) -> None:
        super().__init__(min=0, min_open=above)


def numbers(
    kind: Callable[[str], float], least: float, most: float = math.inf
) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """A callback for an option that is a list like 50,100,200; without the option, an empty one."""

    def parse(_: click.Context, parameter: click.Parameter, text: str | None) -> tuple[float, ...]:
        return tuple(number(word.strip(), parameter) for word in text.split(",")) if text is not None else ()

    def number(word: str, parameter: click.Parameter) -> float:
        try:
            value = kind(word)
        except ValueError:
            raise click.BadParameter(f"'{word}' is not a number; a list looks like 1,5,10", param=parameter) from None
        if not (least <= value <= most and math.isfinite(value)):
            limits = f"at least {least:g}" if most == math.inf else f"{least:g} to {most:g}"
            raise click.BadParameter(f"{word} is out of range, which is {limits}", param=parameter)
        return value

    return parse


def split_list(text: str, what: str) -> list[str]:
    """The words of a list like a,b,c; refuses an empty one."""
    found = [word.strip() for word in text.split(",")]
    if not all(found):
        raise UsageError(f"{what}: an empty name in '{text}'; a list looks like a,b,c")
    return found


def folder_for(out: Path, files: Iterable[str] = ()) -> Path:
    """The folder, made if it is not there; refuses a file of that name and a place where nothing can be written.

    `files` are to be written into it: a folder in the place of one is refused before anything is played.
    """
    if out == Path():
        raise UsageError("the name of the folder to write to is empty; name one, as outputs/exp_kg_v4")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"'{out}' is a file; name a folder") from None
    except NotADirectoryError:
        raise UsageError(f"'{out}' lies below a file; name another folder") from None
    except OSError as error:
        raise UsageError(f"cannot make the folder '{out}': {error.strerror}") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write into '{out}'; name another folder")
    for file in files:
        if (out / file).is_dir():
            raise UsageError(f"'{out / file}' is a folder, where a file is to be written; name another folder")
    return out


def said_os_error(error: OSError) -> str | None:
    """An operating system's error at a file, as a line; None where no file is named: that is our own failure."""
    return None if error.filename is None else f"'{error.filename}': {os_sentence(error)}"


def default_workers() -> int:
    """As many processes as this one may use cores."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
