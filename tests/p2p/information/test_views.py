"""Who sees what: one public form for all of a market, and one's own; nothing else gets out."""

import re
from collections import Counter
from typing import Any

import msgspec
import pytest

from p2p.agents.registry import NAMES
from p2p.base.units import AGENTS, ENVIRONMENT, EVERYONE, EXPERIMENTER, INSTITUTION, SESSION
from p2p.information.projection import Projection, Projector
from p2p.messages import (
    Accepted,
    Bid,
    Contract,
    Contracts,
    EndRound,
    InitInst,
    Lobby,
    Message,
    Quote,
    Refused,
    Reminder,
    ReminderEndPeriod,
    RequestContracts,
    RequestStanding,
    Schedule,
    Standing,
    StartPeriod,
    StartRound,
)
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.codec import encode
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from p2p.sim.simulation.simulation import Simulation
from tests.plays.play import Course, small

IDENTITIES = ["hidden", "alias", "per_period"]


def views(identities: str = "hidden", **changes: Any) -> Projector:
    return Projector(small(identities=identities, **changes), 1)


def quote(trader: int = 2) -> Event:
    return Event(Quote("bid", 90, trader), INSTITUTION, AGENTS, 0)


def contract(buyer: int = 2, seller: int = 3) -> Event:
    return Event(Contract(1, 90, "bid", buyer, seller), INSTITUTION, ENVIRONMENT, 0)


# --- one by one ------------------------------------------------------------------------------------------------


def test_where_identities_are_hidden_a_quote_is_nobodys_but_ones_own() -> None:
    assert views().project(quote()) == Projection(0, Quote("bid", 90), {2: Quote("bid", 90, mine=True)})


def test_where_identities_are_hidden_a_contract_is_nobodys_but_its_owners() -> None:
    assert views().project(contract()) == Projection(
        0,
        Contract(1, 90, "bid"),
        {2: Contract(1, 90, "bid", mine="buyer"), 3: Contract(1, 90, "bid", mine="seller")},
        {"quotes": Standing()},
    )


@pytest.mark.parametrize("identities", ["alias", "per_period"])
def test_where_they_are_shown_it_is_by_alias(identities: str) -> None:
    shown = views(identities)
    name = shown.aliases[0]
    assert sorted(name.values()) == [1, 2, 3, 4]
    public = Quote("bid", 90, name[2])
    assert shown.project(quote()) == Projection(0, public, {2: msgspec.structs.replace(public, mine=True)})
    agreed = shown.project(contract())
    assert agreed is not None
    assert agreed.public == Contract(1, 90, "bid", name[2], name[3])
    assert agreed.own[3] == Contract(1, 90, "bid", name[2], name[3], mine="seller")


def test_what_is_said_to_one_is_told_to_that_one_alone() -> None:
    private = [
        Event(Schedule(1, "buyer", ()), ENVIRONMENT, 2, 0),
        Event(Refused(4, "moved"), SESSION, 2, 0),
        Event(Accepted(4), SESSION, 2, 0),
    ]
    for event in private:
        assert views().project(event) == Projection(0, None, {2: event.message})


def test_answers_are_disguised_as_everything_is() -> None:
    standing = Event(Standing(90, 2, 95, 3), INSTITUTION, 1, 0)
    contracts = Event(Contracts(((2, 3, 90),)), ENVIRONMENT, 1, 0)
    assert views().project(standing) == Projection(0, None, {1: Standing(90, None, 95, None)})
    assert views().project(contracts) == Projection(0, None, {1: Contracts(((None, None, 90),))})
    alias = views("alias")
    name = alias.aliases[0]
    assert alias.project(standing) == Projection(0, None, {1: Standing(90, name[2], 95, name[3])})
    assert alias.project(contracts) == Projection(0, None, {1: Contracts(((name[2], name[3], 90),))})


def test_a_session_tells_all_markets_and_a_market_its_own() -> None:
    two = views(markets=2)
    assert two.project(Event(Lobby(1, 8), SESSION, EVERYONE)) == Projection(None, Lobby(1, 8), {})
    assert two.project(Event(EndRound(1), INSTITUTION, AGENTS, 1)) == Projection(1, EndRound(1), {})


def test_what_the_actors_say_to_one_another_is_for_the_record_only() -> None:
    inner: list[Event] = [
        Event(InitInst(0, 9, 1, ()), ENVIRONMENT, INSTITUTION, 0),
        Event(StartPeriod(1, 9, {0: 1}, {1: 1}), ENVIRONMENT, INSTITUTION, 0),
        Event(Reminder(1, 9), INSTITUTION, INSTITUTION, 0),
        Event(ReminderEndPeriod(), SESSION, ENVIRONMENT, 0),
        Event(Accepted(1), SESSION, EXPERIMENTER),
    ]
    assert [views().project(event) for event in inner] == [None] * 5


def test_aliases_stay_for_a_session_or_change_with_the_period() -> None:
    for identities, stays in (("alias", True), ("per_period", False)):
        shown = Projector(small(((9,),) * 5, ((1,),) * 5, identities=identities), 1)
        drawn = []
        for period in (1, 2, 3):
            shown.project(Event(StartRound(period, 9), INSTITUTION, AGENTS, 0))
            drawn.append(dict(shown.aliases[0]))
        assert (drawn[0] == drawn[1] == drawn[2]) == stays
        assert all(sorted(names.values()) == list(range(1, 11)) for names in drawn)


def test_an_alias_says_nothing_of_seat_or_role() -> None:
    seats, roles = Counter[int](), Counter[str]()
    for seed in range(300):
        scenario = small(identities="alias")
        first = next(seat for seat, name in Projector(scenario, seed).aliases[0].items() if name == 1)
        seats[first] += 1
        roles[Session(scenario, seed).markets[0].environment.state()[0][first][1]["type"]] += 1  # type: ignore[index]
    assert all(45 < seats[seat] < 105 for seat in range(4))
    assert 110 < roles["buyer"] < 190


# --- over whole sessions ---------------------------------------------------------------------------------------

CANARIES = ((150_001, 150_011), (160_003, 160_019)), ((50_021, 50_033), (40_009, 40_037))
"""Values between the ticks: no price is one of them."""
CASTS = [[name, "zic"] * 4 for name in NAMES] + [["satisficer/mode=k_search"] * 8]


def canaries(identities: str) -> Scenario:
    return small(*CANARIES, limits=(0, 200_000), tick=4_000, period_s=40.0, markets=2, identities=identities)


def played(cast: list[str], identities: str) -> tuple[Simulation, list[tuple[Event, Projection]]]:
    """A session, and what was shown of each of its events; whoever is refused, and who asks, is among them."""
    simulation = Simulation(canaries(identities), cast, 3)
    views, shown = Projector(canaries(identities), 3), []
    for _, at, events in simulation.play():
        asked: list[Event] = []
        if simulation.session.phase == "trading" and at % 5 == 0:
            for message in (RequestContracts(), RequestStanding(), Bid(999_999)):
                asked += simulation.session.handle(Envelope(at % 8, message), at)
        for event in (*events, *asked):
            form = views.project(event)
            if form is not None:
                shown.append((event, form))
    return simulation, shown


def numbers(message: Message) -> set[str]:
    return set(re.findall(r"\d+", encode(message).decode()))


@pytest.mark.parametrize("cast", CASTS, ids=lambda cast: "-".join(dict.fromkeys(cast)).replace("/", "-"))
@pytest.mark.parametrize("identities", IDENTITIES)
def test_no_value_answer_or_seat_reaches_anybody_else(identities: str, cast: list[str]) -> None:
    simulation, shown = played(cast, identities)
    secret = {str(number) for side in CANARIES for trader in side for number in trader}
    kinds: Counter[str] = Counter()
    for event, form in shown:
        kinds[event.message.directive] += 1
        for seat, own in form.own.items():
            assert simulation.session.market_of[seat].number == form.market
            allowed = isinstance(own, Schedule) and event.to == seat
            assert allowed or not numbers(own) & secret
            assert not isinstance(own, Accepted | Refused | Schedule | Standing | Contracts) or event.to == seat
        if form.public is not None:
            assert not isinstance(form.public, Accepted | Refused | Schedule | Standing | Contracts)
            assert not numbers(form.public) & secret
            assert not getattr(form.public, "mine", None)
        if identities == "hidden":
            for message in (form.public, *form.own.values()):
                fields = msgspec.to_builtins(message) if message else {}
                assert not {"trader", "buyer", "seller"} & set(fields)
                assert all(ids == [None, None] for *ids, _ in fields.get("contracts", ()))
    assert kinds["schedule"] == 8 * 2
    assert kinds["quote"] > 10
    assert kinds["contract"] > 1
    assert kinds["refused"]


@pytest.mark.parametrize("identities", IDENTITIES)
def test_what_others_are_shown_does_not_change_when_only_values_do(identities: str) -> None:
    richer = tuple(tuple(value + 10_000 for value in trader) for trader in CANARIES[0])
    poorer = tuple(tuple(cost - 10_000 for cost in trader) for trader in CANARIES[1])
    first = canaries(identities)
    second = msgspec.structs.replace(
        first, environment=msgspec.structs.replace(first.environment, buyers=richer, sellers=poorer)
    )
    heard = list(Simulation(first, ["zic", "ziu"] * 4, 3).play())
    streams: list[list[Projection]] = []
    dealt = []
    for scenario in (first, second):
        session, views = Session(scenario, 3), Projector(scenario, 3)
        events = [event for envelope, at, _ in heard for event in session.handle(envelope, at)]
        dealt.append([event for event in events if isinstance(event.message, Schedule)])
        shown = [views.project(event) for event in events if not isinstance(event.message, Schedule)]
        streams.append([form for form in shown if form is not None])
    assert dealt[0] != dealt[1]
    assert streams[0] == streams[1]
    assert len(streams[0]) > 50


def test_a_course_of_one_market_shows_the_other_nothing() -> None:
    course = Course(small(markets=2)).trading()
    buyer = course.seats("buyer", 0)[0]
    views = Projector(course.session.scenario, 1)
    shown = [form for event in course.say(buyer, Bid(90)) if (form := views.project(event))]
    assert [form.market for form in shown] == [0, 0]
