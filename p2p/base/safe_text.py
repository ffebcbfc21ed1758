"""Text of others where it is printed, put into tables, or made part of a name: titles, names, announcements, errors.

A terminal obeys escape sequences and a spreadsheet formulas; a broker's topic has its own signs. None of them is a
stranger's to write.
"""

import re
import unicodedata

_SEQUENCES = re.compile(
    "(?:\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c|\\Z)?"  # OSC and other strings
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    "|\x1b[ -/]*[0-~]?"  # all others
)
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of writing: with them a line says another thing than its letters."""
_FORMULA = ("=", "+", "-", "@")
"""How a formula begins, in every spreadsheet; in some also in letters of full width."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ACCENTED = re.compile(r"[^A-Za-z0-9._-]+")
NAME_MAX = 60
"""Characters of a safe name: with a date before it and a number behind, a file's name or a topic's level."""


def printable(text: str, lines: bool = False) -> str:
    """A text without escape sequences, control characters and turns of direction; `lines`: line ends stay."""
    plain = _SEQUENCES.sub("", text)
    return "".join(_shown(letter, lines) for letter in plain)


def _shown(letter: str, lines: bool) -> str:
    if letter in _DIRECTIONS:
        return ""
    if letter == "\n" and lines:
        return letter
    if unicodedata.category(letter) in ("Cc", "Zl", "Zp"):
        return " " if letter.isspace() else ""
    return "\ufffd" if unicodedata.category(letter) == "Cs" else letter


def table_cell(text: str) -> str:
    """A text as a table's cell: printable, and never a formula of a spreadsheet. A number is none, and stays."""
    plain = printable(text)
    first = unicodedata.normalize("NFKC", plain.lstrip()[:1])
    return f"'{plain}" if first in _FORMULA and not _NUMBER.fullmatch(plain) else plain


def safe_name(text: str) -> str:
    """A text as a part of a folder's name and of a topic: ASCII letters, digits, dot, dash, underscore."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _ACCENTED.sub("-", plain).strip("-.")[:NAME_MAX] or "session"
