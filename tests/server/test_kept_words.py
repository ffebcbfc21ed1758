"""Words beside the journal: kept while the others trade on, and kept only where somebody waits for them."""

import asyncio
import json
import stat
from pathlib import Path

import msgspec
import pytest

from p2p.messages import Accepted, Announce, Ask, Help, Respond, Start, Tell
from p2p.protocol.codec import ProtocolError
from p2p.scenario.parsing import parse
from recordings.journal.disk import REAL, RealDisk
from server.hosted_session import HostedSession
from server.publishing.private_words import PrivateWords, read_words
from server.session.machine import Machine
from tests.plays.hosted import GUARD_S, hosting
from tests.simulation.disk import SimulatedDisk

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


class Counting(RealDisk):
    """The machine's disk, with the bytes of each write."""

    def __init__(self) -> None:
        self.whole, self.written = 0, list[int]()

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        self.whole += 1
        self.written.append(len(data))
        super().replace(path, data, mode)

    def append(self, path: Path, size: int, data: bytes) -> None:
        self.written.append(len(data))
        super().append(path, size, data)


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


def test_words_are_written_behind_the_last_ones_and_never_as_a_whole_again(tmp_path: Path) -> None:
    disk = Counting()
    words = PrivateWords(tmp_path / "answers.json", disk, {})
    said = [f"answer {number}\nof two lines" for number in range(50)]
    for text in said:
        assert words.kept_answer(Respond(0, 1, text=text)).length == len(text)
    assert (disk.whole, max(disk.written)) == (1, disk.written[-1])
    assert disk.written[-1] <= disk.written[0] + len("10")
    assert answers(tmp_path) == said
    assert stat.S_IMODE((tmp_path / "answers.json").stat().st_mode) == 0o600
    known: dict[str, str] = {}
    again = PrivateWords(tmp_path / "answers.json", disk, known)
    assert list(known.values()) == said
    again.kept_answer(Respond(0, 1, text="after a crash"))
    assert answers(tmp_path) == [*said, "after a crash"]


def test_a_last_line_that_a_crash_has_cut_is_none_and_all_before_it_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    words = PrivateWords(file, REAL, {})
    for text in ("one", "two", "three"):
        words.kept_answer(Respond(0, 1, text=text))
    whole = file.read_bytes()
    third = whole.index(b"three")
    for cut in range(third - 60, len(whole)):
        assert [one.text for one in read_words(whole[:cut]).values()][:2] == ["one", "two"]
    assert [one.text for one in read_words(whole.replace(b"three", b"th\0ee")).values()] == ["one", "two"]
    file.write_bytes(whole[:third])
    PrivateWords(file, REAL, {}).kept_answer(Respond(0, 1, text="four"))
    assert answers(tmp_path) == ["one", "two", "four"]
    with pytest.raises(msgspec.MsgspecError):
        read_words(b"no words")


def test_a_disk_that_fails_leaves_the_words_before_and_the_next_ones(tmp_path: Path) -> None:
    file, calls = Path("answers.json"), list[str]()

    def fails(call: str) -> None:
        calls.append(call)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    disk = SimulatedDisk(fails)
    words = PrivateWords(file, disk, {})
    words.kept_answer(Respond(0, 1, text="one"))
    with pytest.raises(ProtocolError, match="No space left"):
        words.kept_answer(Respond(0, 1, text="two"))
    assert [one.text for one in read_words(disk.read(file)).values()] == ["one"]
    words.kept_answer(Respond(0, 1, text="two"))
    assert [one.text for one in read_words(disk.read(file)).values()] == ["one", "two"]
    assert calls == ["replace", "append", "replace"]
