"""The possible gains that a market did not realise, in two parts: units that were missed, and units in others' place.

The split needs no equilibrium price. V is the most that the units still untraded at the close could have gained. EM is
the rest: trades of units beyond the margin. Neither is below 0, and their sum is the whole loss. The formula is ours.
Cason & Friedman (1996) split the loss by another one.
"""

from collections.abc import Iterable, Mapping

from p2p.base.units import Money, Seat
from p2p.messages import Contract, Schedule, Step
from p2p.schedules.equilibrium import equilibrium
from p2p.schedules.holding import Holding


def missed_surplus(schedules: Mapping[Seat, Schedule], contracts: Iterable[Contract]) -> Money:
    """V: the most that the units untraded at the close could have gained together, taxes aside, in money."""
    holdings = {seat: Holding(schedule.role, schedule.steps) for seat, schedule in schedules.items()}
    for contract in contracts:
        for seat in (contract.buyer, contract.seller):
            assert seat is not None, "contracts are scored as recorded, not as shown"
            holdings[seat].traded += contract.quantity
    left = (
        Schedule(schedules[seat].period, one.role, tuple(Step(*piece) for piece in one.pieces(one.units_left)))
        for seat, one in holdings.items()
        if one.units_left
    )
    return equilibrium(left).surplus_max
