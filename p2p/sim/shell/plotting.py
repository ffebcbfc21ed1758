"""Pictures of the lab: one way to make a figure for run book, tournament and report, without a display.

A figure has panels, a panel at most eight series. Each series has a colour and a marker of its own, in colours that
colour-blind readers tell apart. An axis over a decade or more is logarithmic. Legends stand beside their panel, whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from re import DOTALL, sub
from typing import TYPE_CHECKING

from p2p.sim.shell.atomic_folder import new_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
INTERVALS = ", with 95 % intervals"
"""Said of y where there are any: under five seeds there are none."""
SERIES_MAX = 8
"""Series in a panel: as many colours as are told apart."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#888888")
"""Okabe & Ito (2008), grey in the place of a yellow that is too light for a line."""
MARKERS = "os^DvPX*"
INK, PAPER = "#111111", "#fefefe"
"""Colours of a page's letters and ground, where a figure stands in one."""
THEMED = {colour.lower(): f"var(--c{k})" for k, colour in enumerate(COLOURS, 1)} | {
    INK: "var(--ink)",
    PAPER: "var(--paper)",
}
"""Of a figure in a page: the page says its colours, in the light and in the dark."""
DODGE = 0.015
"""How far two series of a panel stand aside, in shares of x."""
DECADE = 10.0
DECADES_FEW = 300.0
"""Within so many times the smallest value a logarithmic axis of y has numbers between its decades."""
TICKS_MAX = 6
"""So many values of x are ticks themselves."""


@dataclass
class Series:
    """Points of one name: x, y, and the ends of y's interval where there is one. None where there is no y."""

    label: str
    x: list[float] = field(default_factory=list)
    y: list[float | None] = field(default_factory=list)
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)

    def add(self, x: float, y: float | None, low: float | None = None, high: float | None = None) -> None:
        """One more point."""
        self.x.append(x)
        self.y.append(y)
        self.low.append(low)
        self.high.append(high)


class Panels:
    """The series of a figure, by panel and name, in the order in which they come."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str, Series]] = {}

    def series(self, panel: str, label: str) -> Series:
        """The series of that name, new if it is not there."""
        return self.of.setdefault(panel, {}).setdefault(label, Series(label))

    def split(self) -> list[tuple[str, list[Series]]]:
        """Panels of at most so many series, those without any point left out."""
        found = []
        for title, series in self.of.items():
            shown = [one for one in series.values() if any(y is not None for y in one.y)]
            parts = [shown[k : k + SERIES_MAX] for k in range(0, len(shown), SERIES_MAX)]
            for k, part in enumerate(parts, 1):
                found.append((f"{title} ({k} of {len(parts)})" if len(parts) > 1 else title, part))
        return found


def picture(path: Path, title: str, x: str, y: str, draw: Callable[[Axes], None]) -> None:
    """A figure with one pair of axes, drawn by `draw`, saved as PNG."""
    figure = new_figure(7, 4.5)
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    draw(axes)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    save(figure, path)


def draw_panels(
    path: Path, title: str, x: str, y: str, panels: Panels, lines: bool = True, share: bool = False
) -> None:
    """A figure of several panels with the same axis of x; none where there is nothing to draw.

    `share`: y is a share: never logarithmic, and on each panel's own scale, for shares of one rule lie close together.
    """
    parts = panels.split()
    if not parts:
        return
    every = [one for _, series in parts for one in series]
    if not any(end is not None for one in every for end in one.low):
        y, title = y.replace(INTERVALS, ""), title.replace(INTERVALS, "")
    columns = min(3, len(parts))
    rows = -(-len(parts) // columns)
    figure = new_figure(5.6 * columns, 3.2 * rows + 0.5)
    figure.suptitle(title)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=not share)
    for axes, (name, series) in zip(grid.flat, parts, strict=False):
        axes.set_title(name, fontsize="medium")
        axes.grid(alpha=0.3)
        for k, one in enumerate(series):
            _draw(axes, one, k, lines, DODGE * (k - (len(series) - 1) / 2) if lines else 0.0)
        axes.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0))
        axes.tick_params(which="both", labelbottom=True, labelleft=True)
        axes.ticklabel_format(axis="y", useOffset=False)
    for axes in list(grid.flat)[len(parts) :]:
        axes.set_visible(False)
    _scale(grid.flat[0], every, share)
    figure.supxlabel(x)
    figure.supylabel(y)
    save(figure, path)


def _draw(axes: Axes, series: Series, k: int, lines: bool, aside: float) -> None:
    """The points, so far aside of their x (in shares of it) that intervals of several series are told apart."""
    points = [
        (x * (1 + aside), y, low, high)
        for x, y, low, high in zip(series.x, series.y, series.low, series.high, strict=True)
        if y is not None
    ]
    xs, ys, line = [p[0] for p in points], [p[1] for p in points], "none" if not lines else "-"
    axes.plot(xs, ys, label=series.label, color=COLOURS[k], marker=MARKERS[k], linestyle=line, lw=1, ms=5)
    for x, _, low, high in points:
        if low is not None and high is not None:
            axes.plot([x, x], [low, high], color=COLOURS[k], marker="_", markersize=6, linewidth=1)


def _scale(axes: Axes, series: Iterable[Series], share: bool) -> None:
    """Logarithmic axes where there are decades, and ticks at the values of x where they are few."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    some = list(series)
    xs = sorted({x for one in some for x in one.x})
    ys = [y for one in some for y in one.y if y is not None]
    if over_a_decade(xs):
        axes.set_xscale("log")
    if over_a_decade(ys) and not share:
        axes.set_yscale("log")
        plain = FuncFormatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_major_formatter(plain)
        few = max(ys) < DECADES_FEW * min(ys)
        axes.yaxis.set_minor_locator(LogLocator(subs=(2, 5) if few else "auto"))
        axes.yaxis.set_minor_formatter(plain if few else NullFormatter())
    if len(xs) <= TICKS_MAX:
        axes.set_xticks(xs, [f"{x:g}" for x in xs])
        axes.xaxis.set_minor_formatter(NullFormatter())
    elif over_a_decade(xs):
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def over_a_decade(values: Sequence[float]) -> bool:
    """Whether values are all positive and the largest is ten times the smallest or more."""
    return bool(values) and min(values) > 0 and max(values) >= DECADE * min(values)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> None:
    """Save it as PNG, whole or not at all."""
    with new_file(path) as partial:
        figure.savefig(partial, dpi=DPI, format="png")


def svg(figure: Figure, name: str) -> str:
    """The figure as an SVG element for a page, with the page's letters and colours: `var(--ink)`, `var(--c1)` … .

    `name` begins all ids in it, so that several stand in one page. The same figure gives the same text.
    """
    import matplotlib as mpl

    drawn = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(drawn, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator")))
    text = drawn.getvalue()
    text = text[text.index("<svg") :]
    text = sub(r"<metadata>.*?</metadata>\s*", "", text, flags=DOTALL)
    text = sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    text = sub(r"'DejaVu Sans'[^;\"]*", "inherit", text)
    return sub("|".join(THEMED), lambda found: THEMED[found[0]], text)
