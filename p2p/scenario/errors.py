"""The fault in a scenario's text, in one line: file, line, key, and a right value.

msgspec words its errors for programmers; here they become the reader's: the valid keys, the nearest one.
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches

import msgspec


class ScenarioError(Exception):
    """The scenario is wrong; the text names key and line, and says how to mend it."""


Tables = Mapping[str, type[msgspec.Struct]]
"""By dotted name the struct that each table of a scenario is; with an index where tables of one list differ."""

_UNKNOWN, _MISSING, _ENUM = "Object contains unknown field `", "Object missing required field `", "Invalid enum value "
SHOWN_MAX = 12
"""Keys that are listed when one is unknown: more are a page, and there is one (docs/scenarios.md)."""


def explained(place: Callable[[str], str], error: str, tables: Tables) -> str:
    """A validation error of a scenario with its key, and in front the key's place: file and line."""
    what, _, path = error.partition(" - at `$")
    key = path.rstrip("`").lstrip(".")
    if what.startswith(_MISSING):
        return f"{place(key)}: {_inside(key, what.removeprefix(_MISSING))}: this key is missing"
    if what.startswith(_UNKNOWN):
        field = what.removeprefix(_UNKNOWN).rstrip("`")
        full = _inside(key, field)
        return f"{place(full)}: {full}: there is no such key; {_hint(field, _fields(key, tables))}"
    if what.startswith(_ENUM):
        table, _, field = key.rpartition(".")
        given = what.removeprefix(_ENUM).strip("'")
        what = f"there is no '{given}'; {_hint(given, _values(table, field, tables))}"
    return f"{place(key)}: {key}: {what[0].lower()}{what[1:]}"


def _inside(table: str, field: str) -> str:
    return f"{table}.{field.rstrip('`')}" if table else field.rstrip("`")


def _hint(given: str, known: tuple[str, ...]) -> str:
    """The nearest word, or all of them where they are few enough to read."""
    near = get_close_matches(given, known, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"there are {', '.join(known)}" if len(known) <= SHOWN_MAX else "docs/scenarios.md has them all"


def _struct(table: str, tables: Tables) -> type[msgspec.Struct]:
    own = table if table in tables else re.sub(r"\[\d+\]$", "", table)
    return tables[own if own in tables else re.sub(r"\[\d+\]", "", table)]


def _fields(table: str, tables: Tables) -> tuple[str, ...]:
    return _struct(table, tables).__struct_fields__


def _values(table: str, field: str, tables: Tables) -> tuple[str, ...]:
    """The words a key may have."""
    kinds = {one.name: one.type for one in msgspec.structs.fields(_struct(table, tables))}
    found = msgspec.inspect.type_info(kinds[field])
    options = found.types if isinstance(found, msgspec.inspect.UnionType) else (found,)
    literals = [one for one in options if isinstance(one, msgspec.inspect.LiteralType)]
    return tuple(str(value) for one in literals for value in one.values)
