"""Meters on a broker: their readings, checked and handed to the session as the gateway's messages.

The broker decides the writers of each seat's topic (a password and an access list: docs/mqtt.md). A message that is no
reading at all is passed over and counted. The session decides which readings count (p2p/session/metering.py).
"""

import time
from collections import Counter

from p2p.base.safe_text import printable
from p2p.base.units import GATEWAY, SECOND, Seat
from p2p.messages import Reading
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import SAFE_INT, ProtocolError
from p2p.protocol.meter_payload import measured
from server.hosted_session import HostedSession
from server.session.inbox import InboxItem
from server.session.notices import notify

GAP_S_MIN = 0.2
"""Readings of a seat that come closer together are passed over: a meter that runs wild does not fill the journal."""


class MeterInbox:
    """The readings of one session's meters."""

    def __init__(self, host: HostedSession) -> None:
        self.host = host
        table = host.status.scenario.energy
        self.interval_h = None if table is None else table.interval_h
        self.passed_over: Counter[str] = Counter()
        self._heard_s: dict[Seat, float] = {}

    def topic(self, base: str) -> str | None:
        """The topic to subscribe to; None if the session has no use for meters."""
        return None if self.interval_h is None else f"{base}/meter/+"

    def on_message(self, topic: str, payload: bytes) -> None:
        """Let a reading in, or pass it over; `passed_over` counts why."""
        try:
            self._let_in(topic.rpartition("/")[2], payload)
        except ProtocolError as error:
            if not self.passed_over[error.code] and error.code != "too_soon":
                notify(
                    f"a meter's message on {printable(topic)} is passed over: {error.why}; others like it in silence"
                )
            self.passed_over[error.code] += 1

    def _let_in(self, name: str, payload: bytes) -> None:
        status, now_s = self.host.status, time.monotonic()
        seat = int(name) if name.isascii() and name.isdecimal() and len(name) < 6 else -1
        if self.interval_h is None or seat not in status.market_of or status.over:
            raise ProtocolError("no_seat", f"no seat {name} is metered here")
        said = measured(payload, self.interval_h)
        if now_s - self._heard_s.get(seat, -GAP_S_MIN) < GAP_S_MIN:
            raise ProtocolError("too_soon", f"a reading in {GAP_S_MIN} s is enough")
        self._heard_s[seat] = now_s
        age_us = max(-SAFE_INT // 2, min(SAFE_INT // 2, round((time.time() - said.at_s) * SECOND)))
        reading = Reading(seat, self.host.opened.clock.now() - age_us, said.load, said.pv)
        self.host.inbox.put(InboxItem(Envelope(GATEWAY, reading)))
