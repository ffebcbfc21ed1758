"""One robot on one line: an agent, its stream of chance, and its reaction times.

After a round starts it looks at the market after times drawn by the scenario's law of reaction, or by its own. (See
p2p/scenario/reaction_times.py; as in p2p/sim/simulation/simulation.py.) It then sends its agent's decision. While an
order of its own is unanswered it does not decide anew. An agent that raises, returns nonsense or takes too long passes.
The session is told so once for each reason, standard error once in its own words. The robot stays on its seat. One that
takes too long again and again is not asked any more: all the robots of its process would wait for it each time.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable
from contextlib import aclosing
from random import Random
from typing import Literal

from bots.client import Client
from bots.reconnecting import Closed, Facts, Lost
from bots.robots.status_lines import news, presented
from p2p.agents.base import Agent
from p2p.agents.invocation import AgentFailed, run_decide, run_see
from p2p.agents.order_mapping import to_message
from p2p.agents.registry import make_agent, parse_agent_spec, refusal_of
from p2p.base.rng import stream
from p2p.base.safe_text import printable
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Ended, EndRound, Message, Metered, Passes, Paused, Resumed, Schedule, StageBegan, StartRound
from p2p.protocol.frames import NumberedFact, Welcome
from p2p.scenario.reaction_times import Reaction, parse_reaction
from p2p.sim.shell.time_limit import TimeLimitExceeded, time_limit

DECIDE_S_MAX = 1.0
"""The longest a decision may take, a thousand times what the slowest of ours needs: all robots of a process wait."""
SEE_S_MAX = 1.0
"""The longest an agent may take to see a frame's facts, of which there are hundreds at the most: likewise."""
OVERDUE_MAX = 3
"""How often an agent may take too long before it is not asked any more: one may be unlucky on a busy machine."""

TURNS = frozenset((StartRound, EndRound, Metered, Paused, Resumed, StageBegan, Ended))
"""Facts at which a robot has something to do or to tell; the others are many, and only folded."""

Why = Literal["raised", "nonsense", "slow"]


class Robot:
    """Plays a seat until the session is over. `run` returns the client, whose `closed` says how it ended.

    `lent`: the token of somebody's seat, in whose place it plays until they are back; it needs no code then. `tell` is
    handed sentences on how it goes; `alive` is called before the agent is, all robots of a process waiting for it.
    """

    def __init__(
        self,
        url: str,
        code: str,
        word: str,
        patience_s: float = 60.0,
        reaction: str = "",
        lent: str = "",
        tell: Callable[[str], None] = lambda said: None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.client = Client(url, code, "robot", presented(word), patience_s, lent)
        self.word, self.own_reaction, self.tell, self.alive = word, reaction, tell, alive
        self._practised = False
        self.agent: Agent = make_agent(*parse_agent_spec(word))
        self.reaction: Reaction | None = None
        self.passed: dict[Why, int] = {}
        self.knowledge: Knowledge | None = None
        self._rng = Random(0)
        self._timer: asyncio.TimerHandle | None = None
        self._left_s = 0.0
        self._lost = False

    async def run(self) -> Client:
        """Play to the end."""
        try:
            async with aclosing(self.client.happenings()) as happenings:
                async for happening in happenings:
                    match happening:
                        case Welcome() if self.knowledge is None:
                            if not self._seated(happening):
                                break
                        case Facts(told=told):
                            self._hear(told)
                            if isinstance(told[-1].message if told else None, Ended):
                                break
                        case Lost(why=why) if not self._lost:
                            self._lost = True
                            self.tell(f"disconnected ({why}); trying again for {self.client.patience_s:g} s")
                        case Welcome() if self._lost:
                            self._lost = False
                            self.tell("the line is there again")
                        case _:
                            pass
        finally:
            self._stop()
        return self.client

    def _seated(self, welcome: Welcome) -> bool:
        """Take in the rules; False where the agent does not play by them."""
        rules = welcome.rules
        why = refusal_of(self.agent, rules.capabilities)
        if why is not None:
            self.client.closed = Closed(0, f"{self.word} does not play in '{rules.institution}': {why}")
            return False
        self.knowledge = Knowledge(PublicKnowledge(rules))
        self.reaction = parse_reaction(self.own_reaction or rules.reaction, rules.reaction_mean_s)
        self._rng = stream(welcome.seed or 0, "decide")
        self.tell(f"{self.word} has seat {welcome.seat} of “{rules.title}”")
        return True

    def _hear(self, told: list[NumberedFact]) -> None:
        """Take in a frame's facts, do what is to be done at some of them, and show them to an agent that learns."""
        assert self.knowledge is not None, "facts come after the welcome"
        see = self.knowledge.on_fact
        for one in told:
            if type(one.message) is Schedule and self.knowledge.changes_role(one.message):
                self.agent = make_agent(*parse_agent_spec(self.word))
            see(one.message, one.at)
            if type(one.message) in TURNS:
                self._turn(one.message)
        if self.agent.learns and not self._given_up:
            self._show(told)

    def _show(self, told: list[NumberedFact]) -> None:
        """Let the agent see the facts, which it may not take too long for either."""
        self.alive()
        before = time.perf_counter_ns()
        try:
            with time_limit(SEE_S_MAX):
                for one in told:
                    self._shown(one.message)
        except TimeLimitExceeded:
            pass
        took_s = (time.perf_counter_ns() - before) / 1e9
        if took_s >= SEE_S_MAX:
            self._pass("slow", f"took {took_s:.1f} s to see {len(told)} facts, {SEE_S_MAX:g} s is the most")

    def _shown(self, message: Message) -> None:
        try:
            run_see(self.agent, message)
        except KeyboardInterrupt:
            self._pass("raised", "KeyboardInterrupt")
        except AgentFailed as error:
            self._pass(error.why, str(error))

    def _turn(self, message: Message) -> None:
        """The session has gone on: say so to the robot's owner, look at the market from now on, or no more."""
        assert self.knowledge is not None
        sentence = news(message, self.knowledge)
        if sentence:
            self.tell(sentence)
        match message:
            case StartRound():
                self._again()
            case EndRound():
                self._stop()
            case StageBegan(kind=kind):
                self._practised, practised = kind == "practice", self._practised
                if practised:
                    self.agent = make_agent(*parse_agent_spec(self.word))
            case Paused() if self.reaction and not self.reaction.wall:
                self._left_s = self._timer.when() - self._timer_clock() if self._timer else 0.0
                self._stop()
            case Resumed() if self.knowledge.public.open and self._timer is None:
                self._after(max(0.0, self._left_s))
            case _:
                pass

    @property
    def _given_up(self) -> bool:
        """Whether the agent has been too slow too often."""
        return self.passed.get("slow", 0) >= OVERDUE_MAX

    def _timer_clock(self) -> float:
        return asyncio.get_running_loop().time()

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        """Look at the market after the next reaction time, if there is anything left to trade."""
        assert self.knowledge is not None
        if self._given_up:
            return
        if self.knowledge.public.open and self.knowledge.units_left:
            assert self.reaction is not None, "the rules come before the facts"
            self._after(self.reaction.draw_s(self._rng))

    def _after(self, seconds: float) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._act)

    def _act(self) -> None:
        self._timer = None
        assert self.knowledge is not None
        if self.knowledge.public.paused:
            self._left_s = 0.0
            return
        if not self.client.line.pending and self.client.connected:
            before = time.perf_counter_ns()
            message = self._decided()
            took_us = (time.perf_counter_ns() - before) // 1_000
            if took_us >= DECIDE_S_MAX * 1_000_000:
                self._pass("slow", f"took {took_us / 1_000_000:.1f} s to decide, {DECIDE_S_MAX:g} s is the most")
            elif message is not None:
                self.client.send(message, {"decide_us": took_us})
        self._again()

    def _decided(self) -> Message | None:
        """What to say now; None where the agent has nothing to say, or fails."""
        self.alive()
        assert self.knowledge is not None
        self.knowledge.now = self.client.now()
        try:
            with time_limit(DECIDE_S_MAX):
                return to_message(run_decide(self.agent, self.knowledge, self._rng), self.knowledge)
        except KeyboardInterrupt:  # the agent's own: Ctrl-C ends a loop of asyncio, and is raised nowhere in it
            self._pass("raised", "KeyboardInterrupt")
            return None
        except TimeLimitExceeded:
            return None
        except AgentFailed as error:
            self._pass(error.why, str(error))
            return None

    def _pass(self, why: Why, what: str) -> None:
        """Say no order this time; tell the session of it, and whoever runs the robots, once for each reason."""
        self.passed[why] = self.passed.get(why, 0) + 1
        if self.passed[why] > 1:
            return
        self.client.send(Passes(why))
        seat = self.client.line.welcome.seat if self.client.line.welcome else "?"
        with contextlib.suppress(OSError):  # nobody may be listening any more
            print(f"pit: {printable(f'{self.word} on seat {seat} passes: {what}')}", file=sys.stderr, flush=True)
