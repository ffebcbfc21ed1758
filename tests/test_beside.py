"""What is kept beside the journal outlives a stop: names for who is paid, and how everybody was served."""

import json
from pathlib import Path

import click
import pytest

from p2p.line import ClientLine
from p2p.messages import Bid
from recordings.store import Recovered
from server.host import open_again
from server.opening import opened_again
from tests.hosted import hosting
from tests.test_server import trading


async def test_who_does_not_come_back_after_a_stop_keeps_his_name(host) -> None:
    async with host() as hosted:
        codes, folder = hosted.codes, hosted.host.opened.store.folder
        for seat, name in enumerate(("Ada Lovelace", "Charles Babbage")):
            await hosted.login(ClientLine(codes[seat], "human", name=name))
    async with hosting(open_again(Recovered(folder), 0)) as again:
        await again.login(ClientLine(codes[1], "human", name="C. Babbage"))
    assert json.loads((folder / "people.json").read_bytes()) == {"0": "Ada Lovelace", "1": "C. Babbage"}


async def test_names_that_were_deleted_in_between_stay_deleted(host) -> None:
    async with host() as hosted:
        await hosted.login(ClientLine(hosted.codes[0], "human", name="Ada Lovelace"))
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
