"""Holders of a session's seats: people, robots, and robots in the place of people."""

from p2p.base.units import Controller, Seat
from p2p.messages import Joined, Lobby, Message, Robots
from p2p.scenario.schema import Scenario
from p2p.session.permissions import Phase
from p2p.session.stand_ins import StandIns


class Roster:
    """`present`: the connected seats, each with its kind of holder. `controllers`: the last kind of each seat's own
    holder.

    `stand_ins`: robots in the place of people: where the scenario has them, or the experimenter passes a seat to one.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.seats = scenario.seats
        self.tells_robots = scenario.disclosure == "told"
        self.present: dict[Seat, Controller] = {}
        self.controllers: dict[Seat, Controller] = {}
        self.stand_ins = StandIns()
        self._has_stand_ins = scenario.takes_over or bool(scenario.vacancies.fill)
        self.robots_told = 0

    @property
    def tells_stand_ins(self) -> bool:
        """Whether robots are, or ever were, in the place of people."""
        return self._has_stand_ins

    @property
    def full(self) -> bool:
        """Whether somebody is on every seat."""
        return len(self.present) == self.seats

    def join(self, joined: Joined) -> None:
        """Somebody has a seat now: its own person, or a robot in their place."""
        self.present[joined.seat] = joined.controller
        self._has_stand_ins |= joined.stand_in
        if not joined.stand_in or joined.seat not in self.controllers:
            self.controllers[joined.seat] = joined.controller

    def leave(self, seat: Seat) -> None:
        """Mark a seat as empty: its holder has left."""
        self.present.pop(seat, None)

    def is_a_persons(self, seat: Seat) -> bool:
        """Whether a person holds a seat, or a robot in the place of one."""
        return seat in self.stand_ins.seats or self.controllers.get(seat) == "human"

    def is_trading(self, seat: Seat) -> bool:
        """Whether a person trades on a seat themselves, and not a robot in their place."""
        return self.controllers.get(seat) == "human" and not (self.stand_ins and seat in self.stand_ins.seats)

    def news(self, phase: Phase) -> Message | None:
        """The news for all: before trading the number of those present, later the number of robots, if that has
        changed."""
        robots = sum(one == "robot" for one in self.present.values()) if self.tells_robots else None
        if phase == "lobby":
            self.robots_told = robots or 0
            return Lobby(len(self.present), self.seats, robots or None)
        if robots is None or robots == self.robots_told or phase == "ended":
            return None
        self.robots_told = robots
        return Robots(robots)

    def state(self) -> object:
        """Those present now and before, and the news told of them, for digests."""
        return (sorted(self.present.items()), sorted(self.controllers.items()), self.robots_told)
