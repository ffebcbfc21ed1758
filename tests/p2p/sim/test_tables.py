"""The tables of simulated sessions: documented columns, sums that agree, CSV and Parquet alike; a disguise."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from p2p.analysis.market_metrics import score_period
from p2p.base.units import PRICE_MAX
from p2p.environments.value_draws import Dealing
from p2p.messages import Contract, Schedule, Step
from p2p.scenario.arms import Arm
from p2p.scenario.charges import Charges
from p2p.scenario.disguise import disguised
from p2p.scenario.errors import ScenarioError
from p2p.scenario.schema import InducedValues, Redraw, Scenario, Shift
from p2p.scenario.terms import Terms
from p2p.schedules.rationing import MarketRules
from p2p.sim.docs.tables_page import page
from p2p.sim.simulation.batch import SessionSpec, play, play_all
from p2p.sim.simulation.simulation import Simulation
from p2p.sim.tables.schema import TABLES
from p2p.sim.tables.writer import write_tables
from tests import ROOT
from tests.plays.lab import pit
from tests.plays.play import small, told

PAGE = ROOT / "docs" / "tables.md"
TAXED = Charges(commission=1, tax_buyer=5, tax_seller=-2)


def treated(**changes: Any) -> Scenario:
    """Two markets of four with two arms, taxes, and time enough to trade."""
    arms = (Arm("blind", 1, "quotes"), Arm("told", 3, "book"))
    return small(markets=2, arms=arms, charges=TAXED, period_s=40.0, **changes)


def tasks(scenario: Scenario, sessions: int = 3) -> list[SessionSpec]:
    cast = ("zic", "optimizer") * (scenario.seats // 2)
    return [SessionSpec(k, scenario, cast, k, k, tables=True) for k in range(1, sessions + 1)]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def whole(rows: list[dict[str, str]], name: str, **where: str) -> int:
    """The sum of a column over the rows of a market (or period)."""
    return sum(int(row[name]) for row in rows if all(row[key] == value for key, value in where.items()))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder, play_all(tasks(treated()), 1))
    return {name: rows(folder / f"{name}.csv") for name in TABLES}


def test_the_page_on_the_tables_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
    assert all(column.text and column.unit for columns in TABLES.values() for column in columns)


def test_every_table_has_its_columns_and_its_market(tables: dict[str, list[dict[str, str]]]) -> None:
    for name, columns in TABLES.items():
        assert list(tables[name][0]) == [column.name for column in columns]
        assert {row["market"] for row in tables[name]} == {"0", "1"}
    assert len(tables["sessions"]) == 3 * 2
    assert len(tables["periods"]) == 3 * 2 * 2
    assert len(tables["traders"]) == 3 * 2 * 2 * 4
    assert len(tables["contracts"]) > 20


def test_the_tables_agree_with_one_another(tables: dict[str, list[dict[str, str]]]) -> None:
    for one in tables["periods"]:
        here = {key: one[key] for key in ("session", "market", "period")}
        assert int(one["quantity"]) == whole(tables["contracts"], "quantity", **here)
        assert 2 * int(one["quantity"]) == whole(tables["traders"], "traded", **here)
        gained = whole(tables["contracts"], "value", **here) - whole(tables["contracts"], "cost", **here)
        assert int(one["surplus"]) == gained, "tax revenue counts as surplus: values less costs are all of it"
        per_unit = int(one["quantity"]) * (TAXED.tax_buyer + TAXED.tax_seller)
        commissions = (
            2 * TAXED.commission * sum(all(row[k] == v for k, v in here.items()) for row in tables["contracts"])
        )
        assert gained == whole(tables["traders"], "surplus", **here) + per_unit + commissions
    for one in tables["sessions"]:
        here = {key: one[key] for key in ("session", "market")}
        assert int(one["surplus"]) == whole(tables["periods"], "surplus", **here)
    times = [float(row["time_s"]) for row in tables["contracts"]]
    assert 0 < min(times) < max(times) <= 40


def test_arm_and_information_set_are_the_traders(tables: dict[str, list[dict[str, str]]]) -> None:
    seen = Counter((row["session"], row["market"], row["arm"], row["information"]) for row in tables["traders"])
    assert set(seen.values()) == {2, 6}, "one seat in four is blind, in each market, for both periods"
    assert {(arm, information) for _, _, arm, information in seen} == {("blind", "quotes"), ("told", "book")}
    blind = {(row["session"], row["seat"]) for row in tables["traders"] if row["arm"] == "blind"}
    assert len({seat for _, seat in blind}) > 2, "drawn by seed"
    assert {row["agent"] for row in tables["traders"]} == {"zic", "optimizer"}


def test_parquet_has_the_same_rows_with_types(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    played = list(play_all(tasks(treated(), 2), 1))
    for form in ("csv", "parquet"):
        write_tables(tmp_path, played, form=form)  # type: ignore[arg-type]
    for name, columns in TABLES.items():
        read = parquet.read_table(tmp_path / f"{name}.parquet")
        assert read.schema.metadata[b"tables_format"] == b"2"
        assert read.column_names == [column.name for column in columns]
        kinds = {"count": "int64", "number": "double", "word": "string"}
        assert [str(field.type) for field in read.schema] == [kinds[column.kind] for column in columns]
        plain = [
            {
                key: "" if cell is None else f"{cell:.6f}" if isinstance(cell, float) else str(cell)
                for key, cell in row.items()
            }
            for row in read.to_pylist()
        ]
        assert plain == rows(tmp_path / f"{name}.csv")
    assert not list(tmp_path.glob("*.new"))


def test_the_tables_are_the_same_on_two_cores_and_a_bad_format_is_refused(tmp_path: Path) -> None:
    words = ["simulate", "open-book", "--sessions", "6", "--disguise", "--format", "csv"]
    for out, workers in (("a", "1"), ("b", "2")):
        assert pit(*words, "--out", out, "--workers", workers, cwd=tmp_path).returncode == 0
    for name in TABLES:
        assert (tmp_path / "a" / f"{name}.csv").read_bytes() == (tmp_path / "b" / f"{name}.csv").read_bytes()
    assert pit("simulate", "open-book", "--format", "xls", cwd=tmp_path).returncode == 2


# --- the disguise ----------------------------------------------------------------------------------------------

MANY = InducedValues(((150, 120), (130,)), ((50, 70), (60,)), redraw=Redraw(20, 180))


@pytest.mark.parametrize("environment", [None, MANY], ids=["given", "drawn"])
def test_a_disguised_market_is_the_same_market_elsewhere(environment: InducedValues | None) -> None:
    plain = small(limits=(5, 205), tick=5, period_s=60.0)
    plain = msgspec.structs.replace(
        plain,
        environment=environment or plain.environment,
        institution=msgspec.structs.replace(plain.institution, terms=Terms(price_ceiling=150, price_floor=20)),
    )
    constants = set()
    for seed in range(1, 6):
        hidden = disguised(plain, seed)
        constant = hidden.institution.price_min - plain.institution.price_min
        constants.add(constant)
        assert constant > 0
        assert constant % 5 == 0
        deals = [
            [c.price for _, _, events in Simulation(one, ["zic"] * 4, seed).play() for c in told(events, Contract)]
            for one in (plain, hidden)
        ]
        assert deals[0]
        assert deals[1] == [price + constant for price in deals[0]]
        scores = [play(SessionSpec(1, one, ("zic",) * 4, seed, seed)).scores for one in (plain, hidden)]
        assert [s.surplus_by_seat for s in scores[0]] == [s.surplus_by_seat for s in scores[1]]
        assert [s.efficiency for s in scores[0]] == [s.efficiency for s in scores[1]]
        assert [s.alpha for s in scores[0]] == [s.alpha for s in scores[1]], "alpha is of undisguised prices"
    assert len(constants) > 2
    assert disguised(plain, 3) == disguised(plain, 3)


def test_a_shift_stops_at_zero_under_a_disguise_as_without_it() -> None:
    """Costs of 10 and 50 less 30 are 0 and 20; 100 dearer they are 100 and 120, and not 80 and 120."""
    plain = InducedValues(((90,),), ((10,), (50,)), shifts=(Shift(2, sellers=-30),))
    for values, constant in ((plain, 0), (plain.raised(100), 100)):
        dealt = Dealing(values, (0, 1, 2), 1, 0)(2)
        assert sorted(held for role, held in dealt.values() if role == "seller") == [(constant,), (20 + constant,)]


def test_alpha_is_of_prices_without_the_disguise() -> None:
    """Around P0 = 50 prices of 40 and 60 stray by 10, which is 20 %; all 1,000 dearer they do as well."""
    for more in (0, 1_000):
        steps = {0: ("buyer", 50 + more), 1: ("seller", 50 + more)}
        schedules = {seat: Schedule(1, role, (Step(value, 2),)) for seat, (role, value) in steps.items()}
        made = [Contract(n, price + more, taken="bid", buyer=0, seller=1) for n, price in ((1, 40), (2, 60))]
        score = score_period(0, 1, schedules, made, MarketRules(disguise=more))
        assert (score.alpha, score.rmsd) == (20, 10)


def test_where_there_is_no_room_a_disguise_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no room"):
        disguised(small(limits=(1, PRICE_MAX)), 1)
