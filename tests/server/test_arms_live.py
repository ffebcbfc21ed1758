"""Arms of markets on real sockets: each line is told the rules of its market, the console the arm of each seat."""

from pathlib import Path

import msgspec
from websockets.asyncio.client import connect

from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Welcome
from p2p.scenario.assignment import arms_by_seat, arms_of_markets, seats_of_markets
from p2p.scenario.parsing import parse
from server.hosted_session import open_new
from tests.plays.hosted import UNHURRIED, hosting

MARKETS = parse("""
title = "Taxes on either side"
periods = 2
period_s = 60
markets = 2
start = "experimenter"
institution = { name = "continuous", price_min = 1, price_max = 200 }
environment = { buyers = [[150]], sellers = [[50]] }
[[arms]]
name = "of-buyers"
unit = "market"
charges = { tax_buyer = 31 }
[[arms]]
name = "of-sellers"
unit = "market"
institution = "call"
information = "quotes"
charges = { tax_seller = 47 }
""")
MARKS = {"of-buyers": b'"tax_buyer":31', "of-sellers": b'"tax_seller":47'}


async def watched(url: str, market: int) -> tuple[Welcome, bytes]:
    """What a spectator of a market is welcomed with."""
    line = ClientProtocol("", "human")
    line.watched = market
    async with connect(url, compression=None, proxy=None) as socket:
        await socket.send(line.login(), text=True)
        raw = await socket.recv()
    welcome = line.received(raw)
    assert isinstance(welcome, Welcome)
    return welcome, raw.encode() if isinstance(raw, str) else raw


async def test_every_line_is_told_the_rules_of_its_own_market_and_no_others(tmp_path: Path) -> None:
    opened = open_new(MARKETS, "arms", 3, tmp_path, "test")
    arms, by_seat = arms_of_markets(MARKETS, 3), arms_by_seat(MARKETS, 3)
    async with hosting(opened, limits=UNHURRIED) as hosted:
        for market, seats in enumerate(seats_of_markets(MARKETS, 3)):
            own, other = MARKS[str(arms[market])], MARKS[str(arms[1 - market])]
            welcome, raw = await watched(hosted.url, market)
            assert own in raw
            assert other not in raw
            assert b"of-buyers" not in raw
            assert b"of-sellers" not in raw
            assert welcome.rules.market == market
            for seat in seats:
                told = msgspec.json.encode((await hosted.join(seat)).welcome.rules)
                assert own in told
                assert other not in told
        roster = hosted.host.consoles.board.roster()
        assert {row.seat: row.arm for row in roster.rows} == by_seat
