"""The command `pit watch`. Textual is imported when it is called, and not before."""

import os

import click

from p2p.protocol.mqtt_address import broker_at
from tui.commands.terminal_setup import NoTerminal, address, need_terminal


@click.command(epilog="Example: pit watch ws://127.0.0.1:8765    Another: pit watch mqtt://127.0.0.1:1883")
@click.argument("url")
@click.option("--market", type=click.IntRange(min=0), help="Which market, in a session of several.")
@click.option("--mqtt-ca", type=click.Path(exists=True, dir_okay=False), help="Who vouches for the broker (PEM).")
@click.option("--light", is_flag=True, help="Dark letters on a light screen, for a lit room; t changes it.")
@click.option("--class-code", default="", help="The class code, to be shown in the lobby. The server does not tell it.")
@click.option("--join", default="", help="The address to join at, where it is another than URL.")
def watch(url: str, market: int | None, mqtt_ca: str | None, light: bool, class_code: str, join: str) -> int:
    """Watch the market at URL: clock, standing quotes, contracts and price path, and nothing that is private.

    It is made for a projector: a large clock and the last price, and in the lobby how to join. After a session for
    teaching, s shows supply and demand.

    Over ws:// the market's server feeds the screen, over mqtt:// and mqtts:// a broker alone does. It is the newest
    session on the broker, unless URL ends with a session's name. A broker's password may come from PIT_MQTT_PASSWORD.
    """
    broker = None
    if url.startswith(("mqtt://", "mqtts://")):
        try:
            broker = broker_at(url, os.environ.get("PIT_MQTT_PASSWORD"), mqtt_ca)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    where = url if broker else address(url)
    try:
        need_terminal()
    except NoTerminal as error:
        raise click.UsageError(f"watch {error}; mosquitto_sub listens to a broker without one") from error
    from tui.apps.watch import WatchApp, Watched

    client: Watched
    if broker:
        from bots.broker.broker_client import BrokerClient

        client = BrokerClient(broker, market)
    else:
        from bots.client import Client

        joined = Client(where, "", "human")
        joined.line.watched = market or 0
        client = joined
    app = WatchApp(client, light, join or ("" if broker else where), class_code)
    ending = app.run()
    if ending is None:  # it was ended by something else than a person or the session: a crash has its own status
        return app.return_code or 0
    click.echo(f"pit: {ending.sentence}" if ending.status else ending.sentence, err=bool(ending.status))
    return ending.status
