"""The command `pit meter`: a household's meter that publishes a day's profile, for demos and tests."""

import asyncio
import os
import random
import secrets
import sys

import click

from p2p.protocol.mqtt_address import Broker, broker_at
from p2p.protocol.server_address import os_sentence
from p2p.sim.shell.cli_options import Number

SEATS_MAX = 100
"""Meters of one process: a street."""


@click.command(
    epilog="Example: pit meter mqtt://127.0.0.1:1883/20250101-120000-energy-day-0a1b --seat 3 --seat 4 --every-s 5"
)
@click.argument("address")
@click.option("--seat", "seats", multiple=True, required=True, type=click.IntRange(0, 999), help="Whose; repeatable.")
@click.option("--every-s", default=10.0, show_default=True, type=Number(0.2, 3_600), help="Between readings.")
@click.option("--count", type=click.IntRange(1, 100_000), help="Readings of each seat; without end, unless given.")
@click.option("--hour", default=10.0, show_default=True, type=Number(0, 24), help="When its day begins.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Draws the households.")
@click.option("--mqtt-ca", type=click.Path(exists=True, dir_okay=False), help="Who vouches for the broker (PEM).")
def meter(
    address: str,
    seats: tuple[int, ...],
    every_s: float,
    count: int | None,
    hour: float,
    seed: int,
    mqtt_ca: str | None,
) -> None:
    """Publish readings of simulated households to the broker and session at ADDRESS, five minutes of the day in each.

    `pit serve --mqtt` says the address. A password may come from the variable PIT_MQTT_PASSWORD.
    """
    try:
        broker = broker_at(address, os.environ.get("PIT_MQTT_PASSWORD"), mqtt_ca)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not broker.session:
        raise click.UsageError(f"which session? pit serve says it: {broker.name}/SESSION")
    if len(set(seats)) > SEATS_MAX:
        raise click.UsageError(f"{SEATS_MAX} seats at the most")
    asyncio.run(_publish(broker, sorted(set(seats)), every_s, count or sys.maxsize, hour, seed))


async def _publish(broker: Broker, seats: list[int], every_s: float, count: int, hour: float, seed: int) -> None:
    """Connect and publish; raises ClickException where the broker cannot be had."""
    import time

    import aiomqtt

    from bots.broker.broker_client import connection
    from p2p.environments.load_profiles import INTERVALS_PER_DAY, draw_profile, normals
    from p2p.protocol.codec import encode
    from p2p.protocol.meter_payload import Payload

    profiles = {seat: draw_profile(normals(random.Random(f"{seed}/{seat}")).__next__) for seat in seats}
    per_hour = INTERVALS_PER_DAY / 24
    try:
        async with connection(broker, f"pit-meter-{secrets.token_hex(8)}") as client:
            for reading in range(count):
                slot = (round(hour * per_hour) + reading) % INTERVALS_PER_DAY
                for seat, profile in profiles.items():
                    load_w, pv_w = (1_000 * per_hour * one[slot] for one in (profile.load_kwh, profile.pv_kwh))
                    said = Payload(at=time.time(), load_w=round(load_w, 1), pv_w=round(pv_w, 1))
                    topic = f"tradingpit/{broker.session}/meter/{seat}"
                    await client.publish(topic, encode(said), qos=1)
                time_of_day = slot / per_hour
                click.echo(f"{int(time_of_day):02}:{round(time_of_day % 1 * 60):02} {len(seats)} readings", err=True)
                if reading + 1 < count:
                    await asyncio.sleep(every_s)
    except (aiomqtt.MqttError, OSError) as error:
        raise click.ClickException(f"{broker.name}: {os_sentence(error)}") from error
