"""Joining from a terminal: a code until it is good, a name that has letters, a device that is the same tomorrow."""

from pathlib import Path

import click
import pytest

from bots.door import NoAnswer
from p2p.protocol.frames import Door, Fault
from tui.commands import joining
from tui.commands.joining import Joiner, device_file, device_key, join, kept_key
from tui.commands.terminal_setup import code_in
from tui.text.refusals import closed_sentence


class Doorway:
    """A door that gives its answers in order, and a person who types theirs."""

    def __init__(self, answers: list[object], typed: list[str]) -> None:
        self.answers, self.typed, self.asked = answers, typed, list[tuple[str, str]]()
        self.labels: list[str] = []

    async def ask(self, url: str, code: str, device: str = "", label: str = "") -> object:
        self.asked.append((code, device))
        self.labels += [label] if label else []
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def prompt(self, *words: object, **more: object) -> str:
        return self.typed.pop(0)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch):
    def opened(answers: list[object], *typed: str) -> Doorway:
        way = Doorway(answers, list(typed))
        monkeypatch.setattr(joining, "ask_at_door", way.ask)
        monkeypatch.setattr(click, "prompt", way.prompt)
        return way

    return opened


WRONG = Fault("wrong_code", "no")


def test_a_wrong_code_is_asked_again_and_a_name_until_it_has_letters(door, tmp_path, capsys) -> None:
    way = door([WRONG, Door("class", wants=("name",))], "abcd", "k7m-4wx", "  <> ", "\x1b[31mAnn")
    joined = join("ws://lab", None, "", "", tmp_path / "device", asks=True)
    assert (joined.code, joined.name) == ("K7M4WX", "Ann")
    assert joined.device == kept_key(tmp_path / "device") != ""
    assert "not valid" in capsys.readouterr().err
    assert way.typed == []


def test_where_many_have_guessed_the_code_is_asked_again_with_what_to_do(door, tmp_path, capsys) -> None:
    door([Fault("too_many_logins", "try again in a moment"), Door("class")], "k7m4wx", "k7m4wx")
    assert join("ws://lab", None, "Ann", "", tmp_path / "device", asks=True).code == "K7M4WX"
    assert capsys.readouterr().err == "Try again in a moment.\n"


def test_a_device_with_a_seat_says_whose_it_comes_back_to(door, tmp_path, capsys) -> None:
    door([Door("class", seat=4, wants=("name",))], "Ann")
    join("ws://lab", "K7M4WX", "", "", tmp_path / "device", asks=True)
    assert "has card 5 already: you come back to it" in capsys.readouterr().err


def test_a_name_of_ten_thousand_letters_is_asked_for_again(door, tmp_path, capsys) -> None:
    door([Door("class", wants=("name", "label")), Door("class")], "x" * 10_000, "Ann", "M-1")
    assert join("ws://lab", "K7M4WX", "", "", tmp_path / "d", asks=True).label == "M-1"
    assert "10,000 characters; 40 is the most" in capsys.readouterr().err


def test_a_seats_own_code_makes_no_key_of_the_device(door, tmp_path) -> None:
    door([Door("seat", seat=3)])
    assert join("ws://lab", "ABCD2345", "", "", tmp_path / "device", asks=True) == Joiner("ABCD2345")
    assert not (tmp_path / "device").exists()


@pytest.mark.parametrize("answer", [WRONG, NoAnswer("nothing listens there")])
def test_a_code_of_a_file_that_is_wrong_or_cannot_be_asked_about_is_left_to_the_screen(door, tmp_path, answer) -> None:
    door([answer])
    assert join("ws://lab", "ABCD2345", "Ann", "", tmp_path / "device", asks=False).name == "Ann"


def test_a_device_is_the_same_tomorrow_and_its_file_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "device"
    key = device_key(file)
    assert (len(key), device_key(file)) == (32, key)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_device_whose_file_is_spoilt_or_cannot_be_kept_joins_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "device").write_bytes(b"\xff\xfe")
    assert len(device_key(tmp_path / "device")) == 32
    assert len(device_key(tmp_path / "device" / "no folder")) == 32


def test_the_devices_file_is_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert device_file() == tmp_path / "pit" / "device"


@pytest.mark.parametrize("typed", ["k7m 4wx", " K7M-4WX ", "k7m\u20134wx", "k 7 m 4 w x", "K7M_4WX"])
def test_blanks_hyphens_and_small_letters_are_good(typed: str) -> None:
    assert code_in(typed) == "K7M4WX"


def test_people_who_are_not_let_in_are_told_why_in_the_servers_words() -> None:
    assert closed_sentence(4004, "the door is locked") == "You are not in: the door is locked."


def test_a_label_that_is_not_on_the_list_is_asked_again(door, tmp_path, capsys) -> None:
    unknown = Fault("unknown_label", "that label is not on the list of participants; check it")
    used = Fault("label_used", "somebody has joined with that label already")
    wants = Door("class", wants=("label",))
    way = door([wants, unknown, used, wants], "M-2", "M-3")
    assert join("ws://lab", "K7M4WX", "Ann", "M-1", tmp_path / "d", asks=True).label == "M-3"
    assert way.labels == ["M-1", "M-2", "M-3"]
    said = capsys.readouterr().err
    assert "That label is not on the list of participants; check it." in said
    assert "Somebody has joined with that label already." in said
