"""The experimenter's commands, said over a line of his own: one command, its answer, and what the session is at."""

import asyncio

import click
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidURI

from bots.no_connection import no_connection
from p2p.base.units import SECOND
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.status_line import describe
from p2p.messages import Accepted, Announce, End, EndPeriod, Extend, Message, Pause, Refused, Resume, Start
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import FEED_BYTES_MAX, Fault, Welcome

ANSWER_S_MAX = 10.0
"""How long an answer may take before we say that none came."""
WORDS_MAX = 500
"""Characters of a message to everybody: it stays on a screen of 80 × 24 with the market."""
CODE_IS = "the experimenter's is printed by pit serve"
"""Where to look for the right code."""
EXTEND_S_MAX = 86_400.0
"""A day: more is a slip of the finger."""


def message_for(command: str, words: str | None) -> Message | None:
    """The message of a command's name; None for `status`, which says nothing. Raises click.UsageError.

    `words`: what was typed behind the command, None where nothing was.
    """
    messages: dict[str, Message] = {
        "start": Start(),
        "pause": Pause(),
        "resume": Resume(),
        "end-period": EndPeriod(),
        "end": End(),
    }
    if (command in ("extend", "message")) != (words is not None):
        raise click.UsageError("extend takes a number of seconds, message takes a text, and nothing else does")
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
    """Say a command and return what came of it; raises click.ClickException with one line."""
    line = ClientProtocol(code, "human")
    line.conducts = True
    try:
        async with (
            asyncio.timeout(ANSWER_S_MAX),
            connect(url, compression=None, max_size=FEED_BYTES_MAX, proxy=None, close_timeout=1) as socket,
        ):
            await socket.send(line.login(), text=True)
            return await _talk(socket, line, message, command)
    except ConnectionClosed as error:
        why = error.rcvd.reason if error.rcvd else "the connection broke"
        raise click.ClickException(f"{url}: {why}") from error
    except TimeoutError as error:
        raise click.ClickException(f"{url} did not answer within {ANSWER_S_MAX:g} s") from error
    except (InvalidURI, InvalidHandshake, InvalidMessage, OSError) as error:
        raise click.ClickException(f"no server at {url}: {no_connection(error)}") from error
    except ProtocolError as error:
        raise click.ClickException(f"{url}: {error.why}") from error


async def _talk(socket: ClientConnection, line: ClientProtocol, message: Message | None, command: str) -> str:
    knowledge: PublicKnowledge | None = None
    asked: int | None = None
    facts, answered = 0, False
    while True:
        received = line.received(await socket.recv())
        if isinstance(received, Fault) and received.code == "wrong_code":
            raise click.ClickException(f"the server has no such code; {CODE_IS}, and printed anew by serve --recover")
        if isinstance(received, Fault) and received.code == "not_experimenter":
            raise click.ClickException(f"this is a trader's code; {CODE_IS}")
        if isinstance(received, Fault):
            raise click.ClickException(f"the server says: {received.why}")
        if isinstance(received, Welcome):
            knowledge, facts = PublicKnowledge(received.rules), received.facts
            if message is not None:
                asked, data = line.send(message)
                await socket.send(data, text=True)
            continue
        assert knowledge is not None, "a feed comes after the welcome"
        for told in received:
            knowledge.on_fact(told.message, told.at)
            if isinstance(told.message, Refused) and told.message.token == asked:
                raise click.ClickException(f"'{command}' cannot be done now: {describe(knowledge, line.now)}")
            if isinstance(told.message, Accepted) and told.message.token == asked:
                answered = True
        if answered or (message is None and line.number >= facts):
            return describe(knowledge, line.now)
