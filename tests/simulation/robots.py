"""The robots of a simulated lab: sent to seats by the server's own vacancies, they come late, twice, or not at all."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING

from p2p.base.units import Seat
from p2p.messages import TakenOver
from p2p.messages.envelope import Event
from server.hosted_session import HostedSession
from server.session.sequencer import Committed
from server.session.vacant_seats import Vacancies
from tests.simulation.grace import Grace
from tests.simulation.seats import AGAIN_S, ROBOTS, Person, Robot

if TYPE_CHECKING:
    from tests.simulation.world import World

FIRST_S = 0.0001
"""The seats are looked at when the server listens: its first words have been heard by then, and nobody's else."""


class Robots:
    """All that were ever sent, over all lives of the server."""

    def __init__(self, world: "World") -> None:
        self.world, self.rng = world, Random(f"{world.seed}/robots")
        self.running: list[asyncio.Task[None]] = []
        self.sent: list[Robot] = []
        self.vacancies: Vacancies | None = None
        self.grace: Grace | None = None
        self.taken: Counter[Seat] = Counter()

    def heard(self, events: Iterable[Event]) -> None:
        """Count how often each seat was taken over, by what is published, or was when the server came back."""
        self.taken.update(event.to for event in events if isinstance(event.message, TakenOver))  # type: ignore[misc]

    def begin(self, host: HostedSession) -> None:
        """A server begins: its seats are watched, as `pit serve` has them watched."""
        world, session, doors = self.world, host.opened.session, host.opened.doors
        self.grace = Grace(session, AGAIN_S, world.awake_s, host.seats.connections)
        self.vacancies = Vacancies(host.status, self._send, doors.take_back, AGAIN_S)
        host.listeners += [self._published, self.grace.heard, self.vacancies.heard]
        self.looking = asyncio.get_running_loop().call_later(FIRST_S, self.vacancies.look)

    def _published(self, happened: list[Committed]) -> None:
        self.heard(event for what in happened for event in what.events)

    def end(self) -> None:
        """The server is no more; its robots' process may outlive it, which knows of nothing."""
        assert self.vacancies is not None
        self.looking.cancel()
        self.vacancies.stop()
        for one, task in zip(self.sent, self.running, strict=True):
            if not one.done and self.rng.random() < 0.5:
                one.done = True
                task.cancel()
                one.acting.cancel()

    def _send(self, seat: Seat, word: str) -> None:
        host = self.world.host
        assert host is not None
        assert self.grace is not None
        self.grace.sent(seat, word)
        lent = host.opened.doors.lend(seat)
        number = ROBOTS + len(self.sent)
        rng = Random(f"{self.world.seed}/robots/{number}")
        one = Robot(self.world.connect, str(seat), rng, self.world.faults.restless, number, lent=lent)
        self.sent.append(one)
        self.world.clients.append(one)
        self.running.append(self.world.begin(self._comes(one)))
        self._call_back(seat, self.rng.choice((0.0, 0.002, 0.02, 0.2)))

    async def _comes(self, one: Robot) -> None:
        """At once, in a while, when another has been sent already, or never."""
        delay_s = self.rng.choice((0.0, 0.0, 0.01, 0.2, AGAIN_S * 1.2, None))
        if delay_s is None:
            one.done = True
            return
        await asyncio.sleep(delay_s)
        self._call_back(int(one.name), self.rng.choice((0.0, 0.002, 0.02, 0.2)))
        await one.run()

    def _call_back(self, seat: Seat, after_s: float) -> None:
        """Now and then the seat's owner is back at the very moment at which a robot is sent, or joins."""
        if self.rng.random() < 0.25:
            person = next(one for one in self.world.clients if isinstance(one, Person) and one.name == str(seat))
            asyncio.get_running_loop().call_later(after_s, person.back.set)
