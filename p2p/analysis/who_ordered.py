"""The traders who gave an order in a period, and the most that they alone could have gained.

Of a published market nobody knows whether a seat without an order had a trader: two denominators stand side by side.
"""

from collections.abc import Sequence

from p2p.analysis.practice_filter import PracticeFilter
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Money, Seat, is_seat
from p2p.messages import Accepted, Ask, Bid, Buy, Sell, StartRound
from p2p.messages.envelope import Envelope, Event
from p2p.schedules.equilibrium import equilibrium


class WhoOrdered:
    """Folds a session's messages and events."""

    def __init__(self) -> None:
        self.seats: dict[tuple[int, int], set[Seat]] = {}
        self._period: dict[int, int] = {}
        self._practice = PracticeFilter()

    def on_record(self, envelope: Envelope, events: Sequence[Event]) -> None:
        """Take in a message of the session and its events."""
        orders = is_seat(envelope.sender) and isinstance(envelope.message, Bid | Ask | Buy | Sell)
        for event in events:
            if not self._practice.counts(event) or event.market is None:
                continue
            if type(event.message) is StartRound:
                self._period[event.market] = event.message.period
            elif orders and type(event.message) is Accepted and is_seat(envelope.sender):
                key = event.market, self._period.get(event.market, 0)
                self.seats.setdefault(key, set()).add(envelope.sender)

    def surplus_max(self, outcome: SessionOutcome) -> Money:
        """The most that the traders who ordered could have gained, over all periods that count."""
        most = 0
        for key in outcome.counted:
            ordered, dealt = self.seats.get(key, set()), outcome.schedules.get(key, {})
            most += equilibrium(schedule for seat, schedule in dealt.items() if seat in ordered).surplus_max
        return most
