"""What the experimenter reads in his shell of seats whose traders are gone and come back, while a session runs."""

import pytest

from p2p.messages import End, Ended, Start, StartRound
from server.session.notices import SeatNotices
from tests.plays.server_plays import trading


@pytest.fixture(autouse=True)
def said_when_the_test_asks(monkeypatch) -> None:
    monkeypatch.setattr("server.session.notices.LOBBY_S", 1_000)


async def test_the_experimenter_reads_who_is_gone_and_who_has_come_back(host, capsys) -> None:
    async with host() as hosted:
        news = SeatNotices()
        hosted.host.listeners.append(news.heard)
        _, traders = await trading(hosted)
        two = sorted(trader.welcome.seat for trader in traders[:2])
        for trader in traders[:2]:
            trader.cut()
        await hosted.until(lambda: sorted(news._changed) == two)
        news.flush()
        assert capsys.readouterr().err == "pit: seats {}, {} disconnected\n".format(*(seat + 1 for seat in two))
        await hosted.login(traders[0].line)
        await hosted.until(lambda: bool(news._changed))
        news.flush()
        assert capsys.readouterr().err == f"pit: seat {traders[0].welcome.seat + 1} joined\n"


async def test_a_line_that_is_back_at_once_is_no_news(host, capsys) -> None:
    async with host() as hosted:
        news = SeatNotices()
        hosted.host.listeners.append(news.heard)
        _, (trader, *_) = await trading(hosted)
        trader.cut()
        await hosted.until(lambda: bool(news._changed))
        await hosted.login(trader.line)
        await hosted.until(lambda: not news._changed)
        news.flush()
        assert capsys.readouterr().err == ""


async def test_before_the_start_and_after_the_end_nobody_is_missed(host, capsys) -> None:
    async with host() as hosted:
        news = SeatNotices()
        hosted.host.listeners.append(news.heard)
        early, stays = await hosted.join(0), await hosted.join(1)
        early.cut()
        await hosted.until(lambda: 0 not in hosted.host.opened.session.roster.present)
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        await stays.until_told(StartRound)
        await experimenter.say(End())
        await stays.until_told(Ended)
        stays.cut()
        await hosted.running
        news.flush()
        assert capsys.readouterr().err == ""
