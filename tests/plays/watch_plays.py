"""What the tests of watch share with others."""

from bots.client import Client
from p2p.protocol.client_connection import ClientProtocol
from p2p.scenario.public_rules import public_rules
from p2p.sim.simulation.simulation import Simulation
from server.mqtt.topic_state import TopicState
from server.publishing.feeds import Feeds

ARMS = """
[[arms]]
name = "quotes"
seats = 2
information = "quotes"

[[arms]]
name = "all"
seats = 2
information = "book"
"""


def watcher(url):
    client = Client(url, "", "human")
    client.line.watched = 0
    return client


def watching(market=0, have=0):
    line = ClientProtocol("", "human")
    line.watched, line.number = market, have
    return line


def published(scenario, seed):
    """The feed of a simulated session, handed out fact by fact, and the bulletin that stands on it."""
    simulation = Simulation(scenario, ["zic"] * scenario.seats, seed)
    feeds = Feeds(simulation.session)
    channel = feeds.public_channel(0)
    bulletin = TopicState(public_rules(scenario, channel[1]), feeds, channel, scenario.seats)
    return simulation, feeds, channel, bulletin
