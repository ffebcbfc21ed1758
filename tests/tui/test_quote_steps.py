"""Quotes on the chart: as long as they stood, both to be seen, on an axis that one absurd order does not stretch."""

from p2p.base.units import SECOND, Price
from p2p.messages import Contract, EndRound, Quote, Schedule, StartRound
from p2p.messages import Step as Units
from tests.plays.tui_plays import Play
from tui.widgets.quote_steps import LINES, Cell, Frame, Step, cells, limits, steps

FRAME = Frame(columns=60, rows=10, length_us=60 * SECOND, low=100, high=200, now_us=60 * SECOND)


def stood(begin_s: int, end_s: int, price: Price) -> Step:
    return Step(begin_s * SECOND, end_s * SECOND, price)


def rows(found: list[Cell], side: str) -> dict[int, int]:
    """The row of a side's level line in each column."""
    return {cell.column: cell.row for cell in found if cell.side == side and cell.sign in LINES}


def test_a_quote_is_a_step_from_its_making_to_the_contract_that_ends_it() -> None:
    play = Play() << Schedule(1, "buyer", (Units(300),)) << StartRound(1, 60 * SECOND)
    play.at(5) << Quote("bid", 120)
    play.at(8) << Quote("bid", 130)
    play.at(20) << Contract(1, 130, "ask")
    play.at(30) << Quote("bid", 90)
    assert steps(play.view.bid, 40 * SECOND) == [stood(5, 8, 120), stood(8, 20, 130), stood(30, 40, 90)]


def test_the_last_quote_stands_to_the_end_of_its_period_and_no_longer() -> None:
    play = Play() << Schedule(1, "buyer", (Units(300),)) << StartRound(1, 60 * SECOND)
    play.at(50) << Quote("ask", 150)
    play.at(60) << EndRound(1)
    assert steps(play.view.ask, 60 * SECOND) == [stood(50, 60, 150)]
    play.at(70) << StartRound(2, 60 * SECOND)
    assert steps(play.view.ask, 0) == []


def test_a_step_is_drawn_in_every_column_in_which_it_stood() -> None:
    found = cells([stood(10, 20, 150)], [], FRAME)
    assert sorted(rows(found, "bid")) == list(range(10, 20))
    assert {cell.row for cell in found} == {5}


def test_a_quote_of_an_instant_is_drawn_too() -> None:
    assert len(cells([], [stood(10, 10, 150)], FRAME)) == 1


def test_an_ask_in_the_bids_cells_is_not_hidden_by_it() -> None:
    found = cells([stood(0, 60, 151)], [stood(0, 60, 152)], FRAME)
    assert len(found) == 60, "one sign a cell"
    asks, bids = ([cell for cell in found if cell.side == side] for side in ("ask", "bid"))
    assert len(asks) == len(bids) == 30
    assert {cell.sign for cell in asks} == {LINES[0]}, "the ask along the top"
    assert {cell.sign for cell in bids} == {LINES[-1]}, "the bid along the bottom"


def test_no_upright_line_covers_a_level_one() -> None:
    found = cells([stood(0, 60, 150)], [stood(0, 30, 190), stood(30, 60, 110)], FRAME)
    assert sorted(rows(found, "bid")) == list(range(60))


def test_an_ask_at_4000_does_not_flatten_the_chart() -> None:
    assert limits([150, 160], [140, 4_000], [stood(0, 50, 4_000)], 60 * SECOND) == (140, 160)
    assert limits([], [140, 4_000], [], 60 * SECOND, value=180) == (140, 140)
    assert limits([], [114, 211], [], 60 * SECOND, value=70) == (114, 211), "a seller's cost says little of prices"


def test_the_axis_fits_all_contracts_and_the_quotes_that_stand() -> None:
    assert limits([150, 160], [120, 210], [], 60 * SECOND) == (120, 210)
    assert limits([150, 4_000], [], [], 60 * SECOND) == (150, 4_000), "a contract is no absurd order"


def test_a_quote_that_is_gone_is_on_the_axis_only_if_it_stood_for_long() -> None:
    assert limits([150], [], [stood(0, 2, 120)], 60 * SECOND) == (150, 150)
    assert limits([150], [], [stood(0, 9, 120)], 60 * SECOND) == (120, 150)


def test_a_standing_quote_off_the_axis_is_marked_at_its_edge() -> None:
    found = cells([stood(0, 60, 150)], [stood(0, 60, 4_000)], FRAME)
    assert [(cell.row, cell.sign) for cell in found if cell.side == "ask"] == [(0, "▲")]
    assert cells([], [stood(0, 30, 4_000)], FRAME) == [], "one that is gone is not"
