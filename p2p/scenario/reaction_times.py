"""Reaction times: how long a robot takes between two looks at the market, live and simulated by the same law.

A market in which robots answer in milliseconds is another treatment than one with human reaction times (Cartlidge &
Cliff 2012). So the law is the scenario's (`[robots] reaction`) or a robot's own. It is written

    none                as fast as the feed: every 20 ms, in which one frame of public facts leaves
    fixed:2             always 2 seconds
    uniform:1-3         between 1 and 3 seconds (uniform: from 0 to twice the scenario's mean)
    exponential:2       with a mean of 2 seconds (exponential: with the scenario's mean). The default
    lognormal:2-0.5     with a mean of 2 seconds, and 0.5 the standard deviation of its logarithm

The default is human-like in its mean, not in its law. Memoryless times equal the literature's uniform activation, in
which every trader is as likely as any other to be next. People's times are nearer to lognormal (Luce 1986, Response
Times). Seconds are the market's, which stand still in a pause; with `:wall` at the end they are the wall's. Simulated,
and wherever nobody pauses, both are the same.
"""

from dataclasses import dataclass
from math import isfinite, log
from random import Random

NONE_S = 0.02
"""One tick of the feed: a robot that looks more often sees nothing new."""
LEAST_S, MOST_S = 0.001, 86_400.0
"""From a millisecond, in which no order gets through a network, to a day."""
SIGMA = 0.5
"""Standard deviation of the logarithm where none is given: the middle half within a factor of 1.4 of the median."""
SIGMA_MAX = 3.0
"""The widest: above it half of all draws are below a hundredth of the mean, and a simulated period hardly ends."""
LAWS = ("none", "fixed", "uniform", "exponential", "lognormal")


class ReactionError(ValueError):
    """The words are no law of reaction times."""


@dataclass(frozen=True)
class Reaction:
    """A law of reaction times: `first` and `second` are its parameters in seconds, as the law has them."""

    law: str
    first: float
    second: float = 0.0
    wall: bool = False

    @property
    def mean_s(self) -> float:
        """Its mean."""
        return (self.first + self.second) / 2 if self.law == "uniform" else self.first

    def draw_s(self, rng: Random) -> float:
        """Seconds until the robot looks again. A law with nothing to draw draws nothing."""
        if self.law == "exponential":  # the default, drawn at every look of every robot
            return -log(1.0 - rng.random()) * self.first
        match self.law:
            case "uniform":
                return self.first + rng.random() * (self.second - self.first)
            case "lognormal":
                return rng.lognormvariate(log(self.first) - self.second**2 / 2, self.second)
            case _:
                return self.first


def parse_reaction(text: str, mean_s: float) -> Reaction:
    """The law that a text says, with the scenario's mean where it says none; raises ReactionError."""
    words = text.split(":")
    wall = len(words) > 1 and words[-1] == "wall"
    law, *rest = words[:-1] if wall else words
    if law not in LAWS or len(rest) > 1 or (law == "none" and rest):
        raise ReactionError(
            f"'{text}' is no reaction; write none, fixed:2, uniform:1-3, exponential:2, lognormal:2-0.5"
        )
    numbers = [_seconds(word, text) for word in rest[0].split("-")] if rest else []
    if law == "none":
        return Reaction(law, NONE_S, wall=wall)
    if law == "uniform":
        low, high = numbers if len(numbers) == 2 else (0.0, 2 * (numbers[0] if numbers else mean_s))
        if low > high:
            raise ReactionError(f"'{text}': the low end is above the high one")
        return _slow_enough(Reaction(law, low, high, wall), text)
    if len(numbers) > (2 if law == "lognormal" else 1):
        raise ReactionError(f"'{text}' has a number too many")
    first = numbers[0] if numbers else mean_s
    sigma = (numbers[1] if len(numbers) > 1 else SIGMA) if law == "lognormal" else 0.0
    if sigma > SIGMA_MAX:
        raise ReactionError(f"'{text}': a standard deviation of {sigma:g} is above {SIGMA_MAX:g}, the widest there is")
    return _slow_enough(Reaction(law, first, sigma, wall), text)


def _slow_enough(law: Reaction, text: str) -> Reaction:
    """The law, if time goes on between two looks: a mean of nothing is a period that never ends."""
    if not LEAST_S <= law.mean_s <= MOST_S:
        raise ReactionError(
            f"'{text}': a mean of {law.mean_s:g} s is not within {LEAST_S:g} and {MOST_S:g} s; "
            "none is as fast as the feed"
        )
    return law


def _seconds(word: str, text: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise ReactionError(f"'{word}' in '{text}' is no number of seconds") from None
    if not (isfinite(number) and 0 <= number <= MOST_S):
        raise ReactionError(f"'{word}' in '{text}' is not within 0 and {MOST_S:g} seconds")
    return number
