"""Names that somebody else has given, where they become part of a folder, a topic or a printed command."""

import os
import shlex
from pathlib import Path

import pytest

from p2p.base.safe_text import printable, safe_name, table_cell
from p2p.protocol.mqtt_topics import base, topic_level
from p2p.scenario.parsing import parse
from p2p.sim.shell.cli_options import shell_word
from recordings.journal.store import Recovered
from server.hosted_session import open_again, open_new
from tests.conftest import SMALL
from tests.plays.brokers import listening, mosquitto, needs_mosquitto
from tests.plays.hosted import hosting
from tests.plays.lab import pit, serve
from tests.plays.mqtt_plays import market, publishing, trade

ODD = ["group #1", "a+b", "a/b", "#", "+", "..", "", "ä ö", "x\udcff", "line\nend", "\x1b[31mred", "日本", "a" * 300]


@pytest.mark.parametrize("name", ODD)
def test_a_free_name_becomes_one_that_folders_and_topics_can_have(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe.isascii()
    assert not set(safe) & set("#+/\\ \n\x1b'\"$;")
    assert safe.strip(".") == safe
    assert len(safe) <= 60
    level = base(topic_level(name), 0, 1).split("/")
    assert len(level) == 2
    assert not set(level[1]) & set("#+\n\x1b")
    level[1].encode()


def test_a_name_that_is_plain_stays_as_it_is() -> None:
    for name in ("smith-1962-test-1", "energy-day-288", "My_Market.v2"):
        assert safe_name(name) == name == topic_level(name)


@needs_mosquitto
@pytest.mark.parametrize("name", ["group #1", "a+b"])
async def test_a_session_of_a_file_with_a_topics_signs_in_its_name_is_published(tmp_path: Path, name: str) -> None:
    opened = open_new(parse(SMALL), name, 1, tmp_path / "recordings", "test")
    opened.store.session = f"20250101-120000-{name}-0a1b"  # as recordings had it before names were made safe
    async with (
        mosquitto(tmp_path) as broker,
        hosting(opened) as hosted,
        listening(broker.broker) as heard,
        publishing(hosted, broker.broker),
    ):
        _, buyer, seller = await market(hosted)
        await trade(buyer, seller, 80)
        await heard.until(lambda: len(heard.all("contract")) == 1)


@pytest.mark.parametrize("name", ["group #1.toml", "a+b.toml", "it's.toml", b"caf\xe9.toml"])
def test_a_file_of_any_name_is_played_and_printed_commands_can_be_pasted(tmp_path: Path, name: str | bytes) -> None:
    folder = tmp_path / "two words; $x"
    folder.mkdir()
    try:
        (folder / os.fsdecode(name)).write_text(SMALL)
    except OSError:
        pytest.skip("this file system has no such names")
    serving = serve(os.fsdecode(name), "--port", "0", "--recordings", str(folder / "my recordings"), cwd=folder)
    assert serving.ctl("end").returncode == 0
    assert serving.end() == 0
    (said,) = [line for line in (folder / "serve.err").read_text().splitlines() if line.startswith("pit: pit score")]
    assert shlex.split(said)[2:] == ["score", str(serving.recording)]
    done = pit(*shlex.split(said)[2:], cwd=folder)
    assert "no period of" in done.stderr, "it was found"


def test_a_renamed_recording_is_still_its_session(tmp_path: Path) -> None:
    opened = open_new(parse(SMALL), "small", 1, tmp_path, "test")
    opened.store.close()
    folder = opened.store.folder.rename(tmp_path / "Tuesday's class")
    again = open_again(Recovered(folder), 0)
    assert again.store.session == opened.store.session
    assert again.store.folder == folder
    again.store.close()


async def test_a_client_finds_the_session_of_a_renamed_recording_again(tmp_path: Path) -> None:
    opened = open_new(parse(SMALL), "small", 1, tmp_path, "test")
    async with hosting(opened) as hosted:
        buyer = await hosted.join(0)
        hosted.host.stop()
        assert await hosted.running == 0
    folder = opened.store.folder.rename(tmp_path / "renamed")
    async with hosting(open_again(Recovered(folder), 0)) as back:
        again = await back.login(buyer.line)
        assert again.welcome.session == opened.store.session


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07Anna", "Anna"),
        ("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b[2J\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1bPq#0\x1b\\x", "x"),
        ("\x1b]0;never ended", ""),
        ("two\nlines\r\x00\x07", "two lines "),
        ("\u202egnp.exe", "gnp.exe"),
        ("caf\udce9", "caf\ufffd"),
        ("Zoë 日本 –", "Zoë 日本 –"),
    ],
)
def test_a_terminal_is_given_no_orders(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_line_ends_stay_where_text_has_lines() -> None:
    assert printable("one\ntwo\x1b[1m\n", lines=True) == "one\ntwo\n"


@pytest.mark.parametrize(
    "formula", ['=HYPERLINK("http://evil")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1"]
)
def test_a_spreadsheet_is_given_no_formulas(formula: str) -> None:
    assert table_cell(formula).startswith("'")


def test_a_word_for_a_shell_is_quoted_only_where_it_must_be() -> None:
    assert shell_word(Path("recordings/20250101-x")) == "recordings/20250101-x"
    assert shlex.split(shell_word(Path("a b/it's"))) == ["a b/it's"]
