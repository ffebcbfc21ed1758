"""What an agent is shown in tests, and chance that always draws the same."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from p2p.agents.base import Action, Agent, Quoters
from p2p.agents.registry import make_agent, parse_agent_spec
from p2p.base.units import Role
from p2p.messages import Quote


@dataclass(frozen=True)
class Sight:
    """What an agent sees."""

    role: Role | None = "buyer"
    unit_value: int | None = 100
    bid: int | None = None
    ask: int | None = None
    bid_mine: bool = False
    ask_mine: bool = False
    price_min: int = 0
    price_max: int = 200
    tick: int = 1
    collects: bool = False
    quotes: Quoters = "both"
    quoted: bool = False
    step_left: int = 1
    time_left_share: float | None = None
    shown: tuple[tuple[int, int], ...] = ()

    def offers(self) -> Iterator[tuple[int, int]]:
        """The book opposite, or the one quote that stands there."""
        best = self.ask if self.role == "buyer" else self.bid
        return iter(self.shown or (((best, 1),) if best is not None else ()))


class Drawn(random.Random):
    """Chance that always draws the same."""

    def __init__(self, number: float) -> None:
        super().__init__(0)
        self.number = number

    def random(self) -> float:
        return self.number


def agent(word: str) -> Agent:
    return make_agent(*parse_agent_spec(word))


def decide(word: str, sight: Sight, seen: Iterable[Quote] = (), draw: float = 0.5) -> Action:
    one = agent(word)
    for quote in seen:
        one.see(quote)
    return one.decide(sight, Drawn(draw))


def seller(**changes: Any) -> Sight:
    return replace(Sight(role="seller"), **changes)
