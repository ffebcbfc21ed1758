"""A server process that is stopped over a period's end and goes on: the clock stopped with it, and waits to be resumed.

Nothing can be seen of a process that stands but that it stands, and how late it is only real time can make it: so the
one thing waited for by the clock here is the instant after which two periods would be over, on the clock of the test.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from p2p.base.units import GATEWAY, SECOND
from p2p.messages import Bid, EndRound, Pause, Paused, Refused, Start, StartRound
from recordings.journal.store import read_folder, run_again
from tests.conftest import SMALL
from tests.plays.lab import Serving, pit, serve
from tests.plays.trader import Trader

unix = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")


def kinds(trader: Trader) -> list[str]:
    return [one.message.directive for one in trader.told]


def stop(serving: Serving) -> None:
    """Stop the process, and wait until it stands."""
    serving.process.send_signal(signal.SIGSTOP)
    _, status = os.waitpid(serving.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


@unix
async def test_a_stopped_server_plays_no_period_with_nobody_there(tmp_path: Path) -> None:
    period_s, break_s = 2.0, 0.5
    (tmp_path / "small.toml").write_text(SMALL)
    words = ["small.toml", "--port", "0", "--period-s", str(period_s), "--break-s", str(break_s)]
    serving = serve(*words, cwd=tmp_path)
    url = serving.where["url"]
    traders = [await Trader.join(url, serving.code(seat)) for seat in range(4)]
    experimenter = await Trader.join(url, serving.where["control"], conducts=True)
    await experimenter.say(Start())
    started = [await trader.until_fact(StartRound) for trader in traders]
    over = time.monotonic() + 2 * (period_s + break_s)
    stop(serving)
    meanwhile = [trader.client.send(Bid(50 + seat)) for seat, trader in enumerate(traders)]
    await asyncio.sleep(over - time.monotonic())
    serving.process.send_signal(signal.SIGCONT)
    for trader, token in zip(traders, meanwhile, strict=True):
        assert await trader.until_told(Refused) == Refused(token, "not_open")
        paused = await trader.until_fact(Paused)
        assert isinstance(paused.message, Paused)
        assert paused.message.gap_us > 2 * SECOND
        assert paused.message.left_us == started[0].at + period_s * SECOND - paused.at, "left at the last tick"
        assert 0 < paused.message.left_us <= period_s * SECOND
        assert (kinds(trader).count("start_round"), kinds(trader).count("end_round")) == (1, 0)
    status = await asyncio.to_thread(serving.ctl, "status")
    assert "period 1 of" in status.stdout
    assert "(paused: the market's machine stood still for " in status.stdout
    resumed = await asyncio.to_thread(serving.ctl, "resume")
    assert resumed.returncode == 0, resumed.stderr
    for trader in traders:
        assert await trader.until_told(EndRound) == EndRound(1)
        await trader.until_told(StartRound, 2)
    assert await asyncio.to_thread(serving.end) == 0
    assert "the market's machine stood still for " in (tmp_path / "serve.err").read_text()
    _, played = run_again(read_folder(serving.recording))
    ends = [(at, event.message) for at, events in played for event in events if isinstance(event.message, EndRound)]
    assert [message for _, message in ends][:2] == [EndRound(1), EndRound(2)]
    pauses = [one for one in read_folder(serving.recording).records() if isinstance(one.envelope().message, Pause)]
    assert [one.envelope().sender for one in pauses] == [GATEWAY]
    assert pauses[0].at == paused.at
    assert pit("verify", str(serving.recording), cwd=tmp_path).returncode == 0
    for trader in (experimenter, *traders):
        await trader.leave()
