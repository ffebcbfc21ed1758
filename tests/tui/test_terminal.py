"""The trader's program in a real terminal against a real server: from the keys to the results and back to the shell."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.reading.replay import read_replay
from tests.plays.real_terminal import PIT, TMUX, Screen, serving

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed: no real terminal to play in")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[dict[str, object]]:
    with serving(tmp_path) as opened:
        yield opened


def test_a_person_trades_to_the_end_reads_the_results_and_is_back_in_the_shell(
    server: dict[str, object], tmp_path: Path
) -> None:
    (free,) = server["seats"]
    screen = Screen(tmp_path / "socket", f"{PIT} trade {server['url']}", PIT_CODE=free["code"])
    try:
        text = screen.until(lambda text: "You are a BUYER" in text or "You are a SELLER" in text)
        assert "Period 1 of 1" in text
        screen.press(*("100" if "BUYER" in text else "300"), "Enter")  # in one go: no key overtakes another
        screen.until(lambda text: "accepted" in text or "You bought" in text or "You sold" in text)
        screen.until(lambda text: "the session is over" in text)
        screen.press("q")
        text = screen.until(lambda text: "status" in text)
        assert "status 0" in text
        assert "You earned" in text
    finally:
        screen.close()
    replay = read_replay(Path(str(server["recording"])), int(free["seat"]))
    assert replay.said


def test_a_wrong_code_is_told_after_the_screen_has_gone(server: dict[str, object], tmp_path: Path) -> None:
    screen = Screen(tmp_path / "socket", f"{PIT} trade {server['url']}", PIT_CODE="QQQQQQQQ")
    try:
        text = screen.until(lambda text: "status" in text)
        assert "status 2" in text
        assert "pit: That code is not valid" in text
    finally:
        screen.close()


def test_where_there_is_no_server_one_is_told_within_seconds(tmp_path: Path) -> None:
    screen = Screen(tmp_path / "socket", f"{PIT} trade ws://127.0.0.1:1", PIT_CODE="QQQQQQQQ")
    try:
        screen.until(lambda text: "trying again" in text)
        text = screen.until(lambda text: "status" in text)
        assert "status 2" in text
        assert "no answer from ws://127.0.0.1:1" in text
    finally:
        screen.close()


def test_a_code_may_come_through_a_pipe_and_the_keys_from_the_terminal(
    server: dict[str, object], tmp_path: Path
) -> None:
    (free,) = server["seats"]
    screen = Screen(tmp_path / "socket", f"echo {free['code']} | {PIT} trade {server['url']} --code-file -")
    try:
        screen.until(lambda text: "You are a" in text)
        screen.press("q")
        screen.until(lambda text: "Press q again" in text)
        screen.press("q")
        assert "status 0" in screen.until(lambda text: "status" in text)
    finally:
        screen.close()
