"""Energy in tables and texts: columns, quoted spreads, scenarios of prosumers and what is wrong with them, the demo."""

import csv
from pathlib import Path

import msgspec
import pytest

from p2p.base.units import SECOND
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.prosumer_schema import Prosumers
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionSpec, play
from p2p.sim.tables.writer import write_tables
from recordings.scoring.score import score
from tests.plays.energy_days_plays import ENERGY_DAYS, brief


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_tables_of_energy_have_their_columns_and_others_do_not(tmp_path: Path) -> None:
    scenario = brief("energy-day")
    played = play(SessionSpec(1, scenario, ("satisficer",) * 12, 1, 1, bounds=True))
    write_tables(tmp_path, [played], [scenario])
    (session,), periods = rows(tmp_path / "sessions.csv"), rows(tmp_path / "periods.csv")
    assert len(periods) == 3
    for column in ("gain_over_grid", "bound_given_actions", "grid_import", "grid_export"):
        assert int(session[column]) == sum(int(row[column]) for row in periods)
    assert 0 < int(session["gain_over_grid"]) <= int(session["bound_given_actions"])
    assert "unserved" not in session
    limited = msgspec.structs.replace(
        scenario, environment=msgspec.structs.replace(scenario.environment, grid_limit_w=900)
    )
    write_tables(tmp_path, [play(SessionSpec(1, limited, ("satisficer",) * 12, 1, 1))], [limited])
    (session,) = rows(tmp_path / "sessions.csv")
    assert int(session["unserved"]) > 0
    assert int(session["curtailed"]) > 0
    assert session["bound_foresight"] == ""
    plain = load("smith-1962-test-1")
    write_tables(tmp_path, [play(SessionSpec(1, plain, ("zic",) * 22, 1, 1))], [plain])
    assert "gain_over_grid" not in (tmp_path / "sessions.csv").read_text()


def test_quoted_spreads_are_of_what_was_said() -> None:
    """In a call at one price all that trades was quoted by both sides: quoted surplus is worth at the quoted prices."""
    played = play(SessionSpec(1, brief("energy-day-call-cap"), ("satisficer/tau=0",) * 12, 1, 1))
    for one in played.scores:
        assert one.energy is not None
        assert one.energy.quoted == one.surplus, "who bids its value and asks its cost has quoted its worth"


ENERGY = """title = "A street"
periods = 3
period_s = 60

[institution]
name = "continuous"
price_min = 0
price_max = 500

[environment]
name = "prosumer"
seats = 6
pv = 3
batteries = 2
starts_at = "10:00"
interval_min = 15
buy = { low = 250, high = 400 }
feed_in = { low = 50, high = 120 }

[environment.battery]
capacity_kwh = 5.0
soc_start = 0.5
"""
WRONG = {
    "a tariff upside down": ("low = 250, high = 400", "low = 400, high = 250", "mine.toml:17: environment.buy.low: is"),
    "the grid sold its own": ("high = 120", "high = 251", "mine.toml:18: environment.feed_in.high: is above buy.low"),
    "no tariff": ("buy = { low = 250, high = 400 }", "", "mine.toml:10: environment.buy: this key is missing"),
    "half a tariff": ("{ low = 250, high = 400 }", "{ low = 250 }", "mine.toml:17: environment.buy.high: this key is"),
    "a negative tariff": ("low = 50", "low = -50", "mine.toml:18: environment.feed_in.low: expected `int` >= 0"),
    "panels without houses": ("pv = 3", "pv = 7", "mine.toml:13: environment.pv: is more than the 6 seats"),
    "too many batteries": ("batteries = 2", "batteries = 7", "mine.toml:14: environment.batteries: is more than"),
    "a battery nobody has": ("batteries = 2", "", "mine.toml:10: environment.batteries: says how many"),
    "an hour there is not": ("10:00", "24:00", "mine.toml:15: environment.starts_at: expected `str` matching"),
    "between two steps": ("10:00", "10:02", "mine.toml:15: environment.starts_at: expected `str` matching"),
    "seven minutes": (
        "interval_min = 15",
        "interval_min = 7",
        "mine.toml:16: environment.interval_min: expected",
    ),
    "a charge beyond the battery": ("soc_start = 0.5", "soc_start = 1.5", "mine.toml:20: environment.battery: states"),
    "no capacity": ("= 5.0", "= 0.0", "mine.toml:20: environment.battery: a battery needs"),
    "an endless battery": ("= 5.0", "= inf", "mine.toml:21: environment.battery.capacity_kwh: is more than a gigawatt"),
    "a battery's unknown key": ("soc_start", "soc_begin", "mine.toml:22: environment.battery.soc_begin: there is no"),
    "an unknown key": ("pv = 3", "pvs = 3", "mine.toml:13: environment.pvs: there is no such key; did you mean 'pv'?"),
    "one house": ("seats = 6", "seats = 1", "mine.toml:12: environment.seats: expected `int` >= 2"),
    "smith's auction": ('"continuous"', '"standing"', "mine.toml:6: institution.name: trades one unit at a time"),
    "one unit": ("price_max = 500", "price_max = 500\nterms = { units = 'one' }", "mine.toml:9: institution.terms"),
    "orders that outlive their energy": (
        "price_max = 500",
        "price_max = 500\nterms = { order_life = 'session' }",
        "mine.toml:9: institution.terms.order_life: cannot be 'session'",
    ),
    "flexible for nothing": ("pv = 3", "pv = 3\nflexible_wh = 50", "mine.toml:14: environment.flexible_wh: and"),
    "flexible at any price": (
        "pv = 3",
        "pv = 3\nflexible_wh = 50\nflexible_value = { low = 100, high = 260 }",
        "mine.toml:15: environment.flexible_value: is not within 120 (feed_in) to 250 (buy)",
    ),
    "unserved for less": (
        "pv = 3",
        "pv = 3\ngrid_limit_w = 900\nunserved_price = 399",
        "mine.toml:15: environment.unserved_price: is below the dearest tariff (400)",
    ),
    "unserved without a limit": ("pv = 3", "pv = 3\nunserved_price = 500", "mine.toml:14: environment.unserved_price"),
    "induced keys": ("pv = 3", "buyers = [[3]]", "mine.toml:13: environment.buyers: there is no such key"),
    "another environment": (
        '"prosumer"',
        '"consumer"',
        "mine.toml:11: environment.name: there is no '",
    ),
}


def test_a_scenario_of_prosumers_is_read() -> None:
    scenario = parse(ENERGY)
    assert isinstance(scenario.environment, Prosumers)
    assert (scenario.traders, scenario.seats, scenario.period_us) == (6, 6, 60 * SECOND)
    assert (scenario.environment.start_min, scenario.environment.interval_h) == (600, 0.25)
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(scenario)))
    assert msgspec.convert(plain, Scenario) == scenario


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_wrong_with_an_energy_market_is_named_with_its_line(what: str) -> None:
    old, new, expected = WRONG[what]
    assert ENERGY.count(old) == 1
    with pytest.raises(ScenarioError) as error:
        parse(ENERGY.replace(old, new), "mine.toml")
    assert str(error.value).startswith(expected)


def test_a_call_that_clears_by_another_clock_is_refused() -> None:
    text = ENERGY.replace('"continuous"', '"call"') + "\n[institution.call]\nfeeder_cap_kw = 5.0\ninterval_min = 5\n"
    with pytest.raises(ScenarioError, match=r"institution.call.interval_min: is not the environment's \(15\)"):
        parse(text, "mine.toml")


@pytest.mark.full
@pytest.mark.parametrize("name", [*ENERGY_DAYS, "energy-day-288"])
def test_the_demo_plays_a_day_of_energy_and_shows_what_it_gained(name: str, tmp_path: Path) -> None:
    from tests.plays.lab import pit

    done = pit("demo", "--headless", "--scenario", name, cwd=tmp_path, guard_s=180)
    assert done.returncode == 0, done.stderr
    assert "gain over" in done.stdout
    (folder,) = (tmp_path / "recordings").iterdir()
    assert pit("verify", str(folder), cwd=tmp_path).stdout.startswith("OK")
    assert len(score(folder).periods) == 20
