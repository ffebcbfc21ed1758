"""On which line of a TOML text a key stands, for error messages: the parser of the standard library does not say.

The text has been parsed, so it is TOML. A table or a key stands at the beginning of a line, outside of every array and
every string. Unit values over several lines, or instructions that look like keys, are neither.
"""

import re

_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.\"'-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")
_PIECES = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\''''  # texts over several lines
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]\n]""",
    re.DOTALL,
)


def lines_of_keys(text: str) -> dict[str, int]:
    """Line, from 1, of each table and key, by dotted name; of several [[tables]], by the name with its index, too.

    Without an index, the first of several wins.
    """
    lines: dict[str, int] = {}
    table = indexed = ""
    seen: dict[str, int] = {}
    for number, line in _beginnings(text):
        if match := _TABLE.match(line):
            table = indexed = _bare(match[2])
            if match[1] == "[[":
                indexed = f"{table}[{seen.setdefault(table, 0)}]"
                seen[table] += 1
            lines.setdefault(table, number)
            lines.setdefault(indexed, number)
        elif match := _KEY.match(line):
            key = _bare(match[1])
            for inside in (table, indexed):
                lines.setdefault(f"{inside}.{key}" if inside else key, number)
    return lines


def _beginnings(text: str) -> list[tuple[int, str]]:
    """The lines, with their numbers, that begin outside of arrays and strings."""
    starts, depth = [0], 0
    for piece in _PIECES.finditer(text):
        if piece[0] in "[]":
            depth += 1 if piece[0] == "[" else -1
        elif piece[0] == "\n" and not depth:
            starts.append(piece.end())
    found, number, before = list[tuple[int, str]](), 1, 0
    for start in starts:
        number += text.count("\n", before, start)
        end = text.find("\n", start)
        found.append((number, text[start:] if end < 0 else text[start:end]))
        before = start
    return found


def _bare(name: str) -> str:
    return name.replace('"', "").replace("'", "")


def line_of(text: str, path: str) -> int:
    """The line of a dotted path, or of the nearest table around it, or 1.

    The index of a list's item ([0]) says which of several [[tables]] it is, and is passed over elsewhere.
    """
    lines = lines_of_keys(text)
    parts = path.split(".")
    while parts:
        whole = ".".join(parts)
        line = lines.get(whole) or lines.get(re.sub(r"\[\d+\]$", "", whole)) or lines.get(re.sub(r"\[\d+\]", "", whole))
        if line:
            return line
        parts.pop()
    return 1
