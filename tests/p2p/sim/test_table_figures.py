"""What the figures of the tables mean: taxes at equilibrium, times without pauses, sums, and whose rows they are."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from p2p.analysis.market_metrics import competitive_surpluses
from p2p.analysis.transaction_rows import ContractTimes
from p2p.base.units import SECOND
from p2p.messages import Ask, Bid, Contract, Pause, Resume, Schedule, Step
from p2p.scenario.charges import Charges
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.schedules.equilibrium import equilibrium
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionResult, SessionSpec, play, play_all
from p2p.sim.tables.writer import write_tables
from p2p.sim.tournament.schema import TOURNAMENT
from recordings.export.tables import played
from recordings.journal.store import Store
from recordings.reports.baselines import baselines_table
from recordings.reports.text import periods_table, traders_table
from recordings.scoring.baselines import figures
from recordings.scoring.score import score
from tests.plays.lab import pit
from tests.plays.play import Course, small, told

TAXED = Charges(tax_buyer=4, tax_seller=2)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def recorded(folder: Path, scenario: Scenario, seed: int = 1) -> Path:
    """A recording of the scenario in which nobody says a word."""
    course = Course(scenario, seed).trading()
    course.wait(scenario.periods * (scenario.period_s + scenario.break_s) + 1)
    return written(folder, course, seed)


def written(folder: Path, course: Course, seed: int = 1) -> Path:
    """What was played, as its recording."""
    store = Store.create(folder, course.session.scenario, seed, "test")
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.seal(course.session.digest())
    store.close()
    return store.folder


def test_at_equilibrium_a_tax_is_paid_as_it_is_in_the_market() -> None:
    """Demand 100, 90, supply 60, 70; six of tax on a unit: P0 is the midpoint of 72 and 86, two units trade."""
    schedules = {
        0: Schedule(1, "buyer", (Step(100, 1), Step(90, 1))),
        1: Schedule(1, "seller", (Step(60, 1), Step(70, 1))),
    }
    goal = equilibrium(schedules.values(), TAXED)
    assert (goal.price_low, goal.price_high, goal.quantity, goal.surplus_max) == (72, 86, 2, 60)
    gained = competitive_surpluses(schedules, goal.price, TAXED)
    assert gained == {0: (100 - 79 - 4) + (90 - 79 - 4), 1: (79 - 60 - 2) + (79 - 70 - 2)}
    assert sum(gained.values()) == goal.surplus_max - 2 * 6, "the tax is nobody's of them"


def test_where_all_trade_at_p0_nobody_differs_from_equilibrium_taxes_or_not(tmp_path: Path) -> None:
    scenario = small(buyers=((100,), (100,)), sellers=((60,), (60,)), charges=TAXED, periods=1, start="experimenter")
    course = Course(scenario).trading()
    for buyer, seller in zip(course.seats("buyer"), course.seats("seller"), strict=True):
        course.say(buyer, Bid(79))
        course.say(seller, Ask(79))
    course.wait(20)
    scored = score(written(tmp_path / "one", course))
    assert [trader.surplus - trader.surplus_competitive for trader in scored.traders] == [0, 0, 0, 0]
    difference = traders_table(scored).columns[-2]
    assert list(difference.cells) == ["+0"] * 4


def test_the_time_of_a_contract_is_of_its_period_and_pauses_do_not_count() -> None:
    course = Course(small(start="experimenter")).trading()
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]
    course.wait(2)
    course.command(Pause())
    course.wait(300)
    course.command(Resume())
    course.wait(1)
    course.say(buyer, Bid(100))
    course.say(seller, Ask(90))
    course.wait(7 + 5 + 4)
    course.say(buyer, Bid(100))
    course.say(seller, Ask(90))
    times = ContractTimes()
    for _, at, events in course.heard:
        for event in events:
            times.on_event(event, at)
    assert course.now == (2 + 300 + 1 + 16) * SECOND
    assert times.of == {(0, 1): [3.0], (0, 2): [4.0]}


@pytest.mark.parametrize("name", ["energy-day", "energy-day-call-cap"])
def test_what_households_gain_with_charges_and_rent_is_the_gain_over_the_grid(name: str, tmp_path: Path) -> None:
    scenario = msgspec.structs.replace(load(name), periods=6, period_s=20.0, charges=Charges(3, 5, -2))
    task = SessionSpec(1, scenario, ("zip",) * scenario.seats, 4, 4, tables=True)
    write_tables(tmp_path, [play(task)], [scenario])
    contracts, traders, periods = (rows(tmp_path / f"{table}.csv") for table in ("contracts", "traders", "periods"))
    assert contracts
    for period in periods:

        def whole(table: list[dict[str, str]], what: Any, period: dict[str, str] = period) -> int:
            return sum(what(row) for row in table if row["period"] == period["period"])

        charges = whole(contracts, lambda row: 2 * 3 + int(row["quantity"]) * (5 - 2))
        rent = whole(contracts, lambda row: int(row["quantity"]) * (int(row["price"]) - int(row["seller_price"])))
        assert whole(traders, lambda row: int(row["surplus"])) + charges + rent == int(period["gain_over_grid"])
        assert whole(contracts, lambda row: int(row["value"]) - int(row["cost"])) == int(period["surplus"])


def test_a_session_says_of_which_scenario_and_recording_it_is(tmp_path: Path) -> None:
    folders = [recorded(tmp_path / name, small(title=name, start="experimenter")) for name in ("one", "two")]
    write_tables(tmp_path, played(folders))
    assert [(row["scenario"], row["recording"]) for row in rows(tmp_path / "sessions.csv")] == [
        ("one", "one"),
        ("two", "two"),
    ]
    write_tables(tmp_path, play_all([SessionSpec(1, small(), ("zic",) * 4, 1, 1)], 1))
    assert [(row["scenario"], row["recording"]) for row in rows(tmp_path / "sessions.csv")] == [("A small market", "")]


def test_a_session_that_is_named_twice_does_not_count_twice(tmp_path: Path) -> None:
    recorded(tmp_path / "one", small(start="experimenter"))
    answered = pit("tables", "one", "one/journal.jsonl", "--out", "tables", cwd=tmp_path)
    assert answered.returncode == 2
    assert answered.stderr.splitlines()[-1] == "pit: one/journal.jsonl and one are the same session; name it once"
    assert not (tmp_path / "tables").exists()


def test_what_a_grid_limit_cuts_off_is_in_the_tables_whichever_session_comes_first(tmp_path: Path) -> None:
    plain = msgspec.structs.replace(load("energy-day"), periods=1, period_s=1.0)
    limited = msgspec.structs.replace(plain, environment=msgspec.structs.replace(plain.environment, grid_limit_w=500))
    both = [play(SessionSpec(k, one, ("zic",) * one.seats, 1, 1)) for k, one in enumerate((plain, limited), start=1)]
    write_tables(tmp_path, both, [plain, limited])
    first, second = rows(tmp_path / "sessions.csv")
    assert int(second["unserved"]) + int(second["curtailed"]) > 0
    assert (first["bound_foresight"], first["unserved"]) == ("", "0")


def test_markets_have_the_numbers_in_the_score_that_they_have_in_the_tables(tmp_path: Path) -> None:
    scored = score(recorded(tmp_path / "one", small(markets=2, periods=1, start="experimenter")))
    assert list(periods_table(scored).columns[0].cells) == ["0, 1", "1, 1", "all"]


def test_what_an_energy_market_trades_is_not_called_contracts(tmp_path: Path) -> None:
    energy = pit("simulate", "energy-day", "--sessions", "1", cwd=tmp_path).stdout
    assert energy.splitlines()[-1].startswith("energy ")
    assert energy.splitlines()[-1].endswith(" Wh a period")
    assert (
        pit("simulate", "smith-1962-test-1", "--sessions", "1", cwd=tmp_path)
        .stdout.splitlines()[-1]
        .startswith("units ")
    )


def test_the_tables_of_a_tournament_have_the_columns_that_the_page_says(tmp_path: Path) -> None:
    answered = pit("tournament", "smith-1962-test-1", "zic", "zip", "--sessions", "2", "--out", "met", cwd=tmp_path)
    assert answered.returncode == 0
    for name, columns in TOURNAMENT.items():
        written = (tmp_path / "met" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert written[0].split(",") == [column.name for column in columns]


def test_an_agent_whose_orders_are_refused_is_told_how_often_and_why(tmp_path: Path) -> None:
    """All of a market whose agents bid below its prices: efficiency 0, and the reason beside it."""
    body = "from p2p.agents import Agent, Bid\n\nclass Below(Agent, kw_only=True):\n    def decide(self, view, rng):\n"
    (tmp_path / "mine.py").write_text(
        body + "        return Bid(-5) if view.role == 'buyer' else None\n", encoding="utf-8"
    )
    words = ("--agents", "mine.py:Below:*", "--sessions", "6", "--workers", "2")
    *_, last = pit("simulate", "smith-1962-test-1", *words, cwd=tmp_path).stdout.splitlines()
    assert re.fullmatch(r"refused     \d{4,} orders of mine\.py:Below: price_out_of_limits", last)


def test_a_simulation_that_is_given_up_leaves_no_half_tables(tmp_path: Path) -> None:
    def stops() -> Iterator[SessionResult]:
        yield play(SessionSpec(1, small(), ("zic",) * 4, 1, 1, tables=True))
        raise KeyboardInterrupt

    for form in ("csv", "parquet"):
        with pytest.raises(KeyboardInterrupt):
            write_tables(tmp_path, stops(), form=form)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_contract_of_three_units_is_three_units_in_the_score(tmp_path: Path) -> None:
    rules = InstitutionRules(1, 200, name="continuous")
    market = small(buyers=((150, 150, 150),), sellers=((50, 50, 50),), start="experimenter", periods=1)
    course = Course(msgspec.structs.replace(market, institution=rules)).trading()
    course.say(course.seats("buyer")[0], Bid(100, 3))
    course.say(course.seats("seller")[0], Ask(90, 3))
    course.wait(20)
    scored = score(written(tmp_path / "one", course))
    assert len(told(course.events, Contract)) == 1
    traded = periods_table(scored).columns[1]
    assert (traded.header, list(traded.cells)) == ("units", ["3", "3"])


def test_baselines_that_never_trade_have_no_price_and_no_range_of_alpha(tmp_path: Path) -> None:
    scored = score(recorded(tmp_path / "one", small(start="experimenter")))
    silent = [play(SessionSpec(k, small(), ("sniper",) * 4, k, k)) for k in (1, 2)]
    table = baselines_table(scored, {"sniper": [figures(one) for one in silent]})
    assert [list(column.cells)[-1] for column in table.columns] == [
        "sniper",
        "+0.0",
        "50",
        "0.000 (0.000–0.000)",
        "–",
        "–",
        "0.00",
    ]
