"""The projector: large letters, how to join, the reveal after a lesson; each key and stage, at both sizes."""

import pytest
from textual.widgets._footer import FooterKey

from bots.broker.broker_client import BrokerClient
from bots.broker.topic_reader import TopicReader
from p2p.messages import Accepted, End
from p2p.protocol.codec import encode
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from tests.plays.brokers import mosquitto, needs_mosquitto
from tests.plays.mqtt_plays import market, publishing, trade
from tests.plays.projector_plays import CODE, JOIN, STAGES, Wall, lesson, revealed
from tests.plays.tui_plays import smith
from tests.server.test_reveal import TEACHING
from tui.screens.results import ResultsScreen
from tui.screens.reveal import RevealScreen
from tui.screens.watch import WatchScreen
from tui.text.large_letters import large, larger, largest
from tui.text.reveal_words import efficiency_of_all
from tui.widgets.colours import LIGHT
from tui.widgets.waiting_notice import WaitingNotice
from tui.widgets.wall import WallBox

SIZES = ((80, 24), (120, 36))


def keys(app) -> list[str]:
    return [key.key_display for key in app.screen.query(FooterKey)]


def said(wall: Wall, box: str) -> tuple[str, str]:
    one = wall.app.screen_stack[1].query_one(f"#wall-{box}", WallBox)
    return str(one.border_title), str(one.content)


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
@pytest.mark.parametrize("stage", STAGES)
def test_the_projector(snap_compare, stage: str, size: tuple[int, int]) -> None:
    wall = Wall(stage)
    assert snap_compare(wall.app, run_before=wall.play, terminal_size=size)


@pytest.mark.parametrize("size", [*SIZES, (200, 50)], ids=["80x24", "120x36", "200x50"])
def test_a_class_code_in_the_lobby(snap_compare, size: tuple[int, int]) -> None:
    wall = Wall("lobby", code=CODE)
    assert snap_compare(wall.app, run_before=wall.play, terminal_size=size)


@pytest.mark.parametrize("stage", ["trading", "reveal"])
def test_a_large_wall_in_a_lit_room(snap_compare, stage: str) -> None:
    wall = Wall(stage, light=True)
    assert snap_compare(wall.app, run_before=wall.play, terminal_size=(200, 50))


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])
def test_markets_side_by_side_under_a_ceiling(snap_compare, size: tuple[int, int]) -> None:
    wall = Wall("reveal", lesson("price-ceiling", 2))
    assert snap_compare(wall.app, run_before=wall.play, terminal_size=size)


# --- what it says ---------------------------------------------------------------------------------------------------


async def test_clock_and_last_price_are_in_the_largest_letters_that_fit() -> None:
    for size, rows in ((80, 24), 4), ((120, 36), 7), ((200, 50), 14):
        wall = Wall("trading")
        async with wall.app.run_test(size=size) as pilot:
            await wall.play(pilot)
            title, clock = said(wall, "clock")
            assert title == "Period 2 · time left"
            assert clock == largest("O:36", 200, rows)
            assert len(clock.split("\n")) == rows
            assert said(wall, "price") == ("Last price, cents", largest("165", 200, rows))


async def test_the_lobby_says_how_to_join_and_never_a_seats_code() -> None:
    for code, words in (
        (CODE, "the class code above, and your name"),
        ("", "your code, from the board or your card"),
    ):
        wall = Wall("lobby", code=code)
        async with wall.app.run_test(size=(80, 24)) as pilot:
            await wall.play(pilot)
            notice = str(wall.app.screen.query_one(WaitingNotice).content)
            assert f"pit trade {JOIN}" in notice
            assert words in notice
            assert "12 of 22 seats are taken" in notice
            box = "clock" if code else "price"
            assert said(wall, box)[1] == large(CODE if code else "12/22")


async def test_at_the_end_the_efficiency_of_the_lesson_is_large_and_is_that_of_all_periods() -> None:
    wall = Wall("end")
    async with wall.app.run_test(size=(80, 24)) as pilot:
        await wall.play(pilot)
        found = revealed(lesson())
        gained, possible = sum(one.surplus for one in found.figures), sum(one.surplus_max for one in found.figures)
        assert said(wall, "clock") == ("The end · efficiency", large(f"{100 * gained / possible:.0f}%"))
        assert efficiency_of_all(found, 1) is None


def test_letters_are_in_lines_of_one_length_and_a_text_without_room_stands_as_it_is() -> None:
    for text in ("12:34", "30.5", "-", "96%", "12/40", CODE):
        for lettering in (large(text), larger(text, 2), larger(text, 4)):
            assert len({len(line) for line in lettering.split("\n")}) == 1
    assert [len(largest("0:47", width, 14).split("\n")) for width in (96, 60, 30, 10)] == [14, 7, 4, 1]
    assert largest("0:47", 10, 14) == "0:47"
    assert len(largest("0:47", 96, 4).split("\n")) == 4


async def test_a_wall_of_several_markets_says_which_it_shows() -> None:
    wall = Wall("trading", lesson("price-ceiling", 2), market=1)
    async with wall.app.run_test(size=(80, 24)) as pilot:
        await wall.play(pilot)
        assert said(wall, "clock")[0] == "Market 2 · Period 1 · time left"
        wall.app.take_reveal(revealed(wall.scenario))
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(wall.app.screen, RevealScreen)
        assert wall.app.screen.shown == [1], "one's own market is the first"


# --- keys -----------------------------------------------------------------------------------------------------------


async def test_each_key_of_the_wall() -> None:
    wall = Wall("end")
    app = wall.app
    async with app.run_test(size=(80, 24)) as pilot:
        await wall.play(pilot)
        assert keys(app) == ["r", "s", "t", "q"]
        await pilot.press("t")
        assert app.theme == LIGHT.name
        await pilot.press("t")
        assert app.theme == "textual-dark"
        await pilot.press("r")
        assert isinstance(app.screen, ResultsScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, WatchScreen)
        await pilot.press("q")
    assert app.return_value is not None
    assert app.return_value.status == 0


@pytest.mark.parametrize("back", ["s", "escape", "q"])
async def test_each_key_of_the_reveal(back: str) -> None:
    wall = Wall("reveal", lesson("price-ceiling", 2))
    app = wall.app
    async with app.run_test(size=(80, 24)) as pilot:
        await wall.play(pilot)
        screen = app.screen
        assert isinstance(screen, RevealScreen)
        await pilot.press("right", "right")
        assert screen.numbers[screen.at] == 3
        await pilot.press("left", "left", "left")
        assert screen.numbers[screen.at] == 5, "before the first comes the last"
        assert screen.shown == [0]
        await pilot.press("tab")
        assert screen.shown == [1]
        await pilot.press("tab")
        assert screen.shown == [0]
        await pilot.press("t")
        assert app.theme == LIGHT.name
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert screen.shown == [0, 1]
        await pilot.press(back)
        assert isinstance(app.screen, WatchScreen)


@pytest.mark.parametrize("stage", ["lobby", "trading", "break", "end"])
async def test_there_is_no_key_for_a_reveal_before_the_end_and_none_in_research(stage: str) -> None:
    wall = Wall(stage, smith())
    async with wall.app.run_test(size=(80, 24)) as pilot:
        await wall.play(pilot)
        assert "s" not in keys(wall.app)
        await pilot.press("s")
        assert isinstance(wall.app.screen, WatchScreen)


# --- over a broker --------------------------------------------------------------------------------------------------


def test_a_listener_on_a_broker_waits_for_a_reveal_that_the_rules_promise() -> None:
    scenario, heard = lesson(), TopicReader("session")
    heard.on_message("rules", encode(public_rules(scenario)))
    state = {"now": 1, "phase": "ended", "period": 0, "periods": 5, "open": False, "paused": False, "left_us": None}
    heard.on_message("state", encode(state | {"next_period": 6, "seats_taken": 22, "seats": 22}))
    assert (heard.over, heard.complete) == (True, False)
    heard.on_message("reveal", encode(revealed(scenario)))
    assert heard.complete
    assert heard.reveal == revealed(scenario)


@needs_mosquitto
async def test_over_a_broker_the_reveal_is_the_same_as_on_a_line(host, tmp_path) -> None:
    async with mosquitto(tmp_path) as broker, host(parse(TEACHING)) as hosted:
        client, told = BrokerClient(broker.broker), []
        client.on_reveal = told.append
        async with publishing(hosted, broker.broker) as publisher:
            await publisher.connected.wait()
            happenings = client.happenings()
            await anext(happenings)
            experimenter, buyer, seller = await market(hosted)
            await trade(buyer, seller, 80)
            assert isinstance(await experimenter.say(End()), Accepted)
            assert await hosted.running == 0
        assert [one async for one in happenings]
        assert client.closed is not None
        assert client.closed.code == 4000
        assert told == [hosted.host.revealed]
