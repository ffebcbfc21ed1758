"""How traders' gains compare with those at equilibrium: their dispersion, and whether they come in the same order."""

from collections.abc import Mapping, Sequence
from math import sqrt

from p2p.base.exact_sum import total
from p2p.base.units import Money, Seat


def dispersion(gained: Mapping[Seat, Money], competitive: Mapping[Seat, float]) -> float | None:
    """Root mean square of each trader's gain less that at equilibrium, in money; None without traders.

    Source: Gode and Sunder (1993), Table 3: the cross-sectional difference of actual and equilibrium profits.
    """
    if not gained:
        return None
    return sqrt(total((gained[seat] - competitive[seat]) ** 2 for seat in gained) / len(gained))


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation; of equal values each has their mean rank. None where one of both is constant."""
    a, b = _ranks(one), _ranks(other)
    middle = (len(a) + 1) / 2
    spread = sqrt(total((x - middle) ** 2 for x in a) * total((y - middle) ** 2 for y in b))
    return total((x - middle) * (y - middle) for x, y in zip(a, b, strict=True)) / spread if spread else None


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda k: values[k])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for k in order[start:end]:
            ranks[k] = (start + end + 1) / 2
        start = end
    return ranks
