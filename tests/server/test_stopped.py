"""A server process that is stopped over a period's end and goes on: the period ends once, and who was late is late.

Nothing can be seen of a process that stands but that it stands, and how late it is only real time can make it: so the
one thing waited for by the clock here is the instant after which the period is over, on the clock of the test.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from p2p.base.units import SECOND
from p2p.messages import Accepted, Bid, EndRound, Intermission, Message, Refused, Start, StartRound
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import NumberedFact, Welcome
from recordings.journal.store import read_folder, run_again
from tests.conftest import SMALL
from tests.plays.lab import GUARD_S, Serving, pit, serve

unix = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")


class Party:
    """A trader or the experimenter, who says things and remembers what he is told."""

    def __init__(self, code: str) -> None:
        self.line = ClientProtocol(code, "human")
        self.told: list[NumberedFact] = []
        self.socket: ClientConnection

    async def join(self, url: str) -> None:
        self.socket = await connect(url, compression=None, proxy=None, ping_interval=None)
        await self.socket.send(self.line.login(), text=True)
        assert isinstance(self.line.received(await self.socket.recv()), Welcome)

    async def say(self, message: Message) -> int:
        token, data = self.line.send(message)
        await self.socket.send(data, text=True)
        return token

    async def until(self, kind: type[Message], count: int = 1) -> NumberedFact:
        """Wait for so many facts of a kind; the last of them."""
        async with asyncio.timeout(GUARD_S):
            while len(found := [one for one in self.told if isinstance(one.message, kind)]) < count:
                told = self.line.received(await self.socket.recv())
                assert isinstance(told, list), told
                self.told += told
        return found[count - 1]

    def kinds(self) -> list[str]:
        return [one.message.directive for one in self.told]


def stop(serving: Serving) -> None:
    """Stop the process, and wait until it stands."""
    serving.process.send_signal(signal.SIGSTOP)
    _, status = os.waitpid(serving.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


async def stopped_over_the_end(folder: Path, period_s: float, over_s: float) -> None:
    """Stop a server in a period, and let it go on so long after the period's end."""
    (folder / "small.toml").write_text(SMALL)
    words = ["small.toml", "--port", "0", "--period-s", str(period_s), "--break-s", "600"]
    serving = serve(*words, cwd=folder)
    experimenter, *traders = [Party(serving.where["control"]), *(Party(serving.code(seat)) for seat in range(4))]
    for party in (experimenter, *traders):
        await party.join(serving.where["url"])
    await experimenter.say(Start())
    started = [await trader.until(StartRound) for trader in traders]
    over = time.monotonic() + period_s
    stop(serving)
    in_time = [await trader.say(Bid(50 + seat)) for seat, trader in enumerate(traders)]
    await asyncio.sleep(over + over_s - time.monotonic())
    late = [await trader.say(Bid(60 + seat)) for seat, trader in enumerate(traders)]
    serving.process.send_signal(signal.SIGCONT)
    for trader, *tokens in zip(traders, in_time, late, strict=True):
        await trader.until(Refused, 2)
        answers = [one.message for one in trader.told if isinstance(one.message, Accepted | Refused)]
        assert answers == [Refused(token, "not_open") for token in tokens]
    assert (await experimenter.until(Intermission)).message == Intermission(2, 600 * SECOND)
    for trader, start in zip(traders, started, strict=True):
        assert isinstance(start.message, StartRound)
        ended = await trader.until(EndRound)
        assert ended.at == start.at + start.message.length_us, "it ended when it was over, not when that was noticed"
        assert (trader.kinds().count("start_round"), trader.kinds().count("end_round")) == (1, 1)
    await experimenter.say(Start())
    for trader in traders:
        await trader.until(StartRound, 2)
        assert trader.kinds().count("end_round") == 1
    assert await asyncio.to_thread(serving.end) == 0
    _, played = run_again(read_folder(serving.recording))
    ends = [event for _, events in played for event in events if isinstance(event.message, EndRound)]
    assert [event.message for event in ends] == [EndRound(1), EndRound(2)]
    assert pit("verify", str(serving.recording), cwd=folder).returncode == 0
    for party in (experimenter, *traders):
        await party.socket.close()


@unix
async def test_a_stopped_server_ends_the_period_once_and_refuses_who_was_late(tmp_path: Path) -> None:
    await stopped_over_the_end(tmp_path, 2.0, 0.5)


@unix
@pytest.mark.full
async def test_so_it_does_after_ten_seconds(tmp_path: Path) -> None:
    await stopped_over_the_end(tmp_path, 2.0, 10.0)
