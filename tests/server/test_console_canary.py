"""Nothing of a console reaches a trader or the public: no frame of it, and no word that was said to one seat."""

import asyncio
import json

from websockets.asyncio.client import ClientConnection

from p2p.messages import AnswerHelp, EndPeriod, Start, Tell
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Login, frame
from tests.plays.hosted import GUARD_S, Hosted
from tests.server.test_console import Opened

TRADERS_FRAMES = {"welcome", "feed", "error"}
"""All frames that are a trader's or the public's."""


async def heard(socket: ClientConnection, kept: list[str]) -> None:
    """Everything that comes, as it stands."""
    while True:
        data = await socket.recv()
        kept.append(data if isinstance(data, str) else data.decode())


async def listening(hosted: Hosted, login: bytes) -> tuple[list[str], "asyncio.Task[None]"]:
    """A socket that logs in and keeps what it is sent."""
    kept: list[str] = []
    socket = await hosted.raw()
    await socket.send(login, text=True)
    return kept, asyncio.create_task(heard(socket, kept))


async def test_no_frame_of_a_console_and_no_private_word_reaches_another(host):
    async with host() as hosted:
        logins = {
            "ada": frame("login", Login(hosted.codes[0])),
            "bo": frame("login", Login(hosted.codes[1], roster=True)),
            "public": watching().login(),
        }
        lines = {name: await listening(hosted, login) for name, login in logins.items()}
        async with Opened(hosted) as desk:
            desk.client.mirror(seat=0)
            await desk.say(Start())
            await desk.say(Tell(0, "canary-told"))
            await desk.say(AnswerHelp(0, "canary-answer"))
            await desk.say(EndPeriod())
            async with asyncio.timeout(GUARD_S):
                while not all(any("end_round" in data for data in kept) for kept, _ in lines.values()):  # noqa: ASYNC110
                    await asyncio.sleep(0)
        for name, (kept, task) in lines.items():
            task.cancel()
            assert {json.loads(data)["directive"] for data in kept} <= TRADERS_FRAMES, name
            assert any("canary-told" in data for data in kept) == (name == "ada")
            assert not any("canary-answer" in data for data in kept), "nobody had asked for help"


def watching() -> ClientProtocol:
    """The public's line."""
    line = ClientProtocol("", "human")
    line.watched = 0
    return line
