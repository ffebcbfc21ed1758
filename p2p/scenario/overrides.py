"""Treatments by period: rules that change from a period on, and the rules that are in force in a period."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from p2p.base.units import PRICE_MAX, SEATS_MAX, SECOND, UNITS_MAX, Duration
from p2p.scenario.charges import Charges
from p2p.scenario.terms import ContractPrice, OrderLife, Terms, WirePriceLimit

OVERRIDES_MAX = 100
"""Tables [[overrides]] of a scenario: one for each period of a long session."""

InformationSet: TypeAlias = Literal["none", "own_side", "other_side", "ticker", "quotes", "book"]
"""The part of the market that is shown, least with `none`, most with `book`: see p2p/information/projection.py."""
SIDED: frozenset[InformationSet] = frozenset({"own_side", "other_side"})
"""The sets of which a seat is shown one side of the market alone."""
POOR: frozenset[InformationSet] = SIDED | {"none"}
"""The sets that are poorer than the best quotes: with one of them in a market, its public is shown nothing of it."""
SEES_CONTRACTS: frozenset[InformationSet] = frozenset({"ticker", "book"})
"""The sets that show contracts of others."""
SEES_ORDERS: frozenset[InformationSet] = SIDED | {"book"}
"""The sets that show orders of others, where there is a book."""
Identities: TypeAlias = Literal["hidden", "alias", "per_period"]
_Amount = Annotated[int, Meta(ge=0, le=PRICE_MAX)]
_Units = Annotated[tuple[_Amount, ...], Meta(max_length=UNITS_MAX)]
Schedules = Annotated[tuple[_Units, ...], Meta(min_length=1, max_length=SEATS_MAX)]
"""For each trader of a side their unit values or costs; a trader whose list is empty does not trade."""
PriceControl: TypeAlias = WirePriceLimit | Literal["none"]
"""A price, or "none" where the control of an earlier period ends."""


class TermsChange(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """[overrides.terms]: terms of trade that change; those that are not named stay as they are."""

    price_ceiling: PriceControl | None = None
    """A price control from now on: nobody may trade or quote above it; "none" ends it."""
    price_floor: PriceControl | None = None
    """A price control from now on: nobody may trade or quote below it; "none" ends it."""
    quotes: Literal["both", "buyers", "sellers"] | None = None
    """The sides that may make quotes from now on."""
    units: Literal["one", "many"] | None = None
    """One unit an order at the most, or many, from now on."""
    improvement: bool | None = None
    """Whether a quote must improve on the standing one from now on."""
    self_trade: Literal["refuse", "cancel_resting"] | None = None
    """The treatment of an order that meets one of the same trader from now on."""
    order_life_s: OrderLife | Literal["none"] | None = None
    """Seconds for which an open order lives from now on; "none": until its period ends."""
    replace_own: bool | None = None
    """Whether a trader's new quote takes the place of their older one from now on."""
    contract_price: ContractPrice | None = None
    """The price of a contract from now on."""

    def changed(self, terms: Terms) -> Terms:
        """The terms with these changes."""
        named = {key: value for key in self.__struct_fields__ if (value := getattr(self, key)) is not None}
        return msgspec.structs.replace(terms, **{key: None if new == "none" else new for key, new in named.items()})


NOT_RULES = ("from_period", "arm", "terms")
"""Keys of an override that are no rule themselves."""


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[overrides]]: rules that change from a period on. Of several that name one key, the latest period's holds."""

    from_period: Annotated[int, Meta(ge=2, le=1_000)]
    """The first period that it holds for, and all after it until the key is named again."""
    arm: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    """The arm of markets that it holds for; without it, all markets."""
    charges: Charges | None = None
    """Commission, taxes and subsidies from now on, in the place of all that were."""
    terms: TermsChange | None = None
    """Terms of trade that change, price controls among them."""
    information: InformationSet | None = None
    """The information shown to seats from now on."""
    identities: Identities | None = None
    """The identity shown with an order from now on."""
    period_s: Annotated[float, Meta(ge=0.001, le=86_400)] | None = None
    """Seconds of a period from now on."""
    break_s: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    """Seconds of the break before this period, and before those after it."""
    buyers: Schedules | None = None
    """For each buyer the value of each unit from now on; an empty list: they do not trade."""
    sellers: Schedules | None = None
    """For each seller the cost of each unit from now on; an empty list: they do not trade."""

    def named(self) -> list[str]:
        """The keys that it changes, each as it stands in the file."""
        keys = [key for key in self.__struct_fields__ if key not in NOT_RULES and self._has(key)]
        terms = self.terms
        below = [] if terms is None else [k for k in terms.__struct_fields__ if getattr(terms, k) is not None]
        return keys + [f"terms.{key}" for key in below]

    @property
    def tells(self) -> bool:
        """Whether it changes a rule that all are told; each trader's schedule is told to them alone."""
        return any(key not in ("buyers", "sellers") for key in self.named())

    def _has(self, key: str) -> bool:
        return getattr(self, key) is not None


class Controls(msgspec.Struct, frozen=True):
    """The rules in force in a period. `buyers` and `sellers` are None where the environment's own schedules hold."""

    charges: Charges
    terms: Terms
    information: InformationSet
    identities: Identities
    period_s: float
    break_s: float
    buyers: tuple[tuple[int, ...], ...] | None = None
    sellers: tuple[tuple[int, ...], ...] | None = None

    @property
    def period_us(self) -> Duration:
        """Length of the period."""
        return round(self.period_s * SECOND)

    @property
    def break_us(self) -> Duration:
        """Pause before the period, if another one was before it."""
        return round(self.break_s * SECOND)

    def overridden(self, override: Override) -> "Controls":
        """The rules with an override's changes."""
        changes = {
            key: value
            for key in Controls.__struct_fields__
            if key != "terms" and (value := getattr(override, key)) is not None
        }
        if override.terms is not None:
            changes["terms"] = override.terms.changed(self.terms)
        return msgspec.structs.replace(self, **changes)
