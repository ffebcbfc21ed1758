"""The holders of each seat from when to when: a person, a robot, a robot in the place of a person, or nobody."""

from p2p.analysis.event_tables.record_context import Held, Record, RecordContext, Row, RowFold
from p2p.base.units import SECOND, Instant, Seat
from p2p.messages import Joined, Left, Open


class SeatRows(RowFold):
    """Folds arrivals and departures; keeps the context's present holders. A spell without length is no row."""

    def __init__(self, context: RecordContext) -> None:
        self._context = context
        self._since: dict[Seat, tuple[Instant, int]] = {}
        self._done: list[Row] = []
        self._now: Instant = 0

    def on_record(self, record: Record) -> None:
        """Take in a record."""
        self._now = record.at
        match record.envelope.message:
            case Open():
                self._since = dict.fromkeys(self._context.market_of, (record.at, record.number))
            case Joined(seat=seat, controller=controller, stand_in=stand_in):
                holder = Held("stand_in" if stand_in else controller, record.agent if controller == "robot" else "")
                self._change(seat, holder, record)
            case Left(seat=seat):
                self._change(seat, Held(), record)
            case _:
                pass

    def _change(self, seat: Seat, holder: Held, record: Record) -> None:
        held = self._context.held
        if holder == held.get(seat, Held()):
            return
        self._done += self._spell(seat)
        held[seat], self._since[seat] = holder, (record.at, record.number)

    def _spell(self, seat: Seat) -> list[Row]:
        """The row of a seat's present holder until now."""
        since, record = self._since.get(seat, (0, 1))
        if self._now <= since:
            return []
        row: Row = {"market": self._context.market_of[seat], **self._context.whose(seat), "record": record}
        row |= {"from_us": since, "to_us": self._now, "from_s": since / SECOND, "to_s": self._now / SECOND}
        return [row]

    def rows(self) -> list[Row]:
        """The spells by seat, in their order, the last ones up to the last record."""
        last = [row for seat in self._context.market_of for row in self._spell(seat)]
        return sorted([*self._done, *last], key=lambda row: (row["seat"], row["from_us"]))
