"""The public's screen: what it shows over a line and through a broker, and what it says where nothing is to be seen."""

import pytest
from click import ClickException
from textual.widgets import Digits
from textual.widgets._footer import FooterKey

from bots.broker.topic_reader import MissedContracts, TopicReader
from bots.reconnecting import Closed, Lost
from p2p.base.units import SECOND
from p2p.messages import Accepted, Contract, Lobby, Quote, Start, StartRound
from p2p.protocol.codec import encode
from p2p.protocol.frames import Welcome
from p2p.protocol.mqtt_address import Broker
from p2p.protocol.mqtt_topics import Efficiency, Welfare
from p2p.scenario.parsing import parse
from server.mqtt.publisher import published as published_to
from tests.conftest import SMALL
from tests.plays.tui_plays import FakeClient, calls, smith, told_to
from tests.plays.tui_plays import market as open_book
from tests.plays.tui_snapshots_plays import settled
from tests.plays.watch_plays import published, watcher, watching
from tui.apps.watch import WatchApp
from tui.screens.results import ResultsScreen, total


async def test_the_publics_screen_shows_quotes_and_results_and_has_no_ticket():
    line = FakeClient(smith())
    app = WatchApp(line)
    async with app.run_test(size=(100, 32)) as pilot:

        async def until(holds):
            for _ in range(500):
                if holds():
                    return
                await pilot.pause(0.01)
            raise AssertionError("it never came")

        line.queue.put_nowait(Lost("nobody there", 0.1))
        line.welcome()
        line.tell(Lobby(3, 22), StartRound(1, 60_000_000), Quote("bid", 123), second=1)
        await until(lambda: app.model is not None and app.model.public.bid == 123)
        await until(lambda: any(digits.value == "123" for digits in app.screen.query(Digits)))
        assert not app.screen.query("Ticket")
        assert app.model.seat is None
        line.tell(Contract(1, 123, "bid"), second=2)
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, ResultsScreen))
        await pilot.press("q")
        await until(lambda: not isinstance(app.screen, ResultsScreen))
        line.closed = Closed(0, "no answer")
        line.queue.put_nowait(None)
        await until(lambda: app.return_value is not None)
    assert app.return_value.status == 2


async def test_results_say_how_many_contracts_the_screen_was_not_there_for():
    line = FakeClient(smith())
    app = WatchApp(line)
    async with app.run_test(size=(100, 32)) as pilot:
        line.welcome()
        line.tell(StartRound(2, 60_000_000), Contract(1, 123, "bid"), second=1)
        line.queue.put_nowait(MissedContracts(4))
        for _ in range(500):
            await pilot.pause(0.01)
            if app.model and app.model.unheard:
                break
        assert (
            total(app.model.view(0, results=True))
            == "1 contract in 1 period, and 4 more that this screen was not there for."
        )


async def test_a_market_that_starts_is_started_for_its_spectators_too(host):
    async with host() as hosted:
        spectator = await hosted.login(watching())
        experimenter = await hosted.experimenter()
        assert isinstance(await experimenter.say(Start()), Accepted)
        assert isinstance(await spectator.until_told(StartRound), StartRound)


class StillWatch(WatchApp):
    """Draws when it is told to, so that every picture is of the same moment."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


def at_second(told, second):
    return [fact for fact in told if fact.at <= second * SECOND]


async def test_a_screen_that_was_there_before_the_rules_keeps_its_keys():
    line = FakeClient(open_book("continuous"))
    app = WatchApp(line)
    async with app.run_test(size=(80, 24)) as pilot:
        line.welcome()
        line.tell(Lobby(3, 4), StartRound(1, 60_000_000), second=1)
        for _ in range(500):
            await pilot.pause(0.01)
            if app.screen.query("Ladder") and app.screen.query(FooterKey):
                break
        assert [key.key_display for key in app.screen.query(FooterKey)] == ["r", "t", "q"]


def test_the_publics_book_over_a_line(snap_compare):
    scenario = open_book("continuous")
    line = FakeClient(scenario)

    async def play(pilot):
        line.welcome()
        line.feed(at_second(told_to(None, scenario), 9))
        await settled(pilot, pilot.app)

    assert snap_compare(StillWatch(line), run_before=play, terminal_size=(80, 24))


def test_the_publics_book_and_a_demonstrations_welfare_over_a_broker(snap_compare):
    scenario = open_book("continuous")
    line = FakeClient(scenario)
    feeds, bulletin = played(scenario, 1, 76)
    heard = TopicReader("session")

    async def play(pilot):
        line.welcome()
        heard.on_message("rules", encode(bulletin.rules))
        topics = {"state", "period", "standing", "contracts", "book"}
        line.feed([told for one in bulletin.due(topics, feeds.now) for told in heard.on_message(*one)])
        line.queue.put_nowait(Welfare(300, 400, 0.75, [Efficiency(1, 300, 400, 0.75, 8.5)]))
        await settled(pilot, pilot.app)

    assert snap_compare(StillWatch(line), run_before=play, terminal_size=(120, 36))


@pytest.mark.parametrize("size", [(80, 24), (110, 34)], ids=["small", "large"])
def test_the_public_waits_for_a_market_that_has_no_prices_yet(snap_compare, size):
    line = FakeClient(calls(4))

    async def play(pilot):
        line.welcome()
        line.tell(Lobby(3, 4), second=0)
        await settled(pilot, pilot.app)

    assert snap_compare(StillWatch(line), run_before=play, terminal_size=size)


def test_the_public_looks_for_a_market_that_has_not_answered(snap_compare):
    line = FakeClient(calls(4))

    async def play(pilot):
        line.queue.put_nowait(Lost("no session is on this broker at the moment", 0.5))
        await settled(pilot, pilot.app)

    assert snap_compare(StillWatch(line), run_before=play, terminal_size=(80, 24))


@pytest.mark.parametrize("second", [40, 1_000], ids=["trading", "over"])
@pytest.mark.parametrize("information", ["book", "quotes"])
def test_the_publics_call_market_over_a_broker(snap_compare, information, second):
    scenario = calls(4, information)
    line = FakeClient(scenario)
    feeds, bulletin = played(scenario, 1, second)
    heard = TopicReader("session")

    async def play(pilot):
        line.queue.put_nowait(Welcome("session", None, "", 0, 0, bulletin.rules))
        heard.on_message("rules", encode(bulletin.rules))
        topics = {"state", "period", "standing", "contracts", "book", "call"}
        line.feed([told for one in bulletin.due(topics, feeds.now) for told in heard.on_message(*one)])
        line.states(*heard.states.values())
        await settled(pilot, pilot.app)

    assert snap_compare(StillWatch(line), run_before=play, terminal_size=(110, 34))


def played(scenario, seed, second):
    """A simulated session's feed up to a second, and the bulletin that has read it."""
    simulation, feeds, _, bulletin = published(scenario, seed)
    for _, at, events in simulation.play():
        if at > second * SECOND:
            break
        feeds.publish(at, events)
    while bulletin.fold():
        pass
    return feeds, bulletin


async def test_where_there_are_no_spectators_the_screen_says_so_in_a_line_and_a_broker_is_told_nothing(host):
    async with host(parse('spectators = "none"\n' + SMALL)) as hosted:
        app = WatchApp(watcher(hosted.url))
        async with app.run_test(size=(80, 24)) as pilot:
            for _ in range(500):
                if app.return_value is not None:
                    break
                await pilot.pause(0.01)
        ending = app.return_value
        assert (ending.status, ending.sentence.count("\n")) == (2, 0)
        assert ending.sentence.startswith("There is nothing to watch: this session has no spectators")
        with pytest.raises(ClickException, match="spectators"):
            async with published_to(Broker("127.0.0.1", 1), hosted.host):
                raise AssertionError("it is published all the same")
