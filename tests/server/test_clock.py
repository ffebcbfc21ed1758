"""The session's clock: the wall clock has no say, a crash is a pause, and a machine that slept is late, once."""

import asyncio
import time

from bots.experimenter import conduct
from p2p.messages import Bid, EndRound, Start, StartRound
from p2p.protocol.client_connection import ClientProtocol
from server.session.clock import Clock
from tests.plays.server_plays import trading


def test_the_wall_clock_may_go_where_it_likes(monkeypatch):
    clock = Clock(5)
    assert clock.now() == 5
    clock.start()
    before = clock.now()
    for hours in (1, -1, 1_000_000):
        real_ns = time.time_ns()
        monkeypatch.setattr(time, "time_ns", lambda hours=hours, real=real_ns: real + hours * 3_600 * 10**9)
        monkeypatch.setattr(time, "time", lambda hours=hours, real=real_ns: real / 1e9 + hours * 3_600)
        assert 0 <= clock.now() - before < 60_000_000
        before = clock.now()


def test_it_runs_on_the_monotonic_clock_from_where_it_stood(monkeypatch):
    ticks = iter((7_000_000_000, 7_000_500_000, 9_000_000_000))
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(ticks))
    clock = Clock(100)
    clock.start()
    assert [clock.now(), clock.now()] == [600, 2_000_100]


async def test_after_a_sleep_of_the_machine_the_period_ends_once_and_late_orders_are_refused(host, monkeypatch):
    async with host() as hosted:
        experimenter, (b1, b2, *_) = await trading(hosted)
        slept_ns = 70 * 10**9
        real = time.monotonic_ns
        monkeypatch.setattr(time, "monotonic_ns", lambda: real() + slept_ns)
        answers = await asyncio.gather(b1.say(Bid(50)), b2.say(Bid(51)))
        assert [answer.reason for answer in answers] == ["not_open", "not_open"]
        assert len(b1.all(EndRound)) == 1
        assert isinstance(b1.all(StartRound)[-1], StartRound)
        assert (await experimenter.say(Start())).token
        await b1.until_told(StartRound, 2)
        assert len(b1.all(EndRound)) == 1


async def test_who_comes_late_to_a_quiet_market_is_told_what_time_it_is(host, monkeypatch):
    async with host() as hosted:
        _, (b1, *_) = await trading(hosted)
        left_us = b1.knowledge.public.time_left_us(b1.line.now)
        quiet_ns = 17 * 10**9
        real = time.monotonic_ns
        monkeypatch.setattr(time, "monotonic_ns", lambda: real() + quiet_ns)
        line = ClientProtocol("", "human")
        line.watched = 0
        late = await hosted.login(line)
        await late.until_told(StartRound)
        assert 0 <= late.knowledge.public.time_left_us(late.line.now) <= left_us - quiet_ns // 1_000
        status = await conduct(hosted.url, hosted.host.opened.control, "status", None)
        assert float(status.split(", ")[1].removesuffix(" s left")) <= (left_us - quiet_ns // 1_000) / 1e6 + 0.05
