"""docs/institutions.md: a section for every institution, all of its rules, and an example that is played."""

import json
import re
from typing import Any, get_args

import msgspec
import pytest

from p2p.base.units import ENVIRONMENT, INSTITUTION, SECOND
from p2p.institutions.registry import CLASSES, institution_named
from p2p.messages import Ask, Bid, Buy, InitInst, Message, Reason, Reminder, Sell, StartPeriod
from p2p.messages.envelope import Refusal
from tests import ROOT

RULES = (
    "Messages",
    "Improvement",
    "Contract price",
    "After a contract",
    "Ties",
    "Partial fills",
    "Waiting",
    "End of a period",
    "Information sets",
)
KINDS: dict[str, type[Message]] = {"bid": Bid, "ask": Ask, "buy": Buy, "sell": Sell}
LINE = re.compile(r"(\w+) → (\w+) (\{.*?\}) +← (.*)")
EFFECT = re.compile(r"(\w+) (\{.*?\})")


def sections() -> dict[str, str]:
    page = (ROOT / "docs/institutions.md").read_text(encoding="utf-8")
    return {part.split("\n", 1)[0]: part for part in page.split("\n## ")[1:]}


def example(name: str) -> list[tuple[str, str, dict[str, Any], list[tuple[str, dict[str, Any]]]]]:
    lines = sections()[name].split("```")[1].strip().splitlines()
    matches = [LINE.fullmatch(line) for line in lines]
    assert None not in matches, lines
    return [
        (m[1], m[2], json.loads(m[3]), [(what, json.loads(fields)) for what, fields in EFFECT.findall(m[4])])
        for m in matches
        if m is not None
    ]


def test_every_institution_has_its_section_in_the_order_of_the_registry():
    assert list(sections()) == list(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_every_section_has_all_rules_in_one_order_and_three_lines_of_example(name):
    assert re.findall(r"^- \*\*(.*):\*\*", sections()[name], re.M) == list(RULES)
    assert len(example(name)) == 3


@pytest.mark.parametrize("name", CLASSES)
def test_the_example_is_what_the_institution_does(name):
    market = institution_named(name)
    market.handle(InitInst(0, 201, 1, (1, 2, 3, 4)), ENVIRONMENT)
    market.handle(StartPeriod(1, 60 * SECOND, {1: 2, 3: 2}, {2: 2, 4: 2}), ENVIRONMENT)
    for sender, word, payload, effects in example(name):
        if sender == "clock":
            answer = market.handle(Reminder(1, 0), INSTITUTION)
        else:
            answer = market.handle(msgspec.convert(payload, KINDS[word]), int(sender))
        if isinstance(answer, Refusal):
            came = [("refused", {"reason": answer.reason})]
        else:
            came = [(one.message.directive, msgspec.structs.asdict(one.message)) for one in answer]
        for what, fields in effects:
            place = next(
                (k for k, (kind, got) in enumerate(came) if kind == what and fields.items() <= got.items()), None
            )
            assert place is not None, (word, what, fields, came)
            del came[: place + 1]


@pytest.mark.parametrize("name", CLASSES)
def test_every_reason_on_the_page_is_one_that_the_code_has(name):
    named = re.findall(r"\(`(\w+)`\)", sections()[name])
    assert set(named) <= set(get_args(Reason))
