"""The charts of a report, each an SVG in the page's own colours.

Small figures with large letters: one chart fills a phone's width, and is read from the back of a room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from p2p.base.units import Money, Price, Quantity
from p2p.messages import Step
from p2p.schedules.equilibrium import demand, supply
from p2p.sim.shell.heat_map import picture_text
from p2p.sim.shell.plotting import COLOURS, INK, MARKERS, PAPER, new_figure, svg
from p2p.sim.tables.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from recordings.reports.page.data import MarketPeriod

WIDTH, HEIGHT = 5.0, 3.3
"""Inches of a chart: 360 points wide, a phone's width."""
POINTS_MAX = 2_000
"""Contracts that are drawn; of more, every n-th is: the page stays small."""
TICKS_EACH = 15
"""So many periods have a tick each."""
DEMAND, SUPPLY, THEORY, OWN, OTHERS = COLOURS[0], COLOURS[1], COLOURS[3], INK, COLOURS[7]


@dataclass(frozen=True)
class PriceAxis:
    """The words beside an axis of prices, and how many ticks are one of its unit."""

    words: str
    ticks_per_unit: int = 1

    def on(self, axes: Axes) -> None:
        """Prices as people write them."""
        if self.ticks_per_unit > 1:
            axes.yaxis.set_major_formatter(lambda ticks, _: f"{ticks / self.ticks_per_unit:g}")


Bands = Mapping[tuple[int, int], Estimate]
"""By market and period: the mean of simulated sessions, and the ends of their middle 90 %."""


TITLE_MAX = 64
"""Letters of a title that are as wide as a chart: market, periods, and whose contracts are drawn."""


def _new(title: str, x: str, y: str, height: float = HEIGHT) -> Axes:
    figure = new_figure(WIDTH, height)
    axes = figure.add_subplot()
    axes.set_title(picture_text(title, TITLE_MAX), fontsize="medium", color=INK)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(picture_text(y), color=INK)
    axes.tick_params(colors=INK)
    axes.grid(alpha=0.25, color=OTHERS)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(OTHERS)
    return axes


def _done(axes: Axes, name: str, legend: bool = True) -> str:
    if legend and axes.get_legend_handles_labels()[0]:
        columns = 2 if len(axes.get_legend_handles_labels()[0]) > 1 else 1
        box = axes.legend(
            fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=columns, frameon=False
        )
        for text in box.get_texts():
            text.set_color(INK)
    figure = axes.figure
    assert figure is not None
    return svg(figure.figure, name)


def thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Every n-th point where they are many; the last is always there."""
    every = -(-len(points) // POINTS_MAX) or 1
    return points[::-1][::every][::-1]


def supply_and_demand(one: MarketPeriod, title: str, unit: str, price: PriceAxis, name: str) -> str:
    """Both curves, P0 and the tunnel, and the contracts in the order in which they were made."""
    axes = _new(title, f"quantity, {unit}", price.words)
    price.on(axes)
    taxes, goal = one.score.taxes, one.score.equilibrium
    curves = (
        (demand(one.schedules.values()), DEMAND, "values: demand", "value less tax", -taxes.tax_buyer),
        (supply(one.schedules.values()), SUPPLY, "costs: supply", "cost and tax", taxes.tax_seller),
    )
    for steps, colour, label, taxed, wedge in curves:
        axes.plot(*_curve(steps), color=colour, linewidth=2, label=label)
        if wedge:
            axes.plot(*_curve(steps, wedge), color=colour, linewidth=1.5, linestyle=":", label=taxed)
    for control, label in ((one.rules.ceiling, "ceiling"), (one.rules.floor, "floor")):
        if control is not None:
            axes.axhline(
                control,
                color=COLOURS[4],
                linewidth=1.5,
                linestyle="-.",
                label=f"price {label} {control / price.ticks_per_unit:g}",
            )
    if goal.price is not None and goal.price_low is not None and goal.price_high is not None:
        axes.axhspan(goal.price_low, goal.price_high, color=THEORY, alpha=0.2, linewidth=0)
        axes.axhline(
            goal.price,
            color=THEORY,
            linewidth=1.2,
            linestyle="--",
            label=f"theory: P0 {goal.price / price.ticks_per_unit:g}",
        )
    made: list[tuple[float, float]] = []
    so_far = 0
    for contract in one.contracts:
        so_far += contract.quantity
        made.append((so_far - contract.quantity / 2, contract.price))
    shown = thinned(made)
    axes.plot(*_apart(shown), MARKERS[0], color=OWN, mec=PAPER, ms=6, label="contracts, first to last")
    axes.set_xlim(left=0)
    return _done(axes, name)


def _apart(points: Iterable[tuple[float, float]]) -> tuple[list[float], list[float]]:
    some = list(points)
    return [x for x, _ in some], [y for _, y in some]


def _curve(steps: Sequence[Step], wedge: Price = 0) -> tuple[list[float], list[float]]:
    """The corners of a staircase."""
    xs, ys, so_far = list[float](), list[float](), 0
    for step in steps:
        xs += [so_far, so_far + step.quantity]
        ys += [step.value + wedge] * 2
        so_far += step.quantity
    return xs, ys


def price_path(periods: Sequence[MarketPeriod], band: Bands, agent: str, price: PriceAxis, name: str) -> str:
    """All contracts in their order, with P0 of each period, and the simulated mean prices as a band."""
    axes = _new("Prices of all contracts, in their order", "contract; a line ends a period", price.words)
    price.on(axes)
    points: list[tuple[float, float]] = []
    at, first = 0, True
    for one in periods:
        points += [(at + k + 0.5, contract.price) for k, contract in enumerate(one.contracts)]
        end, goal = at + len(one.contracts), one.score.equilibrium
        around = band.get((one.score.market, one.score.period))
        if around is not None and around.low is not None and around.high is not None and end > at:
            label = f"mean price among robots ({agent}), 5–95 %" if first else None
            axes.fill_between([at, end], around.low, around.high, color=OTHERS, alpha=0.3, linewidth=0, label=label)
        if goal.price is not None and end > at:
            axes.plot([at, end], [goal.price] * 2, color=THEORY, linestyle="--", label="theory: P0" if first else None)
        first = first and end == at
        if end > at and one is not periods[-1]:
            axes.axvline(end, color=OTHERS, linewidth=0.8)
        at = end
    line = "-" if len(points) <= POINTS_MAX // 4 else "none"
    shown = thinned(points)
    axes.plot(*_apart(shown), MARKERS[0], linestyle=line, linewidth=0.8, ms=4, color=DEMAND, label="contracts")
    axes.set_xlim(0, max(at, 1))
    return _done(axes, name)


def efficiency_by_period(periods: Sequence[MarketPeriod], band: Bands, agent: str, name: str) -> str:
    """Realised share of the possible gains, beside robots alone."""
    axes = _new("Efficiency by period", "period", "share of the possible gains")
    known = [(one.score.period, one.score.efficiency) for one in periods if one.score.efficiency is not None]
    around = [
        (one.score.period, found.low, found.high)
        for one in periods
        if (found := band.get((one.score.market, one.score.period))) and found.low is not None
    ]
    if around:
        xs, lows, highs = (
            [p for p, _, _ in around],
            [low or 0.0 for _, low, _ in around],
            [h or 0.0 for *_, h in around],
        )
        label = f"robots alone ({agent}), 5–95 %"
        if len(xs) > 1:
            axes.fill_between(xs, lows, highs, color=OTHERS, alpha=0.3, linewidth=0, label=label)
        else:
            axes.plot(xs * 2, [*lows, *highs], color=OTHERS, linewidth=8, alpha=0.4, label=label)
    axes.axhline(1, color=THEORY, linestyle="--", linewidth=1, label="all that was possible")
    axes.plot(*_apart(known), marker=MARKERS[0], color=DEMAND, label="this session")
    _whole_numbers(axes, [period for period, _ in known])
    axes.set_ylim(min([0.5, *(e for _, e in known), *(low or 0.0 for _, low, _ in around)]) - 0.02, 1.03)
    return _done(axes, name)


def lost_gains(periods: Sequence[MarketPeriod], unit: str, per_unit: int, name: str) -> str:
    """The two parts of the loss in each period, one on the other, told apart by hatching too."""
    axes = _new("Gains that were not made", "period", unit)
    PriceAxis(unit, per_unit).on(axes)
    xs = [one.score.period for one in periods]
    missed: list[Money] = [one.score.missed or 0 for one in periods]
    beyond: list[Money] = [one.score.extramarginal or 0 for one in periods]
    axes.bar(xs, missed, color=DEMAND, edgecolor=PAPER, label="units left untraded (V)")
    axes.bar(xs, beyond, bottom=missed, color=COLOURS[4], edgecolor=PAPER, hatch="//", label="wrong units traded (EM)")
    if not any((*missed, *beyond)):
        axes.set_ylim(0, 1)
    _whole_numbers(axes, xs)
    return _done(axes, name)


def side_by_side(series: Mapping[str, Sequence[tuple[int, float]]], title: str, y: str, name: str) -> str:
    """One line a treatment, by period; beyond eight, colours and markers come again."""
    axes = _new(title, "period", y)
    for k, (label, points) in enumerate(series.items()):
        k %= len(COLOURS)
        colour = INK if COLOURS[k] == "#000000" else COLOURS[k]
        axes.plot(*_apart(points), marker=MARKERS[k], color=colour, label=picture_text(label))
    _whole_numbers(axes, [x for points in series.values() for x, _ in points])
    return _done(axes, name)


def _whole_numbers(axes: Axes, periods: Sequence[int]) -> None:
    """Ticks at the periods: at each where they are few."""
    from matplotlib.ticker import MaxNLocator

    each = sorted(set(periods))
    if len(each) <= TICKS_EACH:
        axes.set_xticks(each)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))


def quantity_words(quantity: Quantity, energy: bool) -> str:
    """`5 units`, `230 Wh`."""
    return f"{quantity} Wh" if energy else f"{quantity} unit{'' if quantity == 1 else 's'}"
