"""A spectator's bytes say nothing of values: the same messages under other values give the same stream.

A session of robots is played, and what was said in it is said again, at the same instants, in two labs that differ in
private values alone: in one everybody's are what they were, in the other everybody's are others. Robots decide by their
values; here nobody decides.
"""

import asyncio

import msgspec
import pytest

from p2p.base.units import INSTITUTION, SESSION
from p2p.messages.envelope import Envelope
from p2p.scenario.overrides import InformationSet
from p2p.scenario.schema import InducedValues, Scenario
from p2p.sim.library.files import load
from server.publishing.feeds import spectator
from server.session.sequencer import InboxItem
from tests.plays.canaries import TICK, marked, secrets
from tests.plays.canaries_plays import LEAKS
from tests.simulation.calm import Lab, played
from tests.simulation.loop import SimulatedLoop

SEED = 4
MARKETS = ("smith-1962-test-1", "open-book", "call-market", "energy-day", "energy-day-call-cap")
"""Each institution with each environment that it is made for."""
Script = list[tuple[float, Envelope]]


def script(scenario: Scenario) -> Script:
    """What was said from outside in a session of robots, and when (in seconds)."""
    lab = played(scenario, [("zic", "ziu")[seat % 2] for seat in range(scenario.seats)], SEED)
    said = [(record.at / 1e6, record.envelope()) for record in lab.reading().records()]
    return [(at, one) for at, one in said[1:] if one.sender not in (INSTITUTION, SESSION)]


def with_other_values(scenario: Scenario) -> Scenario:
    """The same market, and everybody's values or tariffs higher or lower by an odd amount."""
    table = scenario.environment
    if isinstance(table, InducedValues):

        def moved(traders: tuple[tuple[int, ...], ...], by: int) -> tuple[tuple[int, ...], ...]:
            return tuple(tuple(value + by for value in trader) for trader in traders)

        buyers, sellers = moved(table.buyers, 33 * TICK + 77), moved(table.sellers, -9 * TICK - 5)
        other = msgspec.structs.replace(table, buyers=buyers, sellers=sellers)
    else:
        ranges = {"buy": table.buy, "feed_in": table.feed_in}
        other = msgspec.structs.replace(
            table, **{name: type(one)(one.low + 5 * TICK, one.high + 9 * TICK) for name, one in ranges.items()}
        )
    return msgspec.structs.replace(scenario, environment=other)


def watched(scenario: Scenario, said: Script) -> Lab:
    """The lab in which all that was said, with a spectator on its market."""
    loop = SimulatedLoop()

    async def speak(lab: Lab) -> None:
        for at, envelope in said:
            await asyncio.sleep(at - loop.time())
            lab.host.inbox.put(InboxItem(envelope))

    async def life() -> Lab:
        lab = Lab(scenario, SEED)
        lab.begin(lab.watch(0))
        lab.begin(speak(lab))
        await lab.play()
        return lab

    try:
        return loop.run_until_complete(life())
    finally:
        loop.close()


def two(name: str, information: InformationSet) -> tuple[Lab, Lab]:
    """The same messages under two sets of values."""
    scenario = msgspec.structs.replace(
        marked(load(name), period_s=4.0, looks=12.0), information=information, identities="per_period"
    )
    said = script(scenario)
    return watched(scenario, said), watched(with_other_values(scenario), said)


def watched_bytes(lab: Lab) -> list[bytes]:
    """The frames of the spectator's line, one by one: where they end may tell something, too."""
    return lab.said[spectator(0)]


@pytest.mark.parametrize("information", ["book", "ticker", "quotes", "none"])
@pytest.mark.parametrize("name", MARKETS)
def test_a_spectators_bytes_are_the_same_whatever_the_values(name: str, information: InformationSet) -> None:
    first, second = two(name, information)
    mine, others = secrets(first.reading()), secrets(second.reading())
    assert set(mine) == set(others)
    assert all(mine[seat] != others[seat] for seat in mine), "everybody's values are others"
    assert watched_bytes(first) == watched_bytes(second)
    assert len(watched_bytes(first)) > (10 if information == "none" else 30)
    contracts = [
        sum(b'"contract"' in event for one in lab.reading().records() for event in one.events)
        for lab in (first, second)
    ]
    assert contracts[0] == contracts[1] > 0


@pytest.mark.parametrize("leak", ["a schedule", "a gain"])
def test_a_leak_makes_them_differ(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    LEAKS[leak][0](monkeypatch)
    first, second = two("smith-1962-test-1", "book")
    assert watched_bytes(first) != watched_bytes(second)
