"""Joining from a terminal: a code, and where the server wants them a name and a label, asked for until they are good.

The code is asked about at the server's door, which takes no seat. Where the door cannot be asked, the trader's screen
tells the fault, as it does for any lost connection.
"""

import asyncio
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import click

from bots.door import NoAnswer, ask_at_door
from p2p.base.display_name import display_name
from p2p.protocol.frames import LABEL_MAX, NAME_MAX, Door, Fault
from tui.commands.terminal_setup import typed_code

KEY_BYTES = 16
"""A device's key: 128 random bits, which nobody guesses."""
LABEL_FAULTS = ("no_label", "unknown_label", "label_used")
"""After these the label is asked for again."""
NOT_VALID = "That code is not valid. Look at the board or your card again."

HAS_A_SEAT = (
    "This login of the machine has card {card} already: you come back to it. "
    "Is that not you? Press Ctrl-C, and tell the experimenter."
)
"""Two people at one login of a machine would else take each other's seat without a word."""


@dataclass(frozen=True)
class Joiner:
    """The words of a person who joins."""

    code: str
    name: str = ""
    label: str = ""
    device: str = ""


def device_file() -> Path:
    """The file of this device's key: in the user's state folder, where it outlives sessions."""
    home = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".local" / "state") / "pit" / "device"


def kept_key(file: Path) -> str:
    """The key in a file; "" where there is none."""
    try:
        kept = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return kept if len(kept) == 2 * KEY_BYTES and kept.isalnum() else ""


def device_key(file: Path) -> str:
    """The key in a file, made if there is none yet, its owner's alone. Where it cannot be kept, one for this time."""
    made = secrets.token_hex(KEY_BYTES)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return kept_key(file) or made
        with open(descriptor, "w", encoding="ascii") as new:
            new.write(made)
    except OSError:
        return made
    return made


def join(url: str, code: str | None, name: str, label: str, file: Path, asks: bool) -> Joiner:
    """Ask for code, name and label, until they are good; without `asks` nobody can type.

    `code`: None where it is to be typed. `file`: of the device's key, which is made when a class code first wants it.
    """
    typed, device = code is None, kept_key(file)
    while True:
        said = code if code is not None else typed_code()
        door = _asked(url, said, device)
        if isinstance(door, Fault) and door.code == "wrong_code" and typed:
            click.echo(NOT_VALID, err=True)
            code = None
            continue
        if isinstance(door, Fault) and door.code == "too_many_logins" and typed:
            click.echo(f"{door.why[:1].upper()}{door.why[1:]}.", err=True)
            code = None
            continue
        if isinstance(door, Door) and door.code == "class":
            if door.seat is not None and asks:
                click.echo(HAS_A_SEAT.format(card=door.seat + 1), err=True)
            device = device_key(file)
        if not isinstance(door, Door) or not asks:
            return Joiner(said, name, label, device)
        if "name" in door.wants:
            name = _name(name)
        if "label" in door.wants:
            label = _label(url, said, device, label)
        return Joiner(said, name, label, device)


def _label(url: str, code: str, device: str, given: str) -> str:
    """A label that leads in, asked for again where it does not; any, where the door cannot be asked."""
    while True:
        label = given or _text("Your label (the one on the list of participants)", LABEL_MAX)
        answer = _asked(url, code, device, label)
        if not isinstance(answer, Fault) or answer.code not in LABEL_FAULTS:
            return label
        click.echo(f"{answer.why[:1].upper()}{answer.why[1:]}.", err=True)
        given = ""


def _asked(url: str, code: str, device: str, label: str = "") -> Door | Fault | None:
    try:
        return asyncio.run(ask_at_door(url, code, device, label=label))
    except NoAnswer:
        return None


def _name(given: str) -> str:
    """A name that has letters to show, and not too many."""
    while True:
        name = given or _text("Your name", NAME_MAX)
        if shown := display_name(name, NAME_MAX):
            return shown
        click.echo("A name has at least one letter.", err=True)
        given = ""


def _text(prompt: str, most: int) -> str:
    """A line of at most so many characters."""
    while True:
        text: str = click.prompt(prompt, err=True)
        if 0 < len(text.strip()) <= most:
            return text.strip()
        click.echo(f"That has {len(text):,} characters; {most} is the most.", err=True)
