"""Sums that come to the same digits in every Python.

Since Python 3.12 the built-in `sum` makes good for the rounding of floats as it goes; before, it does not. The last
digits of a result would depend on the reader's version of Python. Integers are exact either way, and may be summed by
either.
"""

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Literal, TypeVar

N = TypeVar("N", bound=float)


def total(values: Iterable[N]) -> N | Literal[0]:
    """The sum from left to right, rounded at each step as IEEE 754 has it; 0 of nothing."""
    return reduce(add, values, 0)
