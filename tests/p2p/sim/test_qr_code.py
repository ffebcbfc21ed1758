"""QR codes: the picture, the half blocks and the terminal's colours say the same link."""

import io
import re

import pytest

from p2p.protocol.server_address import page_link
from p2p.sim.shell.qr_code import AS_BEFORE, BLACK_ON_WHITE, for_terminal, modules, rows, svg

LINK = "http://192.168.100.100:8765/#K7M4WX"
FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_code_has_its_three_finders_and_a_quiet_zone() -> None:
    dark = modules(LINK)
    size = len(dark)
    assert {len(row) for row in dark} == {size}
    for top, left in ((2, 2), (2, size - 9), (size - 9, 2)):
        found = ["".join(map(str, row[left : left + 7])) for row in dark[top : top + 7]]
        assert found == FINDER
    assert not any([*dark[0], *dark[1], *dark[-1], *dark[-2]])


def test_half_blocks_and_picture_have_the_same_modules() -> None:
    drawn, dark = rows(LINK), modules(LINK)
    assert len(drawn) == (len(dark) + 1) // 2
    assert "".join(str(int(sign in "▀█")) for sign in drawn[3]) == "".join(map(str, dark[6]))
    assert "".join(str(int(sign in "▄█")) for sign in drawn[3]) == "".join(map(str, dark[7]))
    picture = svg(LINK, "Join & trade")
    squares = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1", picture)}
    assert squares == {(x + 2, y + 2) for y, row in enumerate(dark) for x, is_dark in enumerate(row) if is_dark}
    assert 'aria-label="Join &amp; trade"' in picture


def test_a_terminal_shows_it_black_on_white_where_it_has_room() -> None:
    drawn = for_terminal(LINK, 80, 24, Terminal())
    assert len(drawn) < 20
    assert all(line.startswith(f"  {BLACK_ON_WHITE}") and line.endswith(AS_BEFORE) for line in drawn)


@pytest.mark.parametrize(("columns", "lines"), [(30, 50), (80, 12)])
def test_without_room_or_terminal_there_is_none(columns: int, lines: int) -> None:
    assert for_terminal(LINK, columns, lines, Terminal()) == []
    assert for_terminal(LINK, 200, 90, io.StringIO()) == []
    narrow = Terminal()
    narrow.encoding = "iso-8859-1"
    assert for_terminal(LINK, 200, 90, narrow) == []


def test_a_link_has_the_code_where_no_browser_sends_it() -> None:
    assert page_link("ws://10.0.0.7:8765", "K7M4WX") == "http://10.0.0.7:8765/#K7M4WX"
    assert page_link("wss://lab.example/", path="watch") == "https://lab.example/watch"
    assert page_link("ws://[::1]:8765", "a b/?#") == "http://[::1]:8765/#a%20b%2F%3F%23"
