"""What is joined once for many is, for each of them, what he would have been told alone."""

import random

import msgspec
import pytest

from p2p.protocol.codec import message_of
from p2p.protocol.frames import FactRead, feed_frame
from p2p.scenario.parsing import parse
from p2p.sim.simulation.simulation import Simulation
from server.connections.outbox import Outbox
from server.limits import DEFAULT
from server.publishing.delivery_stats import STEPS_MS, Delivery
from server.publishing.feeds import Feeds, spectator
from tests.conftest import SMALL
from tests.plays.watch_plays import ARMS

SCENARIOS = {"small": SMALL, "arms": SMALL + ARMS}


def published(name: str, seed: int, joined_max: int = DEFAULT.joined_max):
    """A simulated session whose events are published one message after the other."""
    scenario = parse(SCENARIOS[name])
    simulation = Simulation(scenario, ["zic"] * scenario.seats, seed)
    feeds = Feeds(simulation.session, joined_max=joined_max)
    viewers = [*range(scenario.seats), spectator(0), "experimenter"]
    return feeds, viewers, simulation.play()


def split(joined: bytes) -> list[bytes]:
    return [bytes(fact) for fact in msgspec.json.decode(b"[" + joined + b"]", type=list[msgspec.Raw])]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", SCENARIOS)
def test_places_that_move_on_at_any_pace_see_every_fact_once_and_in_order(name, seed):
    rng = random.Random(seed)
    feeds, viewers, play = published(name, seed, joined_max=7)
    places = [(viewer, feeds.place(viewer, 0), []) for viewer in viewers for _ in range(2)]
    for _, at, events in play:
        feeds.publish(at, events)
        for viewer, place, had in places:
            if rng.random() < 0.3:
                most = rng.choice((1, 3, 500))
                count, data = feeds.next_batch(place, most)
                facts = split(data)
                had += facts
                assert (count, place.number) == (len(facts), len(had))
                assert count <= most
                assert place.facts_left == feeds.count(viewer) - len(had)
    for viewer, place, had in places:
        while place.facts_left:
            had += split(feeds.next_batch(place, 500)[1])
        assert had == feeds.after(viewer, 0, 1 << 30)


def test_who_comes_back_stands_where_he_was():
    feeds, viewers, play = published("small", 3)
    for _, at, events in play:
        feeds.publish(at, events)
    for viewer in viewers:
        whole = feeds.after(viewer, 0, 1 << 30)
        assert len(whole) > 40
        for number in range(len(whole) + 1):
            assert feeds.place(viewer, number).number == number
            assert feeds.after(viewer, number, 2) == whole[number : number + 2]


def test_those_at_the_same_place_are_handed_the_same_bytes():
    feeds, _, play = published("small", 1)
    one, other = feeds.place(spectator(0), 0), feeds.place(spectator(0), 0)
    for _, at, events in play:
        feeds.publish(at, events)
        assert feeds.next_batch(one, 500)[1] is feeds.next_batch(other, 500)[1] or not events


class Taken:
    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def push(self, data: bytes) -> None:
        self.frames.append(data)

    def buffered(self) -> int:
        return 0


def test_a_line_that_is_gone_is_not_told_any_more():
    feeds, _, play = published("small", 1)
    peer = Taken()
    outbox = Outbox(peer, feeds, 0, 0, Delivery(), lambda why: None)
    for k, (_, at, events) in enumerate(play):
        feeds.publish(at, events)
        outbox.wake()
        if k == 20:
            outbox.stop()
            sent = len(peer.frames)
    assert sent > 5
    assert len(peer.frames) == sent
    assert peer.frames[0].startswith(feed_frame(1, 0, [], [])[:40])


@pytest.mark.parametrize(("waited_ms", "step"), [(0.0, 0), (0.1, 0), (0.10001, 1), (20, 7), (5_000, 13), (9_999, 14)])
def test_a_delay_is_counted_in_the_class_whose_upper_end_it_does_not_exceed(waited_ms, step, monkeypatch):
    monkeypatch.setattr("server.publishing.delivery_stats.time.monotonic", lambda: waited_ms / 1e3)
    delivery = Delivery()
    delivery.sent(1, 1e-300)
    assert delivery.waited.index(1) == step
    assert len(delivery.waited) == len(STEPS_MS) + 1


def test_a_fact_is_encoded_when_it_is_told_and_read_back_it_is_what_was_published():
    feeds, _, play = published("small", 2)
    for _, at, events in play:
        feeds.publish(at, events)
    public = feeds.public[feeds.public_channel(0)]
    assert not any(fact._data for fact in public), "nobody was told anything"
    told = feeds.after(spectator(0), 0, 1 << 30)
    for fact, data in zip(public, told, strict=True):
        read = msgspec.json.decode(data, type=FactRead)
        assert (read.at, message_of(read.directive, read.payload)) == (fact.at, fact.message)
