"""Frames that are almost right: made from the schema of every message, then spoilt in their shape or in their bytes.

One generator for all: a seeded Random makes millions of them, hypothesis' own makes few and shrinks those that fail.
"""

import json
from random import Random
from typing import Any

import msgspec.inspect as schema

from p2p.messages import BY_DIRECTIVE
from p2p.protocol.codec import ClientFrame
from p2p.protocol.console_frames import Mirror, MirrorOpened, Roster
from p2p.protocol.frames import Fault, FeedRead, Login, Welcome

OTHERS: dict[str, Any] = {
    "login": Login,
    "feed": FeedRead,
    "welcome": Welcome,
    "error": Fault,
    "mirror": Mirror,
    "roster": Roster,
    "mirror_opened": MirrorOpened,
}
KINDS = {name: schema.type_info(kind) for name, kind in (BY_DIRECTIVE | OTHERS).items()}
SAID = schema.type_info(ClientFrame)
PIECES = (b"", b"\x00", b"\xff", b'"', b"{", b"}", b"null", b"1e999", b"-1", b"9" * 30, b"\\u0000", b"\\ud800", b"[[[")
"""What is put into the bytes of a frame that is spoilt there."""


def right(kind: schema.Type, rng: Random) -> Any:
    """Plain data that fits a type: its bounds and something between them, a field that may be absent or not."""
    match kind:
        case schema.IntType():
            low = -(2**53) if kind.ge is None else kind.ge
            high = 2**53 if kind.le is None else kind.le
            return rng.choice((low, high, rng.randint(low, high)))
        case schema.StrType():
            return "a" * rng.choice((1, min(24, kind.max_length or 24)))
        case schema.LiteralType():
            return rng.choice(kind.values)
        case schema.UnionType():
            return right(rng.choice(kind.types), rng)
        case schema.StructType(array_like=True):
            return [right(field.type, rng) for field in kind.fields]
        case schema.StructType():
            there = [field for field in kind.fields if field.required or rng.random() < 0.5]
            return {field.encode_name: right(field.type, rng) for field in there}
        case schema.DictType():
            return {right(kind.key_type, rng): right(kind.value_type, rng) for _ in range(rng.randrange(3))}
        case schema.VarTupleType() | schema.ListType():
            return [right(kind.item_type, rng) for _ in range(rng.randrange(3))]
        case schema.TupleType():
            return [right(item, rng) for item in kind.item_types]
        case schema.BoolType():
            return rng.random() < 0.5
        case schema.FloatType():
            return rng.uniform(-1e6, 1e6)
        case _:
            return None


def wrong(rng: Random) -> Any:
    """Something that fits hardly anywhere."""
    edges = (2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30, -1, 0, 1.5, -0.0, 1e308, float("nan"), float("inf"))
    others = (None, True, "", "1", "\x00", "é" * 9, "\ud800", [], {}, [[]], {"": {}}, [1, [2, [3]]], "x" * 300)
    return rng.choice(edges + others)


def whole(rng: Random) -> dict[str, Any]:
    """A frame that fits its schema."""
    name = rng.choice(list(KINDS))
    frame = right(SAID, rng) | {"directive": name, "payload": right(KINDS[name], rng)}
    if name == "feed":
        fact = rng.choice(list(BY_DIRECTIVE))
        payload = right(KINDS[fact], rng)
        frame["payload"]["facts"] = [{"directive": fact, "from": "session", "to": 1, "at": 1, "payload": payload}]
    return frame


def misshapen(frame: dict[str, Any], rng: Random) -> None:
    """Replace, drop or add a field, somewhere in it."""
    place = frame
    while rng.random() < 0.6:
        inner = [value for value in place.values() if isinstance(value, dict) and value]
        if not inner:
            break
        place = rng.choice(inner)
    key = rng.choice([*place, "trader", "from", "seat"])
    if rng.random() < 0.3:
        place.pop(key, None)
    else:
        place[key] = wrong(rng)


def spoilt(rng: Random, in_bytes: float = 0.5) -> bytes:
    """A frame spoilt once or several times; such a share of them in their bytes, the others in their shape."""
    frame = whole(rng)
    times = rng.choice((1, 1, 2, 5))
    if rng.random() >= in_bytes:
        for _ in range(times):
            misshapen(frame, rng)
        return json.dumps(frame).encode()
    data = bytearray(json.dumps(frame).encode())
    for _ in range(times):
        at = rng.randrange(len(data) + 1)
        piece = rng.choice(PIECES) if rng.random() < 0.5 else rng.randbytes(1)
        data[at : at + rng.choice((0, 1, 1, 8))] = piece
    return bytes(data)
