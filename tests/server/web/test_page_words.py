"""The page's sentences are the terminal's: the same catalogue, the same rules in words, for every market there is."""

import json
from collections.abc import Iterator
from typing import get_args

import msgspec
from msgspec.structs import replace

from p2p.base.units import Role
from p2p.information.changed_rules import changes_text
from p2p.information.rules_text import paragraphs, sentences
from p2p.scenario.charges import Charges
from p2p.scenario.overrides import InformationSet
from p2p.scenario.payment import Payment
from p2p.scenario.public_rules import PublicRules, public_rules
from p2p.scenario.stage_rules import StageShown
from p2p.scenario.terms import CallTerms, PostingTerms, Terms
from p2p.sim.library.files import load, names
from p2p.sim.library.texts import catalogue
from tests.plays.web_plays import SCRIPTS, STATIC, node
from tools.page_texts import page_texts

TEXTS_MAX = 30_000
"""Bytes of the file of sentences: a phone fetches it before the first screen."""


def shipped() -> list[PublicRules]:
    return [public_rules(load(name)) for name in names()]


def odd(rules: PublicRules) -> Iterator[PublicRules]:
    """The same market under rules that no scenario of the library has."""
    tenths = replace(rules, currency="0.1 c", loss_floor=-12_345, charges=Charges(7, 3, -2), end_probability=0.125)
    yield replace(tenths, market=1, markets=3, takeover_after_s=90.5, period_s=61.25, no_loss=False, loss_confirm=True)
    yield replace(rules, terms=Terms(120, 20, "buyers", "one", True, "cancel_resting", "session"), fewer=True)
    call = CallTerms("uniform", 0.3, "up", "pro_rata", 4, 12.3, 7.5, "sellers")
    yield replace(rules, call=call, posting=PostingTerms(12.5), robots=True, reaction="lognormal:2.5-0.7")
    yield replace(rules, call=CallTerms("ask"), reaction="uniform:1-3.5", robots=True, fills_seats=True, break_s=0.0)
    yield replace(rules, payment=Payment(1e-07, "EUR", 2.5, 1.005, "one period", "experimenter", -3, "up", 0.05))
    asks = StageShown("questions", at_cap="base_pay")
    yield replace(rules, stages=(asks,), terms=Terms(contract_price="random", lost_line="cancel", order_life_s=12.5))
    for shown in get_args(InformationSet):
        yield replace(rules, information=shown)
    yield replace(rules, payment=Payment(0.333, "EUR", floor=0.5), reaction="none", robots=True, information="quotes")


def test_the_file_of_sentences_is_the_one_that_the_catalogue_makes() -> None:
    assert (STATIC / "texts.json").read_text() == page_texts(), "run python -m tools.page_texts"
    assert len(page_texts().encode()) <= TEXTS_MAX


def test_every_market_has_the_same_rules_in_words_in_the_page_and_in_the_terminal() -> None:
    asked: list[tuple[PublicRules, Role | None, int | None]] = []
    for number, rules in enumerate(shipped()):
        asked += [(rules, None, None), (rules, "buyer", 3)]
        asked += [(one, "seller", 1) for one in odd(rules)] if number % 4 == 0 else []
    lines = [
        json.dumps({"rules": msgspec.to_builtins(rules), "role": role, "robots": robots})
        for rules, role, robots in asked
    ]
    for (rules, role, robots), (start, pages, _) in zip(asked, node(SCRIPTS / "page_words.mjs", lines), strict=True):
        assert start == [catalogue().sentence(one) for one in sentences("start", rules)]
        assert [tuple(one) for one in pages] == paragraphs(rules, catalogue(), role, robots)


def test_a_change_of_rules_is_told_in_the_same_words() -> None:
    pairs = [(rules, one) for rules in shipped()[:3] for one in odd(rules)]
    lines = [
        json.dumps({"rules": msgspec.to_builtins(after), "before": msgspec.to_builtins(before)})
        for before, after in pairs
    ]
    for (before, after), (_, _, change) in zip(pairs, node(SCRIPTS / "page_words.mjs", lines), strict=True):
        assert change == changes_text(2, before, after, catalogue())
