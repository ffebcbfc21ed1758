"""How fast robots are: a table of a scenario, and of a treatment arm."""

from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0.001, le=86_400)]
"""From a millisecond, in which no order gets through a network, to a day."""


class RobotRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[robots]: how fast they are: times between looks at the market, by a law and this mean."""

    reaction_mean_s: Seconds = 1.0
    """How long a robot takes on average between two looks at the market."""
    reaction: Annotated[str, Meta(max_length=60)] = "exponential"
    """By which law: `none`, `fixed:2`, `uniform:1-3`, `exponential:2`, `lognormal:2-0.5`; a law alone has the mean
    above."""
