"""When everybody is told: in simulated time, where telling one line takes as long as the test says."""

from collections.abc import Iterator

import pytest

from server.connections.fanout_timer import Ticks
from server.limits import DEFAULT
from tests.simulation.loop import SimulatedLoop


class Market:
    """Lines that are told by ticks, each of which takes so long to tell; when each was told, and of what."""

    def __init__(self, loop: SimulatedLoop, lines: int, each_s: float = 0.0) -> None:
        self.loop, self.each_s, self.lines = loop, each_s, lines
        self.ticks = Ticks(self.recipients)
        self.asked: list[tuple[float, set[int]]] = []
        self.told_s: list[list[float]] = [[] for _ in range(lines)]

    def recipients(self, markets: set[int]) -> list["Line"]:
        self.asked.append((self.loop.time(), markets))
        return [Line(self, number) for number in range(self.lines)]

    def at(self, when_s: float, *markets: int) -> None:
        self.loop.call_at(when_s, self.ticks.news, set(markets))

    def play(self, until_s: float) -> None:
        self.loop.call_at(until_s, self.loop.stop)
        self.loop.run_forever()

    @property
    def began_s(self) -> list[float]:
        return [round(when_s, 6) for when_s, _ in self.asked]


class Line:
    def __init__(self, market: Market, number: int) -> None:
        self.market, self.number = market, number

    def wake(self) -> None:
        self.market.loop.sleep_through(self.market.each_s)
        self.market.told_s[self.number].append(self.market.loop.time())


@pytest.fixture
def loop() -> Iterator[SimulatedLoop]:
    simulated = SimulatedLoop()
    yield simulated
    simulated.close()


def test_after_a_quiet_time_everybody_is_told_at_once(loop):
    market = Market(loop, 3)
    market.at(1.0, 0)
    market.at(2.0, 0)
    market.play(3.0)
    assert market.began_s == [1.0, 2.0]


def test_what_comes_soon_after_a_tick_waits_for_the_next_and_goes_in_one(loop):
    market = Market(loop, 3)
    for when_s, number in ((1.0, 0), (1.003, 1), (1.01, 2), (1.019, 1)):
        market.at(when_s, number)
    market.play(3.0)
    assert market.asked == [(1.0, {0}), (pytest.approx(1.0 + DEFAULT.tick_s), {1, 2})]


def test_ticks_stretch_so_that_telling_never_has_more_than_half_of_the_time(loop):
    market = Market(loop, 100, each_s=0.001)
    for k in range(1_000):
        market.at(1.0 + k / 1_000, 0)
    market.play(3.0)
    apart = {round(later - sooner, 3) for sooner, later in zip(market.began_s, market.began_s[1:], strict=False)}
    assert apart == {0.2}


def test_a_machine_that_slept_amid_a_tick_does_not_stay_silent_as_long_again(loop):
    market = Market(loop, 3)

    def then_asleep(markets: set[int]) -> list["Line"]:
        lines = market.recipients(markets)
        if len(market.asked) == 1:
            loop.sleep_through(10.0)
        return lines

    market.ticks = Ticks(then_asleep)
    market.at(1.0, 0)
    market.at(5.0, 0)
    market.play(30.0)
    assert market.began_s == [1.0, 11.0 + DEFAULT.tick_s_max]


def test_news_while_everybody_is_told_is_told_to_everybody(loop):
    market = Market(loop, 100, each_s=0.001)
    market.at(1.0, 0)
    market.at(1.05, 0)
    market.play(3.0)
    assert market.began_s == [1.0, 1.2]
    assert all(len(when_s) == 2 for when_s in market.told_s)


def test_orders_are_taken_in_while_everybody_is_told(loop):
    market, taken_in_s = Market(loop, 10 * DEFAULT.tick_lines, each_s=0.001), []
    market.at(1.0, 0)
    loop.call_at(1.0005, lambda: taken_in_s.append(loop.time()))
    market.play(3.0)
    assert taken_in_s[0] - 1.0 < 2.5 * DEFAULT.tick_lines * 0.001
    assert market.told_s[-1][0] - 1.0 > 9 * DEFAULT.tick_lines * 0.001


def test_everybody_is_told_once_a_tick_in_the_order_that_was_drawn(loop):
    market = Market(loop, 3 * DEFAULT.tick_lines + 1, each_s=0.0001)
    market.at(1.0, 0)
    market.play(3.0)
    first = [when_s[0] for when_s in market.told_s]
    assert first == sorted(first)
    assert all(len(when_s) == 1 for when_s in market.told_s)


def test_nobody_there_is_no_tick_without_end(loop):
    market = Market(loop, 0)
    market.at(1.0, 0)
    market.at(1.001, 0)
    market.play(3.0)
    assert len(market.asked) == 2


# --- what is pushed --------------------------------------------------------------------------------------------------


async def test_what_is_pushed_and_what_the_library_sends_arrive_whole_and_in_order(host):
    async with host() as hosted:
        trader = await hosted.join(0)
        peer = hosted.host.seats.connections[trader.welcome.seat].peer
        fault = '{"directive":"error","payload":{"code":"%d","why":""}}'
        for k in range(0, 30, 3):
            peer.push((fault % k).encode())
            await peer.send((fault % (k + 1)).encode())
            await peer.socket.ping()
            peer.push((fault % (k + 2)).encode())
        await trader.until(lambda: len(trader.faults) >= 30)
        assert [one.code for one in trader.faults] == [str(k) for k in range(30)]
