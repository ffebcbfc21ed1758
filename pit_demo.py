"""The command `pit demo`: a server, robots and your terminal, started together on this machine."""

import click


@click.command()
def demo() -> None:
    """Play a short session now: you against robots."""
