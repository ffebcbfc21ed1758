"""The view of a seat: plain data of bounded size, made of what the seat was told and of nothing else."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
import pytest

from p2p.base.units import SECOND, Seat, is_seat
from p2p.information.view_fold import ViewFold
from p2p.information.view_state import CONTRACTS_SHOWN, LEVELS_SHOWN, OWN_ORDERS_SHOWN, SESSION_POINTS
from p2p.messages import (
    Bid,
    Contract,
    EndRound,
    Forecast,
    Intermission,
    Metered,
    Order,
    Quote,
    Schedule,
    StartRound,
    Step,
)
from p2p.protocol.codec import message_of
from p2p.protocol.frames import FactRead, NumberedFact
from p2p.scenario.public_rules import public_rules
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from server.publishing.feeds import Feeds, Viewer, spectator
from tests.plays.canaries import INSTANTS_MAX, mark_households, marked, numbers_in
from tests.plays.representatives import REPRESENTATIVES
from tests.plays.tui_plays import Play, market

VIEW_BYTES_MAX = 150_000
"""A view without results, however much there is in the market: ten a second are 1.5 MB."""
EVERY = 20
"""Every so many batches of events all views are written down, and whenever a seat was told something of its own."""


def new_facts(feeds: Feeds, viewer: Viewer, have: int) -> Iterator[NumberedFact]:
    """What a viewer was told after so many facts."""
    for number, raw in enumerate(feeds.after(viewer, have, 10_000), have + 1):
        fact = msgspec.json.decode(raw, type=FactRead)
        yield NumberedFact(number, fact.at, message_of(fact.directive, fact.payload))


def written(name: str, swapped: bool = False) -> tuple[dict[Viewer, set[int]], dict[Seat, set[int]]]:
    """All numbers in the views of every seat and of the public over a session, and each seat's canaries.

    `swapped`: the first two seats are told what is the other's.
    """
    scenario = marked(load(name), period_s=2.0, looks=6.0)
    simulation = Simulation(scenario, ["zic"] * scenario.seats, 3)
    mark_households(simulation.session)
    feeds = Feeds(simulation.session)
    viewers: list[Viewer] = [*range(scenario.seats), spectator(0)]
    told_to = dict(zip(viewers, [1, 0, *viewers[2:]], strict=True)) if swapped else {one: one for one in viewers}
    folds = {one: ViewFold(public_rules(scenario), one if is_seat(one) else None) for one in viewers}
    numbers: dict[Viewer, set[int]] = defaultdict(set)
    canaries: dict[Seat, set[int]] = defaultdict(set)
    have = dict.fromkeys(viewers, 0)
    for batch, (_, at, events) in enumerate(simulation.play()):
        feeds.publish(at, events)
        private = [event for event in events if isinstance(event.message, Schedule | Forecast | Metered)]
        for event in private:
            assert is_seat(event.to)
            plain = [one for one in msgspec.structs.astuple(event.message) if type(one) is int]
            steps = event.message.steps if isinstance(event.message, Schedule) else ()
            canaries[event.to] |= {one for one in [*plain, *(step.value for step in steps)] if one >= INSTANTS_MAX}
        for viewer, fold in folds.items():
            for fact in new_facts(feeds, told_to[viewer], have[viewer]):
                fold.fold(fact)
                have[viewer] = fact.number
            if private or batch % EVERY == 0:
                numbers[viewer] |= numbers_in(msgspec.json.encode(fold.view(at, results=True)))
    return numbers, canaries


def check(numbers: dict[Viewer, set[int]], canaries: dict[Seat, set[int]]) -> None:
    everybodys = set().union(*canaries.values())
    for viewer, shown in numbers.items():
        mine = canaries.get(viewer, set()) if is_seat(viewer) else set()
        assert mine <= shown, f"{viewer} is not shown their own numbers"
        assert not (shown & everybodys) - mine, f"{viewer} is shown another's number"


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_a_view_holds_ones_own_numbers_and_nobody_elses(name: str) -> None:
    numbers, canaries = written(name)
    assert all(canaries.values())
    check(numbers, canaries)


def test_a_view_of_anothers_facts_is_found() -> None:
    with pytest.raises(AssertionError, match="is not shown"):
        check(*written("smith-1962-test-1", swapped=True))


def test_a_view_is_plain_data_and_the_same_for_the_same_facts() -> None:
    one, other = (Play(market("continuous", "book")) for _ in range(2))
    for play in (one, other):
        play << Schedule(1, "buyer", (Step(300, 2),)) << StartRound(1, 60 * SECOND)
        play << Order(1, "bid", 120, 1, mine=True) << Quote("bid", 120, mine=True)
        play.model.set_pending(1, Bid(130))
    first, second = (msgspec.json.encode(play.model.view(5 * SECOND)) for play in (one, other))
    assert first == second
    said = msgspec.json.decode(first)
    assert said["bid"]["levels"] == [{"price": 120, "quantity": 1, "mine": True}]
    assert said["pending"] == [{"directive": "bid", "message": {"price": 130}}]
    assert said["clock"]["left_us"] == 55 * SECOND


def test_a_view_is_bounded_whatever_happens_in_a_market() -> None:
    play = Play(market("continuous", "book"))
    play << Schedule(1, "buyer", (Step(300, 90), *(Step(299 - one) for one in range(200)))) << StartRound(1, SECOND)
    for number in range(1, 3_001):
        side, mine = ("bid", "ask")[number % 2], number % 2 == 0
        play << Order(number, side, 1 + number, 1, mine=mine) << Quote(side, 1 + number, mine=mine)
        play.at(number / 3_001) << Contract(number, 100 + number % 90, "ask")
    view = play.model.view(SECOND)
    assert (len(view.bid.levels), len(view.deals), len(view.own.orders)) == (
        LEVELS_SHOWN,
        CONTRACTS_SHOWN,
        OWN_ORDERS_SHOWN,
    )
    assert view.period is not None
    assert view.period.contracts == 3_000
    assert 50_000 < len(msgspec.json.encode(view)) < VIEW_BYTES_MAX


def test_the_chart_of_a_long_session_is_thinned() -> None:
    play = Play(market("continuous", "book"))
    for period in range(1, 41):
        play << StartRound(period, SECOND)
        for number in range(1, 301):
            play << Contract(number, 100, "ask")
        play << EndRound(period) << Intermission(period + 1, 0)
    results = play.model.view(0, results=True).results
    assert results is not None
    assert (len(results.periods), sum(period.contracts for period in results.periods)) == (40, 12_000)
    assert SESSION_POINTS / 2 < len(results.points) <= SESSION_POINTS
