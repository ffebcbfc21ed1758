"""Rules of pace and of waiting, without sockets and on a simulated clock."""

import asyncio
from collections.abc import Iterator

import pytest

from p2p.protocol.codec import ProtocolError
from server import limits
from server.connections.arrivals import Arrivals
from server.connections.rate_limits import Bucket, LoginThrottle, MessageRateLimit
from server.limits import Limits
from tests.simulation.loop import SimulatedLoop


def test_a_bucket_lets_its_burst_through_and_then_its_rate():
    bucket = Bucket(20, 40)
    assert sum(bucket.take(0.0) for _ in range(100)) == 40
    assert sum(bucket.take(k / 1024) for k in range(1, 1025)) == 20
    assert sum(bucket.take(1_000.0) for _ in range(100)) == 40, "a quiet time earns a burst, not more"


def test_a_clock_that_stands_or_steps_back_gives_nothing():
    bucket = Bucket(20, 1)
    assert bucket.take(5.0)
    assert not bucket.take(5.0)
    assert not bucket.take(4.0)


def closed_after(per_s: float, seconds: float) -> float | None:
    pace = MessageRateLimit()
    for k in range(int(per_s * seconds)):
        try:
            pace.take(k / per_s)
        except ProtocolError as error:
            if error.fatal:
                return k / per_s
    return None


def test_ten_times_the_rate_is_closed_within_three_seconds_and_twice_the_burst_is_not():
    assert closed_after(limits.DEFAULT.messages_per_s, 600) is None
    assert 2.8 < (closed_after(10 * limits.DEFAULT.messages_per_s, 5) or 0) <= 3.1
    assert (closed_after(100_000, 1) or 1) < 0.01
    assert closed_after(2 * limits.DEFAULT.messages_per_s, 20) is None


@pytest.fixture
def loop() -> Iterator[SimulatedLoop]:
    simulated = SimulatedLoop()
    yield simulated
    simulated.close()


def test_guesses_are_slowed_and_their_address_is_not(loop):
    step, now_s = LoginThrottle(), 5.0
    held = [step.was_wrong("10.0.0.1", now_s) for _ in range(int(limits.DEFAULT.wrong_burst) + 10)]
    assert held[: int(limits.DEFAULT.wrong_burst)] == [0.0] * int(limits.DEFAULT.wrong_burst)
    assert held[-10:] == [1, 2, 3, 4, 4, 4, 4, 4, 4, 4], "later and later, to a bound"
    assert step.was_wrong("10.0.0.2", now_s) == 0
    assert step.was_wrong("10.0.0.1", now_s + 100) == 0


def test_a_class_comes_at_once_and_of_more_each_is_as_likely_to_be_next(loop):
    step = LoginThrottle(Limits(handshakes_burst=60, handshakes_per_s=50))
    came_s: dict[int, float] = {}

    async def come(number: int) -> None:
        await step.turn("10.0.0.1")
        came_s[number] = loop.time()

    async def all_come() -> None:
        crowd = [asyncio.create_task(come(k)) for k in range(160)]
        await asyncio.sleep(0.01)
        await asyncio.gather(*crowd)

    began_s = loop.time()
    loop.run_until_complete(all_come())
    assert sum(at == began_s for at in came_s.values()) == 60
    assert max(came_s.values()) - began_s == pytest.approx(2.0, abs=0.05)
    assert list(came_s) != sorted(came_s), "who has waited longest is not always next"


def test_whoever_gives_up_waiting_is_nobodys_competitor(loop):
    step = LoginThrottle(Limits(handshakes_burst=1, handshakes_per_s=1))

    async def play() -> float:
        await step.turn("10.0.0.1")
        crowd = [asyncio.create_task(step.turn("10.0.0.1")) for _ in range(100)]
        await asyncio.sleep(0)
        for one in crowd:
            one.cancel()
        began_s = loop.time()
        await step.turn("10.0.0.1")
        return loop.time() - began_s

    assert loop.run_until_complete(play()) < 1.5


def test_addresses_of_one_ipv6_network_are_one_and_the_memory_of_them_is_bounded():
    step = LoginThrottle()
    for k in range(int(limits.DEFAULT.wrong_burst)):
        step.was_wrong(f"2001:db8::{k:x}", 0.0)
    assert step.was_wrong("2001:db8::ffff", 0.0) > 0
    for k in range(limits.DEFAULT.addresses_max + 50):
        step.may_ask(f"10.{k >> 16}.{k >> 8 & 255}.{k & 255}", 0.0)
    assert len(step._known) == limits.DEFAULT.addresses_max


class Silent:
    """A connection of which only its room is of interest."""

    def __init__(self, arrivals: Arrivals) -> None:
        self.arrivals, self.why, self.waits = arrivals, "", 0
        arrivals.came(self, 0.0)

    def cut(self, why: str) -> None:
        self.why = why
        self.arrivals.gone(self)

    def buffered(self) -> int:
        return self.waits


def test_of_those_who_say_nothing_the_one_that_has_waited_longest_goes_and_nobody_with_a_seat():
    arrivals = Arrivals(Limits(silent_max=3, waiting_max=3, open_max=7))
    seated = Silent(arrivals)
    arrivals.logged_in(seated)
    asks = Silent(arrivals)
    arrivals.asks(asks, 0.0)
    crowd = [Silent(arrivals) for _ in range(10)]
    assert [one.why for one in crowd] == ["no room"] * 7 + [""] * 3
    assert [seated.why, asks.why] == ["", ""], "neither a seat nor a request goes for the silent"
    for one in crowd[-3:]:
        arrivals.asks(one, 0.0)
    assert [one.why for one in (asks, *crowd[-3:])] == ["no room", "", "", ""], "of requests the oldest"
    arrivals.logged_in(crowd[-1])
    last = [Silent(arrivals) for _ in range(4)]
    assert [one.why for one in last] == ["no room", "", "", ""], "open_max is for all"


def test_a_silent_one_has_the_time_of_a_log_in_and_one_that_asks_has_its_answers_besides():
    arrivals = Arrivals(Limits(login_s_max=5.0))
    silent, asks = Silent(arrivals), Silent(arrivals)
    arrivals.asks(asks, 0.0)
    arrivals.sweep(5.0)
    assert [silent.why, asks.why] == ["", ""]
    arrivals.sweep(5.1)
    assert [silent.why, asks.why] == ["silent", ""]
    arrivals.sweep(11.1)
    assert asks.why == "silent"


def test_those_for_whom_too_much_waits_at_any_second_are_cut_and_a_slow_one_is_given_its_time():
    arrivals = Arrivals(Limits(send_bytes_max=1_000, buffer_bytes_max=10_000, send_s_max=2.0))
    slow, much, brisk = Silent(arrivals), Silent(arrivals), Silent(arrivals)
    for one in (slow, much, brisk):
        arrivals.logged_in(one)
    for second in range(4):
        slow.waits, much.waits, brisk.waits = 2_000, 500 + second * 10_000, 2_000 * (second % 2)
        arrivals.sweep(float(second))
        assert much.why == ("slow" if second else "")
        assert slow.why == ("slow" if second >= 2 else "")
    assert brisk.why == ""
