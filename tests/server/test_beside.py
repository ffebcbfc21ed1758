"""What is kept beside the journal outlives a stop: names for who is paid, and how everybody was served."""

import csv
import io
import json
import os
from pathlib import Path

import click
import msgspec
import pytest
from rich.console import Console

from bots.robots.fleet import run_fleet
from p2p.base.units import EXPERIMENTER, GATEWAY, SECOND
from p2p.messages import Announced, Bid, End, Joined, Message, Open, Start
from p2p.messages.envelope import Envelope
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, NumberedFact, frame
from p2p.scenario.public_rules import public_rules
from p2p.session.session import Session
from recordings.export.tables import played
from recordings.journal.store import Recovered, Store, read_folder, scenario_of
from recordings.reading.participants import agents
from recordings.reports.text import traders_table
from recordings.scoring.score import score
from server.hosted_session import open_again
from server.publishing.side_files import SideFiles
from server.serve.open_session import opened_again
from tests.conftest import SMALL
from tests.plays.hosted import hosting
from tests.plays.lab import pit
from tests.plays.play import small as small_rules
from tests.plays.server_plays import trading
from tui.model.model import Model

IDLE = """
from p2p.agents import Agent


class Idle(Agent, kw_only=True):
    def decide(self, view, rng):
        return None
"""


async def test_who_does_not_come_back_after_a_stop_keeps_his_name(host) -> None:
    async with host() as hosted:
        codes, folder = hosted.codes, hosted.host.opened.store.folder
        for seat, name in enumerate(("Ada Lovelace", "Charles Babbage")):
            await hosted.login(ClientProtocol(codes[seat], "human", name=name))
    async with hosting(open_again(Recovered(folder), 0)) as again:
        await again.login(ClientProtocol(codes[1], "human", name="C. Babbage"))
    assert json.loads((folder / "people.json").read_bytes()) == {"0": "Ada Lovelace", "1": "C. Babbage"}


async def test_which_agents_the_robots_were_is_kept_and_people_stay_people_in_the_tables(host, small, tmp_path) -> None:
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.3, break_s=0.05)
    own = tmp_path / "mine.py"
    own.write_text(IDLE, encoding="utf-8")
    async with host(brief) as hosted:
        codes, folder = hosted.codes, hosted.host.opened.store.folder
        await hosted.login(ClientProtocol(codes[0], "human", name="Ada Lovelace"))
        words = ["zip/margin_low=0.1", "zic", f"{own}:Idle"]
        assert await run_fleet(hosted.url, list(zip(list(codes.values())[1:], words, strict=True))) == []
        assert await hosted.running == 0
    assert json.loads((folder / "agents.json").read_bytes()) == {"1": words[0], "2": "zic", "3": "mine.py:Idle"}
    (one,) = played([folder])
    assert {row["seat"]: row["agent"] for row in one.traders} == {0: "human", 1: words[0], 2: "zic", 3: "mine.py:Idle"}
    console = Console(width=120, file=io.StringIO())
    console.print(traders_table(score(folder)))
    assert "robot (zic)" in console.file.getvalue()  # type: ignore[attr-defined]
    (folder / "agents.json").unlink()
    assert {row["agent"] for row in next(iter(played([folder]))).traders} == {"human", "robot"}


async def test_names_that_were_deleted_in_between_stay_deleted(host) -> None:
    async with host() as hosted:
        await hosted.login(ClientProtocol(hosted.codes[0], "human", name="Ada Lovelace"))
        folder = hosted.host.opened.store.folder
    (folder / "people.json").unlink()
    async with hosting(open_again(Recovered(folder), 0)):
        pass
    assert not (folder / "people.json").exists()


async def test_how_everybody_was_served_before_a_stop_is_counted_on(host) -> None:
    async with host() as hosted:
        _, (buyer, *_) = await trading(hosted)
        await buyer.say(Bid(50))
        folder, seat = hosted.host.opened.store.folder, str(buyer.welcome.seat)
    before = json.loads((folder / "deliveries.json").read_bytes())["seats"]
    async with hosting(open_again(Recovered(folder), 0)) as again:
        back = await again.login(buyer.line)
        await back.until(lambda: back.line.number >= again.host.opened.feeds.count(buyer.welcome.seat))
    after = json.loads((folder / "deliveries.json").read_bytes())["seats"]
    assert set(after) == set(before)
    assert after[seat]["facts"] > before[seat]["facts"] >= 3
    assert all(after[other] == before[other] for other in set(before) - {seat})


async def test_damaged_words_beside_the_journal_are_said_in_one_line(host) -> None:
    async with host() as hosted:
        folder: Path = hosted.host.opened.store.folder
    (folder / "announcements.json").write_text("no JSON")
    with pytest.raises(click.ClickException, match="beside the journal"):
        opened_again(folder, "")


def test_each_period_has_the_agent_that_held_its_seat_longest(tmp_path) -> None:
    """Robots come and go at seat 2: each period's row has its own, and none passes for a person."""
    store = Store.create(tmp_path / "one", small_rules(periods=3, period_s=10.0, break_s=5.0), 1, "test")
    files = SideFiles(store)
    session = Session(scenario_of(read_folder(store.folder).header), 1)

    def told(message: Message, at_s: float, sender: str = GATEWAY, token: int = 0) -> None:
        while (due := session.deadline()) is not None and due <= at_s * SECOND:
            alarm = session.alarm()
            store.append(store.line(alarm, due, session.handle(alarm, due)))
        envelope = Envelope(sender, message, token=token)
        store.append(store.line(envelope, round(at_s * SECOND), session.handle(envelope, round(at_s * SECOND))))

    def robot(name: str, at_s: float) -> None:
        files.called(2, name)
        told(Joined(2, "robot"), at_s)

    told(Open(), 0)
    robot("zic", 0)
    told(Start(), 0, EXPERIMENTER, token=1)
    robot("gdx", 8)  # two seconds of the first period, all of the second
    robot("human", 31)  # all but a second of the third
    told(End(), 40, EXPERIMENTER, token=2)
    files.save()
    store.close()
    (one,) = played([store.folder])
    assert [row["agent"] for row in one.traders if row["seat"] == 2] == ["zic", "gdx", "robot called human"]
    assert {row["agent"] for row in one.traders if row["seat"] == 1} == {""}
    assert agents(store.folder) == {2: "robot called human"}


def test_no_table_has_a_formula_and_no_report_a_terminals_orders(tmp_path) -> None:
    text = SMALL.replace("Two buyers, two sellers", '=HYPERLINK(\\"evil\\") \\u001b]0;owned\\u0007[red]').replace(
        '"cents"', '"\\u001b[31mcents"'
    )
    (tmp_path / "evil.toml").write_text(text)
    shown = pit("scenarios", "show", "evil.toml", cwd=tmp_path)
    assert (shown.returncode, "\x1b" in shown.stdout) == (0, False)
    assert pit("simulate", "evil.toml", "--sessions", "1", "--out", "t", cwd=tmp_path).returncode == 0
    with (tmp_path / "t" / "sessions.csv").open() as table:
        (row,) = csv.DictReader(table)
    assert row["scenario"] == '\'=HYPERLINK("evil") [red]'
    wrong = (tmp_path / "wrong.toml").write_text('title = "x"\n"\\u001b[2J" = 1\n')
    said = pit("scenarios", "check", "wrong.toml", cwd=tmp_path)
    assert wrong
    assert (said.returncode, "\x1b" in said.stderr) == (2, False)
    words = ["--port", "0", "--bots", "zic:4", "--period-s", "0.3", "--break-s", "0"]
    (tmp_path / "evil.toml").write_text(text.replace('start = "experimenter"\n', ""))
    done = pit("serve", "evil.toml", *words, cwd=tmp_path)
    assert (done.returncode, "\x1b" in done.stdout + done.stderr) == (0, False)
    recording = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("recording"))
    scored = pit("score", recording, "--sessions", "1", "--agents", "zic", cwd=tmp_path)
    assert (scored.returncode, "\x1b" in scored.stdout) == (0, False)
    assert '=HYPERLINK("evil") [red]' in scored.stdout
    assert "Surplus in cents" in scored.stdout


def test_a_terminal_shows_a_strangers_rules_without_what_it_would_obey(small) -> None:
    evil = "\x1b]0;owned\x07"
    table = msgspec.structs.replace(small, title=f"{evil}A market", instructions=f"one\n{evil}two", currency=f"c{evil}")
    model = Model(public_rules(table), None)
    model.fold(NumberedFact(1, 0, Announced("digest", text=f"{evil}Hurry\nup")))
    assert (model.rules.title, model.rules.instructions, model.rules.currency) == ("A market", "one\ntwo", "c")
    assert model.announced == "Hurry\nup"
    line = ClientProtocol("", "human")
    fault = line.received(frame("error", Fault("busy", f"{evil}later")))
    assert fault == Fault("busy", "later")


@pytest.mark.parametrize("damage", ["no JSON", "gone", "a folder"])
async def test_where_the_codes_of_before_are_damaged_every_seat_has_a_new_one(host, capsys, damage: str) -> None:
    async with host() as hosted:
        trader = await hosted.join(2)
        folder, doors = hosted.host.opened.store.folder, hosted.host.opened.store.folder / "doors.json"
    doors.write_text("no JSON") if damage == "no JSON" else doors.unlink()
    if damage == "a folder":
        doors.mkdir()
    opened, _ = opened_again(folder, "")
    said = capsys.readouterr().err
    assert said.count("the codes of before are lost") == said.count("\n") == 1
    assert sorted(opened.codes) == [0, 1, 2, 3]
    async with hosting(opened) as again:
        assert (await again.join(2)).welcome.seat == 2
        with pytest.raises(AssertionError, match="wrong_code"):
            await again.login(trader.line)


@pytest.mark.parametrize("file", ["people.json", "agents.json", "deliveries.json"])
async def test_a_folder_in_the_place_of_a_file_is_a_line_and_stops_nothing(host, capsys, file: str) -> None:
    async with host() as hosted:
        folder = hosted.host.opened.store.folder
        await hosted.login(ClientProtocol(hosted.codes[0], "human", name="Ada Lovelace"))
        await hosted.login(ClientProtocol(hosted.codes[1], "robot", name="zic"))
        (folder / file).unlink(missing_ok=True)
        (folder / file).mkdir()
        hosted.host.stop()
        assert await hosted.running == 0
    assert capsys.readouterr().err.count(f"{file} cannot be written, the journal is whole") == 1
    async with hosting(open_again(Recovered(folder), 0)) as again:
        assert (await again.login(ClientProtocol(hosted.codes[0], "human"))).welcome.seat == 0
    assert f"{file} beside the journal is passed over" in capsys.readouterr().err


async def test_names_and_agents_are_written_when_they_are_given(host) -> None:
    """As for a server that is killed while they trade."""
    async with host() as hosted:
        folder = hosted.host.opened.store.folder
        await hosted.login(ClientProtocol(hosted.codes[0], "human", name="Ada Lovelace"))
        await hosted.login(ClientProtocol(hosted.codes[1], "robot", name="zic"))
        assert json.loads((folder / "people.json").read_bytes()) == {"0": "Ada Lovelace"}
        assert json.loads((folder / "agents.json").read_bytes()) == {"1": "zic"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
async def test_nobody_else_on_the_machine_reads_a_live_session(host) -> None:
    async with host() as hosted:
        folder = hosted.host.opened.store.folder
        await hosted.login(ClientProtocol(hosted.codes[0], "human", name="Ada Lovelace"))
    async with hosting(open_again(Recovered(folder), 0)):
        rights = {one.name: oct(one.stat().st_mode & 0o777) for one in (folder, *folder.iterdir())}
    assert rights.pop(folder.name) == "0o700"
    assert set(rights.values()) == {"0o600"}, rights
