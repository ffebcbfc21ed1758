"""Keys as a terminal sends them, and as they were meant.

Esc and the beginning of another key's sequence are the same byte. A key that follows Esc within the terminal's escape
time comes as that key with Alt, and an Esc before it as `^`. No key here has Alt: both were meant one after the other.
"""

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.events import Event, Key

ALT = "alt+"
ESCAPED = ("circumflex_accent", "ctrl+w")
"""The names under which an Esc comes that another one, or Backspace, has cut short."""


AFTER_ESCAPE = "0123456789-bf"
"""Keys that Textual reads as signs or words of a Mac (`¡` for Esc 1) where they follow an Esc within its time."""


def read_escape_plainly() -> None:
    """Let these keys come with Alt, like all others, so that they can be told from the signs themselves."""
    assert isinstance(ANSI_SEQUENCES_KEYS, dict)
    for key in AFTER_ESCAPE:
        ANSI_SEQUENCES_KEYS.pop(f"\x1b{key}", None)


def keys_meant(event: Event) -> list[Event]:
    """The event itself, or the keys that it stands for."""
    if not isinstance(event, Key):
        return [event]
    character = event.character
    if event.key.startswith(ALT) and character is not None and character.isprintable():
        return [Key("escape", "\x1b"), Key(event.key.removeprefix(ALT), character)]
    return [Key("escape", "\x1b")] if event.key in ESCAPED else [event]
