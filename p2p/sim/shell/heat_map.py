"""Heat maps whose numbers are read on every colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from p2p.base.safe_text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

LIGHT = 0.5
"""Colours as bright as this have dark numbers."""
LETTERS_MAX = 40
"""Of a name in a picture; it is cut with an ellipsis."""


def picture_text(name: str, letters: int = LETTERS_MAX) -> str:
    """A name as it stands: between two `$` a picture would set mathematics, or fail. `?` for letters it cannot draw."""
    from matplotlib.font_manager import findfont, get_font

    drawn = get_font(findfont("DejaVu Sans"))
    plain = "".join(letter if drawn.get_char_index(ord(letter)) else "?" for letter in printable(name))
    short = plain if len(plain) <= letters else f"{plain[: letters - 1]}…"
    return short.replace("$", r"\$")


def draw_grid(
    axes: Axes,
    grid: list[list[float]],
    columns: list[str],
    rows: list[str],
    text: Callable[[int, int], str],
    around_zero: float | None = None,
) -> AxesImage:
    """Draw a number by row (downward) and column; NaN is left empty. `text` gives a cell's text.

    `around_zero`: the largest amount of numbers that have a sign; then their colours part at 0.
    """
    axes.grid(visible=False)
    if around_zero is None:
        image = axes.imshow(grid, aspect="auto", cmap="cividis")
    else:
        image = axes.imshow(grid, aspect="auto", cmap="PuOr", vmin=-around_zero, vmax=around_zero)
    lowest, highest = image.get_clim()
    assert lowest is not None
    assert highest is not None
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    for i, line in enumerate(grid):
        for j, value in enumerate(line):
            if value == value:
                red, green, blue, _ = image.get_cmap()((value - lowest) / (highest - lowest or 1.0))
                dark = 0.299 * red + 0.587 * green + 0.114 * blue > LIGHT
                axes.text(j, i, text(i, j), ha="center", va="center", color="black" if dark else "white")
    return image
