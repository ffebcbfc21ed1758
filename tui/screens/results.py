"""The results: each period's, for oneself and in the market, and all contracts in one chart."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Footer

from p2p.information.view_state import PeriodView, ViewState
from recordings.reading.replay import Goal
from tui.model.number_format import NumberFormat, number_format
from tui.screens.base import LabScreen
from tui.screens.requests import BackRequested, LeaveRequested
from tui.text.phrases import counted
from tui.widgets.notice import Notice
from tui.widgets.session_chart import SessionChart
from tui.widgets.text_line import TextLine

GOALS = ("P0", "Efficiency")
"""Columns of a recording's results; subjects have none of them."""
TRADES_SHOWN = 4
"""Trades of one's own that a line of the table names one by one."""


class ResultsScreen(LabScreen):
    """Shown when the session is over; in replay whenever it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("q", "leave", "Leave"),
    ]
    IDLE_KEYS = "These are the results: nothing is traded here. q leaves."

    def __init__(self, view: ViewState, goals: Mapping[int, Goal] | None = None) -> None:
        """`goals` are there for a recording only: no subject is shown a competitive price or an efficiency."""
        super().__init__()
        self.view, self.goals = view, goals or {}
        self._shown = -1

    def compose(self) -> ComposeResult:
        """The sum, the table, the chart."""
        yield TextLine(id="results-title")
        yield Notice()
        yield TextLine(id="results-sum")
        yield DataTable(id="results", classes="panel", cursor_type="none", zebra_stripes=True)
        yield SessionChart()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Draw as soon as there is a place to draw on."""
        self.call_after_refresh(self._fill)

    def draw(self, view: ViewState) -> None:
        """Fill the table and the chart, once for each state of the market."""
        self.view = view
        self._fill()

    def _fill(self) -> None:
        view = self.view
        self.note_words(view)
        self.query_one(Notice).show(view)
        if self._shown == view.version:
            return
        self._shown = view.version
        assert view.results, "a view for this screen has the results"
        figures, own, all_seen = number_format(view.rules), view.seat is not None, view.sees_contracts
        over = "is over" if view.clock.phase == "ended" else "so far"
        self.query_one("#results-title", TextLine).set_text(
            Content.styled(f"{view.rules.title} · the session {over}", "bold")
        )
        self.query_one("#results-sum", TextLine).set_text(Content(total(view)))
        table: DataTable[str] = self.query_one(DataTable)
        table.clear(columns=True)
        table.border_title = "Periods"
        table.add_columns(*columns(figures, own, all_seen), *(GOALS if self.goals else ()))
        for period in view.results.periods:
            goal = goal_cells(self._goal(view, period.number), figures) if self.goals else []
            table.add_row(*row(period, figures, own, all_seen), *goal)
        chart = self.query_one(SessionChart)
        chart.goals = {number: goal.price for number, goal in self.goals.items() if goal.price is not None}
        chart.show(view)

    def _goal(self, view: ViewState, period: int) -> Goal | None:
        """A period's competitive price, and its efficiency once it is over: before, that would be the end's."""
        goal = self.goals.get(period)
        runs = view.clock.phase == "trading" and period == view.clock.period
        return replace(goal, efficiency=None) if goal and runs else goal

    def action_back(self) -> None:
        """To the market beneath, if there is one."""
        self.post_message(BackRequested())

    def action_leave(self) -> None:
        """The end."""
        self.post_message(LeaveRequested())


class ResultsOnTop(ResultsScreen):
    """The results on top of a market: both keys go back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "back", "Back", key_display="q")]


def goal_cells(goal: Goal | None, figures: NumberFormat) -> list[str]:
    """The cells of a period's competitive price and its efficiency."""
    price = "–" if goal is None or goal.price is None else figures.mean(goal.price)
    share = "–" if goal is None or goal.efficiency is None else f"{goal.efficiency:.3f}"
    return [price, share]


def farewell(view: ViewState | None) -> str:
    """The last sentence of a program that is left: the session so far, if there is anything of it."""
    return total(view) if view and view.results and view.results.periods else "You have left the market."


def total(view: ViewState) -> str:
    """The session in a sentence."""
    assert view.results, "what the periods came to was asked for"
    figures, periods = number_format(view.rules), view.results.periods
    made = counted(sum(period.contracts for period in periods), "contract")
    played = counted(len(periods), "period")
    volume = sum(period.volume for period in periods)
    of = f" of {figures.quantity(volume)}" if figures.many else ""
    if view.seat is None:
        share = view.welfare.efficiency if view.welfare else None
        realised = "" if share is None else f" Efficiency {share:.3f}."
        if not view.sees_contracts:
            return f"{played} {'was' if len(periods) == 1 else 'were'} played; contracts are not shown.{realised}"
        more = f", and {view.line.unheard} more that this screen was not there for" if view.line.unheard else ""
        return f"{made}{of} in {played}{more}.{realised}"
    own = sum(period.own_quantity for period in periods)
    earned, unit = figures.signed(view.own.surplus_total), figures.money_unit
    unpaid = ""
    if view.own.unpaid:
        gained, paid = figures.signed(view.own.unpaid), figures.signed(view.own.surplus_total - view.own.unpaid)
        unpaid = f" {gained} of it by a robot's orders in your place, which are not paid: you are paid {paid} {unit}."
    market = f" The market made {made}{of}." if view.sees_contracts else " Contracts of others are not shown."
    return f"You earned {earned} {unit} with {figures.quantity(own)} in {played}.{unpaid}{market}"


def columns(figures: NumberFormat, own: bool, all_seen: bool = True) -> list[str]:
    """The columns of the table: one's own, and the market's where its contracts are shown."""
    traded = "Wh traded" if figures.energy else "Units traded" if figures.many else "Contracts"
    market = [traded, "Mean", "Low–high"] if all_seen else []
    return ["Period", "Role", "You traded at (gain)", "Earned", *market] if own else ["Period", *market]


def row(period: PeriodView, figures: NumberFormat, own: bool, all_seen: bool = True) -> list[str]:
    """A period's line of the table."""
    mean = "–" if period.price_mean is None else figures.mean(period.price_mean)
    low, high = period.price_low, period.price_high
    spread = "–" if low is None or high is None else f"{figures.price(low)}–{figures.price(high)}"
    market = [str(period.volume if figures.many else period.contracts), mean, spread] if all_seen else []
    if not own:
        return [numbered(period), *market]
    return [numbered(period), period.role or "–", traded(period, figures), figures.signed(period.surplus), *market]


def numbered(period: PeriodView) -> str:
    """A period's number, and that it is void: its gains are in no sum."""
    return f"{period.number} void" if period.void else str(period.number)


def traded(period: PeriodView, figures: NumberFormat) -> str:
    """One's own trades of a period, each where they are few."""
    if not period.own_trades:
        return "none"
    if figures.energy or (period.own_trades > TRADES_SHOWN and figures.many):
        return f"{period.own_quantity} at {figures.mean(period.own_price_sum / period.own_quantity)}"
    return ", ".join(
        f"{figures.price(trade.price)}{figures.times(trade.quantity)} ({figures.signed(trade.profit)})"
        for trade in period.own
    )
