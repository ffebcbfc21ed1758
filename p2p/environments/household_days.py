"""The days of a market's households, drawn by seed: equipment, the forecast of each interval, and its metering."""

from dataclasses import dataclass

from msgspec.structs import replace

from p2p.base.exact_sum import total
from p2p.base.rng import stream
from p2p.base.units import Quantity, Seat
from p2p.environments.battery_storage import Storage, storage_of
from p2p.environments.energy_value import Connection
from p2p.environments.load_profiles import INTERVALS_PER_DAY, draw_profile, normals
from p2p.scenario.prosumer_schema import Prosumers, minutes_of

SLOT_MIN = 1_440 // INTERVALS_PER_DAY
"""Minutes of a step of the profiles."""
NOISE_SD_MAX = 3.0
"""Noise is cut at so many standard deviations: a meter that is wrong beyond that is broken."""


@dataclass(frozen=True)
class Household:
    """One seat's tariffs, battery (None: it has none) and day, Wh in each step of the profiles."""

    connection: Connection
    storage: Storage | None
    load_wh: tuple[float, ...]
    pv_wh: tuple[float, ...]
    by_time: tuple[tuple[int, Connection], ...] = ()
    """Other tariffs from a minute of the day on, in order."""


@dataclass(frozen=True)
class Days:
    """The households of one market."""

    rules: Prosumers
    households: dict[Seat, Household]
    seed: int
    market: int

    def forecast(self, seat: Seat, period: int) -> tuple[Quantity, Quantity]:
        """Load and PV of an interval (from 1), as forecast."""
        one, many = self.households[seat], self.rules.interval_min // SLOT_MIN
        first = self.rules.start_min // SLOT_MIN + (period - 1) * many
        slots = [slot % INTERVALS_PER_DAY for slot in range(first, first + many)]
        return round(total(one.load_wh[slot] for slot in slots)), round(total(one.pv_wh[slot] for slot in slots))

    def connection(self, seat: Seat, period: int) -> Connection:
        """A seat's tariffs in an interval (from 1): those of the time at which it begins."""
        one = self.households[seat]
        at = (self.rules.start_min + (period - 1) * self.rules.interval_min) % (SLOT_MIN * INTERVALS_PER_DAY)
        begun = [connection for start, connection in one.by_time if start <= at]
        return begun[-1] if begun else one.connection

    def metered(self, seat: Seat, period: int) -> tuple[Quantity, Quantity]:
        """Load and PV of an interval as they turn out: the forecast with noise, each by its own draw."""
        load, pv = self.forecast(seat, period)
        if not self.rules.noise:
            return load, pv
        normal = normals(stream(self.seed, "metered", self.market, seat, period))
        by_load, by_pv = (max(-NOISE_SD_MAX, min(NOISE_SD_MAX, next(normal))) * self.rules.noise for _ in range(2))
        return max(0, round(load * (1 + by_load))), max(0, round(pv * (1 + by_pv)))


def drawn_days(rules: Prosumers, seats: tuple[Seat, ...], seed: int, market: int) -> Days:
    """The households of a market's seats: each seat's tariffs and profile from a stream of its own."""
    order = list(seats)
    stream(seed, "households", market).shuffle(order)
    storage = None if rules.battery is None else storage_of(rules.battery, rules.interval_h)
    panels = len(seats) if rules.pv is None else rules.pv
    households = {
        seat: _household(rules, seed, market, seat, place, place < panels, storage if place < rules.batteries else None)
        for place, seat in enumerate(order)
    }
    return Days(rules, {seat: households[seat] for seat in seats}, seed, market)


def _household(
    rules: Prosumers, seed: int, market: int, seat: Seat, place: int, panels: bool, storage: Storage | None
) -> Household:
    rng = stream(seed, "tariffs", market, seat)
    buy, feed_in = rng.randint(rules.buy.low, rules.buy.high), rng.randint(rules.feed_in.low, rules.feed_in.high)
    value = rules.flexible_value
    connection = Connection(
        buy=buy,
        feed_in=feed_in,
        flexible=rules.flexible_wh,
        flexible_value=0 if value is None else rng.randint(value.low, value.high),
        limit=rules.grid_limit_wh(),
        unserved=rules.unserved,
    )
    times = stream(seed, "tariffs by time", market, seat)
    by_time = tuple(
        (
            minutes_of(one.starts_at),
            replace(
                connection,
                buy=times.randint(one.buy.low, one.buy.high),
                feed_in=times.randint(one.feed_in.low, one.feed_in.high),
            ),
        )
        for one in rules.tariffs
    )
    load, pv = _day(rules, seed, market, seat, place, panels)
    return Household(connection, storage, load, pv, by_time)


def _day(
    rules: Prosumers, seed: int, market: int, seat: Seat, place: int, panels: bool
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Load and PV of a household in each step: its day from the data, or as they are drawn."""
    if rules.days:
        return _in_steps(rules.days[place].load_wh), _in_steps(rules.days[place].pv_wh)
    profile = draw_profile(normals(stream(seed, "profile", market, seat)).__next__)
    pv = tuple(1_000 * kwh if panels else 0.0 for kwh in profile.pv_kwh)
    if rules.bdew is None:
        return tuple(1_000 * kwh for kwh in profile.load_kwh), pv
    a_year = rules.bdew.kwh_a_year
    times = stream(seed, "year", market, seat).randint(a_year.low, a_year.high) / 1_000
    return _in_steps(tuple(times * wh for wh in rules.shape)), pv


def _in_steps(day: tuple[float, ...]) -> tuple[float, ...]:
    """A day in steps of five minutes: each longer one shared equally."""
    parts = INTERVALS_PER_DAY // len(day)
    return tuple(wh / parts for wh in day for _ in range(parts))
