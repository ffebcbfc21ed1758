"""What publishing to a broker costs the market: on a real mosquitto, on free ports of this machine. Linux only.

    python -m benchmarks.bench_mqtt [trading] [listeners] [restart]

trading: orders on a market of 500 public events a second, with and without publishing, in turn; the time to the answer.
listeners: the server's processor with 1,000 listeners on the broker, with 1,000 on WebSockets, with none.
restart: the broker is stopped and started twice while there is trading; contracts on record, and what a listener had.

Times tell of the machine as much as of the server where others use it; processor seconds hardly do.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
import click

from benchmarks.mqtt_crowd import crowd
from bots.experimenter import conduct
from bots.load.load import quantile
from bots.load.load_orders import OpenMarket
from bots.load.load_trader import LoadTrader
from bots.load.machine import Spent, lateness_ms, spent
from p2p.messages import Buy, End, Message, Sell, Start
from p2p.sim.shell.cli_options import Number
from tests.plays.brokers import OPEN, Mosquitto, mosquitto

LIMIT_S = 180.0
"""All parts together take no longer; what takes longer is stopped, and says so."""
HANDS, ORDERS_PER_S = 50, 12.5
"""Seats, and orders of each a second: of 625 in all, 500 or so are told to everybody."""
TAKES = 0.12
"""Share of orders that take what stands: sixty contracts a second."""
UNITS = 100
"""Units of a seat and period: more than are traded."""
SETTLE_S = 1.0
"""Between everybody's coming and the measurement."""
MARKET = """
title = "A market under load"
periods = 1000
period_s = 10
break_s = 0
start = "experimenter"
institution = {{ price_min = 1, price_max = 10000 }}
environment = {{ buyers = [{buyers}], sellers = [{sellers}] }}
"""


@dataclass(frozen=True)
class Run:
    """One run of trading. Times in ms; cores and microseconds are of processor time."""

    published: bool
    events_per_s: float
    contracts: int
    p50_ms: float
    p99_ms: float
    server_cores: float
    others_cores: float
    maker_late_ms: float

    @property
    def us_per_event(self) -> float:
        """The server's processor time for each public event."""
        return self.server_cores / self.events_per_s * 1e6

    def said(self) -> str:
        """In a line."""
        kind = "publishing" if self.published else "alone"
        return (
            f"{kind:10}  {self.events_per_s:4.0f} events/s, {self.contracts} contracts  p50 {self.p50_ms:6.1f}  "
            f"p99 {self.p99_ms:6.1f} ms  server {self.server_cores:.3f} cores, {self.us_per_event:4.0f} µs an event  "
            f"(others {self.others_cores:.2f} cores, maker late by {self.maker_late_ms:.0f} ms at p99, load {load()})"
        )


def load() -> str:
    """The machine's load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


class Taker(LoadTrader):
    """A hand that now and then takes what stands."""

    def _order(self) -> Message | None:
        if self.rng.random() >= TAKES:
            return super()._order()
        seller = self.schedule is not None and self.schedule.role == "seller"
        return Sell() if seller else Buy()


@contextlib.asynccontextmanager
async def served(folder: Path, *words: str) -> AsyncIterator[tuple[dict[str, Any], int]]:
    """A server of its own: what it says of itself, and its process."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "pit",
        "serve",
        *words,
        "--port",
        "0",
        "--json",
        "--on-gap",
        "resume",
        "--recordings",
        str(folder),
    ]
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    server = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=nowhere)
    try:
        assert server.stdout is not None
        said = await server.stdout.readline()
        if not said:
            raise click.ClickException(f"the server did not start: pit serve {' '.join(words)}")
        yield json.loads(said), server.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


def market(folder: Path) -> str:
    """The scenario's file: as many buyers as sellers, who have units enough."""
    path = folder / "load.toml"
    half = HANDS // 2
    buyers, sellers = (", ".join([str([value] * UNITS)] * half) for value in (9_000, 1_000))
    path.write_text(MARKET.format(buyers=buyers, sellers=sellers))
    return str(path)


async def traded(
    where: dict[str, Any], server: int, seconds: float
) -> tuple[list[LoadTrader], Spent, Spent, list[float]]:
    """Everybody joins and trades for so long; the hands, what was spent before and after, the maker's lateness (ms)."""
    floor = OpenMarket()
    hands: list[LoadTrader] = [
        Taker(where["url"], one["code"], ORDERS_PER_S, floor, n == 0, random.Random(n))
        for n, one in enumerate(where["seats"])
    ]
    await asyncio.gather(*(hand.join() for hand in hands))
    await conduct(where["url"], where["control"], "start", Start())
    while not all(hand.schedule for hand in hands):  # noqa: ASYNC110 (it comes through sockets)
        await asyncio.sleep(0.05)
    began = spent(server)
    async with lateness_ms() as late:
        await asyncio.gather(*(hand.trade(began.at_s + seconds) for hand in hands))
    ended = spent(server)
    await asyncio.sleep(SETTLE_S)
    await conduct(where["url"], where["control"], "end", End())
    await asyncio.gather(*(hand.ended for hand in hands))
    return hands, began, ended, late


def recorded(recording: str) -> tuple[int, int]:
    """How many public events there are on record, and how many of them are contracts."""
    events = contracts = 0
    for line in (Path(recording) / "journal.jsonl").read_bytes().splitlines():
        for event in json.loads(line).get("events", ()):
            events += event["to"] in ("agents", "everyone") or event["directive"] == "contract"
            contracts += event["directive"] == "contract"
    return events, contracts


async def run(folder: Path, broker: Mosquitto, published: bool, seconds: float) -> Run:
    """One run of trading."""
    words = ["--mqtt", broker.broker.name] if published else []
    async with served(folder, market(folder), *words) as (where, server):
        hands, began, ended, late = await traded(where, server, seconds)
    events, contracts = recorded(where["recording"])
    cores, _, others = ended.cores(began)
    assert cores is not None, "the processor's time is told by Linux only"
    times = [time_ms for hand in hands for time_ms in hand.times_ms]
    p50, p99 = quantile(times, 0.5), quantile(times, 0.99)
    return Run(published, events / seconds, contracts, p50, p99, cores, others or 0.0, quantile(late, 0.99))


async def trading(folder: Path, pairs: int, seconds: float, together: bool) -> None:
    """With and without publishing, in turn, each pair the other way round; or both at once."""
    found: list[dict[bool, Run]] = []
    async with mosquitto(folder) as broker:
        for pair in range(pairs):
            plays = [run(folder, broker, published, seconds) for published in ((False, True), (True, False))[pair % 2]]
            runs = await asyncio.gather(*plays) if together else [await play for play in plays]
            found.append({one.published: one for one in runs})
            for one in runs:
                click.echo("  " + one.said())
    for name in ("p50_ms", "p99_ms", "us_per_event"):
        alone, publishing = ([getattr(pair[which], name) for pair in found] for which in (False, True))
        ratio = statistics.median(more / less for less, more in zip(alone, publishing, strict=True))
        medians = f"alone {statistics.median(alone):.1f}, publishing {statistics.median(publishing):.1f}"
        click.echo(f"  {name:13} medians: {medians}; median of the pairs' ratios {ratio:.3f}")


# --- listeners ------------------------------------------------------------------------------------------------------


async def listeners(folder: Path, count: int, seconds: float) -> None:
    """The same trading of robots before nobody, before so many on the broker, before so many on WebSockets."""
    words = ["smith-1962-test-1", "--bots", "zic:*", "--seed", "1", "--period-s", "2", "--break-s", "0"]
    words += ["--periods", "1000", "--reaction-s", "0.5"]
    async with mosquitto(folder) as broker:
        assert broker.process is not None
        for kind in ("nobody", "broker", "websockets"):
            published = [] if kind == "websockets" else ["--mqtt", broker.broker.name]
            async with served(folder, *words, *published) as (where, server):
                here = await crowd(kind, count, where["url"], broker.port)
                await asyncio.sleep(SETTLE_S)
                bytes_before = [one.bytes for one in here]
                began, broker_began = spent(server), spent(broker.process.pid)
                await asyncio.sleep(seconds)
                ended, broker_ended = spent(server), spent(broker.process.pid)
            heard = [one.bytes - before for one, before in zip(here, bytes_before, strict=True)]
            cores, _, _ = ended.cores(began)
            broker_cores, _, _ = broker_ended.cores(broker_began)
            had = f", {min(heard) / seconds / 1e3:.1f} kB/s for each at least" if heard else ""
            click.echo(
                f"  {len(here):5} on {kind:10}  server {cores:.3f} cores, mosquitto {broker_cores:.3f}{had}"
                f"  (load {load()})"
            )


# --- restart --------------------------------------------------------------------------------------------------------


async def restart(folder: Path, seconds: float) -> None:
    """Stop and start the broker twice while there is trading; what a listener had that comes back as itself."""
    rules = f"{OPEN.replace('persistence false', 'persistence true')}persistence_location {folder}/\n"
    async with mosquitto(folder, rules) as broker:
        heard: list[int] = []
        listening = asyncio.create_task(_heard(broker, heard))
        async with served(folder, market(folder), "--mqtt", broker.broker.name) as (where, server):
            breaking = asyncio.create_task(_broken(broker, seconds / 3))
            await traded(where, server, seconds)
            await breaking
        _, contracts = recorded(where["recording"])
        until = time.monotonic() + 5
        while len(set(heard)) < contracts and time.monotonic() < until:  # noqa: ASYNC110 (it comes through a socket)
            await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    numbers = set(heard)
    lost, twice = len(set(range(1, contracts + 1)) - numbers), len(heard) - len(numbers)
    click.echo(f"  two restarts: {contracts} contracts on record, {len(numbers)} heard ({twice} again), lost {lost}")


async def _heard(broker: Mosquitto, heard: list[int]) -> None:
    """Write down the number of each contract; the broker keeps for us what comes while we are away."""
    while True:
        with contextlib.suppress(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", broker.port, identifier="bench", clean_session=False) as client:
                await client.subscribe("tradingpit/+/contract", qos=1)
                async for message in client.messages:  # one by one: they are looked at meanwhile
                    heard.append(json.loads(message.payload)["n"])  # noqa: PERF401
        await asyncio.sleep(0.05)


async def _broken(broker: Mosquitto, every_s: float) -> None:
    for _ in range(2):
        await asyncio.sleep(every_s)
        assert broker.process is not None
        broker.process.terminate()
        await asyncio.to_thread(broker.process.wait, 10)
        await asyncio.sleep(every_s / 4)
        await broker.start()


PARTS = ("trading", "listeners", "restart")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--pairs", default=3, show_default=True, type=click.IntRange(1, 20), help="Pairs of runs of trading.")
@click.option("--seconds", default=8.0, show_default=True, type=Number(1, 60), help="Length of a run.")
@click.option("--together", is_flag=True, help="Both of a pair at once: what else the machine does hits both alike.")
@click.option("--listeners", "count", default=1_000, show_default=True, type=click.IntRange(1, 1_000), help="How many.")
def main(parts: tuple[str, ...], pairs: int, seconds: float, together: bool, count: int) -> None:
    """What publishing to a broker costs the market: PARTS of it, all unless some are named."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, hard), hard))
    logging.getLogger("mqtt").disabled = True  # that a broker goes away is what is wanted here
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-mqtt-") as folder:
        try:
            asyncio.run(_parts(parts or PARTS, Path(folder), pairs, seconds, together, count))
        except TimeoutError:
            raise click.ClickException(f"stopped: more than {LIMIT_S:.0f} s") from None
    click.echo(f"{time.monotonic() - began:.0f} s in all")


async def _parts(parts: tuple[str, ...], folder: Path, pairs: int, seconds: float, together: bool, count: int) -> None:
    """One part after the other; raises TimeoutError."""
    async with asyncio.timeout(LIMIT_S):
        for part in parts:
            click.echo(part)
            match part:
                case "trading":
                    await trading(folder, pairs, seconds, together)
                case "listeners":
                    await listeners(folder, count, seconds)
                case _:
                    await restart(folder, seconds)


if __name__ == "__main__":
    main()
