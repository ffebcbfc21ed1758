"""Messages of households: forecasts, meters, batteries, the prices at which their automata buy and sell."""

from typing import Annotated, ClassVar

import msgspec

from p2p.base.units import ENVIRONMENT, QUANTITY_MAX, Money, Price, Seat
from p2p.messages.base import Message, Verdict, WirePrice


class Forecast(Message, frozen=True):
    """A household's interval as it is forecast, privately, before the market opens; a schedule follows where it trades.

    Energy in Wh: load, PV, the battery's action (`battery` above 0 charges) and its charge after it, and the net of all
    (above 0: short). Its own tariffs per kWh, its flexible load and the value of that, its battery's limits, and its
    connection's capacity in the interval. Beyond that capacity load goes unserved at a price.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    period: int
    load: int
    pv: int
    net: int
    buy: Price
    feed_in: Price
    battery: int = 0
    stored: int | None = None
    flexible: int = 0
    flexible_value: Price = 0
    power_w: int = 0
    capacity: int = 0
    grid_limit: int | None = None
    unserved_price: Price = 0


class Metered(Message, frozen=True):
    """A household's interval as it was metered, privately, after the market has closed.

    Energy in Wh. `bought` is the energy it bought in the market (below 0: sold); the imbalance went to the grid at its
    own tariffs. `gain` is what trade has left it over dealing with the grid alone, its battery doing the same.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    period: int
    load: int
    pv: int
    gain: Money
    bought: int = 0
    battery: int = 0
    stored: int | None = None
    grid_import: int = 0
    grid_export: int = 0
    flexible: int = 0
    unserved: int = 0
    curtailed: int = 0


class SetBattery(Message, frozen=True):
    """Sets what one's battery does from the next interval on, in W (below 0 it discharges), until it is changed.

    Without a target it goes by its own rule again: it keeps the house's surplus for the house's deficit. The
    environment says it back as the setting in force.
    """

    said_by: ClassVar = "agent, environment (back to them)"
    told_to: ClassVar = "environment, agent"
    recipient: ClassVar = ENVIRONMENT
    target_w: Annotated[int, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)] | None = None


class SetReservation(Message, frozen=True):
    """Sets the reservation prices at which auto-trade acts for one from the next interval on, until changed.

    It offers the whole net energy when the interval opens: it bids `buy` if that is short, and asks `sell` if there is
    a surplus. Without a price it leaves that side alone. The environment says it back as the setting in force.
    """

    said_by: ClassVar = "agent, environment (back to them)"
    told_to: ClassVar = "environment, agent"
    recipient: ClassVar = ENVIRONMENT
    buy: WirePrice | None = None
    sell: WirePrice | None = None


class Reading(Message, frozen=True):
    """The reading of a seat's meter: Wh of an interval, and its time (it may be before the session began).

    Where it counts, it is the seat's load and PV in the next interval, or the one that it says; the rules are in
    p2p/session/metering.py.
    """

    said_by: ClassVar = "gateway (a meter's, from a broker)"
    told_to: ClassVar = "session"
    seat: Seat
    taken_us: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    load: Annotated[int, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)] | None
    pv: Annotated[int, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)] | None


class Judged(Message, frozen=True):
    """The verdict on a reading; only readings that are `taken` count. The record has it, nobody else is told."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "gateway"
    seat: Seat
    verdict: Verdict
