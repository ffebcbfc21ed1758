"""Tax revenue of contracts, subsidies negative."""

from p2p.base.units import Money
from p2p.messages import Contract
from p2p.scenario.charges import Charges
from p2p.scenario.grid_fees import GridFees


def revenue(contracts: list[Contract], charges: Charges, fees: GridFees | None = None) -> Money:
    """Money that traders paid and no trader received: charges, the operator's congestion rent, grid fees, and what a
    matchmaker keeps. It counts as surplus."""
    total = 0
    for contract in contracts:
        total += charges.due("buyer", contract.quantity) + charges.due("seller", contract.quantity)
        total += fees.owed(contract.buyer, contract.seller, contract.quantity) if fees else 0
        total += (contract.price - contract.paid_to_seller) * contract.quantity
    return total
