"""A figure over several sessions: its mean, and one of two intervals round it, which never stand for one another.

`spread_of`: where the middle 90 % of the sessions lie. `mean_of`, `share_of`: how surely the mean is known.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from p2p.base.exact_sum import total

Z95 = 1.959964
VALUES_MIN = 5
"""Values from which an interval is given: fewer say too little of how they scatter."""


@dataclass(frozen=True)
class Estimate:
    """A mean of `n` values with the ends of its interval; no ends where values are too few."""

    mean: float
    low: float | None
    high: float | None
    n: int

    def said(self, digits: int = 3) -> str:
        """`0.123 (0.101 to 0.145)`."""
        if self.low is None or self.high is None:
            return said_number(self.mean, digits)
        ends = said_number(self.low, digits), said_number(self.high, digits)
        return f"{said_number(self.mean, digits)} ({ends[0]} to {ends[1]})"


def said_number(value: float, digits: int) -> str:
    """`0.123`; a number that rounds to 0 has no sign."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def spread_of(values: list[float]) -> Estimate | None:
    """Mean, and 5 % and 95 % quantiles (linear between order statistics); None without any value."""
    if not values:
        return None
    ordered = sorted(values)
    return Estimate(total(ordered) / len(ordered), _quantile(ordered, 0.05), _quantile(ordered, 0.95), len(ordered))


def said_spread(values: list[float], digits: int) -> str:
    """`0.962 (5–95 %: 0.853–1.000)`."""
    found = spread_of(values)
    if found is None:
        return "–"
    return f"{found.mean:.{digits}f} (5–95 %: {found.low:.{digits}f}–{found.high:.{digits}f})"


def _quantile(ordered: list[float], q: float) -> float:
    at = q * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def mean_of(values: list[float]) -> Estimate:
    """Mean and its 95 % interval by Student's t. Under five values a mean stands alone."""
    n, mean = len(values), total(values) / len(values)
    if n < VALUES_MIN:
        return Estimate(mean, None, None, n)
    half = t95(n - 1) * _error(values, mean)
    return Estimate(mean, mean - half, mean + half, n)


def share_of(values: list[float]) -> Estimate:
    """Mean of shares between 0 and 1 and its 95 % interval, by Student's t on the scale of log odds.

    Under five values a mean stands alone.
    """
    n, mean = len(values), total(values) / len(values)
    if n < VALUES_MIN:
        return Estimate(mean, None, None, n)
    half = t95(n - 1) * _error(values, mean)
    if not 0 < mean < 1:
        return Estimate(mean, mean - half, mean + half, n)
    odds, half = log(mean / (1 - mean)), half / (mean * (1 - mean))
    return Estimate(mean, 1 / (1 + exp(half - odds)), 1 / (1 + exp(-half - odds)), n)


def t95(v: int) -> float:
    """The 97.5 % quantile of Student's t with v degrees of freedom, by its expansion in 1/v (Cornish & Fisher).

    Source: Abramowitz & Stegun 26.7.5. It is good to a thousandth from v = 4.
    """
    z = Z95
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160
    return z + g1 / v + g2 / v**2 + g3 / v**3 + g4 / v**4


def _error(values: list[float], mean: float) -> float:
    """The mean's standard error."""
    n = len(values)
    return sqrt(total((value - mean) ** 2 for value in values) / (n - 1) / n)
