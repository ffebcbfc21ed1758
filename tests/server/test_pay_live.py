"""Pay over real sockets: the server draws, each person hears of their own alone, and the files beside it know more."""

import asyncio
import io
import re

import msgspec
import pytest
from click.testing import CliRunner

from bots.experimenter import conduct
from p2p.analysis.pay_rows import PayError
from p2p.messages import AdvanceStage, Agree, Earned, Ended, EndPeriod, PaidPeriod, Schedule, Start
from p2p.protocol.client_connection import ClientProtocol
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from pit import cli
from recordings.journal.store import Recovered, read_folder
from recordings.scoring.payments import payments
from server.hosted_session import HostedSession, Joining, open_again, open_new
from tests.plays.brokers import listening, mosquitto, needs_mosquitto
from tests.plays.hosted import GUARD_S, Hosted, hosting
from tests.plays.mqtt_plays import publishing, trade
from tests.plays.paid import SCENARIO
from tests.server.test_console_canary import heard

FEES = "fee = 5.0, base = 2.0, floor = -1.0"
STRANGE = "fee = 7131.25, base = 911.5, floor = -1.0"
"""Money that nothing else in a session looks like."""
AMOUNT = re.compile(r"7131\.25|911\.5|804[2-4]\.\d")
LABELS = ("canary-label-1", "canary-label-2", "canary-label-3")


def scenario(pay: str, stages: str) -> Scenario:
    text = SCENARIO.format(pay=pay, more="", lengths="", stages=stages).replace(FEES, STRANGE)
    return parse(text)


SHORT = """
[[stage]]
kind = "consent"
text = "Do you agree?"
[[stage]]
kind = "trade"
period_s = 60.0
break_s = 60.0
[[stage]]
kind = "debrief"
advance = "experimenter"
pages = ["So it was."]
[[stage]]
kind = "earnings"
"""


def three(hosted: Hosted) -> list[ClientProtocol]:
    lines = [ClientProtocol(hosted.codes[seat], "human", f"canary-name-{seat}") for seat in range(3)]
    for line, label in zip(lines, LABELS, strict=True):
        line.label = label
    return lines


async def to_the_debrief(hosted: Hosted):
    traders = [await hosted.login(line) for line in three(hosted)]
    experimenter = await hosted.experimenter()
    await experimenter.say(Start())
    for trader in traders:
        await trader.say(Agree(0, True))
    await experimenter.say(Start())  # the break is over
    roles = {(await trader.until_told(Schedule)).role: trader for trader in traders}
    await trade(roles["buyer"], roles["seller"], 80)
    await experimenter.say(EndPeriod())
    return traders, experimenter


@needs_mosquitto
async def test_no_name_label_or_amount_is_in_journal_log_broker_or_another_seat(tmp_path) -> None:
    log = io.StringIO()
    parts = open_new(
        scenario(', paid = "one period"', SHORT), "paid", 1, tmp_path / "recordings", "test",
        joining=Joining(labels=LABELS),
    )  # fmt: skip
    folder = parts.store.folder
    async with (
        mosquitto(tmp_path) as broker,
        listening(broker.broker) as published,
        hosting(parts, HostedSession(parts, log=log)) as hosted,
        publishing(hosted, broker.broker),
    ):
        public = ClientProtocol("", "human")
        public.watched = 0
        socket, kept = await hosted.raw(), list[str]()
        await socket.send(public.login(), text=True)
        watching = asyncio.create_task(heard(socket, kept))
        traders, experimenter = await to_the_debrief(hosted)
        assert await experimenter.say(AdvanceStage())
        found = {trader.welcome.seat: await trader.until_told(Earned) for trader in traders}
        assert all(one.period == 1 and AMOUNT.search(one.amount) for one in found.values())
        await experimenter.say(AdvanceStage())
        async with asyncio.timeout(GUARD_S):
            await hosted.running
        watching.cancel()
        for trader in traders:
            mine = [one.message for one in trader.told if isinstance(one.message, Earned)]
            assert mine == [found[trader.welcome.seat]], "one's own, once"
        await published.until(lambda: published.last("state").get("phase") == "ended")
    said = [record.envelope() for record in read_folder(folder).records()]
    assert [one.sender for one in said if isinstance(one.message, PaidPeriod)] == ["gateway"]
    places = {
        "journal": (folder / "journal.jsonl").read_text(encoding="utf-8").split("\n", 1)[1],  # the header is the file's
        "log": log.getvalue(),
        "broker": repr(published.heard),
        "public": "".join(kept),
    }
    assert len(places["log"]) > 100
    assert len(places["broker"]) > 100
    for place, text in places.items():
        assert "canary" not in text, place
        assert not AMOUNT.search(re.sub(r'"payment":\{[^}]*\}', "", text)), place  # the rules of pay are public
    counted = payments(folder)
    assert {one.seat: one.amount for one in counted.rows} == {seat: one.amount for seat, one in found.items()}
    done = CliRunner().invoke(cli, ["pay", str(folder), "--out", str(tmp_path / "pay")])
    assert done.exit_code == 0, done.output
    written = (tmp_path / "pay" / "payments.csv").read_text()
    assert all(label in written for label in LABELS)
    assert "canary-name" not in written
    assert all(f"canary-name-{seat}" in (tmp_path / "pay" / "payments.html").read_text() for seat in range(3))


async def test_a_die_is_typed_by_pay_period_and_the_server_draws_no_more(tmp_path) -> None:
    parts = open_new(scenario(', paid = "one period"', SHORT), "paid", 1, tmp_path / "recordings", "test")
    parts.stays = True
    async with hosting(parts) as hosted:
        traders, _ = await to_the_debrief(hosted)
        with pytest.raises(PayError, match="is still running; pay when the session has ended"):
            payments(parts.store.folder)
        assert await conduct(hosted.url, parts.control, "pay-period", PaidPeriod(1))
        await conduct(hosted.url, parts.control, "advance", AdvanceStage())
        assert (await traders[0].until_told(Earned)).period == 1
        await conduct(hosted.url, parts.control, "advance", AdvanceStage())
        await traders[0].until_told(Ended)
        assert payments(parts.store.folder).period == 1, "its server stays"
    senders = [one.envelope() for one in read_folder(parts.store.folder).records()]
    assert [one.sender for one in senders if isinstance(one.message, PaidPeriod)] == ["experimenter"]


async def test_a_draw_that_a_crash_has_swallowed_is_made_when_the_session_comes_back(tmp_path) -> None:
    parts = open_new(scenario(', paid = "one period"', SHORT), "paid", 1, tmp_path / "recordings", "test")
    folder = parts.store.folder
    async with hosting(parts) as hosted:
        _, experimenter = await to_the_debrief(hosted)
        await experimenter.say(AdvanceStage())
        hosted.host.stop()
        await hosted.running
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    drawn = next(number for number, line in enumerate(lines) if b'"paid_period"' in line)
    journal.write_bytes(b"".join(lines[:drawn]))  # the advance was synced, the draw was not
    async with hosting(open_again(Recovered(folder), 0)) as hosted:
        await hosted.until(lambda: hosted.host.opened.session.paying.period == 1)
        assert hosted.host.opened.session.paying.told == {0, 1, 2}


async def test_a_session_without_stages_is_drawn_and_told_with_its_end(tmp_path) -> None:
    paid = scenario(', paid = "one period"', SHORT)
    plain = msgspec.structs.replace(paid, stage=(), periods=1, period_s=60.0)
    parts = open_new(plain, "paid", 1, tmp_path / "recordings", "test")
    async with hosting(parts) as hosted:
        traders = [await hosted.login(line) for line in three(hosted)]
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        for trader in traders:
            await trader.until_told(Schedule)
        await experimenter.say(EndPeriod())
        earned = [await trader.until_told(Earned) for trader in traders]
        assert [one.period for one in earned] == [1, 1, 1]
        assert all(any(isinstance(one.message, Ended) for one in trader.told) for trader in traders)
        async with asyncio.timeout(GUARD_S):
            assert await hosted.running == 0
