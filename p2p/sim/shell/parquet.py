"""Parquet files: one way to write their rows, in groups, with types. pyarrow is asked for in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from p2p.sim.shell.cli_options import UsageError

Kind = Literal["count", "short", "number", "word", "label"]
"""The kind of a column: whole numbers of 64 or 32 bits, decimals, texts, or texts of which there are few."""
ROWS_PER_GROUP = 50_000
"""Enough for Parquet to compress well, few enough to hold in memory."""


def pyarrow() -> Any:
    """The library, or one line on how to get it."""
    try:
        import pyarrow  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            "--format parquet needs pyarrow: once PIT_EXTRAS=parquet ./pit, or pip install 'tradingpit[parquet]'"
        ) from None
    return pyarrow


@contextmanager
def parquet_rows(
    path: Path, columns: Sequence[tuple[str, Kind]], about: dict[str, str] | None = None
) -> Iterator[Callable[[Sequence[Sequence[Any]]], None]]:
    """A function that takes rows, column by column, and writes a group whenever there are enough.

    `about` goes into the file's own metadata.
    """
    pa = pyarrow()
    kinds = {
        "count": pa.int64(),
        "short": pa.int32(),
        "number": pa.float64(),
        "word": pa.string(),
        "label": pa.dictionary(pa.int32(), pa.string()),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns], metadata=about)
    waiting: list[list[Any]] = [[] for _ in columns]

    def array(values: list[Any], kind: Kind) -> Any:
        return pa.array(values, pa.string()).dictionary_encode() if kind == "label" else pa.array(values, kinds[kind])

    def write(writer: Any) -> None:
        arrays = [array(values, kind) for values, (_, kind) in zip(waiting, columns, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        for values in waiting:
            values.clear()

    with pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer:

        def add(rows: Sequence[Sequence[Any]]) -> None:
            for values, more in zip(waiting, rows, strict=True):
                values.extend(more)
            if len(waiting[0]) >= ROWS_PER_GROUP:
                write(writer)

        yield add
        write(writer)
