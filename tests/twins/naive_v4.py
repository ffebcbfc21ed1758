"""A naive twin of the v4 model: sorted lists, copies and whole scans, written from the model's statement alone.

It shares no code with the simulator. Slow, and therefore an oracle.
"""

import math
import random
from typing import Any

SPREAD = (math.log(11) - math.log(5)) / (2 * 0.8416212335729143)
HOURS = [t * 5 / 60 for t in range(288)]
SHAPE = [0.3 + 0.5 * math.exp(-((h - 8) ** 2) / 6) + 0.7 * math.exp(-((h - 19) ** 2) / 6) for h in HOURS]
BELL = [math.exp(-((h - 12) ** 2) / 8) for h in HOURS]
TYPES = {"optimizer": "Optimizer", "satisficer": "Satisficer", "learner": "NoRegretLearner"}

Options = dict[str, Any]
Row = list[str]


class NaiveAgent:
    def __init__(self, o: Options, i: int) -> None:
        self.i = i
        self.rng = random.Random((o["seed"] * 1000003 + i) & 0x7FFFFFFF)
        gauss = self.rng.gauss
        daily = 30 * math.exp(gauss(0, 0.2))
        nameplate = math.exp(gauss(math.log(7.4), SPREAD))
        noise = [gauss(0, 0.05) for _ in range(288)]
        load = [SHAPE[t] * (daily / sum_in_order(SHAPE)) for t in range(288)]
        pv = [BELL[t] * (nameplate * 24 * 0.16 / sum_in_order(BELL)) * (1 + noise[t]) for t in range(288)]
        self.net = [x - min(max(y, 0.0), nameplate * (5 / 60)) for x, y in zip(load, pv, strict=True)]
        self.markup = self.premium(o.get("buy_markup"))
        self.discount = self.premium(o.get("sell_discount"))
        self.sigma = o.get("price_sigma", 1.0) or 0.5
        self.tries, self.hits = [0] * 5, [0] * 5

    def premium(self, given: float | None) -> float:
        if given is None:
            given = min(max(0.5 + self.rng.gauss(0, 1), 0.0), 5.0)
        return 0.5 if given == 0 else given

    def quote(self, t: int) -> tuple[bool, float, float] | None:
        net = self.net[t]
        if abs(net) < 1e-6:
            return None
        noise = self.rng.gauss(0, self.sigma)
        if net > 0:
            return True, max(0.0, 16.3 + self.markup + noise), net
        return False, max(0.0, 16.3 - self.discount + noise), -net


def decide(agent: NaiveAgent, t: int, bids: list[Any], asks: list[Any], o: Options) -> tuple[Any, ...]:
    """Action, side, price, quantity, offers_seen, solver_calls, learners_steps."""
    quote = agent.quote(t)
    if quote is None:
        return "none", True, "", "", 0, 0, 0
    is_buy, price, quantity = quote
    offers = asks if is_buy else bids
    if o.get("info_set") == "ticker":
        offers = offers[:1]
    if o["agent"] == "learner":
        return learn(agent, is_buy, price, quantity, offers)
    if o["agent"] == "optimizer":
        took = optimize(is_buy, price, quantity, offers, o["mode"])
        return *took, 0, len(offers), 0
    took, seen = satisfice(agent, is_buy, price, quantity, offers, o)
    return *took, seen, 0, 0


def crosses(is_buy: bool, price: float, offer: float) -> bool:
    return offer <= price if is_buy else offer >= price


def learn(agent: NaiveAgent, is_buy: bool, price: float, quantity: float, offers: list[Any]) -> tuple[Any, ...]:
    if agent.rng.random() < 0.1:
        arm = agent.rng.randrange(5)
    else:
        arm = max(range(5), key=lambda j: agent.hits[j] / agent.tries[j] if agent.tries[j] else 0.0)
    price = price + (arm - 2) if is_buy else price - (arm - 2)
    hit = bool(offers) and crosses(is_buy, price, offers[0][0])
    agent.tries[arm] += 1
    agent.hits[arm] += hit
    if hit:
        return "accept", is_buy, offers[0][0], min(quantity, offers[0][1]), 0, 0, 1
    return "post", is_buy, "", "", 0, 0, 1


def optimize(is_buy: bool, price: float, quantity: float, offers: list[Any], mode: str) -> tuple[Any, ...]:
    good = [offer for offer in offers if crosses(is_buy, price, offer[0])]
    if not good:
        return "post", is_buy, "", ""
    if mode == "single":
        return "accept", is_buy, good[0][0], min(quantity, good[0][1])
    total = 0.0
    for offer in good:
        total += offer[1]
        if total >= quantity:
            break
    return "accept", is_buy, price, min(quantity, total)


def satisfice(
    agent: NaiveAgent, is_buy: bool, price: float, quantity: float, offers: list[Any], o: Options
) -> tuple[tuple[Any, ...], int]:
    post = ("post", is_buy, "", "")
    if o["mode"] == "band":
        tau = o["tau"][agent.i % len(o["tau"])]
        for seen, offer in enumerate(offers, 1):
            if crosses(is_buy, price, offer[0]) and near(offer[0], price, tau):
                return ("accept", is_buy, offer[0], min(quantity, offer[1])), seen
        return post, len(offers)
    first = offers[: o["K"][agent.i % len(o["K"])]]
    good = [offer for offer in first if crosses(is_buy, price, offer[0])]
    if o["mode"] == "k_search":
        return (("accept", is_buy, good[0][0], min(quantity, good[0][1])) if good else post), len(first)
    total, seen = 0.0, 0
    for offer in first:
        seen += 1
        if crosses(is_buy, price, offer[0]):
            total += max(0, min(quantity - total, offer[1]))
            if total >= quantity:
                break
    return (("accept", is_buy, price, min(quantity, total)) if good else post), seen


def near(offer: float, price: float, tau: float) -> bool:
    """The model's page does not say what is near a quote of 0; only an offer of 0 is, here."""
    return bool(abs(offer - price) / price <= tau / 100) if price else offer == price


def match(bids: list[Any], asks: list[Any], cap: float | None) -> tuple[list[Any], list[Any], list[Any]]:
    """All pairs at once; what is left of either side."""
    down = [list(x) for x in sorted(bids, key=lambda x: -x[0])]
    up = [list(x) for x in sorted(asks, key=lambda x: x[0])]
    pairs, traded = [], 0.0
    while down and up and down[0][0] >= up[0][0]:
        quantity = min(down[0][1], up[0][1])
        if cap is not None:
            left = max(0, cap - traded)
            if left <= 0:
                break
            quantity = min(quantity, left)
        pairs.append((down[0][0], up[0][0], quantity, up[0][0]))
        traded += quantity
        for side in (down, up):
            side[0][1] -= quantity
            if side[0][1] <= 0:
                side.pop(0)
    return pairs, down, up


def trade(bids: list[Any], asks: list[Any], is_buy: bool, price: float, quantity: float) -> list[Any]:
    """Submit to the continuous book, found by walking it."""
    price = round(round(price / 0.1) * 0.1, 3)
    own, other = (bids, asks) if is_buy else (asks, bids)
    trades = []
    while other and quantity > 0 and crosses(is_buy, price, other[0][0]):
        maker = other[0]
        traded = min(quantity, maker[1])
        trades.append((price, maker[0], traded, maker[0]) if is_buy else (maker[0], price, traded, maker[0]))
        quantity -= traded
        maker[1] -= traded
        if maker[1] <= 0:
            other.pop(0)
    if quantity > 0:
        at = 0
        while at < len(own) and crosses(not is_buy, price, own[at][0]):
            at += 1
        own.insert(at, [price, quantity])
    return trades


def run(o: Options) -> tuple[list[Row], list[Row]]:
    """Interval rows and untimed decision rows, as the tables write them."""
    agents = [NaiveAgent(o, i) for i in range(o["N"])]
    bids: list[Any] = []
    asks: list[Any] = []
    call = o.get("mechanism") == "call"
    cap = o["feeder_cap_kw"] * (5 / 60) if o.get("feeder_cap_kw") is not None else None
    intervals, decisions = [], []
    for t in range(o.get("intervals", 288)):
        start = [tuple(x) for x in bids], [tuple(x) for x in asks]
        sent: list[tuple[bool, float, float]] = []
        trades: list[Any] = []
        for agent in agents:
            action, is_buy, price, quantity, *counts = decide(agent, t, *(start if call else (bids, asks)), o)
            head = ["cell", str(t), f"{o['agent']}_{agent.i}", TYPES[o["agent"]]]
            decisions.append([*head, action, str(price), str(quantity), *map(str, counts)])
            if action == "none":
                continue
            for _ in range(0 if action == "accept" else 2 if call else 1):
                is_buy, price, quantity = agent.quote(t) or (is_buy, price, quantity)
            sent.append((is_buy, price, quantity))
            if not call:
                trades += trade(bids, asks, is_buy, price, quantity)
        buys, sells = ([(p, q) for side, p, q in sent if side is wanted] for wanted in (True, False))
        bound, rest_bids, rest_asks = match([*start[0], *buys], [*start[1], *sells], cap)
        if call:
            trades, bids, asks = bound, rest_bids, rest_asks
        intervals.append(row(t, trades, bound, buys, sells))
    return intervals, decisions


def row(t: int, trades: list[Any], bound: list[Any], buys: list[Any], sells: list[Any]) -> Row:
    reached, best = (sum_in_order((b - a) * q for b, a, q, _ in pairs) for pairs in (trades, bound))
    traded = sum_in_order(x[2] for x in trades)
    bought, sold = sum_in_order(q for _, q in buys), sum_in_order(q for _, q in sells)
    paid = [x[3] for x in trades]
    mean = sum_in_order(paid) / len(paid) if paid else 0.0
    variance = sum_in_order((x - mean) ** 2 for x in paid) / len(paid) if paid else 0.0
    values = [traded, bought, sold, max(0, bought - traded), max(0, sold - traded), mean, variance, reached, best]
    return [str(t), str(len(trades)), *(f"{x:.6f}" for x in [*values, reached / best if best > 0 else 0.0])]


def sum_in_order(values: Any) -> float:
    total = 0.0
    for value in values:
        total += value
    return total
