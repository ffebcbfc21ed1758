"""Each message of a trader's: when it was said, what its sender had seen by then, and its answer.

The facts of a seat are counted as its line counts them. A client says with each message the number of the last fact
that it had (`seen`). One that says none is taken to have had all that were told before.
"""

from collections.abc import Sequence
from typing import NamedTuple

from p2p.analysis.event_tables.order_rows import OrderRows
from p2p.analysis.event_tables.record_context import Record, RecordContext, Row, RowFold
from p2p.base.units import SECOND, Instant, Price, Seat, is_seat
from p2p.information.projection import Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.messages import Accepted, Refused
from p2p.messages.envelope import Event
from p2p.scenario.assignment import scenarios_of_markets
from p2p.scenario.overrides import InformationSet
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario


class Moment(NamedTuple):
    """When a fact was told, and the quotes that its listeners had then."""

    at: Instant
    bid: Price | None
    ask: Price | None


class MessageRows(RowFold):
    """Folds records, after the orders; `rows` are in order."""

    def __init__(self, context: RecordContext, orders: OrderRows, scenario: Scenario, seed: int) -> None:
        """`orders`: they know the number of the order that a message has made."""
        self._context, self._orders, self._views = context, orders, Projector(scenario, seed)
        self.rows: list[Row] = []
        self._told: dict[Seat, list[Moment]] = {seat: [] for seat in context.market_of}
        self._publics: dict[tuple[int, InformationSet], PublicKnowledge] = {}
        self._listeners: dict[tuple[int, InformationSet], list[Seat]] = {}
        own = scenarios_of_markets(scenario, seed)
        for seat, market in context.market_of.items():
            channel = market, self._views.information[seat]
            self._listeners.setdefault(channel, []).append(seat)
            if channel not in self._publics:
                self._publics[channel] = PublicKnowledge(public_rules(own[market], channel[1]))

    def on_record(self, record: Record) -> None:
        """Take in a record."""
        sender = record.envelope.sender
        if is_seat(sender) and not record.practice:
            self.rows.append(self._row(sender, record))
        for event in record.every:
            self._tell(event, record.at)

    def _row(self, seat: Seat, record: Record) -> Row:
        envelope, told = record.envelope, self._told[seat]
        message, seen = envelope.message, min(envelope.seen or len(told), len(told))
        had = told[seen - 1] if seen else None
        now = told[-1] if told else None
        result, reason = _answer(seat, record.events)
        row = self._context.head(record, self._context.market_of[seat]) | self._context.whose(seat)
        row |= {"token": envelope.token, "directive": message.directive, "order_id": self._orders.made}
        row |= {name: getattr(message, name, None) for name in ("price", "quantity")}
        row |= {"confirmed": int(getattr(message, "confirmed", False)), "result": result, "reason": reason}
        row |= {"seen": envelope.seen or None, "told": len(told), "reaction_s": had and (record.at - had.at) / SECOND}
        row |= {"bid_seen": had and had.bid, "ask_seen": had and had.ask}
        return row | {"bid": now and now.bid, "ask": now and now.ask}

    def _tell(self, event: Event, at: Instant) -> None:
        """Count the fact with each seat that is told it, in whichever form."""
        shown = self._views.project(event)
        if shown is None:
            return
        for channel, public in self._publics.items():
            market, information = channel
            if shown.market not in (None, market):
                continue
            form = shown.form(information)
            if form is not None:
                public.on_fact(form, at)
            moment = Moment(at, *_quotes(public))
            for seat in self._listeners[channel]:
                if form is not None or seat in shown.own:
                    self._told[seat].append(moment)


def _quotes(public: PublicKnowledge) -> tuple[Price | None, Price | None]:
    """The best bid and ask that listeners know of; where orders are collected, from the book, if it is shown."""
    if not public.rules.capabilities.collects:
        return public.bid, public.ask
    bid, ask = public.book.bids.best(), public.book.asks.best()
    return (None if bid is None else int(bid.price)), (None if ask is None else int(ask.price))


def _answer(seat: Seat, events: Sequence[Event]) -> tuple[str, str | None]:
    """What came of a message: accepted, refused and why, or nothing where it was said twice."""
    for event in events:
        if event.to == seat:
            match event.message:
                case Accepted():
                    return "accepted", None
                case Refused(reason=reason):
                    return "refused", reason
                case _:
                    pass
    return "repeated", None
