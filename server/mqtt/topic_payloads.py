"""The payloads of a market's retained topics, from its public's knowledge after so many facts."""

from p2p.base.units import Instant, Price, Quantity
from p2p.information.public_knowledge import PublicKnowledge
from p2p.messages import Indicative, Message
from p2p.orderbook.price_levels import BookSide
from p2p.protocol.mqtt_topics import CALLS_KEPT, LEVELS_SHOWN, Book, Call, Standing, State


def standing(public: PublicKnowledge, at: Instant, number: int) -> Standing:
    """The standing quotes; a side without a price has no quantity."""
    quantities = [
        0 if price is None else quantity
        for price, quantity in ((public.bid, public.bid_quantity), (public.ask, public.ask_quantity))
    ]
    return Standing(at, number, public.bid, public.ask, *quantities)


def book(public: PublicKnowledge, at: Instant, number: int) -> Book:
    """The book by levels."""
    return Book(at, number, _levels(public.book.bids), _levels(public.book.asks))


def _levels(side: BookSide) -> list[tuple[Price, Quantity]]:
    """The best levels of a side: price and what rests there."""
    levels: list[tuple[Price, Quantity]] = []
    for order in side:
        price, quantity = int(order.price), int(order.quantity)
        if levels and levels[-1][0] == price:
            levels[-1] = (price, levels[-1][1] + quantity)
        elif len(levels) == LEVELS_SHOWN:
            break
        else:
            levels.append((price, quantity))
    return levels


def call(public: PublicKnowledge, states: list[Message], at: Instant, number: int) -> Call:
    """The calls that were held, and what the states say of one held now: nothing where that is hidden."""
    would = next((state for state in states if isinstance(state, Indicative)), None)
    price, quantity = (would.price, would.quantity) if would else (None, None)
    return Call(at, number, public.period, public.calls[-CALLS_KEPT:], public.clock.next_call_at, price, quantity)


def state(public: PublicKnowledge, now: Instant, seats: int) -> State:
    """Where the session is."""
    return State(
        now=now,
        phase=public.phase,
        period=public.period,
        periods=public.periods,
        open=public.open,
        paused=public.paused,
        left_us=public.time_left_us(now),
        next_period=public.clock.next_period,
        seats_taken=public.seats_taken,
        seats=seats,
        posting=public.clock.posting,
    )
