"""The screen of a trader or of the public: one frozen struct, with facts told to its viewer and no others.

Terminal and page render only this. It is plain data: as JSON it is the same for every program that folds the same
facts. Its size is bounded, however long a session is: the limits are named here.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from p2p.base.units import Duration, Instant, Money, Price, Quantity, Role, Seat, Side
from p2p.information.period_clock import SessionPhase
from p2p.messages import (
    Called,
    Forecast,
    Message,
    Metered,
    OrderId,
    Reason,
    Responded,
    SetBattery,
    SetReservation,
    Step,
)
from p2p.scenario.public_rules import PublicRules
from p2p.scenario.stage_rules import StageShown
from p2p.schedules.holding import Holding, listed_values

QUOTES_SHOWN = 60
"""Quotes of a side since the last contract: more than a terminal has lines."""
LEVELS_SHOWN = 100
"""Price levels of a side of the book: more than a terminal has lines."""
CONTRACTS_SHOWN = 100
"""Contracts of the period that are listed, the last ones: more than a terminal has lines."""
CALLS_SHOWN = 100
"""Calls of the period that are listed, the last ones: more than a terminal has lines."""
UNITS_SHOWN = 1_000
"""Own units whose price is shown one by one; more are an amount."""
OWN_TRADES_SHOWN = 100
"""Own trades of a period that are listed, the first ones; sums are of all."""
OWN_ORDERS_SHOWN = 100
"""Own orders that are listed, the newest: nobody works through more."""
PENDING_SHOWN = 100
"""Own orders that wait for an answer, the newest; a connection lets fewer wait."""
DAY_SHOWN = 288
"""Forecasts of a household that are shown, the last ones: a day of five minutes."""
SESSION_POINTS = 4_096
"""Contracts on the chart of a whole session: far more than it has columns."""


class ClockView(msgspec.Struct, frozen=True):
    """Where the session is. `left_us`: of the period or break; `call_left_us`: until the next call, of `calls`.

    `posting`: whether offers are posted and hidden; then `call_left_us` is left until they are shown. `gap_us`: how
    long the server's machine stood still, where that is why the clock is stopped. `periods`: of the session, with
    those that are played again, or of the practice that runs (`practice`). `waits`: the next period waits for the
    experimenter. `run_us`: for how long the period has run, without its pauses.
    """

    phase: SessionPhase
    period: int
    next_period: int
    open: bool
    paused: bool
    left_us: Duration | None
    calls: int
    held: int
    call_left_us: Duration | None
    posting: bool
    gap_us: Duration = 0
    periods: int = 0
    waits: bool = False
    practice: bool = False
    preview: bool = False
    run_us: Duration = 0


class SeatsView(msgspec.Struct, frozen=True):
    """How many seats of the session are taken, and how many of them by robots where that is told.

    `names`: the people who are there, where the scenario shows them.
    """

    taken: int
    seats: int
    robots: int | None
    names: tuple[str, ...] = ()


class QuoteShown(msgspec.Struct, frozen=True):
    """A quote that was made since the last contract; `trader` is an alias."""

    price: Price
    mine: bool
    trader: Seat | None


class Level(msgspec.Struct, frozen=True):
    """A price level of the book: how much rests there, and whether some of it is the viewer's own."""

    price: Price
    quantity: Quantity
    mine: bool


class SideView(msgspec.Struct, frozen=True):
    """One side of the market: the standing quote, the quotes since the last contract, the book best first.

    `path`: how far into the period the standing quote changed, and its price from then on, None where none stood.
    """

    price: Price | None
    quantity: Quantity
    mine: bool
    quotes: tuple[QuoteShown, ...]
    levels: tuple[Level, ...]
    path: tuple[tuple[Duration, Price | None], ...]

    def offers(self) -> Iterator[tuple[Price, Quantity]]:
        """Price and quantity of each offer here, best first, as far as they are shown."""
        if self.levels:
            yield from ((level.price, level.quantity) for level in self.levels)
        elif self.price is not None:
            yield self.price, self.quantity


class Deal(msgspec.Struct, frozen=True):
    """A contract of the market as it is shown: how far into the period, and whether it is the viewer's own."""

    number: int
    into_us: Duration
    price: Price
    mine: Role | None
    buyer: Seat | None
    seller: Seat | None
    quantity: Quantity = 1


class OwnTrade(msgspec.Struct, frozen=True, tag="trade"):
    """A trade of the viewer's own: contract of the period, its first unit's value or cost, price, profit, quantity.

    As news it is all that traded at one instant: then prices go from `price` to `price_to`.
    """

    contract: int
    role: Role
    value: Money
    price: Price
    profit: Money
    quantity: Quantity = 1
    price_to: Price | None = None


class Sent(msgspec.Struct, frozen=True):
    """A message that the viewer sent."""

    directive: str
    message: Message


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """The fate of an order of one's own; `sent` is None if another terminal had sent it."""

    sent: Sent | None
    refused: Reason | None

    @property
    def order(self) -> Message | None:
        """The order that is answered."""
        return self.sent.message if self.sent else None


class ExpiredOrder(msgspec.Struct, frozen=True, tag="expired"):
    """An order of one's own that has left, untraded or in part: a call was held without it, or its life was over."""

    side: Side
    price: Price
    life_over: bool = False


News: TypeAlias = Answer | OwnTrade | ExpiredOrder


class PeriodView(msgspec.Struct, frozen=True):
    """A period in numbers: the market's contracts, and one's own trades. `length_us` is 0 before it has begun.

    `own_trades`, `own_quantity` and `own_price_sum` (price × quantity) are of all own trades; `own` lists the first.
    A `void` period is in no sum: its gain is not paid.
    """

    number: int
    length_us: Duration
    role: Role | None
    contracts: int
    volume: Quantity
    price_mean: float | None
    price_low: Price | None
    price_high: Price | None
    surplus: Money
    own_trades: int
    own_quantity: Quantity
    own_price_sum: int
    own: tuple[OwnTrade, ...]
    void: bool = False


class OwnOrder(msgspec.Struct, frozen=True):
    """An order of one's own that rests. `ends_us`: so far into the period its life is over; None: no clock ends it."""

    order: OrderId
    side: Side
    price: Price
    quantity: Quantity
    ends_us: Duration | None = None


class OwnView(msgspec.Struct, frozen=True):
    """One's own units and what they earned. `steps`: value or cost by quantity, best first; `prices` of traded units.

    `unit_value`: the worth of the next unit in trade, of `step_left` at that value. `unpaid`: gains of a robot's orders
    in one's place. `offered`: in orders that rest, of which `orders` has the newest.
    """

    role: Role | None
    steps: tuple[Step, ...]
    total: Quantity
    traded: Quantity
    units_left: Quantity
    unit_value: Money | None
    step_left: Quantity
    prices: tuple[Price, ...]
    surplus: Money
    surplus_total: Money
    unpaid: Money
    offered: Quantity
    orders: tuple[OwnOrder, ...]

    @property
    def values(self) -> list[Money]:
        """Value or cost of each unit of the period, best first, where units are few; of each step where they are Wh."""
        return listed_values(self.steps)

    @property
    def holding(self) -> Holding | None:
        """The units with what of them is traded, for the gain of a trade to come; None without a role."""
        if self.role is None:
            return None
        holding = Holding(self.role, self.steps)
        holding.traded = self.traded
        return holding


class HouseholdView(msgspec.Struct, frozen=True):
    """One's own household: the forecast of the interval, the meter's reading after it, the settings.

    `day`: period, load and solar of each forecast so far, the last ones.
    """

    forecast: Forecast | None
    metered: Metered | None
    battery: SetBattery
    reservation: SetReservation
    day: tuple[tuple[int, int, int], ...] = ()


class IndicativeView(msgspec.Struct, frozen=True):
    """The result of a call if it were held now."""

    price: Price | None
    quantity: Quantity


class AbsenceView(msgspec.Struct, frozen=True):
    """A time in which a robot held one's seat: its orders' contracts, then or later, and the period of one's return."""

    contracts: int
    gain: Money
    until_period: int | None


class CareView(msgspec.Struct, frozen=True):
    """The experimenter and this seat. `private`: the last words (`announced`) are to it alone, and may be an answer.

    `help_asked`: its request for help is open. `passed`: a robot trades on it by the experimenter's act. `removed`: its
    trader is out of the session.
    """

    private: bool = False
    answers: bool = False
    help_asked: bool = False
    passed: bool = False
    removed: bool = False


class WelfareView(msgspec.Struct, frozen=True):
    """Realised share of the possible gains, in the last finished period and in all of them, if that is told."""

    period: int
    period_efficiency: float | None
    efficiency: float | None


WordsKind: TypeAlias = Literal["announced", "told", "values_changed"]
"""Whose words: the experimenter's to everybody, or to this seat; the market's, that one's values are others now."""


class Words(msgspec.Struct, frozen=True):
    """Words that stand on a screen for a while, since an instant; the market's own have no text here."""

    kind: WordsKind
    text: str
    at: Instant


class LineView(msgspec.Struct, frozen=True):
    """The connection: why it is lost, if it is; and how many contracts of the session were never heard of."""

    lost: str | None
    unheard: int


class ChartView(msgspec.Struct, frozen=True):
    """The contracts of the running period on its chart, thinned where they are many: others' and one's own."""

    others: tuple[Deal, ...]
    own: tuple[Deal, ...]


class SessionPoint(msgspec.Struct, frozen=True, array_like=True):
    """A contract on the chart of the session: its number in the session, its price, whether it is one's own."""

    number: int
    price: Price
    mine: bool


class StageView(msgspec.Struct, frozen=True):
    """The stage that the viewer is in, of so many. `shown` has its texts and questions; None for the lobby.

    `read`: pages that are read; `asked`: the questions for the viewer, by number; `settled`: those that are settled.
    `done`: they wait for the others, of whom `others_done` of `people` are. `behind`: the session is further on.
    `responded`: the fate of the last answer. `moved`: the experimenter let them go on. `left`: they are out,
    `failed`: for the lack of a try at a control question.
    """

    number: int
    stages: int
    shown: StageShown
    read: int
    asked: tuple[int, ...]
    settled: tuple[int, ...]
    done: bool
    behind: bool
    moved: bool
    left: bool
    others_done: int
    people: int
    responded: Responded | None = None
    failed: bool = False


class EarnedView(msgspec.Struct, frozen=True):
    """One's pay and how it came about: `points` × `rate` is the bonus, and fee, base and bonus are the amount, rounded.

    Numbers are decimals in words, of money in `currency`. `period`: the one that is paid, where one is. `at_floor`: the
    bonus is the lowest there is, `floor`. `fee_only`: one has declined; `base_only`: failed the
    questions. `steps`: the amount is rounded to these.
    """

    points: str
    rate: str
    currency: str
    fee: str
    base: str
    bonus: str
    amount: str
    period: int | None
    at_floor: bool
    floor: str
    fee_only: bool
    steps: str
    base_only: bool = False


class ResultsView(msgspec.Struct, frozen=True):
    """Results of all periods, and their contracts on one chart, thinned if they are many."""

    periods: tuple[PeriodView, ...]
    points: tuple[SessionPoint, ...]


class ViewState(msgspec.Struct, frozen=True):
    """All that a screen shows at an instant of the session. `seat` is None for the public.

    `version` rises with everything that comes in. `results` is there when the session is over, or when it is asked for.
    `announced`: the experimenter's last words to everybody; `words`: those that still stand on the screen.
    """

    now: Instant
    version: int
    seat: Seat | None
    rules: PublicRules
    rules_before: PublicRules | None
    rules_from: int
    sees_contracts: bool
    clock: ClockView
    seats: SeatsView
    bid: SideView
    ask: SideView
    deals: tuple[Deal, ...]
    calls: tuple[Called, ...]
    indicative: IndicativeView | None
    period: PeriodView | None
    chart: ChartView
    own: OwnView
    household: HouseholdView | None
    pending: tuple[Sent, ...]
    news: News | None
    announced: str
    absence: AbsenceView | None
    welfare: WelfareView | None
    line: LineView
    results: ResultsView | None = None
    stage: StageView | None = None
    care: CareView = CareView()
    words: tuple[Words, ...] = ()
    earned: EarnedView | None = None

    @property
    def resets(self) -> bool:
        """Whether a contract takes all standing quotes with it."""
        return self.rules.capabilities.resets_on_contract

    @property
    def collects(self) -> bool:
        """Whether orders are collected and met in a call."""
        return self.rules.capabilities.collects

    def side(self, side: Side) -> SideView:
        """The bids, or the asks."""
        return self.bid if side == "bid" else self.ask
