"""The words of pictures for a run's market and rule."""

from __future__ import annotations

from p2p.sim.study.results.summaries import Summary

RULES = {"band": "within a band", "k_search": "best of K", "k_greedy": "K, greedy"}
AUCTIONS = {"cda": "continuous", "call": "call auction"}
BOOKS = {"book": "open book", "ticker": "ticker only"}


def market_words(one: Summary) -> str:
    """A run's market in words, as `continuous, open book, premia 0.5 and 0.5 c`; usual properties are left out."""
    words = [AUCTIONS.get(one.mechanism, one.mechanism), BOOKS.get(one.info_set, one.info_set)]
    if one.feeder_cap_kw is not None:
        words.append(f"feeder {one.feeder_cap_kw:g} kW")
    setting = one.setting
    if setting is not None and (setting.buy_markup is not None or setting.sell_discount is not None):
        words.append(f"premia {setting.buy_markup or 0:g} and {setting.sell_discount or 0:g} c")
    if setting is not None and setting.battery_kwh:
        words.append(f"battery {setting.battery_kwh:g} kWh")
    return ", ".join(words)


def rule_words(one: Summary) -> str:
    """`satisficer, K, greedy`; the parameter is told apart by `parameter_words`."""
    if one.agent == "optimizer":
        return f"optimizer, {one.optimizer_mode}" if one.optimizer_mode else "optimizer"
    if one.agent == "satisficer":
        return f"satisficer, {RULES.get(one.mode or '', one.mode or '')}"
    return one.agent


def parameter_words(one: Summary) -> str:
    """`τ = 5 %`, `K = 3`; of agents that differ among themselves, that they do; of an optimizer its rule."""
    if one.tau is not None:
        return f"τ = {one.tau:g} %"
    if one.K is not None:
        return f"K = {one.K}"
    return "mixed among agents" if one.agent == "satisficer" else rule_words(one)
