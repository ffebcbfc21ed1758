"""The experimenter's acts of a session, a row for each that took effect: one of the tables of a recording."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from p2p.base.units import EXPERIMENTER, SECOND, Instant
from p2p.messages import Extend, Hold, PaidPeriod, Refused, StartRound, Void
from p2p.messages.envelope import Envelope, Event

Row: TypeAlias = dict[str, Any]


class InterventionRows:
    """Folds a session's messages and events; `rows` are in order."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._period = 0

    def on_record(self, envelope: Envelope, at: Instant, events: Sequence[Event]) -> None:
        """Take in a message of the session and its events."""
        if envelope.sender == EXPERIMENTER:
            self._act(envelope, at, events)
        for event in events:
            if isinstance(event.message, StartRound):
                self._period = event.message.period

    def _act(self, envelope: Envelope, at: Instant, events: Sequence[Event]) -> None:
        if any(isinstance(event.message, Refused) for event in events):
            return
        message, period = envelope.message, self._period
        seat = getattr(message, "seat", None)
        if isinstance(message, Void | PaidPeriod) and message.period is not None:
            period = message.period
        kind = "hold_off" if isinstance(message, Hold) and message.off else message.directive
        self.rows.append(
            {
                "time_s": at / SECOND,
                "kind": kind,
                "seat": seat,
                "card": None if seat is None else seat + 1,
                "period": period or None,
                "length_s": message.length_us / SECOND if isinstance(message, Extend) else None,
                "digest": getattr(message, "digest", "") or None,
            }
        )
