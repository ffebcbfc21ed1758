"""AA: adaptive aggressiveness. How far from its limit a trader prices depends on where it believes the equilibrium.

Source: Vytelingum (2006), PhD thesis, Southampton; Vytelingum, Cliff & Jennings (2008), Artificial Intelligence 172.

- Equilibrium: mean of the last `window` contracts with weights that fall by `rho`.
- Target, with g(r) = (exp(r theta) - 1) / (exp(theta) - 1) and base = the equilibrium, or the limit if the trader is
  extra-marginal. Aggressive (r > 0): base + (limit - base) g(r). Passive: base + (far - base) g(-r), far being the end
  of the price range that is best for the trader (the paper's 0 and MAX).
- Short term: r moves by beta_1 towards (1 +- lambda_r) r_shout +- lambda_a, r_shout being the aggressiveness that would
  have said that price. Long term: theta moves by beta_2 towards theta*(alpha), alpha the volatility of the window.
- Bidding: it takes a price at least as good as its target. Else it closes 1/eta of the gap between the standing quote
  and its target.

Ambiguous in print, and chosen here: lambda_r 0.02 and lambda_a 0.01, eta 3, gamma 2, theta from -8 to 2 starting at -4.
Also: window 5 with rho 0.9, beta_1 and beta_2 drawn from 0.2 to 0.6, alpha's range is the one seen so far. Before the
first contract the paper's first-round rule is used, and r is 0. A quote that stands unanswered is heard again
(shout_memory.py). A trader improves on its own quote, too. Otherwise the standing auction would wait for good when the
last buyer and the last seller both stand. A contract moves all, a quote only those it undercuts.

The paper has no trader who may not bid. If only the other side may quote, it takes a price at least as good as its
target (in the first round too). A target that no quote meets counts as a bid of its own that was not taken.
"""

from collections.abc import Iterable
from functools import lru_cache
from math import exp, log, sqrt
from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents.base import Action, View
from p2p.agents.quoting import offer, only_takes
from p2p.agents.strategies.shout_memory import Shout, ShoutMemory
from p2p.base.exact_sum import total
from p2p.base.sides import SIDE_OF
from p2p.base.units import Money, Price, Role
from p2p.messages import Buy, Message, Schedule, Sell

Share = Annotated[float, Meta(ge=0, le=1)]
THETA_FLAT = 1e-6
"""Below it g is a straight line, in numbers."""

WINDOWS_MAX = 4_096
"""Windows of contracts whose judgement is kept at hand: more than all traders of a market are behind one another."""


def bent(r: float, theta: float) -> float:
    """g: from 0 at 0 to 1 at 1, a straight line where theta is 0."""
    return r if abs(theta) < THETA_FLAT else (exp(r * theta) - 1) / (exp(theta) - 1)


def unbent(share: float, theta: float) -> float:
    """The r between 0 and 1 with bent(r, theta) = share."""
    share = min(1.0, max(0.0, share))
    return share if abs(theta) < THETA_FLAT else log(1 + share * (exp(theta) - 1)) / theta


def ends(buys: bool, limit: Money, equilibrium: float, low: Price, high: Price) -> tuple[float, Price]:
    """The price where r is 0, and the one that is best for the trader."""
    if buys:
        return limit if limit < equilibrium else equilibrium, low
    return limit if limit > equilibrium else equilibrium, high


def aimed(r: float, theta: float, limit: Money, base: float, far: Price) -> float:
    """The price that is aimed at with an r."""
    return base + (limit - base) * bent(r, theta) if r >= 0 else base + (far - base) * bent(-r, theta)


def hurried(price: float, buys: bool, theta: float, limit: Money, base: float, far: Price) -> float:
    """The r with which a price is aimed at, from -1 to 1."""
    if price > base if buys else price < base:
        return 0.0 if limit == base else unbent((price - base) / (limit - base), theta)
    return 0.0 if far == base else -unbent((price - base) / (far - base), theta)


@lru_cache(maxsize=WINDOWS_MAX)
def judged(trades: tuple[Price, ...], rho: float) -> tuple[float, float]:
    """Equilibrium price as of the last contracts; how far they scatter round it, as a share of it (0 where it is 0).

    All who hear of a contract ask this, and the answer is the same for all.
    """
    weights = [rho**age for age in range(len(trades) - 1, -1, -1)]
    equilibrium = total(w * price for w, price in zip(weights, trades, strict=True)) / total(weights)
    if not equilibrium:
        return equilibrium, 0.0
    return equilibrium, sqrt(total((price - equilibrium) ** 2 for price in trades) / len(trades)) / equilibrium


class AA(ShoutMemory, kw_only=True, dict=True):
    """Adaptive-aggressive trader."""

    source: ClassVar = "Vytelingum (2006); Vytelingum, Cliff & Jennings (2008), AIJ 172"

    eta: Annotated[float, Meta(ge=1, le=100)] = 3.0
    lambda_r: Share = 0.02
    lambda_a: Share = 0.01
    gamma: Annotated[float, Meta(ge=-10, le=10)] = 2.0
    theta_min: Annotated[float, Meta(ge=-20, le=20)] = -8.0
    theta_max: Annotated[float, Meta(ge=-20, le=20)] = 2.0
    theta_first: Annotated[float, Meta(ge=-20, le=20)] = -4.0
    beta_low: Share = 0.2
    beta_high: Share = 0.6
    rho: Share = 0.9
    window: Annotated[int, Meta(ge=1, le=100)] = 5

    def __post_init__(self) -> None:
        """Nothing heard, nothing drawn."""
        super().__post_init__()
        self.r, self.theta = 0.0, self.theta_first
        self.rates: tuple[float, float] | None = None
        self.trades: tuple[Price, ...] = ()
        self.equilibrium: float | None = None
        self.alpha = 0.0
        self.alphas: tuple[float, float] | None = None

    def see(self, message: Message) -> None:
        """A trader whose role changes starts with neither hurry nor patience."""
        if isinstance(message, Schedule) and self.holding is not None and self.holding.role != message.role:
            self.r = 0.0
        super().see(message)

    def contracted(self, price: Price) -> None:
        """Judge anew where the market clears; the latest contract weighs most."""
        self.trades = (*self.trades, price)[-self.window :]
        self.equilibrium, self.alpha = judged(self.trades, self.rho)

    def decide(self, view: View, rng: Random) -> Action:
        """Take a price at least as good as the target, else go a part of the way towards it."""
        if self.rates is None:
            self.rates = (rng.uniform(self.beta_low, self.beta_high), rng.uniform(self.beta_low, self.beta_high))
        limit, role = view.unit_value, view.role
        self.repeat_standing_quote(view)
        if only_takes(view) and limit is not None and role is not None:
            aim = self.target(role, limit, view.price_min, view.price_max)
            if aim is not None:
                self.record_unmet_price(view, aim)
        self.adapt(self.shouts(view.unit_charge), view.price_min, view.price_max, view.tick)
        if limit is None or role is None:
            return None
        target = self.target(role, limit, view.price_min, view.price_max)
        if view.collects or only_takes(view):
            return offer(view, limit if target is None else target)
        return self._buyer(view, limit, target) if role == "buyer" else self._seller(view, limit, target)

    def _buyer(self, view: View, limit: Money, target: float | None) -> Action:
        bid, ask = view.price_min if view.bid is None else view.bid, view.ask
        if target is None:
            reach = view.price_max if ask is None else (1 + self.lambda_r) * ask + self.lambda_a
            target = min(limit, reach)
        elif ask is not None and ask <= min(target, limit):
            return Buy(ask)
        step = max(view.tick, (target - bid) / self.eta)
        return offer(view, bid + step) if target > bid else None

    def _seller(self, view: View, limit: Money, target: float | None) -> Action:
        bid, ask = view.bid, view.price_max if view.ask is None else view.ask
        if target is None:
            reach = view.price_min if bid is None else (1 - self.lambda_r) * bid - self.lambda_a
            target = max(limit, reach)
        elif bid is not None and bid >= max(target, limit):
            return Sell(bid)
        step = max(view.tick, (ask - target) / self.eta)
        return offer(view, ask - step) if target < ask else None

    def target(self, role: Role, limit: Money, low: Price, high: Price) -> float | None:
        """The price it aims at; None before there was a contract."""
        if self.equilibrium is None:
            return None
        base, far = ends(role == "buyer", limit, self.equilibrium, low, high)
        return aimed(self.r, self.theta, limit, base, far)

    def aggressiveness(self, price: float, role: Role, limit: Money, low: Price, high: Price) -> float:
        """The r that would have said a price, from -1 to 1."""
        assert self.equilibrium is not None, "nothing is judged before the first contract"
        base, far = ends(role == "buyer", limit, self.equilibrium, low, high)
        return hurried(price, role == "buyer", self.theta, limit, base, far)

    def adapt(self, shouts: Iterable[Shout], low: Price, high: Price, tick: Price = 1) -> None:
        """Become more or less aggressive after each shout; after a contract, bend more or less, too."""
        assert self.rates is not None, "the rates are drawn before they are used"
        for side, price, taken, role, limit, _ in shouts:
            if taken:
                self.contracted(price)
            elif side != SIDE_OF[role]:
                continue
            if self.equilibrium is None:
                continue
            buys = role == "buyer"
            base, far = ends(buys, limit, self.equilibrium, low, high)
            target = aimed(self.r, self.theta, limit, base, far)
            if taken:
                more = target < price if buys else target > price
            elif target < price + tick if buys else target > price - tick:
                more = True
            else:
                continue
            said = hurried(price, buys, self.theta, limit, base, far)
            change = self.lambda_r * abs(said) + self.lambda_a
            wanted = said + change if more else said - change
            self.r = min(1.0, max(-1.0, self.r + self.rates[0] * (wanted - self.r)))
            if taken:
                self._bend()

    def _bend(self) -> None:
        """Long-term learning: theta follows how much the last contracts scattered."""
        assert self.rates is not None
        if not self.equilibrium:
            return
        alpha = self.alpha
        low, high = self.alphas or (alpha, alpha)
        self.alphas = low, high = min(low, alpha), max(high, alpha)
        scale = 0.0 if high == low else (alpha - low) / (high - low)
        wanted = (self.theta_max - self.theta_min) * (1 - scale * exp(self.gamma * (scale - 1))) + self.theta_min
        self.theta += self.rates[1] * (wanted - self.theta)
