"""An agent's parameters, in words: the values they may have, and the fault of those that were given."""

import difflib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from p2p.agents.base import Agent


def said_range(kind: Any) -> str:
    """The values that a parameter of a type may have."""
    shape = _shape(kind)
    if "enum" in shape:
        *most, last = (str(choice) for choice in shape["enum"])
        return f"{', '.join(most)} or {last}" if most else last
    what = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
    low, high = shape.get("minimum"), shape.get("maximum")
    ends = ("" if low is None else f" from {low:g}") + ("" if high is None else f" to {high:g}")
    return what.get(str(shape.get("type")), str(getattr(kind, "__name__", kind))) + ends


def _shape(kind: Any) -> dict[str, Any]:
    """The JSON schema of a type; of one that no text can give, as one of somebody's own agent may have, nothing."""
    try:
        return msgspec.json.schema(kind)
    except TypeError:
        return {}


def said_default(field: msgspec.structs.FieldInfo) -> str:
    """A parameter's default, in words."""
    if field.default is not msgspec.NODEFAULT:
        return str(field.default)
    return "to be given" if field.default_factory is msgspec.NODEFAULT else str(field.default_factory())


KINDS_KEPT = 64
"""Agent classes whose fields a process remembers: more than ever play in one session."""


@lru_cache(maxsize=KINDS_KEPT)
def parameters_of(kind: type[Agent]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """An agent's fields, less those that it keeps for itself: their names begin with an underscore."""
    return tuple(field for field in msgspec.structs.fields(kind) if not field.name.startswith("_"))


def wrong_parameter(kind: type[Agent], parameters: Mapping[str, str]) -> str | None:
    """The fault of the first wrong or missing parameter; None where each by itself is right."""
    fields = {field.name: field for field in parameters_of(kind)}
    for name, text in parameters.items():
        field = fields.get(name)
        if field is None:
            return f"there is no parameter '{name}'; {_nearest(name, list(fields)) or _those(list(fields))}"
        try:
            msgspec.convert(text, field.type, strict=False)
        except msgspec.ValidationError:
            hint = _nearest(text, [str(one) for one in _shape(field.type).get("enum", ())])
            return f"{name} is '{text}', it must be {_article(said_range(field.type))}{f'; {hint}' if hint else ''}"
    missing = [name for name, field in fields.items() if field.required and name not in parameters]
    if missing:
        return f"{missing[0]} is to be given: {_article(said_range(fields[missing[0]].type))}"
    return None


def _article(what: str) -> str:
    return f"a {what}" if what.startswith(("whole", "number")) else what


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def _those(names: list[str]) -> str:
    return f"it has {', '.join(names)}" if names else "it has none"
