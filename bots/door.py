"""Questions at a server's door: the owner of a code, and the words that are wanted beside it. No seat is taken."""

import asyncio

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidURI

from bots.client import OPEN_S, open_socket
from bots.no_connection import no_connection
from p2p.protocol.client_connection import read_door
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import CODE_MAX, Door, Fault, Login, frame

ANSWER_S_MAX = 10.0
"""How long the answer may take: that to a wrong code may be held back for some seconds."""


class NoAnswer(Exception):
    """The door cannot be asked: why not."""


async def ask_at_door(
    url: str, code: str, device: str = "", conducts: bool = False, resume: str = "", label: str = ""
) -> Door | Fault:
    """The server's answer to a code and a label, or to a resume token in their place. Raises NoAnswer."""
    said = "" if resume else code[:CODE_MAX]
    login = Login(said, resume, device=device, conducts=conducts, label=label, ask=True)
    try:
        async with asyncio.timeout(OPEN_S + ANSWER_S_MAX), open_socket(url) as socket:
            await socket.send(frame("login", login), text=True)
            return read_door(await socket.recv())
    except ConnectionClosed as error:
        raise NoAnswer(error.rcvd.reason if error.rcvd else "the connection broke") from error
    except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as error:
        raise NoAnswer(no_connection(error)) from error
    except (InvalidURI, ValueError, ProtocolError) as error:
        raise NoAnswer(str(error)) from error
