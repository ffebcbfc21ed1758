"""A hosted session's public side on an MQTT broker. The broker is never on the market's path.

Theory of operation
-------------------
A task of its own looks at the market's public facts ten times a second, from the number it had (topic_state.py). It
publishes the topics that are due. The market does not know of it: nothing waits for it, nothing is queued for it. While
the broker is slow, gone or refusing, the facts lie where they lie anyway. When it is back, all retained topics are
published anew. Contracts, intervals and announcements go on after the last one that the broker has confirmed. One or
the other comes twice, none is lost (of announcements: of the last ANNOUNCEMENTS_KEPT), and all carry their number.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import aiomqtt
import click
import msgspec

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.safe_text import printable
from p2p.messages import Metered
from p2p.protocol.mqtt_address import Broker
from p2p.protocol.mqtt_topics import OFFLINE, ONLINE, ROOT, TOPICS, base, topic_level
from p2p.protocol.retries import Retries
from p2p.protocol.server_address import os_sentence
from p2p.schedules.rationing import rules_by_market
from server.hosted_session import HostedSession, SessionParts
from server.mqtt.broker_connection import connection
from server.mqtt.meter_inbox import MeterInbox
from server.mqtt.topic_state import TopicState
from server.mqtt.welfare import COUNTED, WelfareScores
from server.session.notices import notify
from server.session.sequencer import Committed

TICK_S = 0.1
"""Quotes and book are published ten times a second at the most: faster than anybody reads a dashboard."""
BEAT_S = 1.0
"""Seconds between messages of the session's clock, and between renewals of `contracts`: the largest error of a late
listener's clock."""
FAREWELL_S_MAX = 3.0
"""How long the last messages of a session may take: its end does not wait for a broker that is gone."""
STOP_S_MAX = 1.0
"""The same of a session that is stopped. It can be taken up again, and the person who stops a server waits for two
seconds."""
LEAVE_S_MAX = 0.5
"""How long the broker may take to let us go after that."""


@contextlib.asynccontextmanager
async def published(where: Broker | None, host: HostedSession) -> AsyncIterator["Publisher"]:
    """A session on a broker, on one in this process where `where` is None, to the block's end.

    Raises ClickException where the scenario, and so the rules that everybody was told, have no spectators.
    """
    if host.status.scenario.spectators == "none":
        raise click.ClickException(
            'the scenario has spectators = "none", and a broker shows the market: no --mqtt then'
        )
    async with contextlib.AsyncExitStack() as stack:
        if where is None:
            from server.mqtt.embedded_broker import embedded

            where = await stack.enter_async_context(embedded(host.limits.listeners_max))
        publisher = Publisher(where, host)
        publisher.start()
        try:
            yield publisher
        finally:
            await publisher.finish()


class Publisher:
    """Publishes a hosted session's public facts, from its start to its end, however often the broker goes."""

    def __init__(self, broker: Broker, host: HostedSession) -> None:
        opened = host.opened
        self.broker, self.host = broker, host
        self.session = topic_level(opened.store.session)
        self.topic = f"{ROOT}/{self.session}"
        self.bulletins: dict[str, TopicState] = {}
        status = host.status
        markets = status.markets
        for market in range(markets):
            channel = opened.feeds.public_channel(market)
            rules = status.rules(channel[1], market=channel[0])
            bulletin = TopicState(rules, opened.feeds, channel, status.scenario.seats)
            self.bulletins[base(self.session, market, markets)] = bulletin
        self._markets = list(self.bulletins.values())
        before = _before(opened)
        for (market, _), books in before.books.items():
            for one in books.metered.values():
                self._metered(market, one)
        self.tally = WelfareScores(status.scenario, before)
        self.meters = MeterInbox(host)
        host.listeners.append(self._happened)
        self.connected, self.listening = asyncio.Event(), asyncio.Event()
        self.retries = Retries()
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """The address for listeners: the broker and the session."""
        return f"{self.broker.name}/{self.session}"

    def _happened(self, happened: list[Committed]) -> None:
        """Add up what is private and has sums that are not: what households have metered, what traders have gained."""
        for event in (event for what in happened for event in what.events if type(event.message) in COUNTED):
            self.tally.on_event(event)
            if isinstance(event.message, Metered) and event.market is not None:
                self._metered(event.market, event.message)

    def _metered(self, market: int, one: Metered) -> None:
        self._markets[market].intervals.metered(one)

    def start(self) -> None:
        """Begin; returns at once."""
        self._task = asyncio.create_task(self._run())

    async def finish(self) -> None:
        """The session has ended or stops: say what there is to say, as long as that is worth waiting for."""
        self._over.set()
        if self._task is None:
            return
        over = self.host.status.over
        await asyncio.wait([self._task], timeout=FAREWELL_S_MAX if over else STOP_S_MAX)
        if not self._task.done():
            self._task.cancel()
            notify(f"{self.broker.name} did not take the session's last messages")
            await asyncio.wait([self._task], timeout=LEAVE_S_MAX)

    async def _run(self) -> None:
        known = None
        while True:
            try:
                async with self._open() as client:
                    notify(f"publishing to {self.broker.name} under {self.topic}/")
                    self.retries.let_in()
                    known = None
                    await self._serve(client)
                    return
            except (aiomqtt.MqttError, OSError) as error:
                why = printable(os_sentence(error))
                if why != known:
                    notify(f"{self.broker.name}: {why}; trading goes on, trying again")
                known = why
            finally:
                self.connected.clear()
                self.listening.clear()
            if self._over.is_set() and self.retries.tries:
                return
            await self._rest(self.retries.pause_s(random.uniform))

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[aiomqtt.Client]:
        """A connection with its birth and its last will."""
        status = f"{self.topic}/status"
        will = aiomqtt.Will(status, OFFLINE, qos=1, retain=True)
        async with connection(self.broker, f"pit-{self.session}", will) as client:
            await client.publish(status, ONLINE, qos=1, retain=True)
            yield client
            await client.publish(status, OFFLINE, qos=1, retain=True)

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Publish and listen until all is said or the connection breaks (MqttError)."""
        pouring = asyncio.create_task(self._publish_loop(client))
        listening = asyncio.create_task(self._listen(client))
        try:
            await asyncio.wait([pouring, listening], return_when=asyncio.FIRST_COMPLETED)
            for task in (pouring, listening):
                if task.done():
                    task.result()
        finally:
            for task in (pouring, listening):
                task.cancel()
            await asyncio.gather(pouring, listening, return_exceptions=True)

    async def _listen(self, client: aiomqtt.Client) -> None:
        """Hear the meters, where they count; raises MqttError as soon as the connection breaks."""
        if topic := self.meters.topic(self.topic):
            await client.subscribe(topic, qos=1)
        self.listening.set()
        async for message in client.messages:
            self.meters.on_message(message.topic.value, message.payload)

    async def _publish_loop(self, client: aiomqtt.Client) -> None:
        """Everything that is retained, then what is new, to the session's end."""
        for topic, bulletin in self.bulletins.items():
            await self._fold(bulletin)
            await client.publish(f"{topic}/rules", msgspec.json.encode(bulletin.rules), qos=1, retain=True)
            bulletin.renew()
        self.connected.set()
        beaten, revealed = 0.0, False
        while True:
            over = self._over.is_set()
            now = asyncio.get_running_loop().time()
            beat = over or now - beaten >= BEAT_S
            more = False
            for market, (topic, bulletin) in enumerate(self.bulletins.items()):
                await self._fold(bulletin)
                await self._weigh(market, bulletin)
                more |= await self._publish_round(client, topic, bulletin, beat)
            beaten = now if beat else beaten
            if self.host.revealed is not None and not revealed:
                payload, revealed = msgspec.json.encode(self.host.revealed), True
                for topic in self.bulletins:
                    await client.publish(f"{topic}/reveal", payload, qos=1, retain=True)
            if over and not more:
                return
            if not more:
                await self._rest(TICK_S)

    async def _weigh(self, market: int, bulletin: TopicState) -> None:
        """Score the periods that have finished, beside the market; tell what they came to when that may be told."""
        if fresh := self.tally.fresh(market):
            self.tally.take(market, await asyncio.to_thread(self.tally.scored, market, fresh))
        if welfare := self.tally.due(market, bulletin.over):
            bulletin.set_welfare(welfare)

    async def _rest(self, seconds: float) -> None:
        """Wait, unless the session is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _fold(self, bulletin: TopicState) -> None:
        while bulletin.fold():  # noqa: ASYNC110 (after each portion it is the market's turn)
            await asyncio.sleep(0)

    async def _publish_round(self, client: aiomqtt.Client, topic: str, bulletin: TopicState, beat: bool) -> bool:
        """One round of a market's topics; whether something is left for the next."""
        if beat:
            bulletin.beat()
        topics = set(TOPICS) if beat else set(TOPICS) - {"contracts"}
        if contracts := bulletin.unconfirmed():
            await asyncio.gather(*(client.publish(f"{topic}/contract", payload, qos=1) for payload in contracts))
            bulletin.confirmed += len(contracts)
        if ended := bulletin.intervals.due(bulletin.confirmed):
            interval = f"{topic}/interval"
            await asyncio.gather(*(client.publish(interval, payload, qos=1, retain=True) for payload in ended))
            bulletin.intervals.confirmed += len(ended)
        for name, payload in bulletin.due(topics, self.host.opened.clock.now()):
            await client.publish(f"{topic}/{name}", payload, qos=0, retain=True)
        if said := bulletin.board.due():
            board = f"{topic}/announcement"
            await asyncio.gather(*(client.publish(board, payload, qos=1, retain=kept) for payload, kept in said))
            bulletin.board.confirmed()
        return bulletin.confirmed < len(bulletin.made) or bulletin.intervals.has_unsent


def _before(opened: SessionParts) -> SessionOutcome:
    """What had happened of a session when it was opened: nothing of a new one, the journal's of one that was cut."""
    if not opened.store.chain.records:
        return SessionOutcome(rules_by_market(opened.status.scenario, opened.status.seed))
    from recordings.journal.store import read_folder
    from recordings.scoring.score import fold

    return fold(read_folder(opened.store.folder, opened.store.disk))
