"""Numbers that are none, in files and on command lines: refused where they are read, in one line with their key."""

import math
import re
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest

from p2p.base.units import SEATS_MAX
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import checked, parse
from p2p.scenario.reaction_times import LEAST_S, SIGMA_MAX, ReactionError, parse_reaction
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load, names
from tests.plays.lab import pit
from tests.plays.representatives import REPRESENTATIVES
from tests.plays.scenario_plays import GOOD

Path = tuple[str, ...]


def floats(info: Any, path: Path = ()) -> Iterator[Path]:
    """The dotted name of every number with decimals that a scenario's file may have."""
    inspect = msgspec.inspect
    match info:
        case inspect.FloatType():
            yield path
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from floats(field.type, (*path, field.encode_name))
        case inspect.UnionType(types=types):
            for one in types:
                yield from floats(one, path)
        case _:
            pass


KEYS = sorted(set(floats(msgspec.inspect.type_info(Scenario))))


def with_number(path: Path, number: float) -> Any:
    """A shipped scenario's plain data in which that key has that number."""
    for name in REPRESENTATIVES:
        plain = msgspec.to_builtins(load(name))
        plain["payment"] = {"rate": 0.02, "currency": "€"}
        table: Any = plain
        for key in path[:-1]:
            table = table.get(key) if isinstance(table, dict) else None
        if isinstance(table, dict) and (len(path) == 1 or path[-1] in table or path[0] in ("institution", "payment")):
            table[path[-1]] = number
            return plain
    raise AssertionError(f"no shipped scenario has the table of {path}")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_no_key_of_a_scenario_takes_what_is_no_number(path: Path, number: float) -> None:
    plain = with_number(path, number)
    with pytest.raises((ScenarioError, msgspec.ValidationError)):
        checked(msgspec.convert(plain, Scenario))


@pytest.mark.parametrize("number", ["nan", "inf"])
@pytest.mark.parametrize("key", ["period_s", "break_s"])
def test_a_file_with_what_is_no_number_is_refused_by_its_line(key: str, number: str) -> None:
    text = re.sub(r"^period_s = .*$", f"{key} = {number}", GOOD, flags=re.MULTILINE)
    with pytest.raises(ScenarioError, match=f"^mine.toml:4: {key}: expected `float`"):
        parse(text if key == "period_s" else f"period_s = 60\n{text}".replace("# line 1\n", "", 1), "mine.toml")


@pytest.mark.parametrize(
    "text", ["uniform:0-0", "uniform:0-0.0000001", "lognormal:2-80000", "lognormal:2-4", "fixed:0"]
)
def test_a_law_under_which_time_stands_still_is_refused(text: str) -> None:
    with pytest.raises(ReactionError):
        parse_reaction(text, 1.0)


def test_the_widest_law_still_moves_the_clock_on() -> None:
    law, rng = parse_reaction(f"lognormal:1-{SIGMA_MAX:g}", 1.0), Random(1)
    assert sum(law.draw_s(rng) for _ in range(10_000)) > 10_000 * LEAST_S


def test_what_options_change_is_checked_as_a_file_is() -> None:
    rules = parse(GOOD)
    for changed, said in (
        ({"period_s": math.nan}, "period_s: expected `float`"),
        ({"periods": 0}, "periods: expected `int`"),
        ({"markets": SEATS_MAX}, "markets: makes"),
    ):
        with pytest.raises(ScenarioError, match=f"^the options: {said}"):
            checked(msgspec.structs.replace(rules, **changed))
    assert checked(rules) == rules


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_passes_its_check_in_memory_too(name: str) -> None:
    assert checked(load(name)) == load(name)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "words",
    [
        ["serve", "smith-1962-test-1", "--period-s"],
        ["serve", "smith-1962-test-1", "--break-s"],
        ["serve", "smith-1962-test-1", "--reaction-s"],
        ["load", "smith-1962-test-1", "--rate"],
        ["load", "smith-1962-test-1", "--seconds"],
        ["replay", "nowhere", "--speed"],
        ["meter", "mqtt://127.0.0.1:9/one", "--seat", "1", "--every-s"],
        ["meter", "mqtt://127.0.0.1:9/one", "--seat", "1", "--hour"],
        ["ctl", "ws://127.0.0.1:9", "extend"],
    ],
)
def test_no_option_takes_what_is_no_number(tmp_path: Any, words: list[str], number: str) -> None:
    done = pit(*words, number, cwd=tmp_path, code="AAAAAAAA")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert number in done.stderr
    assert not list(tmp_path.iterdir())


def test_fewer_periods_than_shifts_are_played_to_the_last_that_comes() -> None:
    from server.serve.open_session import Changes

    rules = load("supply-shift")
    assert rules.environment.shifts, "this scenario has some"
    short = checked(Changes(periods=1).made(rules))
    assert short.periods == 1
    assert not short.environment.shifts
