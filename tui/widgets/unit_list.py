"""One's own units: value or cost of each, the one at hand marked, the traded ones ticked with price and gain."""

from itertools import accumulate

from textual.content import Content
from textual.widgets import Digits

from p2p.base.units import Money, Price
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.text.phrases import between_periods
from tui.widgets.own_panel import OwnPanel
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

HEAD_LINES = 1
FOOT_LINES = 2
LARGE_LINES = 5
"""A line, large digits and an empty one."""


class UnitList(Part, OwnPanel):
    """One's own schedule, and the gains made with it."""

    def show(self, view: ViewState) -> None:
        """Bring the table up to date."""
        role = view.own.role
        if view.seat is None:
            self._show_market(view)
            return
        self.border_title = "Your units" if role is None else f"You are a {role.upper()}"
        if role is None:
            self._show_none()
            return
        word = "value" if role == "buyer" else "cost"
        head = Content.styled(f"  unit {word:>6} {'price':>6} {'gain':>6}", "dim")
        terms = self.show_terms(view)
        room = max(1, self.content_size.height - HEAD_LINES - FOOT_LINES - terms)
        values = view.own.values
        if view.own.total > len(values):
            self.query_one(".table", TextLine).set_text(Content("\n").join(step_rows(view)[:room]))
            self._show_sums(view)
            return
        rows = [unit_row(view, index) for index in window(len(values), view.own.traded, room)]
        self.query_one(".table", TextLine).set_text(Content("\n").join([head, *rows]))
        self._show_sums(view)
        self._show_next(view, len(values) + terms)

    def _show_none(self) -> None:
        """No units yet; nothing is left of sums and units before, as those of practice."""
        self.query_one(".table", TextLine).set_text(Content.styled("dealt when the period starts", "dim"))
        self.query_one(".sums", TextLine).set_text(Content(""))
        for part in self.query(".next-unit"):
            part.display = False

    def _show_sums(self, view: ViewState) -> None:
        say, unit = number_format(view.rules).signed, number_format(view.rules).money_unit
        sums = f"this period {say(view.own.surplus)}\nall periods {say(view.own.surplus_total)} {unit}"
        self.query_one(".sums", TextLine).set_text(Content.styled(sums, "bold"))

    def _show_next(self, view: ViewState, rows: int) -> None:
        """The next unit's value or cost, in large digits where there is room for them."""
        index, values = view.own.traded, view.own.values
        room = self.content_size.height >= rows + HEAD_LINES + FOOT_LINES + LARGE_LINES
        shown = room and index < len(values) and not between_periods(view)
        for part in self.query(".next-unit"):
            part.display = shown
        if shown:
            worth = "value" if view.own.role == "buyer" else "cost"
            self.query_one("TextLine.next-unit", TextLine).set_text(Content(f"your next unit's {worth}"))
            text, digits = number_format(view.rules).price(values[index]), self.query_one("Digits.next-unit", Digits)
            if digits.value != text:
                digits.update(text)

    def _show_market(self, view: ViewState) -> None:
        """What the public sees in the place of units: the market's period in numbers."""
        self.border_title = "The market"
        self.show_terms(view)
        period = view.period
        say = number_format(view.rules).price
        limits = f"{say(view.rules.price_min)}–{say(view.rules.price_max)}"
        lines = [f"traders     {view.rules.traders}", f"price range {limits}"]
        if period and period.price_mean is not None and period.price_low is not None and period.price_high is not None:
            lines += [
                f"mean price  {number_format(view.rules).mean(period.price_mean)}",
                f"low, high   {say(period.price_low)}, {say(period.price_high)}",
            ]
            if number_format(view.rules).many:
                lines.append(f"traded      {number_format(view.rules).quantity(period.volume)}")
        self.query_one(".table", TextLine).set_text(Content("\n".join(lines)))
        shares = "\n".join(f"efficiency  {said}" for said in efficiency(view))
        self.query_one(".sums", TextLine).set_text(Content.styled(shares, "bold"))


def efficiency(view: ViewState) -> list[str]:
    """Realised share of the possible gains, in the last finished period and in all of them; nothing if it is not
    told."""
    if view.welfare is None:
        return []
    told = [(f"period {view.welfare.period}", view.welfare.period_efficiency), ("so far", view.welfare.efficiency)]
    return [f"{share:.3f} ({of})" for of, share in told if share is not None]


def window(units: int, traded: int, room: int) -> range:
    """Which units to show where there is no room for all: the one at hand with those round it."""
    first = max(0, min(traded - room // 2, units - room))
    return range(first, min(units, first + room))


def step_rows(view: ViewState) -> list[Content]:
    """Steps of more units than can be listed: how much at which value or cost, and how much of it is traded."""
    rows, before = [], 0
    for step in view.own.steps:
        traded = min(max(0, view.own.traded - before), step.quantity)
        before += step.quantity
        at_hand = traded < step.quantity and view.own.traded >= before - step.quantity
        mark, style = ("▶", "bold") if at_hand else ("✓", "dim") if traded else (" ", "")
        value = number_format(view.rules).price(step.value)
        rows.append(Content.styled(f"{mark} {value:>6} × {step.quantity}  {traded} traded", style))
    return rows


def unit_row(view: ViewState, index: int) -> Content:
    """One unit: `✓` traded, `▶` the next, blank for those to come."""
    own, figures = view.own, number_format(view.rules)
    value = figures.price(own.values[index])
    if index < own.traded:
        price, profit = traded_at(view, index)
        return Content.styled(
            f"✓ {index + 1:>4} {value:>6} {figures.price(price):>6} {figures.signed(profit):>6}", "dim"
        )
    if index == own.traded:
        if between_periods(view):
            return Content(f"  {index + 1:>4} {value:>6}  not traded")
        return Content.styled(f"▶ {index + 1:>4} {value:>6}  ← next unit", "bold")
    return Content(f"  {index + 1:>4} {value:>6}{'  not traded' if between_periods(view) else ''}")


def traded_at(view: ViewState, index: int) -> tuple[Price, Money]:
    """The price and the gain of a traded unit, taxes taken off; a commission is the first unit's of its contract.

    A contract of one unit has its own gain: in the break a tax of the next period may stand in the rules already.
    """
    value, price, charges = view.own.values[index], view.own.prices[index], view.rules.charges
    role = view.own.role or "buyer"
    trades = view.period.own if view.period else ()
    firsts = dict(zip(accumulate((trade.quantity for trade in trades), initial=0), trades, strict=False))
    if (trade := firsts.get(index)) is not None and trade.quantity == 1:
        return price, trade.profit
    charge = charges.per_unit(role) + (charges.commission if index in firsts else 0)
    return price, (value - price if role == "buyer" else price - value) - charge
