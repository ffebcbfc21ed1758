"""A browser for the tests of the page: Debian's Chromium, headless, in which nothing is fetched from elsewhere."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import pytest

from p2p.information.view_state import ViewState
from server.web.answers import policy
from server.web.static_files import TYPES
from tests.plays.web_plays import STATIC

LAB = "http://lab.test/"
WIRE = """
export class Line {
	constructor(url, handlers) { this.handlers = handlers; this.said = window.said = []; }
	join({ ask }) {
		const tell = (directive, payload) => this.handlers.frame({ directive, payload }), seat = window.view.seat;
		if (ask) {
			tell("door", { code: "seat", wants: [] });
			return this.handlers.refused({ code: "asked", why: "" });
		}
		tell("welcome", { session: "s", seat, resume: "r", token: 0, rules: window.view.rules });
	}
	say(message) { return { token: this.said.push(message) }; }
	wake() {}
}
"""
FOLD = """
export * from "./real-fold.js";
export class Fold {
	constructor({ payload }) { this.session = payload.session; }
	received() {}
	view() { return window.view; }
	sent() {}
	lost() {}
	takeDownWords() { window.view.words = []; }
}
"""
"""A line and a fold that show one view: what a screen makes of it is the question."""


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    """A browser; the test is skipped where there is none, and fails on the tests' own machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        path = None
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium or Playwright is missing: the tests' own machine has them")
        pytest.skip("no Chromium, or no Playwright (pip install playwright): the page is not opened")
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        await one.close()


@contextlib.asynccontextmanager
async def phone(browser: Any, width: int = 320, height: int = 640, **more: Any) -> AsyncIterator[Any]:
    """A device of its own with a page; what the page complains of is in `page.complaints`."""
    context = await browser.new_context(viewport={"width": width, "height": height}, **more)
    page = await context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: page.complaints.append(f"a dialog: {dialog.message}"))
    yield page
    await context.close()


async def showing(page: Any, view: ViewState | Mapping[str, Any], path: str = "#CODE") -> None:
    """Bring a page to the screen of a view."""
    text = msgspec.json.encode(view).decode()
    await page.add_init_script(f"window.view = {text}")
    await page.route("**/*", _answer)
    await page.goto(LAB + path)
    if path != "watch":
        await page.get_by_role("textbox", name="Name").fill("Ana")
        await page.get_by_role("button", name="Join").click()
    await page.wait_for_selector("h1:not(:text('Trading lab'))")


async def shown_next(page: Any, view: ViewState | Mapping[str, Any]) -> None:
    """Another view on the same page, drawn when this returns."""
    text = msgspec.json.encode(view).decode()
    drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    await page.evaluate(f"window.view = {text}; dispatchEvent(new Event('resize')); {drawn}")


async def has_value(field: Any, text: str) -> None:
    """Wait until a field has a text."""
    from playwright.async_api import expect

    await expect(field).to_have_value(text)


async def _answer(route: Any) -> None:
    name = re.sub(r"^https?://[^/]*/|[?#].*", "", route.request.url)
    name = {"": "index.html", "watch": "index.html"}.get(name, name)
    made = {"wire.js": WIRE, "fold.js": FOLD, "link": LAB, "qr.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
    file = STATIC / name.replace("real-", "")
    body = made.get(name) or (file.read_text() if file.exists() else None)
    kind = "image/svg+xml" if name == "qr.svg" else TYPES.get(os.path.splitext(name)[1], "text/plain")
    headers = {"content-type": kind, "content-security-policy": policy("lab.test")}
    await route.fulfill(status=404 if body is None else 200, body=body or "", headers=headers)


async def said(page: Any) -> list[dict[str, Any]]:
    """The messages that the page has sent."""
    return list(json.loads(await page.evaluate("JSON.stringify(window.said)")))
