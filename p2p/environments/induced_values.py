"""Induced values: buyers hold private reservation values, sellers private unit costs, as in Smith (1962).

Source: the MES `double-auction-mes`, whose dictionary is kept to the letter:
`env = {"fix": agents, "out": outcomes}`; `fix` has an entry per agent id (here: the seat), `out` is the list of the
period's contracts (buyer_id, seller_id, price). Values and costs come back each period, unsold units do not.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from p2p.base.units import INSTITUTION, Address, Duration, Money, Price, Quantity, Role, Seat
from p2p.messages import (
    Contract,
    Contracts,
    EndPeriod,
    EndRound,
    Message,
    ReminderEndPeriod,
    RequestContracts,
    Schedule,
    SetBattery,
    SetReservation,
    StartPeriod,
    Step,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.schedules.holding import Holding

Dealt = tuple[Role, tuple[Money, ...]]
"""What one trader is dealt: a role and the value (or cost) of each of his units, best first."""


def deal(
    buyers: tuple[tuple[Money, ...], ...],
    sellers: tuple[tuple[Money, ...], ...],
    seats: tuple[Seat, ...],
    rng: Random,
) -> dict[Seat, Dealt]:
    """Holdings to seats at random, whoever sits there and whenever he came.

    Buyers' values are walked from high to low and sellers' costs from low to high, whatever order they are given in.
    """
    holdings: list[Dealt] = [("buyer", tuple(sorted(values, reverse=True))) for values in buyers]
    holdings += [("seller", tuple(sorted(costs))) for costs in sellers]
    assert len(holdings) == len(seats), "the scenario's check has seen to it"
    rng.shuffle(holdings)
    return dict(zip(seats, holdings, strict=True))


class Induced:
    """The environment of one market; `env` is the MES's dictionary for the period that runs (or ran last).

    `dealt(period)` is what each seat holds in a period; `charges` are taken from what trade gains, not from the
    dictionary, which is the MES's and knows none.
    """

    def __init__(self, dealt: Callable[[int], dict[Seat, Dealt]], charges: Charges = NO_CHARGES) -> None:
        self.dealt, self.charges = dealt, charges
        self.holdings: dict[Seat, Holding] = {}
        self.balance: dict[Seat, Money] = {}
        self.env: dict[str, Any] = {}
        self._populate(dealt(1))

    def _populate(self, dealt: dict[Seat, Dealt]) -> None:
        """The MES's agent dictionary as it is at the beginning of a period."""
        self.holdings = {seat: Holding(role, map(Step, values)) for seat, (role, values) in dealt.items()}
        agents = {seat: _agent(seat, role, values) for seat, (role, values) in dealt.items()}
        self.env = {"fix": agents, "out": []}

    def start_period(self, period: int, length_us: Duration) -> tuple[list[Outgoing], StartPeriod]:
        """Deal the schedules anew, and tell the institution who may trade how many units."""
        self._populate(self.dealt(period))
        schedules = [Outgoing(seat, Schedule(period, one.role, one.steps)) for seat, one in self.holdings.items()]
        units: dict[Role, dict[Seat, Quantity]] = {"buyer": {}, "seller": {}}
        for seat, holding in self.holdings.items():
            units[holding.role][seat] = holding.total
        return schedules, StartPeriod(period, length_us, units["buyer"], units["seller"])

    def orders(self) -> list[tuple[Seat, Message]]:
        """Nothing trades by itself."""
        return []

    def handle(self, message: Message, sender: Address) -> Answer:
        """Enter a contract, or answer a request for the contracts, or end the period early."""
        match message:
            case Contract():
                for _ in range(message.quantity):
                    self._enter(message)
                self._count(message)
                return []
            case RequestContracts():
                return [Outgoing(sender, Contracts(tuple(self.env["out"])))]
            case ReminderEndPeriod():
                return [Outgoing(INSTITUTION, EndPeriod())]
            case EndRound():
                return []
            case SetBattery():
                return Refusal("no_battery")
            case SetReservation():
                return Refusal("no_automaton")
            case _:
                raise AssertionError(f"an environment is not told {message.directive}")

    def _count(self, contract: Contract) -> None:
        """Use the units of a contract's two sides, and add what they gained to their balances."""
        for seat, price in ((contract.buyer, contract.price), (contract.seller, seller_gets(contract))):
            assert seat is not None, "contracts reach the environment with their owners"
            gained = self.holdings[seat].trade(price, contract.quantity, self.charges)
            self.balance[seat] = self.balance.get(seat, 0) + gained

    def _enter(self, contract: Contract) -> None:
        fix, price = self.env["fix"], contract.price
        gets = seller_gets(contract)
        buyer, seller = fix[contract.buyer], fix[contract.seller]
        value = buyer["values"][buyer["units_bought"]]
        cost = seller["costs"][seller["units_sold"]]
        buyer["prices"].append(price)
        buyer["units_bought"] += 1
        buyer["total_value"] += value
        buyer["expenditure"] += price
        buyer["surplus"] += value - price
        seller["prices"].append(gets)
        seller["units_sold"] += 1
        seller["total_cost"] += cost
        seller["revenue"] += gets
        seller["profit"] += gets - cost
        self.env["out"].append((contract.buyer, contract.seller, price))

    def gains(self, seat: Seat, commitments: list[tuple[Price, Quantity]]) -> list[Money]:
        """What each piece of such trades would gain the seat, in the order in which its units would go."""
        holding = self.holdings.get(seat)
        return [] if holding is None else holding.gains(commitments, self.charges)

    def settings(self, seat: Seat) -> list[Message]:
        """Nothing can be set."""
        return []

    def state(self) -> object:
        """The dictionary, its agents in order of id, and the balances."""
        return [sorted(self.env["fix"].items()), self.env["out"], sorted(self.balance.items())]


def seller_gets(contract: Contract) -> Price:
    """What the seller of a contract is paid per unit: its price, less a congestion rent where there is one."""
    return contract.price if contract.seller_price is None else contract.seller_price


def _agent(seat: Seat, role: Role, values: tuple[Money, ...]) -> dict[str, Any]:
    """One agent's entry in the MES's dictionary, nothing traded yet."""
    common: dict[str, Any] = {"id": seat, "type": role, "prices": []}
    if role == "buyer":
        return common | {"values": list(values), "units_bought": 0, "total_value": 0, "expenditure": 0, "surplus": 0}
    return common | {"costs": list(values), "units_sold": 0, "total_cost": 0, "revenue": 0, "profit": 0}
