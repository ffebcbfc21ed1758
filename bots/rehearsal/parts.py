"""The parts that a rehearsal gives to its people: most of them behave, some come late, leave, err or decline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from p2p.base.rng import stream
from p2p.scenario.stages import Consent, Questions, Stage

Kind = Literal["plain", "errs", "stuck", "declines", "late", "leaves"]
"""`errs`: a wrong answer first; `stuck`: wrong to the last try at one question; `leaves`: and comes back."""
ERR_SHARE, LEAVE_SHARE, LATE_SHARE = 4, 10, 20
"""One person in so many errs, leaves for a while, comes late: more than in a usual class."""
KINDS_FROM = 4
"""People from which on parts are given: fewer are all plain, or nobody would trade."""


@dataclass(frozen=True)
class Part:
    """One person of a rehearsal: their number, from 0, and the part that they play."""

    number: int
    kind: Kind = "plain"


def parts(people: int, stages: Sequence[Stage], seed: int) -> list[Part]:
    """The parts of so many people, drawn by seed; those that the stages have no place for are left out."""
    kinds: list[Kind] = []
    if people >= KINDS_FROM:
        kinds += ["leaves"] * max(1, people // LEAVE_SHARE)
        if stages:
            kinds += ["late"] * max(1, people // LATE_SHARE)
        if any(isinstance(one, Consent) for one in stages):
            kinds.append("declines")
        if any(isinstance(one, Questions) for one in stages):
            kinds += ["stuck"]
            kinds += ["errs"] * max(1, people // ERR_SHARE)
    kinds = kinds[: people - 1]
    kinds += ["plain"] * (people - len(kinds))
    stream(seed, "rehearsal", "parts").shuffle(kinds)
    return [Part(number, kind) for number, kind in enumerate(kinds)]
