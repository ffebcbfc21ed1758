"""The console on real sockets: roster, figures, mirror; private words, help, robots in people's seats."""

import asyncio
import json
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from bots.client import Client
from bots.door import ask_at_door
from bots.reconnecting import Facts
from p2p.base.units import EXPERIMENTER
from p2p.messages import (
    Accepted,
    AnswerHelp,
    Ask,
    Bid,
    HandBack,
    HandedBack,
    Help,
    HelpAsked,
    Message,
    PassedOn,
    PassToRobot,
    Pause,
    Refused,
    Remove,
    Removed,
    Schedule,
    Start,
    TakenOver,
    Tell,
    Told,
    Void,
)
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.console_frames import Console, MirroredFacts, MirrorOpened, Roster, RosterRow
from p2p.protocol.frames import Door, Welcome
from p2p.protocol.market_figures import MarketFigures
from p2p.scenario.schema import Vacancies as VacancyRules
from recordings.journal.store import Recovered, read_folder
from recordings.journal.verification import verify
from server.hosted_session import Joining, open_again, open_new
from server.session.vacant_seats import Vacancies
from tests.plays.hosted import GUARD_S, Hosted, Trader, hosting
from tests.plays.play import small


@dataclass
class Desk:
    """A console: what it was sent, and its facts."""

    client: Client
    frames: list[Console] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    welcomed: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        self.client.line.conducts = self.client.line.roster = True
        self.client.on_console = self.take
        async for happening in self.client.happenings():
            if isinstance(happening, Welcome):
                self.welcomed.set()
            elif isinstance(happening, Facts):
                self.told += [one.message for one in happening.told]
            self.news.set()

    def take(self, frame: Console) -> None:
        self.frames.append(frame)
        self.news.set()

    def all(self, kind: type) -> list:
        return [one for one in self.frames if isinstance(one, kind)]

    @property
    def roster(self) -> Roster:
        return self.all(Roster)[-1]

    def row(self, seat: int) -> RosterRow:
        return self.roster.rows[seat]

    async def until(self, holds) -> None:
        async with asyncio.timeout(GUARD_S):
            while not holds():
                self.news.clear()
                await self.news.wait()

    async def say(self, message: Message) -> Accepted | Refused:
        token = self.client.send(message)

        def answers() -> list[Message]:
            return [one for one in self.told if isinstance(one, Accepted | Refused) and one.token == token]

        await self.until(answers)
        return answers()[0]


class Opened:
    """A console while a block lasts."""

    def __init__(self, hosted: Hosted) -> None:
        self.desk = Desk(Client(hosted.url, hosted.host.opened.control, "human"))

    async def __aenter__(self) -> Desk:
        self.listening = asyncio.create_task(self.desk.listen())
        await self.desk.welcomed.wait()
        await self.desk.until(lambda: self.desk.all(Roster))
        return self.desk

    async def __aexit__(self, *_: object) -> None:
        self.listening.cancel()
        await asyncio.wait([self.listening])


async def test_the_roster_says_who_is_there_and_what_they_did_last(host):
    async with host() as hosted, Opened(hosted) as desk:
        assert [row.holds_up for row in desk.roster.rows] == ["not_joined"] * len(desk.roster.rows)
        trader = await hosted.join(1)
        await desk.until(lambda: desk.row(1).holder == "person")
        await desk.say(Start())
        await trader.until_told(Schedule)
        await trader.say(Bid(90))
        await desk.until(lambda: desk.row(1).last_action is not None)
        row = desk.row(1)
        assert (row.card, row.connected, row.last_action, row.holds_up) == (2, True, "bid", None)
        assert row.role in ("buyer", "seller")
        trader.cut()
        await desk.until(lambda: not desk.row(1).connected)
        assert desk.row(1).gone_since_us is not None
        assert desk.row(1).holds_up == "gone"


async def test_no_roster_comes_twice_the_same(host):
    async with host() as hosted, Opened(hosted) as desk:
        trader = await hosted.join(0)
        await desk.say(Start())
        await trader.until_told(Schedule)
        for price in range(1, 20):
            await trader.say(Bid(price))
        await desk.until(lambda: desk.row(0).last_action == "bid")
        sent = [(one.rows, one.phase, one.paused, tuple(one.interventions)) for one in desk.all(Roster)]
        assert all(first != then for first, then in pairwise(sent))


async def test_figures_of_the_market_come_when_a_period_has_been_dealt(host):
    async with host() as hosted:
        trader = await hosted.join(0)
        async with Opened(hosted) as desk:
            await desk.say(Start())
            await trader.until_told(Schedule)
            await desk.until(lambda: [one for one in desk.all(MarketFigures) if one.period == 1])
            assert desk.all(MarketFigures)[-1].demand


async def test_a_mirror_is_told_exactly_what_its_seat_is(host):
    async with host() as hosted:
        trader, other = await hosted.join(0), await hosted.join(1)
        async with Opened(hosted) as desk:
            await desk.say(Start())
            await trader.until_told(Schedule)
            await trader.say(Bid(90))
            await trader.say(Ask(90))
            await desk.say(Tell(0, "only you"))
            await trader.until_told(Told)
            desk.client.mirror(seat=0)
            await desk.until(lambda: desk.all(MirrorOpened))
            assert (desk.all(MirrorOpened)[0].seat, desk.all(MirrorOpened)[0].rules) == (0, trader.welcome.rules)
            await other.say(Bid(91))
            await trader.say(Bid(92))

            def mirrored() -> list:
                return [fact for one in desk.all(MirroredFacts) for fact in one.facts]

            await desk.until(lambda: len(mirrored()) >= len(trader.told))
            assert mirrored()[: len(trader.told)] == trader.told
            desk.client.mirror(market=0)
            await desk.until(lambda: len(desk.all(MirrorOpened)) == 2)
            assert desk.all(MirrorOpened)[1].seat is None
            assert not hosted.host.seats.beside[0]


@pytest.mark.parametrize("payload", [{"seat": 77}, {"market": 9}, {"who": 1}])
async def test_a_mirror_of_nothing_is_a_fault_and_no_trader_has_one(host, payload):
    async with host() as hosted:
        line = ClientProtocol(hosted.host.opened.control, "human")
        line.conducts = line.roster = True
        console = await hosted.login(line)
        await console.send(json.dumps({"directive": "mirror", "payload": payload}))
        assert (await console.fault()).code in ("no_seat", "no_market", "bad_payload")
        trader = await hosted.join(0)
        await trader.send(json.dumps({"directive": "mirror", "payload": {"seat": 1}}))
        assert (await trader.fault()).code == "not_yours"


async def test_pit_ctl_takes_nothing_from_a_console_and_both_say_commands_by_turns(host):
    async with host() as hosted, Opened(hosted) as desk:
        await desk.say(Start())
        ctl = await hosted.experimenter()
        assert isinstance(await ctl.say(Pause()), Accepted)
        await desk.until(lambda: desk.roster.paused)
        assert isinstance(await desk.say(Tell(0, "go on")), Accepted)
        assert desk.client.connected


async def test_two_commands_with_one_token_are_not_both_taken_for_one(host):
    async with host() as hosted:
        line = ClientProtocol(hosted.host.opened.control, "human")
        line.conducts = line.roster = True
        console = await hosted.login(line)
        ctl = await hosted.experimenter()
        await ctl.say(Start())
        await console.send(json.dumps({"directive": "pause", "payload": {}, "token": 1}))
        await console.until(lambda: console.faults)
        assert console.faults[-1].code == "token_taken"


async def test_a_console_comes_back_to_a_server_that_was_started_again_though_a_command_was_said_beside_it(host):
    async with host() as hosted:
        console = ClientProtocol(hosted.host.opened.control, "human")
        console.roster = True
        await hosted.login(console)
        await hosted.experimenter()  # as pit ctl does
        folder = hosted.host.opened.store.folder
    async with hosting(open_again(Recovered(folder), 0)) as back:
        assert back.host.opened.control != console.code
        comes_back = await Trader.login(back.url, console)
        assert comes_back.welcome.seat is None
        await comes_back.leave()


async def test_the_door_answers_a_resume_token_in_the_place_of_a_code(host):
    async with host() as hosted:
        console = ClientProtocol(hosted.host.opened.control, "human")
        console.roster = True
        await hosted.login(console)
        assert console.welcome is not None
        door = await ask_at_door(hosted.url, "VOID2345", conducts=True, resume=console.welcome.resume)
        assert isinstance(door, Door)
        assert door.code == "experimenter"


async def test_a_second_console_takes_the_place_of_the_first_and_says_so(host):
    async with host() as hosted, Opened(hosted) as first, Opened(hosted) as second:
        assert second.roster.rows
        await hosted.until(lambda: first.client.closed is not None)
        assert first.client.closed.code == 4001


async def test_words_to_one_seat_are_heard_there_alone_and_lie_salted_beside_the_journal(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        ada, bob = await hosted.join(0), await hosted.join(1)
        assert isinstance(await experimenter.say(Tell(0, "Ada,\x1b[31m sit down")), Accepted)
        told = await ada.until_told(Told)
        assert told.text == "Ada, sit down"
        await experimenter.say(Start())
        await bob.until_told(Schedule)
        assert not bob.all(Told)
        folder = hosted.host.opened.store.folder
    assert b"sit down" not in (folder / "journal.jsonl").read_bytes()
    kept = json.loads((folder / "messages.json").read_bytes())
    assert {digest: one["text"] for digest, one in kept.items()} == {told.digest: told.text}
    assert (folder / "messages.json").stat().st_mode & 0o777 == 0o600
    (folder / "messages.json").unlink()
    assert verify(folder).ok


async def test_the_same_words_twice_have_two_digests(host):
    async with host() as hosted:
        experimenter, ada = await hosted.experimenter(), await hosted.join(0)
        await experimenter.say(Tell(0, "yes"))
        await experimenter.say(Tell(0, "yes"))
        await ada.until_told(Told, 2)
        assert len({one.digest for one in ada.all(Told)}) == 2


async def test_help_is_seen_in_the_roster_and_answered_and_no_other_seat_hears_of_it(host):
    async with host() as hosted:
        ada, bob = await hosted.join(0), await hosted.join(1)
        async with Opened(hosted) as desk:
            assert isinstance(await ada.say(Help("my screen is dark")), Accepted)
            await ada.until_told(HelpAsked)
            await desk.until(lambda: desk.row(0).help is not None)
            assert desk.row(0).help.text == "my screen is dark"
            await desk.say(AnswerHelp(0, "press i"))
            assert (await ada.until_told(Told)).answers
            await desk.until(lambda: desk.row(0).help is None)
            await desk.say(Start())
            await bob.until_told(Schedule)
            assert not bob.all(Told) + bob.all(HelpAsked)
        folder = hosted.host.opened.store.folder
    assert b"dark" not in (folder / "journal.jsonl").read_bytes()


async def test_help_is_asked_for_six_times_at_once_and_no_oftener(host):
    async with host() as hosted:
        ada = await hosted.join(0)
        for turn in range(6):
            await ada.say(Help(withdrawn=bool(turn % 2)))
        await ada.send(json.dumps({"directive": "help", "payload": {}, "token": 7}))
        assert (await ada.fault()).code == "too_fast"


async def test_private_words_help_and_acts_are_there_again_after_a_crash(host):
    async with host() as hosted:
        experimenter, ada = await hosted.experimenter(), await hosted.join(0)
        await experimenter.say(Start())
        await ada.say(Help("here"))
        await experimenter.say(Tell(0, "wait"))
        await experimenter.say(Void())
        code, folder = hosted.codes[0], hosted.host.opened.store.folder
    async with hosting(open_again(Recovered(folder), 0)) as back:
        ada = await back.login(ClientProtocol(code, "human"))
        assert (await ada.until_told(Told)).text == "wait"
        async with Opened(back) as desk:
            assert desk.row(0).help.text == "here"
            assert desk.roster.void == [1]
            assert desk.roster.interventions == {"start": 1, "tell": 1, "void": 1}
    assert verify(folder).ok


async def test_after_a_crash_a_person_who_had_gone_is_missed_and_a_robot_on_nobodys_seat_is_not(host):
    filled = small(start="experimenter", period_s=600.0, vacancies=VacancyRules("zic", "robot", "gd"))
    async with host(filled) as hosted:
        experimenter, ada = await hosted.experimenter(), await hosted.join(0)
        doors, folder = hosted.host.opened.doors, hosted.host.opened.store.folder
        await experimenter.say(Start())
        await hosted.login(ClientProtocol("", "robot", "zic", doors.lend(1)))
        await ada.leave()
        await hosted.until(lambda: not hosted.host.status.is_present(0))
    async with hosting(open_again(Recovered(folder), 0)) as back, Opened(back) as desk:
        gone, nobodys = desk.row(0), desk.row(1)
        assert (gone.holder, gone.holds_up, gone.gone_since_us is not None) == ("person", "gone", True)
        assert (nobodys.holder, nobodys.holds_up, nobodys.gone_since_us) == ("empty", None, None)


async def test_a_class_waits_for_no_seat_that_nobody_has(tmp_path):
    parts = open_new(small(), "small", 1, tmp_path, "test", joining=Joining(class_code=True))
    async with hosting(parts) as hosted, Opened(hosted) as desk:
        assert {(row.holder, row.holds_up) for row in desk.roster.rows} == {("empty", None)}


# --- a robot in a person's place ---------------------------------------------------------------------------------


class Sent:
    """Robots that were sent, by seat, and the tokens lent to them."""

    def __init__(self, hosted: Hosted) -> None:
        doors, self.tokens = hosted.host.opened.doors, {}
        self.vacancies = Vacancies(
            hosted.host.status, lambda seat, word: self.tokens.setdefault(seat, doors.lend(seat)), doors.take_back
        )
        hosted.host.listeners.append(self.vacancies.heard)

    async def robot(self, hosted: Hosted, seat: int) -> Trader:
        await hosted.until(lambda: seat in self.tokens)
        return await hosted.login(ClientProtocol("", "robot", "zic", self.tokens.pop(seat)))


async def test_a_seat_passes_to_a_robot_while_its_owner_looks_on_and_back_again(host):
    async with host() as hosted:
        sent = Sent(hosted)
        experimenter, ada = await hosted.experimenter(), await hosted.join(0)
        async with Opened(hosted) as desk:
            await experimenter.say(Start())
            await ada.until_told(Schedule)
            assert isinstance(await ada.say(Bid(3)), Accepted | Refused)
            assert isinstance(await experimenter.say(PassToRobot(0)), Accepted)
            await ada.until_told(PassedOn)
            robot = await sent.robot(hosted, 0)
            await ada.until_told(TakenOver)
            await robot.say(Bid(4))
            await ada.send(json.dumps({"directive": "bid", "payload": {"price": 5}, "token": 2}))
            assert (await ada.fault()).code == "not_yours"
            await desk.until(lambda: desk.row(0).holder == "stand-in")
            assert (desk.row(0).passed, desk.row(0).connected, desk.row(0).agent) == (True, True, "zic")
            assert isinstance(await experimenter.say(HandBack(0)), Accepted)
            assert (await ada.closed())[0] == 1001
            assert (await robot.closed())[0] == 4001
            again = await hosted.login(ada.line)
            assert again.welcome.stood_in
            await again.until_told(HandedBack)
            assert isinstance(await again.say(Bid(6)), Accepted | Refused)
            await desk.until(lambda: desk.row(0).holder == "person" and not desk.row(0).passed)
        folder = hosted.host.opened.store.folder
    assert verify(folder).ok


async def test_an_owner_who_comes_back_to_a_passed_seat_looks_on_and_a_robot_is_sent_in_a_pause_too(host):
    async with host() as hosted:
        sent = Sent(hosted)
        experimenter, ada = await hosted.experimenter(), await hosted.join(0)
        await experimenter.say(Start())
        await experimenter.say(Pause())
        await experimenter.say(PassToRobot(0))
        await ada.until_told(PassedOn)
        robot = await sent.robot(hosted, 0)
        ada.cut()
        back = await hosted.login(ada.line)
        await back.until_told(TakenOver)
        assert hosted.host.seats.connections[0].by_robot
        robot.cut()
        await hosted.until(lambda: 0 not in hosted.host.seats.connections)


async def test_a_removed_person_is_sent_away_with_a_sentence_and_not_let_in_until_given_back(host):
    async with host() as hosted:
        experimenter, ada = await hosted.experimenter(), await hosted.join(0)
        await experimenter.say(Start())
        assert isinstance(await experimenter.say(Remove(0)), Accepted)
        code, why = await ada.closed()
        assert code == 4010
        assert "ask them" in why
        assert ada.all(Removed)
        socket = await hosted.raw()
        await socket.send(ClientProtocol(hosted.codes[0], "human").login(), text=True)
        assert b"removed" in str(await socket.recv()).encode()
        async with Opened(hosted) as desk:
            row = desk.row(0)
            assert (row.removed, row.connected, row.holds_up) == (True, False, "removed")
        await experimenter.say(HandBack(0))
        assert (await hosted.join(0)).welcome.seat == 0


async def test_the_journal_says_who_intervened(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        await experimenter.say(Void())
        folder = hosted.host.opened.store.folder
    said = [record.envelope() for record in read_folder(folder).records()]
    assert [one.message for one in said if one.sender == EXPERIMENTER] == [Start(), Void()]
