"""No private number leaves but to its owner: sessions of every institution and agent, each byte of each line kept.

What is checked of a line: that its owner's canaries are on it (else nothing was shown), that nobody else's are, and
that no number of the size of a price lies between two ticks but his own. tests/plays/canaries.py says why
no price can be taken for a value. So a value is found, and what is a value less a price, or plus one. And by their
form: what is said to one seat alone is on no other line. The log, the metrics and the files beside the journal have no
canary at all.
"""

import itertools
import json
from collections import Counter
from functools import cache
from random import Random

import msgspec
import pytest

from p2p.agents.registry import NAMES, AgentError, check_lineup
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load
from server.publishing.feeds import Viewer
from tests.plays.canaries import PUBLIC, marked, secrets
from tests.plays.canaries_plays import INFORMATION, LEAKS, check_elsewhere, check_lines
from tests.plays.representatives import REPRESENTATIVES
from tests.simulation.calm import Lab, played

IDENTITIES = ("hidden", "alias", "per_period")


def plays(scenario: str, agent: str) -> bool:
    try:
        check_lineup([agent], load(scenario))
    except AgentError:
        return False
    return True


FIRST = 22
"""Sessions among whose casts every scenario and every agent is."""


@cache
def casts() -> list[tuple[str, str]]:
    """Every scenario that stands for others with every agent there, so that the first few have each of both."""
    scenarios, agents = REPRESENTATIVES, list(NAMES)
    rounds = range(len(scenarios) * len(agents))
    turns = [(scenarios[k % len(scenarios)], agents[(k + k // len(scenarios)) % len(agents)]) for k in rounds]
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


def check_addresses(viewer: Viewer, frames: list[bytes]) -> None:
    """What is said to one seat alone is on its line alone."""
    for data in frames:
        frame = json.loads(data) if data.startswith(b"{") else {}
        if frame.get("directive") != "feed":
            continue
        for fact in frame["payload"]["facts"] + frame["payload"]["state"]:
            everybodys = fact["to"] in ("agents", "everyone") and fact["directive"] in PUBLIC
            assert everybodys or fact["to"] == viewer, f"{viewer} was told {fact}"


def before_the_reveal(frames: list[bytes]) -> list[bytes]:
    """All but what a lesson shows when it is over, which is all values by intent."""
    shown = [data.startswith(b'{"directive":"reveal"') for data in frames]
    assert not any(shown[:-1]) or shown.index(True) >= len(frames) - 2, "it comes last, before the line is closed"
    return [data for data, reveal in zip(frames, shown, strict=True) if not reveal]


def check(lab: Lab) -> None:
    own = secrets(lab.reading())
    assert len(own) == lab.scenario.seats
    check_lines({viewer: b"\n".join(before_the_reveal(frames)) for viewer, frames in lab.said.items()}, own)
    for viewer, frames in lab.said.items():
        check_addresses(viewer, frames)
    check_elsewhere(lab.elsewhere(), own)


def directives(lab: Lab) -> Counter[str]:
    return Counter(event.message.directive for record in lab.reading().records() for event in record.read_events())


@pytest.mark.parametrize("k", range(FIRST))
def test_nobody_is_told_a_number_that_is_private_to_another(k: int) -> None:
    lab = played(*session(k), seed=k)
    check(lab)
    assert directives(lab)["refused"]
    assert sum(data.count(b'"welcome"') for frames in lab.said.values() for data in frames) > lab.scenario.seats


def test_these_sessions_have_every_scenario_every_agent_and_trade() -> None:
    scenarios, agents = zip(*casts()[:FIRST], strict=True)
    assert set(scenarios) == set(REPRESENTATIVES)
    assert set(agents) == set(NAMES)
    for scenario, agent in set(itertools.product(REPRESENTATIVES, NAMES)) - set(casts()):
        with pytest.raises(AgentError, match="does not play"):
            check_lineup([agent], load(scenario))
    assert sum(directives(played(*session(k), seed=k))["contract"] > 0 for k in range(0, FIRST, 3)) >= 4


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, 500, 25))
def test_five_hundred_sessions_tell_nobody_a_private_number(first: int) -> None:
    for k in range(first, first + 25):
        check(played(*session(k), seed=1_000 + k))


# --- leaks, made by hand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, words = LEAKS[leak]
    make(monkeypatch)
    scenario = marked(load("smith-1962-test-1"), period_s=4.0, looks=16.0)
    lab = played(scenario, ["zic"] * scenario.seats, 3)
    with pytest.raises(AssertionError, match=words):
        check(lab)
