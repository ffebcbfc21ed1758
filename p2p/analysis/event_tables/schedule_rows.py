"""The units of each trader and period, traded or not, best first, and the contract that each went in."""

from collections.abc import Iterator

from p2p.analysis.event_tables.record_context import Row
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Quantity, Seat
from p2p.messages import Contract, Schedule


def schedule_rows(outcome: SessionOutcome) -> Iterator[Row]:
    """A row for each step of a schedule: a unit, or so many of one value; of the periods that count."""
    for market, period in outcome.counted:
        contracts = outcome.contracts[market, period]
        for seat, schedule in sorted(outcome.schedules.get((market, period), {}).items()):
            used = [one for one in contracts if seat in (one.buyer, one.seller)]
            for row in _steps(seat, schedule, used):
                yield {"market": market, "period": period, **row}


def _steps(seat: Seat, schedule: Schedule, contracts: list[Contract]) -> Iterator[Row]:
    traded = sum(one.quantity for one in contracts)
    before: Quantity = 0
    for number, step in enumerate(schedule.steps, 1):
        here = max(0, min(before + step.quantity, traded) - before)
        yield {
            "seat": seat,
            "card": seat + 1,
            "role": schedule.role,
            "step": number,
            "unit": before + 1,
            "units": step.quantity,
            "value": step.value,
            "traded": here,
            "contract": _contract_of(before + 1, contracts) if here else None,
        }
        before += step.quantity


def _contract_of(unit: Quantity, contracts: list[Contract]) -> int | None:
    """The number of the contract in which a unit went."""
    before: Quantity = 0
    for contract in contracts:
        before += contract.quantity
        if unit <= before:
            return contract.number
    return None
