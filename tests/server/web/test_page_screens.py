"""Screens of the page in a browser, each from one view: nothing of others runs, the keyboard suffices, all fits."""

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from p2p.information.view_fold import ViewFold
from p2p.information.view_state import ViewState
from p2p.protocol.frames import NumberedFact
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from tests.p2p.stages.test_stages import Hour
from tests.plays.hour_plays import HOUR, HourLine
from tests.plays.page_plays import browser, has_value, phone, said, showing, shown_next
from tests.plays.tui_plays import seat_of
from tests.plays.tui_scenes import SCENARIOS, Scene, facts_of
from tests.plays.web_plays import npm_file

EVIL = "<img src=x onerror=window.ran=1><script>window.ran=1</script>\u202egnp.exe" + "W" * 10_000
TARGETS = "button, summary, label.option, input:not([type=radio], [type=checkbox])"
HEIGHTS = "all => all.map(one => one.getBoundingClientRect().height)"
MARKDOWN = f"# {EVIL}\n\n[a](javascript:window.ran=1) <b onclick=window.ran=1>b</b>\n\n| <i>a</i> |\n|---|\n| {EVIL} |"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one() -> AsyncIterator[Any]:
    """One browser for all of this file."""
    async with browser() as found:
        yield found


def view_of(scene: Scene) -> ViewState:
    """What a seat is shown in a scene."""
    scenario = SCENARIOS[scene.scenario]()
    seat = 0 if scenario.energy else seat_of(scenario, scene.role)
    facts, at = facts_of(scene, scenario, seat)
    fold = ViewFold(public_rules(scenario), seat)
    for fact in facts:
        fold.fold(fact)
    return fold.view(at, results=scene.phase == "results")


def first_stage() -> ViewState:
    """A person's screen as an hour begins."""
    line = HourLine(Hour(parse(HOUR)))
    fold = ViewFold(public_rules(line.scenario), 0)
    number = 0
    for _, at, events in line.hour.heard:
        for event in events:
            if (message := line.shown(event)) is not None:
                number += 1
                fold.fold(NumberedFact(number, at, message))
    return fold.view(line.hour.now)


def plain(view: ViewState) -> dict[str, Any]:
    return dict(json.loads(msgspec.json.encode(view)))


def poisoned() -> list[dict[str, Any]]:
    """Screens whose texts of others are an attack."""
    lobby, trade, stage = (
        plain(one) for one in (view_of(Scene("standing", "lobby")), view_of(Scene("book", "paused")), first_stage())
    )
    lobby["rules"] |= {"title": EVIL, "instructions": EVIL}
    lobby["seats"]["names"] = [EVIL, "b"]
    lobby["announced"] = EVIL
    trade["words"] = [{"kind": "told", "text": EVIL, "at": 9}]
    trade["rules"]["title"] = trade["rules"]["currency"] = EVIL
    stage["stage"]["shown"] |= {"title": EVIL, "pages": [MARKDOWN]}
    asked = {"ask": EVIL, "kind": "choice", "options": [EVIL, "b"], "points": 7, "low": None, "high": None}
    question = json.loads(json.dumps(stage))
    question["stage"] |= {"asked": [0], "settled": [], "responded": None}
    question["stage"]["shown"] |= {"kind": "questions", "questions": [asked], "pages": []}
    return [lobby, trade, stage, question]


async def test_nothing_of_others_runs_and_nothing_breaks_the_layout(one: Any) -> None:
    for view in poisoned():
        async with phone(one) as page:
            await showing(page, view)
            assert not await page.evaluate("window.ran"), "a text of others ran"
            assert await page.locator("#app :is(img, script, b[onclick], a[href^=javascript])").count() == 0
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert "\u202e" not in await page.inner_text("#app")
            assert page.complaints == []


def screens() -> list[ViewState]:
    """Every market while it trades, the other screens once each."""
    scenes = [Scene(name, "trading") for name in SCENARIOS] + [
        Scene("standing", "break"),
        Scene("book", "results"),
        Scene("energy", "lobby"),
        Scene("call", "paused", "seller"),
    ]
    return [first_stage(), *map(view_of, scenes)]


async def test_axe_finds_nothing_serious_on_any_screen(one: Any) -> None:
    axe = npm_file("axe-core/axe.min.js").read_text(encoding="utf-8")
    async with phone(one, bypass_csp=True, reduced_motion="reduce") as page:
        await showing(page, first_stage())
        await page.evaluate(axe)
        for view in screens():
            await shown_next(page, view)
            found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            serious = [one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")]
            assert serious == [], (view.rules.title, view.clock.phase)


async def test_every_market_and_stage_fits_on_a_small_phone(one: Any) -> None:
    async with phone(one) as page:
        await showing(page, first_stage())
        for view in screens():
            await shown_next(page, view)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            heights = await page.eval_on_selector_all(
                TARGETS, "all => all.map(one => one.getBoundingClientRect().height)"
            )
            assert [one for one in heights if 0 < one < 24] == []
        assert page.complaints == []


def untraded(view: ViewState) -> dict[str, Any]:
    """The same with a unit to trade, worth 300 to a buyer."""
    found = plain(view)
    found["own"] |= {"traded": 0, "units_left": 1, "unit_value": 300, "step_left": 1, "prices": []}
    return found


async def test_a_buyer_trades_by_keyboard_alone(one: Any) -> None:
    view = untraded(view_of(Scene("standing", "trading")))
    async with phone(one) as page:
        await showing(page, view)
        price = page.get_by_role("spinbutton", name="Price")
        assert await page.get_by_role("timer").inner_text() == "0:36"
        assert await page.get_by_role("table", name="Your units").get_by_role("row").count() == 2
        await price.focus()
        await page.keyboard.press("ArrowUp")
        better = view["bid"]["price"] + 1
        await has_value(price, str(better))
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name=f"Buy at {view['ask']['price']}, gain 105").press("Enter")
        assert await said(page) == [
            {"directive": "bid", "payload": {"price": better}},
            {"directive": "buy", "payload": {"price": view["ask"]["price"]}},
        ]


async def test_a_bad_price_is_answered_on_pressing_and_a_loss_is_asked_twice(one: Any) -> None:
    view = untraded(view_of(Scene("standing", "trading")))
    view["rules"] |= {"no_loss": False, "loss_confirm": True}
    async with phone(one) as page:
        await showing(page, view)
        await page.get_by_role("spinbutton", name="Price").fill("1e9")
        bid = page.get_by_role("button", name="Bid")
        assert await bid.is_enabled()
        await bid.click()
        alert = page.get_by_role("alert")
        assert await alert.inner_text() == "✘ Not sent: a price is a whole number of cents."
        await page.get_by_role("spinbutton", name="Price").fill("320")
        await page.get_by_role("button", name="Bid 320").click()
        assert "could LOSE 20 cents" in await alert.inner_text()
        assert await said(page) == []
        await page.get_by_role("button", name="Bid: you could LOSE 20").click()
        assert await said(page) == [{"directive": "bid", "payload": {"price": 320, "confirmed": True}}]


async def test_the_field_that_is_typed_in_stays_while_the_market_moves(one: Any) -> None:
    view = untraded(view_of(Scene("standing", "trading")))
    async with phone(one) as page:
        await showing(page, view)
        await page.get_by_role("spinbutton", name="Price").fill("12")
        await page.evaluate("window.was = document.activeElement; window.view.bid.price = 195; window.view.news = null")
        await page.keyboard.type("3")
        await page.get_by_text("195", exact=True).first.wait_for()
        assert await page.evaluate("window.was === document.activeElement && window.was.value") == "123"


async def test_declining_and_withdrawing_are_asked_twice(one: Any) -> None:
    async with phone(one) as page:
        await showing(page, first_stage())
        await page.get_by_role("button", name="I decline").click()
        await page.get_by_role("button", name="Yes").click()
        assert await said(page) == []
        await page.get_by_role("button", name="No").click()
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="I agree").click()
        await page.get_by_role("button", name="Rules").click()
        await page.get_by_role("button", name="Withdraw from the session").click()
        await page.get_by_role("button", name="Yes").click()
        await page.get_by_text("Really withdraw?").wait_for()
        await page.get_by_role("button", name="Yes").click()
        agreed = {"directive": "agree", "payload": {"stage": 0, "yes": True, "data_use": True}}
        assert await said(page) == [agreed, {"directive": "withdraw", "payload": {}}]


async def test_an_own_order_is_changed_and_cancelled(one: Any) -> None:
    view = untraded(view_of(Scene("book", "trading")))
    view["own"] |= {"orders": [{"order": 4, "side": "bid", "price": 100, "quantity": 1}], "offered": 1}
    async with phone(one) as page:
        await showing(page, view)
        await page.get_by_role("spinbutton", name="Price").fill("110")
        await page.get_by_role("button", name="Change to 110").click()
        await page.get_by_role("button", name="Cancel bid 100").click()
        replaced = {"directive": "replace", "payload": {"order": 4, "price": 110}}
        assert await said(page) == [replaced, {"directive": "cancel", "payload": {"order": 4}}]
