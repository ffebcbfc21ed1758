"""A spectator's line that is fed by a broker alone: the market's server does not know of it."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing

import aiomqtt

from bots.broker.topic_reader import MissedContracts, TopicReader
from bots.reconnecting import Closed, ConnectionGoneError, Facts, Happening, Lost, Reconnecting
from p2p.protocol.frames import Welcome
from p2p.protocol.mqtt_address import Broker
from p2p.protocol.mqtt_topics import OFFLINE, ONLINE, ROOT, Welfare
from p2p.protocol.reveal import Reveal
from p2p.protocol.server_address import os_sentence

ANSWER_S_MAX = 5.0
"""How long a broker may take to answer."""
SETTLE_S = 0.3
"""Seconds for which we listen for the sessions that a broker knows, before one is chosen. Also for the rest of the
retained messages of one that is over: they come at once, in any order."""
REVEAL_S_MAX = 10.0
"""How long a reveal that the rules promise may come after the end, which is folded from the whole recording."""
WAITING_MAX = 2_000
"""Messages that wait for us to read them; beyond, the broker's are dropped, and the next state puts us right."""


def connection(broker: Broker, identifier: str) -> aiomqtt.Client:
    """A connection to a broker, not yet open. Some brokers mix up clients without an identifier, so all have one."""
    return aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.user,
        password=broker.password,
        identifier=identifier,
        timeout=ANSWER_S_MAX,
        max_queued_incoming_messages=WAITING_MAX,
        tls_context=ssl.create_default_context(cafile=broker.ca_file) if broker.tls else None,
    )


def _wait_s(heard: TopicReader) -> float | None:
    """How long the next message is waited for."""
    if heard.complete:
        return SETTLE_S
    return REVEAL_S_MAX if heard.over else None


class BrokerClient(Reconnecting[Happening | Welfare | MissedContracts]):
    """The parts of a client that watching over MQTT needs. Without a session's name the newest online is chosen."""

    def __init__(self, broker: Broker, market: int | None = None, patience_s: float = 60.0) -> None:
        super().__init__(broker.name, patience_s)
        self.broker, self.market = broker, market
        self._heard: TopicReader | None = None
        self._unheard = MissedContracts(0)
        self.on_reveal: Callable[[Reveal], None] = lambda told: None
        self._revealed: Reveal | None = None

    async def connection(self) -> AsyncGenerator[Happening | Welfare | MissedContracts, None]:
        """One connection to the broker, to the end of the session."""
        try:
            async with connection(self.broker, f"pit-watch-{secrets.token_hex(8)}") as client:
                session = self.broker.session or await self._newest(client)
                await client.subscribe(f"{ROOT}/{session}/status", qos=1)
                market = "+" if self.market is None else f"{self.market}/+"
                await client.subscribe(f"{ROOT}/{session}/{market}", qos=1)
                if self._heard is None or self._heard.session != session:
                    self._heard = TopicReader(session)
                async with aclosing(self._messages(client, self._heard)) as happenings:
                    async for happening in happenings:
                        yield happening
        except (aiomqtt.MqttError, OSError) as error:
            raise ConnectionGoneError(os_sentence(error)) from error

    async def _newest(self, client: aiomqtt.Client) -> str:
        """The newest session that is online: names begin with the time at which a session was made."""
        online: set[str] = set()
        await client.subscribe(f"{ROOT}/+/status", qos=1)
        try:
            async with asyncio.timeout(SETTLE_S):
                async for message in client.messages:
                    name = message.topic.value.split("/")[1]
                    (online.add if message.payload == ONLINE else online.discard)(name)
        except TimeoutError:
            pass
        await client.unsubscribe(f"{ROOT}/+/status")
        if not online:
            raise aiomqtt.MqttError("no session is on this broker at the moment")
        return max(online)

    async def _messages(
        self, client: aiomqtt.Client, heard: TopicReader
    ) -> AsyncGenerator[Happening | Welfare | MissedContracts, None]:
        messages = aiter(client.messages)
        with contextlib.suppress(TimeoutError):
            while True:
                message = await asyncio.wait_for(anext(messages), _wait_s(heard))
                topic, payload = message.topic.value.rpartition("/")[2], message.payload
                for happening in self._follows(heard, topic, payload):
                    yield happening
        self.closed = Closed(4000, "the session is over")

    def _follows(
        self, heard: TopicReader, topic: str, payload: bytes
    ) -> Iterator[Happening | Welfare | MissedContracts]:
        """What follows from one message."""
        if topic == "status":
            if payload == OFFLINE and not heard.over:
                yield Lost("the market's server is not there", 0.0)
            elif payload == ONLINE and heard.rules:
                yield Welcome(heard.session, None, "", 0, 0, heard.rules)
            return
        received = heard.on_message(topic, payload)
        if heard.rules and heard.reveal is not None and heard.reveal is not self._revealed:
            self._revealed = heard.reveal
            self.on_reveal(heard.reveal)
        if isinstance(received, Welcome):
            yield received
            received = heard.follows()
        if topic == "state":
            self.set_clock(heard.session_now)
        if received or topic == "call":
            yield Facts(received, heard.states)
        if heard.rules and heard.unheard != self._unheard:
            self._unheard = heard.unheard
            yield self._unheard
        if heard.welfare and heard.rules and topic in ("welfare", "rules"):
            yield heard.welfare
