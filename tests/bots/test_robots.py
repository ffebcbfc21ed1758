"""Robots on real sockets: they join, trade by their rule, come back when the line is cut, and leave at the end."""

import asyncio
from types import SimpleNamespace

import msgspec
import pytest
from msgspec.structs import replace

from bots.client import Client
from bots.reconnecting import Facts, Lost
from bots.robots.fleet import failure_summary, run_fleet
from bots.robots.robot import Robot
from p2p.agents.base import Agent
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.rng import derived
from p2p.messages import Bid, End, Ended, EndRound, Pause, Resume, Schedule, Start, StartRound, Step
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Welcome
from p2p.scenario.public_rules import public_rules
from recordings.journal.store import read_folder
from recordings.scoring.score import fold


async def test_a_fleet_plays_a_session_to_its_end(host, small):
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.5, break_s=0.05)
    async with host(brief) as hosted:
        cast = [(code, "zic") for code in hosted.codes.values()]
        assert await run_fleet(hosted.url, cast) == []
        assert await hosted.running == 0
        outcome = fold(read_folder(hosted.host.opened.store.folder))
        assert len(outcome.scores()) == 2
        assert outcome.controllers == dict.fromkeys(range(4), "robot")


async def test_a_robot_is_given_its_own_seed_and_a_person_none(host):
    async with host() as hosted:
        assert (await hosted.join(0, "robot")).welcome.seed == derived(1, "robot", 0)
        assert (await hosted.join(1, "human")).welcome.seed is None


async def test_a_robot_comes_back_by_itself_when_its_line_is_cut(host):
    async with host() as hosted:
        robot = Robot(hosted.url, hosted.codes[0], "zic")
        playing = asyncio.create_task(robot.run())
        experimenter = await hosted.experimenter()
        lines = hosted.host.seats.connections
        await hosted.until(lambda: 0 in lines and lines[0].outbox is not None)
        first = lines[0]
        first.outbox.cut()
        await hosted.until(lambda: lines.get(0) not in (None, first) and lines[0].outbox is not None)
        await experimenter.say(End())
        async with asyncio.timeout(10):
            client = await playing
        assert client.closed is None or client.closed.code == 4000
        assert client.line.number == hosted.host.opened.feeds.count(0)


async def test_a_wrong_code_ends_the_robot_with_the_reason(host):
    async with host() as hosted:
        closed = await run_fleet(hosted.url, [("AAAAAAAA", "zic"), ("BBBBBBBB", "zic")])
        assert failure_summary(closed) == "no seat has this code; look at the board or the card again (2 robots)"


async def test_the_experimenters_code_seats_nobody(host):
    async with host() as hosted:
        closed = await run_fleet(hosted.url, [(hosted.host.opened.control, "zic")])
        assert failure_summary(closed) == "this is the experimenter's code, for pit ctl; a trader needs a seat's"


class AlwaysBids(Agent):
    def decide(self, view, rng):
        return Bid(50)


@pytest.mark.parametrize("units", [0, 1])
async def test_a_robot_whose_last_unit_was_traded_between_two_looks_says_nothing(small, units):
    """Its order rested. Nothing is left to say a quantity of, whatever an agent of one's own returns."""
    rules = replace(small.institution, name="continuous", terms=replace(small.institution.terms, units="many"))
    told = public_rules(replace(small, institution=rules), "book", to_robot=True)
    robot = Robot("ws://127.0.0.1:9", "AAAAAAAA", "zic", reaction="exponential:1000")
    robot.client.line._welcomed(Welcome("play", 0, "token", 0, 0, told))
    assert robot._seated(robot.client.line.welcome)
    robot.agent, robot.client._socket = AlwaysBids(), SimpleNamespace(post=lambda data: None)
    if units:
        robot.knowledge.on_fact(Schedule(1, "buyer", (Step(90),)), 0)
    robot._act()
    robot._stop()
    assert len(robot.client.line.pending) == units


async def test_a_client_gives_up_on_a_server_that_is_not_there():
    client = Client("ws://127.0.0.1:9", "AAAAAAAA", "robot", patience_s=0.2)
    happened = [happening async for happening in client.happenings()]
    assert happened
    assert all(isinstance(one, Lost) for one in happened)
    assert "no answer from ws://127.0.0.1:9" in client.closed.why


async def test_a_client_says_what_is_no_address():
    client = Client("nonsense", "AAAAAAAA", "robot")
    assert [happening async for happening in client.happenings()] == []
    assert "not an address" in client.closed.why


async def test_a_paused_robot_says_nothing_until_the_clock_runs(host):

    async with host() as hosted:
        fleet = asyncio.create_task(run_fleet(hosted.url, [(hosted.codes[s], "zic") for s in range(4)]))
        experimenter = await hosted.experimenter()
        await experimenter.until(lambda: experimenter.knowledge.public.seats_taken == 4)
        await experimenter.say(Start())
        await experimenter.until_told(StartRound)
        await experimenter.say(Pause())
        await experimenter.say(Resume())
        await experimenter.until(lambda: len(experimenter.knowledge.public.contracts) > 0)
        await experimenter.say(End())
        await experimenter.until_told(Ended)
        async with asyncio.timeout(10):
            assert await fleet == []
        outcome, refused = SessionOutcome(), 0
        for record in read_folder(hosted.host.opened.store.folder).records():
            events = record.read_events()
            refused += isinstance(record.envelope().message, Bid) and any(
                getattr(event.message, "reason", None) == "not_open" for event in events
            )
            for event in events:
                outcome.on_event(event)
        assert refused <= 4, "each may have had one order under way when the clock stopped"
        assert sum(len(made) for made in outcome.contracts.values()) > 0


async def test_facts_of_a_feed_end_with_the_end_of_the_round(host):

    async with host() as hosted:
        client = Client(hosted.url, hosted.codes[2], "human")
        experimenter = await hosted.experimenter()
        heard: list[type] = []
        welcomed = asyncio.Event()

        async def listen() -> None:
            async for happening in client.happenings():
                if isinstance(happening, Welcome):
                    welcomed.set()
                if isinstance(happening, Facts):
                    heard.extend(type(told.message) for told in happening.told)

        listening = asyncio.create_task(listen())
        await welcomed.wait()
        await experimenter.say(Start())
        await experimenter.say(End())
        async with asyncio.timeout(10):
            await listening
        assert heard[-2:] == [EndRound, Ended]
        assert client.closed.code == 4000


async def test_what_the_server_let_drop_is_said_again(host):
    async with host() as hosted:
        client = Client(hosted.url, hosted.codes[0], "human")
        listening = asyncio.create_task(_heard(client))
        await hosted.until(lambda: client.connected)
        put, dropped = hosted.host.inbox.put, []

        def busy_once(arrival):
            if arrival.envelope.token == 1 and not dropped:
                dropped.append(arrival)
                raise ProtocolError("busy", "say it again")
            put(arrival)

        hosted.host.inbox.put = busy_once
        client.send(Bid(50))
        client.send(Bid(51))
        await hosted.until(lambda: not client.line.pending)
        assert len(dropped) == 1
        assert client.line.token == 2
        listening.cancel()


async def _heard(client):
    return [happening async for happening in client.happenings()]
