"""A broker inside the server's process, for demos and tests: amqtt, on loopback only, kept in memory."""

import contextlib
import errno
import importlib
import socket
from collections.abc import AsyncIterator

import click

from p2p.protocol.mqtt_address import PORTS, Broker
from server.limits import DEFAULT


def _port() -> int:
    """MQTT's own port, or where that is taken a free one."""
    for port in (PORTS["mqtt"], 0):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return int(one.getsockname()[1])
    raise click.ClickException("there is no free port for the embedded broker")


@contextlib.asynccontextmanager
async def embedded(listeners_max: int = DEFAULT.listeners_max) -> AsyncIterator[Broker]:
    """The broker, while the block is open. Raises ClickException where amqtt is not installed."""
    try:
        amqtt = importlib.import_module("amqtt.broker")
    except ImportError as error:
        raise click.ClickException(
            "--mqtt embedded needs amqtt, the extra 'broker'; any other broker will do: --mqtt mqtt://127.0.0.1:1883"
        ) from error
    port = _port()
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": listeners_max}
    anonymous = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    running = amqtt.Broker({"listeners": {"default": listener}, "plugins": anonymous})
    await running.start()
    try:
        yield Broker("127.0.0.1", port)
    finally:
        await running.shutdown()
