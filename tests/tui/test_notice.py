"""What the experimenter says is read by everybody, on the smallest terminal, in a pause and beside other notices."""

import pytest

from p2p.base.units import SECOND
from p2p.information.standing_words import WORDS_US
from p2p.messages import (
    Announced,
    Ended,
    EndRound,
    Forecast,
    HandedBack,
    Lobby,
    Paused,
    Schedule,
    StartRound,
    Step,
    TakenOver,
)
from tests.plays.tui_market_screens_plays import terminal as households
from tests.plays.tui_markets_plays import DAY
from tests.plays.tui_trade_plays import terminal
from tui.screens.results import ResultsScreen
from tui.widgets.notice import MORE, ROWS_MAX, laid_out
from tui.widgets.terminal_size import HEIGHT_MIN, WIDTH_MIN

SHORT = "Please look at the board: one more minute."
LONG = " ".join(f"word{number}" for number in range(70))
"""Nearly as long as a message may be."""


async def test_what_is_said_in_a_pause_is_read_beside_the_pause() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(TakenOver(), HandedBack(), Announced("", SHORT), Paused(30 * SECOND), second=30)
        *above, words = play.says("#notice").splitlines()
        assert " ".join(above) == (
            "‖ PAUSED: the clock is stopped; you cannot trade.   ⚙ A robot stood in; it made no contract."
        )
        assert words == f"✉ Experimenter: {SHORT} (m: off)"


@pytest.mark.parametrize("paused", [True, False], ids=["paused", "trading"])
async def test_the_longest_words_are_whole_and_leave_the_market_its_place(paused: bool) -> None:
    async with terminal((WIDTH_MIN, HEIGHT_MIN)) as play:
        await play.trading("buyer", 300)
        await play.told(Announced("", LONG), *([Paused(30 * SECOND)] if paused else []), second=30)
        assert play.says("#notice").split("Experimenter: ")[1].split() == [*LONG.split(), "(m:", "off)"]
        assert play.app.screen.query_one("#answer").region.bottom == HEIGHT_MIN - 1, "above the keys"
        assert play.app.screen.query_one("#asks .whose").region.height == 1, "the quotes are there"
        assert play.app.screen.query_one("#units .sums").region.height == 2
        await play.pilot.press("i")
        await play.pilot.pause()
        page = play.app.screen.query("#page Static").first()
        assert str(page.render()).split() == ["The", "experimenter", "says", *LONG.split()]


async def test_words_are_taken_down_by_a_key_and_the_market_has_its_room_again() -> None:
    async with households(DAY) as play:
        play.line.welcome()
        await play.told(Forecast(1, 398, 0, 319, 398, 95, battery=-79, stored=2_500, capacity=8_000))
        await play.told(Schedule(1, "buyer", (Step(398, 319),)), StartRound(1, 60 * SECOND), Announced("", LONG))
        assert len(play.says("#notice").splitlines()) == 7
        await play.pilot.press("m")
        await play.pilot.pause()
        assert not play.app.screen.query_one("#notice").display
        table = play.app.screen.query_one("#units .table")
        assert table.region.height >= len(play.says("#units .table").splitlines()) == 6
        assert play.app.screen.query_one("#answer").region.bottom == HEIGHT_MIN - 1
        await play.pilot.press("m")
        assert "no message is on the screen" in play.says("#answer")


async def test_words_leave_after_a_while_though_nothing_else_happens() -> None:
    async with terminal() as play:
        play.line.welcome()
        await play.told(Lobby(3, 5), Announced("", SHORT))
        await play.until(lambda: SHORT in play.says("#notice"))
        play.line.clock = WORDS_US - 1
        await play.pilot.pause(0.2)
        assert play.app.screen.query_one("#notice").display
        play.line.clock = WORDS_US
        await play.until(lambda: not play.app.screen.query_one("#notice").display)
        assert SHORT in play.says("#lobby-rules"), "and can be read again"


async def test_at_the_end_words_stand_above_the_results_and_can_be_taken_down() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(EndRound(1), Ended(), Announced("", SHORT), second=60)
        await play.until(lambda: isinstance(play.app.screen, ResultsScreen))
        await play.until(lambda: SHORT in play.says("#notice"))
        await play.pilot.press("m")
        await play.until(lambda: not play.app.screen.query_one("#notice").display)
        assert play.app.is_running


async def test_that_values_have_changed_is_said_when_they_have() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300, 200)
        for period, values, said in ((2, (300, 200), False), (3, (310, 210), True), (4, (310, 210), False)):
            await play.told(EndRound(period - 1), Schedule(period, "buyer", tuple(Step(value) for value in values)))
            await play.told(StartRound(period, 60 * SECOND))
            assert play.app.screen.query_one("#notice").display is said
            assert not said or "Your values have changed." in play.says("#notice")


@pytest.mark.parametrize("size", [(WIDTH_MIN, HEIGHT_MIN), (130, 42)])
async def test_in_the_lobby_the_longest_words_are_whole(size: tuple[int, int]) -> None:
    async with terminal(size) as play:
        play.line.welcome()
        await play.told(Lobby(3, 5), Announced("", LONG))
        await play.until(lambda: bool(play.says("#notice")))
        assert play.says("#notice").split() == ["✉", "Experimenter:", *LONG.split(), "(m:", "off)"]


async def test_where_there_is_room_the_longest_words_are_whole_beside_the_market() -> None:
    async with terminal((100, 34)) as play:
        await play.trading("buyer", 300)
        await play.told(Announced("", LONG), Paused(30 * SECOND), second=30)
        assert play.says("#notice").split()[-72:-2] == LONG.split()


@pytest.mark.parametrize("words", [LONG, "a" * 500, "你好 " * 160, "x"])
@pytest.mark.parametrize("rows_max", [2, 5, ROWS_MAX])
def test_a_notice_is_never_wider_nor_higher_than_its_place(words: str, rows_max: int) -> None:
    rows = laid_out(f"‖ PAUSED: {LONG}\n✉ {words}", 78, rows_max, MORE)
    assert len(rows) <= rows_max
    assert all(row.cell_length <= 78 for row in rows)
    assert any(row.plain.startswith("✉") for row in rows)
