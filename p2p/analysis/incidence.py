"""The incidence of a tax: payments and receipts of both sides, beside prices of the same market without the tax.

The prices of reference were seen without it, in other periods or sessions. They are not P0: early prices drift to
equilibrium, tax or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from p2p.analysis.market_metrics import PeriodScore
from p2p.base.exact_sum import total


@dataclass(frozen=True)
class Incidence:
    """In money by unit; a subsidy is a tax below 0. The burdens of both sides add up to the tax.

    `price_taxed`, `price_free`: mean prices with the tax and without, each unit counted once.
    """

    tax: float
    price_taxed: float
    price_free: float
    buyers: float
    sellers: float

    @property
    def buyers_share(self) -> float | None:
        """The buyers' part of the tax; None where taxes and subsidies cancel."""
        return self.buyers / self.tax if self.tax else None


def is_taxed(one: PeriodScore) -> bool:
    """Whether a period has a tax or a subsidy by unit; a commission on single units is one."""
    return bool(one.taxes.tax_buyer or one.taxes.tax_seller)


def incidence(taxed: Iterable[PeriodScore], free: Iterable[PeriodScore]) -> Incidence | None:
    """The incidence of the taxes of some periods, beside others without; None where either have no contracts."""
    with_tax = [one for one in taxed if is_taxed(one) and one.quantity]
    without = _mean_price([one for one in free if not is_taxed(one)])
    price = _mean_price(with_tax)
    if price is None or without is None:
        return None
    units = sum(one.quantity for one in with_tax)
    buyer = total(float(one.taxes.tax_buyer * one.quantity) for one in with_tax) / units
    seller = total(float(one.taxes.tax_seller * one.quantity) for one in with_tax) / units
    return Incidence(buyer + seller, price, without, price + buyer - without, without - price + seller)


def _mean_price(periods: Iterable[PeriodScore]) -> float | None:
    priced = [(one.price_mean, one.quantity) for one in periods if one.price_mean is not None]
    units = sum(many for _, many in priced)
    return total(price * many for price, many in priced) / units if units else None
