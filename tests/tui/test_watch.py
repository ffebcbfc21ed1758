"""Spectators: what they are shown over a line and through a broker, and that it is the public's view and no more."""

import asyncio
import dataclasses
import random

import msgspec
import pytest

from bots.broker.broker_client import BrokerClient
from bots.broker.topic_levels import Levels
from bots.broker.topic_reader import TopicReader
from bots.reconnecting import Closed, Facts, Lost
from p2p.messages import Accepted, Bid, Contract, End, Lobby, Quote, Schedule, Standing, StartRound
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import encode
from p2p.protocol.frames import Fault, NumberedFact, Welcome
from p2p.protocol.mqtt_address import broker_at
from p2p.protocol.mqtt_topics import TOPICS, Book, Welfare
from p2p.scenario.parsing import parse
from tests import ROOT
from tests.conftest import SMALL
from tests.plays.brokers import mosquitto, needs_mosquitto
from tests.plays.mqtt_plays import many, market, publishing, trade
from tests.plays.tui_plays import market as open_book
from tests.plays.tui_plays import smith
from tests.plays.watch_plays import ARMS, published, watcher, watching
from tui.model.model import Model

WRONG = ["", "mqtt://", "http://a", "mqtt://a:x", "mqtt://a:70000", "mqtt://a/+", "mqtt://a/#", "mqtt://a?b"]


async def watch(line, model_of, until):
    """Fold what a line tells until something holds of the model."""
    model = None
    async with asyncio.timeout(20):
        async for happening in line.happenings():
            if isinstance(happening, Welcome):
                model = model or model_of(happening.rules)
            elif isinstance(happening, Facts):
                for told in happening.told:
                    model.fold(told)
            if model and until(model):
                return model
    return model


def quantity(model):
    return model.period.quantity if model.period else 0


def quantity_of(model):
    return [period.quantity for period in model.periods]


def public(rules):
    return Model(rules, None)


# --- over a line -------------------------------------------------------------------------------------------------


async def test_a_spectator_sees_the_public_facts_and_nothing_of_anybodys_own(host):
    async with host() as hosted:
        spectator = await hosted.login(watching())
        assert spectator.welcome.seat is None
        assert spectator.welcome.resume == ""
        _, buyer, seller = await market(hosted)
        await trade(buyer, seller, 80)
        assert isinstance(await buyer.say(Bid(33)), Accepted)
        await spectator.until_told(Quote, 2)
        assert spectator.all(Contract) == [Contract(1, 80, "ask")]
        assert spectator.all(Schedule) == []
        assert all(not quote.mine for quote in spectator.all(Quote))
        assert hosted.host.opened.session.roster.present.keys() == {buyer.welcome.seat, seller.welcome.seat}


async def test_a_spectator_of_a_market_with_poor_seats_sees_no_prices_of_contracts(host):
    async with host(parse(SMALL + ARMS)) as hosted:
        spectator = await hosted.login(watching())
        assert spectator.welcome.rules.information == "quotes"
        _, buyer, seller = await market(hosted)
        await trade(buyer, seller, 80)
        await spectator.until_told(Standing)
        assert spectator.all(Contract) == []


async def test_a_spectator_comes_back_where_it_was(host):
    async with host() as hosted:
        _, buyer, seller = await market(hosted)
        first = await hosted.login(watching())
        await first.until_told(StartRound)
        had = first.line.number
        first.cut()
        await trade(buyer, seller, 80)
        again = await hosted.login(watching(have=had))
        await again.until_told(Contract)
        assert again.told[0].number == had + 1
        assert again.all(Lobby) == []


async def test_a_spectator_that_says_something_is_sent_away_and_nothing_is_recorded(host):
    async with host() as hosted:
        spectator = await hosted.login(watching())
        await spectator.send(b'{"directive":"bid","payload":{"price":50},"token":1}')
        assert (await spectator.fault()).code == "not_yours"
        assert (await spectator.closed())[0] == 4003
        assert not hosted.host.opened.session.tokens
        assert not hosted.host.spectators.outboxes


async def test_there_is_no_market_beyond_the_last_to_watch(host):
    async with host() as hosted:
        socket = await hosted.raw()
        await socket.send(watching(market=1).login(), text=True)
        fault = watching().received(await socket.recv())
        assert isinstance(fault, Fault)
        assert fault.code == "no_market"
        await socket.wait_closed()


async def test_who_comes_while_the_lines_are_let_go_is_sent_away_and_may_come_back(host):
    async with host() as hosted:
        await hosted.host.gateway.close_connections(1001, "the server stops")
        socket, line = await hosted.raw(), ClientProtocol(hosted.codes[0], "robot")
        await socket.send(line.login(), text=True)
        async with asyncio.timeout(10):
            fault = line.received(await socket.recv())
            await socket.wait_closed()
        assert isinstance(fault, Fault)
        assert (fault.code, socket.close_code) == ("closing", 1001)


# --- through a broker --------------------------------------------------------------------------------------------


def fold(heard, model, topic, payload):
    received = heard.on_message(topic, payload)
    if isinstance(received, Welcome):
        received = heard.follows()
    for told in received:
        model.fold(told)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_broker_mixes_up_or_drops_the_screen_ends_up_right(seed):
    rng = random.Random(seed)
    scenario = smith()
    simulation, feeds, channel, bulletin = published(scenario, seed)
    model = Model(bulletin.rules, None)
    heard = TopicReader("session")
    fold(heard, model, "rules", b"")  # debris is passed over
    for _, at, events in simulation.play():
        feeds.publish(at, events)
        if rng.random() < 0.1:
            while bulletin.fold():
                pass
            contracts = bulletin.unconfirmed()
            bulletin.confirmed += len(contracts)
            heap = [("contract", one) for one in contracts]
            heap += bulletin.due({"state", "period", "standing", "contracts", "interval"}, at)
            if rng.random() < 0.5:
                rng.shuffle(heap)
            heap += [one for one in heap if rng.random() < 0.1]
            for topic, payload in heap:
                if topic != "contract" or rng.random() > 0.3:
                    fold(heard, model, topic, payload)
            if heard.rules is None and rng.random() < 0.5:
                fold(heard, model, "rules", encode(bulletin.rules))
    while bulletin.fold():
        pass
    bulletin.renew()
    for topic, payload in bulletin.due({"state", "period", "standing", "contracts", "interval"}, feeds.now):
        fold(heard, model, topic, payload)
    told = Model(bulletin.rules, None)
    for number, fact in enumerate(feeds.public[channel], 1):
        told.fold(NumberedFact(number, fact.at, fact.message))
    assert model.public.phase == told.public.phase == "ended"
    assert [deal.price for deal in model.periods[-1].deals] == [deal.price for deal in told.periods[-1].deals]
    assert (model.public.bid, model.public.ask) == (told.public.bid, told.public.ask)
    assert sum(quantity_of(model)) + heard.unheard.contracts == sum(quantity_of(told))
    assert heard.over


def levels(model):
    view = model.view(0)
    return [side.levels[:50] for side in (view.bid, view.ask)]


@pytest.mark.parametrize("seed", range(4))
def test_the_book_over_a_broker_has_the_levels_of_the_line_whatever_was_dropped_between(seed):
    rng = random.Random(seed)
    scenario = open_book("continuous")
    simulation, feeds, channel, bulletin = published(scenario, seed)
    model, told, heard, had = Model(bulletin.rules, None), Model(bulletin.rules, None), TopicReader("session"), 0
    fold(heard, model, "rules", encode(bulletin.rules))
    seen = 0
    for _, at, events in simulation.play():
        feeds.publish(at, events)
        if rng.random() < 0.5:
            for number, fact in enumerate(feeds.public[channel][had:], had + 1):
                told.fold(NumberedFact(number, fact.at, fact.message))
            had = len(feeds.public[channel])
            while bulletin.fold():
                pass
            books = list(bulletin.due({"book"}, at))
            for topic, payload in books if rng.random() < 0.5 else []:
                fold(heard, model, topic, payload)
                assert levels(model) == levels(told)
                seen += bool(levels(told)[0] and levels(told)[1])
    assert seen


def test_a_level_that_grows_shrinks_or_goes_is_told_and_one_that_stays_is_not():
    levels = Levels()
    come = levels.become(Book(0, 1, [(50, 3), (48, 1)], [(60, 2)]))
    assert [(one.side, one.price, one.quantity) for one in come] == [("bid", 50, 3), ("bid", 48, 1), ("ask", 60, 2)]
    changed = levels.become(Book(0, 2, [(50, 5)], [(60, 2), (61, 1)]))
    assert [(one.side, one.price, one.quantity) for one in changed] == [("bid", 48, 0), ("bid", 50, 5), ("ask", 61, 1)]
    assert changed[1].order == come[0].order
    assert levels.become(Book(0, 3, [(50, 5)], [(60, 2), (61, 1)])) == []


def test_debris_on_a_topic_is_passed_over():
    heard = TopicReader("session")
    for topic in ("rules", *TOPICS, "nonsense"):
        for payload in (b"", b"\xff", b"[" * 5_000, b"{}", b'{"now": "soon"}'):
            assert heard.on_message(topic, payload) == []


@needs_mosquitto
async def test_over_a_broker_the_same_is_seen_as_over_a_line_and_the_server_does_not_know(host, tmp_path):
    async with mosquitto(tmp_path) as broker, host(many(5)) as hosted, publishing(hosted, broker.broker):
        experimenter, buyer, seller = await market(hosted)
        await trade(buyer, seller, 80)
        both = [
            asyncio.create_task(watch(line, public, lambda model: model.public.phase == "ended"))
            for line in (BrokerClient(broker.broker), watcher(hosted.url))
        ]
        for price in (81, 82):
            await trade(buyer, seller, price)
        assert isinstance(await buyer.say(Bid(33)), Accepted)
        await hosted.until(lambda: len(hosted.host.spectators.outboxes) == 1)
        one = BrokerClient(broker.broker)
        seen = await watch(
            one, public, lambda model: model.public.bid == 33 and model.periods and len(model.periods[0].deals) == 3
        )
        assert seen.public.open
        assert await experimenter.say(End())
        assert await hosted.running == 0
        heard, line = await asyncio.gather(*both)
        assert [deal.price for deal in heard.periods[0].deals] == [80, 81, 82]
        assert [deal.price for deal in line.periods[0].deals] == [80, 81, 82]
        assert heard.public.bid == line.public.bid


@needs_mosquitto
async def test_who_comes_when_all_is_over_has_what_the_broker_kept_the_welfare_too(host, tmp_path):
    async with mosquitto(tmp_path) as broker, host() as hosted:
        async with publishing(hosted, broker.broker) as publisher:
            experimenter, buyer, seller = await market(hosted)
            await trade(buyer, seller, 80)
            assert await experimenter.say(End())
            assert await hosted.running == 0
        line = BrokerClient(dataclasses.replace(broker.broker, session=publisher.session))
        async with asyncio.timeout(20):
            happenings = [happening async for happening in line.happenings()]
    model = Model(next(one.rules for one in happenings if isinstance(one, Welcome)), None)
    for told in (told for one in happenings if isinstance(one, Facts) for told in one.told):
        model.fold(told)
    assert model.public.phase == "ended"
    assert [deal.price for deal in model.periods[0].deals] == [80]
    assert [one.surplus for one in happenings if isinstance(one, Welfare)] == [80]
    assert line.closed == Closed(4000, "the session is over")


@needs_mosquitto
async def test_a_broker_without_a_session_is_said_to_have_none(tmp_path):
    async with mosquitto(tmp_path) as broker:
        line = BrokerClient(broker.broker, patience_s=0.0)
        async with asyncio.timeout(20):
            happenings = [happening async for happening in line.happenings()]
    assert all(isinstance(one, Lost) for one in happenings)
    assert line.closed is not None
    assert "no session is on this broker" in line.closed.why


@pytest.mark.parametrize("address", WRONG)
def test_what_is_no_brokers_address_is_refused(address):
    with pytest.raises(ValueError, match=r"no broker's address|no session's name"):
        broker_at(address)


def test_a_brokers_address_may_hold_a_user_and_its_name_never_shows_the_password():
    broker = broker_at("mqtts://grid%40home:s%3Acret@broker.example/session-1")
    assert (broker.host, broker.port, broker.tls) == ("broker.example", 8883, True)
    assert (broker.user, broker.password, broker.session) == ("grid@home", "s:cret", "session-1")
    assert "cret" not in broker.name


def test_the_page_on_mqtt_has_every_topic_and_its_flow_is_one():
    text = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    assert all(f"`{topic}`" in text for topic in (*TOPICS, "status", "rules"))
    flow = msgspec.json.decode(text.split("```json\n")[1].split("```")[0])
    nodes = {node["id"] for node in flow}
    assert {target for node in flow for wire in node.get("wires", []) for target in wire} <= nodes
    assert all(node["broker"] in nodes for node in flow if node["type"] == "mqtt in")
