"""A session contract by contract and trader by trader: the rows of two of its tables."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from p2p.analysis.market_metrics import PeriodScore
from p2p.analysis.practice_filter import PracticeFilter
from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome, values_number
from p2p.base.units import SECOND, Instant, Seat
from p2p.information.period_clock import MarketClocks
from p2p.messages import Contract, StartRound
from p2p.messages.envelope import Event
from p2p.scenario.assignment import arms_by_seat, information_by_seat, information_of_period
from p2p.scenario.schema import Scenario
from p2p.schedules.holding import Holding

Row: TypeAlias = dict[str, Any]


class ContractTimes:
    """When each contract was made, in seconds of its period, by market and period. Pauses do not count."""

    def __init__(self) -> None:
        self.of: dict[tuple[int, int], list[float]] = {}
        self._practice = PracticeFilter()
        self._clocks = MarketClocks()

    def on_event(self, event: Event, at: Instant) -> None:
        """Take in an event of the session, in order."""
        if not self._practice.counts(event):
            return
        self._clocks.advance(event, at)
        if event.market is None:
            return
        match event.message:
            case StartRound(period=period):
                self.of[event.market, period] = []
            case Contract():
                clock = self._clocks.of[event.market]
                self.of[event.market, clock.period].append(clock.into_us(at) / SECOND)
            case _:
                pass


def contract_rows(session: int, outcome: SessionOutcome, times: ContractTimes) -> list[Row]:
    """A row for each contract of the periods that count; values and costs are those of the units that it moved."""
    rows: list[Row] = []
    for key in outcome.counted:
        held = {seat: Holding(one.role, one.steps) for seat, one in outcome.schedules.get(key, {}).items()}
        for contract, time_s in zip(outcome.contracts[key], times.of[key], strict=True):
            row: Row = {"session": session, "market": key[0], "period": key[1], "contract": contract.number}
            row |= {"time_s": time_s, "price": contract.price, "seller_price": contract.paid_to_seller}
            row |= {"quantity": contract.quantity}
            row |= {"taken": contract.taken, "buyer": contract.buyer, "seller": contract.seller}
            rows.append(
                row | {"value": _used(held, contract.buyer, contract), "cost": _used(held, contract.seller, contract)}
            )
    return rows


def _used(held: dict[Seat, Holding], seat: Seat | None, contract: Contract) -> int | None:
    """What the units that a side of a contract has used are worth together."""
    holding = None if seat is None else held.get(seat)
    if holding is None or holding.units_left < contract.quantity:
        return None
    worth = holding.worth(contract.quantity)
    holding.traded += contract.quantity
    return worth


def trader_rows(
    session: int,
    scenario: Scenario,
    seed: int,
    cast: tuple[str, ...] | None,
    outcome: SessionOutcome,
    scores: Iterable[PeriodScore],
    sitting: SeatOccupancy,
) -> list[Row]:
    """A row for each trader and finished period, with its treatment arm, its information set, and the seat's holder.

    `cast`: the agents of a simulated session; without it, as the seats were held in each period.
    """
    arms, information = arms_by_seat(scenario, seed), information_by_seat(scenario, seed)
    rows: list[Row] = []
    for score in scores:
        key = score.market, score.period
        schedules = outcome.schedules.get(key, {})
        shown = information_of_period(scenario, values_number(score.period, outcome.again))
        competitive = score.competitive(schedules)
        for seat, gained in sorted(score.surplus_by_seat.items()):
            schedule = schedules.get(seat)
            mine = [one.quantity for one in outcome.contracts[key] if seat in (one.buyer, one.seller)]
            row: Row = {"session": session, "market": score.market, "period": score.period, "seat": seat}
            row |= {
                "agent": cast[seat] if cast else sitting.holder((*key, seat)),
                "arm": arms.get(seat),
                "information": shown.get(information[seat], information[seat]),
            }
            row |= {
                "role": schedule and schedule.role,
                "units": sum(s.quantity for s in schedule.steps) if schedule else 0,
            }
            row |= {"traded": sum(mine), "contracts": len(mine), "surplus": gained}
            row["card"] = seat + 1
            row |= {"surplus_competitive": competitive.get(seat), "unpaid": sitting.unpaid.get((*key, seat), 0)}
            rows.append(row | {f"{sitter}_s": us / SECOND for sitter, us in sitting.of((*key, seat)).items()})
    return rows
