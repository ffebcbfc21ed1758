"""What the tests of tui market screens share with others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from p2p.scenario.schema import Scenario
from tests.plays.tui_plays import FakeClient
from tests.plays.tui_trade_plays import Terminal
from tui.apps.trade import TradeApp


@asynccontextmanager
async def terminal(scenario: Scenario, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Terminal]:
    line = FakeClient(scenario)
    app = TradeApp(line)
    async with app.run_test(size=size) as pilot:
        yield Terminal(app, line, pilot)
