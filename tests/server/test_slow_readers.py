"""Among thirty lines one that never reads, and one that reads a byte at a time: both are cut, and miss nothing.

The others get every fact in its order meanwhile. How long they wait is a figure: benchmarks/bench_slow_reader.py.
"""

import asyncio
import contextlib
from dataclasses import replace

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from p2p.messages import Accepted, Bid, Quote
from server.limits import Limits
from server.serve.open_session import repeated
from tests.plays.hosted import UNHURRIED, Hosted, Trader
from tests.plays.server_plays import roles, trading
from tests.plays.slow_readers_plays import Reluctant, seat_of

SEATS = 32


async def listen(trader: Trader) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await trader.hear()


async def whole_again(hosted: Hosted, one: Reluctant) -> list[Quote]:
    """What he had read and what he is told when he comes back, held against the feed; its quotes."""
    back = await hosted.login(one.line)
    seat = back.welcome.seat
    await back.until(lambda: back.line.number >= hosted.host.opened.feeds.count(seat))
    told = one.told + back.told
    assert [fact.number for fact in told] == list(range(told[0].number, back.line.number + 1))
    return [fact.message for fact in told if isinstance(fact.message, Quote)]


async def among_thirty(host, small, monkeypatch: pytest.MonkeyPatch, pause_s: float, limits: Limits) -> int:
    """Trade until both are cut; how many facts it took."""
    rules = msgspec.structs.replace(small.institution, price_max=1_000_000)
    many = repeated(msgspec.structs.replace(small, institution=rules, period_s=36_000.0), SEATS)
    async with host(many, limits=limits) as hosted:
        seats = range(SEATS)
        monkeypatch.setattr("tests.plays.server_plays.roles", lambda lab: roles(lab, seats))
        _, traders = await trading(hosted)
        (speaker, *others), slow_ones = traders[:-2], traders[-2:]
        lines, deliveries = hosted.host.seats.connections, hosted.host.files.deliveries
        for trader in slow_ones:
            trader.cut()
            await hosted.until(lambda seat=trader.welcome.seat: seat not in lines)
        never, bit_by_bit = [await seat_of(hosted, trader.line) for trader in slow_ones]
        slow = {one.welcome.seat: lines[one.welcome.seat] for one in (never, bit_by_bit)}
        tasks = [asyncio.create_task(listen(other)) for other in others]
        tasks.append(asyncio.create_task(bit_by_bit.trickle(pause_s)))
        price = 0
        while any(lines.get(seat) is line for seat, line in slow.items()):
            price += 1
            assert isinstance(await speaker.say(Bid(price)), Accepted)
            assert all(line.peer.buffered() < 1 << 20 for line in slow.values())
        await hosted.until(lambda: all(o.line.number >= hosted.host.opened.feeds.count(o.welcome.seat) for o in others))
        for other in others:
            assert [told.number for told in other.told] == list(range(1, other.line.number + 1))
            assert len(other.all(Quote)) == price
            assert deliveries[other.welcome.seat].cut == {}
        for seat in slow:
            assert sum(deliveries[seat].cut.values()) == 1
        for one in (never, bit_by_bit):
            assert [quote.price for quote in await whole_again(hosted, one)] == list(range(1, price + 1))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        never.socket.close()
        bit_by_bit.socket.close()
    return price


async def test_slow_readers_among_thirty_are_cut_and_whole_again_and_the_others_get_everything(
    host, small, monkeypatch
) -> None:
    """Buffers and patience are small here, and a byte takes less than a second."""
    narrow = replace(UNHURRIED, send_bytes_max=1_000, send_s_max=0.3, kernel_bytes_max=2_048)
    await among_thirty(host, small, monkeypatch, pause_s=0.02, limits=narrow)


@pytest.mark.full
async def test_so_are_they_with_the_servers_own_limits_and_a_byte_a_second(host, small, monkeypatch) -> None:
    """Pings aside: on a slow machine they might find such a line first, for it does not answer them either."""
    monkeypatch.setattr("tests.conftest.HOSTED_S", 600)
    assert await among_thirty(host, small, monkeypatch, pause_s=1.0, limits=replace(UNHURRIED, ping_s=None)) > 1_000
