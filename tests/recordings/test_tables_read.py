"""The tables of a recording, as people read them: with pandas, polars and DuckDB, with points and with commas."""

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import recordings
from p2p.sim.tables.recorded_schema import OWN
from p2p.sim.tables.schema import TABLES
from p2p.sim.tables.writer import columns_of, write_tables
from recordings.commands.tables import tables as tables_command
from recordings.export.tables import played
from recordings.reading.replay import read_replay
from tests import ROOT

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
NAMES = (*TABLES, *OWN)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a recording, in both formats."""
    out = tmp_path_factory.mktemp("tables")
    sessions = list(played([SAMPLE]))
    scenarios = [recordings.load(SAMPLE).scenario]
    write_tables(out, sessions, scenarios, recorded=True)
    write_tables(out, sessions, scenarios, "parquet", recorded=True)
    return out


def kinds(name: str) -> dict[str, str]:
    return {one.name: one.kind for one in columns_of([], recorded=True)[name]}


def test_every_table_is_written_with_its_head_and_described_in_one_file(folder: Path) -> None:
    with (folder / "columns.csv").open(encoding="utf-8", newline="") as file:
        described = list(csv.DictReader(file))
    for name in NAMES:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head = next(csv.reader(file))
        assert head == [row["column"] for row in described if row["table"] == name] == list(kinds(name))
    assert {row["type"] for row in described} == {"count", "number", "word"}
    assert all(row["unit"] and row["meaning"] for row in described)


def test_pandas_reads_csv_and_parquet_with_the_stated_types(folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    dtypes = {"count": "Int64", "number": "float64", "word": "string"}
    tables = recordings.load(SAMPLE).tables()
    for name in NAMES:
        stated = {column: dtypes[kind] for column, kind in kinds(name).items()}
        plain = pandas.read_csv(folder / f"{name}.csv", dtype=stated)
        own = tables[name]
        assert {column: str(dtype) for column, dtype in own.dtypes.items()} == stated
        pandas.testing.assert_frame_equal(plain, own.replace("", pandas.NA).round(6), rtol=1e-9)
        parquet = pandas.read_parquet(folder / f"{name}.parquet", dtype_backend="numpy_nullable")
        assert parquet.shape == own.shape


def test_polars_reads_them_with_the_stated_types(folder: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars comes with the extra dev")
    types: dict[str, Any] = {"count": polars.Int64, "number": polars.Float64, "word": polars.String}
    for name in NAMES:
        stated = {column: types[kind] for column, kind in kinds(name).items()}
        plain = polars.read_csv(folder / f"{name}.csv", schema=stated)
        assert dict(plain.schema) == stated
        parquet = polars.read_parquet(folder / f"{name}.parquet")
        assert dict(parquet.schema) == stated
        assert plain.height == parquet.height


def test_duckdb_reads_them_and_the_tables_join(folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB comes with the extra dev")
    types = {"count": "BIGINT", "number": "DOUBLE", "word": "VARCHAR"}
    own = recordings.load(SAMPLE).tables()
    for name in NAMES:
        for file in (f"read_parquet('{(folder / name).as_posix()}.parquet')",):
            found = {column: kind for column, kind, *_ in duckdb.sql(f"describe select * from {file}").fetchall()}
            assert found == {column: types[kind] for column, kind in kinds(name).items()}
        stated = {column: types[kind] for column, kind in kinds(name).items()}
        read = duckdb.sql(f"select count(*) from read_csv('{(folder / name).as_posix()}.csv', columns = {stated})")
        assert read.fetchall() == [(len(own[name]),)]
    orders, contracts = (f"'{(folder / name).as_posix()}.parquet'" for name in ("orders", "contracts"))
    joined = duckdb.sql(
        f"select count(*), sum(c.price) from {orders} o join {contracts} c"
        " using (session_key, market, period, contract)"
        " where o.change = 'filled' and o.side = 'bid' and o.seat = c.buyer"
    ).fetchall()
    whole = duckdb.sql(f"select count(*), sum(price) from {contracts}").fetchall()
    assert joined == whole


def test_a_decimal_comma_is_for_csv_and_cells_are_then_parted_by_semicolons(tmp_path: Path) -> None:
    words = [str(SAMPLE), "--decimal", "comma", "--out"]
    done = CliRunner().invoke(tables_command, [*words, str(tmp_path / "t")])
    assert done.exit_code == 0, done.stderr
    with (tmp_path / "t" / "sessions.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter=";")
    assert row["alpha"].count(",") == 1
    assert float(row["alpha"].replace(",", ".")) > 0
    refused = CliRunner().invoke(tables_command, [*words, str(tmp_path / "u"), "--format", "parquet"])
    assert refused.exit_code != 0
    assert refused.stderr.splitlines()[-1].endswith("is of CSV; numbers in Parquet have no decimals to write")


def test_the_facts_of_a_seat_are_counted_as_its_line_counted_them() -> None:
    """A message said with `seen`: it never names a fact that was not yet told, nor does the count run ahead."""
    table = recordings.load(SAMPLE).tables()["messages"]
    assert (table["seen"] <= table["told"]).all()
    for seat in (0, 7):
        told = read_replay(SAMPLE, seat).told
        for row in table[table["seat"] == seat].itertuples():
            before = [fact.number for fact in told if fact.at < row.at_us]
            assert row.told >= max(before)
            assert row.reaction_s == pytest.approx((row.at_us - told[row.seen - 1].at) / 1e6)
