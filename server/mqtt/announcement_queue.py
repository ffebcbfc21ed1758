"""The announcement board of one market: sentences for people, until the broker has confirmed them."""

from collections import deque

import msgspec

from p2p.base.units import SECOND, Duration, Instant
from p2p.messages import (
    Announced,
    Ended,
    EndRound,
    Extended,
    Held,
    Intermission,
    Lobby,
    Message,
    Paused,
    Resumed,
    RulesChanged,
    StartRound,
    Voided,
)
from p2p.protocol.mqtt_topics import ANNOUNCEMENTS_KEPT, Announcement
from p2p.scenario.public_rules import PublicRules


class AnnouncementQueue:
    """Announcements that were not confirmed; if too many wait for a broker, the oldest are let go."""

    def __init__(self, rules: PublicRules) -> None:
        self.rules = rules
        self._unsaid: deque[Announcement] = deque(maxlen=ANNOUNCEMENTS_KEPT)
        self._words: Announcement | None = None
        self._again: list[Announcement] = []

    def on_fact(self, number: int, message: Message, at: Instant, left_us: Duration | None) -> None:
        """Take in a fact, so much being left of the period after it; most have nothing to announce."""
        text = sentence(message, self.rules, left_us)
        if text:
            said = Announcement(at, number, text, "experimenter" if isinstance(message, Announced) else "session")
            self._unsaid.append(said)
            self._words = said if said.by == "experimenter" else self._words

    def renew(self) -> None:
        """A broker that may have forgotten the experimenter's last words, which it is to retain."""
        self._again = [self._words] if self._words and self._words not in self._unsaid else []

    def due(self) -> list[tuple[bytes, bool]]:
        """Announcements that the broker has not confirmed, in order, and whether each is to be retained."""
        return [(msgspec.json.encode(one), one.by == "experimenter") for one in (*self._again, *self._unsaid)]

    def confirmed(self) -> None:
        """The broker has confirmed all that was due."""
        self._again = []
        self._unsaid.clear()


def sentence(message: Message, rules: PublicRules, left_us: Duration | None) -> str:
    """The announcement to people with so much left of the period, or nothing."""
    match message:
        case Lobby(taken=taken, seats=seats) if taken == seats:
            return "All seats are taken."
        case StartRound(period=period, length_us=length_us):
            return f"Period {period} of {rules.periods} has begun: {length_us / SECOND:g} s."
        case EndRound(period=period):
            return f"Period {period} is over."
        case Intermission(next_period=period, length_us=length_us):
            return f"Period {period} begins in {length_us / SECOND:g} s."
        case RulesChanged(period=period):
            return f"Rules change with period {period}."
        case Voided(period=period):
            return f"Period {period} does not count: it is not paid."
        case Held(off=False):
            return "The next period waits for the experimenter."
        case Paused():
            return "The session is paused."
        case Resumed():
            return "The session goes on."
        case Extended():
            return f"The period has been extended: {(left_us or 0) / SECOND:.0f} s are left."
        case Ended():
            return "The session is over."
        case Announced(text=text):
            return text
        case _:
            return ""
