"""Taxes and price controls stand on the screen, and every gain on it is after them."""

import pytest

from p2p.base.units import SECOND
from p2p.messages import (
    Called,
    Contract,
    Ended,
    EndRound,
    Intermission,
    Quote,
    RulesChanged,
    Schedule,
    StartRound,
    Step,
)
from p2p.scenario.charges import Charges
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from tests.plays.tui_market_screens_plays import terminal as opened
from tests.plays.tui_plays import Play, calls, small
from tests.plays.tui_trade_plays import Terminal
from tui.model.number_format import number_format
from tui.screens.results import ResultsScreen, traded
from tui.text.standing_terms import standing_terms

TAXED = """
title = "Taxed"
currency = "cents"
periods = 1
period_s = 60
institution = {{ name = "{name}", price_min = 1, price_max = 400, terms = {{ {terms} }} }}
charges = {{ tax_buyer = 20, tax_seller = -5, commission = 2 }}
environment = {{ buyers = [[300, 200]], sellers = [[100, 140]] }}
"""


def taxed(name: str = "standing", terms: str = "") -> Scenario:
    return parse(TAXED.format(name=name, terms=terms))


def panel(play: Terminal) -> str:
    return play.says("#units .terms")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_tax_commission_ceiling_and_floor_stand_beside_ones_units(size: tuple[int, int]) -> None:
    async with opened(taxed(terms="price_ceiling = 250, price_floor = 50"), size) as play:
        await play.trading("buyer", 300, 200)
        said = "Gains after tax 20 a unit, commission 2. Ceiling 250, floor 50."
        assert panel(play) == said
        line = play.app.screen.query_one("#units .terms")
        drawn = " ".join(line.render_line(row).text.strip() for row in range(line.size.height))
        assert drawn == said
        assert play.app.screen.query_one("#units .sums").region.height == 2


async def test_without_any_there_is_no_line() -> None:
    async with opened(calls(2)) as play:
        await play.trading("buyer", 300)
        assert not play.app.screen.query_one("#units .terms").display


def test_a_sellers_subsidy_is_theirs_and_the_public_is_told_both() -> None:
    play = Play(taxed(), seat=None)
    assert standing_terms(play.view) == "Buyers' tax 20 a unit, sellers' subsidy 5 a unit, commission 2"


async def test_previews_gains_and_results_are_after_the_tax() -> None:
    async with opened(taxed()) as play:
        await play.trading("buyer", 300, 200)
        await play.told(Quote("ask", 150))
        assert play.says("#acceptance") == "y Buy 150, gain 128"
        await play.pilot.press(*"140")
        assert "gain 138 if it is accepted" in play.says("#entry")
        await play.told(Contract(1, 150, "ask", mine="buyer"))
        assert play.says("#answer") == "◆ You bought a unit at 150: gain 128."
        assert play.says("#units .table").splitlines()[1].split() == ["✓", "1", "300", "150", "+128"]
        assert play.says("#earned").endswith("+128")
        await play.told(EndRound(1), Ended(), second=60)
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        assert "You earned +128 cents" in play.says("#results-sum")
        assert play.app.model is not None
        view = play.app.model.view(60 * SECOND, results=True)
        assert view.results is not None
        assert traded(view.results.periods[0], number_format(view.rules)) == "150 (+128)"


async def test_a_forbidden_loss_says_the_value_after_charges() -> None:
    scenario = parse(TAXED.format(name="standing", terms="").replace("periods = 1", 'periods = 1\nno_loss = "people"'))
    async with opened(scenario) as play:
        await play.trading("buyer", 300)
        await play.pilot.press(*"290")
        assert "290 would lose money; your value after charges is 278" in play.says("#entry")


async def test_all_gains_of_one_call_are_said() -> None:
    async with opened(calls(2)) as play:
        await play.trading("seller", 100, 140, 190)
        second = 30.0
        await play.told(
            Called(1, 200, 3), *(Contract(number, 200, "call", mine="seller") for number in (1, 2, 3)), second=second
        )
        assert play.says("#answer") == "◆ You sold 3 units at 200: gain 170 (+100, +60, +10)."


def test_in_a_break_a_tax_to_come_is_the_next_periods() -> None:
    play = Play(small())
    play << Schedule(1, "buyer", (Step(300),)) << StartRound(1, 60 * SECOND)
    play.at(60) << EndRound(1) << RulesChanged(2, charges=Charges(tax_buyer=75)) << Intermission(2, 10 * SECOND)
    assert standing_terms(play.view) == "Next period: gains after tax 75 a unit."
    play.at(70) << Schedule(2, "buyer", (Step(300),)) << StartRound(2, 60 * SECOND)
    assert standing_terms(play.view) == "Gains after tax 75 a unit."
