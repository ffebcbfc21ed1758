"""Older journals, brought to today's format one step at a time: `convert_NN_MM`, each for good once it is released.

The chain of a journal is checked over its bytes as they were written. Their contents are converted afterwards, so that
an older recording is read, scored and replayed as today's. A step converts the header's plain data. A step that changes
records says so by RECORDS_CHANGED; such records are read and not run again.
"""

from collections.abc import Callable
from typing import Any

from p2p.scenario.conversion import convert_01_02 as scenario_01_02

JOURNAL_FORMAT = 2
"""Today's: 1 is of 2026-11. Each number has a sample in recordings/samples/formats."""

Header = dict[str, Any]


def convert_01_02(header: Header) -> Header:
    """The scenario in the header is of scenario format 2: an information set is called `quotes`."""
    return {**header, "scenario": scenario_01_02(header["scenario"])}


STEPS: dict[int, Callable[[Header], Header]] = {1: convert_01_02}
"""By the format that each step starts from."""
RECORDS_CHANGED: frozenset[int] = frozenset()
"""Steps after which records are not as they were written: such a recording is read, and not run again."""


def converted(header: Header) -> Header:
    """A header's plain data in today's format. Raises ValueError where it is of a newer lab, or of none."""
    number = header.get("format")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError(f"the journal's format is {number!r}, which is no number of one")
    if number > JOURNAL_FORMAT:
        raise ValueError(
            f"the journal has format {number}, made by a newer lab; this one reads up to {JOURNAL_FORMAT}:"
            " update the lab"
        )
    while number < JOURNAL_FORMAT:
        header = STEPS[number](header)
        number += 1
    return {**header, "format": JOURNAL_FORMAT}
