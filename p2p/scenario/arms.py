"""Treatment arms: seats of each market that are shown different things, or markets with different rules."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from p2p.base.units import SEATS_MAX
from p2p.scenario.capabilities import InstitutionName
from p2p.scenario.charges import Charges
from p2p.scenario.overrides import InformationSet, TermsChange
from p2p.scenario.robots import RobotRules
from p2p.scenario.terms import CallTerms, PostingTerms

ARMS_MAX = 20
"""Arms of a session: a 2×2×5 design."""


class Arm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[arms]]: a treatment arm, drawn by seed: so many seats of each market, or so many markets of the session."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    """Its name in tables."""
    seats: Annotated[int, Meta(ge=1, le=SEATS_MAX)] | None = None
    """How many seats of each market it has; all arms together have them all. For the unit `seat`."""
    information: InformationSet | None = None
    """The information set of its seats, in the place of the session's `information`."""
    unit: Literal["seat", "market"] = "seat"
    """The unit that is drawn for it: seats within each market, or whole markets. All arms have the same."""
    markets: Annotated[int, Meta(ge=1, le=SEATS_MAX)] | None = None
    """How many markets it has; all arms together have them all. For the unit `market`; without it, equal shares."""
    institution: InstitutionName | None = None
    """The institution of these markets, in the place of `institution.name`."""
    terms: TermsChange | None = None
    """Terms of trade that differ in these markets; the others are as in [institution.terms]."""
    call: CallTerms | None = None
    """How a call is held in these markets."""
    posting: PostingTerms | None = None
    """How long sellers post in these markets."""
    charges: Charges | None = None
    """Commission, taxes and subsidies of these markets, in the place of [charges]."""
    robots: RobotRules | None = None
    """How fast robots are in these markets, in the place of [robots]."""


_OF_MARKETS = ("markets", "institution", "terms", "call", "posting", "charges", "robots")
"""Keys that seats of one market cannot have different from one another."""


def shares(arms: tuple[Arm, ...], markets: int, block: int) -> dict[str, int] | None:
    """How many markets of each block an arm has; None where that is no whole number."""
    each = {arm.name: markets // len(arms) if arm.markets is None else arm.markets for arm in arms}
    if sum(each.values()) != markets or markets % block or any(many * block % markets for many in each.values()):
        return None
    return {name: many * block // markets for name, many in each.items()}


def arms_wrong(arms: tuple[Arm, ...], traders: int, markets: int, block: int | None) -> Iterator[tuple[str, str]]:
    """Arms that are nested, that do not add up, or that say what theirs cannot differ in."""
    if block is not None and not any(arm.unit == "market" for arm in arms):
        yield "block", "is for arms of markets: give [[arms]] the unit 'market'"
    names = [arm.name for arm in arms]
    yield from ((f"arms[{k}].name", f"'{name}' is there twice") for k, name in enumerate(names) if name in names[:k])
    for k, arm in enumerate(arms):
        if arm.unit != arms[0].unit:
            yield f"arms[{k}].unit", f"is '{arm.unit}', and that of the first arm '{arms[0].unit}': arms are not nested"
            return
        yield from ((f"arms[{k}].{key}", why) for key, why in _keys_wrong(arm))
    if not arms:
        return
    if arms[0].unit == "market":
        yield from _markets_wrong(arms, markets, block)
    elif all(arm.seats for arm in arms) and sum(arm.seats or 0 for arm in arms) != traders:
        yield "arms", f"the seats of the arms do not add up to the market's {traders}"


def _keys_wrong(arm: Arm) -> Iterator[tuple[str, str]]:
    if arm.unit == "market":
        if arm.seats is not None:
            yield "seats", "is for arms of seats; this one's unit is 'market': say markets"
        return
    if arm.seats is None:
        yield "seats", "is missing: how many seats of each market the arm has"
    if arm.information is None:
        yield "information", "is missing: arms of seats differ in nothing else"
    for key in _OF_MARKETS:
        if getattr(arm, key) is not None:
            yield key, "is for arms of markets: traders of one market have the same; give all arms unit = 'market'"


def _markets_wrong(arms: tuple[Arm, ...], markets: int, block: int | None) -> Iterator[tuple[str, str]]:
    said = [arm.markets for arm in arms if arm.markets is not None]
    if 0 < len(said) < len(arms):
        yield "arms", "say how many markets they have either all or none (then in equal shares)"
    elif said and sum(said) != markets:
        yield "arms", f"have {sum(said)} markets together, and the session has {markets}"
    elif markets % len(arms) and not said:
        yield "markets", f"{markets} cannot be shared equally by {len(arms)} arms"
    elif block is not None and block > markets:
        yield "block", f"is more than the {markets} markets"
    elif block is not None and shares(arms, markets, block) is None:
        yield "block", f"of {block} cannot hold each arm in its share of the {markets} markets"
