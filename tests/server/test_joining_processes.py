"""A class in real processes: the line for scripts, a killed server, commands at the door, cards, a long stay."""

import asyncio
import re
from pathlib import Path

import pytest

from bots.door import ask_at_door
from p2p.messages import Ended, Schedule
from p2p.protocol.client_connection import ClientProtocol
from recordings.reading.participants import load_names
from tests.plays.hosted import Trader
from tests.plays.lab import Serving, pit, serve


@pytest.fixture
async def people():
    """Those who have joined in a test; they leave after it."""
    joined: list[Trader] = []
    yield joined
    for one in joined:
        await one.leave()


async def joined(
    people: list[Trader], serving: Serving, device: str, name: str, code: str = "", label: str = ""
) -> Trader:
    line = ClientProtocol(code or serving.where["class_code"], "human", name)
    line.device, line.label = device, label
    people.append(await Trader.login(serving.where["url"], line))
    return people[-1]


async def test_a_class_that_was_killed_comes_back_with_seats_names_and_code(
    tmp_path: Path, people: list[Trader]
) -> None:
    words = ("classroom-test-1", "--port", "0", "--recordings", str(tmp_path), "--empty", "drop", "--stay")
    first = serve(*words, cwd=tmp_path)
    assert re.fullmatch(r"[A-Z0-9]{6}", first.where["class_code"])
    assert first.where["seats"] == []
    assert first.where["page"] == first.where["url"].replace("ws:", "http:") + "/"
    ann = await joined(people, first, "a", "Ann")
    bob = await joined(people, first, "b", "Bob")
    first.kill()
    second = serve("--recover", str(first.recording), "--stay", cwd=tmp_path)
    try:
        assert second.where["class_code"] == first.where["class_code"]
        assert load_names(first.recording) == {0: "Ann", 1: "Bob"}
        back = await joined(people, second, "b", "Bob")
        assert back.welcome.seat == bob.welcome.seat == 1
        assert (await joined(people, second, "c", "Cleo")).welcome.seat == 2
        assert (await joined(people, second, "a", "Ann")).welcome.seat == ann.welcome.seat
        assert second.ctl("start").returncode == 0
        await back.until_told(Schedule)
        assert second.ctl("close").returncode != 0, "the session runs"
        assert second.ctl("end").returncode == 0
        await back.until_told(Ended)
        late = await joined(people, second, "b", "Bob")
        await late.until_told(Ended)
        assert second.ctl("close").stdout == "the server closes\n"
        assert await asyncio.to_thread(second.end) == 0
    finally:
        if second.process.poll() is None:
            second.kill()
    assert pit("verify", str(first.recording), cwd=tmp_path).returncode == 0
    assert "Ann" not in (first.recording / "journal.jsonl").read_text()


async def test_the_experimenters_commands_at_the_door(tmp_path: Path, people: list[Trader]) -> None:
    listed = tmp_path / "people.csv"
    listed.write_text("name;label\nAnn;M-1\nBob;M-2\n")
    serving = serve(
        *("smith-1962-test-1", "--port", "0", "--recordings", str(tmp_path), "--seats-sheet", "cards.html"),
        *("--participants", str(listed), "--bots", "zic:2"),
        cwd=tmp_path,
    )
    try:
        assert serving.where["class_code"] is None
        assert len(serving.where["seats"]) == 20
        first = serving.where["seats"][0]["code"]
        cards = (tmp_path / "cards.html").read_text()
        assert f"{first[:4]} {first[4:]}" in cards
        assert serving.ctl("lock").stdout == "the door is locked: nobody without a seat is let in\n"
        assert (await ask_at_door(serving.where["url"], first)).locked
        serving.ctl("unlock")
        assert (await joined(people, serving, "", "Ann", first, "M-1")).welcome.seat == 0
        said = serving.ctl("reissue", "1").stdout
        code = re.match(r"card 1 +([A-Z0-9]{8})", said)[1]
        assert (await ask_at_door(serving.where["url"], first)).code == "wrong_code"
        assert (await ask_at_door(serving.where["url"], code)).seat == 0
        assert "20 cards" in serving.ctl("seats-sheet", "again.html").stdout
        assert f"{code[:4]} {code[4:]}" in (tmp_path / "again.html").read_text()
        for words in (("reissue", "99"), ("reissue", "0"), ("reissue",), ("lock", "now"), ("seats-sheet",)):
            refused = serving.ctl(*words)
            assert refused.returncode != 0, words
            assert refused.stderr.count("\n") == 1, refused.stderr
    finally:
        serving.kill()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("smith-1962-test-1", "--empty", "drop"), "--empty is for a class code"),
        (("--recover", "nowhere", "--class-code"), "keeps its codes"),
    ],
)
def test_words_that_do_not_go_together_are_told_in_a_line(tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    done = pit("serve", *words, cwd=tmp_path)
    assert done.returncode != 0
    assert why in done.stderr


def test_a_label_twice_is_an_error_before_the_server_starts(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("M-1\nM-1\n")
    done = pit("serve", "smith-1962-test-1", "--participants", "list", "--recordings", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    assert "list:2: the label M-1 stands in line 1 already" in done.stderr
    assert not list(tmp_path.glob("*smith*")), "no recording was made"


def test_a_demo_of_a_scenario_for_a_class_needs_no_class_code(tmp_path: Path, people: list[Trader]) -> None:
    done = pit("demo", "--headless", "--scenario", "classroom-test-1", "--seed", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
