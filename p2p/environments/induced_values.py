"""Induced values: buyers hold private reservation values, sellers private unit costs, as in Smith (1962).

Source: the MES `double-auction-mes`, whose dictionary is kept to the letter: `env = {"fix": agents, "out": outcomes}`.
`fix` has an entry per agent id (here: the seat), `out` is the list of the period's contracts (buyer_id, seller_id,
price). Values and costs come back each period, unsold units do not. The books are kept once, in holdings, contracts and
balances; the dictionary is made of them whenever it is asked for.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypedDict

from msgspec.structs import replace

from p2p.base.units import INSTITUTION, Address, Duration, Money, Price, Quantity, Role, Seat
from p2p.environments.base import Environment, Fewer
from p2p.environments.value_draws import Dealing, Dealt
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
from p2p.scenario.environment_rules import EnvironmentRules
from p2p.scenario.schema import InducedValues, Scenario
from p2p.schedules.class_size import rows_kept
from p2p.schedules.holding import Holding


class Dictionary(TypedDict):
    """The dictionary of the MES: an entry for each agent, and the period's contracts unit by unit."""

    fix: dict[Seat, dict[str, Any]]
    out: list[tuple[Seat | None, Seat | None, Price]]


class Induced(Environment):
    """The environment of one market; `env` is the MES's dictionary for the period that runs (or ran last).

    `dealt(period)` is each seat's holding in a period. `charges` are taken from the gains of trade, not from the
    dictionary, which is the MES's and knows none.
    """

    rules: ClassVar[type[EnvironmentRules]] = InducedValues

    @classmethod
    def of(cls, scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Self:
        """Schedules as they are written, who has which drawn by seed."""
        table = scenario.environment
        assert isinstance(table, InducedValues), "the registry goes by the table"
        return cls(Dealing(table, seats, seed, market, scenario.overrides), scenario.charges)

    @classmethod
    def fewer(cls, scenario: Scenario, traders: int) -> Fewer | None:
        """The rows that stay, so that P0 moves as little as can be; None where later periods have other rows."""
        table = scenario.environment
        if any(override.buyers or override.sellers for override in scenario.overrides):
            return None
        assert isinstance(table, InducedValues), "the registry goes by the table"
        kept = rows_kept(table.buyers, table.sellers, traders, scenario.charges)
        buyers, sellers = (table.buyers[one] for one in kept.buyers), (table.sellers[one] for one in kept.sellers)
        rows = (*kept.buyers, *(len(table.buyers) + one for one in kept.sellers))
        smaller = replace(table, buyers=tuple(buyers), sellers=tuple(sellers))
        return Fewer(smaller, rows, kept.price_before, kept.price_after)

    def __init__(self, dealt: Callable[[int], dict[Seat, Dealt]], charges: Charges = NO_CHARGES) -> None:
        self.dealt, self.charges = dealt, charges
        self.holdings: dict[Seat, Holding] = {}
        self.balance: dict[Seat, Money] = {}
        self.contracts: list[Contract] = []
        self._populate(dealt(1))

    def _populate(self, dealt: dict[Seat, Dealt]) -> None:
        """The books as they are at the beginning of a period."""
        self.holdings = {seat: Holding(role, map(Step, values)) for seat, (role, values) in dealt.items()}
        self.contracts = []

    @property
    def env(self) -> Dictionary:
        """The dictionary of the MES as it is now."""
        prices: dict[Seat | None, list[Price]] = {seat: [] for seat in self.holdings}
        out = []
        for contract in self.contracts:
            prices[contract.buyer] += [contract.price] * contract.quantity
            prices[contract.seller] += [contract.paid_to_seller] * contract.quantity
            out += [(contract.buyer, contract.seller, contract.price)] * contract.quantity
        return {"fix": {seat: _agent(seat, one, prices[seat]) for seat, one in self.holdings.items()}, "out": out}

    def keep_roles(self, roles: Mapping[Seat, Role]) -> None:
        """Deal the same schedules so that seats have these roles."""
        if isinstance(self.dealt, Dealing):
            self.dealt.keep_roles(roles)
            self._populate(self.dealt(1))

    def start_period(self, period: int, length_us: Duration) -> tuple[list[Outgoing], StartPeriod]:
        """Deal the schedules anew, and tell the institution who may trade how many units."""
        self._populate(self.dealt(period))
        schedules = [Outgoing(seat, Schedule(period, one.role, one.steps)) for seat, one in self.holdings.items()]
        units: dict[Role, dict[Seat, Quantity]] = {"buyer": {}, "seller": {}}
        for seat, holding in self.holdings.items():
            units[holding.role][seat] = holding.total
        return schedules, StartPeriod(period, length_us, units["buyer"], units["seller"])

    def handle(self, message: Message, sender: Address) -> Answer:
        """Enter a contract, or answer a request for the contracts, or end the period early."""
        match message:
            case Contract():
                self._enter(message)
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

    def _enter(self, contract: Contract) -> None:
        """Use the units of a contract's two sides, and add what they gained to their balances."""
        for seat, price in ((contract.buyer, contract.price), (contract.seller, contract.paid_to_seller)):
            assert seat is not None, "contracts reach the environment with their owners"
            gained = self.holdings[seat].trade(price, contract.quantity, self.charges)
            self.balance[seat] = self.balance.get(seat, 0) + gained
        self.contracts.append(contract)

    def gains(self, seat: Seat, commitments: list[tuple[Price, Quantity]]) -> list[Money]:
        """The gain of each piece of such trades to the seat, in the order in which its units would go."""
        holding = self.holdings.get(seat)
        return [] if holding is None else holding.gains(commitments, self.charges)

    def roles(self) -> dict[Seat, Role]:
        """Buyers and sellers, as they were dealt."""
        return {seat: holding.role for seat, holding in self.holdings.items()}

    def state(self) -> object:
        """The dictionary, its agents in order of id, and the balances."""
        env = self.env
        return [sorted(env["fix"].items()), env["out"], sorted(self.balance.items())]


def _agent(seat: Seat, holding: Holding, prices: list[Price]) -> dict[str, Any]:
    """One agent's entry in the dictionary of the MES: its units, best first, and what they traded at."""
    values, paid = [step.value for step in holding.steps], sum(prices)
    worth = sum(values[: len(prices)])
    common: dict[str, Any] = {"id": seat, "type": holding.role, "prices": prices}
    if holding.role == "buyer":
        bought = {"units_bought": len(prices), "total_value": worth, "expenditure": paid, "surplus": worth - paid}
        return common | {"values": values} | bought
    return common | {
        "costs": values,
        "units_sold": len(prices),
        "total_cost": worth,
        "revenue": paid,
        "profit": paid - worth,
    }
