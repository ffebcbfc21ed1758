"""Agents: decision rules, one file each. The same object trades live, in simulation and in the study's sweeps.

An agent is a struct whose fields are its parameters. `decide(view, rng)` says what it does now; an agent that learns
also has `see(message)`, which is told every fact of its feed. It draws from the generator it is given, from no other.
"""

from collections.abc import Iterator
from functools import partial
from math import ceil, floor
from random import Random
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import msgspec

from p2p.messages import Ask, Bid, Buy, Message, Sell
from p2p.units import Money, Price, Quantity, Role

Action: TypeAlias = Bid | Ask | Buy | Sell | None
"""What an agent does: one directive, or nothing now."""
Quoters: TypeAlias = Literal["both", "buyers", "sellers"]
"""Who may make quotes."""


class View(Protocol):
    """What an agent may look at: its own unit, the rules, and what its information set shows of the market."""

    role: Role | None
    price_min: Price
    price_max: Price
    tick: Price
    collects: bool
    """Whether quotes are collected for a call: they need not improve, and there is nothing to take."""
    quotes: Quoters
    """Who may make quotes: where it is one side, the other can only take them."""

    @property
    def quoted(self) -> bool:
        """Whether an order of one's own rests."""

    @property
    def bid(self) -> Price | None:
        """The standing bid."""

    @property
    def ask(self) -> Price | None:
        """The standing ask."""

    @property
    def bid_mine(self) -> bool:
        """Whether the standing bid is one's own."""

    @property
    def ask_mine(self) -> bool:
        """Whether the standing ask is one's own."""

    @property
    def unit_value(self) -> Money | None:
        """Value (or cost) of the unit at hand."""

    @property
    def step_left(self) -> Quantity:
        """How much is left at that value."""

    @property
    def time_left_share(self) -> float | None:
        """Which share of the period is left, from 1 to 0; None where it is not known."""

    def offers(self) -> Iterator[tuple[Price, Quantity]]:
        """The offers on the other side, best first, as far as they are shown: one pays for what one reads."""


class Agent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What all agents have. Fields are parameters; `source` is where the rule comes from."""

    source: ClassVar[str] = ""
    may_lose: ClassVar[bool] = False
    """Whether the rule may trade beyond its value or cost by its definition."""
    learns: ClassVar[bool] = False
    """Whether `see` is to be told the facts of its feed: so it is with every rule that has a `see` of its own."""
    waits: ClassVar[bool] = False
    """Whether it only ever takes what others have quoted."""
    refuses: ClassVar[dict[str, str]] = {}
    """Institutions that it does not play in, each with the reason."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "see" in vars(cls) and "learns" not in vars(cls):
            cls.learns = True

    def decide(self, view: View, rng: Random) -> Action:
        """What to do now."""
        raise AssertionError(f"{type(self).__name__} has no rule of its own")

    def see(self, message: Message) -> None:
        """Take in a fact. Agents that do not learn pass it over."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy has what the agent has learned, too, not its parameters alone."""
        return partial(type(self), **msgspec.structs.asdict(self)), (), getattr(self, "__dict__", None)


def quote(role: Role, price: Price) -> Bid | Ask:
    """A bid of a buyer, an ask of a seller."""
    return Bid(price) if role == "buyer" else Ask(price)


def only_takes(view: View) -> bool:
    """Whether the trader's side may make no quotes here, and can only take those of the other."""
    return view.quotes != "both" and view.quotes != f"{view.role}s"


def improves(view: View, price: Price) -> bool:
    """Whether a quote at a price would become the standing one, or trade; in a call, whether it would be the first."""
    if view.collects:
        return not view.quoted
    if view.role == "buyer":
        bid = view.bid
        return bid is None or price > bid
    ask = view.ask
    return ask is None or price < ask


def on_tick(view: View, price: Price) -> Price:
    """The nearest price that may be said, never on the losing side: a buyer's rounds down, a seller's up."""
    steps, rest = divmod(price - view.price_min, view.tick)
    if rest and view.role == "seller":
        steps += 1
    return min(max(view.price_min + steps * view.tick, view.price_min), view.price_max)


def offer(view: View, price: float) -> Action:
    """A quote at a wished price: on a tick, within the limits, never at a loss; None where it would be lost."""
    value, role = view.unit_value, view.role
    assert value is not None, "there is a unit to quote for"
    assert role is not None, "there is a side to quote on"
    if role == "buyer":
        said = on_tick(view, floor(min(price, value)))
        return Bid(said) if said <= value and improves(view, said) else None
    said = on_tick(view, ceil(max(price, value)))
    return Ask(said) if said >= value and improves(view, said) else None


def taken(view: View) -> Action:
    """What stands on the other side, taken where that gains; None where it does not, or is one's own."""
    value, bid, ask = view.unit_value, view.bid, view.ask
    assert value is not None, "there is a unit to trade"
    if view.role == "buyer":
        return Buy(ask) if ask is not None and ask < value and not view.ask_mine else None
    return Sell(bid) if bid is not None and bid > value and not view.bid_mine else None


def swept(view: View, among: int | None = None) -> Price | None:
    """The price to take at to have all that gains and is needed, of the first so many offers; None: nothing."""
    value, last, wanted = view.unit_value, None, view.step_left
    for n, (price, quantity) in enumerate(view.offers()):
        loses = value is None or (price >= value if view.role == "buyer" else price <= value)
        if loses or wanted <= 0 or (among is not None and n >= among):
            break
        last, wanted = price, wanted - quantity
    return last
