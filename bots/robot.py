"""One robot on one line: an agent, its stream of chance, and its reaction times.

After a round starts it looks at the market after exponential times with the mean that the scenario states (as in
p2p/sim/sessions.py: only that equals the literature's uniform activation), and says what its agent decides. While an
order of its own is unanswered it does not decide anew.
"""

import asyncio
import time
from random import Random

from bots.client import Client, Facts
from p2p.agents import Agent
from p2p.agents.registry import make_agent, parse_word
from p2p.agents.saying import said
from p2p.knowledge import Knowledge, PublicKnowledge
from p2p.line import Told, Welcome
from p2p.messages import Ended, EndRound, Paused, Resumed, StartRound
from p2p.seeds import stream


class Robot:
    """Plays a seat until the session is over. `run` returns the client, whose `closed` says how it ended."""

    def __init__(self, url: str, code: str, word: str, patience_s: float = 60.0) -> None:
        self.client = Client(url, code, "robot", patience_s=patience_s)
        self.agent: Agent = make_agent(*parse_word(word))
        self.knowledge: Knowledge | None = None
        self._rng = Random(0)
        self._timer: asyncio.TimerHandle | None = None
        self._left_s = 0.0

    async def run(self) -> Client:
        """Play to the end."""
        try:
            async for happening in self.client.happenings():
                match happening:
                    case Welcome() if self.knowledge is None:
                        self.knowledge = Knowledge(PublicKnowledge(happening.rules))
                        self._rng = stream(happening.seed or 0, "decide")
                    case Facts(told=told):
                        for one in told:
                            self._see(one)
                        if isinstance(told[-1].message if told else None, Ended):
                            break
                    case _:
                        pass
        finally:
            self._stop()
        return self.client

    def _see(self, told: Told) -> None:
        assert self.knowledge is not None, "facts come after the welcome"
        message = told.message
        self.knowledge.see(message, told.at)
        if self.agent.learns:
            self.agent.see(message)
        match message:
            case StartRound():
                self._again()
            case EndRound():
                self._stop()
            case Paused():
                self._left_s = self._timer.when() - self._timer_clock() if self._timer else 0.0
                self._stop()
            case Resumed() if self.knowledge.public.open:
                self._after(max(0.0, self._left_s))
            case _:
                pass

    def _timer_clock(self) -> float:
        return asyncio.get_running_loop().time()

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        """Look at the market after the next reaction time, if there is anything left to trade."""
        assert self.knowledge is not None
        if self.knowledge.public.open and self.knowledge.units_left:
            self._after(self._rng.expovariate(1.0) * self.knowledge.rules.reaction_mean_s)

    def _after(self, seconds: float) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._act)

    def _act(self) -> None:
        self._timer = None
        assert self.knowledge is not None
        if not self.client.line.pending and self.client.connected:
            before = time.perf_counter_ns()
            message = said(self.agent.decide(self.knowledge, self._rng), self.knowledge)
            took_us = (time.perf_counter_ns() - before) // 1_000
            if message is not None:
                self.client.say(message, {"decide_us": took_us})
        self._again()
