"""check_environment: the rules that values and costs must obey, however they are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import msgspec

from p2p.base.rng import stream
from p2p.base.units import INSTITUTION, SECOND, Money, Quantity, Seat, is_seat
from p2p.environments.base import Environment
from p2p.messages import Contract, EndRound, Schedule, StartPeriod
from p2p.messages.envelope import Refusal
from p2p.testing.failure import expect

PERIODS = 4
PRICE = 100
"""The price of the check's contracts: any price will do, because the gains of both sides add up at each."""


def check_environment(make: Callable[[int], Environment], seed: int = 1) -> None:
    """Check an environment as the lab's own are checked: some periods, with contracts between random pairs.

    - Each period deals a schedule to every seat that may trade, best units first, and says so to the institution.
    - The same seed deals the same schedules; the state is plain data.
    - `gains` is the amount that a contract then adds to the balance; the payment of one side goes to the other.

    Args:
        make: Given a seed, a new environment for one market.
        seed: The first seed to try.

    Raises:
        CheckFailed: A rule is broken; the text says which, and where.

    Example:
        >>> from p2p.testing import check_environment
        >>> import p2p
        >>> from p2p.environments.registry import environment_of
        >>> test_1 = p2p.load_scenario("smith-1962-test-1")
        >>> check_environment(lambda seed: environment_of(test_1, tuple(range(22)), seed, 0))
    """
    for number in range(seed, seed + 3):
        one, other = make(number), make(number)
        for period in range(1, PERIODS + 1):
            dealt = _start(one, period)
            expect(dealt == _start(other, period), "The same seed deals the same", f"seed {number}, period {period}")
            rng = stream(number, "contracts", period)
            _trade(one, dealt, rng, f"seed {number}, period {period}")
            for environment in (one, other):
                environment.handle(EndRound(period), INSTITUTION)
            other = make(number) if period == PERIODS else _caught_up(make, number, period)


def _caught_up(make: Callable[[int], Environment], seed: int, period: int) -> Environment:
    """Another one of the seed, brought to the end of a period without any trade."""
    environment = make(seed)
    for earlier in range(1, period + 1):
        environment.start_period(earlier, SECOND)
        environment.handle(EndRound(earlier), INSTITUTION)
    return environment


@dataclass(frozen=True)
class _Dealt:
    schedules: tuple[tuple[Seat, Schedule], ...]
    told: StartPeriod


def _start(environment: Environment, period: int) -> _Dealt:
    sent, told = environment.start_period(period, SECOND)
    schedules = tuple((one.to, one.message) for one in sent if isinstance(one.message, Schedule) and is_seat(one.to))
    where = f"period {period}"
    expect(told.period == period, "The institution is told the period's number", where)
    for seat, schedule in schedules:
        _in_order(schedule, seat)
        units = sum(step.quantity for step in schedule.steps)
        side = told.buyers if schedule.role == "buyer" else told.sellers
        expect(side.get(seat) == units, f"Seat {seat} holds {units} units, and the institution is told so", where)
    expect(_plain(environment) is not None, "`state()` is plain data that can be written down", where)
    return _Dealt(schedules, told)


def _in_order(schedule: Schedule, seat: Seat) -> None:
    values = [step.value for step in schedule.steps]
    ordered = sorted(values, reverse=schedule.role == "buyer")
    expect(values == ordered, f"Seat {seat}'s best units come first", schedule)


def _plain(environment: Environment) -> bytes | None:
    try:
        return msgspec.json.encode(environment.state())
    except TypeError:
        return None


def _trade(environment: Environment, dealt: _Dealt, rng: Random, where: str) -> None:
    """Contracts between a random buyer and a random seller, until one side has nothing left."""
    left: dict[Seat, Quantity] = {seat: sum(s.quantity for s in one.steps) for seat, one in dealt.schedules}
    roles = {seat: one.role for seat, one in dealt.schedules}
    for number in range(1, 7):
        buyers = [seat for seat, role in roles.items() if role == "buyer" and left[seat]]
        sellers = [seat for seat, role in roles.items() if role == "seller" and left[seat]]
        if not buyers or not sellers:
            return
        buyer, seller = rng.choice(buyers), rng.choice(sellers)
        quantity = min(left[buyer], left[seller], rng.choice((1, 2)))
        _one_contract(environment, Contract(number, PRICE, "bid", buyer, seller, quantity=quantity), where)
        left[buyer] -= quantity
        left[seller] -= quantity


def _one_contract(environment: Environment, contract: Contract, where: str) -> None:
    buyer, seller = contract.buyer, contract.seller
    assert buyer is not None
    assert seller is not None
    expected: dict[Seat, Money] = {}
    for seat in (buyer, seller):
        expected[seat] = sum(environment.gains(seat, [(contract.price, contract.quantity)]))
    before = {seat: environment.balance.get(seat, 0) for seat in (buyer, seller)}
    answer = environment.handle(contract, INSTITUTION)
    expect(not isinstance(answer, Refusal), "An environment refuses no contract", contract)
    for seat in (buyer, seller):
        gained = environment.balance.get(seat, 0) - before[seat]
        rule = f"Seat {seat} gains what `gains` said ({expected[seat]}), not {gained}"
        expect(gained == expected[seat], rule, f"{contract}, {where}")
