"""People on their phones over a real server: two taps to join, one to come back, one window that has the seat."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.plays.hosted import Hosted
from tests.plays.page_plays import browser, phone

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one() -> AsyncIterator[Any]:
    """One browser for all of this file."""
    async with browser() as found:
        yield found


async def joined(page, hosted: Hosted, seat: int) -> None:
    await page.goto(f"{hosted.url.replace('ws', 'http')}/#{hosted.codes[seat]}")
    await page.get_by_role("textbox", name="Name").fill("Ana")
    await page.get_by_role("button", name="Join").click()
    await page.get_by_text(f"Seat {seat + 1}").wait_for()


async def test_a_code_and_a_name_and_in_and_the_code_leaves_the_address(host, one):
    async with host() as hosted, phone(one) as page:
        await joined(page, hosted, 1)
        assert hosted.codes[1] not in page.url
        assert page.complaints == []


async def test_a_wrong_code_is_said_and_asked_again(host, one):
    async with host() as hosted, phone(one) as page:
        await page.goto(hosted.url.replace("ws", "http"))
        await page.get_by_role("textbox", name="Code").fill("WRONG")
        await page.get_by_role("textbox", name="Name").fill("Ana")
        await page.get_by_role("button", name="Join").click()
        await page.get_by_text("That code is not valid.").first.wait_for()
        await page.get_by_role("textbox", name="Code").fill(hosted.codes[0].lower())
        await page.get_by_role("button", name="Join").click()
        await page.get_by_text("Seat 1").wait_for()


async def test_after_a_reload_one_tap_continues_and_another_window_takes_the_seat_over(host, one):
    async with host() as hosted, phone(one) as page:
        await joined(page, hosted, 2)
        await page.reload()
        await page.get_by_role("button", name="Continue as Ana, seat 3").click()
        await page.get_by_text("Seat 3").wait_for()
        other = await page.context.new_page()
        await other.goto(hosted.url.replace("ws", "http"))
        await other.get_by_role("button", name=re.compile("^Continue")).click()
        await other.get_by_text("Seat 3").wait_for()
        await page.get_by_text("Your seat was taken up in another window").wait_for()
        await page.get_by_role("button", name="Continue here").click()
        await other.get_by_text("Your seat was taken up in another window").wait_for()
        await page.get_by_text("Seat 3").wait_for()


async def test_a_browser_that_stores_nothing_works_and_says_so(host, one):
    async with host() as hosted, phone(one) as page:
        await page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })"
        )
        await page.goto(hosted.url.replace("ws", "http"))
        await page.get_by_text("This browser stores nothing").wait_for()
        await joined(page, hosted, 0)
