"""The content of a screen, folded from facts: live, in replay and in tests the same. `view` is all that screens render.

Facts are folded as they come; `version` rises with each, so that a screen knows whether there is anything new. The fold
costs the same for the first fact and the last, and so does a view, which reads the tails of lists only.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import msgspec
from msgspec.structs import replace

from p2p.base.safe_text import printable
from p2p.base.units import Duration, Instant, Money, Price, Role, Seat, Side
from p2p.information.downsampling import Downsampled
from p2p.information.period_record import PeriodRecord
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.standing_words import StandingWords
from p2p.information.trader_knowledge import Knowledge
from p2p.information.view_parts import (
    clock_view,
    earned_view,
    household_view,
    own_view,
    results_view,
    side_view,
    stage_view,
    welfare_view,
)
from p2p.information.view_state import (
    CALLS_SHOWN,
    CONTRACTS_SHOWN,
    DAY_SHOWN,
    PENDING_SHOWN,
    QUOTES_SHOWN,
    AbsenceView,
    Answer,
    CareView,
    ChartView,
    ExpiredOrder,
    IndicativeView,
    LineView,
    News,
    OwnTrade,
    PeriodView,
    QuoteShown,
    SeatsView,
    Sent,
    ViewState,
)
from p2p.messages import (
    Accepted,
    Agree,
    Announced,
    Called,
    Contract,
    EndRound,
    Extended,
    Forecast,
    HandedBack,
    HelpAsked,
    Indicative,
    Message,
    Metered,
    Names,
    Order,
    OrderId,
    PassedOn,
    Quote,
    Refused,
    Removed,
    Respond,
    Schedule,
    StageBegan,
    StartRound,
    Step,
    TakenOver,
    Told,
    TurnPage,
    Unpaid,
    Withdraw,
)
from p2p.protocol.frames import NumberedFact
from p2p.protocol.mqtt_topics import Welfare
from p2p.scenario.overrides import SEES_CONTRACTS
from p2p.scenario.public_rules import PublicRules


@dataclass
class Absence:
    """A time in which a robot held one's seat: its orders' contracts, then or later, and the period of one's return."""

    contracts: int = 0
    gain: Money = 0
    until_period: int | None = None


class ViewFold:
    """One seat's view, or the public's where `seat` is None."""

    def __init__(self, rules: PublicRules, seat: Seat | None) -> None:
        self.rules, self.seat = rules, seat
        self.public = PublicKnowledge(rules)
        self.own = Knowledge(self.public)
        self.version = 0
        self.announced = ""
        self.care = CareView()
        self._helps: set[int] = set()
        self.words = StandingWords()
        self.periods: list[PeriodRecord] = []
        self._counted: list[PeriodRecord] | None = None
        self.quotes: dict[Side, deque[QuoteShown]] = {
            "bid": deque(maxlen=QUOTES_SHOWN),
            "ask": deque(maxlen=QUOTES_SHOWN),
        }
        self.path: dict[Side, Downsampled[tuple[Duration, Price | None]]] = {"bid": Downsampled(), "ask": Downsampled()}
        self.day: deque[tuple[int, int, int]] = deque(maxlen=DAY_SHOWN)
        self.indicative: Indicative | None = None
        self.names: tuple[str, ...] = ()
        self.orders: dict[int, Message] = {}
        self._ends: dict[OrderId, Duration] = {}
        self.news: News | None = None
        self.lost: str | None = None
        self.absence: Absence | None = None
        self.welfare: Welfare | None = None
        self.unheard = 0
        self._called_at: Instant | None = None
        self._traded_at: Instant | None = None

    @property
    def sees_contracts(self) -> bool:
        """Whether contracts of others are shown: else one has but one's own to count, and the public none."""
        return self.public.rules.information in SEES_CONTRACTS

    @property
    def robot_holds(self) -> bool:
        """Whether a robot holds the seat: the fate of its orders is no news of one's own."""
        return self.absence is not None and self.absence.until_period is None

    # --- what comes in ------------------------------------------------------------------------------------------

    def fold(self, told: NumberedFact) -> None:
        """Take in a fact."""
        message, at = told.message, told.at
        value, surplus = self.own.unit_value, self.own.surplus
        dealt = self._dealt()
        self.own.on_fact(message, at)
        self.version += 1
        match message:
            case Quote():
                self._quoted(message, at)
            case Called():
                self._called_at = at
            case Order(mine=True) if message.life_us is not None:
                self._lives(message, at)
            case Order(mine=True, quantity=0) if self._called_at == at != self._traded_at and not self.robot_holds:
                self.news = ExpiredOrder(message.side, message.price)
            case Contract():
                self._contracted(message, at, value, self.own.surplus - surplus)
            case Forecast(period=period, load=load, pv=pv):
                self._period(period)
                self.day.append((period, load, pv))
            case Metered(period=period, gain=gain):
                self._period(period).settled = gain
            case Schedule(period=period):
                self._period(period).role = message.role
                self._values_changed(dealt, at)
            case StartRound(period=period, length_us=length_us):
                self._started(period, length_us)
            case StageBegan():
                self._begin_stage()
            case EndRound():
                self._reset_quotes()
                if not isinstance(self.news, OwnTrade):  # a period's results stand beside no refusal of it
                    self.news = None
            case Accepted(token=token) | Refused(token=token) if self.robot_holds or token in self._helps:
                self._helps.discard(token)  # a robot's, or of a request for help, which is told in words of its own
            case Accepted(token=token):
                sent = self._sent(token)
                if sent is None or not isinstance(sent.message, TurnPage | Agree | Respond | Withdraw):
                    self.news = Answer(sent, None)
                elif isinstance(self.news, Answer):  # a stage's screen shows where one is by then
                    self.news = None
            case Refused(token=token, reason=reason):
                self.news = Answer(self._sent(token), reason)
            case Announced(text=text):
                self.announced = printable(text, lines=True)
                self.care = replace(self.care, private=False, answers=False)
                self.words.put_up("announced", self.announced, at)
            case Told() | HelpAsked() | PassedOn() | Removed():
                self._cared(message, at)
            case TakenOver():
                self.orders.clear()
                self.absence = Absence()
            case Unpaid(gain=gain) if self.absence:
                self.absence.contracts += 1
                self.absence.gain += gain
            case HandedBack() if self.absence:
                self.absence.until_period = self.public.period
            case Extended() if self.period:
                self.period.length_us = self.public.clock.length_us
            case _:
                pass
        self._trace(at)

    def set_states(self, states: Mapping[str, Message]) -> None:
        """Take in the latest states by directive: they have no numbers, and hold until the next ones."""
        indicative = states.get(Indicative.directive)
        if isinstance(indicative, Indicative) and indicative != self.indicative:
            self.indicative = indicative
            self.version += 1
        names = states.get(Names.directive)
        if isinstance(names, Names) and names.names != self.names:
            self.names = names.names
            self.version += 1

    def set_welfare(self, welfare: Welfare) -> None:
        """Take in what the periods came to, where the public is told."""
        self.welfare = welfare
        self.version += 1

    def set_missed(self, contracts: int) -> None:
        """So many contracts of the session were never heard of."""
        self.unheard = contracts
        self.version += 1

    def set_pending(self, token: int, message: Message) -> None:
        """An order has been sent: it waits for its answer."""
        self.orders[token] = message
        self.version += 1

    def set_help_pending(self, token: int) -> None:
        """A request for help has been sent: its answer is no order's."""
        self._helps.add(token)

    def take_down_words(self) -> None:
        """The words on the screen have been read."""
        self.words.take_down()
        self.version += 1

    def line_lost(self, why: str) -> None:
        """The connection is gone, and is being tried again."""
        self.lost = why
        self.version += 1

    def line_up(self) -> None:
        """The connection is there."""
        self.lost = None
        self.version += 1

    # --- what is shown ------------------------------------------------------------------------------------------

    def view(self, now: Instant, results: bool = False) -> ViewState:
        """All content of a screen at an instant; results of the periods only if asked."""
        period, public = self.period, self.public
        stage = stage_view(self.own)
        periods = stage.shown.periods if stage and public.clock.practice else public.periods
        clock = clock_view(public.clock, now, periods, public.waits)
        would, absence = self.indicative, self.absence
        return ViewState(
            now=now,
            version=self.version,
            seat=self.seat,
            rules=self.public.rules,
            rules_before=self.public.rules_before,
            rules_from=self.public.rules_from,
            sees_contracts=self.sees_contracts,
            clock=clock,
            seats=SeatsView(public.seats_taken, public.seats, public.robots, self.names),
            bid=side_view(self.own, "bid", self.quotes["bid"], self.path["bid"]),
            ask=side_view(self.own, "ask", self.quotes["ask"], self.path["ask"]),
            deals=tuple(period.deals[-CONTRACTS_SHOWN:]) if period else (),
            calls=tuple(public.calls[-CALLS_SHOWN:]),
            indicative=None if would is None else IndicativeView(would.price, would.quantity),
            period=self._shown(period) if period else None,
            chart=ChartView(tuple(period.others.points), tuple(period.mine.points)) if period else ChartView((), ()),
            own=own_view(self.own, self._ends),
            household=household_view(self.own, self.day) if self.rules.energy else None,
            pending=tuple(_sent(one) for one in list(self.orders.values())[-PENDING_SHOWN:]),
            news=self.news,
            announced=self.announced,
            absence=AbsenceView(absence.contracts, absence.gain, absence.until_period) if absence else None,
            welfare=welfare_view(self.welfare),
            line=LineView(self.lost, self.unheard),
            results=results_view(self.periods, public.void) if results else None,
            care=self.care,
            words=self.words.shown(now),
            stage=stage,
            earned=earned_view(self.own),
        )

    def stamp(self, now: Instant) -> tuple[int, Duration | None, int]:
        """Version, time left and standing words of a view at an instant, without the rest: whether there is anything
        new to show."""
        return self.version, self.public.clock.time_left_us(now), len(self.words.shown(now))

    @property
    def period(self) -> PeriodRecord | None:
        """The period that runs, or ran last."""
        return self.periods[-1] if self.periods else None

    def _begin_stage(self) -> None:
        """A stage begins. Practice has periods of its own, and none of them is shown behind it."""
        practice = self.public.clock.practice
        if practice and self._counted is None:
            self._counted, self.periods = self.periods, []
        elif not practice and self._counted is not None:
            self.periods, self._counted = self._counted, None
        self.news = None

    # --- the fold's steps ---------------------------------------------------------------------------------------

    def _sent(self, token: int) -> Sent | None:
        order = self.orders.pop(token, None)
        return None if order is None else _sent(order)

    def _shown(self, period: PeriodRecord) -> PeriodView:
        return period.view(period.number in self.public.void)

    def _period(self, number: int) -> PeriodRecord:
        if not self.periods or self.periods[-1].number != number:
            self.periods.append(PeriodRecord(number))
        return self.periods[-1]

    def _started(self, number: int, length_us: Duration) -> None:
        period = self._period(number)
        period.length_us = length_us
        self.news = None
        self._reset_quotes()
        self._ends.clear()
        for path in self.path.values():
            path.clear()

    def _cared(self, message: Told | HelpAsked | PassedOn | Removed, at: Instant) -> None:
        """The experimenter's words to this seat alone, and what becomes of it."""
        match message:
            case Told(text=text, answers=answers):
                if text:
                    self.announced = printable(text, lines=True)
                    self.words.put_up("told", self.announced, at)
                    self.care = replace(self.care, private=True, answers=answers)
                self.care = replace(self.care, help_asked=self.care.help_asked and not answers)
            case HelpAsked(withdrawn=withdrawn):
                self.care = replace(self.care, help_asked=not withdrawn)
            case PassedOn(off=off):
                self.care = replace(self.care, passed=not off)
            case Removed(off=off):
                self.care = replace(self.care, removed=not off, help_asked=False)
            case _:
                assert_never(message)

    def _dealt(self) -> tuple[Role, tuple[Step, ...]] | None:
        """One's own role and steps as they were dealt last; None before any, and for households."""
        holding = self.own.holding
        return None if holding is None or self.rules.energy else (holding.role, holding.steps)

    def _values_changed(self, before: tuple[Role, tuple[Step, ...]] | None, at: Instant) -> None:
        """Say where one's values (or costs) are others than in the period before."""
        self.words.take_down("values_changed")
        if before is not None and before != self._dealt():
            self.words.put_up("values_changed", "", at)

    def _lives(self, order: Order, at: Instant) -> None:
        """An order of one's own lives so long from now on, or its life is over."""
        assert order.life_us is not None
        if order.quantity:
            self._ends[order.order] = self.public.clock.run_us(at) + order.life_us
            return
        self._ends.pop(order.order, None)
        if not self.robot_holds:
            self.news = ExpiredOrder(order.side, order.price, life_over=True)

    def _reset_quotes(self) -> None:
        for quotes in self.quotes.values():
            quotes.clear()

    def _quoted(self, quote: Quote, at: Instant) -> None:
        if quote.price is not None:
            self.quotes[quote.side].append(QuoteShown(quote.price, quote.mine, quote.trader))

    def _trace(self, at: Instant) -> None:
        """Note the quotes that stand from now on, where they are others than before."""
        self._trace_side("bid", self.public.bid, at)
        self._trace_side("ask", self.public.ask, at)

    def _trace_side(self, side: Side, price: Price | None, at: Instant) -> None:
        points = self.path[side].points
        if price != (points[-1][1] if points else None):
            self.path[side].append((min(self.public.clock.into_us(at), self.public.clock.run_us(at)), price))

    def _contracted(self, contract: Contract, at: Instant, value: Money | None, profit: Money) -> None:
        if self.public.resets:
            self._reset_quotes()
        if self.period is None:
            return
        self.period.add_contract(contract, self.public.clock.into_us(at))
        if contract.mine and value is not None:
            price = contract.own_price
            trade = OwnTrade(contract.number, contract.mine, value, price, profit, contract.quantity)
            self.period.add_trade(trade)
            same = self.news if self._traded_at == at and isinstance(self.news, OwnTrade) else None
            self.news = trade if same is None else _together(same, trade)
            self._traded_at = at


def _together(before: OwnTrade, trade: OwnTrade) -> OwnTrade:
    """Trades of one instant as one piece of news: all units and their gain, from the lowest price to the highest."""
    low = min(before.price, trade.price)
    high = max(before.price_to or before.price, trade.price)
    profit, quantity = before.profit + trade.profit, before.quantity + trade.quantity
    return msgspec.structs.replace(
        before, price=low, price_to=None if low == high else high, profit=profit, quantity=quantity
    )


def _sent(message: Message) -> Sent:
    return Sent(message.directive, message)
