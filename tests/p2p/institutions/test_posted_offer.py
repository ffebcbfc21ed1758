"""Posted offers: what nobody sees before posting ends, who is absent, and who may take what."""

from typing import Any

import msgspec
import pytest

from p2p.base.units import AGENTS, ENVIRONMENT, INSTITUTION, SECOND
from p2p.information.projection import Projector
from p2p.institutions.posted_offer import PostedOffer
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    EndPeriod,
    EndRound,
    InitInst,
    Message,
    Order,
    Quote,
    Reminder,
    Sell,
    Standing,
    StartPeriod,
)
from p2p.messages.envelope import Event, Outgoing, Refusal
from p2p.scenario.errors import ScenarioError
from p2p.scenario.lengths import with_lengths
from p2p.scenario.parsing import checked, parse
from p2p.scenario.terms import PostingTerms
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation

BUYERS, SELLERS = {0: 2, 1: 2}, {2: 2, 3: 1, 4: 0}
CANARY = 397


def posting(post_s: float | None = 20.0, length_s: int = 90) -> PostedOffer:
    """A period that has begun: seats 0 and 1 buy, 2 and 3 sell, 4 has nothing to sell."""
    market = PostedOffer()
    init = InitInst(0, 401, 1, (0, 1, 2, 3, 4), posting=None if post_s is None else PostingTerms(post_s))
    market.handle(init, ENVIRONMENT)
    market.handle(StartPeriod(1, length_s * SECOND, BUYERS, SELLERS), ENVIRONMENT)
    return market


def sent(market: PostedOffer, message: Message, sender: Any) -> list[Outgoing]:
    answer = market.handle(message, sender)
    assert not isinstance(answer, Refusal), answer
    return answer


def refused(market: PostedOffer, message: Message, sender: int) -> str:
    answer = market.handle(message, sender)
    assert isinstance(answer, Refusal)
    return answer.reason


def test_a_post_is_told_to_its_owner_alone_and_is_for_all_units() -> None:
    market = posting()
    assert sent(market, Ask(150), 2) == [Outgoing(2, Order(1, "ask", 150, 2, 2))]
    assert market.standing() == Standing()
    assert refused(market, Ask(140), 2) == "posted_already"
    assert refused(market, Buy(), 0) == "still_posting"
    assert refused(market, Bid(200), 0) == "may_not_quote"
    assert refused(market, Cancel(1), 2) == "cannot_be_withdrawn"
    assert refused(market, Ask(150, 2), 3) == "no_units_left"


def test_posting_ends_when_every_seller_with_a_unit_has_posted() -> None:
    market = posting()
    sent(market, Ask(150), 2)
    ended = sent(market, Ask(120), 3)
    assert ended[1:] == [
        Outgoing(AGENTS, Reminder(1, 70 * SECOND)),
        Outgoing(AGENTS, Order(2, "ask", 120, 1, 3)),
        Outgoing(AGENTS, Order(1, "ask", 150, 2, 2)),
        Outgoing(AGENTS, Quote("ask", 120, 3)),
    ]
    assert sent(market, Reminder(1, 70 * SECOND), INSTITUTION) == [Outgoing(INSTITUTION, EndPeriod())]


def test_posting_ends_with_its_time_and_who_has_not_posted_is_absent() -> None:
    market = posting()
    sent(market, Ask(150), 2)
    sent(market, Reminder(1, 20 * SECOND), INSTITUTION)
    assert market.standing().ask == 150
    assert refused(market, Ask(120), 3) == "posting_is_over"
    assert refused(market, Sell(), 3) == "no_standing_bid"


@pytest.mark.parametrize(("post_s", "first"), [(None, 30 * SECOND), (20.0, 20 * SECOND), (200.0, 90 * SECOND)])
def test_posting_lasts_a_third_of_the_period_where_nothing_is_said(post_s: float | None, first: int) -> None:
    assert PostingTerms(post_s).post_us(90 * SECOND) == first


def test_buyers_take_the_cheapest_first_and_parts_of_offers() -> None:
    market = posting()
    sent(market, Ask(150), 2)
    sent(market, Ask(120), 3)
    deals = [one.message for one in sent(market, Buy(None, 2), 0) if isinstance(one.message, Contract)]
    assert [(one.price, one.buyer, one.seller, one.quantity) for one in deals] == [(120, 0, 3, 1), (150, 0, 2, 1)]
    assert refused(market, Buy(149), 1) == "moved"
    sent(market, Buy(150), 1)
    assert refused(market, Buy(), 1) == "no_standing_ask"


def test_a_period_that_is_ended_while_sellers_post_shows_nobody_elses_offer() -> None:
    market = posting()
    sent(market, Ask(150), 2)
    assert sent(market, EndPeriod(), ENVIRONMENT) == [
        Outgoing(2, Order(1, "ask", 150, 0, 2)),
        Outgoing(AGENTS, EndRound(1)),
    ]


def test_nobody_but_its_owner_is_shown_a_post_before_posting_ends() -> None:
    """Every price said while sellers post is a canary: only its own seat's feed may have it."""
    scenario = load("posted-offer")
    views = Projector(scenario, 3)
    hidden = tried = 0
    simulation = Simulation(scenario, ["zic"] * scenario.seats, 3)
    for _, _, events in simulation.play():
        for event in events:
            shown = views.project(event)
            if isinstance(event.message, Order) and event.to != AGENTS:
                hidden += 1
                canary = Event(msgspec.structs.replace(event.message, price=CANARY), event.sender, event.to, 0)
                disguised = views.project(canary)
                assert shown is not None
                assert disguised is not None
                assert disguised.public is None
                assert set(disguised.own) == {event.message.trader}
                own = disguised.own[event.to]  # type: ignore[index]
                assert isinstance(own, Order)
                assert own.mine
                assert all(disguised.form(information) is None for information in ("quotes", "ticker", "book"))
            tried += isinstance(event.message, Contract)
    assert hidden > 5 * scenario.periods
    assert tried


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('name = "posted-offer"', 'name = "continuous"'), "institution.posting: says how long sellers post"),
        (("post_s = 30.0", "post_s = 90.0"), "institution.posting.post_s: is not below period_s"),
        (("tick = 1", 'tick = 1\nterms = { quotes = "buyers" }'), "terms.quotes: cannot be 'buyers' here"),
        (("tick = 1", "tick = 1\nterms = { improvement = true }"), "terms.improvement: cannot be true here"),
        (("tick = 1", 'tick = 1\nterms = { order_life = "session" }'), "terms.order_life: cannot be 'session' here"),
    ],
)
def test_what_posted_offers_cannot_have_is_said_with_its_line(change: tuple[str, str], said: str) -> None:
    from p2p.sim.library.files import scenario_path

    text = scenario_path("posted-offer").read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        parse(text.replace(*change), "mine.toml")


def test_a_period_of_another_length_has_the_same_share_for_posting() -> None:
    shorter = with_lengths(load("posted-offer"), 9.0, None, None)
    assert shorter.institution.posting == PostingTerms(3.0)
    assert checked(shorter)
