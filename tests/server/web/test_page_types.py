"""The page's scripts know all that Python tells them: types, fields of a view, facts; and they are small."""

import re
import subprocess

import msgspec
import pytest

from p2p.information import view_state
from p2p.information.view_state import ViewState
from p2p.messages import BY_DIRECTIVE
from tests import ROOT
from tests.plays.web_plays import SCRIPTS, STATIC, node, npm_file, program

TYPES = ROOT / "server" / "web" / "types.d.ts"


@pytest.mark.parametrize("config", ["jsconfig.json", "jsconfig-page.json"])
def test_tsc_finds_nothing_wrong(config: str) -> None:
    tsc = npm_file("typescript/bin/tsc")
    asked = [program("node"), str(tsc), "-p", str(SCRIPTS / config)]
    ran = subprocess.run(asked, capture_output=True, text=True)
    assert ran.stdout == "", ran.stdout
    assert ran.returncode == 0


def fields(name: str, text: str) -> set[str]:
    """The fields of a type, with those of the types that it has all of."""
    found = re.search(rf"export type {name} =([^{{;]*)\{{(.*?)\}};\n(?=export|/\*\*|\n|\Z)", text, re.DOTALL)
    assert found is not None, f"types.d.ts has no type {name}"
    more = [fields(one, text) for one in re.findall(r"\w+", found[1])]
    return set(re.findall(r"(\w+):", re.sub(r"\{[^{}]*\}", "", found[2]))).union(*more)


def test_types_of_a_view_name_the_fields_that_it_has_in_python() -> None:
    text = TYPES.read_text()
    own = [one for one in vars(view_state).values() if getattr(one, "__module__", "") == view_state.__name__]
    structs = [one for one in own if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    told = {one.__name__: {field.encode_name for field in msgspec.structs.fields(one)} for one in structs}
    shown = [name for name in told if re.search(rf"export type {name} =[^;]*\{{", text)]
    assert {ViewState.__name__, "OwnView", "PeriodView", "ClockView", "StageView", "EarnedView"} <= set(shown)
    assert {name: fields(name, text) - {"type"} for name in shown} == {name: told[name] for name in shown}


def test_the_fold_knows_every_fact_that_a_viewer_may_be_told() -> None:
    told = {name for name, kind in BY_DIRECTIVE.items() if re.search(r"\bagents?\b|everyone", kind.told_to)}
    assert told <= set(node(SCRIPTS / "known.mjs"))


def test_fold_and_line_leave_most_of_the_page_to_its_screens() -> None:
    assert sum((STATIC / name).stat().st_size for name in ("fold.js", "wire.js")) <= 24_000
