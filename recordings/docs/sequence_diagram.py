"""The MES's sequence diagram, drawn from a recording: the same actors and directives, in Mermaid's notation."""

from collections.abc import Iterable

from p2p.base.units import AGENTS, ENVIRONMENT, EVERYONE, INSTITUTION, Address, is_seat
from p2p.messages import Accepted, EndRound, Message, Schedule
from p2p.protocol.codec import encode
from recordings.journal.format import JournalReader

ACTORS: dict[Address, str] = {ENVIRONMENT: "E", INSTITUTION: "I", AGENTS: "A", EVERYONE: "A"}
"""The MES's three actors; those who run the session are left out."""
PARTICIPANTS = {"E": "environment", "I": "institution", "A": "agents"}
TEXT_MAX = 48
"""Characters of a payload on an arrow."""


def diagram(reading: JournalReader, orders: int) -> str:
    """The first period of a recording: its opening, so many orders and their effects, its end."""
    head = ["sequenceDiagram", *(f"    participant {short} as {name}" for short, name in PARTICIPANTS.items())]
    return "\n".join(head + _folded(_arrows(reading, orders)))


def _arrows(reading: JournalReader, orders: int) -> Iterable[str]:
    told = 0
    for record in reading.records():
        envelope, events = record.envelope(), record.read_events()
        if is_seat(envelope.sender):
            told += 1
            if told == orders + 1:
                yield "    Note over E,A: …"
            if told > orders:
                continue
            yield from _arrow(envelope.sender, INSTITUTION, envelope.message)
        for event in events:
            yield from _arrow(event.sender, event.to, event.message)
        if any(isinstance(event.message, EndRound) for event in events):
            return


def _arrow(sender: Address, to: Address, message: Message) -> Iterable[str]:
    """One arrow, none where an actor is not the MES's."""
    start, end = ("A" if is_seat(who) else ACTORS.get(who) for who in (sender, to))
    if start and end and not isinstance(message, Accepted):
        yield f"    {start}->>{end}: {message.directive} {_said(message)}".rstrip()


def _said(message: Message) -> str:
    """The payload, short enough for an arrow."""
    if isinstance(message, Schedule):
        return "(role and steps, to each agent its own)"
    text = encode(message).decode().replace('"', "").strip("{}")
    return f"({text[:TEXT_MAX] + '…' if len(text) > TEXT_MAX else text})" if text else ""


def _folded(lines: Iterable[str]) -> list[str]:
    """The same arrow many times over is drawn once."""
    folded: list[str] = []
    for line in lines:
        if not folded or folded[-1] != line:
            folded.append(line)
    return folded
