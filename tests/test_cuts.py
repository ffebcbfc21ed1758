"""Lines that are cut anywhere, frames spoilt anywhere, senders who say that they are others: on real sockets."""

import json
import random

import pytest
from websockets.exceptions import ConnectionClosed

from p2p.messages import Accepted, Bid, Quote, Refused
from recordings.store import read_folder
from tests.test_server import remembered, trading


async def cut_often(host, cuts: int, monkeypatch) -> None:
    """A seat says quotes, several times over, and loses its line after any of them."""
    monkeypatch.setattr("server.pace.MESSAGES_BURST", 1e9)
    monkeypatch.setattr("server.pace.FLOOD_BURST", 1e9)
    rng = random.Random(5)
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        told, said = list(b1.told), {}
        for k in range(cuts):
            for _ in range(rng.choice((1, 1, 3))):
                token, data = b1.line.say(Bid(rng.randrange(1, 100)))
                said[token] = data
                try:
                    for _ in range(rng.choice((1, 1, 2, 5))):
                        await b1.socket.send(data, text=True)
                except ConnectionClosed:
                    break
            if k % 3 == 0:
                await b2.say(Bid(1 + k % 90))
            for _ in range(rng.choice((0, 0, 1, 2))):
                if b1.line.pending:
                    await b1.hear()
            b1.cut()
            told += [one for one in b1.told if one.number > (told[-1].number if told else 0)]
            b1 = await hosted.login(b1.line)
            for pending in b1.line.unanswered():
                for _ in range(rng.choice((1, 3))):
                    await b1.socket.send(pending, text=True)
        await b1.until(
            lambda: not b1.line.pending and b1.line.number == hosted.host.opened.feeds.count(b1.welcome.seat)
        )
        told += [one for one in b1.told if one.number > told[-1].number]
        assert [one.number for one in told] == list(range(1, len(told) + 1))
        answers = [one.message.token for one in told if isinstance(one.message, Accepted | Refused)]
        assert answers == list(range(1, len(said) + 1))
        folder, seat = hosted.host.opened.store.folder, b1.welcome.seat
    tokens = [one.envelope().token for one in read_folder(folder).records() if one.envelope().sender == seat]
    assert tokens == list(range(1, len(said) + 1))


async def test_a_line_that_is_cut_forty_times_has_no_gap_and_no_double(host, monkeypatch):
    await cut_often(host, 40, monkeypatch)


@pytest.mark.full
async def test_a_line_that_is_cut_200_times_has_no_gap_and_no_double(host, monkeypatch):
    await cut_often(host, 200, monkeypatch)


async def spoil(host, frames: int, monkeypatch) -> None:
    """Frames with bytes changed, on one line after another; what the market remembers stays as it was."""
    monkeypatch.setattr("server.pace.MESSAGES_BURST", 1e9)
    monkeypatch.setattr("server.pace.FLOOD_BURST", 1e9)
    rng = random.Random(9)
    seeds = [
        b'{"directive":"bid","payload":{"price":50},"token":1,"seen":4,"meta":{"decide_us":9}}',
        b'{"directive":"login","payload":{"code":"ABCD2345","have":3}}',
        b'{"directive":"start","payload":{},"token":1}',
    ]
    pieces = (b"", b"\x00", b"\xff", b'"', b"{", b"}", b"null", b"1e999", b"-1", b"9" * 30, b"\\ud800", b"[[[")
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        before, sent = remembered(hosted.host.opened.session), 0
        while sent < frames:
            try:
                for _ in range(50):
                    data = bytearray(rng.choice(seeds))
                    at = rng.randrange(len(data) + 1)
                    data[at : at + rng.choice((0, 1, 8))] = (
                        rng.choice(pieces) if rng.random() < 0.5 else rng.randbytes(1)
                    )
                    data = data.replace(b'"token":1', b'"token":777')
                    await b1.socket.send(bytes(data), text=rng.random() < 0.5 or None)
                    sent += 1
                await b1.closed()
            except (ConnectionClosed, AssertionError):
                pass
            b1.cut()
            b1 = await hosted.login(b1.line)
            assert not hosted.running.done()
        assert remembered(hosted.host.opened.session) == before
        assert isinstance(await b2.say(Bid(60)), Accepted)


async def test_spoilt_frames_on_a_socket_change_nothing(host, monkeypatch):
    await spoil(host, 300, monkeypatch)


@pytest.mark.full
async def test_a_hundred_thousand_spoilt_frames_on_a_socket_change_nothing(host, monkeypatch):
    monkeypatch.setattr("tests.conftest.HOSTED_S", 3_600)
    await spoil(host, 100_000, monkeypatch)


async def test_whoever_a_frame_says_it_is_from_it_is_its_lines_owners(host, monkeypatch):
    monkeypatch.setattr("server.pace.MESSAGES_BURST", 1e9)
    monkeypatch.setattr("server.pace.FLOOD_BURST", 1e9)
    rng = random.Random(3)
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        names = [b2.welcome.seat, "experimenter", "gateway", "institution", 99, -1, None, [1], {"seat": 2}, ""]
        fields = ("from", "sender", "trader", "seat", "to", "market", "who", "resume", "code", "_from", "From")
        for token in range(1, 301):
            forged = {rng.choice(fields): rng.choice(names) for _ in range(3)}
            frame = {"directive": "bid", "payload": {"price": token % 90 + 1}, **forged, "token": token}
            await b1.send(json.dumps(frame))
        await b1.until(lambda: len(b1.all(Accepted)) + len(b1.all(Refused)) == 300)
        assert all(quote.mine for quote in b1.all(Quote))
        assert isinstance(await b2.say(Bid(95)), Accepted)
        assert [answer.token for answer in b2.all(Accepted)] == [1]
        folder, seat = hosted.host.opened.store.folder, b1.welcome.seat
    bids = [one.envelope() for one in read_folder(folder).records() if isinstance(one.envelope().message, Bid)]
    assert {one.sender for one in bids[:300]} == {seat}
