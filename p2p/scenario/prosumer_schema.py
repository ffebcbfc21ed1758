"""The table [environment] of a prosumer market: panels and batteries, the tariffs that are drawn, the day.

Energy in Wh, power in W, prices per kWh in the scenario's smallest unit of money (0.1 c/kWh, say). Money is price × Wh:
where a price is in tenths of a cent per kWh, 10,000 of its units are a cent.
"""

from typing import Annotated, ClassVar, Literal, Self

import msgspec
from msgspec import Meta

from p2p.base.units import PRICE_MAX, QUANTITY_MAX, SEATS_MAX, Price
from p2p.scenario.environment_rules import EnvironmentRules, Wrong
from p2p.scenario.grid_fees import fees_wrong

HOUSEHOLDS_MIN = 3
"""Of two households, each could tell the other's energy from the sum: the public is told sums of three or more."""


def minutes_of(time: str) -> int:
    """Minutes after midnight of a time of day."""
    hours, minutes = time.split(":")
    return 60 * int(hours) + int(minutes)


class Battery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Capacity and limits; the state of charge is kept in kWh between its two bounds."""

    capacity_kwh: float
    """Charge of a full battery; above 0."""
    power_kw: float = 5.0
    """The most it takes or gives, at the house's side; above 0."""
    round_trip_efficiency: float = 0.9
    """Share of the energy put in that comes out again; above 0, at most 1."""
    soc_min: float = 0.1
    """The least state of charge, as a share of the capacity; 0 ≤ soc_min ≤ soc_start ≤ soc_max ≤ 1."""
    soc_max: float = 1.0
    """The most it is charged."""
    soc_start: float = 0.5
    """Its charge when the session begins."""

    def __post_init__(self) -> None:
        if not (self.capacity_kwh > 0 and self.power_kw > 0):
            raise ValueError("a battery needs a capacity and a power above 0")
        if not 0 < self.round_trip_efficiency <= 1:
            raise ValueError("the round-trip efficiency of a battery is above 0 and at most 1")
        if not 0 <= self.soc_min <= self.soc_start <= self.soc_max <= 1:
            raise ValueError("states of charge go 0 ≤ least ≤ first ≤ most ≤ 1")


Tariff = Annotated[int, Meta(ge=0, le=PRICE_MAX)]
Energy = Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
Count = Annotated[int, Meta(ge=0, le=SEATS_MAX)]
FeeRow = Annotated[tuple[Tariff, ...], Meta(max_length=SEATS_MAX)]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][05]\Z")]
"""HH:MM, a multiple of five minutes: the steps of the profiles."""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Drawn uniformly from the whole numbers between low and high, both included."""

    low: Tariff
    """The lowest that can be drawn."""
    high: Tariff
    """The highest that can be drawn."""


class TariffFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[environment.tariffs]]: the grid's prices from a time of day on, until the next of them or midnight."""

    starts_at: TimeOfDay
    """The time of day from which they hold, HH:MM, a multiple of five minutes."""
    buy: Range
    """A seat's price of energy from the grid then, drawn once a session."""
    feed_in: Range
    """A seat's price for energy fed into the grid then, drawn likewise."""


StepsWh = Annotated[tuple[Annotated[float, Meta(ge=0, le=QUANTITY_MAX)], ...], Meta(max_length=288)]
"""Wh of each step of a day: 96 steps of a quarter of an hour, or 288 of five minutes."""
DAY_STEPS = (96, 288)


class HouseDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[environment.days]]: the day of a household, from midnight, in steps of 15 or of 5 minutes."""

    load_wh: StepsWh
    """Its load in each step, in Wh."""
    pv_wh: StepsWh
    """The yield of its panels in each step, in Wh."""


class StandardProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[environment.bdew]: a standard load profile of the BDEW (2025). PV stays as it is drawn."""

    profile: Literal["H25", "G25", "L25"]
    """Households, business, or farms."""
    date: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]
    """The day, YYYY-MM-DD: the profile goes by month, and by weekday, Saturday or Sunday."""
    kwh_a_year: Range
    """A household's load of a year, drawn once a session."""


TARIFFS_MAX = 288
"""Tariffs of a day: one for each step of the profiles."""


class Prosumers(EnvironmentRules, frozen=True, tag="prosumer"):
    """[environment] of name `prosumer`. Which seats have panels, and which of these batteries, is drawn by seed."""

    name: ClassVar = "prosumer"
    trades_energy: ClassVar = True
    tables: ClassVar = {
        "buy": Range,
        "feed_in": Range,
        "flexible_value": Range,
        "battery": Battery,
        "tariffs": TariffFrom,
        "days": HouseDay,
        "bdew": StandardProfile,
        "bdew.kwh_a_year": Range,
        "tariffs.buy": Range,
        "tariffs.feed_in": Range,
    }
    seats: Annotated[int, Meta(ge=2, le=SEATS_MAX)]
    """Households of one market."""
    buy: Range
    """A seat's price of energy from the grid, a tariff of its own that is drawn once a session."""
    feed_in: Range
    """A seat's price for energy fed into the grid, drawn likewise."""
    tariffs: Annotated[tuple[TariffFrom, ...], Meta(max_length=TARIFFS_MAX)] = ()
    """Time of use: prices of the grid by time of day; `buy` and `feed_in` above hold from midnight to the first."""
    grid_fees: Annotated[tuple[FeeRow, ...], Meta(max_length=SEATS_MAX)] = ()
    """Grid fees by distance, per kWh: a square matrix with a zero diagonal, a row for each buyer's house, a column for
    each seller's. The buyer pays it, once, beside the price."""
    starts_at: TimeOfDay = "10:00"
    """The time of day of the first interval, HH:MM, a multiple of five minutes."""
    interval_min: Annotated[int, Meta(ge=5, le=1_440, multiple_of=5)] = 5
    """Minutes of the day that a period stands for, a multiple of 5."""
    profiles: Annotated[str, Meta(max_length=200)] = ""
    """A CSV file beside the scenario's with the day of each household: `household,time,load_kwh,pv_kwh`, a row every 5
    or 15 minutes. Which seat has which day is drawn by seed."""
    days: Annotated[tuple[HouseDay, ...], Meta(max_length=SEATS_MAX)] = ()
    """The days themselves, as they were read from `profiles`."""
    bdew: StandardProfile | None = None
    """Load by a standard profile; needs the extra `profiles` when the file is read."""
    shape: StepsWh = ()
    """That profile: Wh of each quarter of an hour for 1,000 kWh a year."""
    pv: Count | None = None
    """How many seats have panels; without it, all."""
    batteries: Count = 0
    """How many seats have a battery: those with panels first."""
    battery: Battery | None = None
    """The data of a battery; needed if there are any."""
    noise: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """Relative standard deviation of metered load and PV around their forecast."""
    flexible_wh: Energy = 0
    """Load per interval that a seat would add at `flexible_value` or less."""
    flexible_value: Range | None = None
    """The value of a kWh of flexible load to a seat, drawn once a session; between feed_in and buy."""
    grid_limit_w: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)] | None = None
    """The most a seat's connection carries either way. Beyond it load is unserved, at `unserved_price`, and feed-in is
    curtailed, for nothing."""
    unserved_price: Tariff | None = None
    """The cost of a kWh that cannot be served; without it, ten times the dearest tariff."""
    end_value: Tariff = 0
    """The value of a kWh of charge left in a battery at the end."""
    money_unit: Annotated[str, Meta(min_length=1, max_length=8)] = "c"
    """The unit in which money (price × Wh) is shown."""
    money_per_unit: Annotated[int, Meta(ge=1, le=10**12)] = 10_000
    """So much money is one such unit."""

    @property
    def traders(self) -> int:
        """Seats of one market."""
        return self.seats

    def repeated(self, times: int) -> Self:
        """So many times the households, panels and batteries, drawn by the same laws."""
        return msgspec.structs.replace(
            self,
            seats=self.seats * times,
            pv=None if self.pv is None else self.pv * times,
            batteries=self.batteries * times,
            days=self.days * times,
            grid_fees=tuple(row * times for row in self.grid_fees) * times,
        )

    @property
    def start_min(self) -> int:
        """Minutes after midnight at which the first interval begins."""
        return minutes_of(self.starts_at)

    @property
    def interval_h(self) -> float:
        """Length of an interval in hours of the day."""
        return self.interval_min / 60

    @property
    def unserved(self) -> Price:
        """The cost of a kWh that cannot be served; without a statement, ten times the dearest tariff."""
        return 10 * self.dearest_tariff if self.unserved_price is None else self.unserved_price

    @property
    def dearest_tariff(self) -> Price:
        """The highest price of energy from the grid, of any seat at any time."""
        return max(self.buy.high, *(one.buy.high for one in self.tariffs), 0)

    def grid_limit_wh(self) -> int | None:
        """The connection's capacity in an interval."""
        return None if self.grid_limit_w is None else int(self.grid_limit_w * self.interval_h)

    def wrong(self, periods: int) -> list[Wrong]:
        """Contradictions, each with its key below [environment]."""
        return [*self._tariffs_wrong(), *self._things_wrong()]

    def _tariffs_wrong(self) -> list[Wrong]:
        wrong: list[Wrong] = []
        for key, drawn in (("buy", self.buy), ("feed_in", self.feed_in), ("flexible_value", self.flexible_value)):
            if drawn is not None and drawn.low > drawn.high:
                wrong.append((f"{key}.low", f"is above high ({drawn.high})"))
        if self.feed_in.high > self.buy.low:
            wrong.append(("feed_in.high", f"is above buy.low ({self.buy.low}): the grid could be sold its own energy"))
        if self.unserved < self.dearest_tariff:
            wrong.append(("unserved_price", f"is below the dearest tariff ({self.dearest_tariff})"))
        wrong += self._by_time_wrong()
        wrong += [("grid_fees", why) for why in fees_wrong(self.grid_fees, self.seats)]
        if self.unserved_price is not None and self.grid_limit_w is None:
            wrong.append(("unserved_price", "is for a grid limit, and there is none"))
        flexible = self.flexible_value
        if (flexible is None) != (self.flexible_wh == 0):
            wrong.append(("flexible_wh", "and flexible_value need one another"))
        if flexible is not None and not self.feed_in.high <= flexible.low <= flexible.high <= self.buy.low:
            wrong.append(("flexible_value", f"is not within {self.feed_in.high} (feed_in) to {self.buy.low} (buy)"))
        return wrong

    def _by_time_wrong(self) -> list[Wrong]:
        """Tariffs of a time of day that are out of order, or that the grid would lose money by."""
        wrong: list[Wrong] = []
        for number, one in enumerate(self.tariffs):
            key, before = f"tariffs[{number}]", self.tariffs[number - 1].starts_at if number else None
            if before is not None and one.starts_at <= before:
                wrong.append((f"{key}.starts_at", f"{one.starts_at} is not after {before}, that of the one before"))
            for name, drawn in (("buy", one.buy), ("feed_in", one.feed_in)):
                if drawn.low > drawn.high:
                    wrong.append((f"{key}.{name}.low", f"is above high ({drawn.high})"))
            if one.feed_in.high > one.buy.low:
                why = f"is above buy.low ({one.buy.low}): the grid could be sold its own energy"
                wrong.append((f"{key}.feed_in.high", why))
            flexible = self.flexible_value
            if flexible is not None and not one.feed_in.high <= flexible.low <= flexible.high <= one.buy.low:
                why = f"is not within {one.feed_in.high} (feed_in) to {one.buy.low} (buy) from {one.starts_at} on"
                wrong.append(("flexible_value", why))
        return wrong

    def _days_wrong(self) -> list[Wrong]:
        """Days that were not read, that are not of all households, or that two keys say."""
        wrong: list[Wrong] = []
        if self.profiles and not self.days:
            wrong.append(("profiles", "has not been read: load the scenario's file"))
        if self.days and len(self.days) != self.seats:
            key = "profiles" if self.profiles else "days"
            wrong.append((key, f"has {len(self.days)} households, and a market has {self.seats} seats"))
        for number, day in enumerate(self.days):
            if len(day.load_wh) not in DAY_STEPS or len(day.pv_wh) != len(day.load_wh):
                why = "has 96 or 288 steps of a day, load and PV as many"
                wrong.append((f"days[{number}].load_wh", f"is {len(day.load_wh)} long; it {why}"))
        if self.days and self.pv is not None:
            wrong.append(("pv", "is not to be said where the days of households have their own PV"))
        if self.days and self.bdew is not None:
            wrong.append(("bdew", "and the days of households both say the load: leave one out"))
        if (self.bdew is None) != (not self.shape):
            wrong.append(("bdew" if self.bdew else "shape", "goes with the other: load the scenario's file"))
        if self.shape and len(self.shape) != DAY_STEPS[0]:
            wrong.append(("shape", f"has {len(self.shape)} steps, and a day has {DAY_STEPS[0]} quarters of an hour"))
        if self.bdew is not None and self.bdew.kwh_a_year.low > self.bdew.kwh_a_year.high:
            wrong.append(("bdew.kwh_a_year.low", f"is above high ({self.bdew.kwh_a_year.high})"))
        return wrong

    def _things_wrong(self) -> list[Wrong]:
        wrong = self._days_wrong()
        for key, many in (("pv", self.pv or 0), ("batteries", self.batteries)):
            if many > self.seats:
                wrong.append((key, f"is more than the {self.seats} seats"))
        if (self.battery is None) != (self.batteries == 0):
            wrong.append(("batteries", "says how many seats have one, [environment.battery] which: both or neither"))
        if self.battery is not None and self.battery.power_kw * 1_000 > QUANTITY_MAX:
            wrong.append(("battery.power_kw", "is more than a gigawatt"))
        if self.battery is not None and self.battery.capacity_kwh * 1_000 > QUANTITY_MAX:
            wrong.append(("battery.capacity_kwh", "is more than a gigawatt hour"))
        return wrong
