"""No private number leaves but to its owner: sessions of every institution and agent, each byte of each line kept.

What is checked of a line: that its owner's canaries are on it (else nothing was shown), that nobody else's are, and
that no number of the size of a price lies between two ticks but his own. tests/canaries.py says why no price can be
taken for a value. So a value is found, and what is a value less a price, or plus one. And by their form: what is said
to one seat alone is on no other line. The log, the metrics and the files beside the journal have no canary at all.
"""

import itertools
import json
from collections import Counter
from functools import cache
from random import Random

import msgspec
import pytest

from p2p.agents.registry import NAMES, AgentError, check_cast
from p2p.base.units import Seat
from p2p.information.projection import Shown, Views
from p2p.messages import Contract, Schedule
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load, names
from server.monitoring.event_log import Log
from server.monitoring.prometheus import Counted
from server.publishing.feeds import Feeds, Viewer, _encoded
from tests.canaries import PUBLIC, between_ticks, marked, numbers_in, secrets
from tests.simulation.calm import Lab, played

INFORMATION = ("book", "ticker", "standing")
IDENTITIES = ("hidden", "alias", "per_period")


def plays(scenario: str, agent: str) -> bool:
    try:
        check_cast([agent], load(scenario).institution.name)
    except AgentError:
        return False
    return True


@cache
def casts() -> list[tuple[str, str]]:
    """Every scenario of the lab with every agent that plays in it, so that the first few have each of both."""
    scenarios, agents = names(), list(NAMES)
    turns = [(scenarios[k % len(scenarios)], agents[k % len(agents)]) for k in range(len(scenarios) * len(agents))]
    pairs = dict.fromkeys([*turns, *itertools.product(scenarios, agents)])
    return [pair for pair in pairs if plays(*pair)]


def session(k: int) -> tuple[Scenario, list[str]]:
    """The k-th session: who plays what, and under which rules of sight."""
    pairs, rng = casts(), Random(k)
    name, agent = pairs[k % len(pairs)]
    scenario = msgspec.structs.replace(
        marked(load(name), period_s=4.0, looks=16.0),
        information=rng.choice(INFORMATION),
        identities=rng.choice(IDENTITIES),
    )
    if scenario.seats <= 22 and k % 4 == 3:
        scenario = msgspec.structs.replace(scenario, markets=2)
    return scenario, [(agent, "zic")[seat % 2] for seat in range(scenario.seats)]


def check_lines(said: dict[Viewer, bytes], own: dict[Seat, set[int]]) -> None:
    """Nobody was told another one's numbers."""
    everybodys = set().union(*own.values())
    for viewer, data in said.items():
        numbers, mine = numbers_in(data), own.get(viewer, set())  # type: ignore[call-overload]
        assert mine <= numbers, f"{viewer} was not told his own numbers"
        assert not (numbers & everybodys) - mine, f"{viewer} was told another one's number"
        assert not between_ticks(numbers - mine), f"{viewer} was told what is no price"


def check_addresses(viewer: Viewer, frames: list[bytes]) -> None:
    """What is said to one seat alone is on its line alone."""
    for data in frames:
        frame = json.loads(data) if data.startswith(b"{") else {}
        if frame.get("directive") != "feed":
            continue
        for fact in frame["payload"]["facts"] + frame["payload"]["state"]:
            everybodys = fact["to"] in ("agents", "everyone") and fact["directive"] in PUBLIC
            assert everybodys or fact["to"] == viewer, f"{viewer} was told {fact}"


def check_elsewhere(data: bytes, own: dict[Seat, set[int]]) -> None:
    """The log, the metrics and the files have nobody's numbers."""
    told = numbers_in(data)
    assert not told & set().union(*own.values()), "the log, the metrics or a file has somebody's number"
    assert not between_ticks(told), "the log, the metrics or a file has a number that is no price"


def check(lab: Lab) -> None:
    own = secrets(lab.reading())
    assert len(own) == lab.scenario.seats
    check_lines({viewer: b"\n".join(frames) for viewer, frames in lab.said.items()}, own)
    for viewer, frames in lab.said.items():
        check_addresses(viewer, frames)
    check_elsewhere(lab.elsewhere(), own)


def directives(lab: Lab) -> Counter[str]:
    return Counter(event.message.directive for record in lab.reading().records() for event in record.read_events())


@pytest.mark.parametrize("k", range(16))
def test_nobody_is_told_a_number_that_is_private_to_another(k: int) -> None:
    lab = played(*session(k), seed=k)
    check(lab)
    assert directives(lab)["refused"]
    assert sum(data.count(b'"welcome"') for frames in lab.said.values() for data in frames) > lab.scenario.seats


def test_these_sessions_have_every_scenario_every_agent_and_trade() -> None:
    scenarios, agents = zip(*casts()[:16], strict=True)
    assert set(scenarios) == set(names())
    assert set(agents) == set(NAMES)
    left_out = set(itertools.product(names(), NAMES)) - set(casts())
    assert {agent for _, agent in left_out} == {"sniper"}, "which refuses calls"
    assert all(directives(played(*session(k), seed=k))["contract"] for k in range(0, 16, 5))


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, 500, 25))
def test_five_hundred_sessions_tell_nobody_a_private_number(first: int) -> None:
    for k in range(first, first + 25):
        check(played(*session(k), seed=1_000 + k))


# --- leaks, made by hand ----------------------------------------------------------------------------------------


def leak_a_schedule(patch: pytest.MonkeyPatch) -> None:
    """Somebody's schedule among the states of a market, which robots do not look at."""
    states = Feeds._states

    def leaking(self: Feeds, channel, at: int) -> list[bytes]:
        fix = self.session.markets[channel[0]].environment.holdings
        return [
            *states(self, channel, at),
            *(_encoded(Schedule(1, one.role, one.steps), "", "agents", at) for one in [*fix.values()][:1]),
        ]

    patch.setattr(Feeds, "_states", leaking)


def leak_a_gain(patch: pytest.MonkeyPatch) -> None:
    """What the seller of a contract gained, as its number."""
    project, costs = Views.project, {}

    def leaking(self: Views, event):
        shown = project(self, event)
        if isinstance(event.message, Schedule):
            costs[event.to] = event.message.steps[0].value
        if isinstance(event.message, Contract):
            gained = abs(event.message.price - costs[event.message.seller])
            return Shown(shown.market, msgspec.structs.replace(shown.public, number=gained), {}, shown.less)
        return shown

    patch.setattr(Views, "project", leaking)


def leak_to_the_log(patch: pytest.MonkeyPatch) -> None:
    say = Log.say
    patch.setattr(Log, "say", lambda self, *words, **more: say(self, *words, **more, value=325_182_236))


def leak_to_the_metrics(patch: pytest.MonkeyPatch) -> None:
    """As a gauge, which is written as 3.25182236e+08."""
    patch.setattr(Counted, "synced", lambda self, *words: self._waiting.set_function(lambda: 325_182_236))


LEAKS = {
    "a schedule": (leak_a_schedule, "was told another one's number"),
    "a gain": (leak_a_gain, "was told what is no price"),
    "the log": (leak_to_the_log, "has a number that is no price"),
    "the metrics": (leak_to_the_metrics, "has a number that is no price"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, words = LEAKS[leak]
    make(monkeypatch)
    scenario = marked(load("smith-1962-test-1"), period_s=4.0, looks=16.0)
    lab = played(scenario, ["zic"] * scenario.seats, 3)
    with pytest.raises(AssertionError, match=words):
        check(lab)
