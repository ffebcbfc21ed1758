"""Rules that change with a period: the rules after a change, and the change in words."""

from msgspec.structs import replace

from p2p.information.rules_text import SECTIONS, sentences
from p2p.messages import RulesChanged
from p2p.scenario.public_rules import PublicRules
from p2p.texts.catalogue import Catalogue, Sentence

CHANGING = ("charges", "terms", "information", "identities", "period_s", "break_s")
"""The rules that may change with a period."""


def changed(rules: PublicRules, change: RulesChanged) -> PublicRules:
    """The public rules with those that a change names."""
    named = {key: new for key in CHANGING if (new := getattr(change, key)) is not None}
    return replace(rules, **named)


def difference(period: int, before: PublicRules, after: PublicRules) -> RulesChanged | None:
    """The change that leads from the rules before to those after, from a period on; None where nothing changes."""
    named = {key: new for key in CHANGING if (new := getattr(after, key)) != getattr(before, key)}
    return RulesChanged(period, **named) if named else None


def changes_text(period: int, before: PublicRules, after: PublicRules, texts: Catalogue) -> str:
    """The change of rules that a period brings, in words: the sentences that are new, and those that hold no more.

    A sentence that says the same of another figure stands for the one it replaces.
    """
    said, now = _all(before), _all(after)
    new = [one for one in now if one not in said]
    gone = [one for one in said if one.key not in {other.key for other in now}]
    parts = []
    if new:
        parts.append(texts.text("changes.from", period=period, said=" ".join(map(texts.sentence, new))))
    if gone:
        parts.append(texts.text("changes.no_longer", said=" ".join(map(texts.sentence, gone))))
    return " ".join(parts)


def _all(rules: PublicRules) -> list[Sentence]:
    return [one for section in SECTIONS for one in sentences(section, rules)]
