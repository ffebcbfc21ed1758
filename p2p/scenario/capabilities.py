"""Capabilities of institutions and environments, as far as others must know them; code asks for these, never for names.

A scenario's check, its public rules, projection, agents, terminal and server ask these questions. They ask for no name:
an institution that is new here answers them in the same way.
"""

from typing import Literal, TypeAlias, get_args

import msgspec


class Capabilities(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of a market: those of its institution, and of its environment whether energy is traded."""

    has_book: bool = False
    """Orders rest behind the best quotes; the information set `book` shows them."""
    collects: bool = False
    """Orders are collected and cleared in calls: quotes need not improve, and nothing can be taken."""
    resets_on_contract: bool = False
    """A contract clears the quotes of both sides."""
    many_units: bool = False
    """An order may be for several units at once."""
    withdraws: bool = False
    """An open order can be cancelled and replaced."""
    matches: bool = False
    """An order trades at once with those that it meets, and rests with the remainder. It may live for seconds, take the
    place of an older one, and trade at a price between the two."""
    posts: bool = False
    """Sellers post one offer each, hidden until posting ends; then buyers take. Nobody bids."""
    trades_energy: bool = False
    """Trade is in energy, in Wh, measured and settled, and not in units of a schedule."""


ASKED: tuple[str, ...] = Capabilities.__struct_fields__
"""The names of all capabilities; an agent may refuse any of them."""

InstitutionName: TypeAlias = Literal["standing", "continuous", "call", "posted-offer"]
"""The word `name` in the table [institution]."""

INSTITUTIONS: dict[InstitutionName, Capabilities] = {
    "standing": Capabilities(resets_on_contract=True),
    "continuous": Capabilities(has_book=True, many_units=True, withdraws=True, matches=True),
    "call": Capabilities(has_book=True, collects=True, many_units=True, withdraws=True),
    "posted-offer": Capabilities(has_book=True, many_units=True, posts=True),
}
"""The capabilities of each institution; p2p/institutions/registry.py has their classes."""
INSTITUTION_NAMES: tuple[str, ...] = get_args(InstitutionName)
