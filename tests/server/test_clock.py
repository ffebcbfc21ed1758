"""The session's clock: the wall clock has no say, a crash is a pause, and so is a sleep of the machine."""

import time

from bots.experimenter import conduct
from p2p.base.units import GATEWAY, SECOND
from p2p.messages import Accepted, Bid, End, EndRound, Pause, Paused, Resume, Resumed, Sell, Start, StartRound
from p2p.protocol.client_connection import ClientProtocol
from recordings import load
from recordings.journal.store import read_folder
from server.limits import DEFAULT, Limits
from server.session.clock import Clock, Gap, Ticks
from tests.plays.hosted import GUARD_S
from tests.plays.server_plays import trading

TICK_US = round(DEFAULT.gap_tick_s * SECOND)


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


def skip(monkeypatch, seconds, clock="monotonic_ns"):
    """Let a clock be so much later from now on."""
    real = getattr(time, clock)
    monkeypatch.setattr(time, clock, lambda *which: real(*which) + seconds * 10**9)


async def test_a_machine_that_slept_is_a_pause_that_the_experimenter_ends_and_no_time_of_the_period(host, monkeypatch):
    async with host() as hosted:
        _, (b1, b2, s1, *_) = await trading(hosted)
        assert isinstance(await b1.say(Bid(80)), Accepted)
        assert isinstance(await s1.say(Sell(80)), Accepted)
        last, left_us = b1.line.now, b1.knowledge.public.time_left_us(b1.line.now)
        skip(monkeypatch, 200)
        assert (await b2.say(Bid(51))).reason == "not_open", "who speaks before anybody has resumed is not heard"
        paused = await b2.until_told(Paused)
        assert paused.gap_us >= 200 * SECOND - TICK_US
        assert left_us - (b2.told[-1].at - last) <= paused.left_us <= left_us
        assert not b2.all(EndRound)
        status = await conduct(hosted.url, hosted.host.opened.control, "status", None)
        assert "period 1 of 2 (paused: the market's machine stood still for 200 s)" in status
        again = await hosted.experimenter()
        assert isinstance(await again.say(Resume()), Accepted)
        assert isinstance(await b2.say(Bid(70)), Accepted)
        assert isinstance(await s1.say(Sell(70)), Accepted)
        assert isinstance(await again.say(End()), Accepted)
        await hosted.running
        folder = hosted.host.opened.store.folder
    recording = load(folder)
    assert recording.verify().ok
    contracts, (period,) = recording.contracts, recording.periods.to_dict("records")
    assert list(contracts["period"]) == [1, 1]
    assert all(0 <= time_s < GUARD_S for time_s in contracts["time_s"]), "seconds of the period, pauses not counted"
    assert (period["surplus"], period["surplus_max"]) == (100 + 120 - 40 - 70, 140)


async def test_so_is_one_whose_monotonic_clock_stood_while_it_slept(host, monkeypatch):
    async with host() as hosted:
        _, (b1, *_) = await trading(hosted)
        skip(monkeypatch, 30, "clock_gettime_ns")
        paused = await b1.until_told(Paused)
        assert paused.gap_us >= 30 * SECOND - TICK_US


async def test_a_session_without_people_goes_on_by_itself_and_the_journal_says_so(host, monkeypatch):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        robot = await hosted.join(0, "robot")
        await experimenter.say(Start())
        await robot.until_told(StartRound)
        skip(monkeypatch, 30)
        paused, resumed = await robot.until_told(Paused), await robot.until_told(Resumed)
        assert paused.left_us == resumed.left_us
        assert not robot.all(EndRound)
        folder = hosted.host.opened.store.folder
    said = [record.envelope() for record in read_folder(folder).records()]
    commands = [one.message for one in said if one.sender == GATEWAY and isinstance(one.message, Pause | Resume)]
    assert commands == [Pause(paused.gap_us), Resume()]


async def test_so_does_one_that_was_told_to_though_people_are_there(host, monkeypatch):
    async with host() as hosted:
        hosted.host.opened.goes_on = True
        _, (b1, *_) = await trading(hosted)
        skip(monkeypatch, 30)
        await b1.until_told(Paused)
        await b1.until_told(Resumed)
        assert isinstance(await b1.say(Bid(50)), Accepted)


async def test_a_lobby_that_slept_is_not_paused(host, monkeypatch):
    async with host() as hosted:
        await hosted.join(0)
        skip(monkeypatch, 30)
        _, (_, b2, *_) = await trading(hosted)
        assert isinstance(await b2.say(Bid(50)), Accepted)
        assert not b2.all(Paused)


async def test_a_disk_that_is_waited_for_is_no_gap(host, monkeypatch):
    async with host(limits=Limits(gap_s_max=0.2, gap_tick_s=0.01)) as hosted:
        _, (b1, *_) = await trading(hosted)
        real = hosted.host.opened.store.append

        def slow(data):
            time.sleep(0.5)
            real(data)

        monkeypatch.setattr(hosted.host.opened.store, "append", slow)
        assert isinstance(await b1.say(Bid(50)), Accepted)
        assert isinstance(await b1.say(Bid(51)), Accepted)
        assert not b1.all(Paused)


class Told(Clock):
    """A clock that shows what it is told, in microseconds."""

    def __init__(self, awake_us, boot_us):
        super().__init__()
        self.shows, self.boots = iter(awake_us), iter(boot_us)
        self.start()

    def now(self):
        return next(self.shows)

    def awake_or_not_us(self):
        return next(self.boots)


def test_a_gap_is_told_by_the_larger_clock_from_the_last_tick_before_it():
    ticks = Ticks(Told([0, 2 * SECOND, 3 * SECOND, 3 * SECOND, 9 * SECOND], [7, 7, 7, 8 + 2 * SECOND, 9]), 2.0)
    for _ in range(3):
        ticks.tick()
        assert ticks.taken() is None
    ticks.tick()
    assert ticks.gap == Gap(3 * SECOND, 2 * SECOND + 1)
    ticks.tick()
    assert ticks.taken() == Gap(3 * SECOND, 8 * SECOND + 1), "two before anybody looked are one"
    assert ticks.taken() is None


async def test_who_comes_late_to_a_quiet_market_is_told_what_time_it_is(host, monkeypatch):
    async with host(limits=Limits(gap_s_max=60.0)) as hosted:
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
