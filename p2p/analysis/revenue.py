"""Tax revenue of contracts, subsidies negative."""

from p2p.base.units import Money
from p2p.messages import Contract
from p2p.scenario.charges import Charges


def revenue(contracts: list[Contract], charges: Charges) -> Money:
    """What traders paid and nobody of them got: charges, and the operator's congestion rent. It counts as surplus."""
    total = 0
    for contract in contracts:
        total += charges.due("buyer", contract.quantity) + charges.due("seller", contract.quantity)
        if contract.seller_price is not None:
            total += (contract.price - contract.seller_price) * contract.quantity
    return total
