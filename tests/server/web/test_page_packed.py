"""The scripts that are served are the sources, packed: none is older than its source."""

import shutil

from tests.plays.web_plays import STATIC, missing
from tools.page_files import MISSING, TERSER, heading, packed, scripts


def test_no_packed_script_is_older_than_its_source() -> None:
    assert [one.name for one in scripts()] == sorted(one.name for one in STATIC.glob("*.js"))
    old = [one.name for one in scripts() if not (STATIC / one.name).read_text().startswith(heading(one))]
    assert old == [], "run python -m tools.page_files"


def test_packing_again_gives_the_same_files() -> None:
    if shutil.which("node") is None or not TERSER.exists():
        missing(MISSING)
    assert [one.name for one in scripts() if (STATIC / one.name).read_text() != packed(one)] == []
