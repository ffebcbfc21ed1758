"""A spectator's line that is fed by a broker alone: the market's server does not know of it."""

import asyncio
import contextlib
import random
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Iterator

import aiomqtt

from bots.broker.topic_reader import MissedContracts, TopicReader
from bots.client import Closed, Facts, Happening, Lost
from p2p.base.units import Instant
from p2p.protocol.frames import Welcome
from p2p.protocol.mqtt_address import Broker
from p2p.protocol.mqtt_topics import OFFLINE, ONLINE, ROOT, Welfare
from p2p.protocol.server_address import os_sentence

ANSWER_S_MAX = 5.0
"""How long a broker may take to answer."""
SETTLE_S = 0.3
"""How long we listen for the sessions that a broker knows before one is chosen, and for the rest of what is retained of
one that is over: it comes at once, in any order."""
RETRY_S_MIN, RETRY_S_MAX = 0.2, 3.0
"""The pause before the first and before later tries; each is drawn at random up to its bound."""
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


class BrokerClient:
    """What is needed of a client in order to watch, over MQTT. Without a session's name the newest online is chosen."""

    def __init__(self, broker: Broker, market: int | None = None, patience_s: float = 60.0) -> None:
        self.broker, self.market, self.patience_s = broker, market, patience_s
        self.url = broker.name
        self.closed: Closed | None = None
        self._heard: TopicReader | None = None
        self._unheard = MissedContracts(0)
        self._clock_at = (0, 0.0)

    def now(self) -> Instant:
        """The session's clock, as near as the broker tells: it is said each second."""
        at, mine = self._clock_at
        return at + int((time.monotonic() - mine) * 1_000_000)

    async def happenings(self) -> AsyncIterator[Happening | Welfare | MissedContracts]:
        """Everything that happens, over all connections, until the session is over or nobody answers."""
        tries, since = 0, time.monotonic()
        while self.closed is None:
            try:
                async with connection(self.broker, f"pit-watch-{secrets.token_hex(8)}") as client:
                    session = self.broker.session or await self._newest(client)
                    await client.subscribe(f"{ROOT}/{session}/status", qos=1)
                    market = "+" if self.market is None else f"{self.market}/+"
                    await client.subscribe(f"{ROOT}/{session}/{market}", qos=1)
                    if self._heard is None or self._heard.session != session:
                        self._heard = TopicReader(session)
                    async for happening in self._messages(client, self._heard):
                        tries, since = 0, time.monotonic()
                        yield happening
                why = "the session is over"
            except (aiomqtt.MqttError, OSError) as error:
                why = os_sentence(error)
            if self.closed is None and time.monotonic() - since > self.patience_s:
                self.closed = Closed(0, f"no answer from {self.url} for {self.patience_s:.0f} s: {why}")
            if self.closed is None:
                retry_s = random.uniform(0, min(RETRY_S_MAX, RETRY_S_MIN * 2 ** min(tries, 9)))
                tries += 1
                yield Lost(why, retry_s)
                await asyncio.sleep(retry_s)

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
    ) -> AsyncIterator[Happening | Welfare | MissedContracts]:
        messages = aiter(client.messages)
        with contextlib.suppress(TimeoutError):
            while True:
                message = await asyncio.wait_for(anext(messages), SETTLE_S if heard.over else None)
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
        if isinstance(received, Welcome):
            yield received
            received = heard.follows()
        if topic == "state":
            self._clock_at = (heard.session_now, time.monotonic())
        if received or topic == "call":
            yield Facts(received, heard.states)
        if heard.rules and heard.unheard != self._unheard:
            self._unheard = heard.unheard
            yield self._unheard
        if heard.welfare and heard.rules and topic in ("welfare", "rules"):
            yield heard.welfare
