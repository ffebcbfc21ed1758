"""A guard over agents that never return: in simulation such a one fails by its name, as one that raises does.

A simulated session has no clock, so nothing in it would ever end. If a process has timers (not on Windows, and in its
main thread alone), one samples the running agent call from time to time. A call seen in two samples is interrupted. How
fast the machine is decides nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from p2p.agents.invocation import AgentTimeout, run_decide, run_see
from p2p.sim.shell.time_limit import interrupting

CALL_S_MAX = 30.0
"""The longest a call of an agent goes on undisturbed, a million times what the slowest of ours needs."""
CALLS = {run_decide.__code__, run_see.__code__}
"""Where agents are called from."""


@contextmanager
def guarded() -> Iterator[None]:
    """Interrupt any call of an agent that goes on for longer than once or twice CALL_S_MAX, with AgentTimeout."""
    call_s_max, last = CALL_S_MAX, None

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal last
        while frame is not None and frame.f_code not in CALLS:
            frame = frame.f_back
        if frame is not None and frame is last:
            raise AgentTimeout(f"nothing has come of it for {call_s_max:g} s")
        last = frame

    with interrupting(ring, call_s_max, call_s_max):
        yield
