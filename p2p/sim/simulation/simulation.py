"""A session of robots without sockets: the same state machine, driven by a queue of events instead of a clock.

Each robot looks at the market after times drawn from its own stream by the scenario's law, as a live one does. The
exponential one alone equals the literature's uniform activation. Facts reach a robot at the instant they happen.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from random import Random
from typing import cast

from p2p.agents.base import Action, Agent
from p2p.agents.invocation import AgentFailed, run_decide, run_see
from p2p.agents.order_mapping import to_message
from p2p.agents.registry import AgentLike, agent_name, agent_of, check_lineup
from p2p.base.rng import derived, stream
from p2p.base.units import EVERYONE, EXPERIMENTER, GATEWAY, SECOND, SESSION, Instant, Seat
from p2p.information.projection import Projection, Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Accepted, AdvanceStage, Expire, Joined, Message, Open, Schedule, StageBegan, Start
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.assignment import sets_in_use
from p2p.scenario.overrides import POOR, SIDED, InformationSet
from p2p.scenario.public_rules import public_rules
from p2p.scenario.reaction_times import Reaction, parse_reaction
from p2p.scenario.schema import Scenario
from p2p.session.session import Session

SimulationStep = tuple[Envelope, Instant, list[Event]]
"""A message that was handed in, when, and what it caused."""


@dataclass
class Decision:
    """A decision that somebody outside of the simulation is asked for: whose seat, what it knows, and the answer."""

    seat: Seat
    view: Knowledge
    action: Action = None


@dataclass
class Robot:
    """An agent on a seat: its rule, its own stream of chance, what it knows."""

    seat: Seat
    agent: Agent
    rng: Random
    knowledge: Knowledge
    market: int
    reaction: Reaction
    token: int = 0
    looked: int = 0


def until_next(robot: Robot) -> int:
    """Microseconds until the robot looks again."""
    return 1 + int(robot.reaction.draw_s(robot.rng) * SECOND)


class Simulation:
    """One simulated session. `play()` yields each input with its events, to the end.

    The session's seed deals seats and schedules; robots draw from `robot_seed`, which is the same unless given.
    For seats in `outside`, whose agents are not asked, `steps()` yields a Decision instead.
    """

    def __init__(
        self,
        scenario: Scenario,
        cast: Sequence[AgentLike],
        seed: int,
        robot_seed: int | None = None,
        outside: Collection[Seat] = (),
    ) -> None:
        assert len(cast) == scenario.seats, "a simulation has a robot on every seat"
        self.scenario = scenario
        self.session = Session(scenario, seed)
        self.views = Projector(scenario, seed)
        check_lineup(cast, scenario)
        self.cast = [agent_name(one) for one in cast]
        self._played = tuple(cast)
        self.outside = frozenset(outside)
        own = self.session.scenarios
        reactions = [parse_reaction(one.robots.reaction, one.robots.reaction_mean_s) for one in own]
        self._alarm_moves = any(one.capabilities.posts for one in own) or self.session.times_orders
        self.public = {
            (market, information): PublicKnowledge(public_rules(own[market], information))
            for market in range(scenario.markets)
            for information in self.views.in_use(market)
        }
        sided = any(one in SIDED for one in sets_in_use(scenario).values())
        self._alone: list[tuple[int, InformationSet, Robot]] = []
        self.robots: dict[Seat, Robot] = {}
        for seat, word in enumerate(cast):
            market = self.session.market_of[seat].number
            information = self.views.information[seat]
            alone = sided and information in POOR  # a seat that is shown one side shares its view with nobody
            rules = public_rules(own[market], information) if alone else None
            knowledge = Knowledge(PublicKnowledge(rules) if rules else self.public[market, information])
            rng = stream(derived(seed if robot_seed is None else robot_seed, "robot", seat), "decide")
            self.robots[seat] = Robot(seat, agent_of(word), rng, knowledge, market, reactions[market])
            if alone:
                self._alone.append((market, information, self.robots[seat]))
        self.learners = {
            channel: [r for r in self.robots.values() if r.agent.learns and r.knowledge.public is public]
            for channel, public in self.public.items()
        }
        watched = {r.knowledge.public for r in self.robots.values()}
        self._channels = [
            (market, information, public, self.learners[market, information])
            for (market, information), public in self.public.items()
            if public in watched
        ]
        self._alone_seats = frozenset(robot.seat for _, _, robot in self._alone)

    def activations(self, market: int | None = None) -> int:
        """How often the robots of a market (or of all) have looked at it so far."""
        return sum(robot.looked for robot in self.robots.values() if market in (None, robot.market))

    def play(self) -> Iterator[SimulationStep]:
        """Everybody joins, the experimenter starts where that is theirs to do, and the periods run to the end."""
        assert not self.outside, "somebody outside is to be asked: drive steps()"
        return cast(Iterator[SimulationStep], self.steps())

    def steps(self) -> Generator[SimulationStep | Decision, None, None]:
        """As `play`; a Decision is to be given its action before the next step is asked for."""
        yield self._hand_in(Envelope(GATEWAY, Open()), 0)
        for seat in self.robots:
            yield self._hand_in(Envelope(GATEWAY, Joined(seat, "robot")), 0)
        if self.session.phase == "lobby":
            yield self._hand_in(Envelope(EXPERIMENTER, Start(), token=1), 0)
        said = 1
        while (due := self.session.deadline()) is not None or self.session.phase == "stage":
            if due is None:  # a stage that the experimenter ends
                said += 1
                yield self._hand_in(Envelope(EXPERIMENTER, AdvanceStage(), token=said), self.session.now)
                continue
            if self.session.phase == "trading" and self.session.now < due:
                due = yield from self._trade(due)
            yield self._hand_in(self.session.alarm(), due)

    def _trade(self, end: Instant) -> Generator[SimulationStep | Decision, None, Instant]:
        """A period: robots are activated at their times, until an alarm is due or none has a unit left.

        The instant at which the next alarm is due: what is said may move it, as the last post does.
        """
        robots, start, outside = self.robots, self.session.now, self.outside
        orders_end, alarm_moves = self.session.times_orders, self._alarm_moves  # where it does not, none pays for it
        trading = [(seat, robot) for seat, robot in robots.items() if robot.knowledge.units_left]
        queue = [(start + until_next(robot), seat) for seat, robot in trading]
        heapify(queue)
        while queue:
            now, seat = queue[0]
            if now >= end:
                alarm = self.session.alarm() if orders_end else None
                if alarm is None or not isinstance(alarm.message, Expire):
                    break
                yield self._hand_in(alarm, end)
                end = self.session.deadline() or end
                continue
            robot = robots[seat]
            knowledge = robot.knowledge
            robot.looked += 1
            knowledge.now = now
            if outside and seat in outside:
                decision = Decision(seat, knowledge)
                yield decision
                action = decision.action
            else:
                try:
                    action = run_decide(robot.agent, knowledge, robot.rng)
                except AgentFailed as error:
                    raise self._named(error, robot) from error
            message = None if action is None else to_message(action, knowledge)
            if message is not None:
                robot.token += 1
                yield self._hand_in(Envelope(seat, message, token=robot.token), now)
                if alarm_moves:
                    end = self.session.deadline() or end
            if knowledge.units_left:
                heapreplace(queue, (now + until_next(robot), seat))
            else:
                heappop(queue)
        return end

    def _named(self, error: AgentFailed, robot: Robot) -> AgentFailed:
        """An agent that fails ends the session, by its name: its result would mean nothing."""
        when_s = robot.knowledge.now / SECOND
        return AgentFailed(f"{self.cast[robot.seat]} on seat {robot.seat}, {when_s:.1f} s: {error}")

    def _hand_in(self, envelope: Envelope, now: Instant) -> SimulationStep:
        events = self.session.handle(envelope, now)
        for event in events:
            message = event.message
            if type(message) is Accepted and isinstance(event.to, int) and event.market is not None:
                robot = self.robots[event.to]  # half of all events: they are shown as they are, and no view changes
                if robot.agent.learns:
                    self._tell(robot, message)
                continue
            if type(message) is StageBegan:  # asked of every event
                self._begin_stage(message, now)
                continue
            shown = self.views.project(event)
            if shown is not None:
                self._show(shown, now)
        return envelope, now, events

    def _begin_stage(self, began: StageBegan, now: Instant) -> None:
        """A stage begins for all; behind practice, agents begin anew."""
        for public in (*self.public.values(), *(robot.knowledge.public for _, _, robot in self._alone)):
            public.on_fact(began, now)
        self.views.project(Event(began, SESSION, EVERYONE))
        for seat, robot in self.robots.items():
            if robot.knowledge.begin_stage():
                robot.agent = agent_of(self._played[seat])
            if robot.agent.learns:
                self._tell(robot, began)

    def _show(self, shown: Projection, now: Instant) -> None:
        """One fold for all who are shown the same; only those it concerns fold their own form."""
        if shown.public is None:
            self._show_own(shown, now)
            return
        for market, information, public, learners in self._channels:
            form = shown.form(information) if shown.market is None or shown.market == market else None
            if form is not None:
                public.on_fact(form, now)
                if learners:
                    self._tell_all(learners, form, shown.own)
        for market, information, robot in self._alone:
            form = shown.form(information) if shown.market in (None, market) else None
            if form is not None:
                robot.knowledge.public.on_fact(form, now)
                if robot.agent.learns:
                    self._tell(robot, shown.own.get(robot.seat, form))
        self._show_own(shown, now)

    def _show_own(self, shown: Projection, now: Instant) -> None:
        for seat, message in shown.own.items():
            robot = self.robots[seat]
            if self._alone and seat in self._alone_seats and shown.form(self.views.information[seat]) is None:
                robot.knowledge.public.on_fact(message, now)
            if type(message) is Schedule and robot.knowledge.changes_role(message):
                robot.agent = agent_of(self._played[seat])
            robot.knowledge.on_own_fact(message)
            if robot.agent.learns and shown.form(self.views.information[seat]) is None:
                self._tell(robot, message)

    def _tell_all(self, learners: list[Robot], form: Message, own: dict[Seat, Message]) -> None:
        """The form that all are shown, or that of one's own."""
        robot = learners[0]
        try:
            for robot in learners:
                run_see(robot.agent, own.get(robot.seat, form) if own else form)
        except AgentFailed as error:
            raise self._named(error, robot) from error

    def _tell(self, robot: Robot, message: Message) -> None:
        try:
            run_see(robot.agent, message)
        except AgentFailed as error:
            raise self._named(error, robot) from error
