"""The calls of a call market on a broker: what one held now would give, when it is held, what came of those before."""

import asyncio

import msgspec
import pytest

from bots.broker.broker_client import BrokerClient
from bots.reconnecting import Facts
from p2p.base.units import SECOND
from p2p.messages import Accepted, Ask, Bid, Called, EndPeriod, Indicative, Pause
from p2p.protocol.codec import encode
from p2p.protocol.frames import Welcome
from p2p.protocol.mqtt_topics import CALLS_KEPT, Call
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from server.mqtt.topic_state import TopicState
from server.publishing.feeds import Feeds
from tests.conftest import SMALL
from tests.plays.brokers import listening, mosquitto, needs_mosquitto
from tests.plays.mqtt_plays import market, publishing
from tests.plays.play import Course
from tests.plays.tui_plays import calls
from tests.plays.watch_any_order_plays import Screen
from tests.plays.watch_plays import ARMS, watcher
from tui.model.model import Model

CALL = SMALL.replace("price_min = 1\n", 'price_min = 1\nname = "call"\n')


async def cross(buyer, seller, bid, ask):
    """A bid and an ask that a call will bring together."""
    assert isinstance(await buyer.say(Bid(bid)), Accepted)
    assert isinstance(await seller.say(Ask(ask)), Accepted)


@needs_mosquitto
async def test_a_listener_hears_what_a_call_would_give_and_what_came_of_it_and_a_late_one_finds_it(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(CALL)) as hosted,
        listening(broker.broker) as heard,
        publishing(hosted, broker.broker),
    ):
        experimenter, buyer, seller = await market(hosted)
        await heard.until(lambda: heard.last("call").get("next_at") is not None)
        assert (heard.last("call")["price"], heard.last("call")["quantity"]) == (None, 0)
        await cross(buyer, seller, 90, 80)
        await heard.until(lambda: heard.last("call").get("price") == 85)
        assert heard.last("call")["quantity"] == 1
        assert heard.last("call")["held"] == []
        assert isinstance(await experimenter.say(EndPeriod()), Accepted)
        await heard.until(lambda: heard.last("call")["held"] == [{"call": 1, "price": 85, "quantity": 1}])
        await heard.until(lambda: heard.last("call")["next_at"] is None)
        await heard.until(lambda: len(heard.all("contract")) == 1)
        assert heard.last("contract")["contract"]["taken"] == "call"
        async with listening(broker.broker, name="late") as late:
            await late.until(lambda: "call" in late.retained())
            assert late.last("call")["held"] == [{"call": 1, "price": 85, "quantity": 1}]


@needs_mosquitto
async def test_where_a_poor_seat_is_not_shown_calls_a_listener_hears_that_they_were_held_and_no_more(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(CALL + ARMS)) as hosted,
        listening(broker.broker) as heard,
        publishing(hosted, broker.broker),
    ):
        experimenter, buyer, seller = await market(hosted)
        await cross(buyer, seller, 90, 80)
        assert isinstance(await experimenter.say(EndPeriod()), Accepted)
        await heard.until(lambda: bool(heard.last("call").get("held")) and bool(heard.last("interval")))
    assert heard.last("call")["held"] == [{"call": 1, "price": None, "quantity": 0}]
    assert {(one["price"], one["quantity"]) for one in heard.all("call")} == {(None, None)}
    interval = heard.last("interval")
    assert [interval[name] for name in ("contracts", "quantity", "price_mean", "price_last")] == [None] * 4


@needs_mosquitto
async def test_watching_through_a_broker_is_watching_over_a_line_in_a_call_market_too(host, tmp_path):
    ticker = parse('information = "ticker"\n' + CALL)
    async with mosquitto(tmp_path) as broker, host(ticker) as hosted, publishing(hosted, broker.broker):
        experimenter, buyer, seller = await market(hosted)

        async def watched(line, holds):
            model = None
            async with asyncio.timeout(20):
                async for happening in line.happenings():
                    if isinstance(happening, Welcome):
                        model = model or Model(happening.rules, None)
                    elif isinstance(happening, Facts):
                        for told in happening.told:
                            model.fold(told)
                        model.set_states(happening.state)
                    if model and holds(model):
                        return model
            raise AssertionError("the line ended before")

        def would(model):
            return model.public.open and model.indicative == Indicative(85, 1)

        def begun(model):
            if model.public.open and model.indicative:
                there.set()

        def held(model):
            return model.public.calls == [Called(1, 85, 1)] and not model.public.open and bool(model.periods[-1].deals)

        there = asyncio.Event()
        waits = asyncio.create_task(watched(BrokerClient(broker.broker), lambda model: begun(model) or would(model)))
        await there.wait()
        await cross(buyer, seller, 90, 80)
        await waits
        for line in (BrokerClient(broker.broker), watcher(hosted.url)):
            model = await watched(line, would)
            clock = model.view(line.now()).clock
            assert abs(clock.call_left_us - clock.left_us) < SECOND // 100
        assert isinstance(await experimenter.say(EndPeriod()), Accepted)
        for line in (BrokerClient(broker.broker), watcher(hosted.url)):
            model = await watched(line, held)
            assert model.public.clock.call_left_us(line.now()) is None


# --- without a broker ----------------------------------------------------------------------------------------------


def standing_on(course):
    """The bulletin of a course, to which what happens later is published."""
    feeds = Feeds(course.session)
    channel = feeds.public_channel(0)
    bulletin = TopicState(public_rules(course.session.scenario, channel[1]), feeds, channel, 4)
    told = 0

    def catch_up():
        nonlocal told
        for _, at, events in course.heard[told:]:
            feeds.publish(at, events)
        told = len(course.heard)
        while bulletin.fold():
            pass

    catch_up()
    return bulletin, catch_up


def heard_call(bulletin, now):
    return [msgspec.json.decode(payload, type=Call) for _, payload in bulletin.due({"call"}, now)]


def test_of_many_orders_between_two_rounds_the_latest_counts_and_of_none_nothing_is_said():
    course = Course(calls(4)).trading()
    bulletin, catch_up = standing_on(course)
    assert len(heard_call(bulletin, course.now)) == 1
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]
    for price in range(200, 220):
        course.say(buyer, Bid(price, 1))
        course.say(seller, Ask(price - 50, 1))
        catch_up()
    (one,) = heard_call(bulletin, course.now)
    true = course.session.markets[0].institution.indicative()
    assert (one.price, one.quantity) == (true.price, true.quantity)
    assert one.quantity
    catch_up()
    assert heard_call(bulletin, course.now) == []


@pytest.mark.parametrize("held", [99, 100, 101, 250])
def test_who_comes_after_more_calls_than_are_kept_knows_their_number_and_when_the_next_is_held(held):
    course = Course(calls(300)).trading()
    bulletin, catch_up = standing_on(course)
    course.wait(60 / 300 * held + 0.05)
    catch_up()
    screen = Screen(encode(bulletin.rules))
    screen.hear("rules", screen.rules)
    for topic, payload in bulletin.due({"state", "period", "standing", "call"}, course.now):
        screen.hear(topic, payload)
        assert len(payload) < 6_000
    model = screen.model
    assert model is not None
    course.command(Pause())
    catch_up()
    screen.hear(*next(bulletin.due({"state"}, course.now)))
    assert [one.call for one in model.public.calls] == list(range(max(1, held - CALLS_KEPT + 1), held + 1))
    assert model.public.clock.call_left_us(course.now) == 150_000
    assert model.view(course.now).clock.left_us == 60 * SECOND - course.now
