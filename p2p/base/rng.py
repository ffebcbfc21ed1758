"""Streams of random numbers: each purpose has its own, all of them from one session seed."""

from hashlib import blake2b
from random import Random


def derived(seed: int, *purpose: object) -> int:
    """A seed of 63 bits for one purpose, from which the session's own cannot be found."""
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def stream(seed: int, *purpose: object) -> Random:
    """A generator for one purpose: adding another purpose, or a seat, changes no other stream."""
    return Random(derived(seed, *purpose))
