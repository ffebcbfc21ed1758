"""Results of a period of prosumers: the gain over the grid alone, the grid's part, and the possible gain.

The bound, given the battery actions, is the most that any trade within the rules could have gained, energy as metered.
The rules: each up to its forecast net, no resale, within the feeder's capacity. It is exact: worth falls from step to
step, so the best buyers' steps are matched with the cheapest sellers'. `quoted_w_hat` compares quoted spreads, not
worth: bid less ask of each pair that traded, by that bound; it is no efficiency.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from p2p.analysis.revenue import revenue
from p2p.base.exact_sum import total
from p2p.base.units import Money, Price, Quantity, Seat
from p2p.environments.energy_value import Connection
from p2p.messages import Ask, Bid, Buy, Contract, Forecast, Message, Metered, Order, OrderId, Replace, Sell, Step
from p2p.scenario.charges import Charges
from p2p.scenario.grid_fees import GridFees
from p2p.scenario.terms import CallTerms


@dataclass
class EnergyRecords:
    """The facts of one market's period that energy is scored from. Private facts by seat; `quoted` in money."""

    forecasts: dict[Seat, Forecast] = field(default_factory=dict)
    metered: dict[Seat, Metered] = field(default_factory=dict)
    quoted: Money = 0


@dataclass(frozen=True)
class EnergyScore:
    """One market's period. Energy in Wh, money in price × Wh; `gain` has charges and congestion rent in it."""

    gain: Money
    grid_import: Quantity
    grid_export: Quantity
    unserved: Quantity
    curtailed: Quantity
    bound_given_actions: Money
    quoted: Money
    gain_by_seat: dict[Seat, Money]

    @property
    def quoted_w_hat(self) -> float | None:
        """Quoted spreads of the traded quantity over the possible gain, None if that is nothing."""
        return self.quoted / self.bound_given_actions if self.bound_given_actions else None


def connection_of(forecast: Forecast) -> Connection:
    """A household's tariffs and limits, as it was told them."""
    return Connection(
        forecast.buy,
        forecast.feed_in,
        forecast.flexible,
        forecast.flexible_value,
        forecast.grid_limit,
        forecast.unserved_price,
    )


def feeder_capacity(call: CallTerms | None) -> Quantity | None:
    """A feeder's capacity in an interval, in Wh."""
    if call is None or call.feeder_cap_kw is None:
        return None
    return int(call.feeder_cap_kw * 1_000 * call.interval_min / 60)


def best_gain(bids: Iterable[Step], asks: Iterable[Step], capacity: Quantity | None) -> Money:
    """The most that so much demand and supply can gain together, in whichever order they come."""
    wanted = sorted(bids, key=lambda step: -step.value)
    offered = sorted(asks, key=lambda step: step.value)
    gained = i = j = used_i = used_j = 0
    left = sum(step.quantity for step in wanted) if capacity is None else capacity
    while left > 0 and i < len(wanted) and j < len(offered) and wanted[i].value > offered[j].value:
        quantity = min(wanted[i].quantity - used_i, offered[j].quantity - used_j, left)
        gained += (wanted[i].value - offered[j].value) * quantity
        used_i, used_j, left = used_i + quantity, used_j + quantity, left - quantity
        if used_i == wanted[i].quantity:
            i, used_i = i + 1, 0
        if used_j == offered[j].quantity:
            j, used_j = j + 1, 0
    return gained


def bound_given_actions(books: EnergyRecords, capacity: Quantity | None) -> Money:
    """The gain of the best trade within the rules, with the batteries' actions as they were."""
    bids: list[Step] = []
    asks: list[Step] = []
    for seat, metered in books.metered.items():
        forecast = books.forecasts[seat]
        connection, net = connection_of(forecast), metered.load - metered.pv + metered.battery
        if forecast.net >= 0:
            bids += connection.wanted(net, forecast.net + forecast.flexible)
        else:
            asks += connection.offered(net, -forecast.net)
    return best_gain(bids, asks, capacity)


def score_energy(
    books: EnergyRecords,
    contracts: list[Contract],
    charges: Charges,
    capacity: Quantity | None,
    fees: GridFees | None = None,
) -> EnergyScore:
    """Score one market's period from what its households were told and the contracts that they made."""
    metered = books.metered.values()
    return EnergyScore(
        gain=total(one.gain for one in metered) + revenue(contracts, charges, fees),
        grid_import=sum(one.grid_import for one in metered),
        grid_export=sum(one.grid_export for one in metered),
        unserved=sum(one.unserved for one in metered),
        curtailed=sum(one.curtailed for one in metered),
        bound_given_actions=bound_given_actions(books, capacity),
        quoted=books.quoted,
        gain_by_seat={seat: one.gain for seat, one in books.metered.items()},
    )


class QuotedSpreads:
    """The quoted spread of each contract: the bid that was said for it less the ask.

    Orders that rest are told; the price of one that trades at once is the one just said (taking without a price: the
    other's).
    """

    def __init__(self) -> None:
        self.said: Price | None = None
        self.resting: dict[OrderId, Price] = {}

    def on_input(self, message: Message) -> None:
        """Take in the last message."""
        self.said = message.price if isinstance(message, Bid | Ask | Buy | Sell | Replace) else None

    def on_event(self, message: Message) -> None:
        """An order rests at a price."""
        if isinstance(message, Order):
            self.resting[message.order] = message.price

    def of(self, contract: Contract) -> Money:
        """Bid less ask, times the quantity."""
        if contract.taken == "call":
            bid, ask = (
                self.resting.get(order or 0, contract.price) for order in (contract.buy_order, contract.sell_order)
            )
        else:
            taker = contract.price if self.said is None else self.said
            bid, ask = (taker, contract.price) if contract.taken == "ask" else (contract.price, taker)
        return (bid - ask) * contract.quantity
