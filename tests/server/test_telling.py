"""What the experimenter reads in his shell of seats whose traders are gone and come back, while a session runs."""

import asyncio

import pytest

from p2p.base.units import EXPERIMENTER, GATEWAY
from p2p.messages import End, Ended, Joined, Left, Start, StartRound
from p2p.messages.envelope import Envelope
from p2p.scenario.schema import Vacancies
from server.session.notices import SeatNotices
from server.session.sequencer import Committed, InboxItem
from tests.plays.play import Course, small
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


def test_who_takes_a_robots_seat_for_the_first_time_has_joined_and_later_is_back(capsys) -> None:
    room = Course(small(start="experimenter", vacancies=Vacancies("zic", "robot", "gd"))).open()
    news = SeatNotices()

    async def scene() -> None:
        for sender, message in (
            (EXPERIMENTER, Start()),
            (GATEWAY, Joined(1, "robot", stand_in=True)),
            (GATEWAY, Joined(1, "human")),
            (None, None),
            (GATEWAY, Left(1)),
            (GATEWAY, Joined(1, "robot", stand_in=True)),
            (GATEWAY, Joined(1, "human")),
            (None, None),
        ):
            if message is None:
                news.flush()
                continue
            envelope = Envelope(sender, message, token=int(sender == EXPERIMENTER))
            news.heard([Committed(0, room.hand_in(envelope), InboxItem(envelope, None))])

    asyncio.run(scene())
    assert capsys.readouterr().err == "pit: seat 2 joined\npit: seat 2 is back\n"


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
