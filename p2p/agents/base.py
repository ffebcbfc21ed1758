"""An agent and what it may look at: one interface for live, simulated and swept markets."""

from collections.abc import Iterator, Mapping
from functools import partial
from random import Random
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import msgspec

from p2p.base.units import Money, Price, Quantity, Role
from p2p.messages import Ask, Bid, Buy, Message, Sell

Action: TypeAlias = Bid | Ask | Buy | Sell | None
"""An agent's decision: one directive, or nothing now."""


Quoters: TypeAlias = Literal["both", "buyers", "sellers"]
"""The sides that may make quotes."""


class View(Protocol):
    """The market as an agent may see it: its own unit, the rules, and the part that its information set shows."""

    role: Role | None
    """`buyer` or `seller` in this period; None for a household that has nothing to trade."""
    price_min: Price
    """The lowest price that may be said, in the scenario's smallest unit of money."""
    price_max: Price
    """The highest price that may be said."""
    tick: Price
    """Prices are `price_min` and whole numbers of ticks above it."""
    collects: bool
    """Whether quotes are collected for a call: they need not improve, and there is nothing to take."""
    quotes: Quoters
    """The sides that may make quotes: if it is one side, the other can only take them."""

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
        """Value (or cost) of the unit at hand; None once all units of the period are traded."""

    @property
    def unit_charge(self) -> Money:
        """Taxes and commission on trading that unit; `unit_value` is after them already."""

    @property
    def step_left(self) -> Quantity:
        """How much is left at that value."""

    @property
    def time_left_share(self) -> float | None:
        """The share of the period that is left, from 1 to 0; None where it is not known."""

    def offers(self) -> Iterator[tuple[Price, Quantity]]:
        """The offers on the other side, best first, as far as they are shown: price and quantity.

        Reading only the first is cheap.
        """


class Agent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The base of all agents. Fields are parameters; `source` is where the rule comes from."""

    source: ClassVar[str] = ""
    may_lose: ClassVar[bool] = False
    """Whether the rule may trade beyond its value or cost by its definition."""
    learns: ClassVar[bool] = False
    """Whether `see` is to be told the facts of its feed: so it is with every rule that has a `see` of its own."""
    waits: ClassVar[bool] = False
    """Whether it only ever takes what others have quoted."""
    refuses: ClassVar[Mapping[str, str]] = {}
    """Capabilities of markets in which it does not play (p2p/scenario/capabilities.py), each with the reason."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "see" in vars(cls) and "learns" not in vars(cls):
            cls.learns = True

    def decide(self, view: View, rng: Random) -> Action:
        """The action to take now."""
        raise AssertionError(f"{type(self).__name__} has no rule of its own")

    def see(self, message: Message) -> None:
        """Take in a fact. Agents that do not learn pass it over."""

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy has what the agent has learned, too, not its parameters alone."""
        return partial(type(self), **msgspec.structs.asdict(self)), (), getattr(self, "__dict__", None)
