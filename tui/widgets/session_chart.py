"""All contract prices of the session in their order, period beside period."""

from collections.abc import Mapping

from textual_plot import HiResMode

from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.widgets.chart import DEAL, OWN, contracts
from tui.widgets.part import Part
from tui.widgets.price_plot import GOAL, PricePlot, goal_key, limits_key

COUNTED = 10
"""So few contracts are numbered one by one: round steps of less would be parts of a contract."""


class SessionChart(Part, PricePlot, can_focus=False):
    """Drawn at the end only: it costs as much as the session is long."""

    def __init__(self) -> None:
        super().__init__("session-chart")
        self.goals: Mapping[int, float] = {}
        """The competitive price by period: of a recording only."""

    def on_mount(self) -> None:
        """Leave the room to the data."""
        self.margin_top, self.margin_bottom, self.margin_left = 0, 1, 7

    def show(self, view: ViewState) -> None:
        """Draw all contracts that the thinned series of the periods hold."""
        whose = "All trade prices" if view.sees_contracts else "Your trade prices"
        self.border_title = f"{whose} in order (line = end of period)"
        self.border_subtitle = f"{contracts(view)}{goal_key(bool(self.goals))}{limits_key(view)}"
        self.clear()
        results = view.results
        assert results, "what the periods came to was asked for"
        scaled = number_format(view.rules).scaled
        for mine, marker, colour in ((False, "●", DEAL), (True, "◆", OWN)):
            points = [point for point in results.points if point.mine == mine]
            self.scatter([p.number for p in points], [scaled(p.price) for p in points], marker, colour)
        before = 0
        for period in results.periods:
            if (goal := self.goals.get(period.number)) is not None:
                height = goal / number_format(view.rules).per_unit
                self.plot([before + 0.5, before + period.contracts + 0.5], [height, height], GOAL, HiResMode.BRAILLE)
            before += period.contracts
            if period is not results.periods[-1]:
                self.add_v_line(before + 0.5, "#777777")
        prices = [point.price for point in results.points]
        self.display = bool(prices)
        if prices:
            self.set_xlimits(0, before + 1)
            self.set_xticks(list(range(before + 2)) if before < COUNTED else None)
            self.limit_lines(view, 0, before + 1)
            prices += [round(goal) for goal in self.goals.values()]
            self.scale(view, min(prices) - view.rules.tick, max(prices) + view.rules.tick)
