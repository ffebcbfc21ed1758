"""The table [environment] of a prosumer market: panels and batteries, the tariffs that are drawn, the day.

Energy in Wh, power in W, prices per kWh in the scenario's smallest unit of money (0.1 c/kWh, say). Money is price × Wh:
where a price is in tenths of a cent per kWh, 10,000 of its units are a cent.
"""

from typing import Annotated, ClassVar, Self

import msgspec
from msgspec import Meta

from p2p.base.units import PRICE_MAX, QUANTITY_MAX, SEATS_MAX, Price
from p2p.scenario.environment_rules import EnvironmentRules, Wrong

HOUSEHOLDS_MIN = 3
"""Of two households, each could tell the other's energy from the sum: the public is told sums of three or more."""


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
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][05]\Z")]
"""HH:MM, a multiple of five minutes: the steps of the profiles."""


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Drawn uniformly from the whole numbers between low and high, both included."""

    low: Tariff
    """The lowest that can be drawn."""
    high: Tariff
    """The highest that can be drawn."""


class Prosumers(EnvironmentRules, frozen=True, tag="prosumer"):
    """[environment] of name `prosumer`. Which seats have panels, and which of these batteries, is drawn by seed."""

    name: ClassVar = "prosumer"
    trades_energy: ClassVar = True
    tables: ClassVar = {"buy": Range, "feed_in": Range, "flexible_value": Range, "battery": Battery}
    seats: Annotated[int, Meta(ge=2, le=SEATS_MAX)]
    """Households of one market."""
    buy: Range
    """A seat's price of energy from the grid, a tariff of its own that is drawn once a session."""
    feed_in: Range
    """A seat's price for energy fed into the grid, drawn likewise."""
    starts_at: TimeOfDay = "10:00"
    """The time of day of the first interval, HH:MM, a multiple of five minutes."""
    interval_min: Annotated[int, Meta(ge=5, le=1_440, multiple_of=5)] = 5
    """Minutes of the day that a period stands for, a multiple of 5."""
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
        )

    @property
    def start_min(self) -> int:
        """Minutes after midnight at which the first interval begins."""
        hours, minutes = self.starts_at.split(":")
        return 60 * int(hours) + int(minutes)

    @property
    def interval_h(self) -> float:
        """Length of an interval in hours of the day."""
        return self.interval_min / 60

    @property
    def unserved(self) -> Price:
        """The cost of a kWh that cannot be served; without a statement, ten times the dearest tariff."""
        return 10 * self.buy.high if self.unserved_price is None else self.unserved_price

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
        if self.unserved < self.buy.high:
            wrong.append(("unserved_price", f"is below the dearest tariff ({self.buy.high})"))
        if self.unserved_price is not None and self.grid_limit_w is None:
            wrong.append(("unserved_price", "is for a grid limit, and there is none"))
        flexible = self.flexible_value
        if (flexible is None) != (self.flexible_wh == 0):
            wrong.append(("flexible_wh", "and flexible_value need one another"))
        if flexible is not None and not self.feed_in.high <= flexible.low <= flexible.high <= self.buy.low:
            wrong.append(("flexible_value", f"is not within {self.feed_in.high} (feed_in) to {self.buy.low} (buy)"))
        return wrong

    def _things_wrong(self) -> list[Wrong]:
        wrong: list[Wrong] = []
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
