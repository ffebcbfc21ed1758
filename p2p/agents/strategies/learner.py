"""Learner: an epsilon-greedy bandit over profit margins. It tries margins and keeps to the one that has paid best.

Source: Sutton & Barto (2018), Reinforcement Learning, ch. 2.2 to 2.5 (epsilon-greedy action values, constant step,
optimistic first values). An action is one of `margins` shares, equally far apart, of the distance from the value to the
trader's best limit of the price range. It is kept for one unit. Its reward is what that unit gained as a share of that
distance, 0 if the round ended without a trade.
"""

from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import offer
from p2p.base.units import Money, Role
from p2p.messages import Contract, EndRound, Message

Share = Annotated[float, Meta(ge=0, le=1)]


class Learner(Agent, kw_only=True, dict=True):
    """Learns by trying which margin pays."""

    source: ClassVar = "Sutton & Barto (2018), Reinforcement Learning, ch. 2"
    learns: ClassVar = True

    epsilon: Share = 0.1
    step: Share = 0.2
    margins: Annotated[int, Meta(ge=2, le=100)] = 10
    first: Share = 0.5

    def __post_init__(self) -> None:
        """All margins promise the same."""
        self.worth = [self.first] * self.margins
        self.arm: int | None = None
        self.tried: tuple[Role, Money, int] | None = None

    def see(self, message: Message) -> None:
        """A unit is traded, or the round is over: the margin that was tried gets its reward."""
        match message:
            case Contract(price=price, mine=mine) if mine and self.tried is not None:
                role, value, room = self.tried
                gain = value - price if role == "buyer" else price - value
                self._reward(gain / room if room else 0.0)
            case EndRound():
                self._reward(0.0)
            case _:
                pass

    def _reward(self, reward: float) -> None:
        if self.arm is not None:
            self.worth[self.arm] += self.step * (reward - self.worth[self.arm])
        self.arm, self.tried = None, None

    def decide(self, view: View, rng: Random) -> Action:
        """Quote the value less the margin that is being tried."""
        value, role = view.unit_value, view.role
        if value is None or role is None:
            return None
        if self.arm is None:
            explores = rng.random() < self.epsilon
            most = max(self.worth)
            best = [arm for arm, worth in enumerate(self.worth) if worth == most]
            self.arm = int(rng.random() * self.margins) if explores else best[int(rng.random() * len(best))]
        room = max(0, value - view.price_min if role == "buyer" else view.price_max - value)
        self.tried = (role, value, room)
        margin = room * self.arm / self.margins
        return offer(view, value - margin if role == "buyer" else value + margin)
