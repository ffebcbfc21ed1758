"""The tables of a published market: the book at any instant comes out of its orders, also of those that had left."""

from pathlib import Path

from click.testing import CliRunner

import recordings
from p2p.analysis.event_tables.session_tables import SessionTables
from p2p.messages import Order
from recordings.commands.import_markets import import_markets
from recordings.journal.store import read_folder, scenario_of
from recordings.reports.distribution import imported_line
from recordings.scoring.score import score
from tests.recordings.test_import import HEAD, MARKET


def imported(folder: Path) -> Path:
    (folder / "orders.csv").write_text(HEAD + MARKET, encoding="utf-8")
    words = ["ikica2023", str(folder / "orders.csv"), "--out", str(folder / "out")]
    said = CliRunner().invoke(import_markets, words)
    assert said.exit_code == 0, said.output
    return folder / "out" / "BB-1"


def test_the_book_of_a_published_market_comes_out_of_its_orders(tmp_path: Path) -> None:
    reading = read_folder(imported(tmp_path))
    tables, told = SessionTables(scenario_of(reading.header), reading.header.seed), {}
    for record in reading.records():
        events = record.read_events()
        tables.on_record(record.envelope(), record.at, events)
        for event in events:
            if isinstance(event.message, Order):
                told[event.message.order] = event.message.quantity
        last = {row["order_id"]: row["remaining"] for row in tables.orders.rows}
        assert {n for n, left in last.items() if left} == {n for n, left in told.items() if left}


def test_a_published_market_has_all_tables_and_says_where_it_is_from(tmp_path: Path) -> None:
    tables = recordings.load(imported(tmp_path)).tables()
    filled = tables["orders"].query("change == 'filled'")
    assert len(filled) == 2 * len(tables["contracts"]) == 4
    assert tables["schedules"]["traded"].sum() == 4
    assert set(tables["orders"]["provenance"]) == {"imported"}
    assert set(tables["orders"]["change"]) >= {"placed", "filled", "expired"}


def test_a_published_market_is_scored_by_two_denominators(tmp_path: Path) -> None:
    """The traders who ordered have values 148, 143 and costs 73, 78 in round 1, and 143 and 73 in round 2."""
    scored = score(imported(tmp_path))
    assert scored.surplus_max_ordered == (148 - 73) + (143 - 78) + (143 - 73)
    assert scored.whole.surplus == (148 - 78) + (143 - 73)
    assert scored.efficiency_ordered == 140 / 210
    assert "0.667 of those possible to the traders who ordered" in imported_line(scored)
