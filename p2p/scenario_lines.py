"""On which line of a TOML text a key stands, for error messages: the parser of the standard library does not say."""

import re

_TABLE = re.compile(r"\s*\[\[?\s*([\w.\"-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w.\"-]+)\s*=")


def lines_of_keys(text: str) -> dict[str, int]:
    """Line, from 1, of each table and key, by dotted name. The first of several wins."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(line):
            table = match[1].replace('"', "")
            lines.setdefault(table, number)
        elif match := _KEY.match(line):
            key = match[1].replace('"', "")
            lines.setdefault(f"{table}.{key}" if table else key, number)
    return lines


def line_of(text: str, path: str) -> int:
    """The line of a dotted path, or of the nearest table around it, or 1. Indexes ([0]) are passed over."""
    lines = lines_of_keys(text)
    parts = re.sub(r"\[\d+\]", "", path).split(".")
    while parts:
        if line := lines.get(".".join(parts)):
            return line
        parts.pop()
    return 1
