"""The page in a browser, in one run: python -m benchmarks.bench_page [--seconds S] [--loads N]

Printed: milliseconds from the first byte of the page to a name that can be typed, on loopback and on an emulated slow
net; the share of the main thread's time that a market of 50 seats takes, and the heap as its facts go by; a tap until
the answer is on the screen, beside a plain line's answers. Needs Playwright and Chromium; ends by itself.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.bench_page_lines import served
from benchmarks.floods import begin
from p2p.messages import Ask, Start
from tests.plays.lab import Serving, serve
from tests.plays.page_plays import browser
from tests.plays.trader import Trader

SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""A slow 3G net as web tests have it: 400 ms, 400 kbit/s."""
USABLE = """new MutationObserver(() => {
    if (!window.usable && document.querySelector("input#name"))
        requestAnimationFrame(() => (window.usable ??= performance.now()));
}).observe(document, { subtree: true, childList: true });"""
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SINCE_FIRST_BYTE = "window.usable - performance.getEntriesByType('navigation')[0].responseStart"
TAP = """async price => {
    const said = () => document.querySelector(".answer")?.textContent ?? "";
    const field = document.querySelector("input#price");
    field.value = price;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const from = performance.now();
    document.querySelector("form button.send").click();
    while (!said().includes(` ${price}.`) || !said().startsWith("✓")) {
        if (performance.now() - from > 5000) throw new Error(said());
        await new Promise(done => requestAnimationFrame(done));
    }
    return performance.now() - from;
}"""
SMALL = """
title = "Two"
periods = 1
period_s = 600
break_s = 0
start = "experimenter"
institution = { name = "continuous", price_min = 1, price_max = 100000, tick = 1 }
environment = { buyers = [[90000]], sellers = [[1]] }
"""


def told(name: str, values: list[float], unit: str = "ms") -> float:
    """A row of the table; the median."""
    ordered = sorted(values)
    median, most = statistics.median(ordered), ordered[-1]
    print(f"| {name} | {median:.1f} {unit} | {ordered[0]:.1f}–{most:.1f} | {len(values)} |", flush=True)
    return median


async def usable(one: Any, address: str, slow: bool) -> float:
    """One load by a browser that has never been here."""
    context = await one.new_context(viewport={"width": 390, "height": 780})
    page = await context.new_page()
    if slow:
        devtools = await context.new_cdp_session(page)
        await devtools.send("Network.enable")
        await devtools.send("Network.emulateNetworkConditions", SLOW)
    await page.add_init_script(USABLE)
    await page.goto(address)
    await page.get_by_role("textbox", name="Name").wait_for()
    await page.evaluate(DRAWN)
    took = float(await page.evaluate(SINCE_FIRST_BYTE))
    await context.close()
    return took


async def busy(one: Any, where: dict[str, Any], seconds: float) -> None:
    """A seat of a market in which ten robots trade as fast as in the load tests."""
    context = await one.new_context(viewport={"width": 390, "height": 780})
    page = await context.new_page()
    await page.goto(f"{where['page']}#{where['seats'][0]['code']}")
    await page.get_by_role("textbox", name="Name").fill("Ana")
    await page.get_by_role("button", name="Join").click()
    await page.get_by_text("Your role:").wait_for()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Performance.enable")
    await devtools.send("HeapProfiler.enable")
    await begin(where["url"], where["control"])
    await page.get_by_role("spinbutton", name="Price").wait_for()
    shares: list[float] = []
    heaps: list[float] = []
    for _ in range(6):
        before, began = await metrics(devtools), time.monotonic()
        await asyncio.sleep(seconds / 6)
        after, took = await metrics(devtools), time.monotonic() - began
        shares.append(100 * (after["TaskDuration"] - before["TaskDuration"]) / took)
        await devtools.send("HeapProfiler.collectGarbage")
        heaps.append((await metrics(devtools))["JSHeapUsedSize"] / 1e6)
    told("main thread busy", shares, "%")
    told("heap after a collection", heaps, "MB")
    print(f"heap at the end to its second sixth: {heaps[-1] / heaps[1]:.2f}")
    await context.close()


async def metrics(devtools: Any) -> dict[str, float]:
    """What the browser counts."""
    return {one["name"]: one["value"] for one in (await devtools.send("Performance.getMetrics"))["metrics"]}


async def taps(one: Any, serving: Serving, count: int) -> None:
    """Prices sent by a page, and as many by a plain line."""
    where = serving.where
    context = await one.new_context(viewport={"width": 390, "height": 780})
    people: list[Any] = []
    for seat in where["seats"]:
        page = await context.new_page()
        people.append(page)
        await page.goto(f"{where['page']}#{seat['code']}")
        other = page.get_by_role("button", name="Join with another code")
        if await other.count():
            await other.click()
        await page.get_by_role("textbox", name="Name").fill("Ana")
        await page.get_by_role("button", name="Join").click()
        await page.get_by_text("Your role:").wait_for()
    experimenter = await Trader.join(where["url"], where["control"], conducts=True)
    await experimenter.say(Start())
    await experimenter.leave()
    for page in people:
        await page.get_by_role("spinbutton", name="Price").wait_for()
    sells = bool(await people[0].get_by_role("button", name="Ask").count())
    buyer, seller = people[::-1] if sells else people
    await buyer.bring_to_front()
    page_ms = [float(await buyer.evaluate(TAP, str(price))) for price in range(101, 101 + count)]
    await seller.close()
    seat = where["seats"][0 if sells else 1]
    line = await Trader.join(where["url"], seat["code"])
    line_ms = []
    for price in range(80_000, 80_000 - count, -1):
        began = time.perf_counter()
        await line.say(Ask(price))
        line_ms.append(1e3 * (time.perf_counter() - began))
    await line.leave()
    of_page, of_line = told("tap to confirmed", page_ms), told("a plain line's answer", line_ms)
    print(f"tap beyond a plain line's answer, median: {of_page - of_line:.1f} ms")
    await context.close()


def lines(folder: Path) -> int:
    """How many lines the journal of the busy market has."""
    return sum(file.read_bytes().count(b"\n") for file in folder.glob("*smith*/journal.jsonl"))


async def measured(seconds: float, loads: int) -> None:
    """All figures."""
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores")
    print("| figure | median | range | n |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "two.toml").write_text(SMALL)
        two = serve("two.toml", "--port", "0", cwd=folder)
        server, where = served(folder)
        try:
            async with browser() as one:
                for slow, of in ((False, loads), (True, max(1, loads // 4))):
                    times = [await usable(one, two.where["page"], slow) for _ in range(of)]
                    told(f"first usable screen, {'slow 3G' if slow else 'loopback'}", times)
                await taps(one, two, 10 * loads)
                await busy(one, where, seconds)
            print(f"lines of that market's journal: {lines(folder)}; load {os.getloadavg()[0]:.2f}")
        finally:
            two.kill()
            server.terminate()
            server.wait(20)


def main() -> None:
    """The figures of this machine."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--loads", type=int, default=12)
    said = parser.parse_args()
    asyncio.run(measured(said.seconds, said.loads))


if __name__ == "__main__":
    main()
