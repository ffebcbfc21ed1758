"""Pictures of the study: one way to make a figure, whole on disk or not there, without a display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from p2p.sim.shell.atomic_folder import new_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 120
MANY_SERIES = 6
"""More than this many do not fit inside the axes."""
LEGEND_ROWS = 36


def picture(path: Path, title: str, x: str, y: str, draw: Callable[[Axes], None]) -> None:
    """A figure with one pair of axes, drawn by `draw`, saved as PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    draw(axes)
    series = len(axes.get_legend_handles_labels()[0])
    if series > MANY_SERIES:
        figure.set_figwidth(11)
        figure.legend(loc="outside right upper", fontsize="x-small", ncols=1 + series // LEGEND_ROWS)
    elif series:
        axes.legend(fontsize="small")
    with new_file(path) as partial:
        figure.savefig(partial, dpi=DPI, format="png")
