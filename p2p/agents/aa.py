"""AA: adaptive aggressiveness. How far from its limit a trader prices depends on where it believes the equilibrium.

Source: Vytelingum (2006), PhD thesis, Southampton; Vytelingum, Cliff & Jennings (2008), Artificial Intelligence 172.

- Equilibrium: mean of the last `window` contracts with weights that fall by `rho`.
- Target, with g(r) = (exp(r theta) - 1) / (exp(theta) - 1) and base = the equilibrium, or the limit where the trader
  is extra-marginal: aggressive (r > 0): base + (limit - base) g(r); passive: base + (far - base) g(-r), far being the
  end of the price range that is best for the trader (the paper's 0 and MAX).
- Short term: r moves by beta_1 towards (1 +- lambda_r) r_shout +- lambda_a, r_shout being the aggressiveness that would
  have said that price. Long term: theta moves by beta_2 towards theta*(alpha), alpha the volatility of the window.
- Bidding: it takes what is at least as good as its target, else closes 1/eta of the gap between what stands and its
  target.

Ambiguous in print, and chosen here: lambda_r 0.02 and lambda_a 0.01, eta 3, gamma 2, theta from -8 to 2 starting at -4,
window 5 with rho 0.9, beta_1 and beta_2 drawn from 0.2 to 0.6, alpha's range is the one seen so far; before the first
contract the paper's first-round rule is used, and r is 0. What stands unanswered is heard
again (watching.py). A trader improves on its own quote, too, for the standing auction would else wait
for good when the last buyer and the last seller both stand. A contract moves all, a quote only those it undercuts.
"""

from collections import deque
from math import exp, log, sqrt
from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents import Action, View, offer
from p2p.agents.watching import Shout, Watcher
from p2p.messages import Buy, Message, Schedule, Sell
from p2p.units import Money, Price, Role

Share = Annotated[float, Meta(ge=0, le=1)]
THETA_FLAT = 1e-6
"""Below it g is a straight line, in numbers."""


def bent(r: float, theta: float) -> float:
    """g: from 0 at 0 to 1 at 1, a straight line where theta is 0."""
    return r if abs(theta) < THETA_FLAT else (exp(r * theta) - 1) / (exp(theta) - 1)


def unbent(share: float, theta: float) -> float:
    """The r between 0 and 1 with bent(r, theta) = share."""
    share = min(1.0, max(0.0, share))
    return share if abs(theta) < THETA_FLAT else log(1 + share * (exp(theta) - 1)) / theta


class AA(Watcher, kw_only=True, dict=True):
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
        self.trades: deque[Price] = deque(maxlen=self.window)
        self.equilibrium: float | None = None
        self.alphas: tuple[float, float] | None = None

    def see(self, message: Message) -> None:
        """A trader whose role changes starts with neither hurry nor patience."""
        if isinstance(message, Schedule) and self.holding is not None and self.holding.role != message.role:
            self.r = 0.0
        super().see(message)

    def contracted(self, price: Price) -> None:
        """Judge anew where the market clears; the latest contract weighs most."""
        self.trades.append(price)
        weights = [self.rho**age for age in range(len(self.trades) - 1, -1, -1)]
        self.equilibrium = sum(w * price for w, price in zip(weights, self.trades, strict=True)) / sum(weights)

    def decide(self, view: View, rng: Random) -> Action:
        """Take what is at least as good as the target, else go a part of the way towards it."""
        if self.rates is None:
            self.rates = (rng.uniform(self.beta_low, self.beta_high), rng.uniform(self.beta_low, self.beta_high))
        self.hear_again(view)
        while self.news:
            self.adapt(self.news.popleft(), view.price_min, view.price_max, view.tick)
        limit, role = view.unit_value, view.role
        if limit is None or role is None:
            return None
        target = self.target(role, limit, view.price_min, view.price_max)
        if view.collects:
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
        equilibrium = self.equilibrium
        if equilibrium is None:
            return None
        base, far = self._base(role, limit, equilibrium), float(low if role == "buyer" else high)
        if self.r >= 0:
            return base + (limit - base) * bent(self.r, self.theta)
        return base + (far - base) * bent(-self.r, self.theta)

    def _base(self, role: Role, limit: Money, equilibrium: float) -> float:
        return min(limit, equilibrium) if role == "buyer" else max(limit, equilibrium)

    def aggressiveness(self, price: float, role: Role, limit: Money, low: Price, high: Price) -> float:
        """The r that would have said a price, from -1 to 1."""
        assert self.equilibrium is not None, "nothing is judged before the first contract"
        base, far = self._base(role, limit, self.equilibrium), low if role == "buyer" else high
        if price > base if role == "buyer" else price < base:
            return 0.0 if limit == base else unbent((price - base) / (limit - base), self.theta)
        return 0.0 if far == base else -unbent((price - base) / (far - base), self.theta)

    def adapt(self, shout: Shout, low: Price, high: Price, tick: Price = 1) -> None:
        """Become more or less aggressive after a shout; after a contract, bend more or less, too."""
        assert self.rates is not None, "the rates are drawn before they are used"
        if shout.taken:
            self.contracted(shout.price)
        target = self.target(shout.role, shout.limit, low, high)
        if target is None:
            return
        buys = shout.role == "buyer"
        own_side = shout.side == ("bid" if buys else "ask")
        behind = target < shout.price + tick if buys else target > shout.price - tick
        if shout.taken:
            more = target < shout.price if buys else target > shout.price
        elif own_side and behind:
            more = True
        else:
            return
        sign = 1 if more else -1
        said = self.aggressiveness(shout.price, shout.role, shout.limit, low, high)
        wanted = said + sign * (self.lambda_r * abs(said) + self.lambda_a)
        self.r = min(1.0, max(-1.0, self.r + self.rates[0] * (wanted - self.r)))
        if shout.taken:
            self._bend()

    def _bend(self) -> None:
        """Long-term learning: theta follows how much the last contracts scattered."""
        equilibrium = self.equilibrium
        assert self.rates is not None
        if not equilibrium:
            return
        alpha = sqrt(sum((price - equilibrium) ** 2 for price in self.trades) / len(self.trades)) / equilibrium
        low, high = self.alphas or (alpha, alpha)
        self.alphas = low, high = min(low, alpha), max(high, alpha)
        scale = 0.0 if high == low else (alpha - low) / (high - low)
        wanted = (self.theta_max - self.theta_min) * (1 - scale * exp(self.gamma * (scale - 1))) + self.theta_min
        self.theta += self.rates[1] * (wanted - self.theta)
