"""Cards to print: numbers from 1, codes in two halves, nothing of a title that is more than letters."""

from pathlib import Path

import click
import pytest

from p2p.sim.shell.qr_code import svg
from p2p.sim.shell.seats_sheet import seats_sheet, write_sheet


def test_a_card_has_number_address_and_code() -> None:
    page = seats_sheet("A market", "ws://lab:8765", [(1, "ABCD2345"), (2, "QQQQ7777")])
    assert page.count('<section class="card">') == 2
    assert "card 1" in page
    assert "ABCD 2345" in page
    assert "pit trade ws://lab:8765" in page
    assert "Type your name" not in page
    for code in ("ABCD2345", "QQQQ7777"):
        assert svg(f"http://lab:8765/#{code}", "QR code of the link") in page


def test_with_a_class_code_all_cards_have_it_but_those_with_a_code_of_their_own() -> None:
    page = seats_sheet("A market", "ws://lab:8765", [(1, ""), (2, "QQQQ7777")], "K7MAWX")
    assert page.count("K7M AWX") == 1
    assert "QQQQ 7777" in page
    assert page.count("Type your name") == 2
    for code in ("K7MAWX", "QQQQ7777"):
        assert svg(f"http://lab:8765/#{code}", "QR code of the link") in page


def test_a_code_that_cannot_be_read_again_is_said() -> None:
    page = seats_sheet("A market", "ws://lab", [(1, "")])
    assert "as on your old card" in page
    assert svg("http://lab/", "QR code of the link") in page


def test_markup_of_a_title_or_an_address_is_no_markup_of_the_page() -> None:
    page = seats_sheet("<script>alert(1)</script>\x1b[31m", "ws://<b>", [(1, "A")])
    assert "<script>" not in page
    assert "\x1b" not in page
    assert "<b>" not in page


def test_the_file_is_its_owners_alone_and_one_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cards.html").write_text("old")
    (tmp_path / "cards.html").chmod(0o644)
    write_sheet(tmp_path / "cards.html", "A market", "ws://lab", [(1, "ABCD2345")])
    assert (tmp_path / "cards.html").stat().st_mode & 0o777 == 0o600
    with pytest.raises(click.ClickException, match="cannot be written"):
        write_sheet(tmp_path / "no" / "cards.html", "A market", "ws://lab", [])
