"""The experimenter's line: what only it may say, what is journaled of it, and what everybody is told."""

import json

import click
import pytest

from bots.experimenter import conduct
from p2p.messages import (
    FROM_EXPERIMENTER,
    FROM_GATEWAY,
    FROM_TRADERS,
    MES,
    OURS,
    Accepted,
    Announce,
    Announced,
    Bid,
    Joined,
    Left,
    Pause,
    Remove,
    Resume,
    Start,
    StartRound,
)
from p2p.protocol.client_connection import ClientProtocol
from recordings.journal.store import Recovered, read_folder
from server.hosted_session import open_again
from tests.plays.hosted import hosting

COMMANDS = {
    "start": {},
    "pause": {},
    "resume": {},
    "extend": {"length_us": 1_000_000},
    "end_period": {},
    "end": {},
    "announce": {"text": "listen"},
    "tell": {"seat": 0, "text": "listen"},
    "answer_help": {"seat": 0},
    "hold": {},
    "void": {},
    "again": {},
    "pass_to_robot": {"seat": 0},
    "hand_back": {"seat": 0},
    "remove": {"seat": 0},
    "lock": {},
    "unlock": {},
    "reissue": {"seat": 1},
    "close": {},
    "advance_stage": {},
    "paid_period": {"period": 1},
}


def said(folder):
    return [record.envelope() for record in read_folder(folder).records()]


def test_these_are_all_the_commands_there_are():
    assert {kind.directive for kind in FROM_EXPERIMENTER} == set(COMMANDS)


@pytest.mark.parametrize("directive", [kind.directive for kind in MES + OURS if kind not in FROM_TRADERS])
async def test_a_traders_line_commands_nothing(host, directive):
    async with host() as hosted:
        trader = await hosted.join(0)
        digest = hosted.host.opened.session.digest()
        payload = COMMANDS.get(directive, {"seat": 1, "controller": "human"} if directive in ("joined", "left") else {})
        await trader.send(json.dumps({"directive": directive, "payload": payload, "token": 1, "from": "experimenter"}))
        assert (await trader.fault()).code in ("not_yours", "bad_payload")
        if directive in COMMANDS:
            assert trader.faults[-1].code == "not_yours"
        assert hosted.host.opened.session.digest() == digest


async def test_every_command_is_on_record_as_the_experimenters(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        for directive in ("start", "pause", "resume", "extend", "announce", "end_period", "end"):
            (kind,) = (kind for kind in FROM_EXPERIMENTER if kind.directive == directive)
            assert isinstance(await experimenter.say(kind(**COMMANDS[directive])), Accepted)
        folder = hosted.host.opened.store.folder
        assert await hosted.running == 0
    commands = [envelope for envelope in said(folder) if envelope.sender == "experimenter"]
    assert [one.message.directive for one in commands] == [
        *("start", "pause", "resume", "extend", "announce", "end_period", "end")
    ]
    gateways = {type(one.message) for one in said(folder) if one.sender == "gateway"}
    assert gateways <= set(FROM_GATEWAY)


async def test_words_to_everybody_are_heard_and_stay_out_of_the_journal(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        trader = await hosted.join(0)
        assert isinstance(await experimenter.say(Announce("Ada, please\x1b[31m be quiet")), Accepted)
        heard = await trader.until_told(Announced)
        assert heard.text == "Ada, please be quiet"
        folder = hosted.host.opened.store.folder
    assert b"Ada" not in (folder / "journal.jsonl").read_bytes()
    assert json.loads((folder / "announcements.json").read_bytes()) == {heard.digest: heard.text}
    assert [one.message for one in said(folder) if isinstance(one.message, Announce)] == [Announce(digest=heard.digest)]


async def test_words_are_heard_again_by_one_who_comes_after_a_crash(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        await experimenter.say(Announce("five minutes left"))
        code, folder = hosted.codes[0], hosted.host.opened.store.folder
    async with hosting(open_again(Recovered(folder), 0)) as back:
        trader = await back.login(ClientProtocol(code, "human"))
        assert (await trader.until_told(Announced)).text == "five minutes left"
        await trader.until_told(StartRound)


@pytest.mark.parametrize("text", ["", "   ", "\x00\x07"])
async def test_a_message_without_words_is_refused(host, text):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        await experimenter.send(json.dumps({"directive": "announce", "payload": {"text": text}, "token": 1}))
        assert (await experimenter.fault()).code == "bad_payload"
        assert isinstance(await experimenter.say(Start()), Accepted)


async def test_what_the_experimenter_may_say_is_not_what_a_trader_may(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        await experimenter.send('{"directive":"bid","payload":{"price":50},"token":1}')
        assert (await experimenter.fault()).code == "not_yours"
        assert isinstance(await experimenter.say(Start()), Accepted)
        assert (await experimenter.say(Pause())).token == 2
        trader = await hosted.join(0)
        assert (await trader.say(Bid(50))).reason == "not_open"


async def test_the_status_is_told_whatever_was_said_before_it(host):
    async with host() as hosted:
        code = hosted.host.opened.control
        with pytest.raises(click.ClickException, match="'resume' is not possible now"):
            await conduct(hosted.url, code, "resume", Resume())
        assert await conduct(hosted.url, code, "status", None) == "lobby: 0 of 4 seats taken"
        await conduct(hosted.url, code, "start", Start())
        with pytest.raises(click.ClickException, match=r"The session has already started \(period 1 of"):
            await conduct(hosted.url, code, "start", Start())
        await hosted.join(0)
        assert (await conduct(hosted.url, code, "status", None)).startswith("period 1 of")


async def test_a_code_that_is_not_the_experimenters_is_said_to_him(host):
    async with host() as hosted:
        with pytest.raises(click.ClickException, match=r"printed by pit serve, and printed anew by serve --recover"):
            await conduct(hosted.url, "AAAAAAAA", "status", None)
        with pytest.raises(click.ClickException, match="this is a trader's code"):
            await conduct(hosted.url, hosted.codes[0], "status", None)


async def test_a_traders_code_given_for_the_experimenters_throws_nobody_off_his_seat(host):
    async with host() as hosted:
        trader = await hosted.join(0)
        with pytest.raises(click.ClickException, match="this is a trader's code"):
            await conduct(hosted.url, hosted.codes[0], "start", Start())
        await conduct(hosted.url, hosted.host.opened.control, "start", Start())
        await trader.until_told(StartRound)
        await trader.say(Bid(50))
        records = read_folder(hosted.host.opened.store.folder).records()
        assert [one.envelope().message for one in records if isinstance(one.envelope().message, Joined | Left)] == [
            Joined(0, "human")
        ]


async def test_a_card_that_there_is_not_is_answered_with_those_that_there_are(host):
    async with host() as hosted:
        await hosted.join(0)
        with pytest.raises(click.ClickException, match="'remove': there is no such card: they are 1 to 4"):
            await conduct(hosted.url, hosted.host.opened.control, "remove", Remove(98))
