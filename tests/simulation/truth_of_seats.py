"""What must hold of seats that change hands, worked out from the record alone: who said each order stands beside it."""

from collections import Counter, defaultdict

from p2p.analysis.seat_occupancy import SeatHolder, SeatOccupancy
from p2p.base.units import GATEWAY, Duration, Instant, Seat, is_seat
from p2p.messages import (
    Contract,
    Ended,
    EndRound,
    HandedBack,
    Joined,
    Left,
    Order,
    Paused,
    Quote,
    Resumed,
    StartRound,
    TakenOver,
    Unpaid,
)
from p2p.messages.envelope import Envelope, Event
from p2p.session.session import Session
from recordings.journal.format import Record
from tests.simulation.seats import is_robot


def seats_were_kept(session: Session, records: list[Record]) -> dict[str, int]:
    """Hold a recording against who spoke for whom; how often seats changed hands, and what was unpaid.

    `session` is a new one.
    """
    speakers, makers, time, sitting = Speakers(), Makers(), Time(session), SeatOccupancy()
    for record in records:
        envelope = record.envelope()
        before = session.markets[0].institution.state()
        sitting.on_input(envelope.message, record.at)
        time.passes(record.at)
        events = session.handle(envelope, record.at)
        for event in events:
            sitting.on_event(event, record.at)
            time.sees(event)
        speakers.heard(envelope, events, f"record {record.n}")
        makers.heard(envelope, events, f"record {record.n}")
        if envelope.sender == GATEWAY and isinstance(envelope.message, Joined | Left):
            time.sits(envelope.message)
            assert session.markets[0].institution.state() == before, f"record {record.n}: orders changed with the seat"
    time.is_counted(sitting)
    return {"taken over": speakers.taken.total(), "handed back": speakers.handed_back, "unpaid": makers.unpaid}


class Speakers:
    """Whoever holds a seat speaks for it, and nobody else, until it is another's; its owner is told of each change."""

    def __init__(self) -> None:
        self.holds: dict[Seat, bool] = {}
        self.spoke: dict[Seat, int] = {}
        self.by_robot: defaultdict[Seat, bool] = defaultdict(bool)
        self.taken: Counter[Seat] = Counter()
        self.handed_back = 0
        self.ended = False

    def heard(self, envelope: Envelope, events: list[Event], where: str) -> None:
        match envelope.message:
            case Joined(seat=seat, stand_in=stand_in):
                self.holds[seat] = stand_in
                self.spoke.pop(seat, None)
                self._told(seat, stand_in, events, where)
            case Left(seat=seat):
                del self.holds[seat]
            case _ if is_seat(envelope.sender):
                self._said(envelope.sender, envelope, where)
            case _:
                pass
        self.ended = self.ended or any(isinstance(event.message, Ended) for event in events)

    def _told(self, seat: Seat, stand_in: bool, events: list[Event], where: str) -> None:
        told = [event.message for event in events if isinstance(event.message, TakenOver | HandedBack)]
        if self.ended:
            assert told == [], f"{where}: seat {seat} was told {told} when all was over"
            return
        expected = [] if stand_in == self.by_robot[seat] else [TakenOver() if stand_in else HandedBack()]
        assert told == expected, f"{where}: seat {seat} was told {told}"
        assert all(event.to == seat for event in events if isinstance(event.message, TakenOver | HandedBack)), where
        self.by_robot[seat] = stand_in
        self.taken[seat] += TakenOver() in told
        self.handed_back += HandedBack() in told

    def _said(self, seat: Seat, envelope: Envelope, where: str) -> None:
        assert seat in self.holds, f"{where}: nobody was there on seat {seat}"
        assert envelope.meta is not None
        who = envelope.meta["who"]
        assert is_robot(who) == self.holds[seat], f"{where}: {who} spoke for seat {seat}, which was not his"
        assert is_robot(who) or who == seat, f"{where}: {who} spoke for seat {seat}"
        assert self.spoke.setdefault(seat, who) == who, f"{where}: two robots in seat {seat}"
        new = is_robot(who) or envelope.meta["taken"] == self.taken[seat]
        assert new, f"{where}: seat {seat} had said this before a robot took it, and it was void"


class Makers:
    """Who made each contract: whoever said the order. A robot's side is unpaid, and no other."""

    def __init__(self) -> None:
        self.orders: dict[int, bool] = {}
        self.quotes: dict[tuple[Seat | None, str], bool] = {}
        self.unpaid = 0

    def heard(self, envelope: Envelope, events: list[Event], where: str) -> None:
        robot = is_robot((envelope.meta or {}).get("who", 0)) and is_seat(envelope.sender)
        due: list[tuple[Seat, int]] = []
        for event in events:
            match event.message:
                case Order(order=order):
                    self.orders.setdefault(order, robot)
                case Quote(side=side, trader=trader) if trader == envelope.sender:
                    self.quotes[trader, side] = robot
                case Contract(number=number) as contract:
                    sides = (contract.buyer, "bid", contract.buy_order), (contract.seller, "ask", contract.sell_order)
                    for seat, side, order in sides:
                        assert seat is not None
                        if self._made(seat, side, order, robot if seat == envelope.sender else None):
                            due.append((seat, number))
                case _:
                    pass
        told = [(event.to, event.message.number) for event in events if isinstance(event.message, Unpaid)]
        assert sorted(told) == sorted(due), f"{where}: unpaid were {told}, but robots made {due}"  # type: ignore[type-var]
        self.unpaid += len(told)

    def _made(self, seat: Seat, side: str, order: int | None, spoke: bool | None) -> bool:
        """Whether a robot made one side of a contract; `spoke`: the one who speaks right now, None: not he."""
        if order is not None and order in self.orders:
            return self.orders[order]
        return self.quotes[seat, side] if spoke is None else spoke


class Time:
    """How long each kind of sitter held each seat of the open market, counted record by record."""

    def __init__(self, session: Session) -> None:
        self.session, self.last = session, 0
        self.open: set[int] = set()
        self.paused = False
        self.holds: dict[Seat, SeatHolder] = {}
        self.held: defaultdict[tuple[int, Seat, SeatHolder], Duration] = defaultdict(int)
        self.length: defaultdict[int, Duration] = defaultdict(int)

    def passes(self, at: Instant) -> None:
        """The time since the last record is theirs who were there after it."""
        for period in self.open if not self.paused else ():
            self.length[period] += at - self.last
            for seat in self.session.market_of:
                self.held[period, seat, self.holds.get(seat, "nobody")] += at - self.last
        self.last = at

    def sees(self, event: Event) -> None:
        match event.message:
            case StartRound(period=period):
                self.open = {period}
            case EndRound():
                self.open = set()
            case Paused():
                self.paused = True
            case Resumed():
                self.paused = False
            case _:
                pass

    def sits(self, message: Joined | Left) -> None:
        if isinstance(message, Left):
            del self.holds[message.seat]
        else:
            self.holds[message.seat] = "stand_in" if message.stand_in else message.controller

    def is_counted(self, sitting: SeatOccupancy) -> None:
        for period, length in self.length.items():
            for seat in self.session.market_of:
                held = sitting.of((0, period, seat))
                assert sum(held.values()) == length, f"period {period}, seat {seat}: {held} of {length} us"
                assert held == {kind: self.held[period, seat, kind] for kind in held}, f"period {period}, seat {seat}"
