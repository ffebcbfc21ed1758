"""Prosumers: households with load, panels and batteries, who may trade with one another what they lack or have over.

Before an interval each seat is told its forecast, and the institution who may buy or sell up to its net (no resale).
When the round has ended the metered energy is settled: the imbalance goes to the seat's own tariff. The worth of trade
to a seat is its gain over dealing with the grid alone under the same battery actions.
"""

from dataclasses import dataclass, field
from typing import Self

from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.units import INSTITUTION, Address, Duration, Money, Price, Quantity, Role, Seat, is_seat
from p2p.environments.base import Environment, Fewer
from p2p.environments.energy_value import settled
from p2p.environments.household_days import Days, drawn_days
from p2p.messages import (
    Ask,
    Bid,
    Contract,
    Contracts,
    EndPeriod,
    EndRound,
    Forecast,
    Message,
    Metered,
    ReminderEndPeriod,
    RequestContracts,
    Schedule,
    SetBattery,
    SetReservation,
    StartPeriod,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.scenario.grid_fees import GridFees
from p2p.scenario.prosumer_schema import Prosumers
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.schedules.holding import Holding


@dataclass
class Interval:
    """One seat's interval so far: `bought` in Wh (below 0: sold), `paid` with charges, and the gain of all that by its
    steps."""

    net: Quantity
    battery: Quantity = 0
    bought: Quantity = 0
    paid: Money = 0
    gained: Money = 0


@dataclass
class Standing:
    """A seat's settings until they are changed, and its battery's charge."""

    stored: Quantity | None
    target_w: int | None = None
    reservation: SetReservation = field(default_factory=SetReservation)


class Prosumer(Environment):
    """The environment of one market of households."""

    rules = Prosumers

    @classmethod
    def of(cls, scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Self:
        """Households whose days and tariffs are drawn by seed."""
        assert scenario.energy is not None, "the registry goes by the table"
        fees = GridFees(scenario.energy.grid_fees, seats) if scenario.energy.grid_fees else None
        return cls(drawn_days(scenario.energy, seats, seed, market), scenario.institution, scenario.charges, fees)

    @classmethod
    def fewer(cls, scenario: Scenario, traders: int) -> Fewer | None:
        """Fewer households, panels and batteries in the same proportion; None where data or fees are of all."""
        table = scenario.energy
        assert table is not None, "the registry goes by the table"
        if table.grid_fees or table.days:
            return None
        pv = None if table.pv is None else round(table.pv * traders / table.seats)
        batteries = round(table.batteries * traders / table.seats)
        battery = table.battery if batteries else None
        return Fewer(replace(table, seats=traders, pv=pv, batteries=batteries, battery=battery))

    def __init__(
        self, days: Days, prices: InstitutionRules, charges: Charges = NO_CHARGES, fees: GridFees | None = None
    ) -> None:
        self.days, self.prices, self.charges, self.fees = days, prices, charges, fees
        self.period = 0
        self.balance: dict[Seat, Money] = {}
        self.holdings: dict[Seat, Holding] = {}
        self.intervals: dict[Seat, Interval] = {}
        self.contracts: list[tuple[Seat | None, Seat | None, Price]] = []
        self.readings: dict[Seat, tuple[Quantity | None, Quantity | None]] = {}
        self.measured: dict[Seat, tuple[Quantity | None, Quantity | None]] = {}
        self.standing = {
            seat: Standing(None if one.storage is None else one.storage.start) for seat, one in days.households.items()
        }

    # --- before the interval ------------------------------------------------------------------------------------

    def start_period(self, period: int, length_us: Duration) -> tuple[list[Outgoing], StartPeriod]:
        """Plan the batteries, tell each seat its forecast and schedule, and the institution who may trade how much."""
        self.period = period
        self.holdings, self.contracts = {}, []
        self.measured, self.readings = self.readings, {}
        sent: list[Outgoing] = []
        units: dict[Role, dict[Seat, Quantity]] = {"buyer": {}, "seller": {}}
        for seat in self.days.households:
            forecast = self._planned(seat)
            sent.append(Outgoing(seat, forecast))
            role: Role = "buyer" if forecast.net >= 0 else "seller"
            holding = Holding(role, self.days.connection(seat, period).steps(forecast.net))
            if holding.total:
                self.holdings[seat] = holding
                units[role][seat] = holding.total
                sent.append(Outgoing(seat, Schedule(period, role, holding.steps)))
        return sent, StartPeriod(period, length_us, units["buyer"], units["seller"])

    def _planned(self, seat: Seat) -> Forecast:
        """A seat's forecast; its battery does what was set, or keeps its own surplus for its own deficit."""
        one, standing = self.days.households[seat], self.standing[seat]
        connection = self.days.connection(seat, self.period)
        load, pv = self._measured_or(seat, self.days.forecast(seat, self.period))
        battery = power = capacity = 0
        if one.storage is not None and standing.stored is not None:
            power, capacity = round(one.storage.most / self.days.rules.interval_h), one.storage.high
            target = standing.target_w
            wanted = pv - load if target is None else round(target * self.days.rules.interval_h)
            battery, standing.stored = one.storage.act(standing.stored, wanted)
        self.intervals[seat] = Interval(load - pv + battery, battery)
        return Forecast(
            period=self.period,
            load=load,
            pv=pv,
            net=load - pv + battery,
            buy=connection.buy,
            feed_in=connection.feed_in,
            battery=battery,
            stored=standing.stored,
            flexible=connection.flexible,
            flexible_value=connection.flexible_value,
            power_w=power,
            capacity=capacity,
            grid_limit=connection.limit,
            unserved_price=0 if connection.limit is None else connection.unserved,
        )

    @property
    def interval_h(self) -> float:
        """Hours of the day that an interval stands for."""
        return self.days.rules.interval_h

    def read(self, seat: Seat, load: Quantity | None, pv: Quantity | None) -> None:
        """A meter's reading: the seat's load and PV in the next interval, forecast and metered; the last one counts."""
        before = self.readings.get(seat, (None, None))
        self.readings[seat] = (before[0] if load is None else load), (before[1] if pv is None else pv)

    def _measured_or(self, seat: Seat, profile: tuple[Quantity, Quantity]) -> tuple[Quantity, Quantity]:
        """Load and PV as a meter has read them for this interval, or each as the seat's own profile has it."""
        load, pv = self.measured.get(seat, (None, None))
        return profile[0] if load is None else load, profile[1] if pv is None else pv

    def orders(self) -> list[tuple[Seat, Message]]:
        """The automaton's orders for seats that have set reservation prices, in an order drawn by seed."""
        orders: list[tuple[Seat, Message]] = []
        for seat, holding in self.holdings.items():
            limits = self.standing[seat].reservation
            if holding.role == "buyer" and limits.buy is not None:
                orders.append((seat, Bid(limits.buy, holding.total)))
            elif holding.role == "seller" and limits.sell is not None:
                orders.append((seat, Ask(limits.sell, holding.total)))
        stream(self.days.seed, "automaton", self.days.market, self.period).shuffle(orders)
        return orders

    # --- while it runs, and after it ----------------------------------------------------------------------------

    def handle(self, message: Message, sender: Address) -> Answer:
        """Enter a contract, obey a seat, settle a round that has ended."""
        match message:
            case Contract():
                return self._enter(message)
            case EndRound():
                return [Outgoing(seat, self._settled(seat)) for seat in self.days.households]
            case SetBattery() if is_seat(sender):
                return self._set_battery(sender, message)
            case SetReservation() if is_seat(sender):
                return self._set_reservation(sender, message)
            case RequestContracts():
                return [Outgoing(sender, Contracts(tuple(self.contracts)))]
            case ReminderEndPeriod():
                return [Outgoing(INSTITUTION, EndPeriod())]
            case _:
                raise AssertionError(f"an environment is not told {message.directive}")

    def _enter(self, contract: Contract) -> list[Outgoing]:
        sides = (contract.buyer, 1, contract.price), (contract.seller, -1, contract.paid_to_seller)
        for seat, sign, price in sides:
            assert seat is not None, "contracts reach the environment with their owners"
            holding, interval = self.holdings[seat], self.intervals[seat]
            fee = self.fees.owed(contract.buyer, contract.seller, contract.quantity) if self.fees and sign > 0 else 0
            gained = holding.trade(price, contract.quantity, self.charges) - fee
            interval.bought += sign * contract.quantity
            interval.paid += sign * price * contract.quantity + self.charges.due(holding.role, contract.quantity) + fee
            interval.gained += gained
            self.balance[seat] = self.balance.get(seat, 0) + gained
        self.contracts.append((contract.buyer, contract.seller, contract.price))
        return []

    def _settled(self, seat: Seat) -> Metered:
        """Meter a seat's interval; its balance has what its steps say it gained, and gets what that is short of."""
        interval, connection = self.intervals[seat], self.days.connection(seat, self.period)
        load, pv = self._measured_or(seat, self.days.metered(seat, self.period))
        alone = load - pv + interval.battery
        gain = connection.worth(alone, alone - interval.bought) - interval.paid
        self.balance[seat] = self.balance.get(seat, 0) + gain - interval.gained
        rest = settled(connection, alone - interval.bought)
        return Metered(
            period=self.period,
            load=load,
            pv=pv,
            gain=gain,
            bought=interval.bought,
            battery=interval.battery,
            stored=self.standing[seat].stored,
            grid_import=rest.grid_import,
            grid_export=rest.grid_export,
            flexible=rest.flexible,
            unserved=rest.unserved,
            curtailed=rest.curtailed,
        )

    def _set_battery(self, seat: Seat, message: SetBattery) -> Answer:
        battery = self.days.rules.battery
        if self.days.households[seat].storage is None or battery is None:
            return Refusal("no_battery")
        if message.target_w is not None and abs(message.target_w) > battery.power_kw * 1_000:
            return Refusal("beyond_battery")
        self.standing[seat].target_w = message.target_w
        return [Outgoing(seat, message)]

    def _set_reservation(self, seat: Seat, message: SetReservation) -> Answer:
        rules = self.prices
        for price in (message.buy, message.sell):
            if price is None:
                continue
            if not rules.price_min <= price <= rules.price_max:
                return Refusal("price_out_of_limits")
            if (price - rules.price_min) % rules.tick:
                return Refusal("off_tick")
        self.standing[seat].reservation = message
        return [Outgoing(seat, message)]

    def gains(self, seat: Seat, commitments: list[tuple[Price, Quantity]]) -> list[Money]:
        """The gain of each piece of such trades to the seat by its forecast, in the order of its steps.

        Whose energy it will be is not known beforehand: a buyer's fee is that of the dearest neighbour.
        """
        holding, charges = self.holdings.get(seat), self.charges
        if self.fees is not None:
            charges = replace(charges, tax_buyer=charges.tax_buyer + self.fees.most(seat))
        return [] if holding is None else holding.gains(commitments, charges)

    def settings(self, seat: Seat) -> list[Message]:
        """The battery's action, if there is one, and the automaton's prices."""
        standing = self.standing[seat]
        battery = [] if standing.stored is None else [SetBattery(standing.target_w)]
        return [*battery, standing.reservation]

    def state(self) -> object:
        """Standing settings and charges, the interval so far, contracts and balances."""
        standing = [(seat, one.stored, one.target_w, one.reservation) for seat, one in sorted(self.standing.items())]
        intervals = [
            (seat, one.net, one.battery, one.bought, one.paid, one.gained)
            for seat, one in sorted(self.intervals.items())
        ]
        metered = [sorted(self.measured.items()), sorted(self.readings.items())]
        state = [self.period, standing, intervals, self.contracts, sorted(self.balance.items())]
        return [*state, metered] if any(metered) else state
