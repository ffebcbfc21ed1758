"""One run of a cell into its folder, and whether a folder holds a finished run of a cell."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import msgspec

from p2p.sim.shell.atomic_folder import new_folder
from p2p.sim.study.runs.csv_tables import CsvTables, Tables
from p2p.sim.study.v4.cell import Cell
from p2p.sim.study.v4.day import Day

RECORD = "run.json"


class Record(msgspec.Struct, frozen=True):
    """A finished run's description of itself, beside its tables."""

    fingerprint: str
    cell: Cell
    posted_kwh: float
    traded_kwh: float
    bytes_by_file: dict[str, int]
    digests: dict[str, str]
    seconds: float
    processor_s: float
    memory_mb: float


def resident_mb() -> float:
    """Memory of this process now, MB; its peak where the system does not say, 0 where it says neither."""
    try:
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[1])
        import os

        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return peak_mb()


def peak_mb() -> float:
    """The most memory that this process has held, MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def tables_for(cell: Cell, folder: Path) -> Tables:
    """The tables in the format that the cell asks for."""
    if cell.format == "parquet":
        from p2p.sim.study.runs.parquet_tables import ParquetTables

        return ParquetTables(cell, folder)
    return CsvTables(cell, folder)


def perform(cell: Cell, out: str) -> Record:
    """Run a cell and leave its folder in `out`, whole or not at all. Works in any process that sees `out`."""
    started = time.perf_counter(), time.process_time()
    # Nothing here makes cycles; collecting would walk a whole day's resting orders again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with new_folder(Path(out), cell.name) as folder:
            record = _fill(cell, folder, started)
            (folder / RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(record)))
    finally:
        if collecting:
            gc.enable()
    return record


def _fill(cell: Cell, folder: Path, started: tuple[float, float]) -> Record:
    """Play the day into the tables; `started` by the clock and by the processor."""
    posted = traded = 0.0
    with tables_for(cell, folder) as tables:
        for interval in Day(cell).play(time.perf_counter_ns if cell.decisions else None):
            measures = interval.measures
            posted += measures.posted_buy_kwh + measures.posted_sell_kwh
            traded += measures.traded_kwh
            tables.add(interval, resident_mb())
    return Record(
        fingerprint=cell.fingerprint,
        cell=cell,
        posted_kwh=posted,
        traded_kwh=traded,
        bytes_by_file={path.name: path.stat().st_size for path in sorted(folder.iterdir())},
        digests=tables.digests(),
        seconds=time.perf_counter() - started[0],
        processor_s=time.process_time() - started[1],
        memory_mb=peak_mb(),
    )


def read_record(folder: Path) -> Record | None:
    """The record of a finished run; None where there is none or a file of it is gone or cut."""
    try:
        record = msgspec.json.decode((folder / RECORD).read_bytes(), type=Record)
        whole = all((folder / name).stat().st_size == size for name, size in record.bytes_by_file.items())
    except (OSError, msgspec.DecodeError):
        return None
    return record if whole else None
