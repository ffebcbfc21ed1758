"""Go or no-go: the figures of a rehearsal against what a session needs, each reason in a sentence."""

from dataclasses import dataclass, field

from bots.rehearsal.times import StageTime

P99_MS_MAX = 100.0
"""The slowest answer of a hundred at true speed: a tenth of a second is the bound of an answer that feels immediate
(Miller 1968)."""
HEADROOM_MIN = 3.0
"""How many times the orders of a usual moment the server must take: the last seconds of a period are that busy."""


@dataclass(frozen=True)
class Latency:
    """Order to answer, in milliseconds, at so many orders a second; `others_cores`: cores that other programs used."""

    orders_per_s: float
    p50_ms: float
    p99_ms: float
    lost: int
    others_cores: float | None


@dataclass(frozen=True)
class Pay:
    """One person's earnings in points, and the money for them: the 5th and 95th of a hundred, and the ceiling.

    `currency` is empty where the scenario has no [payment], and the money None.
    """

    points_low: float
    points_middle: float
    points_high: float
    points_ceiling: float | None
    currency: str = ""
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True)
class Rehearsed:
    """All figures of a rehearsal."""

    scenario: str
    humans: int
    seats: int
    joined: int
    late: int
    surplus: int
    declined: int
    away: int
    returned: int
    mistakes: int
    helped: int
    crashes: int
    orders: int
    lost: int
    put_out: tuple[str, ...]
    stuck: str
    verify: str
    fast_p99_ms: float | None
    latency: Latency | None
    limit_per_s: float | None
    limit_found: bool
    minutes: float
    stages: tuple[StageTime, ...]
    pay: Pay
    minutes_max: float | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def headroom(self) -> float | None:
        """How many times the orders of a usual moment the server takes; None where it was not measured."""
        if self.limit_per_s is None or self.latency is None or not self.latency.orders_per_s:
            return None
        return self.limit_per_s / self.latency.orders_per_s


def reasons(seen: Rehearsed) -> list[str]:
    """Why the session should not be held as it is; empty for go."""
    found = [f"the session did not come to its end: {seen.stuck}"] if seen.stuck else []
    if seen.joined < seen.humans - seen.surplus:
        found.append(f"{seen.humans - seen.surplus - seen.joined} of {seen.humans} people did not get in")
    if seen.surplus:
        found.append(
            f"{seen.surplus} of {seen.humans} people got no seat: {seen.seats} seats, or the door closed first"
        )
    if seen.lost:
        found.append(f"{seen.lost} acknowledged messages are not in the journal")
    if seen.verify:
        found.append(f"the recording does not verify: {seen.verify}")
    if seen.returned < seen.away:
        found.append(f"{seen.away - seen.returned} of {seen.away} people who had left did not come back to their seats")
    found += [f"a person was put out: {why}" for why in seen.put_out]
    if seen.latency is not None and seen.latency.p99_ms > P99_MS_MAX:
        found.append(_slow(seen.latency))
    if seen.headroom is not None and seen.limit_found and seen.headroom < HEADROOM_MIN:
        found.append(
            f"the server takes {seen.headroom:.1f} times the usual orders within {P99_MS_MAX:g} ms; "
            f"{HEADROOM_MIN:g} times are needed"
        )
    if seen.minutes_max is not None and seen.minutes > seen.minutes_max:
        found.append(f"it needs {seen.minutes:.0f} minutes, and there are {seen.minutes_max:g}")
    return found


def _slow(latency: Latency) -> str:
    busy = latency.others_cores
    others = f"; other programs used {busy:.1f} cores: close them, and rehearse again" if busy and busy > 0.5 else ""
    return f"one answer in a hundred took {latency.p99_ms:.0f} ms or more, {P99_MS_MAX:g} ms is the most{others}"


def lines(seen: Rehearsed) -> list[str]:
    """The result as a person reads it."""
    against = reasons(seen)
    told = ["GO" if not against else "NO-GO", *(f"  {why}" for why in against)]
    told.append(f"people      {seen.joined} of {seen.humans} on {seen.seats} seats; {_people(seen)}")
    told.append(f"orders      {seen.orders} acknowledged, {seen.lost} lost; {_recording(seen)}")
    if seen.latency is not None:
        at = f"{seen.latency.orders_per_s:.1f} orders a second, true speed"
        told.append(f"latency     {seen.latency.p50_ms:.0f} ms, one in a hundred {seen.latency.p99_ms:.0f} ms ({at})")
    if seen.headroom is not None:
        least = "" if seen.limit_found else "at least "
        told.append(f"headroom    {least}{seen.headroom:.1f} × ({least}{seen.limit_per_s:.0f} orders a second)")
    told.append(f"minutes     {seen.minutes:.0f} at true speed")
    told += [f"  {one.minutes:5.1f}  {one.title or one.kind}" for one in seen.stages]
    told.append(f"pay         {_pay(seen.pay)}")
    return [*told, *(f"note        {note}" for note in seen.notes)]


def _people(seen: Rehearsed) -> str:
    what = [
        f"{seen.late} late",
        f"{seen.declined} declined",
        f"{seen.away} left and {seen.returned} came back",
        f"{seen.mistakes} wrong answers",
        f"{seen.helped} helped",
    ]
    return ", ".join(what)


def _recording(seen: Rehearsed) -> str:
    verified = "the recording verifies" if not seen.verify else "the recording does not verify"
    return f"{seen.crashes} crash, {verified}" if seen.crashes else verified


def _pay(pay: Pay) -> str:
    most = "no ceiling is known" if pay.points_ceiling is None else f"never above {pay.points_ceiling:g}"
    points = f"{pay.points_low:g} to {pay.points_high:g} points a person (nine in ten), {most}"
    if not pay.currency:
        return f"none: the scenario has no [payment]; {points}"
    ceiling = "" if pay.ceiling is None else f", never above {pay.ceiling:.2f}"
    return f"{pay.low:.2f} to {pay.high:.2f} {pay.currency} a person (nine in ten){ceiling}; {points}"
