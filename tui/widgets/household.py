"""One's household in an interval: its net energy, the traded part of it, its own tariffs, its battery, its gain."""

from textual.content import Content

from p2p.information.view_state import HouseholdView, ViewState
from p2p.messages import Forecast, Metered
from p2p.scenario.public_rules import EnergyRules
from tui.entry.household_entry import auto_trade_words
from tui.model.number_format import number_format
from tui.widgets.own_panel import OwnPanel
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

DAY_MIN = 24 * 60
SUM_ROWS = 2
DAY_ROWS = 3
"""Rows of the day's forecasts: an empty one, and one each for load and solar."""
BARS = "▁▂▃▄▅▆▇█"
DAY_COLUMNS = 24
"""Forecasts of the day that are drawn, the last ones."""


class Household(Part, OwnPanel):
    """The forecast while the market is open, the meter's reading after it has closed."""

    def show(self, view: ViewState) -> None:
        """Bring the household up to date."""
        house, energy = view.household, view.rules.energy
        if house is None or house.forecast is None or energy is None:
            self.border_title = "Your household"
            self.query_one(".table", TextLine).set_text(Content.styled("forecast when the period starts", "dim"))
            return
        self.border_title = f"{time_of_day(energy, house.forecast.period)} · {title(view)}"
        lines = [
            *(metered_lines(house.metered) if house.metered else forecast_lines(view, house.forecast)),
            *tariff_lines(view, house, house.forecast),
        ]
        room = self.content_size.height - SUM_ROWS - len(lines) - self.show_terms(view)
        if room > DAY_ROWS and len(house.day) > 1:
            lines += day_lines(house.day)
        self.query_one(".table", TextLine).set_text(Content("\n").join(lines))
        say, unit = number_format(view.rules).signed, number_format(view.rules).money_unit
        sums = f"this period {say(view.own.surplus)}\nall periods {say(view.own.surplus_total)} {unit}"
        self.query_one(".sums", TextLine).set_text(Content.styled(sums, "bold"))


def time_of_day(energy: EnergyRules, period: int) -> str:
    """When on its day a period begins: 10:20."""
    hours, minutes = energy.starts_at.split(":")
    at = (60 * int(hours) + int(minutes) + (period - 1) * energy.interval_min) % DAY_MIN
    return f"{at // 60:02}:{at % 60:02}"


def title(view: ViewState) -> str:
    """The household's part in this interval: buyer or seller."""
    role = view.own.role
    if role is None:
        return "nothing to trade"
    return "shortfall: you BUY" if role == "buyer" else "surplus: you SELL"


def forecast_lines(view: ViewState, forecast: Forecast) -> list[Content]:
    """Net energy and what it is made of, and how far it is traded."""
    side = "shortfall" if forecast.net > 0 else "surplus"
    net = f"{side} {abs(forecast.net)} Wh" if forecast.net else "no shortfall, no surplus"
    own = view.own
    traded = f"traded {own.traded} of {own.total} Wh" if own.total else "You have nothing to trade now."
    return [
        Content.assemble("forecast: ", (net, "bold")),
        Content(f"load {forecast.load}, solar {forecast.pv}" + _battery_term(forecast.battery)),
        Content.styled(traded, "bold"),
    ]


def metered_lines(metered: Metered) -> list[Content]:
    """The meter's reading, and the grid's part."""
    did = f"bought {metered.bought}" if metered.bought >= 0 else f"sold {-metered.bought}"
    grid = f"took {metered.grid_import}" if metered.grid_import else f"gave {metered.grid_export}"
    lines = [f"metered: load {metered.load}, solar {metered.pv}", f"traded: {did} Wh", f"grid: {grid} Wh"]
    if metered.unserved:
        lines.append(f"not supplied: {metered.unserved} Wh")
    if metered.curtailed:
        lines.append(f"solar cut off: {metered.curtailed} Wh")
    return [Content(line) for line in lines]


def tariff_lines(view: ViewState, house: HouseholdView, forecast: Forecast) -> list[Content]:
    """The grid's tariffs, and the battery."""
    say = number_format(view.rules).price
    lines = [f"grid sells at {say(forecast.buy)}, buys at {say(forecast.feed_in)}"]
    if view.own.unit_value is not None and view.own.step_left < view.own.units_left:
        lines.append(f"next {view.own.step_left} Wh at {say(view.own.unit_value)}")
    if forecast.flexible:
        lines.append(f"could use {forecast.flexible} Wh more at {say(forecast.flexible_value)}")
    if forecast.capacity and forecast.stored is not None:
        target = house.battery.target_w
        rule = "" if target is None else f", {target} W"
        lines.append(f"battery {forecast.stored / 1000:.2f} of {forecast.capacity / 1000:.1f} kWh{rule}")
    lines.append(f"auto-trade {auto_trade_words(house.reservation, number_format(view.rules))}")
    return [Content(line) for line in lines]


def day_lines(day: tuple[tuple[int, int, int], ...]) -> list[Content]:
    """The day so far as it was forecast, period by period, load and solar on one scale."""
    shown = day[-DAY_COLUMNS:]
    top = max(1, *(max(load, solar) for _, load, solar in shown))
    rows = [("load ", [load for _, load, _ in shown]), ("solar", [solar for _, _, solar in shown])]
    drawn = [Content(f"{word} {''.join(bar(amount, top) for amount in amounts)}") for word, amounts in rows]
    return [Content.styled(f"the day so far, up to {top} Wh", "dim"), *drawn]


def bar(amount: int, top: int) -> str:
    """An amount as a sign between nothing and the highest."""
    return BARS[min(len(BARS) - 1, amount * len(BARS) // top)] if amount > 0 else " "


def _battery_term(battery: int) -> str:
    if not battery:
        return ""
    return f", battery {'+' if battery > 0 else '−'}{abs(battery)}"
