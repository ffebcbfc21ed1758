"""Seats that change hands in a simulated lab: people drop out and come back, robots are sent for them and called back.

The server's own codes, tokens and vacancies are at work; only how people and robots behave is drawn.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from p2p.base.units import EXPERIMENTER
from p2p.messages import Ask, Bid, Buy, Cancel, Message, Order, Replace, Sell
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, Login
from p2p.scenario.schema import InducedValues, InstitutionRules, Scenario, Vacancies
from server.limits import TAKEN_OVER
from server.session.credentials import SeatCredentials, _Doors
from tests.plays.play import small
from tests.simulation.client import Client
from tests.simulation.network import Link

GRACE_S, AGAIN_S = 0.4, 1.2
"""As much shorter than the server's own as periods are here."""
BACK_S_MAX = 1.5
"""Who comes back has his seat by then: an older line has a second to end, a batch is durable in 30 ms, frames take
50 ms and more. The process's sleeps do not count."""
ROBOTS = 1_000
"""Robots in people's places are numbered from here; people are numbered by their seats."""

PLAIN = small(period_s=4.0, break_s=1.0, periods=2, start="experimenter")


def _dropping_out(institution: str, fill: str) -> Scenario:
    many = tuple(range(150, 90, -3)), tuple(range(50, 110, 3))
    rules = InstitutionRules(1, 200, name=institution)  # type: ignore[arg-type]
    vacancies = Vacancies(fill, "robot", "gd", GRACE_S)
    values = InducedValues((many[0], many[0]), (many[1], many[1]))
    return msgspec.structs.replace(PLAIN, period_s=3.0, institution=rules, environment=values, vacancies=vacancies)


DROPPING_OUT = tuple(_dropping_out(one, fill) for one in ("standing", "continuous") for fill in ("", "zic"))


def scenario_of(seed: int) -> Scenario:
    """One seed in three has people who drop out, and robots in their places."""
    return PLAIN if seed % 3 else DROPPING_OUT[seed // 3 % len(DROPPING_OUT)]


class SimulatedDoors(SeatCredentials):
    """The server's own, at a hundredth of the price: a seat's code is its name. `tokens` outlive the server."""

    def __init__(self, seats: int, tokens: dict[str, str]) -> None:
        names = [EXPERIMENTER, *map(str, range(seats))]
        super().__init__(Path(), _Doors("", {name: self._hashed_code(name.upper()) for name in names}, tokens))

    def _hashed_code(self, code: str) -> str:
        return hashlib.sha256(code.encode()).hexdigest()

    def may_be_known(self, login: Login) -> bool:
        return not login.resume

    def save(self) -> None:
        pass


class Trader(Client):
    """Whoever says orders where seats change hands: one's own may be withdrawn and replaced, too.

    Only the welcome tells whether what waits is void; so nothing is said on a line before it.
    """

    welcomed: Link | None = None

    def _is_welcome(self) -> None:
        self.welcomed = self.link

    def _may_speak(self) -> bool:
        return self.link is self.welcomed

    def _word(self) -> Message:
        price, chance = self.rng.randrange(1, 200), self.rng.random()
        told = [one.message for one in self.told[-30:]]
        mine = [one.order for one in told if isinstance(one, Order) and one.mine and one.quantity]
        if mine and chance < 0.15:
            return self.rng.choice((Cancel(mine[-1]), Replace(mine[-1], price)))
        quantity = self.rng.choice((1, 1, 2, 3))
        if chance < 0.8:
            return self.rng.choice((Bid(price, quantity), Ask(price, quantity), Bid(price), Ask(price)))
        return self.rng.choice((Buy(), Sell(), Buy(price)))


@dataclass
class Person(Trader):
    """One who may come late, who is away for a moment or for long, and comes back at the worst moment if called.

    `awake_s` is a clock that stands while the server's process sleeps, `taken` how often a robot had taken the seat,
    by what is published: that stands beside what this one says, too.
    """

    awake_s: Callable[[], float] = lambda: 0.0
    taken: Callable[[], int] = lambda: 0
    back: asyncio.Event = field(default_factory=asyncio.Event)
    asked_s: float | None = None
    waits_s: list[float] = field(default_factory=list)

    def _take_device(self) -> None:
        self.line = ClientProtocol(self.name, "human")
        self.line.keeps_state = False

    async def run(self) -> None:
        await asyncio.sleep(self.rng.choice((0.0, 0.0, self.rng.uniform(0.0, 6.0))))
        await super().run()

    def _asks(self) -> None:
        self.asked_s = self.awake_s()

    async def _is_gone(self) -> None:
        """Away for a moment, for about as long as one is waited for, or for long; unless it is worst to be back now."""
        self._has_waited()
        self.back.clear()
        away = (self.rng.uniform(0.01, 0.3), GRACE_S + self.rng.uniform(-0.1, 0.2), self.rng.uniform(0.5, 5.0))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.rng.choices(away, (2, 1, 1))[0]):
                await self.back.wait()

    def _is_welcome(self) -> None:
        super()._is_welcome()
        self._has_waited()

    def _beside(self) -> dict[str, int]:
        return super()._beside() | {"taken": self.taken()}

    def _has_waited(self) -> None:
        if self.asked_s is not None and self.link is not None and not self.link.stands_until:
            waited_s = self.awake_s() - self.asked_s
            assert waited_s < BACK_S_MAX, f"seat {self.name} was not given back for {waited_s:.1f} s"
            self.waits_s.append(waited_s)
        self.asked_s = None


@dataclass
class Robot(Trader):
    """One that plays in somebody's place, with the token it was lent, until that is void or the seat is another's.

    Now and then it does not hear why its line was closed, and tries to come back.
    """

    lent: str = ""
    patience: int = 30

    def _take_device(self) -> None:
        self.line = ClientProtocol("", "robot", lent=self.lent)

    async def _is_gone(self) -> None:
        self.patience -= 1
        given_back = self.link is not None and self.link.client.close_code == TAKEN_OVER
        self.done = self.done or self.patience == 0 or (given_back and self._hears())
        await super()._is_gone()

    def _hears(self) -> bool:
        return self.rng.random() < 0.3

    def _is_welcome(self) -> None:
        super()._is_welcome()
        self.patience = 30

    def _is_wrong(self, fault: Fault) -> None:
        if fault.code == "seat_taken":
            self.done = self._hears()
        elif fault.code == "wrong_code" and not self.line.welcome:
            self.done = True
        else:
            super()._is_wrong(fault)


def is_robot(who: int) -> bool:
    """Whether that number is a robot's, in somebody's place."""
    return who >= ROBOTS
