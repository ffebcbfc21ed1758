"""The page's line: it comes back by itself, misses nothing, hears nothing twice, and gives up where it must."""

from tests.plays.web_plays import SCRIPTS, node


def test_the_line_comes_back_without_gap_or_double_and_ends_where_it_is_told_to() -> None:
    plays = node(SCRIPTS / "line.mjs")
    assert [one for one in plays if one["wrong"]] == []
    assert len(plays) >= 20
