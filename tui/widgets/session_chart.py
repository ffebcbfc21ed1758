"""All contract prices of the session in their order, period beside period."""

from tui.model.model import Model
from tui.widgets.chart import DEAL, OWN, contracts
from tui.widgets.price_plot import PricePlot

COUNTED = 10
"""So few contracts are numbered one by one: round steps of less would be parts of a contract."""


class SessionChart(PricePlot, can_focus=False):
    """Drawn at the end only: it costs as much as the session is long."""

    def __init__(self) -> None:
        super().__init__("session-chart")

    def on_mount(self) -> None:
        """Leave the room to the data."""
        self.margin_top, self.margin_bottom, self.margin_left = 0, 1, 7

    def show(self, model: Model) -> None:
        """Draw all contracts that the thinned series of the periods hold."""
        whose = "Contract prices" if model.sees_contracts else "Prices of your contracts"
        self.border_title = f"{whose} in their order · a vertical line ends a period"
        self.border_subtitle = contracts(model)
        self.clear()
        before = 0
        scaled = model.figures.scaled
        prices: list[int] = []
        for period in model.periods:
            for deals, marker, colour in ((period.others, "●", DEAL), (period.mine, "◆", OWN)):
                points = deals.points
                self.scatter([before + d.number for d in points], [scaled(d.price) for d in points], marker, colour)
                prices += [deal.price for deal in points]
            before += period.quantity
            if period is not model.periods[-1]:
                self.add_v_line(before + 0.5, "#777777")
        self.display = bool(prices)
        if prices:
            self.set_xlimits(0, before + 1)
            self.set_xticks(list(range(before + 2)) if before < COUNTED else None)
            self.scale(model, min(prices) - model.rules.tick, max(prices) + model.rules.tick)
