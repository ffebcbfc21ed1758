"""What a session came to, for all who watch: after the end, in teaching alone, and no value of anybody's before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from p2p.analysis.reveal import coarse
from p2p.messages import Accepted, End, Ended, EndPeriod, StartRound, Step, Void
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import FEED_BYTES_MAX, frame
from p2p.protocol.market_figures import MarketFigures, TradePoint
from p2p.protocol.reveal import CONTRACTS_REVEALED, MARKETS_REVEALED, PERIODS_REVEALED, STEPS_REVEALED, Reveal
from p2p.scenario.parsing import parse
from recordings.scoring.score import score
from server.hosted_session import open_new
from tests.conftest import SMALL
from tests.plays.brokers import listening, mosquitto, needs_mosquitto
from tests.plays.hosted import Hosted, hosting
from tests.plays.mqtt_plays import market, publishing, trade
from tests.plays.trader import Trader
from tests.plays.watch_plays import watching

CANARIES = [187_654_321, 163_654_323, 131_654_327, 29_654_329, 47_654_331, 71_654_333]
"""Values and costs: no price of these plays, no instant and no other number is like them."""
TEACHING = (
    'purpose = "teaching"\n'
    + SMALL[: SMALL.index("[environment]")].replace("break_s = 60", "break_s = 0").replace("200", "200_000_000")
    + "[environment]\nbuyers = [[187654321, 131654327], [163654323]]\nsellers = [[29654329, 71654333], [47654331]]\n"
)


def tells_values(data: bytes | str) -> list[int]:
    text = data if isinstance(data, str) else data.decode()
    return [value for value in CANARIES if str(value) in text]


class Spy(Trader):
    """A spectator who keeps each frame as it came, and the reveal."""

    def __init__(self, url: str, line: ClientProtocol) -> None:
        super().__init__(url, line)
        self.frames: list[bytes | str] = []
        self.revealed: Reveal | None = None
        self.client.on_reveal = self._take
        received = line.received

        def spied(data: bytes | str):
            self.frames.append(data)
            return received(data)

        line.received = spied  # type: ignore[method-assign]

    def _take(self, told: Reveal) -> None:
        self.revealed = told


@asynccontextmanager
async def spying(hosted: Hosted) -> AsyncIterator[Spy]:
    spy = await Spy.login(hosted.url, watching())
    assert isinstance(spy, Spy)
    yield spy
    await spy.leave()


async def two_periods(hosted: Hosted) -> None:
    experimenter, buyer, seller = await market(hosted)
    await trade(buyer, seller, 80)
    assert isinstance(await experimenter.say(EndPeriod()), Accepted)
    await buyer.until_told(StartRound, 2)
    await trade(buyer, seller, 90)
    assert isinstance(await experimenter.say(End()), Accepted)


async def test_after_the_end_of_a_lesson_all_who_watch_are_shown_supply_demand_and_what_came_of_them(host) -> None:
    async with host(parse(TEACHING)) as hosted, spying(hosted) as spy:
        await two_periods(hosted)
        assert (await spy.closed())[0] == 4000
        assert await hosted.running == 0
        scored = score(hosted.host.opened.store.folder).periods
    assert spy.revealed is not None
    assert spy.revealed.periods_of(0) == [1, 2]
    first = spy.revealed.of(0, 1)
    assert first is not None
    assert [step.value for step in first.demand] == CANARIES[:3]
    assert [step.value for step in first.supply] == CANARIES[3:]
    assert [point.price for point in first.points] == [80]
    assert first.so_far is not None
    assert first.so_far.efficiency == scored[0].efficiency
    assert (first.price_low, first.price_high) == (scored[0].equilibrium.price_low, scored[0].equilibrium.price_high)


async def test_before_the_end_no_spectator_is_told_a_value(host) -> None:
    async with host(parse(TEACHING)) as hosted, spying(hosted) as spy:
        await two_periods(hosted)
        await spy.closed()
    ended = next(n for n, data in enumerate(spy.frames) if '"ended"' in str(data))
    assert [tells_values(data) for data in spy.frames[: ended + 1]] == [[]] * (ended + 1)
    assert set(tells_values(spy.frames[-1])) == set(CANARIES)


@pytest.mark.parametrize(
    "text", [TEACHING.replace('"teaching"', '"research"'), TEACHING.partition("\n")[2]], ids=["said", "by default"]
)
async def test_in_research_nothing_of_it_is_ever_told(host, text) -> None:
    async with host(parse(text)) as hosted, spying(hosted) as spy:
        assert not spy.welcome.rules.reveals
        await two_periods(hosted)
        await spy.closed()
        assert hosted.host.revealed is None
    assert spy.revealed is None
    assert not any(tells_values(data) for data in spy.frames)


async def test_a_void_period_is_in_no_reveal_and_traders_are_sent_none(host) -> None:
    async with host(parse(TEACHING)) as hosted, spying(hosted) as spy:
        experimenter, buyer, seller = await market(hosted)
        await trade(buyer, seller, 80)
        assert isinstance(await experimenter.say(Void()), Accepted)
        await buyer.until_told(StartRound, 2)
        assert isinstance(await experimenter.say(End()), Accepted)
        await buyer.until_told(Ended)
        await buyer.closed()
        await spy.closed()
    assert spy.revealed is not None
    assert spy.revealed.periods_of(0) == [2]


async def test_a_spectator_who_comes_after_the_end_of_a_lesson_is_shown_it_too(tmp_path: Path) -> None:
    opened = replace(open_new(parse(TEACHING), "lesson", 1, tmp_path, "test"), stays=True)
    async with hosting(opened) as hosted:
        await two_periods(hosted)
        await hosted.until(lambda: hosted.host.revealed is not None)
        async with spying(hosted) as late:
            await late.until_told(Ended)
            hosted.host.stop()
            await late.closed()
    assert late.revealed is not None
    assert late.revealed.periods_of(0) == [1, 2]


@needs_mosquitto
async def test_over_a_broker_it_comes_after_the_end_too_and_stays_for_latecomers(host, tmp_path: Path) -> None:
    async with mosquitto(tmp_path) as broker, host(parse(TEACHING)) as hosted, listening(broker.broker) as heard:
        async with publishing(hosted, broker.broker):
            await two_periods(hosted)
            assert await hosted.running == 0
        await heard.until(lambda: bool(heard.last("reveal")))
        payloads = [(name, payload) for name, payload, _ in heard.heard]
        at = next(n for n, (name, _) in enumerate(payloads) if name.endswith("/reveal"))
        assert not any(tells_values(payload) for _, payload in payloads[:at])
        async with listening(broker.broker) as late:
            await late.until(lambda: bool(late.last("reveal")))
            assert [one["period"] for one in late.last("reveal")["figures"]] == [1, 2]


def test_the_largest_reveal_fits_in_a_frame() -> None:
    steps = tuple(Step(1_000_000_000 - n, 1_000_000) for n in range(STEPS_REVEALED))
    points = tuple(TradePoint(10**10 + n, 10**6, 10**9, 10**6) for n in range(CONTRACTS_REVEALED))
    one = MarketFigures(7, 99, 10**10, steps, steps, 10**9, 10**9, 10**9, 10**9, points=points)
    told = Reveal(MARKETS_REVEALED, (one,) * (MARKETS_REVEALED * PERIODS_REVEALED))
    assert len(frame("reveal", told)) < FEED_BYTES_MAX


def test_many_steps_are_put_together_with_no_unit_lost() -> None:
    steps = [Step(1_000 - n, 2) for n in range(STEPS_REVEALED * 3 - 1)]
    found = coarse(steps)
    assert len(found) <= STEPS_REVEALED
    assert sum(step.quantity for step in found) == 2 * len(steps)
    assert [step.value for step in found] == sorted((step.value for step in found), reverse=True)
    assert coarse(steps[:3]) == tuple(steps[:3])
