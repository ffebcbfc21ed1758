"""How near prices are to equilibrium: Smith's alpha, deviations in money, the share in the price tunnel.

Alpha (Smith 1962) is 100·σ0/P0, σ0 the root mean square of the contract prices around P0, the tunnel's midpoint. It is
None without contracts. Each price counts with its quantity. Notes say where alpha is to be read with care.
"""

from collections.abc import Iterable
from math import sqrt

from p2p.base.exact_sum import total
from p2p.base.units import Price
from p2p.messages import Schedule
from p2p.schedules.equilibrium import Equilibrium

WIDE_SHARE = 0.05
"""Width of a tunnel, by P0, above which prices anywhere in it have an alpha of their own."""
SMALL_TIMES = 2
"""Values above so many P0 let a gainful contract alone have an alpha above 100 %."""
TUNNEL_WIDE, P0_SMALL, ONE_SIDED, DISGUISED = "wide tunnel", "small P0", "one-sided", "disguised"
NOTES = (TUNNEL_WIDE, P0_SMALL, ONE_SIDED, DISGUISED)
"""In the order in which they are said."""


def alpha(prices: list[int], p0: float | None, quantities: list[int] | None = None) -> float | None:
    """Smith's coefficient of convergence, in percent; None where P0 is not above 0."""
    deviation = rmsd(prices, p0, quantities)
    return None if deviation is None or p0 is None or p0 <= 0 else 100 * deviation / p0


def rmsd(prices: list[int], p0: float | None, quantities: list[int] | None = None) -> float | None:
    """Root mean square deviation of the prices from P0, in money."""
    if not prices or p0 is None:
        return None
    weights = quantities or [1] * len(prices)
    squares = total(many * (price - p0) ** 2 for price, many in zip(prices, weights, strict=True))
    return sqrt(squares / total(weights))


def rmsd_tunnel(prices: list[tuple[int, int]], goal: Equilibrium) -> float | None:
    """The same from the nearer end of the tunnel: 0 for a price inside it. `prices` with their quantities."""
    if not prices or goal.price_low is None or goal.price_high is None:
        return None
    squares = total(many * max(goal.price_low - price, price - goal.price_high, 0) ** 2 for price, many in prices)
    return sqrt(squares / sum(many for _, many in prices))


def share_in_tunnel(prices: list[tuple[int, int]], goal: Equilibrium) -> float | None:
    """The share of the traded units with a price in the tunnel, its ends among them."""
    if not prices or goal.price_low is None or goal.price_high is None:
        return None
    inside = sum(many for price, many in prices if goal.price_low <= price <= goal.price_high)
    return inside / sum(many for _, many in prices)


def alpha_note(
    schedules: Iterable[Schedule], goal: Equilibrium, binds: bool, ceiling: Price | None, tick: Price, disguise: Price
) -> str:
    """Why alpha is to be read with care, as `wide tunnel; small P0`; empty where there is no reason.

    P0 is small if a buyer could gain at twice P0, or if a tick is a twentieth of it. A disguise is taken off first.
    """
    if goal.price is None or goal.price_low is None or goal.price_high is None:
        return ""
    p0 = goal.price - disguise
    highest = max((one.steps[0].value for one in schedules if one.role == "buyer" and one.steps), default=0)
    highest = (highest if ceiling is None else min(highest, ceiling)) - disguise
    found = {
        TUNNEL_WIDE: goal.price_high - goal.price_low > WIDE_SHARE * p0,
        P0_SMALL: highest > SMALL_TIMES * p0 or tick > WIDE_SHARE * p0,
        ONE_SIDED: binds,
        DISGUISED: disguise != 0,
    }
    return "; ".join(note for note in NOTES if found[note])


def notes_together(notes: Iterable[str]) -> str:
    """The notes of several periods, each once."""
    said = {note for one in notes for note in one.split("; ")}
    return "; ".join(note for note in NOTES if note in said)


def pooled(deviations: Iterable[tuple[int, float | None]]) -> float | None:
    """Root mean square of deviations that are known, each with its number of units."""
    known = [(many, value) for many, value in deviations if value is not None]
    units = sum(many for many, _ in known)
    return sqrt(total(many * value**2 for many, value in known) / units) if units else None
