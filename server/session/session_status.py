"""The parts of a running session that shells may read. Nothing in here changes it, and no shell looks further."""

from collections.abc import Sequence
from functools import cached_property

from msgspec.structs import replace

from p2p.base.rng import derived
from p2p.base.units import Controller, Duration, Instant, Money, Seat
from p2p.messages import Message
from p2p.scenario.overrides import InformationSet
from p2p.scenario.public_rules import PublicRules, public_rules
from p2p.scenario.schema import Scenario
from p2p.session.interventions import Interventions
from p2p.session.permissions import Phase
from p2p.session.session import Session
from p2p.session.staging import Staging


class SessionStatus:
    """A session as a shell sees it: where it is, and how its seats are held."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- what it was opened with ------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The scenario, as it was opened."""
        return self._session.scenario

    @property
    def seed(self) -> int:
        """The session's seed: for streams of the shell's own, never for a peer."""
        return self._session.seed

    @property
    def markets(self) -> int:
        """How many markets it has."""
        return len(self._session.markets)

    @cached_property
    def market_of(self) -> dict[Seat, int]:
        """The number of each seat's market."""
        return {seat: market.number for seat, market in self._session.market_of.items()}

    @cached_property
    def seats(self) -> Sequence[Seat]:
        """All seats, in order."""
        return sorted(self._session.market_of)

    @property
    def deals_at_start(self) -> bool:
        """Whether schedules are dealt as trading starts, among those who are there."""
        return self._session.opening.deal == "start"

    def rules(self, information: InformationSet, to_robot: bool = False, market: int | None = None) -> PublicRules:
        """The rules as viewers of a market (of the first, unless said) with an information set are told them."""
        own = self._session.scenarios[0 if market is None else market]
        rules = public_rules(own, information, to_robot, market, self._session.scenario.has_market_arms)
        opening = self._session.opening
        return replace(rules, fewer=True) if (opening.deal, opening.empty) == ("start", "drop") else rules

    def robot_seed(self, seat: Seat) -> int:
        """The seed of a robot on a seat: its own alone."""
        return derived(self._session.seed, "robot", seat)

    @property
    def locked(self) -> bool:
        """Whether the door is closed to those without a seat."""
        return self._session.locked

    @property
    def closed(self) -> bool:
        """Whether the experimenter has closed the server, after the end."""
        return self._session.closed

    # --- where it is ------------------------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """Its phase."""
        return self._session.phase

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._session.phase == "ended"

    @property
    def has_begun(self) -> bool:
        """Whether it has left the lobby, for a stage or for its first period."""
        return self._session.phase not in ("unopened", "lobby")

    @property
    def clock_runs(self) -> bool:
        """Whether time runs towards the end of a period or a break."""
        running = self._session.phase in ("stage", "trading", "break")
        return running and bool(self._session.alarms.due) and not self._session.alarms.paused

    @property
    def stages(self) -> Staging:
        """The stages of the session, and where people are in them; to be read only."""
        return self._session.staging

    @property
    def paid_period(self) -> int | None:
        """The one period that is paid, once it is known."""
        return self._session.paying.period

    @property
    def paused(self) -> bool:
        """Whether the clock stands still."""
        return self._session.alarms.paused

    @property
    def period(self) -> int:
        """The number of the period that runs, or ran last."""
        return self._session.period

    def left_us(self, now: Instant) -> Duration | None:
        """Time until the next alarm: a period's end or a call, a break's end; None where no clock runs to anything."""
        alarms = self._session.alarms
        if alarms.paused_left is not None:
            return min(alarms.paused_left.values(), default=None)
        due = alarms.deadline()
        return None if due is None else max(0, due - now)

    @property
    def acts(self) -> Interventions:
        """The experimenter's acts, to read."""
        return self._session.interventions

    def balance(self, seat: Seat) -> Money:
        """A seat's gains in periods that count, a robot's in its place too."""
        return self._session.market_of[seat].environment.balance.get(seat, 0)

    def void_gain(self, seat: Seat) -> Money:
        """A seat's gains in periods that are void."""
        return self._session.market_of[seat].void_gain(seat)

    def robot_trades(self, seat: Seat) -> bool:
        """Whether a robot holds the seat now."""
        return self._session.roster.present.get(seat) == "robot"

    @property
    def last_at(self) -> Instant:
        """The instant of its last message."""
        return self._session.now

    def states(self, market: int) -> list[Message]:
        """States derived from a market's facts so far: its standing quotes, or the result of a call."""
        return self._session.markets[market].institution.states()

    # --- how its seats are held -------------------------------------------------------------------------------------

    @property
    def dealt_seats(self) -> list[Seat]:
        """The seats that have schedules, or will have: all, unless rows were dropped for the empty ones."""
        return sorted(seat for market in self._session.markets for seat in market.dealt_seats)

    @property
    def occupied(self) -> set[Seat]:
        """The seats that are somebody's: not those that robots only fill."""
        controllers = self._session.roster.controllers
        return {seat for seat, one in controllers.items() if one == "human" or not self.stands_in(seat)}

    def is_present(self, seat: Seat) -> bool:
        """Whether somebody holds the seat."""
        return seat in self._session.roster.present

    def controller(self, seat: Seat) -> Controller | None:
        """The last holder: a person, a robot, or nobody yet."""
        return self._session.roster.controllers.get(seat)

    @property
    def has_people(self) -> bool:
        """Whether any seat is a person's, be it that a robot holds it for them."""
        return any(self._session.roster.is_a_persons(seat) for seat in self._session.market_of)

    @property
    def takes_over(self) -> bool:
        """Whether robots come in the place of people by the scenario's own rule."""
        scenario = self._session.scenario
        return scenario.takes_over or bool(scenario.vacancies.fill)

    def stands_in(self, seat: Seat) -> bool:
        """Whether the last holder was a robot in its owner's place."""
        return seat in self._session.roster.stand_ins.seats

    @property
    def robots_own(self) -> list[Seat]:
        """The seats that robots had of their own, in nobody's place."""
        roster = self._session.roster
        return sorted(
            seat for seat, one in roster.controllers.items() if one == "robot" and not roster.is_a_persons(seat)
        )
