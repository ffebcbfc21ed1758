"""Checks before the terminal is taken over: a terminal, the server's address, the seat's code."""

import os
import sys
from pathlib import Path

import click

from p2p.protocol.server_address import os_sentence, websocket_url
from p2p.sim.shell.plain_output import UTF_8, is_utf_8

CODE_MAX = 16
"""Letters and digits that may be a code; the server makes codes of 8, and class codes of 6."""
HYPHENS = "-_\u2010\u2011\u2012\u2013\u2014\u2212"
"""Signs that part a code on a slip, as keyboards and phones write them."""
CODE_BYTES_MAX = 1_000
"""Bytes read of a code file: a wrong file is told as one, however large."""


class NoTerminal(Exception):
    """There is nothing to draw on, or nobody to press keys."""


def need_terminal(code_on_stdin: bool = False) -> None:
    """Raise NoTerminal unless keys can be read and the screen drawn.

    Textual reads keys from standard input and draws on standard error, so standard output may be a pipe (the results
    go there). Where the code has come through standard input, the keys are read from the terminal that we run in.
    """
    if not sys.stderr.isatty():
        raise NoTerminal("draws on a terminal, and standard error is none")
    if not is_utf_8(sys.stderr.encoding):
        raise NoTerminal(f"draws lines and signs that this terminal ({sys.stderr.encoding}) does not have: {UTF_8}")
    if sys.stdin.isatty() or code_on_stdin:
        return
    raise NoTerminal("reads keys from a terminal, and standard input is none")


def keys_from_terminal() -> None:
    """Standard input was a pipe and is at its end: read on from the terminal. Raises NoTerminal where there is none."""
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise NoTerminal("reads keys from a terminal, and there is none beside the pipe") from error
    os.dup2(descriptor, 0)
    os.close(descriptor)


def address(url: str) -> str:
    """The address as a WebSocket's; `host:port` will do, and `host` where the server has its usual port.

    Raises UsageError.
    """
    try:
        return websocket_url(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def seat_code(code_file: str | None) -> str | None:
    """The code from the file or the variable PIT_CODE, None where it is to be typed. Raises UsageError, NoTerminal."""
    if code_file == "-":
        text = sys.stdin.read(CODE_BYTES_MAX)
        if not sys.stdin.isatty():
            keys_from_terminal()
    elif code_file is not None:
        text = _read(Path(code_file))
    elif "PIT_CODE" in os.environ:
        text = os.environ["PIT_CODE"]
    else:
        return None
    try:
        return code_in(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def typed_code(what: str = "Code, from the board or your card (hidden as you type)") -> str:
    """A code that somebody types, asked for until it may be one."""
    while True:
        try:
            return code_in(click.prompt(what, hide_input=True, err=True))
        except ValueError as error:
            click.echo(f"{str(error)[0].upper()}{str(error)[1:]}.", err=True)


def code_in(text: str) -> str:
    """The code in a text, without blanks, hyphens and small letters. Raises ValueError where there is none."""
    code = "".join(letter for letter in text if not letter.isspace() and letter not in HYPHENS).upper()
    if not code:
        raise ValueError("the code is empty; it is on the board, or on the card that you were given")
    if len(code) > CODE_MAX or not code.isascii() or not code.isalnum():
        raise ValueError("that is no code: it has 8 letters and digits, or 6 if it is for all")
    return code


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(CODE_BYTES_MAX)
    except (OSError, UnicodeDecodeError) as error:
        why = os_sentence(error) if isinstance(error, OSError) else "it is no text"
        raise click.UsageError(f"the code file {path} cannot be read: {why}") from error
