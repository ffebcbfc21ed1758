"""A robot's reports of its progress, to the person or program that has started it."""

from pathlib import PurePath

from p2p.base.display_name import display_name
from p2p.base.units import Money
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Ended, EndRound, Message, Metered
from p2p.protocol.frames import NAME_MAX
from p2p.scenario.public_rules import PublicRules


def news(message: Message, knowledge: Knowledge) -> str | None:
    """A sentence on a fact that matters to a robot's owner, when it has been folded; None for the others."""
    rules = knowledge.rules
    match message:
        case EndRound(period=period) if not rules.energy:
            return f"period {period}: traded {knowledge.traded}, {gained(knowledge.surplus, rules)}"
        case Metered(period=period, gain=gain, bought=bought):
            done = "bought" if bought >= 0 else "sold"
            return f"interval {period}: {done} {abs(bought)} Wh, {gained(gain, rules)}"
        case Ended():
            return f"the session is over: {gained(knowledge.surplus_total, rules)} in all"
        case _:
            return None


def gained(gain: Money, rules: PublicRules) -> str:
    """Money in the unit in which it is shown."""
    if rules.energy:
        return f"gained {gain / rules.energy.money_per_unit:+.4f} {rules.energy.money_unit}"
    return f"gained {gain:+} {rules.currency}"


def presented(word: str) -> str:
    """An agent's word as its robot gives it for a name: of one's own, the file without its folder; not too long."""
    where, colon, rest = word.rpartition(":")
    return display_name(f"{PurePath(where).name}:{rest}" if colon else word, NAME_MAX)
