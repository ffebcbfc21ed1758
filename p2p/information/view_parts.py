"""The parts of a view, each made from what its viewer knows. Pure: nothing is kept."""

from collections.abc import Container, Iterable, Mapping

from p2p.base.units import Duration, Instant, Price, Side
from p2p.information.downsampling import Downsampled
from p2p.information.period_clock import PeriodClock
from p2p.information.period_record import PeriodRecord
from p2p.information.trader_knowledge import Knowledge
from p2p.information.view_state import (
    LEVELS_SHOWN,
    OWN_ORDERS_SHOWN,
    SESSION_POINTS,
    UNITS_SHOWN,
    ClockView,
    EarnedView,
    HouseholdView,
    Level,
    OwnOrder,
    OwnView,
    QuoteShown,
    ResultsView,
    SessionPoint,
    SideView,
    StageView,
    WelfareView,
)
from p2p.messages import OrderId
from p2p.orderbook.price_levels import BookSide
from p2p.protocol.mqtt_topics import Welfare
from p2p.scenario.payment import digits, exact, in_digits, points_of


def clock_view(clock: PeriodClock, now: Instant, periods: int, waits: bool) -> ClockView:
    """The clock at an instant."""
    return ClockView(
        phase=clock.phase,
        period=clock.period,
        next_period=clock.next_period,
        open=clock.open,
        paused=clock.paused,
        left_us=clock.time_left_us(now),
        calls=clock.calls,
        held=clock.held,
        call_left_us=clock.call_left_us(now),
        posting=clock.posting,
        gap_us=clock.gap_us,
        periods=periods,
        waits=waits,
        practice=clock.practice,
        preview=clock.preview and clock.phase == "break",
        run_us=clock.run_us(now) if clock.open else 0,
    )


def stage_view(own: Knowledge) -> StageView | None:
    """The stage that a viewer is in; None in a session without stages, and in the lobby."""
    public, progress = own.public, own.progress
    number = public.stage if progress is None else progress.stage
    if not 0 <= number < len(public.rules.stages):
        return None
    waiting = public.waiting
    return StageView(
        number=number,
        stages=len(public.rules.stages),
        shown=public.rules.stages[number],
        read=progress.read if progress else 0,
        asked=progress.asked if progress else (),
        settled=progress.settled if progress else (),
        done=progress.done if progress else False,
        behind=number < public.stage,
        moved=progress.moved if progress else False,
        left=progress.left if progress else False,
        failed=progress.failed if progress else False,
        others_done=waiting.done if waiting else 0,
        people=waiting.people if waiting else 0,
        responded=own.responded,
    )


def earned_view(own: Knowledge) -> EarnedView | None:
    """One's pay and how it came about; None before it is told, and where nobody is paid."""
    earned, rules = own.earned, own.public.rules
    payment = rules.payment
    if earned is None or payment is None:
        return None
    return EarnedView(
        points=in_digits(points_of(earned.points, rules.point_units)),
        rate=in_digits(exact(payment.rate)),
        currency=payment.currency,
        fee=earned.fee,
        base=earned.base,
        bonus=earned.bonus,
        amount=earned.amount,
        period=earned.period,
        at_floor=earned.at_floor,
        floor=in_digits(exact(payment.floor), digits(payment)),
        fee_only=earned.owed == "fee",
        base_only=earned.owed == "base",
        steps=in_digits(exact(payment.step), digits(payment)),
    )


def side_view(
    own: Knowledge, side: Side, quotes: Iterable[QuoteShown], path: Downsampled[tuple[Duration, Price | None]]
) -> SideView:
    """One side of the market."""
    public = own.public
    bids = side == "bid"
    return SideView(
        price=public.bid if bids else public.ask,
        quantity=public.bid_quantity if bids else public.ask_quantity,
        mine=own.bid_mine if bids else own.ask_mine,
        quotes=tuple(quotes),
        levels=_levels(public.book.bids if bids else public.book.asks, own),
        path=tuple(path.points),
    )


def _levels(side: BookSide, own: Knowledge) -> tuple[Level, ...]:
    """The best levels of a side of the book."""
    levels: list[Level] = []
    for level in side.by_level():
        if len(levels) == LEVELS_SHOWN:
            break
        orders = [order for order in level.orders[level.first :] if order.quantity > 0]
        mine = any(order.order_id in own.orders for order in orders)
        levels.append(Level(int(level.price), sum(int(order.quantity) for order in orders), mine))
    return tuple(levels)


def own_view(own: Knowledge, ends: Mapping[OrderId, Duration]) -> OwnView:
    """One's own units, and the newest of one's orders first. `ends`: when in the period which order's life is over."""
    holding = own.holding
    newest = sorted(own.orders.values(), key=lambda order: -order.order)
    return OwnView(
        role=own.role,
        steps=holding.steps if holding else (),
        total=holding.total if holding else 0,
        traded=own.traded,
        units_left=own.units_left,
        unit_value=own.unit_value,
        step_left=own.step_left,
        prices=tuple(own.prices[:UNITS_SHOWN]),
        surplus=own.surplus,
        surplus_total=own.surplus_total,
        unpaid=own.unpaid,
        offered=sum(order.quantity for order in newest),
        orders=tuple(
            OwnOrder(one.order, one.side, one.price, one.quantity, ends.get(one.order))
            for one in newest[:OWN_ORDERS_SHOWN]
        ),
    )


def household_view(own: Knowledge, day: Iterable[tuple[int, int, int]]) -> HouseholdView:
    """One's own household."""
    return HouseholdView(own.forecast, own.metered, own.battery, own.reservation, tuple(day))


def welfare_view(welfare: Welfare | None) -> WelfareView | None:
    """Realised gains of the last finished period and of all of them."""
    if welfare is None or not welfare.periods:
        return None
    last = welfare.periods[-1]
    return WelfareView(last.period, last.efficiency, welfare.efficiency)


def results_view(periods: list[PeriodRecord], void: Container[int] = ()) -> ResultsView:
    """Results of all periods, and their contracts in order: every n-th of them if they are many."""
    points: list[SessionPoint] = []
    before = 0
    for period in periods:
        points += [SessionPoint(before + deal.number, deal.price, False) for deal in period.others.points]
        points += [SessionPoint(before + deal.number, deal.price, True) for deal in period.mine.points]
        before += period.quantity
    every = -(-len(points) // SESSION_POINTS) or 1
    return ResultsView(tuple(period.view(period.number in void) for period in periods), tuple(points[::every]))
