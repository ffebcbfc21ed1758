"""A terminal that is too small: a notice in place of each screen, no key that acts unseen, all back when it grows."""

from bots.reconnecting import Lost
from p2p.messages import Ended, Lobby
from p2p.scenario.public_rules import public_rules
from recordings.reading.replay import Replay
from tests.plays.tui_plays import FakeClient, small, told_to
from tests.plays.tui_trade_plays import Terminal, terminal
from tui.apps.replay import ReplayApp
from tui.apps.watch import WatchApp
from tui.model.replay_player import Player
from tui.screens.replay import ReplayScreen
from tui.screens.results import ResultsScreen
from tui.screens.rules import RulesScreen
from tui.screens.too_small import TooSmallScreen
from tui.screens.trading import TradingScreen
from tui.screens.watch import WatchScreen
from tui.widgets.waiting_notice import WaitingNotice


async def shrunk(play: Terminal, width: int = 79, height: int = 24) -> None:
    await play.pilot.resize_terminal(width, height)
    await play.until(lambda: isinstance(play.app.screen, TooSmallScreen))


async def test_a_terminal_without_room_says_how_much_it_needs_until_it_is_larger() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await shrunk(play, 60, 20)
        await play.until(lambda: "This screen needs 80x24, yours is 60x20" in play.says("#small"))
        await play.pilot.resize_terminal(80, 23)
        await play.until(lambda: "yours is 80x23" in play.says("#small"))
        await play.pilot.resize_terminal(80, 24)
        await play.until(lambda: isinstance(play.app.screen, TradingScreen))


async def test_it_is_said_from_the_start() -> None:
    async with terminal((40, 10)) as play:
        await play.until(lambda: "yours is 40x10" in play.says("#small"))
        await play.pilot.resize_terminal(80, 24)
        await play.until(lambda: "Connecting to" in play.everything())


async def test_keys_pressed_under_the_notice_trade_nothing_then_or_later() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("1", "2")
        await shrunk(play)
        await play.pilot.press("3", "enter", "b", "y", "q", "q", "escape")
        assert not play.sent
        await play.pilot.resize_terminal(80, 24)
        await play.until(lambda: isinstance(play.app.screen, TradingScreen))
        assert "12▏" in play.says("#entry")
        await play.pilot.press("enter")
        assert [message.price for message in play.sent] == [12]


async def test_what_lay_on_top_lies_there_again() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.pilot.press("i")
        await shrunk(play)
        await play.pilot.resize_terminal(100, 30)
        await play.until(lambda: isinstance(play.app.screen, RulesScreen))


async def test_a_session_that_goes_on_under_the_notice_does_not_take_it_away() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.told(Lobby(5, 5))
        await shrunk(play)
        await play.told(Ended())
        assert isinstance(play.app.screen, TooSmallScreen)
        await play.pilot.resize_terminal(80, 24)
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))


async def test_a_replay_and_its_keys_wait_for_room_too() -> None:
    player = Player(Replay("a-session", public_rules(small()), 0, 0, told_to(0, small()), {}, cut=False))
    player.playing = False
    app = ReplayApp(player)
    async with app.run_test(size=(60, 20)) as pilot:
        assert isinstance(app.screen, TooSmallScreen)
        await pilot.press("space", "n", "r")
        assert not player.playing
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert isinstance(app.screen, ReplayScreen)
        await pilot.press("space")
        assert player.playing


async def test_the_publics_screen_waits_for_room_and_says_what_it_heard_meanwhile() -> None:
    line = FakeClient(small())
    app = WatchApp(line)
    async with app.run_test(size=(60, 20)) as pilot:
        assert isinstance(app.screen, TooSmallScreen)
        line.queue.put_nowait(Lost("nobody there", 0.1))
        await pilot.press("r", "q")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert isinstance(app.screen, WatchScreen)
        said = app.screen.query_one(WaitingNotice).said
        assert said is not None
        assert "nobody there" in said.plain


async def test_there_is_a_way_out_of_a_terminal_that_cannot_grow() -> None:
    async with terminal((40, 10)) as play:
        await play.pilot.press("ctrl+q")
        await play.until(lambda: not play.app.is_running)
