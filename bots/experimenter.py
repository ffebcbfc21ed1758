"""The experimenter's commands, sent over a line of their own: one command, its answer, and the session's state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import assert_never

import click

from bots.client import Client
from bots.reconnecting import Facts, Happening, Lost
from p2p.base.units import SECOND, Instant
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.status_line import describe
from p2p.messages import Accepted, Announce, End, EndPeriod, Extend, Message, Pause, Refused, Resume, Start
from p2p.protocol.frames import Fault, Welcome
from p2p.sim.library.texts import catalogue

ANSWER_S_MAX = 10.0
"""How long an answer may take before we say that none came."""
WORDS_MAX = 500
"""Characters of a message to everybody: it stays on a screen of 80 × 24 with the market."""
CODE_IS = "the experimenter's is printed by pit serve"
"""Where to look for the right code."""
EXTEND_S_MAX = 86_400.0
"""A day: more is a slip of the finger."""


TAKES = {"extend": "a number of seconds", "message": "a text"}
"""The words behind a command; others have none."""


def message_for(command: str, words: str | None) -> Message | None:
    """The message of a command's name; None for `status`, which says nothing. Raises click.UsageError.

    `words`: the words typed behind the command, None if there were none.
    """
    messages: dict[str, Message] = {
        "start": Start(),
        "pause": Pause(),
        "resume": Resume(),
        "end-period": EndPeriod(),
        "end": End(),
    }
    if (command in TAKES) != (words is not None):
        raise click.UsageError(f"{command} takes {TAKES.get(command, 'nothing behind it')}")
    if command == "message" and words is not None:
        if not 0 < len(words.strip()) <= WORDS_MAX:
            raise click.UsageError(f"a message has 1 to {WORDS_MAX} characters")
        return Announce(words)
    if command == "extend" and words is not None:
        try:
            seconds = float(words)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= EXTEND_S_MAX:
            raise click.UsageError(f"'{words}' is no number of seconds, above 0 and at most {EXTEND_S_MAX:,.0f}")
        return Extend(round(seconds * SECOND))
    return messages.get(command)


async def conduct(url: str, code: str, command: str, message: Message | None) -> str:
    """Send a command and return its result; raises click.ClickException with one line."""
    client = Client(url, code, "human", patience_s=ANSWER_S_MAX)
    client.line.conducts = True
    try:
        async with asyncio.timeout(ANSWER_S_MAX), aclosing(client.happenings()) as happenings:
            answer = await _answer(client, happenings, message, command)
    except TimeoutError as error:
        raise click.ClickException(f"{url} did not answer within {ANSWER_S_MAX:g} s") from error
    if answer is None:
        why = client.closed.why if client.closed else "the connection broke"
        raise click.ClickException(f"{url}: {why}")
    return answer


async def _answer(
    client: Client, happenings: AsyncIterator[Happening], message: Message | None, command: str
) -> str | None:
    """What the session is at, when the command is done; None where the connection ends before."""
    knowledge: PublicKnowledge | None = None
    asked: int | None = None
    facts, line = 0, client.line
    async for happening in happenings:
        match happening:
            case Fault():
                raise click.ClickException(_said_of(happening))
            case Welcome():
                knowledge, facts = PublicKnowledge(happening.rules), happening.facts
                if message is not None:
                    asked = client.send(message)
            case Facts(told):
                assert knowledge is not None, "a feed comes after the welcome"
                answer = None
                for one in told:
                    knowledge.on_fact(one.message, one.at)
                    if isinstance(one.message, Accepted | Refused) and one.message.token == asked:
                        answer = one.message
                if isinstance(answer, Refused) and answer.reason != "not_now":
                    raise click.ClickException(f"'{command}': {_refused(answer, knowledge)}")
                if isinstance(answer, Refused):
                    raise click.ClickException(_not_now(command, knowledge, line.now))
                if answer or (message is None and line.number >= facts):
                    return describe(knowledge, line.now)
            case Lost(why):
                where = f"no server at {client.url}" if knowledge is None else client.url
                raise click.ClickException(f"{where}: {why}")
            case _:
                assert_never(happening)
    return None


def _refused(answer: Refused, knowledge: PublicKnowledge) -> str:
    """Why a command was refused, in the words of cards."""
    if answer.reason == "no_such_seat":
        last = f": they are 1 to {knowledge.seats}" if knowledge.seats else ""
        return f"there is no such card{last}"
    return catalogue().text(f"refused.{answer.reason}")


def _not_now(command: str, knowledge: PublicKnowledge, now: Instant) -> str:
    """Why a command has no effect at this stage: where the session is."""
    where = describe(knowledge, now)
    if command == "start" and knowledge.phase != "lobby":
        return f"The session has already started ({where})"
    return f"'{command}' is not possible now: {where}"


def _said_of(fault: Fault) -> str:
    match fault.code:
        case "wrong_code":
            return f"the server has no such code; {CODE_IS}, and printed anew by serve --recover"
        case "not_experimenter":
            return f"this is a trader's code; {CODE_IS}"
        case _:
            return f"the server says: {fault.why}"
