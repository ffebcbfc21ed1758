"""`pit rehearse`: a session with robots as people, then its server's answers at true speed, then the sums."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bots.load.load import Measured, load, quantile
from bots.rehearsal.course import Course
from bots.rehearsal.parts import parts
from bots.rehearsal.pay import earnings, money_of
from bots.rehearsal.person import Pace
from bots.rehearsal.server_process import RehearsalError, ServerProcess, on_record, verified
from bots.rehearsal.times import stage_times
from bots.rehearsal.verdict import P99_MS_MAX, Latency, Rehearsed, reasons
from p2p.protocol.codec import encode
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Practice, Trade

PERIOD_S_MIN, BREAK_S_MIN, LOOK_S_MIN = 2.0, 0.3, 0.02
"""The shortest period, break and look of a rehearsal: below them the times of a process matter more than people's."""
SLICE_S, SLICES = 8.0, 3
"""Seconds of measuring at true speed, and how often at the most: one burst of another program is no verdict."""
STEPS = (4.0, 16.0, 64.0)
"""How many times the usual orders are tried for the headroom."""
STEP_S = 4.0
"""Seconds of each of them."""
RATE_MAX = 19.0
"""Orders of a person and second at the most, as the server lets a seat say."""

Tell = Callable[[str], None]


async def rehearse(
    name: str,
    scenario: Scenario,
    humans: int,
    speed: float,
    seed: int,
    minutes_max: float | None,
    tell: Tell,
    recordings: Path | None = None,
) -> Rehearsed:
    """Hold the session and measure it; raises RehearsalError where it cannot be held at all.

    `recordings`: the folder in which its recording is kept, if it is.
    """
    with tempfile.TemporaryDirectory(prefix="pit-rehearse-") as folder:
        server, course = await played(name, scenario, humans, speed, seed, Path(folder), tell)
        tell("the recording is run again")
        wrong = await asyncio.to_thread(verified, server.recording)
        kept = await asyncio.to_thread(on_record, server.recording)
        if recordings is not None:
            tell(f"recording: {await asyncio.to_thread(keep, server.recording, recordings)}")
    latency, limit, found = None, None, False
    if not course.stuck:
        latency, limit, found = await _measured(name, scenario, humans, seed, tell)
    tell("simulated sessions for the earnings")
    earned = await asyncio.to_thread(earnings, scenario, seed)
    times = stage_times(scenario)
    people = course.people
    fast = [t for one in people for t in one.times_ms]
    return Rehearsed(
        scenario=name,
        humans=humans,
        seats=course.seats,
        joined=sum(one.knowledge is not None for one in people),
        late=sum(one.part.kind == "late" and one.knowledge is not None for one in people),
        surplus=course.surplus,
        declined=course.removed,
        away=course.away,
        returned=sum(one.returns > 0 for one in people),
        mistakes=sum(one.mistakes for one in people),
        helped=course.helped,
        crashes=int(course.crashed),
        orders=sum(len(one.accepted) for one in people),
        lost=sum((one.seat, token) not in kept for one in people for token in one.accepted),
        put_out=put_out(course),
        stuck=course.stuck,
        verify=wrong,
        fast_p99_ms=round(quantile(fast, 0.99), 1) if fast else None,
        latency=latency,
        limit_per_s=limit,
        limit_found=found,
        minutes=round(sum(one.minutes for one in times), 1),
        stages=tuple(times),
        pay=money_of(scenario, earned),
        minutes_max=minutes_max,
    )


def keep(recording: Path, folder: Path) -> Path:
    """Copy a recording into a folder; where it is then."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copytree(recording, folder / recording.name))


async def played(
    name: str, scenario: Scenario, humans: int, speed: float, seed: int, folder: Path, tell: Tell, crashes: bool = True
) -> tuple[ServerProcess, Course]:
    """The session, played to its end; the server has ended. Raises RehearsalError."""
    trades = [one for one in scenario.stage if isinstance(one, Practice | Trade)]
    period_s = max(PERIOD_S_MIN, max([one.period_s for one in trades] or [scenario.period_s]) / speed)
    break_s = max(BREAK_S_MIN, max([one.break_s for one in trades] or [scenario.break_s]) / speed)
    look_s = scenario.robots.reaction_mean_s
    words = ["--period-s", f"{period_s:g}", "--break-s", f"{break_s:g}", "--seed", str(seed)]
    words += ["--start", "experimenter", "--reaction-s", f"{max(LOOK_S_MIN, look_s / speed):g}", "--no-stay"]
    if humans > scenario.seats:
        words += ["--seats-min", str(-(-humans // scenario.markets))]
    server = ServerProcess(name, words, folder)
    try:
        await server.start()
        cast = parts(humans, scenario.stage, seed)
        longest_s = max([period_s, *(one.length_s or 0 for one in scenario.stage)])
        course = Course(server, cast, scenario.stage, Pace(look_s, speed), seed, longest_s, crashes, tell)
        await course.run()
        status = None if course.stuck else await server.ended()
        if status not in (0, None):
            course.stuck = f"the server ended with status {status}"
        return server, course
    finally:
        server.stop()


def put_out(course: Course) -> tuple[str, ...]:
    """Why people's connections were closed for good before the end, each reason once."""
    closed = [one for one in course.people if one.client.closed is not None and one.part.kind != "declines"]
    ended = {"the session is over", "the session has ended"}
    whys = {one.client.closed.why for one in closed if one.client.closed and one.knowledge is not None}
    return tuple(sorted(why for why in whys if why not in ended))


async def _measured(name: str, scenario: Scenario, humans: int, seed: int, tell: Tell) -> tuple[Latency, float, bool]:
    """The answers at true speed, the most orders a second within the bound, and whether more were too many."""
    rate = min(RATE_MAX, max(0.05, 1 / scenario.robots.reaction_mean_s))
    tell("true speed: order to answer")
    best = await _slice(name, humans, rate, SLICE_S, seed)
    for _ in range(SLICES - 1):
        if best.p99_ms <= P99_MS_MAX:
            break
        best = min(best, await _slice(name, humans, rate, SLICE_S, seed), key=lambda one: one.p99_ms)
    limit = best.orders_per_s
    for times in STEPS:
        if best.p99_ms > P99_MS_MAX or rate * times > RATE_MAX:
            break
        tell(f"{times:g} times as many orders")
        more = await _slice(name, humans, rate * times, STEP_S, seed)
        if more.p99_ms > P99_MS_MAX:
            return best, limit, True
        limit = more.orders_per_s
    return best, limit, best.p99_ms > P99_MS_MAX


async def _slice(name: str, humans: int, rate: float, seconds: float, seed: int) -> Latency:
    measured: Measured = await load(name, humans, rate, 0, seconds, seed)
    return Latency(measured.orders_per_s, measured.p50_ms, measured.p99_ms, measured.lost, measured.others_cores)


def as_json(seen: Rehearsed) -> str:
    """The result in one line."""
    against = reasons(seen)
    figures = asdict(seen)
    headroom = None if seen.headroom is None else round(seen.headroom, 1)
    return encode({"go": not against, "reasons": against, **figures, "headroom": headroom}).decode()


__all__ = ["RehearsalError", "Rehearsed", "as_json", "played", "rehearse"]
