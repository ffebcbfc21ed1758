"""What is kept beside the journal outlives a stop: names for who is paid, and how everybody was served."""

import io
import json
from pathlib import Path

import click
import msgspec
import pytest
from rich.console import Console

from bots.robots.fleet import run_fleet
from p2p.messages import Bid
from p2p.protocol.client_connection import ClientProtocol
from recordings.export.tables import played
from recordings.journal.store import Recovered
from recordings.reports.text import traders_table
from recordings.scoring.score import score
from server.hosted_session import open_again
from server.serve.open_session import opened_again
from tests.plays.hosted import hosting
from tests.plays.server_plays import trading

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


@pytest.mark.parametrize("file", ["doors.json", "announcements.json"])
async def test_a_damaged_file_beside_the_journal_is_said_in_one_line(host, file: str) -> None:
    async with host() as hosted:
        folder: Path = hosted.host.opened.store.folder
    (folder / file).write_text("no JSON")
    with pytest.raises(click.ClickException, match="beside the journal"):
        opened_again(folder, "")
