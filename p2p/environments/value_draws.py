"""Holdings dealt to each seat, period by period: values and costs that stay, shift, or are drawn anew, all by seed."""

from random import Random

from p2p.base.rng import stream
from p2p.base.units import Money, Role, Seat
from p2p.scenario.overrides import Override
from p2p.scenario.schema import InducedValues, Redraw, Shift

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
        dealt = self._schedules(period)
        if self.values.redraw is not None:
            rng = stream(self.seed, "redraw", self.market, period)
            dealt = {seat: redrawn(one, self.values.redraw, rng) for seat, one in sorted(dealt.items())}
        shifts = [shift for shift in self.values.shifts if shift.from_period <= period]
        return {seat: shifted(one, shifts, self.values.disguise) for seat, one in dealt.items()}


def redrawn(dealt: Dealt, redraw: Redraw, rng: Random) -> Dealt:
    """As many values as before, each drawn uniformly from the whole numbers of the stated range."""
    role, values = dealt
    drawn = [rng.randint(redraw.low, redraw.high) for _ in values]
    return role, tuple(sorted(drawn, reverse=role == "buyer"))


def shifted(dealt: Dealt, shifts: list[Shift], zero: Money = 0) -> Dealt:
    """The values plus the sum of all shifts of their side, not below zero (as it is under a disguise)."""
    role, values = dealt
    by: Money = sum(shift.buyers if role == "buyer" else shift.sellers for shift in shifts)
    return role, tuple(max(zero, value + by) for value in values) if by else values
