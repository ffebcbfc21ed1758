"""Data beside a scenario's file: the CSV that it names, and standard load profiles of the BDEW."""

import os
import warnings
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

from p2p.scenario.profiles import ProfileError, Sources

SIZE_MAX = 5_000_000
"""Bytes of a CSV: a hundred households in steps of five minutes are a fifth of it."""
NOT_THERE = "needs the extra `profiles`: PIT_EXTRAS=profiles ./pit, or pip install 'tradingpit[profiles]'"
GWH_IN_KWH = 1_000_000
"""The profiles are kW of a household that uses a GWh a year."""
QUARTER_H, QUARTERS = 0.25, 96


def sources(folder: Path) -> Sources:
    """Those of the scenarios in a folder."""
    return Sources(lambda name: _text(folder, name), standard)


def _text(folder: Path, name: str) -> str:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ProfileError(f"'{name[:80]}' is not in the scenario's own folder; put the file beside it")
    if os.path.exists(folder / path) and not os.path.isfile(folder / path):
        raise ProfileError(f"{name[:80]} is a folder, a device or a pipe, no file")
    try:
        with (folder / path).open("rb") as file:
            data = file.read(SIZE_MAX + 1)
        if len(data) > SIZE_MAX:
            raise ProfileError(f"{name[:80]} is larger than {SIZE_MAX} bytes; is it a day of some households?")
        return data.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ProfileError(f"{name[:80]} cannot be read: {why or error}") from error


def standard(profile: str, day: str) -> list[float]:
    """Wh of each quarter of an hour of a date, for 1,000 kWh a year."""
    try:
        first = date.fromisoformat(day)
    except ValueError as error:
        raise ProfileError(f"date '{day[:20]}' is not a date as 2026-01-15") from error
    if find_spec("demandlib") is None:
        raise ProfileError(NOT_THERE)
    import pandas as pd
    from demandlib import bdew

    kinds = {"H25": bdew.H25, "G25": bdew.G25, "L25": bdew.L25}
    if profile not in kinds:
        raise ProfileError(f"there is no '{profile[:20]}'; there are {', '.join(kinds)}")
    quarters = pd.date_range(str(first), str(first + timedelta(days=1)), freq="15min", inclusive="left")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # demandlib's, about a pandas that is to come
        kw = kinds[profile](quarters)
    watt_hours = [1_000 * 1_000 * QUARTER_H * float(value) / GWH_IN_KWH for value in kw]
    assert len(watt_hours) == QUARTERS, "a day has as many, by the clock of the profile"
    return [round(wh, 6) for wh in watt_hours]
