"""Markets whose private numbers can be told from all others.

Every price of a scenario, its tick too, is taken a million times; every private value gets, beside that, a mark of its
own between two ticks. Prices are whole ticks, whoever says them and whatever he was thinking of: so no price, and no
difference of a value from a price, can be mistaken for another value, and whatever has a value's mark comes from it.
Households' tariffs are drawn between the ticks; to what each of them uses and to what its panels make the same large
number is added, of which the net that it trades knows nothing. Instants are smaller than any of these.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from random import Random

import msgspec

from p2p.base.units import PRICE_MAX, Seat, is_seat
from p2p.environments.household_days import Days
from p2p.environments.santa_fe_tokens import TokenDraws
from p2p.messages import BY_DIRECTIVE, Forecast, Metered, Schedule
from p2p.scenario.prosumer_schema import Prosumers, Range
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.tokens import Tokens
from p2p.session.session import Session
from recordings.journal.format import JournalReader

TICK = 1_000_000
QUARTER = 4
"""Tokens are worth up to 2,000: times a tick of a canary that is more than a price may be."""
INSTANTS_MAX = 40_000_000
"""No session of these goes on for so long (in microseconds), and no canary is smaller."""
PUBLIC = {name for name, kind in BY_DIRECTIVE.items() if re.search(r"\b(agents|everyone)\b", kind.told_to)}
"""What is said to more than one seat."""


def marked(scenario: Scenario, period_s: float, looks: float) -> Scenario:
    """The same market with canaries for values, in two short periods of so many looks of each robot; trade alone."""
    rules, table = scenario.institution, scenario.environment
    controls = {name: getattr(rules.terms, name) for name in ("price_ceiling", "price_floor")}
    scaled = {name: price * TICK for name, price in controls.items() if price is not None}
    rules = msgspec.structs.replace(
        rules,
        price_min=rules.price_min * TICK,
        price_max=rules.price_max * TICK,
        tick=rules.tick * TICK,
        terms=msgspec.structs.replace(rules.terms, **scaled),
    )
    if isinstance(table, Tokens):
        table = _drawn(table)
        rules = msgspec.structs.replace(rules, price_max=rules.price_max // QUARTER)
    return msgspec.structs.replace(
        scenario,
        institution=rules,
        environment=_induced(table) if isinstance(table, InducedValues) else _tariffs(table),
        periods=2,
        period_s=period_s,
        break_s=0.2,
        start="when_full",
        stage=(),
        robots=msgspec.structs.replace(scenario.robots, reaction_mean_s=period_s / looks),
    )


def _drawn(table: Tokens) -> InducedValues:
    """Tokens as they are drawn once: a number that is drawn anew each period cannot be marked beforehand."""
    dealt = TokenDraws(table, tuple(range(table.traders)), 5, 0)(1).values()
    quarters = [(role, tuple(unit // QUARTER for unit in units)) for role, units in dealt]
    sides = {role: tuple(units for one, units in quarters if one == role) for role in ("buyer", "seller")}
    return InducedValues(buyers=sides["buyer"], sellers=sides["seller"])


def _induced(values: InducedValues) -> InducedValues:
    marks = iter(Random(5).sample(range(100_001, 500_000), 1_000))

    def of(traders: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(value * TICK + next(marks) for value in trader) for trader in traders)

    shifts = tuple(
        msgspec.structs.replace(one, from_period=2, buyers=one.buyers * TICK, sellers=one.sellers * TICK)
        for one in values.shifts
    )
    return msgspec.structs.replace(values, buyers=of(values.buyers), sellers=of(values.sellers), shifts=shifts)


def _tariffs(table: Prosumers) -> Prosumers:
    ranges = {name: getattr(table, name) for name in ("buy", "feed_in", "flexible_value")}
    between = {name: Range(one.low * TICK + 1, one.high * TICK - 1) for name, one in ranges.items() if one is not None}
    return msgspec.structs.replace(table, **between)


def mark_households(session: Session) -> None:
    """To each household's load and PV of every interval the same large number, its own."""
    numbers = iter(Random(6).sample(range(500_000_001, 800_000_000, 7), 1_000))
    for market in session.markets:
        days = getattr(market.environment, "days", None)
        if isinstance(days, Days):
            for seat, one in days.households.items():
                more = next(numbers) / (days.rules.interval_min // 5)
                load, pv = (tuple(wh + more for wh in whs) for whs in (one.load_wh, one.pv_wh))
                days.households[seat] = type(one)(one.connection, one.storage, load, pv)


def numbers_in(data: bytes) -> set[int]:
    """The whole numbers that are written there, signs aside, as metrics write them too (3.25e+08)."""
    found = re.findall(rb"(?<![\w.])\d+(?:\.\d+)?(?:e\+\d+)?(?![\w.])", data)
    read = [float(one) if b"." in one or b"e" in one else int(one) for one in found]
    return {int(one) for one in read if one == int(one)}


def between_ticks(numbers: Iterable[int]) -> set[int]:
    """Those of the size of a price that are none."""
    return {number for number in numbers if INSTANTS_MAX <= number <= 2 * PRICE_MAX and number % TICK}


def secrets(reading: JournalReader) -> dict[Seat, set[int]]:
    """What each seat was told of itself, by the record: the numbers of its schedules, forecasts and meters."""
    found: dict[Seat, set[int]] = defaultdict(set)
    for record in reading.records():
        assert record.at < INSTANTS_MAX
        for event in record.read_events():
            if isinstance(event.message, Schedule | Forecast | Metered):
                assert is_seat(event.to)
                steps = getattr(event.message, "steps", ())
                numbers = [abs(one) for one in msgspec.structs.astuple(event.message) if type(one) is int]
                numbers += [step.value for step in steps]
                assert all(step.value % TICK for step in steps), "no price is a canary"
                found[event.to] |= {number for number in numbers if number >= INSTANTS_MAX}
    return found
