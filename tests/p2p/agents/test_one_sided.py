"""Markets in which one side alone may quote (Smith 1962, Test 8): every decision rule trades there, on either side."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from p2p.agents.base import Action
from p2p.agents.order_mapping import to_message
from p2p.agents.quoting import only_takes, take_best
from p2p.agents.registry import NAMES, AgentError, refusal_of
from p2p.agents.strategies.beliefs import Belief, History
from p2p.agents.strategies.zip import ZIP
from p2p.base.units import is_seat
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Ask, Bid, Buy, Contract, Quote, Refused, Schedule, Sell, StartRound, Step
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.public_rules import public_rules
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import Scenario
from p2p.scenario.terms import Terms
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from p2p.testing.situations import Situation
from tests.plays.asked import Drawn, agent, decide, seller
from tests.plays.play import small, told

every_agent = pytest.mark.parametrize("word", NAMES)
either_side = pytest.mark.parametrize("quotes", ["sellers", "buyers"])
LOOKS = 300
"""How often each of a pair looks in a period: who improves by a tick gets from one end of the prices to the other."""


def one_sided(scenario: Scenario, quotes: Any, institution: Any = "standing") -> Scenario:
    rules = msgspec.structs.replace(scenario.institution, name=institution, terms=Terms(quotes=quotes))
    return msgspec.structs.replace(scenario, institution=rules)


def played(scenario: Scenario, cast: list[str]) -> tuple[list[Envelope], list[Event], Simulation]:
    simulation = Simulation(scenario, cast, 1)
    heard = list(simulation.play())
    return [envelope for envelope, _, _ in heard], [event for _, _, some in heard for event in some], simulation


# --- what all keep to --------------------------------------------------------------------------------------------


@every_agent
@either_side
@pytest.mark.parametrize("institution", ["standing", "continuous"])
def test_where_one_side_quotes_every_rule_trades_or_says_why_not(word: str, quotes: Any, institution: Any) -> None:
    """Among its own, to the end of the session; one that only ever takes what others quote has every second seat."""
    scenario = one_sided(load("smith-1962-test-1"), quotes, institution)
    cast = ["zic" if agent(word).waits and seat % 2 else word for seat in range(scenario.seats)]
    if refusal_of(agent(word), scenario.capabilities):
        with pytest.raises(AgentError, match="does not play in"):
            Simulation(scenario, cast, 1)
        return
    envelopes, events, simulation = played(scenario, cast)
    made = told(events, Contract)
    assert word in {cast[seat] for one in made for seat in (one.buyer, one.seller) if seat is not None}
    assert "may_not_quote" not in {refused.reason for refused in told(events, Refused)}
    may_not, takes = (Bid, Buy) if quotes == "sellers" else (Ask, Sell)
    kinds = {type(envelope.message) for envelope in envelopes if is_seat(envelope.sender)}
    assert takes in kinds
    assert may_not not in kinds
    last = next(
        n for n, event in enumerate(events) if event.message == StartRound(scenario.periods, scenario.period_us)
    )
    assert told(events[last:], Contract), "trade does not die out"
    if not agent(word).may_lose:
        assert all(one.knowledge.surplus + one.knowledge.surplus_before >= 0 for one in simulation.robots.values())


@every_agent
@either_side
def test_households_trade_too_where_one_side_quotes(word: str, quotes: Any) -> None:
    """Two intervals of a day, long enough for a rule that goes tick by tick from the far end of the prices."""
    day = msgspec.structs.replace(load("energy-day"), periods=2, period_s=2.0 * LOOKS)
    cast = ["zic" if agent(word).waits and seat % 2 else word for seat in range(day.seats)]
    _, events, _ = played(one_sided(day, quotes, "continuous"), cast)
    assert word in {
        cast[seat] for one in told(events, Contract) for seat in (one.buyer, one.seller) if seat is not None
    }
    assert not told(events, Refused)


@every_agent
@either_side
def test_two_who_gain_find_each_other_though_one_may_not_quote(word: str, quotes: Any) -> None:
    """The one who quotes has nobody to outdo, the other's silence is all the answer; one that waits says nothing."""
    pair = small(((150,),), ((50,),), periods=4, period_s=float(LOOKS), robots=RobotRules(1.0))
    _, events, _ = played(one_sided(pair, quotes), [word] * 2)
    assert bool(told(events, Contract)) != agent(word).waits
    assert bool(told(events, Quote)) != agent(word).waits


@pytest.mark.parametrize("word", ["zip", "gd", "mgd", "gdx", "aa", "shaver", "optimizer", "giveaway"])
@either_side
def test_a_gain_of_two_ticks_is_found_by_those_who_do_not_insist_on_more(word: str, quotes: Any) -> None:
    pair = small(((101,),), ((99,),), periods=4, period_s=float(LOOKS), robots=RobotRules(1.0))
    _, events, _ = played(one_sided(pair, quotes), [word] * 2)
    assert {contract.price for contract in told(events, Contract)} <= {99, 100, 101}
    assert told(events, Contract)


@pytest.mark.parametrize(
    ("action", "bid", "ask", "message"),
    [
        (Bid(90), 40, 80, Buy(90)),
        (Bid(80), 40, 80, Buy(80)),
        (Bid(79), 40, 80, None),
        (Bid(90), 40, None, None),
        (Buy(90), 40, 80, Buy(90)),
        (Ask(80), 40, 80, Ask(80)),
        (Ask(30), 40, 80, Ask(30)),
        (None, 40, 80, None),
    ],
)
def test_a_buyer_who_may_not_quote_takes_or_passes(action: Action, bid: Any, ask: Any, message: Any) -> None:
    rules = public_rules(small(limits=(4, 200)))
    knowledge = Knowledge(PublicKnowledge(msgspec.structs.replace(rules, terms=Terms(quotes="sellers"))))
    knowledge.on_fact(Schedule(1, "buyer", (Step(100),)), 0)
    knowledge.public.on_fact(Quote("bid", bid), 0)
    knowledge.public.on_fact(Quote("ask", ask), 0)
    assert to_message(action, knowledge) == message


# --- each by hand ------------------------------------------------------------------------------------------------

BUYER, SELLER = Situation(quotes="sellers"), seller(quotes="buyers")
"""They may only take, what is worth 100 to them."""


def test_who_may_only_take_is_told_by_the_terms() -> None:
    assert only_takes(BUYER)
    assert only_takes(SELLER)
    assert not any(map(only_takes, (Situation(), seller(), Situation(quotes="buyers"), seller(quotes="sellers"))))


def test_what_stands_is_taken_where_it_gains_and_is_not_ones_own() -> None:
    assert [take_best(replace(BUYER, ask=ask)) for ask in (None, 100, 99)] == [None, None, Buy(99)]
    assert [take_best(replace(SELLER, bid=bid)) for bid in (None, 100, 101)] == [None, None, Sell(101)]
    assert take_best(replace(BUYER, ask=99, ask_mine=True)) is None
    assert take_best(replace(SELLER, bid=101, bid_mine=True)) is None


@pytest.mark.parametrize("word", ["gd", "mgd", "gdx", "shaver"])
def test_who_has_no_price_to_wait_with_takes_what_gains(word: str) -> None:
    assert decide(word, replace(BUYER, ask=99)) == Buy(99)
    assert decide(word, replace(SELLER, bid=101)) == Sell(101)
    assert decide(word, replace(BUYER, ask=100)) is None
    assert isinstance(decide(word, Situation(ask=99)), Bid), "it bids where it may"


def test_gd_learns_from_asks_alone_which_are_taken() -> None:
    """90 and 80 were not, 70 was: the chance is 1 at 70 (TAG 1, RAL 0), 0 at 80 (TAG 0, RAL 1), the cubic between."""
    history, one = History(5), agent("gd")
    for price in (90, 80, 70):
        history.quote("ask", price)
        one.see(Quote("ask", price))
    history.contract("ask", 70)
    one.see(Contract(1, 70, "ask"))
    belief = Belief(history, "ask", 0, 200, True)
    assert [belief.at(price) for price in (70, 75, 80, 90)] == [1, 0.5, 0, 0]
    best = max(range(60, 201), key=lambda price: (price - 60) * belief.at(price))
    assert one.decide(seller(unit_value=60, quotes="sellers"), Drawn(0)) == Ask(best)


@pytest.mark.parametrize("word", ["mgd", "gdx"])
def test_where_sellers_alone_quote_the_period_before_is_no_ceiling_for_good(word: str) -> None:
    """At a cost of 90, above all that was traded, there is hope where no buyer could have said that he pays more."""

    def asked(quotes: Any) -> Action:
        one = agent(word)
        for fact in (Quote("ask", 70), Contract(1, 70, "ask"), Quote("ask", 80), Contract(2, 80, "ask")):
            one.see(fact)
        one.see(StartRound(2, 1))
        return one.decide(seller(unit_value=90, quotes=quotes), Drawn(0))

    assert asked("both") is None
    assert isinstance(asked("sellers"), Ask)


def zip_buyer() -> ZIP:
    """Of value 100, margin 0.2, beta 0.5, without momentum."""
    one = ZIP(beta_low=0.5, beta_high=0.5, momentum_high=0.0, margin_low=0.2, margin_high=0.2)
    one.see(Schedule(1, "buyer", (Step(100, 1),)))
    return one


def test_zip_gives_way_where_nothing_meets_its_price() -> None:
    """80 counts as a bid that was not taken: half way to 1.025 x 80 + 2.5 is 82.25."""
    assert zip_buyer().decide(BUYER, Drawn(0.5)) == Bid(82)
    assert zip_buyer().decide(replace(BUYER, ask=81), Drawn(0.5)) == Bid(82), "which takes the ask"
    assert zip_buyer().decide(replace(BUYER, ask=80), Drawn(0.5)) == Bid(80), "which is met"
    assert zip_buyer().decide(Situation(), Drawn(0.5)) == Bid(80), "who may bid hears of others' bids"


def test_aa_takes_any_gain_before_a_price_is_known_and_its_target_after() -> None:
    one = agent("aa")
    one.see(Schedule(1, "buyer", (Step(100, 1),)))
    assert one.decide(replace(BUYER, ask=99), Drawn(0.5)) == Bid(100), "which takes it"
    one.see(Contract(1, 60, "ask"))
    first = one.decide(replace(BUYER, ask=80), Drawn(0.5))
    assert first == Bid(59), "the only price there was, and a little less, for it was not overbid"
    prices = [one.decide(replace(BUYER, ask=80), Drawn(0.5)).price for _ in range(200)]
    assert prices == sorted(prices)
    assert prices[-1] >= 80, "a target that nothing meets becomes more aggressive"


def test_an_optimizer_whose_side_alone_quotes_improves_on_itself() -> None:
    mine = seller(unit_value=60, ask=90, ask_mine=True)
    assert decide("optimizer", mine) is None
    assert decide("optimizer", replace(mine, quotes="sellers")) == Ask(89)
    assert decide("optimizer", Situation(bid=50, bid_mine=True, quotes="buyers")) == Bid(51)
