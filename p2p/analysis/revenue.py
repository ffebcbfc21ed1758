"""Tax revenue of contracts, subsidies negative."""

from p2p.base.units import Money
from p2p.messages import Contract
from p2p.scenario.charges import Charges


def revenue(contracts: list[Contract], charges: Charges) -> Money:
    """Money that traders paid and no trader received: charges, the operator's congestion rent, and what a matchmaker
    keeps. It counts as surplus."""
    total = 0
    for contract in contracts:
        total += charges.due("buyer", contract.quantity) + charges.due("seller", contract.quantity)
        total += (contract.price - contract.paid_to_seller) * contract.quantity
    return total
