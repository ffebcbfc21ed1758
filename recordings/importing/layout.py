"""The seats of a published market: the rows of its schedules, period by period, and the trader of each row."""

from dataclasses import dataclass

from p2p.base.rng import stream
from p2p.base.units import PRICE_MAX, Role, Seat
from p2p.environments.value_draws import deal
from p2p.scenario.overrides import Override
from p2p.scenario.schema import InducedValues
from recordings.importing.orders import ImportFault, PublishedOrder

Course = tuple[int | None, ...]
"""Value or cost of a row in each part of a session; None: it does not trade in it. The last holds to the end."""


@dataclass(frozen=True)
class Structure:
    """The rows of either side. `changes`: the periods in which a new part begins."""

    buyers: tuple[Course, ...]
    sellers: tuple[Course, ...]
    changes: tuple[int, ...] = ()

    def rows(self) -> list[tuple[Role, Course]]:
        """All rows, buyers first, as a scenario has them."""
        return [*(("buyer", one) for one in self.buyers), *(("seller", one) for one in self.sellers)]

    def value(self, course: Course, period: int) -> int | None:
        """The value of a row in a period."""
        part = sum(1 for change in self.changes if change <= period)
        return course[min(part, len(course) - 1)]


@dataclass(frozen=True)
class Layout:
    """A market's schedules, the changes of them, and the row of each trader; `silent`: rows without a known order."""

    values: InducedValues
    overrides: tuple[Override, ...]
    row_of: dict[str, int]
    silent: tuple[int, ...]
    as_published: bool

    def held(self, period: int) -> list[tuple[Role, int]]:
        """The value or cost of each unit of a period."""
        begun = [one for one in self.overrides if one.from_period <= period]
        now = begun[-1] if begun else self.values
        sides: tuple[tuple[Role, tuple[tuple[int, ...], ...] | None], ...] = (
            ("buyer", now.buyers),
            ("seller", now.sellers),
        )
        return [(role, value) for role, rows in sides for units in rows or () for value in units]

    def seats(self, seed: int) -> list[Seat]:
        """The seat that each row is dealt to under a seed."""
        buyers, sellers = len(self.values.buyers), len(self.values.sellers)
        numbers = tuple((row,) for row in range(buyers + sellers))
        all_seats = tuple(range(buyers + sellers))
        dealt = deal(numbers[:buyers], numbers[buyers:], all_seats, stream(seed, "deal", 0))
        seat_of = {rows[0]: seat for seat, (_, rows) in dealt.items()}
        return [seat_of[row] for row in all_seats]


def laid_out(orders: list[PublishedOrder], structure: Structure | None) -> Layout:
    """The layout by the structure where the traders fit it, else by those who ordered."""
    traders: dict[str, Role] = {}
    for order in orders:
        if traders.setdefault(order.trader, order.role) != order.role:
            why = f"trader {order.trader[:40]} is on both sides: give each side a name of its own"
            raise ImportFault(f"row {order.row}: {why}")
    rows = _fitted(orders, traders, structure) if structure else None
    as_published = rows is not None
    if structure is None or rows is None:
        structure, rows = _of_those_who_ordered(orders, traders)
    silent = set(range(len(structure.rows()))) - set(rows.values())
    return Layout(*_schedules(structure, _units(orders)), rows, tuple(sorted(silent)), as_published)


def _units(orders: list[PublishedOrder]) -> int:
    """How many units a row has: as many as a trader ever traded in a period, and at least one."""
    counts: dict[tuple[str, int], int] = {}
    for order in orders:
        key = order.trader, order.period
        counts[key] = counts.get(key, 0) + (order.deal is not None)
    return max(1, *counts.values())


def _courses(orders: list[PublishedOrder]) -> dict[str, dict[int, int]]:
    """The value of each trader in each period in which they ordered."""
    found: dict[str, dict[int, int]] = {}
    for order in orders:
        known = found.setdefault(order.trader, {})
        if known.setdefault(order.period, order.value) != order.value:
            why = f"trader {order.trader[:40]} has two values in period {order.period}"
            raise ImportFault(f"row {order.row}: {why}: {known[order.period]} and {order.value}")
    return found


def _by_number(trader: str) -> tuple[int, str]:
    return (int(trader), trader) if trader.isdigit() and len(trader) < 20 else (2**63, trader)


def _fitted(orders: list[PublishedOrder], traders: dict[str, Role], structure: Structure) -> dict[str, int] | None:
    """Each trader's row by their values; None where somebody fits no row that is free."""
    free = dict(enumerate(structure.rows()))
    found: dict[str, int] = {}
    for trader, values in sorted(_courses(orders).items(), key=lambda one: _by_number(one[0])):
        for row, (role, course) in free.items():
            same = all(structure.value(course, period) == value for period, value in values.items())
            if role == traders[trader] and same:
                found[trader] = row
                del free[row]
                break
        else:
            return None
    return found


def _of_those_who_ordered(orders: list[PublishedOrder], traders: dict[str, Role]) -> tuple[Structure, dict[str, int]]:
    """A row for each trader; between two orders a value is the one before, at first the first one."""
    courses = _courses(orders)
    names = {role: sorted((t for t in traders if traders[t] == role), key=_by_number) for role in ("buyer", "seller")}
    for role, found in names.items():
        if not found:
            raise ImportFault(f"row {orders[0].row}: the market of this order has no {role}")
    periods = range(1, max(order.period for order in orders) + 1)

    def course(trader: str) -> list[int]:
        values = courses[trader]
        filled = [values[min(values)]]
        for period in periods:
            filled.append(values.get(period, filled[-1]))
        return filled[1:]

    whole = {role: [course(trader) for trader in found] for role, found in names.items()}
    changes = tuple(
        period
        for period in periods[1:]
        if any(one[period - 1] != one[period - 2] for side in whole.values() for one in side)
    )
    parts = [0, *(period - 1 for period in changes)]
    buyers, sellers = (tuple(tuple(one[part] for part in parts) for one in whole[role]) for role in names)
    everybody = [*names["buyer"], *names["seller"]]
    return Structure(buyers, sellers, changes), {trader: row for row, trader in enumerate(everybody)}


def _schedules(structure: Structure, units: int) -> tuple[InducedValues, tuple[Override, ...]]:
    """The structure as a scenario has it. A row that begins later has until then a unit that nobody can trade.

    (A scenario's first schedules have no empty list; those of overrides may.)
    """

    def side(courses: tuple[Course, ...], period: int, nobodys: int | None) -> tuple[tuple[int, ...], ...]:
        values = [structure.value(course, period) for course in courses]
        held = [nobodys if value is None else value for value in values]
        return tuple(() if value is None else (value,) * units for value in held)

    first = InducedValues(side(structure.buyers, 1, 0), side(structure.sellers, 1, PRICE_MAX))
    later = [
        Override(
            from_period=period,
            buyers=side(structure.buyers, period, None),
            sellers=side(structure.sellers, period, None),
        )
        for period in structure.changes
    ]
    return first, tuple(later)
