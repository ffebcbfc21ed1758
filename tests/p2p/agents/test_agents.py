"""Every decision rule: what all of them keep to."""

import copy
import pickle
import random
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import improves, on_tick
from p2p.agents.registry import NAMES, AgentError, refusal_of
from p2p.base.rng import derived, stream
from p2p.base.units import is_seat
from p2p.information.projection import Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Contract,
    EndRound,
    Message,
    Quote,
    Refused,
    Schedule,
    Sell,
    Standing,
    StartRound,
    Step,
)
from p2p.scenario.public_rules import public_rules
from p2p.scenario.terms import Terms
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from p2p.testing.situations import Situation
from tests.plays.asked import agent, decide, seller
from tests.plays.play import small, told
from tests.plays.representatives import REPRESENTATIVES

VARIANTS = [
    *("satisficer/mode=k_search", "satisficer/mode=k_search/k=1", "satisficer/tau=0", "satisficer/tau=1"),
    *("satisficer/mode=k_greedy", "optimizer/mode=greedy", "aa/theta_first=2", "gdx/horizon=1", "learner/epsilon=1"),
]
WORDS = [*NAMES, *VARIANTS]
every_agent = pytest.mark.parametrize("word", WORDS)


# --- what all keep to --------------------------------------------------------------------------------------------


def check_legal(one: Agent, sight: Situation, action: Action) -> None:
    """The market would take it, and it loses nothing that the rule may not lose."""
    value, buying = sight.unit_value, sight.role == "buyer"
    if value is None or sight.role is None:
        assert action is None
        return
    match action:
        case None:
            return
        case Buy(price=limit):
            assert buying
            assert sight.ask is not None
            assert limit is None or limit >= sight.ask
            price = sight.ask
        case Sell(price=limit):
            assert not buying
            assert sight.bid is not None
            assert limit is None or limit <= sight.bid
            price = sight.bid
        case Bid(price=price):
            assert buying
            assert sight.bid is None or price > sight.bid
        case Ask(price=price):
            assert not buying
            assert sight.ask is None or price < sight.ask
    assert sight.price_min <= price <= sight.price_max
    assert (price - sight.price_min) % sight.tick == 0
    assert one.may_lose or (price <= value if buying else price >= value)


@st.composite
def sights(draw: st.DrawFn) -> Situation:
    tick = draw(st.sampled_from([1, 2, 5, 7]))
    low, ticks = draw(st.integers(0, 20)), draw(st.integers(1, 30))
    steps = sorted(draw(st.lists(st.integers(0, ticks), min_size=2, max_size=2, unique=True)))
    bid, ask = (low + step * tick for step in steps)
    return Situation(
        role=draw(st.sampled_from(["buyer", "seller"])),
        unit_value=draw(st.none() | st.integers(0, low + ticks * tick + 30)),
        bid=draw(st.sampled_from([None, bid])),
        ask=draw(st.sampled_from([None, ask])),
        bid_mine=draw(st.booleans()),
        ask_mine=draw(st.booleans()),
        price_min=low,
        price_max=low + ticks * tick,
        tick=tick,
        quotes=draw(st.sampled_from(["both", "buyers", "sellers"])),
    )


prices = st.integers(0, 200)
steps = st.lists(st.builds(Step, prices, st.integers(1, 900)), min_size=1, max_size=3).map(tuple)
facts = st.lists(
    st.builds(Quote, st.sampled_from(["bid", "ask"]), st.none() | prices)
    | st.builds(Contract, st.just(1), prices, st.sampled_from(["bid", "ask", "call"]))
    | st.builds(Schedule, st.just(1), st.sampled_from(["buyer", "seller"]), steps)
    | st.sampled_from([StartRound(2, 1_000), EndRound(1), Standing(), Quote("bid", 50, mine=True)]),
    max_size=12,
)
"""What an agent may be told, in any order."""


@every_agent
@given(sight=sights(), seen=facts, seed=st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_whatever_it_says_the_market_takes_and_no_loss_is_made(
    word: str, sight: Situation, seen: list[Message], seed: int
) -> None:
    one = agent(word)
    for fact in seen:
        one.see(fact)
    check_legal(one, sight, one.decide(sight, random.Random(seed)))


@every_agent
@given(sight=sights(), seen=facts, seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_it_draws_from_the_generator_it_is_given_and_no_other(
    word: str, sight: Situation, seen: list[Message], seed: int
) -> None:
    one, other = agent(word), agent(word)
    for fact in seen:
        one.see(fact)
        other.see(fact)
    before, said = random.getstate(), one.decide(sight, random.Random(seed))
    random.random()
    assert other.decide(sight, random.Random(seed)) == said
    random.setstate(before)


@every_agent
@given(sight=sights(), seen=facts, seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_copy_decides_as_the_one_it_was_copied_from(
    word: str, sight: Situation, seen: list[Message], seed: int
) -> None:
    one = agent(word)
    for fact in seen:
        one.see(fact)
    copies = pickle.loads(pickle.dumps(one)), copy.deepcopy(one)
    said = one.decide(sight, random.Random(seed))
    for other in copies:
        assert other == one
        assert type(other) is type(one)
        assert other.decide(sight, random.Random(seed)) == said


@every_agent
def test_it_says_nothing_without_a_unit_or_a_role(word: str) -> None:
    for role in ("buyer", "seller"):
        assert decide(word, Situation(role=role, unit_value=None, bid=10, ask=20)) is None
    assert decide(word, Situation(role=None, bid=10, ask=20)) is None


@every_agent
def test_in_an_empty_market_it_opens(word: str) -> None:
    waits = agent(word).waits
    assert decide(word, Situation()) is None if waits else isinstance(decide(word, Situation()), Bid)
    assert decide(word, seller()) is None if waits else isinstance(decide(word, seller()), Ask)


@every_agent
def test_a_value_outside_the_limits_is_no_reason_to_leave_them(word: str) -> None:
    for sight in (Situation(unit_value=10_000), seller(unit_value=0, price_min=50)):
        check_legal(agent(word), sight, decide(word, sight))
        assert agent(word).waits or decide(word, sight) is not None
    for sight in (Situation(unit_value=10, price_min=50), seller(unit_value=300)):
        assert agent(word).may_lose or decide(word, sight) is None


@every_agent
def test_nothing_is_left_to_say_where_the_own_side_is_at_its_limit(word: str) -> None:
    assert decide(word, Situation(unit_value=500, bid=200)) is None
    assert decide(word, seller(unit_value=0, ask=0)) is None


@every_agent
@pytest.mark.parametrize("tick", [1, 7])
def test_in_a_whole_session_nothing_it_says_is_refused(word: str, tick: int) -> None:
    values = ((150, 121, 90), (131, 3), (211,)), ((52, 73), (64, 300), (1, 1))
    simulation = Simulation(small(*values, limits=(4, 200), tick=tick, period_s=40.0), [word] * 6, 1)
    events = [event for _, _, some in simulation.play() for event in some]
    assert told(events, Refused) == []
    assert told(events, Quote) or agent(word).waits


@every_agent
def test_only_its_definition_may_make_it_lose(word: str) -> None:
    assert agent(word).may_lose == word.startswith("ziu")
    assert type(agent(word)).source


def test_prices_are_rounded_away_from_a_loss() -> None:
    assert [on_tick(Situation(tick=5), price) for price in (49, 50, 51, -3, 999)] == [45, 50, 50, 0, 200]
    assert [on_tick(seller(tick=5), price) for price in (49, 50, 51, -3, 999)] == [50, 50, 55, 0, 200]
    assert on_tick(seller(price_min=3, price_max=23, tick=10), 5) == 13


def test_to_improve_is_to_be_better_than_ones_own_side() -> None:
    assert improves(Situation(), 1)
    assert [improves(Situation(bid=50), price) for price in (49, 50, 51)] == [False, False, True]
    assert [improves(seller(ask=50), price) for price in (49, 50, 51)] == [True, False, False]


def test_an_agent_without_a_rule_is_our_own_error() -> None:
    view: View = Situation()
    with pytest.raises(AssertionError, match="no rule of its own"):
        Agent().decide(view, random.Random(0))


def test_the_conformance_suite_would_find_a_cheat() -> None:
    for sight, action in product(
        [Situation(bid=50, ask=60, tick=5)], [Bid(50), Bid(57), Bid(105), Ask(55), Buy(55), Sell()]
    ):
        with pytest.raises(AssertionError):
            check_legal(agent("zic"), sight, action)


# --- in every institution, live and simulated --------------------------------------------------------------------

FIVE = ((150, 121, 90), (131, 3), (211,)), ((52, 73), (64, 300), (1, 1))


@every_agent
@pytest.mark.parametrize("institution", ["continuous", "call"])
@pytest.mark.parametrize("information", ["quotes", "book"])
def test_it_plays_in_the_other_institutions_or_says_why_not(word: str, institution: Any, information: Any) -> None:
    scenario = small(*FIVE, limits=(4, 200), period_s=20.0, information=information)
    rules = msgspec.structs.replace(scenario.institution, name=institution)
    scenario = msgspec.structs.replace(scenario, institution=rules)
    if refusal_of(agent(word), scenario.capabilities):
        with pytest.raises(AgentError, match="does not play in"):
            Simulation(scenario, [word] * 6, 1)
        return
    simulation = Simulation(scenario, [word] * 4 + ["zic"] * 2, 1)
    heard = [one for one in simulation.play() if is_seat(one[0].sender)]
    assert {envelope.sender for envelope, _, _ in heard} - {4, 5} or agent(word).waits
    if not agent(word).may_lose:
        assert all(simulation.robots[seat].knowledge.surplus >= 0 for seat in range(4))


PERIODS = 6
"""Periods of a scenario that are played: those that learn have something to learn from."""


TICKS_A_LOOK = 20
"""Ticks of the price range for each look: beyond, rules that walk by ticks do not meet in a period."""


@pytest.mark.parametrize("word", NAMES)
@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_it_trades_in_every_scenario_that_it_does_not_refuse(word: str, name: str) -> None:
    """Among its own; one that only ever takes what others quote has every second seat."""
    scenario = load(name)
    scenario = msgspec.structs.replace(scenario, periods=min(PERIODS, scenario.periods))
    rules = scenario.institution
    wide = (rules.price_max - rules.price_min) / rules.tick > TICKS_A_LOOK * scenario.activations()
    mixed = agent(word).waits or wide
    others = ["zic" if mixed and seat % 2 else word for seat in range(scenario.seats)]
    if refusal_of(agent(word), scenario.capabilities):
        with pytest.raises(AgentError, match="does not play in"):
            Simulation(scenario, others, 1)
        return
    events = [event for _, _, some in Simulation(scenario, others, 1).play() for event in some]
    made = [event.message for event in events if isinstance(event.message, Contract)]
    traders = {seat for contract in made for seat in (contract.buyer, contract.seller) if seat is not None}
    assert {others[seat] for seat in traders} >= {word}


@every_agent
@pytest.mark.parametrize("quotes", ["both", "sellers", "buyers"])
def test_it_does_the_same_live_as_simulated(word: str, quotes: Any) -> None:
    """A live robot folds its own feed, fact by fact, where the simulator folds what all are shown once."""
    scenario, seed = small(*FIVE, limits=(4, 200), period_s=20.0), 3
    rules = msgspec.structs.replace(scenario.institution, terms=Terms(quotes=quotes))
    scenario = msgspec.structs.replace(scenario, institution=rules)
    simulation = Simulation(scenario, [word] * 3 + ["zic"] * 3, seed)
    views, seat = Projector(scenario, seed), 0
    knowledge, one = Knowledge(PublicKnowledge(public_rules(scenario))), agent(word)
    rng, said_by_it = stream(derived(seed, "robot", seat), "decide"), []
    looks: list[tuple[int, Action]] = []
    original = simulation.robots[seat].agent

    class Watched:
        learns, see = original.learns, original.see

        def decide(self, view: Any, generator: random.Random) -> Action:
            state, now = generator.getstate(), view.now
            rng.setstate(state)
            knowledge.now = now
            said_by_it.append(one.decide(knowledge, rng))
            looks.append((now, original.decide(view, generator)))
            return looks[-1][1]

    simulation.robots[seat].agent = Watched()  # type: ignore[assignment]
    simulation.learners = {
        channel: [r for r in simulation.robots.values() if r.agent.learns and r.knowledge.public is public]
        for channel, public in simulation.public.items()
    }
    for _, now, events in simulation.play():
        for event in events:
            shown = views.project(event)
            fact = None if shown is None else shown.own.get(seat, shown.form("book"))
            if fact is not None:
                knowledge.on_fact(fact, now)
                if one.learns:
                    one.see(fact)
    assert looks
    assert said_by_it == [action for _, action in looks]


def test_an_agent_is_shown_no_more_than_its_view() -> None:
    """What the tests show an agent has nothing beside the view's own names: an agent that looked further would fail."""
    names = {name for name in vars(View) if not name.startswith("_")} | set(View.__annotations__)
    shown = {name for name in dir(Situation()) if not name.startswith("_")}
    assert shown - names <= {"shown"}
    assert names <= shown
