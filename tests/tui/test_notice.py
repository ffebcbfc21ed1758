"""What the experimenter says is read by everybody, on the smallest terminal, in a pause and beside other notices."""

import pytest

from p2p.base.units import SECOND
from p2p.messages import Announced, Forecast, HandedBack, Lobby, Paused, Schedule, StartRound, Step, TakenOver
from tests.plays.tui_market_screens_plays import terminal as households
from tests.plays.tui_markets_plays import DAY
from tests.plays.tui_trade_plays import terminal
from tui.widgets.notice import MORE, ROWS_MAX, laid_out
from tui.widgets.terminal_size import HEIGHT_MIN, WIDTH_MIN

SHORT = "Please look at the board: one more minute."
LONG = " ".join(f"word{number}" for number in range(70))
"""Nearly as long as a message may be."""


async def test_what_is_said_in_a_pause_is_read_beside_the_pause() -> None:
    async with terminal() as play:
        await play.trading("buyer", 300)
        await play.told(TakenOver(), HandedBack(), Announced("", SHORT), Paused(30 * SECOND), second=30)
        above, words = play.says("#notice").splitlines()
        assert above.startswith("‖ PAUSED: the clock is stopped; you cannot trade")
        assert words == f"✉ Experimenter: {SHORT}"


@pytest.mark.parametrize("paused", [True, False], ids=["paused", "trading"])
async def test_the_longest_words_leave_the_market_its_place_and_are_whole_behind_a_key(paused: bool) -> None:
    async with terminal((WIDTH_MIN, HEIGHT_MIN)) as play:
        await play.trading("buyer", 300)
        await play.told(Announced("", LONG), *([Paused(30 * SECOND)] if paused else []), second=30)
        rows = play.says("#notice").splitlines()
        assert len(rows) == 2
        assert rows[-1].endswith(MORE)
        assert play.app.screen.query_one("#answer").region.bottom == HEIGHT_MIN - 1, "above the keys"
        assert play.app.screen.query_one("#units .sums").region.height == 2
        await play.pilot.press("i")
        await play.pilot.pause()
        page = play.app.screen.query("#page Static").first()
        assert str(page.render()).split() == ["The", "experimenter", "says", *LONG.split()]


async def test_a_household_is_whole_below_the_longest_words() -> None:
    async with households(DAY) as play:
        play.line.welcome()
        await play.told(Forecast(1, 398, 0, 319, 398, 95, battery=-79, stored=2_500, capacity=8_000))
        await play.told(Schedule(1, "buyer", (Step(398, 319),)), StartRound(1, 60 * SECOND), Announced("", LONG))
        assert len(play.says("#notice").splitlines()) == 2
        table = play.app.screen.query_one("#units .table")
        assert table.region.height >= len(play.says("#units .table").splitlines()) == 6
        assert play.app.screen.query_one("#answer").region.bottom == HEIGHT_MIN - 1


@pytest.mark.parametrize("size", [(WIDTH_MIN, HEIGHT_MIN), (130, 42)])
async def test_in_the_lobby_the_longest_words_are_whole(size: tuple[int, int]) -> None:
    async with terminal(size) as play:
        play.line.welcome()
        await play.told(Lobby(3, 5), Announced("", LONG))
        await play.until(lambda: bool(play.says("#notice")))
        assert play.says("#notice").split() == ["✉", "Experimenter:", *LONG.split()]


async def test_where_there_is_room_the_longest_words_are_whole_beside_the_market() -> None:
    async with terminal((100, 34)) as play:
        await play.trading("buyer", 300)
        await play.told(Announced("", LONG), Paused(30 * SECOND), second=30)
        assert play.says("#notice").split()[-70:] == LONG.split()


@pytest.mark.parametrize("words", [LONG, "a" * 500, "你好 " * 160, "x"])
@pytest.mark.parametrize("rows_max", [2, 5, ROWS_MAX])
def test_a_notice_is_never_wider_nor_higher_than_its_place(words: str, rows_max: int) -> None:
    rows = laid_out(f"‖ PAUSED: {LONG}\n✉ {words}", 78, rows_max, MORE)
    assert len(rows) <= rows_max
    assert all(row.cell_length <= 78 for row in rows)
    assert any(row.plain.startswith("✉") for row in rows)
