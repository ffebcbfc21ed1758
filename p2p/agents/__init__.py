"""Agents: decision rules. The same object trades live, in simulation and in the study's sweeps.

An agent is a struct whose fields are its parameters. `decide(view, rng)` says what it does now; an agent that learns
also has `see(message)`, which is told every fact of its feed. It draws from the generator it is given, from no other.
The names below are what an agent of one's own is written with; the lab's own agents are in strategies/, one file each.
"""

from p2p.agents.base import Action, Agent, Quoters, View
from p2p.agents.quoting import improves, offer, on_tick, only_takes, quote, sweep_price, take_best
from p2p.messages import Ask, Bid, Buy, Sell

__all__ = [
    "Action",
    "Agent",
    "Ask",
    "Bid",
    "Buy",
    "Quoters",
    "Sell",
    "View",
    "improves",
    "offer",
    "on_tick",
    "only_takes",
    "quote",
    "sweep_price",
    "take_best",
]
