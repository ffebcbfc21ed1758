"""The results: what each period came to, for oneself and in the market, and all contracts in one chart."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer

from p2p.units import Instant
from tui.model import Model
from tui.periods import Period
from tui.widgets.line import Line
from tui.widgets.sessionchart import SessionChart
from tui.wording import signed

if TYPE_CHECKING:
    from tui.app import LabApp

OWN_COLUMNS = ("Period", "Role", "You traded at (gain)", "Surplus", "Contracts", "Mean", "Low–high")
PUBLIC_COLUMNS = ("Period", "Contracts", "Mean", "Low–high")


class ResultsScreen(Screen[None]):
    """Shown when the session is over; in replay whenever it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", "Leave")]

    def __init__(self) -> None:
        super().__init__()
        self._shown = -1

    def compose(self) -> ComposeResult:
        """The sum, the table, the chart."""
        yield Line(id="results-title")
        yield Line(id="results-sum")
        yield DataTable(id="results", classes="panel", cursor_type="none", zebra_stripes=True)
        yield SessionChart()
        yield Footer()

    def on_mount(self) -> None:
        """Draw as soon as there is a place to draw on."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        app = cast("LabApp", self.app)
        if app.model:
            self.show(app.model, app.now())

    def show(self, model: Model, now: Instant) -> None:
        """Fill the table and the chart, once for each state of the model."""
        if self._shown == model.version:
            return
        self._shown = model.version
        over = "is over" if model.public.phase == "ended" else "so far"
        self.query_one("#results-title", Line).say(Content.styled(f"{model.rules.title} · the session {over}", "bold"))
        self.query_one("#results-sum", Line).say(Content(total(model)))
        table: DataTable[str] = self.query_one(DataTable)
        table.clear(columns=True)
        table.border_title = "Periods"
        table.add_columns(*(PUBLIC_COLUMNS if model.seat is None else OWN_COLUMNS))
        for period in model.periods:
            table.add_row(*row(period, model.seat is not None))
        self.query_one(SessionChart).show(model)

    def action_leave(self) -> None:
        """The end."""
        cast("LabApp", self.app).leave()


def total(model: Model) -> str:
    """The session in a sentence."""
    contracts = sum(period.quantity for period in model.periods)
    if model.seat is None:
        return f"{contracts} contracts in {len(model.periods)} periods."
    own = sum(len(period.own) for period in model.periods)
    units = "unit" if own == 1 else "units"
    return (
        f"You earned {signed(model.surplus_total)} {model.rules.currency} with {own} {units} "
        f"in {len(model.periods)} periods. The market made {contracts} contracts."
    )


def row(period: Period, own: bool) -> list[str]:
    """A period's line of the table."""
    mean = "–" if period.price_mean is None else f"{period.price_mean:.1f}"
    spread = "–" if period.price_low is None else f"{period.price_low}–{period.price_high}"
    market = [str(period.quantity), mean, spread]
    if not own:
        return [str(period.number), *market]
    units = ", ".join(f"{trade.price} ({signed(trade.profit)})" for trade in period.own) or "none"
    return [str(period.number), period.role or "–", units, signed(period.surplus), *market]
