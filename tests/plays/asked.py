"""An agent asked in a situation, and chance that always draws the same."""

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from p2p.agents.base import Action, Agent
from p2p.agents.registry import make_agent, parse_agent_spec
from p2p.messages import Quote
from p2p.testing.situations import Situation


class Drawn(random.Random):
    """Chance that always draws the same."""

    def __init__(self, number: float) -> None:
        super().__init__(0)
        self.number = number

    def random(self) -> float:
        return self.number


def agent(word: str) -> Agent:
    return make_agent(*parse_agent_spec(word))


def decide(word: str, sight: Situation, seen: Iterable[Quote] = (), draw: float = 0.5) -> Action:
    one = agent(word)
    for quote in seen:
        one.see(quote)
    return one.decide(sight, Drawn(draw))


def seller(**changes: Any) -> Situation:
    return replace(Situation(role="seller"), **changes)
