"""The values that a field of a struct may have, in words, for the pages that are written from the code."""

from typing import Any

import msgspec

_INSPECT = msgspec.inspect


def type_words(kind: Any) -> str:
    """A type as msgspec has looked at it, with its bounds, in words."""
    match kind:
        case _INSPECT.IntType(ge=ge, le=le):
            return "integer" + (f", {ge} to {le}" if ge is not None and le is not None else "")
        case _INSPECT.FloatType(gt=gt, ge=ge, le=le):
            return "number" + _range(gt, ge, le)
        case _INSPECT.StrType(max_length=most):
            return "text" + (f", at most {most} characters" if most else "")
        case _INSPECT.BoolType():
            return "true or false"
        case _INSPECT.NoneType():
            return "null"
        case _INSPECT.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case _INSPECT.UnionType(types=types):
            return " or ".join(type_words(one) for one in types)
        case _INSPECT.VarTupleType(item_type=item) | _INSPECT.ListType(item_type=item):
            return f"list of {type_words(item)}"
        case _INSPECT.TupleType(item_types=items):
            return "[" + ", ".join(type_words(item) for item in items) + "]"
        case _INSPECT.DictType(key_type=key, value_type=value):
            return f"object: {type_words(key)} → {type_words(value)}"
        case _INSPECT.StructType(cls=cls):
            return str(getattr(cls, "in_words", cls.__name__))
        case _INSPECT.RawType():
            return "object"
        case _:
            return type(kind).__name__.removesuffix("Type").lower()


def _range(gt: float | None, ge: float | None, le: float | None) -> str:
    if le is None:
        return ""
    if ge is not None:
        return f", {_plain(ge)} to {_plain(le)}"
    return "" if gt is None else f" above {_plain(gt)}, at most {_plain(le)}"


def _plain(number: float) -> str:
    """A bound without an exponent."""
    return f"{number:.15g}"
