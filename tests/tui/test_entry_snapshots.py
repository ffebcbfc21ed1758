"""Pictures of what is typed and told: a question about a loss, a replacing price, long words, taxes, a changed value.

After a change that is meant: pytest tests/tui/test_entry_snapshots.py --snapshot-update, and look at what has changed.
"""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from p2p.base.units import SECOND
from p2p.messages import Announced, EndRound, Message, Order, Paused, Quote, Refused, Schedule, StartRound, Step
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from tests.plays.tui_plays import FakeClient, market
from tests.plays.tui_snapshots_plays import settled
from tui.apps.trade import TradeApp

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 36), (200, 50)]
TAXED = """
title = "Taxed, and asked about losses"
currency = "cents"
periods = 2
period_s = 60
loss_confirm = true
charges = { tax_buyer = 20, commission = 2 }
institution = { name = "continuous", price_min = 1, price_max = 400, terms = { price_ceiling = 350 } }
environment = { buyers = [[300, 200, 150], [260]], sellers = [[100, 140, 190], [120]] }
"""
WORDS = " ".join(f"word{number}" for number in range(70))


class StillApp(TradeApp):
    """Draws when it is told to, so that every picture is of the same moment."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


def picture(compare: Compare, scenario: Scenario, size: tuple[int, int], *told: Message, keys: str = "") -> bool:
    """A buyer of three units, who has been told this and then presses keys, one after the other by their names."""
    line = FakeClient(scenario)
    app = StillApp(line)

    async def play(pilot: Pilot[object]) -> None:
        line.welcome()
        line.tell(Schedule(1, "buyer", (Step(300), Step(200), Step(150))), StartRound(1, 60 * SECOND))
        line.tell(*told, second=5)
        await settled(pilot, app)
        await pilot.press(*keys.split())
        await settled(pilot, app)

    return compare(app, run_before=play, terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
def test_a_question_about_a_loss(snap_compare: Compare, size: tuple[int, int]) -> None:
    told = (Order(1, "ask", 310, 2), Quote("ask", 310, quantity=2))
    assert picture(snap_compare, parse(TAXED), size, *told, keys="y")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
def test_a_better_price_in_the_place_of_an_order(snap_compare: Compare, size: tuple[int, int]) -> None:
    told = (Order(1, "bid", 120, 2, mine=True), Quote("bid", 120, quantity=2, mine=True), Quote("ask", 210))
    assert picture(snap_compare, market("continuous"), size, *told, keys="1 3 0")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
def test_the_longest_words_in_a_pause(snap_compare: Compare, size: tuple[int, int]) -> None:
    told = (Announced("", WORDS), Paused(30 * SECOND))
    assert picture(snap_compare, market("standing"), size, *told, keys="b a")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
def test_a_long_refusal_of_what_was_replaced(snap_compare: Compare, size: tuple[int, int]) -> None:
    told = (Order(1, "bid", 120, 2, mine=True), Refused(1, "moved"))
    assert picture(snap_compare, market("continuous"), size, *told, keys="1 1 0 x 3")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36", "200x50"])
def test_new_values_are_told(snap_compare: Compare, size: tuple[int, int]) -> None:
    later = (EndRound(1), Schedule(2, "buyer", (Step(310), Step(210))), StartRound(2, 60 * SECOND), Quote("ask", 180))
    assert picture(snap_compare, market("standing"), size, *later)
