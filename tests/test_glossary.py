"""docs/glossary.md: every word once, and at home in a place that there is."""

import importlib
import re

import pytest

from tests import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", PAGE, flags=re.MULTILINE)


def test_every_line_of_the_tables_is_read_and_no_word_stands_twice() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| word")]
    assert len(lines) == len(ROWS) > 50
    words = [word.strip() for row in ROWS for word in row[0].split(",")]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("word", "home"), [(row[0], row[2]) for row in ROWS])
def test_a_word_is_at_home_where_the_glossary_says(word: str, home: str) -> None:
    if "/" in home:
        assert (ROOT / home).is_file(), word
        return
    try:
        importlib.import_module(home)
    except ImportError:
        module, _, name = home.rpartition(".")
        assert hasattr(importlib.import_module(module), name), word
