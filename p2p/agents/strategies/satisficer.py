"""Satisficer: takes the first quote that is good enough, or the best of K successive ones; never at a loss.

Source: Simon (1955), A Behavioral Model of Rational Choice, and the satisficers of the study's run book, under the
sound rules of a live market. A bargain is never turned down (the two-sided band that does so is v4's own). A trader's
margin is the distance from its value or cost to the far limit of the price range. Its aspiration price leaves it the
share `tau` of that margin. Otherwise it quotes its aspiration price; if that meets a standing quote, it trades at once,
in either mode. (A k_search that waited instead would wait for good in a market of its own kind. Nobody improves on an
aspiration price, so the K-th quote never comes.)
"""

from collections import deque
from random import Random
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import improves, on_tick, quote, sweep_price
from p2p.base.units import Money, Price
from p2p.messages import Buy, Message, Quote, Sell, StartRound


class Satisficer(Agent, kw_only=True, dict=True):
    """Takes any price that is good enough.

    - mode `band`: the first quote at or better than the aspiration price.
    - mode `k_search`: a quote that is the best of the last `k` made on the other side, once `k` were seen.
    - mode `k_greedy`: all that gains among the first `k` offers shown, as far as it needs it; of a single standing
      quote, that quote.
    """

    source: ClassVar = "Simon (1955), QJE 69(1); the run book v4"
    learns: ClassVar = True

    tau: Annotated[float, Meta(ge=0, le=1)] = 0.2
    mode: Literal["band", "k_search", "k_greedy"] = "band"
    k: Annotated[int, Meta(ge=1, le=1_000)] = 3

    def __post_init__(self) -> None:
        """No quote seen yet."""
        self.bids: deque[Price] = deque(maxlen=self.k)
        self.asks: deque[Price] = deque(maxlen=self.k)

    def see(self, message: Message) -> None:
        """Remember the last `k` quotes of either side in this period."""
        match message:
            case Quote(side="bid", price=int(price)):
                self.bids.append(price)
            case Quote(side="ask", price=int(price)):
                self.asks.append(price)
            case StartRound():
                self.bids.clear()
                self.asks.clear()
            case _:
                pass

    def decide(self, view: View, rng: Random) -> Action:
        """Accept a price that is good enough, else quote the aspiration price."""
        value = view.unit_value
        if value is None or view.role is None:
            return None
        if view.role == "buyer":
            goal = on_tick(view, round(value - self.tau * max(0, value - view.price_min)))
            if view.ask is not None and view.ask <= value and self._takes_ask(view.ask, goal):
                return Buy(self._reach(view, view.ask))
        else:
            goal = on_tick(view, round(value + self.tau * max(0, view.price_max - value)))
            if view.bid is not None and view.bid >= value and self._takes_bid(view.bid, goal):
                return Sell(self._reach(view, view.bid))
        return quote(view.role, goal) if self._gainful(view, value, goal) and improves(view, goal) else None

    def _takes_ask(self, ask: Price, goal: Price) -> bool:
        if self.mode == "band":
            return ask <= goal
        if self.mode == "k_greedy":
            return True
        return len(self.asks) >= self.k and ask <= min(self.asks)

    def _takes_bid(self, bid: Price, goal: Price) -> bool:
        if self.mode == "band":
            return bid >= goal
        if self.mode == "k_greedy":
            return True
        return len(self.bids) >= self.k and bid >= max(self.bids)

    def _reach(self, view: View, best: Price) -> Price:
        """How far it takes: what stands at the best price, or what gains among the first `k` offers."""
        last = sweep_price(view, self.k) if self.mode == "k_greedy" else None
        return best if last is None else last

    def _gainful(self, view: View, value: Money, goal: Price) -> bool:
        """Limits of the price range may push the aspiration beyond the value: then there is nothing to say."""
        return goal <= value if view.role == "buyer" else goal >= value
