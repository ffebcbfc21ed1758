"""A real mosquitto for the tests, on a free port of this machine, and a listener on it."""

import asyncio
import contextlib
import getpass
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
import msgspec
import pytest

from p2p.protocol.mqtt_address import Broker
from tests.plays.hosted import GUARD_S

OPEN = "allow_anonymous true\npersistence false\n"
"""A broker for a laboratory on one machine; what it retains is gone when it is."""

PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin"
"""Where systems put their servers: not always on the PATH of a person."""

needs_mosquitto = pytest.mark.skipif(
    shutil.which("mosquitto", path=PLACES) is None,
    reason="needs mosquitto: apt-get install mosquitto",
)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Mosquitto:
    """A mosquitto that can be stopped, frozen and started again on its port."""

    def __init__(self, folder: Path, rules: str = OPEN) -> None:
        self.port = free_port()
        self.config = folder / "mosquitto.conf"
        self.config.write_text(f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\n{rules}")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def broker(self) -> Broker:
        return Broker("127.0.0.1", self.port)

    async def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._launch()
        assert self.process
        async with asyncio.timeout(GUARD_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    assert self.process.poll() is None, "mosquitto did not start"
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                await writer.wait_closed()
                return

    def _launch(self) -> None:
        found = shutil.which("mosquitto", path=PLACES)
        assert found
        command = [found, "-c", str(self.config)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def freeze(self) -> None:
        """It takes nothing and says nothing, and keeps its connections."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is not None:
            self.thaw()
            self.process.kill()
            self.process.wait(GUARD_S)
            self.process = None


@contextlib.asynccontextmanager
async def mosquitto(folder: Path, rules: str = OPEN) -> AsyncIterator[Mosquitto]:
    """A mosquitto that runs, ended when the block is left."""
    one = Mosquitto(folder, rules)
    try:
        await one.start()
        yield one
    finally:
        one.stop()


@dataclass
class Listener:
    """Whatever was heard, by the last word of its topic."""

    heard: list[tuple[str, bytes, bool]] = field(default_factory=list)

    def all(self, topic: str) -> list[dict[str, object]]:
        return [msgspec.json.decode(payload) for name, payload, _ in self.heard if name.endswith(f"/{topic}")]

    def last(self, topic: str) -> dict[str, object]:
        found = self.all(topic)
        return found[-1] if found else {}

    def raw(self, topic: str) -> list[bytes]:
        return [payload for name, payload, _ in self.heard if name.endswith(f"/{topic}")]

    def retained(self) -> set[str]:
        """The last words of the topics that the broker had kept."""
        return {name.rpartition("/")[2] for name, _, kept in self.heard if kept}

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of what was heard."""
        async with asyncio.timeout(GUARD_S):
            while not holds():  # noqa: ASYNC110 (what is waited for comes through a socket)
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def listening(broker: Broker, topic: str = "tradingpit/#", name: str = "listener") -> AsyncIterator[Listener]:
    """A subscriber that writes down what comes."""
    listener = Listener()

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            listener.heard.append((message.topic.value, message.payload, bool(message.retain)))

    async with aiomqtt.Client(broker.host, broker.port, identifier=name, timeout=GUARD_S) as client:
        await client.subscribe(topic, qos=1)
        task = asyncio.create_task(listen(client))
        try:
            yield listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
