"""One's own units: value or cost of each, the one at hand marked, the traded ones ticked with price and profit."""

from textual.content import Content

from p2p.base.units import Instant, Money, Price
from p2p.schedules.holding import Holding
from tui.model.model import Model
from tui.widgets.own_panel import OwnPanel
from tui.widgets.text_line import TextLine

HEAD_LINES = 1
FOOT_LINES = 2


class UnitList(OwnPanel):
    """The schedule of one's own, and what has been earned with it."""

    def show(self, model: Model, now: Instant) -> None:
        """Bring the table up to date."""
        role = model.own.role
        if model.seat is None:
            self._show_market(model)
            return
        self.border_title = "Your units" if role is None else f"You are a {role.upper()}"
        if role is None:
            self.query_one(".table", TextLine).set_text(Content.styled("dealt when the period starts", "dim"))
            return
        word = "value" if role == "buyer" else "cost"
        head = Content.styled(f"  unit {word:>6} {'price':>6} {'profit':>6}", "dim")
        room = max(1, self.content_size.height - HEAD_LINES - FOOT_LINES)
        holding = model.own.holding
        if holding is not None and holding.total > len(model.own.values):
            self.query_one(".table", TextLine).set_text(Content("\n").join(step_rows(model, holding)[:room]))
            self._show_sums(model)
            return
        rows = [unit_row(model, index) for index in window(len(model.own.values), model.own.traded, room)]
        self.query_one(".table", TextLine).set_text(Content("\n").join([head, *rows]))
        self._show_sums(model)

    def _show_sums(self, model: Model) -> None:
        say, unit = model.figures.signed, model.figures.money_unit
        sums = f"this period {say(model.own.surplus)}\nall periods {say(model.surplus_total)} {unit}"
        self.query_one(".sums", TextLine).set_text(Content.styled(sums, "bold"))

    def _show_market(self, model: Model) -> None:
        """What the public sees in the place of units: the market's period in numbers."""
        self.border_title = "The market"
        period = model.period
        say = model.figures.price
        limits = f"{say(model.rules.price_min)}–{say(model.rules.price_max)}"
        lines = [f"traders     {model.rules.traders}", f"limits      {limits}"]
        if period and period.price_mean is not None and period.price_low is not None and period.price_high is not None:
            lines += [
                f"mean price  {model.figures.mean(period.price_mean)}",
                f"low, high   {say(period.price_low)}, {say(period.price_high)}",
            ]
            if model.figures.many:
                lines.append(f"traded      {model.figures.quantity(period.volume)}")
        self.query_one(".table", TextLine).set_text(Content("\n".join(lines)))
        shares = "\n".join(f"efficiency  {said}" for said in efficiency(model))
        self.query_one(".sums", TextLine).set_text(Content.styled(shares, "bold"))


def efficiency(model: Model) -> list[str]:
    """What the last finished period and all of them realised of what could be gained; nothing where it is not told."""
    if model.welfare is None or not model.welfare.periods:
        return []
    last = model.welfare.periods[-1]
    told = [(f"period {last.period}", last.efficiency), ("all", model.welfare.efficiency)]
    return [f"{share:.3f} ({of})" for of, share in told if share is not None]


def window(units: int, traded: int, room: int) -> range:
    """Which units to show where there is no room for all: the one at hand with those round it."""
    first = max(0, min(traded - room // 2, units - room))
    return range(first, min(units, first + room))


def step_rows(model: Model, holding: Holding) -> list[Content]:
    """Steps of more units than can be listed: how much at which value or cost, and how much of it is traded."""
    rows, before = [], 0
    for step in holding.steps:
        traded = min(max(0, holding.traded - before), step.quantity)
        before += step.quantity
        at_hand = traded < step.quantity and holding.traded >= before - step.quantity
        mark, style = ("▶", "bold") if at_hand else ("✓", "dim") if traded else (" ", "")
        value = model.figures.price(step.value)
        rows.append(Content.styled(f"{mark} {value:>6} × {step.quantity}  {traded} traded", style))
    return rows


def unit_row(model: Model, index: int) -> Content:
    """One unit: `✓` traded, `▶` at hand, blank for those to come."""
    own, figures = model.own, model.figures
    value = figures.price(own.values[index])
    if index < own.traded:
        price, profit = traded_at(model, index)
        return Content.styled(
            f"✓ {index + 1:>4} {value:>6} {figures.price(price):>6} {figures.signed(profit):>6}", "dim"
        )
    if index == own.traded:
        return Content.styled(f"▶ {index + 1:>4} {value:>6}  ← at hand", "bold")
    return Content(f"  {index + 1:>4} {value:>6}")


def traded_at(model: Model, index: int) -> tuple[Price, Money]:
    """The price and the profit of a unit that was traded, before what is charged."""
    value, price = model.own.values[index], model.own.prices[index]
    return price, value - price if model.own.role == "buyer" else price - value
