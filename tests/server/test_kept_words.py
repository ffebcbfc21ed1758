"""Words beside the journal: kept while the others trade on, and kept only where somebody waits for them."""

import asyncio
import json
from pathlib import Path

import pytest

from p2p.messages import Accepted, Announce, Ask, Help, Respond, Start, Tell
from p2p.scenario.parsing import parse
from server.hosted_session import HostedSession
from server.session.machine import Machine
from tests.plays.hosted import GUARD_S, hosting

ASKED = """
title = "Asked"
start = "experimenter"
institution = { name = "continuous", price_min = 1, price_max = 200 }
environment = { buyers = [[150]], sellers = [[50]] }

[[stage]]
kind = "questionnaire"
questions = [{ ask = "Which?", options = ["this", "that"] }, { ask = "Why?", kind = "text" }]

[[stage]]
kind = "trade"
"""


def answers(folder: Path) -> list[str]:
    file = folder / "answers.json"
    return [one["text"] for one in json.loads(file.read_bytes()).values()] if file.exists() else []


async def test_only_words_that_a_question_waits_for_are_kept(host):
    async with host(parse(ASKED)) as hosted:
        experimenter = await hosted.experimenter()
        trader, other = await hosted.join(0), await hosted.join(1)
        folder = hosted.host.opened.store.folder
        await trader.say(Respond(0, 1, text="too early"))
        await experimenter.say(Start())
        await trader.say(Respond(7, 1, text="of another stage"))
        await trader.say(Respond(0, 9, text="of no question"))
        assert isinstance(await trader.say(Respond(0, 0, 1, text="beside a choice")), Accepted)
        assert answers(folder) == []
        assert isinstance(await trader.say(Respond(0, 1, text="because")), Accepted)
        await trader.say(Respond(0, 1, text="once more"))
        assert answers(folder) == ["because"]
        assert isinstance(await other.say(Respond(0, 0, 0)), Accepted)


@pytest.mark.parametrize("said", [Announce("to all"), Tell(0, "to one"), Help("from one")])
async def test_while_words_wait_for_the_disk_the_others_trade_on(opened, said):
    waits, release = asyncio.Event(), asyncio.Event()

    async def slow(work, *given):
        if getattr(work, "args", ()) == (said,):
            waits.set()
            await release.wait()
        return await asyncio.to_thread(work, *given)

    async with hosting(opened, HostedSession(opened, machine=Machine(aside=slow))) as hosted:
        experimenter, trader, other = await hosted.experimenter(), await hosted.join(0), await hosted.join(1)
        await experimenter.say(Start())
        speaker = trader if isinstance(said, Help) else experimenter
        speaking = asyncio.create_task(speaker.say(said))
        async with asyncio.timeout(GUARD_S):
            await waits.wait()
        await other.say(Ask(100))
        assert not speaking.done()
        release.set()
        assert isinstance(await speaking, Accepted)
