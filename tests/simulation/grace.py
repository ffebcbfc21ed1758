"""When robots may and must be sent to seats, told from what is published alone and held against when they are sent."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from p2p.base.units import Seat
from p2p.messages import Ended, Joined, Left, Paused, Resumed, StartRound
from p2p.session.session import Session
from server.connections.connection import Connection
from server.publishing.feeds import Viewer
from server.session.sequencer import Committed

ABOUT_S = 0.1
"""What is published was let in up to three batches ago: a robot may be sent, or come, by so much sooner or later."""


@dataclass
class Vacancy:
    """A seat that nobody holds while the clock runs: since when (and by the clock that stands in sleeps), who had it.

    `sent_s`: when the last robot was sent to it.
    """

    since_s: float
    awake_s: float
    owner: str | None
    sent_s: float | None = None


@dataclass
class Grace:
    """One life of a server: which seats are vacant, and which robots have been sent and may still come."""

    session: Session
    again_s: float
    awake_s: Callable[[], float]
    lines: Mapping[Viewer, Connection]
    owners: dict[Seat, str] = field(default_factory=dict)
    vacant: dict[Seat, Vacancy] = field(default_factory=dict)
    present: set[Seat] = field(default_factory=set)
    coming: set[Seat] = field(default_factory=set)
    recalled_s: dict[Seat, float] = field(default_factory=dict)
    running: bool = False
    begun: bool = False

    def __post_init__(self) -> None:
        self.begun = self.session.phase not in ("unopened", "lobby")
        self.owners.update(self.session.roster.controllers)

    def heard(self, happened: list[Committed]) -> None:
        """Take in what is published, each thing by itself: who came and went at once was there."""
        for what in happened:
            match what.arrival.envelope.message:
                case Joined(seat=seat, stand_in=stand_in):
                    self._joined(seat, stand_in)
                case Left(seat=seat):
                    self.present.discard(seat)
                    self._look()
                case _:
                    pass
            for event in what.events:
                match event.message:
                    case StartRound() | Resumed():
                        self._runs()
                    case Paused() | Ended():
                        self.stop()
                    case _:
                        pass
        self.begun = self.begun or self.running

    def _joined(self, seat: Seat, stand_in: bool) -> None:
        if stand_in:
            late = self.awake_s() - self.recalled_s.get(seat, -ABOUT_S) >= ABOUT_S
            assert seat in self.coming or not late, f"seat {seat}: a robot has come that nobody waits for any more"
            self.owners.setdefault(seat, "robot")
        else:
            self.owners[seat] = "human"
            self._comes_no_more(seat)
        self.present.add(seat)
        self._filled(seat)

    def _runs(self) -> None:
        self.running = True
        self._look()

    def _look(self) -> None:
        """Whose seats are vacant now. Who is not there when the clock begins to run is not waited for."""
        now_s, awake_s = asyncio.get_running_loop().time(), self.awake_s()
        nobodys = not self.begun and self.session.scenario.vacancies.fill
        for seat in self.session.market_of if self.running else ():
            if seat not in self.present and seat not in self.vacant:
                self.vacant[seat] = Vacancy(now_s, awake_s, None if nobodys else self.owners.get(seat))

    def stop(self) -> None:
        """The clock stands: nobody is sent, and who has been sent and has not come by now comes no more."""
        self.running = False
        for seat in list(self.vacant):
            self._filled(seat)
            self._comes_no_more(seat)

    def _comes_no_more(self, seat: Seat) -> None:
        """A robot that was sent is called back, unless it is at the door already."""
        line = self.lines.get(seat)
        if seat in self.coming and (line is None or not line.stands_in):
            self.coming.discard(seat)
            self.recalled_s[seat] = self.awake_s()

    def _filled(self, seat: Seat) -> None:
        """A seat is vacant no longer: if a robot was due, it must have been sent."""
        one = self.vacant.pop(seat, None)
        if one is not None and self._word(one) and one.sent_s is None:
            waited_s = self.awake_s() - one.awake_s
            assert waited_s < self._grace_s(one) + ABOUT_S, f"seat {seat}: no robot was sent for {waited_s:.2f} s"

    def _word(self, one: Vacancy) -> str:
        rules = self.session.scenario.vacancies
        return rules.stand_in if one.owner == "human" else rules.fill

    def _grace_s(self, one: Vacancy) -> float:
        return 0.0 if one.owner is None else self.session.scenario.vacancies.grace_s

    def sent(self, seat: Seat, word: str) -> None:
        """A robot is sent: is it due, is it of the right kind, is it the only one?"""
        now_s, one = asyncio.get_running_loop().time(), self.vacant.get(seat)
        assert one is not None, f"seat {seat}: a robot was sent though somebody is there, or the clock stands"
        assert word == self._word(one), f"seat {seat}: {word} was sent"
        waited_s = now_s - one.since_s
        least_s = 0.0 if one.owner == "robot" else self._grace_s(one)  # one that ended with its server comes at once
        assert waited_s >= least_s - ABOUT_S, f"seat {seat}: a robot was sent after {waited_s:.2f} s"
        last_s = -self.again_s if one.sent_s is None else one.sent_s
        assert now_s - last_s >= self.again_s - 1e-6, f"seat {seat}: two robots were sent for one"
        one.sent_s = now_s
        self.coming.add(seat)
