"""One period as its viewer saw it: own units with prices and profits, and the market's contracts."""

from dataclasses import dataclass, field

from p2p.base.units import Duration, Money, Price, Quantity, Role
from p2p.information.downsampling import Downsampled
from p2p.information.view_state import OWN_TRADES_SHOWN, Deal, OwnTrade, PeriodView
from p2p.messages import Contract


@dataclass
class PeriodRecord:
    """A period that has started: its contracts, one's own, and sums that are kept up as they come."""

    number: int
    length_us: Duration = 0
    role: Role | None = None
    deals: list[Deal] = field(default_factory=list)
    own: list[OwnTrade] = field(default_factory=list)
    others: Downsampled[Deal] = field(default_factory=Downsampled)
    mine: Downsampled[Deal] = field(default_factory=Downsampled)
    settled: Money | None = None
    volume: Quantity = 0
    price_sum: int = 0
    price_low: Price | None = None
    price_high: Price | None = None
    own_quantity: Quantity = 0
    own_price_sum: int = 0
    profit: Money = 0

    def add_contract(self, contract: Contract, into_us: Duration) -> None:
        """Take in a contract of the market."""
        price, quantity = contract.price, contract.quantity
        deal = Deal(contract.number, into_us, price, contract.mine, contract.buyer, contract.seller, quantity)
        self.deals.append(deal)
        (self.mine if deal.mine else self.others).append(deal)
        self.volume += quantity
        self.price_sum += price * quantity
        self.price_low = price if self.price_low is None else min(price, self.price_low)
        self.price_high = price if self.price_high is None else max(price, self.price_high)

    def add_trade(self, trade: OwnTrade) -> None:
        """Take in a trade of one's own."""
        self.own.append(trade)
        self.own_quantity += trade.quantity
        self.own_price_sum += trade.price * trade.quantity
        self.profit += trade.profit

    @property
    def quantity(self) -> int:
        """Contracts of the market so far."""
        return len(self.deals)

    @property
    def price_mean(self) -> float | None:
        """Their mean price, weighted by quantity; None without contracts."""
        return self.price_sum / self.volume if self.volume else None

    @property
    def surplus(self) -> Money:
        """One's own surplus of the period; in an energy market, once metered, the gain that was settled."""
        return self.profit if self.settled is None else self.settled

    def view(self, void: bool = False) -> PeriodView:
        """The period in numbers."""
        return PeriodView(
            number=self.number,
            length_us=self.length_us,
            role=self.role,
            contracts=self.quantity,
            volume=self.volume,
            price_mean=self.price_mean,
            price_low=self.price_low,
            price_high=self.price_high,
            surplus=self.surplus,
            own_trades=len(self.own),
            own_quantity=self.own_quantity,
            own_price_sum=self.own_price_sum,
            own=tuple(self.own[:OWN_TRADES_SHOWN]),
            void=void,
        )
