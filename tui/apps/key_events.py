"""Keys as a terminal sends them, and as they were meant.

Esc and the beginning of another key's sequence are the same byte. A key that follows Esc within the terminal's escape
time comes as that key with Alt, and an Esc before it as `^`. No key here has Alt: both were meant one after the other.
"""

from textual.events import Event, Key

ALT = "alt+"
ESCAPED = "circumflex_accent"
"""The name under which an Esc comes that another sequence has cut short."""


def keys_meant(event: Event) -> list[Event]:
    """The event itself, or the keys that it stands for."""
    if not isinstance(event, Key):
        return [event]
    character = event.character
    if event.key.startswith(ALT) and character is not None and character.isprintable():
        return [Key("escape", "\x1b"), Key(event.key.removeprefix(ALT), character)]
    return [Key("escape", "\x1b")] if event.key == ESCAPED else [event]
