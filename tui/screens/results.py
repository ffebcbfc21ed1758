"""The results: what each period came to, for oneself and in the market, and all contracts in one chart."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer

from p2p.base.units import Instant
from tui.model.model import Model
from tui.model.number_format import NumberFormat
from tui.model.period import Period
from tui.screens.requests import LeaveRequested
from tui.text.phrases import counted
from tui.widgets.session_chart import SessionChart
from tui.widgets.text_line import TextLine

TRADES_SHOWN = 4
"""Trades of one's own that a line of the table names one by one."""


class ResultsScreen(Screen[None]):
    """Shown when the session is over; in replay whenever it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", "Leave")]

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self._shown = -1

    def compose(self) -> ComposeResult:
        """The sum, the table, the chart."""
        yield TextLine(id="results-title")
        yield TextLine(id="results-sum")
        yield DataTable(id="results", classes="panel", cursor_type="none", zebra_stripes=True)
        yield SessionChart()
        yield Footer()

    def on_mount(self) -> None:
        """Draw as soon as there is a place to draw on."""
        self.call_after_refresh(self._fill)

    def show(self, model: Model, now: Instant) -> None:
        """Fill the table and the chart, once for each state of the model."""
        self.model = model
        self._fill()

    def _fill(self) -> None:
        model = self.model
        if self._shown == model.version:
            return
        self._shown = model.version
        over = "is over" if model.public.phase == "ended" else "so far"
        self.query_one("#results-title", TextLine).set_text(
            Content.styled(f"{model.rules.title} · the session {over}", "bold")
        )
        self.query_one("#results-sum", TextLine).set_text(Content(total(model)))
        table: DataTable[str] = self.query_one(DataTable)
        table.clear(columns=True)
        table.border_title = "Periods"
        table.add_columns(*columns(model.figures, model.seat is not None, model.sees_contracts))
        for period in model.periods:
            table.add_row(*row(period, model.figures, model.seat is not None, model.sees_contracts))
        self.query_one(SessionChart).show(model)

    def action_leave(self) -> None:
        """The end."""
        self.post_message(LeaveRequested())


def total(model: Model) -> str:
    """The session in a sentence."""
    figures = model.figures
    made = counted(sum(period.quantity for period in model.periods), "contract")
    played = counted(len(model.periods), "period")
    volume = sum(period.volume for period in model.periods)
    of = f" of {figures.quantity(volume)}" if figures.many else ""
    if model.seat is None:
        share = model.welfare.efficiency if model.welfare else None
        realised = "" if share is None else f" Efficiency {share:.3f}."
        if not model.sees_contracts:
            return f"{played} {'was' if len(model.periods) == 1 else 'were'} played; contracts are not shown.{realised}"
        more = f", and {model.unheard} more that this screen was not there for" if model.unheard else ""
        return f"{made}{of} in {played}{more}.{realised}"
    own = sum(trade.quantity for period in model.periods for trade in period.own)
    earned, unit = figures.signed(model.surplus_total), figures.money_unit
    unpaid = ""
    if model.own.unpaid:
        gained, paid = figures.signed(model.own.unpaid), figures.signed(model.surplus_paid)
        unpaid = f" {gained} of it by a robot's orders in your place, which are not paid: you are paid {paid} {unit}."
    market = f" The market made {made}{of}." if model.sees_contracts else " Contracts of others are not shown."
    return f"You earned {earned} {unit} with {figures.quantity(own)} in {played}.{unpaid}{market}"


def columns(figures: NumberFormat, own: bool, all_seen: bool = True) -> list[str]:
    """The columns of the table: one's own, and the market's where its contracts are shown."""
    traded = "Wh traded" if figures.energy else "Units traded" if figures.many else "Contracts"
    market = [traded, "Mean", "Low–high"] if all_seen else []
    return ["Period", "Role", "You traded at (gain)", "Surplus", *market] if own else ["Period", *market]


def row(period: Period, figures: NumberFormat, own: bool, all_seen: bool = True) -> list[str]:
    """A period's line of the table."""
    mean = "–" if period.price_mean is None else figures.mean(period.price_mean)
    low, high = period.price_low, period.price_high
    spread = "–" if low is None or high is None else f"{figures.price(low)}–{figures.price(high)}"
    market = [str(period.volume if figures.many else period.quantity), mean, spread] if all_seen else []
    if not own:
        return [str(period.number), *market]
    return [str(period.number), period.role or "–", traded(period, figures), figures.signed(period.surplus), *market]


def traded(period: Period, figures: NumberFormat) -> str:
    """One's own trades of a period, each where they are few."""
    if not period.own:
        return "none"
    if figures.energy or (len(period.own) > TRADES_SHOWN and figures.many):
        quantity = sum(trade.quantity for trade in period.own)
        mean = sum(trade.price * trade.quantity for trade in period.own) / quantity
        return f"{quantity} at {figures.mean(mean)}"
    return ", ".join(
        f"{figures.price(trade.price)}{figures.times(trade.quantity)} ({figures.signed(trade.profit)})"
        for trade in period.own
    )
