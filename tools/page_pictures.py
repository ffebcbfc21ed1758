"""Pictures of the page for docs/classroom.md, of a session that is played for them: python -m tools.page_pictures.

Needs Playwright and Chromium. A phone trades beside 21 robots, and the projector looks on.
"""

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Any

from p2p.messages import EndPeriod, Start
from tests.plays.lab import Serving, serve
from tests.plays.page_plays import browser
from tests.plays.trader import Trader

DOCS = Path(__file__).parents[1] / "docs"
MARKET = (
    "classroom-test-1 --bots zip:21 --start experimenter --period-s 90 --break-s 60 --reaction-s 0.7 --seed 5 --port 0"
)
PHONE, WALL = {"width": 360, "height": 720}, {"width": 1024, "height": 640}
CONTRACTS = 2
"""So many before the picture is taken."""


async def joined(one: Any, serving: Serving) -> Any:
    """A phone on the one seat that is free."""
    page = await (await one.new_context(viewport=PHONE)).new_page()
    where = serving.where
    await page.goto(f"{where['page']}#{where['class_code']}")
    await page.get_by_role("textbox", name="Name").fill("Ana")
    await page.get_by_role("button", name="Join").click()
    await page.get_by_text("Your role:").wait_for()
    return page


async def taken(serving: Serving) -> None:
    """All pictures."""
    where = serving.where
    async with browser() as one:
        wall = await (await one.new_context(viewport=WALL)).new_page()
        await wall.goto(f"{where['page']}watch#{where['class_code']}")
        phone = await joined(one, serving)
        experimenter = await Trader.join(where["url"], where["control"], conducts=True)
        await experimenter.say(Start())
        price = phone.get_by_role("spinbutton", name="Price")
        await price.wait_for()
        await phone.get_by_role("table", name="Contracts").get_by_role("row").nth(CONTRACTS).wait_for()
        take = phone.get_by_role("button", name=re.compile("gain"))
        await take.wait_for()
        await phone.screenshot(path=DOCS / "page-phone.png")
        await wall.screenshot(path=DOCS / "page-projector.png")
        await take.click()
        await phone.get_by_role("alert").get_by_text("You").wait_for()
        await experimenter.say(EndPeriod())
        await phone.get_by_text("Period 1 is over").wait_for()
        await phone.screenshot(path=DOCS / "page-break.png")
        await experimenter.leave()


def main() -> None:
    """Play, and write the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        serving = serve(*MARKET.split(), cwd=Path(folder))
        try:
            asyncio.run(taken(serving))
        finally:
            serving.kill()


if __name__ == "__main__":
    main()
