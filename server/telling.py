"""What a running session tells its experimenter in the shell: a line for whatever he would want to know at once."""

import click

from p2p.knowledge import PublicKnowledge
from p2p.messages import (
    Ended,
    Extended,
    HandedBack,
    Intermission,
    Lobby,
    Message,
    Passes,
    Paused,
    Resumed,
    StartRound,
    TakenOver,
)
from p2p.rules import PublicRules
from p2p.units import EXPERIMENTER, SECOND, Instant
from server.sequencer import Happened

WHY = {"raised": "it raised an error", "nonsense": "it said nonsense", "slow": "it takes too long to decide"}
"""Why a robot passes, in words."""

LOBBY_S = 1.0
"""Arrivals are said once nobody has come for so long: forty students are a few lines, not forty."""


class Telling:
    """Folds a market's public facts and says on standard error what has changed."""

    def __init__(self, rules: PublicRules) -> None:
        self.knowledge = PublicKnowledge(rules)
        self._lobby: Lobby | None = None

    def see(self, message: Message, at: Instant) -> None:
        """Take in a public fact, and say it if it matters."""
        self.knowledge.see(message, at)
        said = self._said(message)
        if said:
            click.echo(f"pit: {said}", err=True)

    def say_lobby(self) -> None:
        """Say how many seats are taken, if that has changed since it was said."""
        if self._lobby is not None:
            click.echo(f"pit: {self._seats_taken()}", err=True)

    def say_pause(self) -> None:
        """Say that the session stands still, if it does: it has been taken up again so."""
        if self.knowledge.paused:
            click.echo(f"pit: {self._said(Paused(self.knowledge.left_us))}", err=True)

    def _seats_taken(self) -> str:
        lobby, self._lobby = self._lobby, None
        assert lobby is not None
        return f"{lobby.taken} of {lobby.seats} seats taken"

    def _said(self, message: Message) -> str | None:
        match message:
            case Lobby():
                self._lobby = message
                return self._seats_taken() if message.taken == message.seats else None
            case StartRound(period=period, length_us=length_us):
                return f"period {period} of {self.knowledge.rules.periods}, {length_us / SECOND:g} s"
            case Intermission(next_period=period, length_us=length_us):
                return f"{len(self.knowledge.contracts)} contracts; period {period} in {length_us / SECOND:g} s"
            case Paused(left_us=left_us):
                left = "" if left_us is None else f" with {left_us / SECOND:.1f} s left"
                return f"paused{left}; pit ctl URL resume goes on"
            case Resumed():
                return "resumed"
            case Extended(left_us=left_us):
                return f"extended: {left_us / SECOND:.1f} s left"
            case Ended():
                return "the session is over"
            case _:
                return None


def say_of_seats(happened: list[Happened]) -> None:
    """Say on standard error what nobody but the experimenter is told of seats: who stands in, which robot fails."""
    for what in happened:
        for event in what.events:
            match event.message:
                case TakenOver():
                    click.echo(f"pit: a robot holds seat {event.to} until its owner is back", err=True)
                case HandedBack():
                    click.echo(f"pit: seat {event.to} is its owner's again", err=True)
                case Passes(why=why, seat=seat) if event.to == EXPERIMENTER:
                    click.echo(f"pit: the robot on seat {seat} passes: {WHY[why]}", err=True)
                case _:
                    pass
