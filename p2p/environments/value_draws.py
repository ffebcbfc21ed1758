"""Holdings dealt to each seat, period by period: values and costs that stay, shift, or are drawn anew, all by seed."""

from collections.abc import Mapping
from random import Random
from typing import Literal, TypeAlias

from p2p.base.rng import stream
from p2p.base.units import Money, Role, Seat
from p2p.scenario.overrides import Override
from p2p.scenario.schema import InducedValues, Redraw, Shift

Rotation: TypeAlias = Literal["none", "values", "roles"]
Dealt = tuple[Role, tuple[Money, ...]]
"""One trader's holding: a role and the value (or cost) of each of their units, best first."""


def deal(
    buyers: tuple[tuple[Money, ...], ...],
    sellers: tuple[tuple[Money, ...], ...],
    seats: tuple[Seat, ...],
    rng: Random,
) -> dict[Seat, Dealt]:
    """Holdings to seats at random, independent of their holders and of the order of arrival.

    Buyers' values are walked from high to low and sellers' costs from low to high, in any order given.
    """
    holdings: list[Dealt] = [("buyer", tuple(sorted(values, reverse=True))) for values in buyers]
    holdings += [("seller", tuple(sorted(costs))) for costs in sellers]
    assert len(holdings) == len(seats), "the scenario's check has seen to it"
    rng.shuffle(holdings)
    return dict(zip(seats, holdings, strict=True))


class Dealing:
    """The holdings of a market's seats in any period. The seat of each schedule is drawn once for the session.

    `overrides`: other schedules from a period on; a seat has the one in the place of its own.
    """

    def __init__(
        self,
        values: InducedValues,
        seats: tuple[Seat, ...],
        seed: int,
        market: int,
        overrides: tuple[Override, ...] = (),
    ) -> None:
        self.values, self.seats, self.seed, self.market = values, seats, seed, market
        self.overrides = sorted(overrides, key=lambda one: one.from_period)
        self.dealt = self._deal(values.buyers, values.sellers)

    def _deal(self, buyers: tuple[tuple[Money, ...], ...], sellers: tuple[tuple[Money, ...], ...]) -> dict[Seat, Dealt]:
        return deal(buyers, sellers, self.seats, stream(self.seed, "deal", self.market))

    def keep_roles(self, roles: Mapping[Seat, Role]) -> None:
        """Deal the same schedules so that seats have these roles, where both sides are of the same size."""
        self.dealt = with_roles(self.dealt, roles)

    def _schedules(self, period: int) -> dict[Seat, Dealt]:
        """The schedules that hold in a period, before shifts."""
        begun = [one for one in self.overrides if one.from_period <= period]
        buyers = [one.buyers for one in begun if one.buyers is not None]
        sellers = [one.sellers for one in begun if one.sellers is not None]
        if not buyers and not sellers:
            return self.dealt
        return self._deal(buyers[-1] if buyers else self.values.buyers, sellers[-1] if sellers else self.values.sellers)

    def __call__(self, period: int) -> dict[Seat, Dealt]:
        """Role and values of each seat in a period from 1, best first."""
        dealt = rotated(self._schedules(period), self.values.rotate, period - 1)
        if self.values.redraw is not None:
            rng = stream(self.seed, "redraw", self.market, period)
            dealt = {seat: redrawn(one, self.values.redraw, rng) for seat, one in sorted(dealt.items())}
        shifts = [shift for shift in self.values.shifts if shift.from_period <= period]
        return {seat: shifted(one, shifts, self.values.disguise) for seat, one in dealt.items()}


def with_roles(dealt: dict[Seat, Dealt], roles: Mapping[Seat, Role]) -> dict[Seat, Dealt]:
    """The holdings of each side, in their order, to the seats of that role; as they were where their numbers differ."""
    found: dict[Seat, Dealt] = {}
    for side in ("buyer", "seller"):
        seats = [seat for seat in dealt if roles.get(seat) == side]
        holdings = [one for one in dealt.values() if one[0] == side]
        if len(seats) != len(holdings):
            return dealt
        found.update(zip(seats, holdings, strict=True))
    return {seat: found[seat] for seat in dealt}


def rotated(dealt: dict[Seat, Dealt], how: Rotation, turns: int) -> dict[Seat, Dealt]:
    """The holdings after so many turns: round the seats of each side, or back and forth between pairs of both sides.

    Round a side of n seats each has each schedule once in n periods: a cyclic Latin square.
    """
    buyers, sellers = ([seat for seat, (role, _) in dealt.items() if role == side] for side in ("buyer", "seller"))
    match how:
        case "none":
            return dealt
        case "values":
            rounds = [(side[k], side[(k + turns) % len(side)]) for side in (buyers, sellers) for k in range(len(side))]
        case "roles":
            swapped = [*zip(buyers, sellers, strict=True), *zip(sellers, buyers, strict=True)]
            rounds = swapped if turns % 2 else [(seat, seat) for seat in dealt]
    now = {seat: dealt[other] for seat, other in rounds}
    return {seat: now[seat] for seat in dealt}


def redrawn(dealt: Dealt, redraw: Redraw, rng: Random) -> Dealt:
    """As many values as before, each drawn uniformly from the whole numbers of the stated range."""
    role, values = dealt
    low, high = redraw.of(role)
    drawn = [rng.randint(low, high) for _ in values]
    return role, tuple(sorted(drawn, reverse=role == "buyer"))


def shifted(dealt: Dealt, shifts: list[Shift], zero: Money = 0) -> Dealt:
    """The values plus the sum of all shifts of their side, not below zero (as it is under a disguise)."""
    role, values = dealt
    by: Money = sum(shift.buyers if role == "buyer" else shift.sellers for shift in shifts)
    return role, tuple(max(zero, value + by) for value in values) if by else values
