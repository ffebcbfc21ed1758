"""Facts told to traders of a scenario before it starts, as on their pages, and facts not told."""

from collections.abc import Iterator
from textwrap import wrap

from p2p.information.rules_text import paragraphs, sentences
from p2p.information.untold import untold
from p2p.scenario.arms import Arm
from p2p.scenario.overrides import InformationSet
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.sim.library.texts import catalogue

WIDTH = 124
"""Characters of a line with its margin: instructions, in lines of 120, keep their lines."""
MARGIN = "  "


def told_sheet(scenario: Scenario) -> Iterator[str]:
    """The pages in their order, what arms are told instead, and the keys that are untold."""
    yield "told to traders, as their screens say it:"
    begins = [catalogue().sentence(one) for one in sentences("start", public_rules(scenario))]
    yield from _section(catalogue().text("rules.heading.start"), "\n".join(begins))
    pages = [_arm_pages(scenario, arm) for arm in scenario.arms]
    common = pages[0] if scenario.has_market_arms else _pages(scenario, scenario.information)
    for heading, text in common:
        yield from _section(heading, text)
    for arm, own in zip(scenario.arms, pages, strict=True):
        for heading, text in own:
            if (heading, text) not in common:
                yield from _section(f"{heading} (arm {arm.name}, instead)", text)
    yield from _untold(scenario)


def _pages(scenario: Scenario, information: InformationSet) -> list[tuple[str, str]]:
    return paragraphs(public_rules(scenario, information), catalogue())


def _arm_pages(scenario: Scenario, arm: Arm) -> list[tuple[str, str]]:
    """The pages of a seat in an arm; of markets, as in the first market."""
    if arm.unit == "seat":
        return _pages(scenario, arm.information or scenario.information)
    own = scenario.in_arm(arm.name)
    return paragraphs(public_rules(own, own.information, market=0, own_rules=True), catalogue())


def _section(heading: str, text: str) -> Iterator[str]:
    yield f"{MARGIN}{heading}"
    for line in text.splitlines():
        yield from wrap(line, WIDTH, initial_indent=2 * MARGIN, subsequent_indent=2 * MARGIN)


def _untold(scenario: Scenario) -> Iterator[str]:
    reasons = untold(scenario)
    if reasons:
        yield ""
        yield "not told before it starts:"
    width = max(map(len, reasons), default=0)
    yield from (f"{MARGIN}{key:{width}}  {why}" for key, why in reasons.items())
