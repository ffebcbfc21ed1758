"""docs/scenarios.md, written from the structs that a scenario is read into, so that the page is true.

The meaning of a key is a text below it in its struct; so it is read from the source.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import msgspec

from p2p.base.field_types import type_words
from p2p.scenario.schema import ENVIRONMENTS, Scenario
from p2p.scenario.stages import StageTable
from p2p.sim.docs.scenarios_introduction import INTRODUCTION

TABLE = re.compile(r"^\[+[\w.]+\]+(?: of (?:name|kind) `\w+`)?[:.] ")
"""How the text of a struct begins that says which table it is: the heading says it already."""
PLURAL = re.compile(r"^(list|integer|number|text)\b")
"""Tables that may come several times, in a list."""
NEEDED = "*needed*"
"""In the place of a default where the key must be there."""


def page() -> str:
    """The whole page; tables of one kind are described together."""
    places: dict[type[msgspec.Struct], list[str]] = {}
    for path, kind in tables():
        places.setdefault(kind, []).append(f"`{path}`" if path else "At the top of the file")
    parts = [INTRODUCTION]
    for kind, paths in places.items():
        heading = ", ".join(paths) + _tagged(kind)
        parts.append(f"## {heading}\n{_about(kind)}\n\n{_keys(kind)}")
    return "\n".join(parts)


def _tagged(kind: type[msgspec.Struct]) -> str:
    """What tells the tables [environment] from one another."""
    config = kind.__struct_config__
    return "" if config.tag is None else f" of {config.tag_field} `{config.tag}`"


def tables() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """Each table of a scenario, as it is written in a file, and its struct; a struct at several places at each."""
    yield from _below("", Scenario)


def _below(path: str, kind: type[msgspec.Struct]) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    yield path, kind
    for field in _fields(kind):
        for inner, listed in _structs(field.type):
            name = ".".join(part for part in (path.strip("[]"), field.encode_name) if part)
            yield from _below(f"[[{name}]]" if listed else f"[{name}]", inner)


def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.inspect.Field, ...]:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return info.fields


def _structs(kind: Any) -> list[tuple[type[msgspec.Struct], bool]]:
    """The structs that may stand in a field, and whether there may be several."""
    match kind:
        case msgspec.inspect.StructType(cls=cls):
            return [(cls, False)]
        case msgspec.inspect.UnionType(types=types):
            return [one for each in types for one in _structs(each)]
        case msgspec.inspect.VarTupleType(item_type=inner):
            return [(one, True) for one, _ in _structs(inner)]
        case _:
            return []


def _about(kind: type[msgspec.Struct]) -> str:
    said = TABLE.sub("", _said(kind.__doc__))
    return said[0].upper() + said[1:]


def _keys(kind: type[msgspec.Struct]) -> str:
    said = meanings(kind)
    rows = [(f.encode_name, _type(f.type), _default(f), said.get(f.name, "")) for f in _fields(kind)]
    config = kind.__struct_config__
    if config.tag is not None:
        default = f'`"{config.tag}"`' if config.tag == next(iter(ENVIRONMENTS)) else NEEDED
        what = "stage" if issubclass(kind, StageTable) else "environment"
        rows.insert(0, (str(config.tag_field), f"`{config.tag}`", default, f"Which {what} it is."))
    lines = [f"| `{key}` | {what} | {default} | {means} |" for key, what, default, means in rows]
    return "\n".join(["| key | may be | default | meaning |", "|---|---|---|---|", *lines]) + "\n"


def meanings(kind: type[msgspec.Struct]) -> dict[str, str]:
    """The meaning of each key of a struct: the text below it, or in the struct that it builds on."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    said = meanings(StageTable) if issubclass(kind, StageTable) and kind is not StageTable else {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as words)):
                said[name] = _said(words)
            case _:
                pass
    return said


def _type(kind: Any) -> str:
    """What may stand there; a table of its own is described in its place."""
    structs = _structs(kind)
    if structs:
        return "tables" if structs[0][1] else "table"
    if isinstance(kind, msgspec.inspect.UnionType):
        kinds = [one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType)]
        return " or ".join(_type(one) for one in kinds)
    if isinstance(kind, msgspec.inspect.VarTupleType):
        inner = _type(kind.item_type)
        return "list of " + PLURAL.sub(r"\1s", inner)
    return re.sub(r"\d{5,}", lambda digits: f"{int(digits[0]):,}", type_words(kind))


def _default(field: msgspec.inspect.Field) -> str:
    """As it would be written."""
    if field.required:
        return NEEDED
    value = field.default
    if isinstance(value, msgspec.Struct):
        return "as below"
    if value is None or value == () or value is msgspec.NODEFAULT:
        return "–"
    return f"`{json.dumps(value)}`"


def _said(text: str | None) -> str:
    return " ".join((text or "").split())
