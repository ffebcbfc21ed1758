"""What the tests of mqtt share with others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from p2p.messages import Accepted, Ask, Buy, Start, StartRound
from p2p.scenario.parsing import parse
from server.mqtt.publisher import Publisher
from tests.conftest import SMALL
from tests.plays.hosted import Hosted

STREET = """
title = "Two households"
periods = 3
period_s = 60
break_s = 10
start = "experimenter"

[institution]
name = "continuous"
price_min = 0
price_max = 500

[environment]
name = "prosumer"
seats = 2
buy = { low = 300, high = 300 }
feed_in = { low = 100, high = 100 }
interval_min = 15
noise = 0.2
"""


@contextlib.asynccontextmanager
async def publishing(hosted: Hosted, broker) -> AsyncIterator[Publisher]:
    publisher = Publisher(broker, hosted.host)
    publisher.start()
    try:
        yield publisher
    finally:
        await publisher.finish()


def kept_out(publisher) -> asyncio.Event:
    """Let the publisher connect again when the event is set: whoever is to hear all of it listens before."""
    let_in, opened = asyncio.Event(), publisher._open

    @contextlib.asynccontextmanager
    async def held():
        await let_in.wait()
        async with opened() as client:
            yield client

    publisher._open = held
    return let_in


async def market(hosted):
    """An experimenter, a buyer and a seller, the first period open."""
    experimenter = await hosted.experimenter()
    holdings = hosted.host.opened.session.markets[0].environment.holdings
    richest = [
        max((seat for seat in holdings if holdings[seat].role == role), key=lambda seat: holdings[seat].total)
        for role in ("buyer", "seller")
    ]
    buyer, seller = [await hosted.join(seat) for seat in richest]
    assert isinstance(await experimenter.say(Start()), Accepted)
    await buyer.until_told(StartRound)
    return experimenter, buyer, seller


def many(count):
    """A market in which a pair can trade so many times."""
    return parse(
        SMALL.replace("[[120, 90], [100]]", f"[{[150] * count}]").replace("[[40, 70], [60]]", f"[{[40] * count}]")
    )


async def trade(buyer, seller, price):
    assert isinstance(await seller.say(Ask(price)), Accepted)
    assert isinstance(await buyer.say(Buy()), Accepted)
