"""Older scenarios, brought to today's format one step at a time: `convert_NN_MM`, each for good once it is released.

A scenario file, and the scenario in a recording's header, may say `format`; without it, it is of format 1. Each step
is handed plain data and returns plain data; it is never edited after its release, only followed by another.
"""

from collections.abc import Callable
from typing import Any

SCENARIO_FORMAT = 2
"""Today's: 1 is of 2026-11, before information sets had names of their own."""

Data = dict[str, Any]


def convert_01_02(data: Data) -> Data:
    """The information set `standing` is `quotes`: the other word is an institution's."""
    data = {**data}
    if data.get("information") == "standing":
        data["information"] = "quotes"
    arms = data.get("arms")
    if isinstance(arms, list):
        data["arms"] = [_arm_01_02(arm) for arm in arms]
    return data


def _arm_01_02(arm: Any) -> Any:
    return {**arm, "information": "quotes"} if isinstance(arm, dict) and arm.get("information") == "standing" else arm


STEPS: dict[int, Callable[[Data], Data]] = {1: convert_01_02}
"""By the format that each step starts from."""


def converted(data: Data) -> Data:
    """A scenario's plain data in today's format, without its number. Raises ValueError where it is of a newer lab."""
    number = data.get("format", 1)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError(f"format is a whole number from 1 to {SCENARIO_FORMAT}, not {number!r}")
    if number > SCENARIO_FORMAT:
        raise ValueError(f"format {number} is of a newer lab, this one reads up to {SCENARIO_FORMAT}: update the lab")
    while number < SCENARIO_FORMAT:
        data = STEPS[number](data)
        number += 1
    return {key: value for key, value in data.items() if key != "format"}
