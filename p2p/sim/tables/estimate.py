"""A figure over several sessions: its mean, and one of two intervals round it, which never stand for one another.

`spread_of`: where the middle 90 % of the sessions lie. `mean_of`: how surely the mean is known.
"""

from dataclasses import dataclass
from math import sqrt

from p2p.base.exact_sum import total

Z95 = 1.959964


@dataclass(frozen=True)
class Estimate:
    """A mean of `n` values with the ends of its interval; no ends where one value says nothing of how they scatter."""

    mean: float
    low: float | None
    high: float | None
    n: int

    def said(self, digits: int = 3) -> str:
        """`0.123 (0.101 to 0.145)`."""
        if self.low is None or self.high is None:
            return f"{self.mean:.{digits}f}"
        return f"{self.mean:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


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
    """Mean and its 95 % interval by Student's t, whose quantile is Cornish & Fisher's, good to a percent from n = 4."""
    n = len(values)
    mean = total(values) / n
    if n < 2:
        return Estimate(mean, None, None, n)
    spread = sqrt(total((value - mean) ** 2 for value in values) / (n - 1) / n)
    z, v = Z95, n - 1
    t = z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
    return Estimate(mean, mean - t * spread, mean + t * spread, n)
