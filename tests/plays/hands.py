"""Plays in which a seat changes hands: from a person to a robot in his place, and back."""

import msgspec

from p2p.base.units import GATEWAY, Seat
from p2p.messages import Joined, Left, Message
from p2p.messages.envelope import Envelope
from p2p.scenario.schema import InstitutionRules, Vacancies
from p2p.scenario.terms import Terms
from tests.plays.play import Course, small

TAKES_OVER = Vacancies(drop_out="robot", grace_s=2.0)


def course(name: str = "standing", order_life: str = "interval", **changes: object) -> Course:
    """People on all seats, and the first period runs; robots take the seats of those who drop out."""
    terms = msgspec.convert({"order_life": order_life}, Terms)
    rules = InstitutionRules(1, 200, name=name, terms=terms)  # type: ignore[arg-type]
    scenario = msgspec.structs.replace(small(vacancies=TAKES_OVER), institution=rules, **changes)
    return Course(scenario).trading("human")


def takes(play: Course, seat: Seat) -> list[Message]:
    """A person's line is lost, and a robot takes the seat; what the session said to that."""
    play.hand_in(Envelope(GATEWAY, Left(seat)))
    return [event.message for event in play.hand_in(Envelope(GATEWAY, Joined(seat, "robot", stand_in=True)))]


def comes_back(play: Course, seat: Seat) -> list[Message]:
    play.hand_in(Envelope(GATEWAY, Left(seat)))
    return [event.message for event in play.hand_in(Envelope(GATEWAY, Joined(seat, "human")))]
