"""The day of each household as data: a CSV that was read, or a standard load profile, put into a scenario's own keys.

Pure: the text is handed in, and so is the standard profile. An error names the row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

HEAD = ("household", "time", "load_kwh", "pv_kwh")
"""The first line of a file; without panels the last column may be left out."""
DAY_MIN = 1_440
NAME_MAX = 100
"""Letters of a household's name, which stands in errors."""
STEPS_MIN = (5, 15)
"""Minutes of a step that a file may have."""
KW_MAX = 500.0
"""More than a house draws or makes: then Wh were written for kWh."""
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")


class Sources(NamedTuple):
    """Where data beside a scenario comes from: the text of a file, and the day of a standard load profile.

    `standard(profile, date)`: Wh of each quarter of an hour for 1,000 kWh a year. Both raise ProfileError.
    """

    text: Callable[[str], str]
    standard: Callable[[str, str], list[float]]


class ProfileError(Exception):
    """The data cannot be used; the text says which row is wrong, and why."""


@dataclass
class _House:
    """A household's day as far as it was read; `at` is the minute of its last step, `row` its row."""

    name: str
    at: int
    row: int
    load_wh: list[float] = field(default_factory=list)
    pv_wh: list[float] = field(default_factory=list)


def filled(environment: dict[str, Any], sources: Sources | None) -> dict[str, Any]:
    """An environment's keys with the data that they name. Raises ProfileError with the key before its text."""
    data = dict(environment)
    for key, fill in (("profiles", _with_days), ("bdew", _with_shape)):
        if key in data:
            if sources is None:
                raise ProfileError(f"{key}: is data beside a file, and this text is none: load the scenario's file")
            try:
                fill(data, sources)
            except ProfileError as error:
                raise ProfileError(f"{key}: {error}") from error
    return data


def _with_days(data: dict[str, Any], sources: Sources) -> None:
    name = data["profiles"]
    if not isinstance(name, str) or not name:
        raise ProfileError("expected the name of a CSV file beside the scenario's")
    data["days"] = read_days(sources.text(name), name)


def _with_shape(data: dict[str, Any], sources: Sources) -> None:
    table = data["bdew"]
    if isinstance(table, dict) and isinstance(table.get("profile"), str) and isinstance(table.get("date"), str):
        data["shape"] = sources.standard(table["profile"], table["date"])


def read_days(text: str, name: str) -> list[dict[str, list[float]]]:
    """The days of a file's households, in the order in which they come; raises ProfileError with the file and row."""
    try:
        return _days(text)
    except ProfileError as error:
        raise ProfileError(f"{name}: {error}") from error


def _days(text: str) -> list[dict[str, list[float]]]:
    rows = (_cells(line) for line in text.removeprefix("\ufeff").splitlines())
    head = tuple(cell.strip() for cell in next(rows, []))
    if head not in (HEAD, HEAD[:3]):
        raise ProfileError(f"row 1 is not {','.join(HEAD)}")
    houses: dict[str, _House] = {}
    step = 0
    for row, cells in enumerate(rows, 2):
        if not cells:
            continue
        if len(cells) != len(head):
            hint = "; a number has a point, not a comma" if len(cells) > len(head) else ""
            raise ProfileError(f"row {row} has {len(cells)} cells, and the first row has {len(head)}{hint}")
        who, at = cells[0].strip(), _minute(cells[1].strip(), row)
        if len(who) > NAME_MAX:
            raise ProfileError(f"row {row}: household '{who[:20]}…' has a name of more than {NAME_MAX} letters")
        house = houses.get(who)
        if house is None:
            if not who or at:
                raise ProfileError(f"row {row}: household '{who}' begins at {_clock(at)}, and a day begins at 00:00")
            house = houses[who] = _House(who, at, row)
        else:
            step = step or _step(at - house.at, row)
            _follows(house, at, step, row)
            house.at, house.row = at, row
        load, pv = cells[2], cells[3] if len(cells) == len(HEAD) else "0"
        house.load_wh.append(_wh(load, row, "load_kwh", step))
        house.pv_wh.append(_wh(pv, row, "pv_kwh", step))
    for house in houses.values():
        if house.at + step != DAY_MIN or not step:
            raise ProfileError(f"row {house.row}: household '{house.name}' ends there, at {_clock(house.at)}")
    if not houses:
        raise ProfileError("has no household")
    return [{"load_wh": house.load_wh, "pv_wh": house.pv_wh} for house in houses.values()]


def _cells(line: str) -> list[str]:
    """The cells of a line, without quotes around them; none of these has a comma."""
    return [cell.strip().strip('"') for cell in line.split(",")] if line.strip() else []


def _minute(time: str, row: int) -> int:
    match = _TIME.match(time)
    if match is None:
        raise ProfileError(f"row {row}: time '{time[:20]}' is not HH:MM")
    return 60 * int(match[1]) + int(match[2])


def _step(minutes: int, row: int) -> int:
    if minutes not in STEPS_MIN and minutes > 0:
        raise ProfileError(f"row {row}: {minutes} minutes after the row before; steps are of 5 or of 15 minutes")
    return max(minutes, 0)


def _follows(house: _House, at: int, step: int, row: int) -> None:
    if at <= house.at:
        raise ProfileError(f"row {row}: time runs backwards, from {_clock(house.at)} to {_clock(at)}")
    if at != house.at + step:
        why = f"from {_clock(house.at)} to {_clock(at)}, and a step has {step} minutes"
        raise ProfileError(f"row {row}: household '{house.name}' has a gap {why}")


def _wh(cell: str, row: int, column: str, step: int) -> float:
    """Wh of a cell in kWh."""
    said = cell.strip()
    if not _NUMBER.match(said):
        raise ProfileError(f"row {row}: {column} '{said[:20]}' is no number")
    kwh = float(said)
    if not isfinite(kwh) or kwh < 0:
        raise ProfileError(f"row {row}: {column} is below 0: load and PV are both written above it")
    hours = (step or STEPS_MIN[-1]) / 60
    if kwh / hours > KW_MAX:
        why = f"is {kwh / hours:,.0f} kW; kWh are expected, not Wh"
        raise ProfileError(f"row {row}: {column} of {said[:20]} {why}")
    return round(1_000 * kwh, 3)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
