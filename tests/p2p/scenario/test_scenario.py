"""Scenario files: what is wrong is named, with its line; what is right survives a journal's header."""

import re
from pathlib import Path

import msgspec
import pytest

from p2p.messages import BY_DIRECTIVE
from p2p.scenario.assignment import seats_of_markets
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from p2p.scenario.toml_lines import line_of, lines_of_keys
from p2p.sim.library.files import FOLDER, load, names
from recordings.journal.format import Header
from recordings.journal.store import scenario_of
from tests.plays.scenario_plays import GOOD


def error(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "mine.toml")
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_a_good_scenario_is_read() -> None:
    scenario = parse(GOOD)
    assert (scenario.traders, scenario.seats, scenario.period_us, scenario.break_us) == (4, 4, 60_000_000, 5_000_000)
    assert scenario.environment.buyers == ((150, 120), (130,))
    assert scenario.activations() == 30
    assert (scenario.no_loss, scenario.identities, scenario.start) == ("off", "hidden", "when_full")


WRONG = {
    "a title is missing": ('title = "A market"', "", "mine.toml:1: title: this key is missing"),
    "a nested key is missing": ("price_min = 1\n", "", "mine.toml:6: institution.price_min: this key is missing"),
    "a table is missing": (
        "[institution]",
        "[robots2]",
        "mine.toml:6: robots2: there is no such key; did you mean 'robots'?",
    ),
    "a key is mistyped": (
        "periods = 3",
        "perods = 3",
        "mine.toml:3: perods: there is no such key; did you mean 'periods'?",
    ),
    "a nested key is mistyped": ("tick = 1", "tik = 1", "mine.toml:9: institution.tik: there is no such key"),
    "a key after an array over lines": ("reaction_mean_s", "reaction_s", "mine.toml:20: robots.reaction_s: there is"),
    "a text for a number": ("periods = 3", 'periods = "3"', "mine.toml:3: periods: expected `int`, got `str`"),
    "a fraction for a count": ("periods = 3", "periods = 3.5", "mine.toml:3: periods: expected `int`, got `float`"),
    "a truth for a number": (
        "price_max = 200",
        "price_max = true",
        "mine.toml:8: institution.price_max: expected `int`",
    ),
    "a number for a text": ('title = "A market"', "title = 7", "mine.toml:2: title: expected `str`, got `int`"),
    "no title at all": ('title = "A market"', 'title = ""', "mine.toml:2: title: expected `str` of length >= 1"),
    "no period": ("periods = 3", "periods = 0", "mine.toml:3: periods: expected `int` >= 1"),
    "no time": ("period_s = 60", "period_s = 0", "mine.toml:4: period_s: expected `float` >= 0.001"),
    "less than a moment": ("period_s = 60", "period_s = 1e-9", "mine.toml:4: period_s: expected `float` >= 0.001"),
    "endless time": ("period_s = 60", "period_s = inf", "mine.toml:4: period_s: expected `float` <= 86400.0"),
    "no number": ("period_s = 60", "period_s = nan", "mine.toml:4: period_s: expected `float`"),
    "a date": ("period_s = 60", "period_s = 2026-01-01", "mine.toml:4: period_s: expected `float`"),
    "a table for a number": ("period_s = 60", "period_s = {}", "mine.toml:4: period_s: expected `float`"),
    "a negative price": ("price_min = 1", "price_min = -1", "mine.toml:7: institution.price_min: expected `int` >= 0"),
    "a price too large": ("= 200", "= 9223372036854775808", "mine.toml:8: institution.price_max: expected `int` <="),
    "no tick": ("tick = 1", "tick = 0", "mine.toml:9: institution.tick: expected `int` >= 1"),
    "limits the wrong way round": (
        "price_max = 200",
        "price_max = 1",
        "mine.toml:8: institution.price_max: is not above",
    ),
    "a tick that does not divide": ("tick = 1", "tick = 2", "mine.toml:9: institution.tick: does not divide"),
    "an unknown environment": (
        '"induced"',
        '"indced"',
        "mine.toml:12: environment.name: there is no 'indced'; there are",
    ),
    "an unknown institution": (
        "tick = 1",
        'name = "cal"',
        "mine.toml:9: institution.name: there is no 'cal'; did you mean 'call'?",
    ),
    "a value that is no list": ("sellers = [[50], [60]]", "sellers = [50]", "mine.toml:17: environment.sellers[0]:"),
    "a trader without a unit": ("sellers = [[50], [60]]", "sellers = [[]]", "mine.toml:17: environment.sellers[0]:"),
    "no seller": ("sellers = [[50], [60]]", "sellers = []", "mine.toml:17: environment.sellers: expected `array`"),
    "a value that is a text": ("  [130],", '  ["130"],', "mine.toml:13: environment.buyers[1][0]: expected `int`"),
    "too many seats": ("periods = 3", "periods = 3\nmarkets = 300", "mine.toml:4: markets: makes 1200 seats"),
    "no market": ("periods = 3", "markets = 0\nperiods = 3", "mine.toml:3: markets: expected `int` >= 1"),
    "an unknown choice": (
        "periods = 3",
        'periods = 3\nno_loss = "on"',
        "mine.toml:4: no_loss: there is no 'on'; there are off, people",
    ),
    "identities": ("periods = 3", 'periods = 3\nidentities = "names"', "mine.toml:4: identities: there is no 'names'"),
    "a start": ("periods = 3", 'periods = 3\nstart = "now"', "mine.toml:4: start: there is no 'now'"),
    "a negative break": ("periods = 3", "periods = 3\nbreak_s = -1", "mine.toml:4: break_s: expected `float` >= 0.0"),
    "robots too fast": ("reaction_mean_s = 2", "reaction_mean_s = 0", "mine.toml:20: robots.reaction_mean_s: expected"),
    "not TOML": ("periods = 3", "periods = = 3", "mine.toml: not TOML: "),
    "brackets without end": ("periods = 3", f"periods = {'[' * 9_999}", "mine.toml: not TOML: "),
    "digits without end": ("periods = 3", f"periods = {'9' * 9_999}", "mine.toml: not TOML: "),
    "many digits": ("periods = 3", f"periods = {'9' * 99}", "mine.toml:3: periods: expected `int` <= 1000"),
    "a day that is none": ("periods = 3", "periods = 2026-13-45", "mine.toml: not TOML: "),
    "a key twice": ("periods = 3", "periods = 3\nperiods = 4", "mine.toml: not TOML: "),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_wrong_is_named_with_its_line(what: str) -> None:
    old, new, expected = WRONG[what]
    assert GOOD.count(old) == 1
    assert error(GOOD.replace(old, new)).startswith(expected)


def test_robots_may_be_left_out() -> None:
    assert parse(GOOD.replace("[robots]\nreaction_mean_s = 2", "")).robots.reaction_mean_s == 1.0


def test_a_number_where_a_table_belongs_is_named() -> None:
    text = 'institution = 5\ntitle = "x"\nperiods = 1\nperiod_s = 1\nenvironment = { buyers = [[5]], sellers = [[3]] }'
    assert error(text).startswith("mine.toml:1: institution: expected `object`, got `int`")


def test_an_inline_table_is_the_line_of_its_keys() -> None:
    text = 'title = "x"\nperiods = 1\nperiod_s = 1\n'
    text += "institution = { price_min = 1, price_max = 1 }\nenvironment = { buyers = [[5]], sellers = [[3]] }"
    assert error(text).startswith("mine.toml:4: institution.price_max: is not above price_min (1)")


def test_lines_are_found_past_arrays_texts_and_remarks() -> None:
    text = '''a = "[not a table"
b = """
[nor = this]
c = 1
"""
# d = [
e = [ # [
  [1],
  ["]", 2]
]
'f' = 'x = 3'
[[g.h]] # a table
i = 1
'''
    plain = {"a": 1, "b": 2, "e": 7, "f": 11, "g.h": 12, "g.h.i": 13}
    assert lines_of_keys(text) == plain | {"g.h[0]": 12, "g.h[0].i": 13}
    assert line_of(text, "g.h.nowhere") == 12
    assert line_of(text, "e[1][0]") == 7
    assert line_of(text, "") == 1


@pytest.mark.parametrize("name", names())
def test_every_scenario_of_the_lab_is_right_and_survives_a_journals_header(name: str) -> None:
    scenario = load(name)
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(scenario)))
    assert scenario_of(Header("x", 1, 1, plain, "code", "now")) == scenario
    assert msgspec.convert(plain, Scenario) == scenario
    assert re.fullmatch(r"[a-z0-9-]+", name)


def test_the_lab_has_smiths_test_1() -> None:
    scenario = load("smith-1962-test-1")
    assert (scenario.institution.price_min, scenario.institution.price_max, scenario.currency) == (1, 400, "cents")
    assert [units[0] for units in scenario.environment.buyers] == list(range(325, 74, -25))
    assert [units[0] for units in scenario.environment.sellers] == list(range(75, 326, 25))
    assert scenario.activations() >= 60


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(str(mine)) == parse(GOOD)
    mine.write_bytes(b"title = '\xff'")
    with pytest.raises(ScenarioError, match="not text in UTF-8"):
        load(str(mine))


def test_a_scenario_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'smith-1962-test-1'\?"):
        load("smith-1962-test1")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load(str(FOLDER / "nothing.toml"))


def test_the_seats_of_the_markets_are_all_the_seats_and_drawn_by_the_seed() -> None:
    scenario = parse(GOOD.replace("periods", "markets = 5\nperiods"))
    dealt = [seats_of_markets(scenario, seed) for seed in range(20)]
    assert all(sorted(seat for seats in markets for seat in seats) == list(range(20)) for markets in dealt)
    assert all(len(seats) == 4 for markets in dealt for seats in markets)
    assert len({str(markets) for markets in dealt}) == 20
    assert dealt[7] == seats_of_markets(scenario, 7)


def test_every_message_says_who_says_it_to_whom_and_what_it_does() -> None:
    for directive, kind in BY_DIRECTIVE.items():
        assert kind.directive == directive
        assert kind.said_by, directive
        assert kind.told_to, directive
        assert kind.__doc__, directive
    seed = "init_inst start_period end_period request_standing bid buy ask sell start_round end_round standing contract"
    assert set(f"{seed} contracts request_contracts reminder reminder_end_period".split()) <= set(BY_DIRECTIVE)
