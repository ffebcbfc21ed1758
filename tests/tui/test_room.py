"""Words above the market take rows from it: nothing falls off the lower edge, and the keys stay."""

import pytest
from textual.widgets import Footer

from p2p.messages import Announced, HandedBack, Told, Voided
from tests.plays.tui_scenes import SCENARIOS, Scene, played

SIZE = (80, 24)
WORDS = (HandedBack(), Voided(1), Told("", "Please look at the board; the third rule stands there, too."))


async def leaves_the_keys(scene: Scene) -> None:
    app, play = played(scene)
    async with app.run_test(size=SIZE) as pilot:
        await play(pilot)
        assert app.screen.max_scroll_y == 0, "no part is below the lower edge"
        assert app.screen.query_one(Footer).region.bottom == SIZE[1]


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_few_words_in_a_break_leave_the_keys_on_the_screen(count: int) -> None:
    await leaves_the_keys(Scene("standing", "break", more=WORDS[:count]))


@pytest.mark.parametrize("phase", ["break", "trading"])
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_words_of_the_experimenter_leave_the_keys_on_the_screen(scenario: str, phase: str) -> None:
    await leaves_the_keys(Scene(scenario, phase, more=(*WORDS, Announced("", "Two more periods, then coffee."))))
