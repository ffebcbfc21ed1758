"""Days of households as data: a CSV beside the scenario, a standard load profile, and what is wrong with either."""

from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

from p2p.environments.household_days import drawn_days
from p2p.environments.prosumer import Prosumer
from p2p.messages import Forecast
from p2p.protocol.codec import encode
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import checked, parse
from p2p.scenario.prosumer_schema import HouseDay
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.store import Store, read_folder, run_again

STREET = """
title = "A street by its meters"
periods = 4
period_s = 20
institution = {{ name = "continuous", price_min = 0, price_max = 900 }}
[environment]
name = "prosumer"
seats = 3
interval_min = 15
starts_at = "12:00"
buy = {{ low = 300, high = 320 }}
feed_in = {{ low = 50, high = 80 }}
{more}
"""


def rows(step: int = 15, households: int = 3, load: str = "0.1") -> list[str]:
    """A file's lines: household k uses k times so much in every step, and makes twice that from 12 to 13 o'clock."""
    lines = ["household,time,load_kwh,pv_kwh"]
    for house in range(1, households + 1):
        for at in range(0, 1_440, step):
            pv = 0.2 * house * step / 15 if 720 <= at < 780 else 0
            lines.append(f"{house},{at // 60:02}:{at % 60:02},{float(load) * house * step / 15:.6g},{pv:.6g}")
    return lines


def street(folder: Path, lines: list[str], more: str = 'profiles = "street.csv"', end: str = "\n") -> Scenario:
    (folder / "street.csv").write_bytes(end.join(lines).encode())
    (folder / "street.toml").write_text(STREET.format(more=more))
    return load(str(folder / "street.toml"))


def said(folder: Path, lines: list[str], more: str = 'profiles = "street.csv"') -> str:
    with pytest.raises(ScenarioError) as error:
        street(folder, lines, more)
    return str(error.value)


@pytest.mark.parametrize("step", [5, 15])
def test_every_seat_has_one_households_day_drawn_by_seed(tmp_path: Path, step: int) -> None:
    rules = street(tmp_path, rows(step)).energy
    assert rules is not None
    dealt = set()
    for seed in range(20):
        days = drawn_days(rules, (0, 1, 2), seed, 0)
        forecasts = [days.forecast(seat, 1) for seat in range(3)]
        assert sorted(forecasts) == [(100, 200), (200, 400), (300, 600)]
        assert days.forecast(0, 5)[1] == 0, "from one o'clock on panels make nothing"
        dealt.add(tuple(forecasts))
    assert len(dealt) == 6


def test_lines_of_windows_and_a_mark_at_the_beginning_are_read(tmp_path: Path) -> None:
    plain = street(tmp_path, rows())
    assert street(tmp_path, ["\ufeff" + rows()[0], *rows()[1:]], end="\r\n") == plain
    assert street(tmp_path, [line.rpartition(",")[0] for line in rows()]).energy is not None


def test_the_recording_holds_the_data_and_needs_no_file(tmp_path: Path) -> None:
    scenario = street(tmp_path, rows())
    simulation = Simulation(scenario, ["zic"] * 3, 4)
    store = Store.create(tmp_path / "session", scenario, 4, "test")
    for envelope, at, events in simulation.play():
        store.append(store.line(envelope, at, events))
    store.seal(simulation.session.digest())
    (tmp_path / "street.csv").unlink()
    again, _ = run_again(read_folder(tmp_path / "session"))
    assert again.digest() == simulation.session.digest()
    assert checked(scenario) == scenario


def test_no_household_is_told_anothers_day(tmp_path: Path) -> None:
    scenario = street(tmp_path, rows(load="0.123"))
    simulation = Simulation(scenario, ["zic"] * 3, 4)
    own: dict[int, set[int]] = {}
    told: dict[int, bytes] = dict.fromkeys(range(3), b"")
    for _, _, events in simulation.play():
        for event in events:
            if isinstance(event.message, Forecast):
                assert isinstance(event.to, int)
                own.setdefault(event.to, set()).add(event.message.load)
            shown = simulation.views.project(event)
            for seat in range(3) if shown is not None else ():
                form = shown.own.get(seat, shown.public) if shown is not None else None
                told[seat] += b"" if form is None else encode(form)
    assert own == {seat: loads for seat, loads in own.items() if len(loads) == 1}
    for seat, frames in told.items():
        others = {load for other, loads in own.items() if other != seat for load in loads}
        assert not [load for load in others if f'"load":{load},'.encode() in frames]


LINES = rows()
WRONG = {
    "no file's head": (["time,load", *LINES[1:]], "street.csv: row 1 is not household,time,load_kwh,pv_kwh"),
    "a gap": (LINES[:10] + LINES[11:], "street.csv: row 11: household '1' has a gap from 02:00 to 02:30"),
    "backwards": ([*LINES[:10], LINES[11], LINES[10], *LINES[12:]], "row 11: household '1' has a gap"),
    "the same twice": (LINES[:10] + LINES[9:], "row 11: time runs backwards, from 02:00 to 02:00"),
    "half a day": (LINES[:40], "row 40: household '1' ends there, at 09:30"),
    "a late beginning": ([LINES[0], *LINES[2:]], "row 2: household '1' begins at 00:15, and a day begins at 00:00"),
    "half hours": ([LINES[0], *rows(30)[1:]], "row 3: 30 minutes after the row before; steps are of 5 or of 15"),
    "Wh for kWh": (rows(load="350"), "row 2: load_kwh of 350 is 1,400 kW; kWh are expected, not Wh"),
    "a comma": (
        [LINES[0], '1,00:00,"0,1",0', *LINES[2:]],
        "has 4; a number has a point",
    ),
    "a word": ([LINES[0], "1,00:00,much,0", *LINES[2:]], "row 2: load_kwh 'much' is no number"),
    "no number": ([LINES[0], "1,00:00,nan,0", *LINES[2:]], "row 2: load_kwh 'nan' is no number"),
    "below zero": ([LINES[0], "1,00:00,0.1,-0.2", *LINES[2:]], "row 2: pv_kwh is below 0"),
    "a short row": ([LINES[0], "1,00:00,0.1", *LINES[2:]], "row 2 has 3 cells, and the first row has 4"),
    "no time": ([LINES[0], "1,7:5,0.1,0", *LINES[2:]], "row 2: time '7:5' is not HH:MM"),
    "two households": (rows(households=2), "environment.profiles: has 2 households, and a market has 3 seats"),
    "nobody": (LINES[:1], "street.csv: has no household"),
    "nothing": ([], "street.csv: row 1 is not household"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_cannot_be_used_is_named_with_its_row(tmp_path: Path, name: str) -> None:
    lines, says = WRONG[name]
    found = said(tmp_path, lines)
    assert says in found
    assert "environment.profiles: " in found
    assert "\n" not in found


KEYS = {
    "no such file": ('profiles = "nowhere.csv"', "environment.profiles: nowhere.csv cannot be read: No such file"),
    "elsewhere": ('profiles = "../street.csv"', "environment.profiles: '../street.csv' is not in the scenario's own"),
    "anywhere": ('profiles = "/etc/passwd"', "environment.profiles: '/etc/passwd' is not in the scenario's own"),
    "no name": ("profiles = 3", "environment.profiles: expected the name of a CSV file"),
    "panels twice": ('profiles = "street.csv"\npv = 2', "environment.pv: is not to be said where the days"),
    "a date that is none": (
        'bdew = { profile = "H25", date = "15.1.2026", kwh_a_year = { low = 1, high = 2 } }',
        "environment.bdew: date '15.1.2026' is not a date as 2026-01-15",
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_of_data_that_cannot_be_are_named(tmp_path: Path, name: str) -> None:
    more, says = KEYS[name]
    assert says in said(tmp_path, rows(), more)


def test_a_text_without_a_file_has_no_data_beside_it() -> None:
    with pytest.raises(ScenarioError, match=r"environment\.profiles: is data beside a file"):
        parse(STREET.format(more='profiles = "street.csv"'))


def test_days_may_be_written_into_the_file_itself(tmp_path: Path) -> None:
    day = "{ load_wh = [" + ", ".join(["5.0"] * 96) + "], pv_wh = [" + ", ".join(["0.0"] * 96) + "] }"
    rules = parse(STREET.format(more=f"days = [{day}, {day}, {day}]")).energy
    assert rules is not None
    assert drawn_days(rules, (0, 1, 2), 1, 0).forecast(0, 1) == (5, 0)
    with pytest.raises(ScenarioError, match=r"environment.days\[1\].load_wh: is 2 long"):
        parse(STREET.format(more=f"days = [{day}, {{ load_wh = [1.0, 2.0], pv_wh = [0.0, 0.0] }}, {day}]"))


BDEW = 'bdew = { profile = "H25", date = "2026-01-15", kwh_a_year = { low = 2000, high = 4000 } }'


def test_without_the_extra_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p2p.sim.library.profiles.find_spec", lambda name: None)
    found = said(tmp_path, rows(), BDEW)
    assert "environment.bdew: needs the extra `profiles`: PIT_EXTRAS=profiles ./pit" in found
    assert "\n" not in found


@pytest.mark.skipif(find_spec("demandlib") is None, reason="the extra `profiles` is not installed")
def test_a_standard_profile_is_scaled_by_the_year_that_is_drawn(tmp_path: Path) -> None:
    winter, summer = (
        street(tmp_path, rows(), BDEW.replace("2026-01-15", day)).energy for day in ("2026-01-15", "2026-07-15")
    )
    assert winter is not None
    assert summer is not None
    assert len(winter.shape) == 96
    assert 2_800 < sum(winter.shape) < 3_400, "of 1,000 kWh a year a winter's day has more than a 365th"
    assert sum(summer.shape) < sum(winter.shape)
    loads = {sum(drawn_days(winter, (0, 1, 2), seed, 0).households[0].load_wh) for seed in range(10)}
    assert 2 * sum(winter.shape) <= min(loads) < max(loads) <= 4 * sum(winter.shape)
    assert len(loads) == 10


def test_a_market_of_data_can_be_repeated_and_not_made_smaller() -> None:
    day = HouseDay((5.0,) * 96, (0.0,) * 96)
    scenario = parse(STREET.format(more=""))
    table = scenario.energy
    assert table is not None
    whole = msgspec.structs.replace(table, days=(day,) * 3)
    assert len(whole.repeated(3).days) == whole.repeated(3).seats == 9
    assert Prosumer.fewer(msgspec.structs.replace(scenario, environment=whole), 2) is None


def test_an_error_does_not_repeat_a_name_of_megabytes(tmp_path: Path) -> None:
    found = said(tmp_path, ["household,time,load_kwh,pv_kwh", "A" * 1_000_000 + ",01:00,1,1"])
    assert "has a name of more than 100 letters" in found
    assert len(found) < 300


def test_a_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "days.csv").mkdir()
    assert "a pipe, no file" in said(tmp_path, rows(), 'profiles = "days.csv"')
