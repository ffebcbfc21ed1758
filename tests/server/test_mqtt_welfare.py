"""What a broker is told of welfare, and when: after the session, in a demonstration earlier, at times never."""

from functools import partial

import msgspec
import pytest

from p2p.analysis.session_outcome import SessionOutcome
from p2p.messages import Accepted, Bid, End, EndPeriod, Start, StartRound, Void, Voided
from p2p.scenario.parsing import parse
from p2p.schedules.rationing import market_rules
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.store import Recovered
from recordings.scoring.score import score
from server.hosted_session import open_again
from server.mqtt.welfare import COUNTED, WelfareScores, welfare
from tests.conftest import SMALL
from tests.plays.brokers import listening, mosquitto, needs_mosquitto
from tests.plays.hosted import hosting
from tests.plays.mqtt_plays import STREET, market, publishing, trade
from tests.plays.play import Course, small

pytestmark = needs_mosquitto


WELFARE = (b"welfare", b"efficiency", b"surplus", b"alpha", b"equilibrium", b"gain")
"""No word of these is on any topic before it may be."""
QUICK = SMALL.replace("break_s = 60", "break_s = 0")


async def two_periods(experimenter, buyer, seller):
    """A contract in each of two periods."""
    await trade(buyer, seller, 80)
    assert isinstance(await experimenter.say(EndPeriod()), Accepted)
    await buyer.until_told(StartRound, 2)
    await trade(buyer, seller, 80)


async def test_nothing_of_welfare_is_on_any_topic_until_the_session_is_over(host, tmp_path):
    async with mosquitto(tmp_path) as broker, host(parse(QUICK)) as hosted, listening(broker.broker) as heard:
        async with publishing(hosted, broker.broker):
            experimenter, buyer, seller = await market(hosted)
            await two_periods(experimenter, buyer, seller)
            assert isinstance(await buyer.say(Bid(33)), Accepted)
            await heard.until(lambda: heard.last("standing").get("bid") == 33 and heard.last("interval"))
            before = list(heard.heard)
            assert await experimenter.say(End())
            assert await hosted.running == 0
        await heard.until(lambda: bool(heard.last("welfare")))
    said = [(name, payload) for name, payload, _ in before if not name.endswith("/rules")]
    assert len(said) > 5
    assert not [(name, word) for name, payload in said for word in WELFARE if word in name.encode() + payload]
    scored = score(hosted.host.opened.store.folder)
    told = heard.last("welfare")
    assert told["efficiency"] == scored.whole.efficiency
    assert [one["efficiency"] for one in told["periods"]] == [one.efficiency for one in scored.periods]
    assert [one["surplus"] for one in told["periods"]] == [80, 80]
    assert heard.raw("welfare") == heard.raw("welfare")[:1]


async def test_a_demonstration_is_told_each_periods_welfare_and_a_broker_that_forgot_it_is_told_again(host, tmp_path):
    shown = parse("demonstration = true\n" + QUICK)
    async with mosquitto(tmp_path) as broker, host(shown) as hosted, publishing(hosted, broker.broker) as publisher:
        experimenter, buyer, seller = await market(hosted)
        async with listening(broker.broker) as heard:
            await two_periods(experimenter, buyer, seller)
            await heard.until(lambda: bool(heard.last("welfare")))
            assert [one["period"] for one in heard.last("welfare")["periods"]] == [1]
            assert heard.last("welfare")["efficiency"] == heard.last("welfare")["periods"][0]["efficiency"]
        broker.stop()
        await hosted.until(lambda: not publisher.connected.is_set())
        await broker.start()
        async with listening(broker.broker) as late:
            await late.until(lambda: bool(late.last("welfare")))
            assert [one["period"] for one in late.last("welfare")["periods"]] == [1]
            assert await experimenter.say(End())
            await late.until(lambda: len(late.last("welfare")["periods"]) == 2)


async def test_the_welfare_of_a_session_that_was_cut_counts_the_periods_before(host, tmp_path):
    async with host(parse(QUICK)) as hosted:
        experimenter, buyer, seller = await market(hosted)
        await two_periods(experimenter, buyer, seller)
        folder = hosted.host.opened.store.folder
    async with (
        mosquitto(tmp_path) as broker,
        listening(broker.broker) as heard,
        hosting(open_again(Recovered(folder), 0)) as again,
        publishing(again, broker.broker),
    ):
        experimenter = await again.experimenter()
        assert isinstance(await experimenter.say(End()), Accepted)
        await heard.until(lambda: bool(heard.last("welfare")))
    assert [one["surplus"] for one in heard.last("welfare")["periods"]] == [80, 80]


@pytest.mark.parametrize("name", ["smith-1962-test-1", "open-book", "call-market", "energy-day", "energy-day-call-cap"])
def test_the_welfare_that_is_told_is_that_of_the_score(name):
    scenario = msgspec.structs.replace(load(name), periods=2)
    told, scored = (
        WelfareScores(scenario, SessionOutcome(partial(market_rules, scenario))),
        SessionOutcome(partial(market_rules, scenario)),
    )
    for envelope, _, events in Simulation(scenario, ["zic"] * scenario.seats, 1).play():
        scored.on_input(envelope.message)
        for event in events:
            scored.on_event(event)
            if type(event.message) in COUNTED:
                told.on_event(event)
    told.take(0, told.scored(0, told.fresh(0)))
    assert told.due(0, over=False) is None
    assert told.due(0, over=True) == welfare(scored.scores())
    assert (told.due(0, over=True), told.fresh(0), told.outcome.schedules) == (None, [], {})
    assert len(scored.scores()) == 2
    assert scored.scores()[0].efficiency


async def test_two_households_are_told_nothing_from_which_one_could_tell_the_others_gain(host, tmp_path):
    street = parse("demonstration = true\n" + STREET)
    async with mosquitto(tmp_path) as broker, host(street) as hosted, listening(broker.broker) as heard:
        async with publishing(hosted, broker.broker):
            experimenter = await hosted.experimenter()
            assert isinstance(await experimenter.say(Start()), Accepted)
            assert isinstance(await experimenter.say(EndPeriod()), Accepted)
            assert await experimenter.say(End())
            assert await hosted.running == 0
        await heard.until(lambda: heard.last("state").get("phase") == "ended")
        await heard.until(lambda: heard.raw("status")[-1] == b"offline")
    assert heard.raw("welfare") == []


def test_a_void_period_is_taken_back_from_what_is_told() -> None:
    course = Course(small(demonstration=True)).trading()
    scores = WelfareScores(course.session.scenario, SessionOutcome(partial(market_rules, course.session.scenario)))
    course.wait(15)
    course.command(Void(1))
    course.wait(10)
    heard = [event for event in course.events if type(event.message) in COUNTED]
    voided = next(at for at, event in enumerate(heard) if isinstance(event.message, Voided))
    for event in heard[:voided]:
        scores.on_event(event)
    scores.take(0, scores.scored(0, scores.fresh(0)))
    assert [one.period for one in scores.due(0, True).periods] == [1]
    for event in heard[voided:]:
        scores.on_event(event)
    scores.take(0, scores.scored(0, scores.fresh(0)))
    assert [one.period for one in scores.due(0, True).periods] == [2]
