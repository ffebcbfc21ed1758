"""Induced values: buyers hold private reservation values, sellers private unit costs, as in Smith (1962).

Source: the seed `double-auction-mes`, whose dictionary is kept to the letter:
`env = {"fix": agents, "out": outcomes}`; `fix` has an entry per agent id (here: the seat), `out` is the list of the
period's contracts (buyer_id, seller_id, price). Values and costs come back each period, unsold units do not.
"""

from random import Random
from typing import Any

from p2p.institutions import Sent
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Contract,
    Contracts,
    EndPeriod,
    Message,
    ReminderEndPeriod,
    RequestContracts,
    Schedule,
    Sell,
    StartPeriod,
    Step,
)
from p2p.units import INSTITUTION, Address, Duration, Money, Price, Role, Seat

Holding = tuple[Role, tuple[Money, ...]]
"""What one trader is dealt: a role and the value (or cost) of each of his units, best first."""


def deal(
    buyers: tuple[tuple[Money, ...], ...],
    sellers: tuple[tuple[Money, ...], ...],
    seats: tuple[Seat, ...],
    rng: Random,
) -> dict[Seat, Holding]:
    """Holdings to seats at random, whoever sits there and whenever he came.

    Buyers' values are walked from high to low and sellers' costs from low to high, whatever order they are given in.
    """
    holdings: list[Holding] = [("buyer", tuple(sorted(values, reverse=True))) for values in buyers]
    holdings += [("seller", tuple(sorted(costs))) for costs in sellers]
    assert len(holdings) == len(seats), "the scenario's check has seen to it"
    rng.shuffle(holdings)
    return dict(zip(seats, holdings, strict=True))


class Induced:
    """The environment of one market; `env` is the seed's dictionary for the period that runs (or ran last)."""

    def __init__(self, holdings: dict[Seat, Holding]) -> None:
        self.holdings = holdings
        self.env: dict[str, Any] = {}
        self._populate()

    def _populate(self) -> None:
        """The seed's agent dictionary as it is at the beginning of a period."""
        agents = {seat: _agent(seat, role, values) for seat, (role, values) in self.holdings.items()}
        self.env = {"fix": agents, "out": []}

    def start_period(self, period: int, length_us: Duration) -> tuple[list[Sent], StartPeriod]:
        """Deal the schedules anew, and tell the institution who may trade how many units."""
        self._populate()
        schedules = [
            Sent(seat, Schedule(period, role, tuple(Step(value) for value in values)))
            for seat, (role, values) in self.holdings.items()
        ]
        units: dict[Role, dict[Seat, int]] = {"buyer": {}, "seller": {}}
        for seat, (role, values) in self.holdings.items():
            units[role][seat] = len(values)
        return schedules, StartPeriod(period, length_us, units["buyer"], units["seller"])

    def handle(self, message: Message, sender: Address) -> list[Sent]:
        """Enter a contract, or answer a request for the contracts, or end the period early."""
        match message:
            case Contract():
                self._enter(message)
                return []
            case RequestContracts():
                return [Sent(sender, Contracts(tuple(self.env["out"])))]
            case ReminderEndPeriod():
                return [Sent(INSTITUTION, EndPeriod())]
            case _:
                raise AssertionError(f"an environment is not told {message.directive}")

    def _enter(self, contract: Contract) -> None:
        fix, price = self.env["fix"], contract.price
        buyer, seller = fix[contract.buyer], fix[contract.seller]
        value = buyer["values"][buyer["units_bought"]]
        cost = seller["costs"][seller["units_sold"]]
        buyer["prices"].append(price)
        buyer["units_bought"] += 1
        buyer["total_value"] += value
        buyer["expenditure"] += price
        buyer["surplus"] += value - price
        seller["prices"].append(price)
        seller["units_sold"] += 1
        seller["total_cost"] += cost
        seller["revenue"] += price
        seller["profit"] += price - cost
        self.env["out"].append((contract.buyer, contract.seller, price))

    def would_lose(self, seat: Seat, message: Message, price: Price) -> bool:
        """Whether the price is above the value, or below the cost, of the unit at hand."""
        agent = self.env["fix"][seat]
        match message:
            case Bid() | Buy() if agent["type"] == "buyer" and agent["units_bought"] < len(agent["values"]):
                return bool(price > agent["values"][agent["units_bought"]])
            case Ask() | Sell() if agent["type"] == "seller" and agent["units_sold"] < len(agent["costs"]):
                return bool(price < agent["costs"][agent["units_sold"]])
            case _:
                return False

    def state(self) -> object:
        """The dictionary, its agents in order of id."""
        return [sorted(self.env["fix"].items()), self.env["out"]]


def _agent(seat: Seat, role: Role, values: tuple[Money, ...]) -> dict[str, Any]:
    """One agent's entry in the seed's dictionary, nothing traded yet."""
    common: dict[str, Any] = {"id": seat, "type": role, "prices": []}
    if role == "buyer":
        return common | {"values": list(values), "units_bought": 0, "total_value": 0, "expenditure": 0, "surplus": 0}
    return common | {"costs": list(values), "units_sold": 0, "total_cost": 0, "revenue": 0, "profit": 0}
