"""What one period came to, as its trader saw it: own units with prices and profits, and the market's contracts."""

from dataclasses import dataclass, field

from p2p.base.units import Duration, Money, Price, Quantity, Role, Seat
from p2p.messages import Contract
from tui.model.downsampling import Downsampled


@dataclass(frozen=True)
class OwnTrade:
    """A trade of one's own: which contract of the period, its first unit's value or cost, price, profit, how much."""

    contract: int
    role: Role
    value: Money
    price: Price
    profit: Money
    quantity: Quantity = 1


@dataclass(frozen=True)
class Deal:
    """A contract of the market as it is shown: how far into the period, and whether it is one's own."""

    number: int
    into_us: Duration
    price: Price
    mine: Role | None
    buyer: Seat | None
    seller: Seat | None
    quantity: Quantity = 1


@dataclass
class Period:
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
        return self.settled if self.settled is not None else sum(trade.profit for trade in self.own)
