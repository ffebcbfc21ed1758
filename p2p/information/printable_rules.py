"""Rules as they may be shown on a terminal: a server or a broker, which may be a stranger's, has sent them."""

from msgspec.structs import replace

from p2p.base.safe_text import printable
from p2p.scenario.public_rules import PublicRules


def printable_rules(rules: PublicRules) -> PublicRules:
    """The same, their texts without what a terminal would obey."""
    energy = rules.energy
    return replace(
        rules,
        title=printable(rules.title),
        currency=printable(rules.currency),
        instructions=printable(rules.instructions, lines=True),
        energy=energy and replace(energy, money_unit=printable(energy.money_unit)),
    )
