"""A connection to a broker, as the server opens it."""

import ssl

import aiomqtt

from p2p.protocol.mqtt_address import Broker

ANSWER_S_MAX = 3.0
"""A broker that confirms nothing for so long is left, and tried again."""
KEEPALIVE_S = 10
"""How often the broker hears of us at least; it says the last will after half as long again without."""
INFLIGHT_MAX = 64
"""Messages on their way to the broker at once."""
WAITING_MAX = 1_000
"""Messages from the broker that wait to be read; beyond, they are dropped."""


def connection(broker: Broker, identifier: str, will: aiomqtt.Will | None = None) -> aiomqtt.Client:
    """A connection, not yet open. Some brokers mix up clients without an identifier, so all have one."""
    client = aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.user,
        password=broker.password,
        identifier=identifier,
        will=will,
        timeout=ANSWER_S_MAX,
        keepalive=KEEPALIVE_S,
        max_inflight_messages=INFLIGHT_MAX,
        max_queued_incoming_messages=WAITING_MAX,
        tls_context=ssl.create_default_context(cafile=broker.ca_file) if broker.tls else None,
    )
    client.pending_calls_threshold = 2 * INFLIGHT_MAX
    return client
