"""Pictures of the screens at a fixed size with fixed facts, held against the ones that somebody has looked at.

After a change that is meant: pytest tests/tui/test_snapshots.py --snapshot-update, and look at what has changed.
"""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from bots.reconnecting import Happening, Lost
from p2p.base.units import SECOND, Role, Side
from p2p.messages import Called, Contract, Forecast, Indicative, Message, Order, Quote, Schedule, StartRound, Step
from p2p.protocol.frames import NumberedFact
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from recordings.reading.replay import Replay
from tests.plays.tui_plays import FakeClient, calls, energy, market, seat_of, small, smith, told_to
from tests.plays.tui_snapshots_plays import settled
from tui.apps.replay import ReplayApp
from tui.apps.trade import TradeApp
from tui.model.replay_player import Player

Compare = Callable[..., bool]
Before = Callable[[Pilot[object]], Awaitable[None]]


class StillApp(TradeApp):
    """Draws when it is told to, so that every picture is of the same moment."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


class StillReplay(ReplayApp):
    """The same for replay."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


def until(told: list[NumberedFact], second: float) -> list[NumberedFact]:
    return [fact for fact in told if fact.at <= second * SECOND]


def trader(role: Role, second: float, *keys: str, after: Happening | None = None) -> tuple[TradeApp, Before]:
    """A trader with up to three units, at a second of the session, who presses some keys."""
    scenario = small("alias")
    seat = seat_of(scenario, role, units=3)
    line = FakeClient(scenario, seat)
    app = StillApp(line)
    facts = until(told_to(seat, scenario), second)

    async def play(pilot: Pilot[object]) -> None:
        line.welcome()
        line.feed(facts)
        line.clock = round(second * SECOND)
        if after:
            line.queue.put_nowait(after)
        await settled(pilot, app)
        await pilot.press(*keys)
        await settled(pilot, app)

    return app, play


def test_the_lobby(snap_compare: Compare) -> None:
    line = FakeClient(small())
    app = StillApp(line)

    async def play(pilot: Pilot[object]) -> None:
        line.welcome()
        line.feed(told_to(0, small())[:3])
        await settled(pilot, app)

    assert snap_compare(app, run_before=play, terminal_size=(80, 24))


def test_a_buyer_at_the_smallest_size(snap_compare: Compare) -> None:
    app, play = trader("buyer", 9, "1", "5", "5")
    assert snap_compare(app, run_before=play, terminal_size=(80, 24))


def test_a_seller_with_room(snap_compare: Compare) -> None:
    app, play = trader("seller", 9, "2", "1", "0", "enter")
    assert snap_compare(app, run_before=play, terminal_size=(130, 42))


def test_a_lost_line_with_an_order_pending(snap_compare: Compare) -> None:
    app, play = trader("buyer", 3, "9", "0", "enter", after=Lost("the connection broke", 0.5))
    assert snap_compare(app, run_before=play, terminal_size=(80, 24))


def test_a_break(snap_compare: Compare) -> None:
    app, play = trader("seller", 64)
    assert snap_compare(app, run_before=play, terminal_size=(80, 24))


def test_the_rules_on_top(snap_compare: Compare) -> None:
    app, play = trader("seller", 9, "i")
    assert snap_compare(app, run_before=play, terminal_size=(80, 24))


def test_the_results(snap_compare: Compare) -> None:
    app, play = trader("seller", 1_000)
    assert snap_compare(app, run_before=play, terminal_size=(80, 24))


@pytest.mark.parametrize("seat", [None, 2], ids=["public", "seat"])
def test_a_replay(snap_compare: Compare, seat: int | None) -> None:
    replay = Replay("a-session", public_rules(smith()), seat, 0, told_to(seat, smith()), {}, cut=False)
    player = Player(replay)
    player.playing = False
    player.jump(150 * SECOND)
    app = StillReplay(player)

    async def play(pilot: Pilot[object]) -> None:
        await settled(pilot, app)

    assert snap_compare(app, run_before=play, terminal_size=(110, 34))


def told_by_hand(scenario: Scenario, *told: tuple[float, Message], states: tuple[Message, ...] = ()) -> Before:
    """Facts at their seconds, and the states after them; the clock stands at the last."""

    async def play(pilot: Pilot[object]) -> None:
        app = pilot.app
        assert isinstance(app, TradeApp)
        assert isinstance(app.client, FakeClient)
        app.client.welcome()
        for second, message in told:
            app.client.tell(message, second=second)
        app.client.states(*states)
        await settled(pilot, app)

    return play


def book_facts(role: Role, mine: Side, price: int, step: Step) -> list[tuple[float, Message]]:
    """A trader's period on a book of eight orders, one of them his own, after a trade of others and one of his."""
    tick = price // 50
    facts: list[Message] = [Schedule(1, role, (step,)), StartRound(1, 60 * SECOND)]
    for number in range(1, 5):
        facts.append(Order(number, "ask", price + number * tick, step.quantity + number))
        facts.append(Order(number + 4, "bid", price - number * tick, step.quantity + 2 * number))
    facts += [Order(9, mine, price - 3 * tick, step.quantity // 2, mine=True)]
    facts += [Quote("ask", price + tick, quantity=step.quantity + 1), Quote("bid", price - tick, quantity=2)]
    facts += [Contract(1, price, "bid", quantity=step.quantity), Contract(2, price, "ask", mine=role, quantity=1)]
    return [(index / 2, fact) for index, fact in enumerate(facts)]


def test_a_buyer_on_an_open_book(snap_compare: Compare) -> None:
    scenario = market("continuous")
    facts = book_facts("buyer", "bid", 200, Step(280, 4))
    assert snap_compare(
        StillApp(FakeClient(scenario)), run_before=told_by_hand(scenario, *facts), terminal_size=(80, 24)
    )


def test_a_buyer_in_a_call(snap_compare: Compare) -> None:
    scenario = calls(4)
    facts = book_facts("buyer", "bid", 200, Step(280, 4))
    facts.append((15.0, Called(1, 200, 5)))
    before = told_by_hand(scenario, *facts, states=(Indicative(196, 3),))
    assert snap_compare(StillApp(FakeClient(scenario)), run_before=before, terminal_size=(120, 36))


def test_a_household_on_an_open_book(snap_compare: Compare) -> None:
    scenario = energy()
    forecast = Forecast(1, 400, 81, 319, 398, 95, 0, 2_000, power_w=3_000, capacity=8_000)
    facts = [(0.0, forecast), *book_facts("buyer", "bid", 250, Step(398, 319))]
    assert snap_compare(
        StillApp(FakeClient(scenario)), run_before=told_by_hand(scenario, *facts), terminal_size=(80, 24)
    )
