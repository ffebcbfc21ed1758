"""Three contracts with every figure computed on paper, and figures that a referee takes from the CSVs alone."""

import csv
import json
from collections import defaultdict
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from p2p.base.units import GATEWAY
from p2p.messages import Ask, Buy, Joined, Start
from p2p.messages.envelope import Envelope
from recordings.commands.score import score as score_command
from recordings.commands.tables import tables as tables_command
from recordings.journal.store import Store
from recordings.scoring.score import Score, score
from tests import ROOT
from tests.plays.play import Course, small

SAMPLES = ROOT / "recordings" / "samples"
VALUES, COSTS = (100, 80, 60, 55), (20, 40, 58, 70)
"""They meet at 3 units between 58 and 60: P0 is 59. The most that can be gained is 80 + 40 + 2 = 122."""
TRADED = ((100, 20, 50), (55, 40, 45), (80, 70, 75))
"""Value, cost, price. Gains: 50 + 30, 10 + 5, 5 + 5, together 105. The units of 60 and 58 are left: they miss 2."""
PEOPLE = (100, 20)
"""Whose units people held; the others are robots'."""


def written(folder: Path, course: Course) -> Path:
    store = Store.create(folder, course.session.scenario, 1, "test")
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.seal(course.session.digest())
    store.close()
    return store.folder


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    units = {"buyers": tuple((v,) for v in VALUES), "sellers": tuple((c,) for c in COSTS)}
    course = Course(small(**units, periods=1, start="experimenter"))
    course.open()
    held = dict(zip(sorted(VALUES), course.seats("buyer"), strict=True))
    held |= dict(zip(sorted(COSTS), course.seats("seller"), strict=True))
    for unit, seat in held.items():
        course.hand_in(Envelope(GATEWAY, Joined(seat, "human" if unit in PEOPLE else "robot")))
    course.command(Start())
    for value, cost, price in TRADED:
        course.wait(1)
        course.say(held[cost], Ask(price))
        course.wait(1)
        course.say(held[value], Buy())
    course.wait(20)
    return written(tmp_path_factory.mktemp("by-hand") / "three", course)


@pytest.fixture(scope="module")
def scored(recording: Path) -> Score:
    return score(recording)


def test_quantity_price_and_the_competitive_outcome(scored: Score) -> None:
    (period,) = scored.periods
    goal = period.equilibrium
    assert (goal.quantity, goal.quantity_gainful, goal.price_low, goal.price_high, goal.price) == (3, 3, 58, 60, 59)
    assert (period.quantity, period.price_mean) == (3, 170 / 3)


def test_efficiency_and_the_two_parts_of_the_loss(scored: Score) -> None:
    (period,) = scored.periods
    assert (period.surplus, period.equilibrium.surplus_max) == (105, 122)
    assert period.efficiency == period.efficiency_attainable == 105 / 122
    assert (period.missed, period.extramarginal) == (2, 15), "V and EM: 122 - 105 = 2 + 15"
    assert (period.control_binds, period.efficiency_random_rationing) == (0, None)
    assert (period.surplus_traders, period.revenue, period.deadweight_loss) == (105, 0, 0)


def test_alpha_and_its_companions(scored: Score) -> None:
    (period,) = scored.periods
    assert period.rmsd == pytest.approx(sqrt((9**2 + 14**2 + 16**2) / 3))
    assert period.alpha == pytest.approx(100 * sqrt(533 / 3) / 59)
    assert period.rmsd_tunnel == pytest.approx(sqrt((8**2 + 13**2 + 15**2) / 3))
    assert (period.share_in_tunnel, period.alpha_note) == (0, "")


def test_dispersion_of_profits_and_their_order(scored: Score) -> None:
    """At 59 the buyers would gain 41, 21, 1, 0 and the sellers 39, 19, 1, 0."""
    (period,) = scored.periods
    off = (9, 16, 1, 10, 9, 14, 1, 5)
    assert period.dispersion == pytest.approx(sqrt(sum(one**2 for one in off) / 8))
    assert scored.spearman == pytest.approx(20.5 / sqrt(39.5 * 41)), "ranks, of equal ones their mean"


def test_gains_by_kind_of_holder(scored: Score) -> None:
    found = {one.holder: (one.traders, one.surplus, one.surplus_competitive, one.unpaid) for one in scored.holders}
    assert found == {"human": (2, 80, 80, 0), "robot": (6, 25, 42, 0)}


def test_the_whole_session_of_one_period_is_that_period(scored: Score) -> None:
    (period,), whole = scored.periods, scored.whole
    for name in ("efficiency", "alpha", "rmsd", "rmsd_tunnel", "dispersion", "missed", "extramarginal", "price_mean"):
        assert getattr(whole, name) == pytest.approx(getattr(period, name)), name


def test_its_tables_by_hand(recording: Path, tmp_path: Path) -> None:
    tables = tables_of(recording, tmp_path)
    assert [(row["price"], row["value"], row["cost"], row["time_s"]) for row in tables["contracts"]] == [
        ("50", "100", "20", "2.000000"),
        ("45", "55", "40", "4.000000"),
        ("75", "80", "70", "6.000000"),
    ]
    assert [(row["change"], row["side"], row["price"], row["contract"]) for row in tables["orders"]][:4] == [
        ("placed", "ask", "50", ""),
        ("placed", "bid", "", ""),
        ("filled", "bid", "", "1"),
        ("filled", "ask", "50", "1"),
    ]
    assert [(row["bid"], row["ask"], row["stood_s"]) for row in tables["quotes"]][:4] == [
        ("", "", "1.000000"),
        ("", "50", "1.000000"),
        ("", "", "1.000000"),
        ("", "45", "1.000000"),
    ]
    untraded = [(row["role"], row["value"]) for row in tables["schedules"] if row["traded"] == "0"]
    assert sorted(untraded) == [("buyer", "60"), ("seller", "58")]
    assert [row["reaction_s"] for row in tables["messages"]] == ["1.000000"] * 6
    assert [(row["ask_seen"], row["result"]) for row in tables["messages"] if row["directive"] == "buy"] == [
        ("50", "accepted"),
        ("45", "accepted"),
        ("75", "accepted"),
    ]
    assert {row["holder"] for row in tables["messages"]} == {"human", "robot"}


# --- as a referee would ------------------------------------------------------------------------------------------


def tables_of(recording: Path, folder: Path) -> dict[str, list[dict[str, str]]]:
    done = CliRunner().invoke(tables_command, [str(recording), "--out", str(folder / "out")])
    assert done.exit_code == 0, done.stderr
    found = {}
    for path in (folder / "out").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def met(values: list[int], costs: list[int]) -> tuple[int, Any, Any, Any]:
    """The most that units can gain, and P0 with its tunnel, from demand and supply of single units."""
    values, costs = sorted(values, reverse=True), sorted(costs)
    pairs = [(v, c) for v, c in zip(values, costs, strict=False) if v >= c]
    n = len(pairs)
    if not n:
        return 0, None, None, None
    low = max([costs[n - 1], *values[n : n + 1]])
    high = min([values[n - 1], *costs[n : n + 1]])
    return sum(v - c for v, c in pairs), (low + high) / 2, low, high


def figures(tables: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """Figures of a session of single units, from schedules.csv and contracts.csv alone."""
    units: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    made: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in tables["schedules"]:
        units[row["market"], row["period"]].append(row)
    for row in tables["contracts"]:
        made[row["market"], row["period"]].append(row)
    most = gained = missed = inside = 0
    prices: list[int] = []
    off: list[float] = []
    off_tunnel: list[float] = []
    profits_off: list[float] = []
    centres: set[float] = set()
    for key, dealt in units.items():
        side = {role: [int(row["value"]) for row in dealt if row["role"] == role] for role in ("buyer", "seller")}
        best, p0, low, high = met(side["buyer"], side["seller"])
        left = {
            role: [int(row["value"]) for row in dealt if row["role"] == role and row["traded"] == "0"]
            for role in ("buyer", "seller")
        }
        most, missed = most + best, missed + met(left["buyer"], left["seller"])[0]
        assert None not in (p0, low, high)
        profit: dict[str, float] = {row["seat"]: 0.0 for row in dealt}
        for row in made[key]:
            price = int(row["price"])
            gained += int(row["value"]) - int(row["cost"])
            profit[row["buyer"]] += int(row["value"]) - price
            profit[row["seller"]] += price - int(row["cost"])
            prices.append(price)
            off.append(price - p0)
            off_tunnel.append(max(low - price, price - high, 0))
            inside += low <= price <= high
        centres.add(p0)
        for seat, one in profit.items():
            sign = {row["seat"]: 1 if row["role"] == "buyer" else -1 for row in dealt}[seat]
            own = [int(row["value"]) for row in dealt if row["seat"] == seat]
            profits_off.append(one - sum(max(0, sign * (value - p0)) for value in own))
    n = len(prices)
    (p0,) = centres
    return {
        "surplus_max": most,
        "surplus": gained,
        "efficiency": gained / most,
        "missed": missed,
        "extramarginal": most - gained - missed,
        "quantity": n,
        "price_mean": sum(prices) / n,
        "rmsd": sqrt(sum(one**2 for one in off) / n),
        "alpha": 100 * sqrt(sum(one**2 for one in off) / n) / p0,
        "rmsd_tunnel": sqrt(sum(one**2 for one in off_tunnel) / n),
        "share_in_tunnel": inside / n,
        "dispersion": sqrt(sum(one**2 for one in profits_off) / len(profits_off)),
    }


@pytest.mark.parametrize("which", ["by hand", "smith-1962-test-1", "test-1-two-people"])
def test_a_referee_finds_the_figures_of_the_score_in_the_tables(which: str, recording: Path, tmp_path: Path) -> None:
    folder = recording if which == "by hand" else SAMPLES / which
    said = CliRunner().invoke(score_command, [str(folder), "--json", "--sessions", "0"])
    assert said.exit_code == 0, said.stderr
    whole = json.loads(said.stdout)["whole"]
    for name, value in figures(tables_of(folder, tmp_path)).items():
        assert whole[name] == pytest.approx(value), name
