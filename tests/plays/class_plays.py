"""A class on its phones: pages that are found by what a screen reader finds, and a look at each screen."""

import asyncio
import re
from pathlib import Path
from typing import Any

from p2p.messages import AdvanceStage, Message
from tests import ROOT
from tests.plays.lab import Serving, serve
from tests.plays.trader import Trader
from tests.plays.web_plays import npm_file

HOUR = ROOT / "scenarios" / "classroom-hour.toml"
QUESTION = re.compile(r"Question (\d+) of (\d+)")
GUARD_MS = 20_000
"""No wait of a test is longer."""
MARGIN = 80
"""More than the tax of the hour: no price of a student is a loss."""
SERIOUS = ("serious", "critical")
WIDTHS = (320, 768, 1440)
ANSWERS = {
    "How much do you earn in it": "0",
    "How much do you earn?": "23",
    "Which bid can you make": "45",
    "Which ask can you make": "85",
    "Who may know": "I alone",
    "closer to one another": "5",
    "Who paid the tax": "Both",
    "your plan": "Buy low, sell high. <b>é漢😀</b>",
}
"""Right answers of classroom-hour, by words of their questions."""


def short_hour(folder: Path, period_s: float = 600, break_s: float = 2) -> str:
    """The classroom's hour of a period of practice, two, and one with the tax, ended by the experimenter."""
    text = HOUR.read_text(encoding="utf-8")
    numbers = iter(("1", "2", "1"))
    text = re.sub(r"^periods = \d+", lambda _: f"periods = {next(numbers)}", text, flags=re.M)
    text = re.sub(r"^period_s = .*", f"period_s = {period_s}", text, flags=re.M)
    text = re.sub(r"^break_s = .*", f"break_s = {break_s}", text, flags=re.M)
    text = re.sub(r"^preview_s = .*\n", "", text, flags=re.M).replace("from_period = 4", "from_period = 3")
    (folder / "hour.toml").write_text(text, encoding="utf-8")
    return "hour.toml"


class Student:
    """A page of the lab, used by names and roles alone."""

    def __init__(self, page: Any) -> None:
        from playwright.async_api import Error as Late

        self.page, self.Late = page, Late
        page.set_default_timeout(GUARD_MS)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(f"a dialog: {dialog.message}"))

    def button(self, name: str) -> Any:
        """A button whose name begins so."""
        return self.page.get_by_role("button", name=re.compile(f"^{name}"))

    async def joins(self, address: str, code: str, name: str) -> None:
        """The address of the QR code, a name, in."""
        await self.page.goto(f"{address}#{code}")
        await self.page.get_by_role("textbox", name="Name").fill(name)
        await self.button("Join").click()
        await self.sees("Your role:")

    async def sees(self, text: str) -> None:
        """Wait for a text on the screen."""
        try:
            await self.page.get_by_text(text).first.wait_for()
        except self.Late:
            raise AssertionError(f"{text!r} is not on: {await self.page.inner_text('body')}") from None

    async def agrees(self) -> None:
        """Take part, and let the data be used."""
        await self.page.get_by_role("checkbox").check()
        await self.button("I agree").click()
        await self.page.get_by_role("checkbox").wait_for(state="detached")

    async def reads(self) -> None:
        """Turn all pages."""
        turned = 1
        while not await self.button("I have read it").count():
            turned += 1
            await self.button("Next page").click()
            await self.sees(f"Page {turned} of ")
        await self.button("I have read it").click()
        await self.button("I have read it").wait_for(state="detached")

    async def answers(self, most: int = 9) -> int:
        """Answer so many questions, or all that are left; how many."""
        done = 0
        while done < most:
            done += 1
            await self.page.get_by_text(QUESTION).wait_for()
            words = await self.page.inner_text("main")
            said = next(answer for asked, answer in ANSWERS.items() if asked in words)
            radio = self.page.get_by_role("radio", name=said, exact=True)
            await (radio.check() if await radio.count() else self.page.get_by_role("textbox").fill(said))
            await self.button("Send answer").click()
            hint = QUESTION.search(words)
            assert hint
            await self.page.get_by_text(hint[0]).wait_for(state="detached")
            if hint[1] == hint[2]:
                break
        return done

    async def opens(self) -> None:
        """Wait until the period begins."""
        await self.page.get_by_role("row", name="next unit").wait_for()

    async def bids(self) -> None:
        """Send a price that is worth it, and wait for the market's answer."""
        row = self.page.get_by_role("table", name="Your units").get_by_role("row", name="next unit")
        worth = int(await row.get_by_role("cell").nth(1).inner_text())
        buyer = await self.button("Bid").count()
        await self.page.get_by_role("spinbutton", name="Price").fill(str(worth - MARGIN if buyer else worth + MARGIN))
        await self.button("Bid" if buyer else "Ask").click()
        answer = self.page.get_by_role("region", name="Your order").get_by_text(re.compile("^[✓✘◆] "))
        await answer.wait_for()

    async def fits(self) -> None:
        """Nothing is wider than the screen, and nothing has failed."""
        wide = "[document.documentElement.scrollWidth, innerWidth]"
        width, most = await self.page.evaluate(wide)
        assert width <= most, (await self.page.title(), width, most)
        assert self.page.complaints == []

    async def looked_at(self) -> None:
        """What axe finds in light and in the dark; the screen fits."""
        await self.fits()
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(npm_file("axe-core/axe.min.js").read_text(encoding="utf-8"))
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = await self.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            bad = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"] if one["impact"] in SERIOUS]
            assert bad == [], (await self.page.title(), scheme)


class Classroom:
    """A server with robots, students on pages of different widths, the experimenter."""

    def __init__(self, folder: Path, browser: Any) -> None:
        self.folder, self.browser = folder, browser
        self.students: list[Student] = []

    async def opens(self, widths: tuple[int, ...] = WIDTHS) -> None:
        """All join by the class code; robots have the other seats."""
        words = (short_hour(self.folder), "--bots", f"zip:{22 - len(widths)}", "--seed", "5", "--reaction-s", "2")
        self.serving = await asyncio.to_thread(serve, *words, "--port", "0", cwd=self.folder)
        for number, width in enumerate(widths):
            context = await self.browser.new_context(viewport={"width": width, "height": 740 if width < 400 else 900})
            self.students.append(Student(await context.new_page()))
            where = self.serving.where
            await self.students[-1].joins(where["page"], where["class_code"], f"Ana {number}")
        await self.conducts()

    async def conducts(self) -> None:
        """The experimenter joins."""
        where = self.serving.where
        self.experimenter = await Trader.join(where["url"], where["control"], conducts=True)

    async def each(self, *does: str) -> None:
        """All students do something, at once."""
        for one in does:
            await asyncio.gather(*(self._does(student, one) for student in self.students))

    async def _does(self, student: Student, what: str) -> None:
        try:
            await getattr(student, what)()
        except student.Late as late:
            raise AssertionError(f"{what}: {late}; the screen: {await student.page.inner_text('body')}") from None

    async def all_see(self, text: str) -> None:
        """Wait until a text is on all screens."""
        await asyncio.gather(*(student.sees(text) for student in self.students))

    async def says(self, message: Message) -> None:
        """A command of the experimenter; it is accepted."""
        answer = await self.experimenter.say(message)
        assert answer.directive == "accepted", (message, answer)

    async def goes_on(self, heading: str) -> None:
        """The next stage begins, and all see it."""
        await self.says(AdvanceStage())
        await self.all_see(heading)

    async def falls_and_rises(self, while_down: str) -> None:
        """The server is killed, all pages say so, and it comes back at its place."""
        await self.experimenter.leave()
        self.serving.kill()
        await self.all_see(while_down)
        recording = str(self.serving.recording)
        self.serving: Serving = await asyncio.to_thread(serve, "--recover", recording, cwd=self.folder)
        await self.conducts()

    async def closes(self) -> None:
        """Whatever is left is ended."""
        await self.experimenter.leave()
        if self.serving.process.poll() is None:
            self.serving.kill()
        else:
            self.serving.end()
        for student in self.students:
            await student.page.context.close()
