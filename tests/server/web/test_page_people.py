"""People on their phones in a small market: one trades by what a screen reader says alone, one is on a bad network."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from p2p.messages import Announce, End, Start, Tell
from p2p.scenario.parsing import parse
from tests.conftest import SMALL
from tests.plays.class_plays import Student
from tests.plays.hosted import Hosted
from tests.plays.page_plays import browser, phone

EVIL = "<img src=x onerror=window.ran=1><script>window.ran=1</script>\u202egnp.exe javascript:window.ran=1"
WIDE = EVIL + "W" * 9_000
HALF = {"width": 320, "height": 360}
"""A screen of 640 px at 200 %."""

TWO = SMALL.replace("[[120, 90], [100]]", "[[120, 90]]").replace("[[40, 70], [60]]", "[[40, 70]]")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one() -> AsyncIterator[Any]:
    """One browser for all of this file."""
    async with browser() as found:
        yield found


async def seated(page: Any, hosted: Hosted, seat: int, name: str) -> Student:
    student = Student(page)
    await student.joins(hosted.url.replace("ws", "http") + "/", hosted.codes[seat], name)
    return student


async def a_buyer_and_a_seller(hosted: Hosted, *pages: Any) -> list[Student]:
    """Two people in a market that is open, the buyer first."""
    students = [await seated(page, hosted, seat, f"Ana {seat}") for seat, page in enumerate(pages)]
    experimenter = await hosted.experimenter()
    await experimenter.say(Start())
    for student in students:
        await student.page.get_by_role("spinbutton", name="Price").wait_for()
    return students if await students[0].button("Bid").count() else students[::-1]


async def test_a_period_is_traded_by_roles_and_names_alone(host, one):
    async with host(parse(TWO)) as hosted, phone(one) as page, phone(one) as other:
        buyer, seller = await a_buyer_and_a_seller(hosted, page, other)
        for student, own in ((buyer, "Bid"), (seller, "Ask")):
            await student.page.get_by_role("timer").wait_for()
            assert re.fullmatch(r"\d+:\d\d", await student.page.get_by_role("timer").inner_text())
            assert await student.button(own).is_enabled()
            await student.page.get_by_role("table", name="Your units").get_by_role("row", name="next unit").wait_for()
        await seller.page.get_by_role("spinbutton", name="Price").fill("80")
        await seller.button("Ask 80").press("Enter")
        await buyer.button("Buy at 80, gain 40").press("Enter")
        await buyer.page.get_by_role("alert").get_by_text("You bought 1 unit at 80: gain 40").wait_for()
        await seller.page.get_by_role("alert").get_by_text("You sold 1 unit at 80: gain 40").wait_for()
        await buyer.page.get_by_role("spinbutton", name="Price").fill("70")
        await buyer.page.keyboard.press("Enter")
        await seller.button("Sell at 70").wait_for()
        rows = buyer.page.get_by_role("table", name="Your units").get_by_role("row")
        assert "✓" in await rows.nth(1).inner_text()
        await buyer.fits()
        await seller.fits()


class Network:
    """The network of a phone, which can be cut: lines that stand break, new ones are not let through."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self.is_cut = False

    async def opened(self, line: Any) -> None:
        if self.is_cut:
            await line.close(code=3000)
            return
        line.connect_to_server()
        self.lines.append(line)

    async def cut(self) -> None:
        self.is_cut = True
        for line in self.lines:
            await line.close(code=3000)


async def test_after_a_cut_the_screen_is_whole_and_what_was_sent_meanwhile_arrives_once(host, one):
    network = Network()
    async with host(parse(TWO)) as hosted, phone(one) as page, phone(one) as other:
        for each in (page, other):
            await each.route_web_socket(re.compile("^ws"), network.opened)
        buyer, seller = await a_buyer_and_a_seller(hosted, page, other)
        await seller.page.get_by_role("spinbutton", name="Price").fill("80")
        await seller.page.keyboard.press("Enter")
        await buyer.button("Buy at 80, gain 40").click()
        await seller.sees("You sold 1 unit at 80")
        await network.cut()
        await buyer.sees("CONNECTION LOST")
        await buyer.page.get_by_role("spinbutton", name="Price").fill("50")
        await buyer.page.keyboard.press("Enter")
        await buyer.sees("pending: bid 50")
        network.is_cut = False
        await buyer.sees("Accepted: bid 50.")
        await seller.button("Sell at 50").wait_for()
        for student in (buyer, seller):
            rows = student.page.get_by_role("table", name="Contracts").get_by_role("row")
            assert await rows.count() == 2, "the contract before the cut is still there"
            assert "✓" in await student.page.get_by_role("table", name="Your units").inner_text()
            await student.fits()


async def test_the_end_shows_the_results_and_not_that_the_server_has_gone(host, one):
    async with host(parse(TWO)) as hosted, phone(one) as page, phone(one) as other:
        students = await a_buyer_and_a_seller(hosted, page, other)
        experimenter = await hosted.experimenter()
        await experimenter.say(End())
        for student in students:
            await student.page.get_by_role("heading", name="Results").wait_for()
            await student.fits()


async def test_words_of_others_do_nothing_but_stand_there(host, one):
    evil = parse(
        SMALL.replace('title = "Two buyers, two sellers"', f"title = '''{EVIL}'''\ninstructions = '''{WIDE}'''")
    )
    async with host(evil) as hosted, phone(one) as page:
        student = await seated(page, hosted, 0, EVIL[:40])
        experimenter = await hosted.experimenter()
        await student.button("Rules").click()
        await plain(student)
        await student.button("Close").click()
        await experimenter.say(Start())
        await student.page.get_by_role("spinbutton", name="Price").wait_for()
        await experimenter.say(Announce(EVIL + "W" * 200))
        await experimenter.say(Tell(0, EVIL + "W" * 100))
        await student.page.get_by_role("button", name="Dismiss").nth(1).wait_for()
        await plain(student)
        await student.page.set_viewport_size(HALF)
        await plain(student)
        await student.page.evaluate("document.documentElement.style.fontSize = '200%'")
        await plain(student)


async def plain(student: Student) -> None:
    """Nothing ran, nothing is wider than the screen."""
    assert not await student.page.evaluate("window.ran"), "a text of others ran"
    assert await student.page.locator("#app :is(img, script, [onerror], a[href^=javascript])").count() == 0
    assert "\u202e" not in await student.page.inner_text("body")
    await student.fits()


async def test_the_projector_has_link_and_code_then_clock_and_price_and_axe_is_content(host, one):
    async with host(parse(TWO)) as hosted, phone(one, 1440, 900, bypass_csp=True) as page, phone(one) as other:
        wall = Student(page)
        await page.goto(hosted.url.replace("ws", "http") + "/watch#K7M4WX")
        await wall.sees("K7M4WX")
        await page.get_by_role("img", name="QR code of the link").wait_for()
        await wall.looked_at()
        async with phone(one) as third:
            await a_buyer_and_a_seller(hosted, other, third)
            await page.get_by_role("timer").wait_for()
            await wall.looked_at()
            experimenter = await hosted.experimenter()
            await experimenter.say(End())
            await wall.sees("The end")
            await wall.looked_at()
        await page.set_viewport_size(HALF)
        await wall.fits()
