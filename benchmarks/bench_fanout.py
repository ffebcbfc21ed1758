"""What it costs to tell 500 lines a tick's facts: all of it, the library's part, and the kernel's, which is the floor.

    python -m benchmarks.bench_fanout

Processor time per frame, best of several ticks, so that what else the machine does counts little. The sockets are real,
on loopback, read by another process; each frame has a tick's facts of a market with 400 quotes a second.
"""

import os
import selectors
import socket
import time
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import broadcast
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from p2p.base.units import AGENTS, INSTITUTION
from p2p.messages import Quote
from p2p.messages.envelope import Event
from p2p.session.session import Session
from p2p.sim.library.files import load
from server.connections.outbox import Outbox
from server.connections.peer import TAKES_TEXT, SocketPeer
from server.publishing.delivery_stats import Delivery
from server.publishing.feeds import Feeds

LINES = 500
FACTS = 8
TICKS = 200
SIZES = (200, 1_500, 6_000)


class Nowhere:
    """A transport that takes everything and sends nothing: what is left is our part."""

    def write(self, data: bytes) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str) -> None:
        return None


class Connection:
    """As much of a connection as the library's `broadcast` and a peer touch."""

    remote_address = ("127.0.0.1", 1)
    send_in_progress = fragmented_send_waiter = None

    def __init__(self) -> None:
        self.transport = Nowhere()
        self.protocol = ServerProtocol()
        self.protocol.state = self.state = State.OPEN

    def send_data(self) -> None:
        for data in self.protocol.data_to_send():
            self.transport.write(data)


def best_us(tick: Callable[[], None], between: Callable[[], Any] = lambda: None) -> float:
    """Processor time (µs) per line of the cheapest tick."""
    times = []
    for _ in range(TICKS):
        between()
        began = time.process_time()
        tick()
        times.append(time.process_time() - began)
    return min(times) / LINES * 1e6


def ours() -> float:
    """Places, joining, frames, deliveries, the library: everything but the transport."""
    feeds = Feeds(Session(load("smith-1962-test-1"), 1))
    lines = [
        Outbox(SocketPeer(Connection()), feeds, seat % 22, 0, Delivery(), lambda why: None)  # type: ignore[arg-type]
        for seat in range(LINES)
    ]

    def publish() -> None:
        for price in range(FACTS):
            feeds.publish(0, [Event(Quote("bid", 100 + price), INSTITUTION, AGENTS, 0)])

    def tick() -> None:
        for line in lines:
            line.wake()

    return best_us(tick, publish)


def librarys(size: int) -> float:
    """The library's `broadcast` of one message to all."""
    connections: Any = [Connection() for _ in range(LINES)]
    data = bytes(size)
    if TAKES_TEXT:
        return best_us(lambda: broadcast(connections, data, text=True))
    return best_us(lambda: broadcast(connections, data.decode()))


def kernels(size: int) -> float:
    """The bare system call, a frame to each of so many sockets that another process reads."""
    with socket.create_server(("127.0.0.1", 0), backlog=LINES) as listening:
        reader = os.fork()
        if not reader:
            _read(listening.getsockname())
        sockets = [listening.accept()[0] for _ in range(LINES)]
    frame = Frame(Opcode.TEXT, bytes(size)).serialize(mask=False)

    def tick() -> None:
        for one in sockets:
            one.send(frame)

    try:
        return best_us(tick, lambda: time.sleep(0.01))
    finally:
        for one in sockets:
            one.close()
        os.waitpid(reader, 0)


def _read(address: tuple[str, int]) -> None:
    """The other process: reads everything until all sockets are closed."""
    with selectors.DefaultSelector() as waiting:
        for _ in range(LINES):
            waiting.register(socket.create_connection(address), selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select():
                assert isinstance(key.fileobj, socket.socket)
                if not key.fileobj.recv(1 << 16):
                    waiting.unregister(key.fileobj)
    os._exit(0)


if __name__ == "__main__":
    print(f"{LINES} lines, µs of a processor per frame; load {os.getloadavg()[0]:.2f}")
    print(f"  ours, {FACTS} facts a frame        {ours():6.2f}")
    for size in SIZES:
        print(f"  {size:5} bytes: library's broadcast {librarys(size):6.2f}, bare send {kernels(size):6.2f}")
