"""The study's traders: a prosumer's day and quotes, and one `decide` that reads the offers by the rule it was given."""

from __future__ import annotations

import random
from array import array

from p2p.agents.strategies.offer_search import (
    Scan,
    Take,
    all_crossing,
    best_crossing,
    best_of_first,
    sweep_of_first,
    within_band,
)
from p2p.environments.battery_model import day_with
from p2p.environments.load_profiles import INTERVAL_H, draw_profile, normals
from p2p.orderbook.visible_offers import Offers
from p2p.scenario.prosumer_schema import Battery
from p2p.sim.study.v4.cell import Cell
from p2p.sim.study.v4.rules import Rules

FAIR_PRICE_CPERKWH = 16.3
PREMIUM_MEAN, PREMIUM_MOST = 0.5, 5.0
NOTHING_KWH = 1e-6
"""A net position smaller than this is no position."""

ZI_PRICES_CPERKWH = (10.0, 25.0)
ZI_KWH = 0.5

EXPLORE = 0.1
OFFSETS_CPERKWH = (-2, -1, 0, 1, 2)

Quote = tuple[bool, float, float]
"""A buyer's (true) or a seller's, price, quantity, in the units of the rules."""

Decision = tuple[str, bool, float, float, int]
"""none, accept or post; side, price and quantity (of a post: of the quote it was judged by); offers examined."""

NONE: Decision = ("none", True, 0, 0, 0)


def rest_on_quote(is_buy: bool, price: float, quantity: float, offers: Offers, _: float) -> Take:
    """Zero intelligence looks at nothing."""
    return None, 0, 0


SCANS: dict[tuple[str, str | None], Scan] = {
    ("optimizer", "single"): best_crossing,
    ("optimizer", "greedy"): all_crossing,
    ("satisficer", "band"): within_band,
    ("satisficer", "k_search"): best_of_first,
    ("satisficer", "k_greedy"): sweep_of_first,
    ("learner", None): best_crossing,
    ("zi", None): rest_on_quote,
}


class Trader:
    """Agent i of a cell. Its generator's draws come in one stream: profile, premia, then a normal for each quote."""

    __slots__ = ("buy_base", "day", "normal", "parameter", "rng", "scan", "sell_base", "sigma", "whole")

    def __init__(self, cell: Cell, rules: Rules, i: int) -> None:
        self.rng = random.Random((cell.seed * 1000003 + i) & 0x7FFFFFFF)
        self.normal = normals(self.rng).__next__
        self.day = array("d", self._day(cell))
        half = 0.5 if rules.zero_counts_as_half else 0.0
        self.buy_base = FAIR_PRICE_CPERKWH + (self._premium(cell.buy_markup) or half)
        self.sell_base = FAIR_PRICE_CPERKWH - (self._premium(cell.sell_discount) or half)
        self.sigma = cell.price_sigma or half
        self.whole = rules.whole_units
        self.scan = SCANS[cell.agent, cell.mode]
        self.parameter = cell.parameter(i)

    def _day(self, cell: Cell) -> list[float]:
        """Net load of each interval, kWh, after the battery if there is one."""
        net = draw_profile(self.normal).net_kwh()
        if not cell.battery_kwh:
            return net
        battery = Battery(cell.battery_kwh, cell.battery_kw)
        return [done.net_kwh for done in day_with(battery, net, INTERVAL_H)]

    def _premium(self, given: float | None) -> float:
        """Markup or discount, c/kWh: the one given, or a draw clipped to its range."""
        if given is not None:
            return given
        return min(max(PREMIUM_MEAN + self.normal(), 0.0), PREMIUM_MOST)

    def quote(self, net: float) -> Quote | None:
        """Its quote for a net load, at a freshly drawn price; None if there is nothing to trade."""
        if -NOTHING_KWH < net < NOTHING_KWH:
            return None
        is_buy = net > 0
        price = (self.buy_base if is_buy else self.sell_base) + self.normal() * self.sigma
        if price < 0.0:
            price = 0.0
        if self.whole:
            return whole(is_buy, price, abs(net))
        return is_buy, price, net if is_buy else -net

    def decide(self, net: float, bids: Offers, asks: Offers) -> Decision:
        """One quote, one look at the offers opposite to it."""
        quote = self.quote(net)
        if quote is None:
            return NONE
        is_buy, price, quantity = quote
        take, amount, examined = self.scan(is_buy, price, quantity, asks if is_buy else bids, self.parameter)
        if take is None:
            return "post", is_buy, price, quantity, examined
        return "accept", is_buy, take, amount, examined


def whole(is_buy: bool, price_cperkwh: float, energy_kwh: float) -> Quote | None:
    """A quote in whole ticks and Wh; None where it rounds to no energy."""
    energy_wh = round(energy_kwh * 1000)
    return (is_buy, round(price_cperkwh / 0.1), energy_wh) if energy_wh else None


class ZeroIntelligence(Trader):
    """Quotes a random side at a random price, without regard to its profile. v4's own were not seeded; these are."""

    __slots__ = ()

    def quote(self, net: float) -> Quote | None:
        """0.5 kWh, bought or sold, at a price uniform between 10 and 25 c/kWh in ticks of 0.1."""
        price = round(self.rng.uniform(*ZI_PRICES_CPERKWH), 1)
        is_buy = self.rng.random() < 0.5
        return whole(is_buy, price, ZI_KWH) if self.whole else (is_buy, price, ZI_KWH)


class Learner(Trader):
    """Learns by ε-greedy trials by how much to better its quote, so that it crosses the best offer."""

    __slots__ = ("hits", "tries")

    def __init__(self, cell: Cell, rules: Rules, i: int) -> None:
        super().__init__(cell, rules, i)
        self.tries = [0] * len(OFFSETS_CPERKWH)
        self.hits = [0] * len(OFFSETS_CPERKWH)

    def _arm(self) -> int:
        """The arm to try: any, now and then, else the first of the highest mean reward."""
        if self.rng.random() < EXPLORE:
            return self.rng.randrange(len(OFFSETS_CPERKWH))
        means = [hits / tries if tries else 0.0 for hits, tries in zip(self.hits, self.tries, strict=True)]
        return means.index(max(means))

    def decide(self, net: float, bids: Offers, asks: Offers) -> Decision:
        """A quote moved by the chosen offset, judged against the best offer; the reward is 1 if they cross."""
        quote = self.quote(net)
        if quote is None:
            return NONE
        is_buy, price, quantity = quote
        arm = self._arm()
        offset: float = OFFSETS_CPERKWH[arm] * (10 if self.whole else 1)
        bettered = price + offset if is_buy else price - offset
        take, amount, _ = self.scan(is_buy, bettered, quantity, asks if is_buy else bids, 0)
        self.tries[arm] += 1
        if take is None:
            return "post", is_buy, price, quantity, 0
        self.hits[arm] += 1
        return "accept", is_buy, take, amount, 0


KINDS: dict[str, type[Trader]] = {"learner": Learner, "zi": ZeroIntelligence}


def seat(cell: Cell, rules: Rules) -> list[Trader]:
    """All traders of a cell, by index."""
    kind = KINDS.get(cell.agent, Trader)
    return [kind(cell, rules, i) for i in range(cell.N)]
