"""The option `--mqtt`: the broker that a session, live or played again, is published to."""

import os

import click

from p2p.protocol.mqtt_address import Broker, broker_at


def brokers_of(mqtt: str | None, ca_file: str | None = None) -> tuple[Broker | None, ...]:
    """The broker to publish to, if any; None stands for one in this process. Raises UsageError."""
    if mqtt in (None, "embedded"):
        return (None,) if mqtt else ()
    try:
        return (broker_at(str(mqtt), os.environ.get("PIT_MQTT_PASSWORD"), ca_file),)
    except ValueError as error:
        raise click.UsageError(f"--mqtt: {error}") from error
