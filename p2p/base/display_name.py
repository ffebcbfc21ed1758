"""Names that people and robots give themselves, as they are shown."""

from p2p.base.safe_text import printable

MARKUP = "<>&[]\\`"
"""Letters that a terminal, a page or a report may take for more than a letter."""


def display_name(given: str, letters_max: int) -> str:
    """A name without control characters and markup, and not too long; one that is cut ends in an ellipsis."""
    name = "".join(letter for letter in printable(given) if letter.isprintable() and letter not in MARKUP).strip()
    return name if len(name) <= letters_max else f"{name[: letters_max - 1]}…"
