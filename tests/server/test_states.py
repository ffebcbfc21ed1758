"""States on a viewer's line: told when they change, though no fact comes along, and not when only hidden things do."""

from p2p.messages import Indicative
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Welcome, frame
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.simulation import Simulation
from server.connections.outbox import Outbox
from server.publishing.delivery_stats import Delivery
from server.publishing.feeds import Feeds
from tests.plays.states_plays import Taken
from tests.plays.tui_plays import calls, market


def played(scenario: Scenario) -> tuple[list[Indicative | None], ClientProtocol, list[bytes]]:
    """What a call would have given after each message; a person's line on seat 0, and its frames."""
    simulation = Simulation(scenario, ["zic"] * scenario.seats, 5)
    feeds, peer = Feeds(simulation.session), Taken()
    outbox = Outbox(peer, feeds, 0, 0, Delivery(), lambda why: None)
    line = ClientProtocol("CODE", "human")
    line.received(frame("welcome", Welcome("s", 0, "r", 0, 0, public_rules(scenario, "ticker"))))
    seen, read = [], 0
    for _, at, events in simulation.play():
        feeds.publish(at, events)
        outbox.wake()
        for data in peer.frames[read:]:
            line.received(data)
        read = len(peer.frames)
        institution = simulation.session.markets[0].institution
        indicative = institution.indicative() if hasattr(institution, "indicative") else None
        if indicative is not None and simulation.session.phase == "trading":
            assert line.state["indicative"] == indicative
            seen.append(indicative)
    return seen, line, peer.frames


def test_who_is_not_shown_the_orders_of_a_call_is_told_what_it_would_give_as_it_changes() -> None:
    seen, line, _ = played(calls(2, "ticker"))
    assert len({one.price for one in seen if one}) > 2
    assert line.number > 0


def test_an_order_that_is_not_shown_and_changes_no_state_sends_nothing() -> None:
    _, line, frames = played(market("continuous", "quotes"))
    empty = [data for data in frames if b'"facts":[]' in data]
    assert line.number > 0
    assert empty == []
