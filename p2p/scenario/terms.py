"""The terms of trade: rules that experimenters set, for every institution. All have a default that does nothing."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from p2p.base.units import PRICE_MAX, SECOND, Duration

WirePriceLimit = Annotated[int, Meta(ge=0, le=PRICE_MAX)]
OrderLife = Annotated[float, Meta(ge=0.001, le=86_400)]
"""Seconds, from a millisecond, in which no order gets through a network, to a day."""
ContractPrice: TypeAlias = Literal["earlier", "random", "matchmaker"]


class Terms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Rules of trade beside the price limits and the tick. Prices in the scenario's smallest unit of money."""

    price_ceiling: WirePriceLimit | None = None
    """A price control: nobody may trade or quote above it."""
    price_floor: WirePriceLimit | None = None
    """A price control: nobody may trade or quote below it."""
    quotes: Literal["both", "buyers", "sellers"] = "both"
    """The sides that may make quotes; the others can only accept (Smith 1962, Test 8: sellers only)."""
    units: Literal["one", "many"] = "many"
    """One unit an order at the most, or many."""
    improvement: bool | None = None
    """Whether a quote must improve on the standing one. Without it, as the institution has it by nature (standing: yes;
    continuous: no; call: no)."""
    self_trade: Literal["refuse", "cancel_resting"] = "refuse"
    """The treatment of an order that meets one of the same trader: the new one is refused, or the old one leaves."""
    order_life: Literal["interval", "period", "session"] = "interval"
    """The end of an open order: with its call or period (`interval`), with the period (of several calls), or with the
    session."""
    order_life_s: OrderLife | None = None
    """Seconds for which an open order lives, pauses not counted; it ends with its period at the latest. Replacing an
    order restarts them. For `continuous` alone."""
    replace_own: bool = False
    """Whether a trader's new quote takes the place of their older one on that side. For `continuous` alone."""
    contract_price: ContractPrice = "earlier"
    """The price of a contract: the `earlier` order's, a `random` one between the two, or each trader's own
    (`matchmaker`, the difference is kept). An acceptance names no price of its own. For `continuous` alone."""
    lost_line: Literal["stay", "cancel"] = "stay"
    """The open orders of a trader whose connection is lost: they stay, or they are cancelled."""

    @property
    def life_us(self) -> Duration | None:
        """For how long an open order lives, in microseconds; None where no clock ends it."""
        return None if self.order_life_s is None else round(self.order_life_s * SECOND)


NO_TERMS = Terms()


class CallTerms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The further terms of a call auction."""

    pricing: Literal["uniform", "ask"] = "uniform"
    """One `uniform` price, or each pair at its `ask`'s price (as in the v4 model)."""
    k: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Where in the price tunnel the uniform price lies, 0 at its low end, 1 at its high end."""
    rounding: Literal["down", "nearest", "up"] = "nearest"
    """To which tick it is rounded when it falls between two."""
    rationing: Literal["earlier", "pro_rata"] = "earlier"
    """Trading among the marginal orders at one price: the `earlier` first, or each its share (`pro_rata`, rounded down,
    the remainder to the earlier)."""
    calls: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """How many calls a period has, at equal distances, the last at its end (several: frequent batch auctions)."""
    feeder_cap_kw: Annotated[float, Meta(gt=0, le=1e9)] | None = None
    """The most that a feeder carries; a call clears no more energy than that in its part of the interval."""
    interval_min: Annotated[float, Meta(gt=0, le=1_440)] = 5.0
    """Minutes of the day that a period stands for, by which the feeder's power is energy."""
    congestion_rent: Literal["operator", "buyers", "sellers"] = "operator"
    """The recipient of the difference of marginal bid and ask when the cap binds. `operator`: buyers pay the high end
    of the tunnel, sellers get its low end. `buyers` or `sellers`: all trade at the price that leaves it to them."""


class PostingTerms(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The further terms of posted offers."""

    post_s: Annotated[float, Meta(ge=0.001, le=86_400)] | None = None
    """Seconds for which sellers post at the most, below `period_s`; without it, a third of the period. Buyers have the
    rest, from whenever posting has ended."""

    def post_us(self, length_us: Duration) -> Duration:
        """The same in a period of a length."""
        return length_us // 3 if self.post_s is None else min(length_us, round(self.post_s * SECOND))
