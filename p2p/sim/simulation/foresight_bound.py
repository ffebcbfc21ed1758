"""The bound with perfect foresight: the most that trade and batteries together could have gained, had all been known
beforehand.

A linear programme over the day chooses each household's trades, use of the grid, battery actions and flexible load. It
minimises the grid's bill less the worth of the charge that is left. Its optimum is compared with the bill that the
households had alone, under the battery actions that they took. Every possible course of a session is a solution of it,
so it is a bound. It is not always reached: it forbids resale by amounts only, and lets a battery lose charge. (Nobody
buys and draws more than its own shortage and its charging.) Where metering differs from the forecast, the difference
may be traded too, as it may in a session.

Solved by HiGHS through SciPy, which is an extra (`bounds`): without it there is no such bound.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from p2p.analysis.energy_metrics import EnergyRecords, connection_of, feeder_capacity
from p2p.base.exact_sum import total
from p2p.base.units import Quantity, Seat
from p2p.environments.battery_storage import storage_of
from p2p.scenario.prosumer_schema import Prosumers
from p2p.scenario.schema import Scenario

VARIABLES = ("bought", "sold", "drawn", "fed", "unserved", "curtailed", "flexible", "charged", "given", "stored")
"""Of each household in each interval, all at least 0 and in Wh; `stored` is counted from the battery's least charge."""


def can_be_solved() -> bool:
    """Whether SciPy is there."""
    return find_spec("scipy") is not None


def foresight_bound(scenario: Scenario, days: list[EnergyRecords]) -> float | None:
    """The most that one market's intervals could gain, in money (price × Wh); None without SciPy or intervals."""
    rules = scenario.energy
    if rules is None or not days or not can_be_solved():
        return None
    programme = Programme(rules, days, feeder_capacity(scenario.institution.call))
    return max(0.0, _alone(rules, days) - programme.least_cost())


def _alone(rules: Prosumers, days: list[EnergyRecords]) -> float:
    """The bill of all households alone under the battery actions they took, the charge that is left deducted."""
    bill = 0
    for books in days:
        for seat, metered in books.metered.items():
            bill += connection_of(books.forecasts[seat]).worth(metered.load - metered.pv + metered.battery, 0)
    low = 0 if rules.battery is None else storage_of(rules.battery, rules.interval_h).low
    left = [one.stored - low for one in days[-1].metered.values() if one.stored is not None]
    return float(bill - rules.end_value * total(left))


class Programme:
    """The linear programme of one market's day."""

    def __init__(self, rules: Prosumers, days: list[EnergyRecords], capacity: Quantity | None) -> None:
        self.rules, self.days, self.capacity = rules, days, capacity
        self.seats = sorted(days[0].forecasts)
        self.place = {seat: place * len(VARIABLES) for place, seat in enumerate(self.seats)}
        self.storage = None if rules.battery is None else storage_of(rules.battery, rules.interval_h)
        self.width = len(self.seats) * len(VARIABLES)
        self.cost: list[float] = []
        self.most: list[float | None] = []
        self.rows: dict[str, tuple[list[int], list[int], list[float], list[float]]] = {
            "equal": ([], [], [], []),
            "at_most": ([], [], [], []),
        }

    def least_cost(self) -> float:
        """The least bill, the charge that is left deducted."""
        from scipy.optimize import linprog
        from scipy.sparse import csr_array

        for interval, books in enumerate(self.days):
            for seat in self.seats:
                self._household(interval, books, seat)
            self._market(interval)
        size = len(self.cost)

        def matrix(kind: str) -> Any:
            rows, columns, values, sides = self.rows[kind]
            return csr_array((values, (rows, columns)), shape=(len(sides), size)), sides

        equal, at_most = matrix("equal"), matrix("at_most")
        bounds = [(0, most) for most in self.most]
        solved = linprog(self.cost, *at_most, *equal, bounds=bounds, method="highs")
        assert solved.success, f"doing nothing is a solution, and yet: {solved.message}"
        return float(solved.fun)

    def _at(self, interval: int, seat: Seat, name: str) -> int:
        return interval * self.width + self.place[seat] + VARIABLES.index(name)

    def _row(self, kind: str, terms: Mapping[int, float], side: float) -> None:
        rows, columns, values, sides = self.rows[kind]
        rows += [len(sides)] * len(terms)
        columns += terms.keys()
        values += terms.values()
        sides.append(side)

    def _household(self, interval: int, books: EnergyRecords, seat: Seat) -> None:
        """One household's variables and rules in an interval."""
        forecast, metered = books.forecasts[seat], books.metered[seat]
        net = metered.load - metered.pv
        off = abs(net - (forecast.load - forecast.pv))
        battery = self.storage if forecast.stored is not None else None
        power = battery.most if battery else 0
        last = interval == len(self.days) - 1
        limit = forecast.grid_limit
        costs = {"drawn": forecast.buy, "fed": -forecast.feed_in, "flexible": -forecast.flexible_value}
        costs |= {"unserved": forecast.unserved_price, "stored": -self.rules.end_value if last else 0}
        most: dict[str, float | None] = {"flexible": forecast.flexible, "charged": power, "given": power}
        most |= {"drawn": limit, "fed": limit, "stored": battery.high - battery.low if battery else 0}
        most |= {"unserved": 0 if limit is None else None, "curtailed": 0 if limit is None else None}
        self.cost += [float(costs.get(name, 0)) for name in VARIABLES]
        self.most += [most.get(name) for name in VARIABLES]
        v = {name: self._at(interval, seat, name) for name in VARIABLES}
        self._row(
            "equal",
            {v["bought"]: 1, v["drawn"]: 1, v["unserved"]: 1, v["given"]: 1}
            | {v["sold"]: -1, v["fed"]: -1, v["curtailed"]: -1, v["flexible"]: -1, v["charged"]: -1},
            net,
        )
        short, over = max(net, 0) + off, max(-net, 0) + off
        into = {v["bought"]: 1.0, v["drawn"]: 1.0, v["unserved"]: 1.0, v["charged"]: -1.0, v["flexible"]: -1.0}
        self._row("at_most", into, short)
        out = {v["sold"]: 1.0, v["fed"]: 1.0, v["curtailed"]: 1.0, v["given"]: -1.0}
        self._row("at_most", out, over)
        if battery is not None:
            self._row("at_most", {v["charged"]: 1.0, v["given"]: 1.0}, power)
            kept = {v["stored"]: 1.0, v["charged"]: -battery.one_way, v["given"]: 1 / battery.one_way}
            if interval:
                kept[self._at(interval - 1, seat, "stored")] = -1.0
            self._row("at_most", kept, 0 if interval else battery.start - battery.low)

    def _market(self, interval: int) -> None:
        """What is bought is sold, within what the feeder carries."""
        bought = {self._at(interval, seat, "bought"): 1.0 for seat in self.seats}
        self._row("equal", bought | {self._at(interval, seat, "sold"): -1.0 for seat in self.seats}, 0)
        if self.capacity is not None:
            self._row("at_most", bought, self.capacity)
