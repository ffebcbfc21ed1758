"""The whole hour of a class on three pages: everything that breaks in a room breaks, and nothing is lost."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from p2p.messages import EndPeriod, Hold, Resume, Start
from tests.plays.class_plays import Classroom, Student
from tests.plays.lab import pit
from tests.plays.page_plays import browser

HOUR_S = 240.0
LOST = "CONNECTION LOST"


@contextlib.asynccontextmanager
async def classroom(folder: Path) -> AsyncIterator[Classroom]:
    async with browser() as one:
        room = Classroom(folder, one)
        try:
            await room.opens()
            yield room
        finally:
            await room.closes()


async def sleeps(student: Student, asleep: bool) -> None:
    """What a browser tells a page whose phone is put away, or taken up again."""
    await student.page.evaluate(
        "asleep => { Object.defineProperty(document, 'hidden', { value: asleep, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')) }",
        asleep,
    )


async def continues(student: Student) -> Any:
    """A tab is closed, and the address opened anew: one tap, and the same screen."""
    context, address = student.page.context, student.page.url
    old = student.page
    page = await context.new_page()
    await old.close()
    student.__init__(page)  # type: ignore[misc]
    await page.goto(address)
    await student.button("Continue as Ana").click()


@pytest.mark.full
async def test_a_whole_hour_of_a_class_on_pages(tmp_path: Path) -> None:
    async with classroom(tmp_path) as room, asyncio.timeout(HOUR_S):
        first = room.students[0]
        await room.each("looked_at")
        await room.says(Start())
        await room.all_see("Before we begin")
        await room.each("looked_at", "agrees")
        await room.all_see("How the market works")
        await room.each("looked_at", "reads")
        await room.all_see("Question 1 of 4")
        await room.each("looked_at")
        assert await first.answers(2) == 2
        await continues(first)
        await first.sees("Question 3 of 4")
        await room.each("answers")
        await practice(room)
        await trades(room)
        await ends(room)
    verified = await asyncio.to_thread(pit, "verify", str(room.serving.recording), cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr


async def practice(room: Classroom) -> None:
    """A period of practice in which the server is killed."""
    await room.all_see("Practice 1 of 1")
    await room.each("bids", "looked_at")
    await room.falls_and_rises(LOST)
    await room.all_see("PAUSED")
    await room.each("looked_at")
    await room.says(Resume())
    for student in room.students:
        await student.page.get_by_role("main").get_by_text("PAUSED: the clock").wait_for(state="detached")
    await room.says(EndPeriod())


async def break_card(room: Classroom, heading: str) -> None:
    """The period ends, and the next thing waits until all have looked at the card."""
    await room.says(Hold())
    await room.says(EndPeriod())
    await room.all_see(heading)
    await room.each("looked_at")
    await room.says(Resume())


async def trades(room: Classroom) -> None:
    """Two periods: a network is cut, a window takes a seat over, a phone sleeps, somebody goes back."""
    first, second, third = room.students
    await room.all_see("Period 1 of 3")
    await first.page.context.set_offline(True)
    await sleeps(second, True)
    await third.bids()
    await first.page.context.set_offline(False)
    await sleeps(second, False)
    await second.bids()
    await first.bids()
    await room.each("looked_at")
    other = Student(await third.page.context.new_page())
    await other.page.goto(third.page.url)
    await other.button("Continue as Ana 2").click()
    await other.sees("Period 1 of 3")
    await third.sees("Your seat was taken up in another window")
    await third.looked_at()
    await third.button("Continue here").click()
    await third.sees("Period 1 of 3")
    await other.page.close()
    await first.page.goto("about:blank")
    await first.page.go_back()
    with contextlib.suppress(Exception):
        await first.button("Continue as Ana 0").click(timeout=3000)
    await first.sees("Period 1 of 3")
    await break_card(room, "Period 1 is over")
    await room.each("opens")
    await room.says(EndPeriod())
    await room.all_see("Period 3 of 3")
    await room.each("bids", "looked_at")
    await room.says(EndPeriod())


async def ends(room: Classroom) -> None:
    """The questionnaire, in which the server is killed once more, and what was earned."""
    first, *others = room.students
    await room.all_see("Question 1 of 3")
    assert await first.answers(1) == 1
    await room.each("looked_at")
    await room.falls_and_rises(LOST)
    await room.all_see("PAUSED")
    await room.says(Resume())
    await first.sees("Question 2 of 3")
    for student in others:
        await student.sees("Question 1 of 3")
    await room.each("answers")
    await room.all_see("What it was about")
    await room.each("reads")
    await room.all_see("What you earned")
    await room.each("looked_at")
    for student in room.students:
        await student.button("I have seen it").click()
    await room.goes_on("Results")
    await room.each("looked_at")
    for student in room.students:
        assert re.search(r"You have earned", await student.page.inner_text("main"))
