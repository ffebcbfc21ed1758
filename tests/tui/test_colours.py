"""Colours that can be read: red at 4.5:1 at least on the ground of each theme, and no other red on a screen."""

import re

import pytest
from textual.app import App
from textual.color import Color

from tests import ROOT
from tui.widgets.chart import ASK, BID, OWN

CONTRAST_MIN = 4.5
"""WCAG 2.2, level AA, for text."""
THEMES = {name: theme for name, theme in App().available_themes.items() if "ansi" not in name}
GROUNDS = ("background", "surface", "panel")


def luminance(colour: Color) -> float:
    parts = [part / 255 for part in (colour.r, colour.g, colour.b)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(luminance(Color.parse(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert contrast("#b93c5b", "#121212") < CONTRAST_MIN, "the red of the default theme, which is not used for text"


@pytest.mark.parametrize("name", THEMES)
def test_red_words_can_be_read_in_each_theme(name: str) -> None:
    colours = THEMES[name].to_color_system().generate()
    assert contrast(colours["text-error"], colours["background"]) >= CONTRAST_MIN


def test_red_words_can_be_read_on_every_ground_of_the_default_theme() -> None:
    colours = THEMES["textual-dark"].to_color_system().generate()
    for ground in GROUNDS:
        assert contrast(colours["text-error"], colours[ground]) >= CONTRAST_MIN, ground
        for name in ("text-warning", "text-success", "text-accent"):
            assert contrast(colours[name], colours[ground]) >= CONTRAST_MIN, (name, ground)
        for colour in (BID, ASK, OWN):
            assert contrast(colour, colours[ground]) >= CONTRAST_MIN, (colour, ground)


def test_no_screen_writes_in_the_red_that_cannot_be_read() -> None:
    for file in [*(ROOT / "tui").rglob("*.py"), ROOT / "tui" / "lab.tcss"]:
        assert not re.search(r"(color: |bold |\")\$error", file.read_text(encoding="utf-8")), file
