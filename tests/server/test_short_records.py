"""A recording that somebody has changed: records cut off its end, and line ends as another system has them."""

import asyncio
import errno

import click
import pytest

from p2p.base.units import GATEWAY
from p2p.messages import Accepted, Bid, Open
from p2p.messages.envelope import Envelope
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from recordings.journal.disk import REAL, is_held
from recordings.journal.format import FILE, JournalError
from recordings.journal.store import Recovered, read_folder
from server.hosted_session import open_again, open_new
from server.serve.open_session import opened_again
from tests import ROOT
from tests.conftest import SMALL
from tests.plays.hosted import hosting
from tests.plays.server_plays import trading

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1" / FILE


async def test_a_client_that_was_told_more_than_is_on_record_stops_its_seat_and_tells(host, capsys) -> None:
    async with host() as hosted:
        _, (buyer, *_) = await trading(hosted)
        for price in (10, 11, 12):
            assert isinstance(await buyer.say(Bid(price)), Accepted)
        folder, line, had = hosted.host.opened.store.folder, buyer.line, buyer.line.number
    whole = (folder / FILE).read_bytes().splitlines(keepends=True)
    (folder / FILE).write_bytes(b"".join(whole[:-4]))
    capsys.readouterr()
    async with hosting(open_again(Recovered(folder), 0)) as again:
        for _ in range(2):
            socket = await again.raw()
            await socket.send(line.login(), text=True)
            fault = line.received(await asyncio.wait_for(socket.recv(), 5))
            assert (fault.code, str(had) in fault.why) == ("record_short", True)
            await asyncio.wait_for(socket.wait_closed(), 5)
            assert socket.close_code == 4003
        assert not again.host.gateway.seats.connections
    told = [one for one in capsys.readouterr().err.splitlines() if "the record is short" in one]
    assert len(told) == 1
    assert f"was told {had} facts" in told[0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), "its line ends are CR LF where they were LF"),
        (lambda data: b"\xef\xbb\xbf" + data, "a byte order mark was put before it"),
        (lambda data: data.decode().encode("utf-16"), "UTF-16"),
        (lambda data: b"hello\n", "no header that can be read$"),
    ],
)
def test_a_journal_that_was_changed_as_a_text_says_so(tmp_path, changed, said) -> None:
    (tmp_path / FILE).write_bytes(changed(SAMPLE.read_bytes()))
    with pytest.raises(JournalError, match=said):
        read_folder(tmp_path)


def test_the_standing_auction_has_no_orders_that_outlive_a_period() -> None:
    terms = '[institution.terms]\norder_life = "session"\n\n[environment]'
    with pytest.raises(ScenarioError, match=r"institution.terms.order_life: cannot be 'session' here"):
        parse(SMALL.replace("[environment]", terms))
    assert parse(
        SMALL.replace("[environment]", terms).replace("[institution]", '[institution]\nname = "continuous"', 1)
    )


def test_a_session_is_taken_up_on_a_disk_without_room_for_its_journal_once_more(tmp_path, small, monkeypatch) -> None:
    opened = open_new(small, "one", 1, tmp_path, "test")
    opened.store.close()
    folder = opened.store.folder
    before = (folder / FILE).read_bytes()

    def full(path, data, mode=0o600) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    recovered = Recovered(folder)
    monkeypatch.setattr(recovered.disk, "replace", full, raising=True)
    store = recovered.reopen()
    assert (folder / FILE).read_bytes() == before
    assert is_held(folder / FILE)
    store.append(store.line(Envelope(GATEWAY, Open()), 0, []))
    store.close()
    assert (folder / FILE).read_bytes().startswith(before)


def test_a_replacement_that_does_not_fit_leaves_no_part_of_it(tmp_path, monkeypatch) -> None:
    (tmp_path / FILE).write_bytes(b"whole")

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("recordings.journal.disk._sync_all", full)
    with pytest.raises(OSError, match="No space left"):
        REAL.replace(tmp_path / FILE, b"anew")
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).read_bytes() == b"whole"


def test_what_stops_a_recovery_is_a_sentence(tmp_path, small, monkeypatch) -> None:
    opened = open_new(small, "one", 1, tmp_path, "test")
    opened.store.close()

    def fails(self) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Recovered, "reopen", fails)
    with pytest.raises(click.ClickException, match=r"cannot be taken up: the disk has failed$"):
        opened_again(opened.store.folder, "")
