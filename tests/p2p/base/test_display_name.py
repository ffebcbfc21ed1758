"""Names as they are shown: one rule for the server's lists, reports and robots."""

import pytest

from bots.robots.status_lines import presented
from p2p.base.display_name import display_name


@pytest.mark.parametrize(
    ("given", "letters_max", "shown"),
    [
        ("Ada", 20, "Ada"),
        ("  Ada\n", 20, "Ada"),
        ("\x1b[31mAda\x07", 20, "Ada"),
        ("<b>Ada</b>", 20, "bAda/b"),
        ("[bold]`Ada`\\", 20, "boldAda"),
        ("Adadadada", 9, "Adadadada"),
        ("Adadadadad", 9, "Adadadad…"),
        ("<<<<Adadadada", 9, "Adadadada"),
    ],
)
def test_a_name_is_shown_without_control_characters_and_markup_and_not_too_long(given, letters_max, shown) -> None:
    assert display_name(given, letters_max) == shown


def test_a_robot_of_ones_own_is_named_by_its_file_without_the_folder() -> None:
    assert presented("agents/ada/mean.py:Mean") == "mean.py:Mean"
    assert presented("zip:beta=0.3") == "zip:beta=0.3"
    assert presented("a" * 41) == "a" * 39 + "…"
