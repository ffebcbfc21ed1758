"""A unit of money that is a decimal part of one that people use: of `0.1 c`, a price of 305 is 30.5 c."""

import re

PART = re.compile(r"0\.(0*)1 (.+)")
"""A unit of money that is a decimal part of another: its noughts, and the other."""


def shown_in(currency: str) -> tuple[int, str]:
    """How many decimals a price has as it is shown, and in which unit."""
    part = PART.fullmatch(currency)
    return (len(part[1]) + 1, part[2]) if part else (0, currency)
