"""The experimenter's commands at the door: lock, unlock, close, a new code for a card, and the cards as a page."""

from pathlib import Path

import click

from bots.door import NoAnswer, ask_at_door
from bots.experimenter import conduct
from p2p.messages import Close, Lock, Message, Reissue, Unlock
from p2p.protocol.frames import Card, Door, Fault
from p2p.sim.shell.seats_sheet import write_sheet

DOOR_COMMANDS = ("lock", "unlock", "close", "reissue", "seats-sheet")
"""Commands of `pit ctl` at the door; `reissue` has a card's number behind it, `seats-sheet` a file."""
SAID = {
    "lock": "the door is locked: nobody without a seat is let in",
    "unlock": "the door is open",
    "close": "the server closes",
}
MESSAGES: dict[str, Message] = {"lock": Lock(), "unlock": Unlock(), "close": Close()}


async def conduct_door(url: str, code: str, command: str, words: str | None) -> str:
    """Say one of the commands, and return its result; raises click.ClickException with one line."""
    needs = command in ("reissue", "seats-sheet")
    if needs != (words is not None):
        raise click.UsageError("reissue takes a card's number, seats-sheet a file, and nothing else does")
    if command in MESSAGES:
        await conduct(url, code, command, MESSAGES[command])
        return SAID[command]
    assert words is not None
    if command == "reissue":
        return await _reissue(url, code, words)
    door = await _door(url, code)
    write_sheet(Path(words), door.title, door.url or url, [(one.card, one.code) for one in door.cards], door.class_code)
    return f"{words} has {len(door.cards)} cards{_unreadable(door)}"


async def _reissue(url: str, code: str, words: str) -> str:
    card = _card(await _door(url, code), words)
    await conduct(url, code, "reissue", Reissue(card.card - 1))
    code_now = _card(await _door(url, code), words).code
    return f"card {card.card:<8} {code_now}   (its old code and its old device are void)"


def _card(door: Door, words: str) -> Card:
    """The card of a number; raises UsageError where there is none."""
    found = [one for one in door.cards if words.isascii() and words.isdecimal() and one.card == int(words)]
    if not found:
        raise click.UsageError(f"'{words}' is no card of a person; there are cards 1 to {len(door.cards)}")
    return found[0]


async def _door(url: str, code: str) -> Door:
    try:
        answer = await ask_at_door(url, code, conducts=True)
    except NoAnswer as error:
        raise click.ClickException(f"no server at {url}: {error}") from error
    if isinstance(answer, Fault):
        raise click.ClickException(f"the server says: {answer.why}")
    if answer.code != "experimenter":
        raise click.ClickException("this is a trader's code; the experimenter's is printed by pit serve")
    return answer


def _unreadable(door: Door) -> str:
    """A word on cards whose codes were given by a server before this one."""
    missing = [one.card for one in door.cards if not one.code] if not door.class_code else []
    if not missing:
        return ""
    return f"; {len(missing)} without a code that can be read again (pit ctl URL reissue {missing[0]} gives a new one)"
