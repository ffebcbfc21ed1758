"""Lines that are cut anywhere, and senders who say that they are others: on real sockets."""

import json
import random

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from p2p.messages import Accepted, Bid, Quote, Refused
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import encode, wire_record_of
from recordings.journal.store import read_folder
from tests.plays.hosted import UNHURRIED
from tests.plays.server_plays import trading


async def cut_often(host, cuts: int) -> None:
    """A seat says quotes, several times over, and loses its line after any of them."""
    rng = random.Random(5)
    async with host(limits=UNHURRIED) as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        told, said = list(b1.told), {}
        for k in range(cuts):
            for _ in range(rng.choice((1, 1, 3))):
                token, data = b1.line.send(Bid(rng.randrange(1, 100)))
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


async def test_a_line_that_is_cut_forty_times_has_no_gap_and_no_double(host):
    await cut_often(host, 40)


@pytest.mark.full
async def test_a_line_that_is_cut_200_times_has_no_gap_and_no_double(host):
    await cut_often(host, 200)


async def forge(host, small, frames: int) -> None:
    """Orders with fields that name somebody else; the record is what the same orders without them would leave."""
    rng = random.Random(3)
    async with host(msgspec.structs.replace(small, period_s=36_000.0), limits=UNHURRIED) as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        names = [b2.welcome.seat, "experimenter", "gateway", "institution", 99, -1, None, [1], {"seat": 2}, ""]
        fields = ("from", "sender", "trader", "seat", "to", "market", "who", "resume", "code", "_from", "From")
        for token in range(1, frames + 1):
            forged = {rng.choice(fields): rng.choice(names) for _ in range(3)}
            frame = {"directive": "bid", "payload": {"price": token % 90 + 1}, **forged, "token": token}
            await b1.send(json.dumps(frame))
            if token % 100 == 0:
                await b1.until(lambda said=token: len(b1.all(Accepted)) + len(b1.all(Refused)) == said)
        assert all(quote.mine for quote in b1.all(Quote))
        assert isinstance(await b2.say(Bid(95)), Accepted)
        assert [answer.token for answer in b2.all(Accepted)] == [1]
        folder, seat = hosted.host.opened.store.folder, b1.welcome.seat
    plain = [encode(wire_record_of(Envelope(seat, Bid(k % 90 + 1), token=k))) for k in range(1, frames + 1)]
    assert [one.message for one in read_folder(folder).records() if b'"bid"' in one.message][:-1] == plain


async def test_whoever_a_frame_says_it_is_from_it_is_its_lines_owners(host, small):
    await forge(host, small, 300)


@pytest.mark.full
async def test_whoever_ten_thousand_frames_say_they_are_from_they_are_their_lines_owners(host, small, monkeypatch):
    monkeypatch.setattr("tests.conftest.HOSTED_S", 600)
    await forge(host, small, 10_000)
