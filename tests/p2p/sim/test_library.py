"""The library: its catalogue, the sheet of a market, a new file, and the page that is written from the files."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from p2p.base.exact_sum import total
from p2p.scenario.parsing import ScenarioError
from p2p.sim.commands.scenarios import scenarios
from p2p.sim.library.entries import players_range
from p2p.sim.library.files import FOLDER, load, names
from tests import ROOT

PAGE = ROOT / "docs" / "library.md"
WIDTH = 120


def run(*words: str, answers: str = "") -> Result:
    return CliRunner().invoke(scenarios, list(words), input=answers)


def shown(*words: str) -> Any:
    done = run(*words, "--json")
    assert (done.exit_code, done.output.count("\n")) == (0, 1)
    return json.loads(done.output)


@cache
def listed() -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in shown("list")}


# --- the catalogue ------------------------------------------------------------------------------------------------


def test_the_catalogue_has_every_file_once() -> None:
    assert sorted(listed()) == names() == sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert all({"name", "players", "minutes", "source", "label"} <= set(one) for one in listed().values())
    lines = run("list").output.splitlines()
    assert len(lines) == len(names())
    assert all(line.split()[0] == name for line, name in zip(lines, names(), strict=True))


def found(*words: str) -> set[str]:
    return {one["name"] for one in shown("list", *words)}


def test_filters_take_what_they_name() -> None:
    everything = listed().values()
    for key, word in (("level", "advanced"), ("label", "printed")):
        assert found(f"--{key}", word) == {one["name"] for one in everything if one[key] == word} != set()
    assert found("--players", "8-12") == {one["name"] for one in everything if 8 <= one["players"] <= 12} != set()
    assert found("--players", "22") == {one["name"] for one in everything if one["players"] == 22}
    gode = {f"gode-sunder-1993-{market}" for market in range(1, 6)}
    assert found("--source", "gode & sunder") == gode
    assert found("--source", "gode & sunder", "--label", "fitted") == {"gode-sunder-1993-5"}
    assert {"tax-on-buyers", "tax-on-sellers"} <= found("TAX", "six")


def test_filters_that_leave_nothing_say_so() -> None:
    done = run("list", "no such word")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "take a filter away" in done.stderr
    assert shown("list", "no such word") == []


@pytest.mark.parametrize("text", ["", "-", "x", "8-4", "1-2-3", "12345"])
def test_players_that_are_no_range_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        players_range(text)
    done = run("list", f"--players={text}")
    assert done.exit_code == 2
    assert "--players" in done.stderr


def test_ranges_of_players_may_be_open() -> None:
    assert [players_range(one) for one in ("12", "8-24", "8-", "-24")] == [(12, 12), (8, 24), (8, 9_999), (0, 24)]


# --- the sheet ----------------------------------------------------------------------------------------------------


def test_a_sheet_has_the_figures_of_each_period() -> None:
    sheet = shown("show", "smith-1962-test-5")
    assert [one["p0"] for one in sheet["periods"]] == [312.5] * 4 + [345] * 2
    assert [one["quantity"] for one in sheet["periods"]] == [10] * 4 + [12] * 2
    assert [one["surplus_max"] for one in sheet["periods"]] == [840] * 4 + [1540] * 2
    assert (sheet["label"], sheet["extends"]) == ("printed", "smith-1962-test-1-off")


def test_pairs_of_zero_gain_are_counted_apart() -> None:
    (first, *_) = shown("show", "smith-1962-test-1")["periods"]
    assert (first["p0"], first["quantity"], first["quantity_gainful"], first["surplus_max"]) == (200, 6, 5, 750)


def test_under_a_control_that_binds_the_price_is_the_controls() -> None:
    (ceiling, *_), (floor, *_) = (shown("show", name)["periods"] for name in ("price-ceiling", "price-floor"))
    assert (ceiling["p0"], ceiling["quantity"], floor["p0"], floor["quantity"]) == (150, 4, 250, 4)
    for one in (ceiling, floor):
        assert one["control_binds"]
        assert (one["surplus_max"], one["surplus_attainable"], one["surplus_random"]) == (750, 700, 500)
    said = run("show", "price-floor").output
    assert "the floor of 250 binds: 4 wanted, 8 offered there; P0 = 250, quantity 4" in said
    assert "\n 1 to 5          250         4        3      750         700               500\n" in said
    for name in ("price-ceiling-not-binding", "price-floor-not-binding"):
        (free, *_) = shown("show", name)["periods"]
        assert (free["p0"], free["control_binds"], free["surplus_random"]) == (200, False, None)


def test_taxes_and_subsidies_cost_surplus_from_their_period_on() -> None:
    for name, quantity in (("tax-on-sellers", 4), ("subsidy-to-buyers", 7)):
        rows = shown("show", name)["periods"]
        assert [one["surplus_attainable"] for one in rows] == [750] * 3 + [700] * 3
        assert [one["quantity_gainful"] for one in rows] == [5] * 3 + [quantity] * 3


def test_a_sheet_draws_supply_and_demand_where_they_meet() -> None:
    said = run("show", "smith-1962-test-7").output
    (row,) = [line for line in said.splitlines() if re.match(r" +340 ", line) and "-" in line]
    assert "****" in row, "the ninth units of both sides are at 340"
    assert "# demand, o supply" in said
    assert " 1 to 6          340         9        8     1610        1610\n" in said
    assert "the source prints a price of 350" in run("show", "smith-1962-test-3").output


@pytest.mark.parametrize("name", ["tesauro-das-2001", "agrawal-2025-box", "classroom-hour", "santa-fe-1990-sml"])
def test_a_picture_fits_into_a_terminal(name: str) -> None:
    picture = [line for line in run("show", name).output.splitlines() if re.fullmatch(r" +\d+ [#o*\- ]+", line)]
    assert 2 <= len(picture) <= 20
    assert max(map(len, picture)) <= WIDTH


def test_an_energy_market_has_figures_too() -> None:
    assert len(shown("show", "energy-day")["periods"]) == 20


# --- a new file ---------------------------------------------------------------------------------------------------


def test_a_new_file_is_asked_for_written_and_checked(tmp_path: Path) -> None:
    done = run("new", "mine", "--folder", str(tmp_path), answers='A \\ "market"\n' + "\n" * 20)
    assert done.exit_code == 0
    assert "OK: " in done.output
    mine = load(str(tmp_path / "mine.toml"))
    assert (mine.title, mine.traders, mine.label, mine.shown_title) == ('A \\ "market"', 12, "ours", "A market")


@pytest.mark.parametrize("institution", ["continuous", "call", "posted-offer"])
def test_a_new_file_may_have_each_institution(tmp_path: Path, institution: str) -> None:
    answers = "\n".join(["T", institution, "3", "90", "50", "2", "40", "80", "2", "60"]) + "\n"
    assert run("new", "mine", "--folder", str(tmp_path), answers=answers).exit_code == 0
    mine = load(str(tmp_path / "mine.toml"))
    assert mine.institution.name == institution
    assert (mine.environment.buyers, mine.environment.sellers) == (((90,), (70,), (50,)), ((40,), (80,)))


def test_a_new_file_may_be_built_on_another(tmp_path: Path) -> None:
    done = run("new", "mine", "--like", "call-market", "--folder", str(tmp_path), answers="Mine\n")
    assert done.exit_code == 0
    assert load(str(tmp_path / "mine.toml")).environment == load("call-market").environment


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("mine", encoding="utf-8")
    done = run("new", "mine", "--folder", str(tmp_path))
    assert done.exit_code == 1
    assert "is there already" in done.stderr
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == "mine"


def test_a_new_file_that_would_be_wrong_is_not_left_behind(tmp_path: Path) -> None:
    done = run("new", "mine", "--like", "no-such-market", "--folder", str(tmp_path), answers="Mine\n")
    assert done.exit_code == 1
    assert "no scenario 'no-such-market'" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "A", "a b", "-x", "a" * 80, ""])
def test_a_name_that_is_no_file_name_everywhere_is_refused(tmp_path: Path, name: str) -> None:
    done = run("new", "--folder", str(tmp_path), "--", name)
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


# --- the files and their page -------------------------------------------------------------------------------------


def test_every_market_says_what_its_page_needs() -> None:
    for name in names():
        rules = load(name)
        page = rules.page
        assert all((rules.proposition, rules.source, page.usually, page.questions, page.variants)), name
        assert page.room, name
        trade_s = total(rules.controls(period).period_s for period in range(1, rules.periods + 1))
        assert rules.minutes_needed >= trade_s / 60, name
        assert not [one for one in page.variants if one.split()[0] == name], f"{name} is no variant of itself"


def test_names_on_the_page_are_of_markets_that_are_there() -> None:
    families = "|".join(
        sorted({name.split("-")[0] for name in names()} - {"open", "call", "market", "price", "energy"})
    )
    for name in names():
        page = load(name).page
        for text in (*page.variants, page.notes, page.usually):
            for word in re.findall(rf"\b(?:{families})-[a-z0-9-]*\d[a-z0-9-]*\b", text):
                assert word in names(), f"{name}: {word}"


def test_subjects_of_published_markets_see_no_name_from_the_literature() -> None:
    for name in names():
        rules = load(name)
        if re.search(r"-\d{4}-|-\d{4}$", name) and name not in ("smith-1962-test-1", "santa-fe-1990-base"):
            assert rules.shown_title == "A market", name


def test_the_page_is_what_the_files_say() -> None:
    written = run("pages").output
    assert PAGE.read_text(encoding="utf-8") == written, "pit scenarios pages --out docs/library.md"
    assert all(f"\n## {name}\n" in written for name in names())


def test_a_name_like_none_of_the_labs_is_one_short_line() -> None:
    with pytest.raises(ScenarioError) as refused:
        load("qqqq")
    assert str(refused.value) == "no scenario 'qqqq'; pit scenarios list has them all; or give a path to a .toml file"
