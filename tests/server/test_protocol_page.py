"""docs/protocol.md for clients of others: its bot runs as it stands, its tables say what the server does."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from p2p.base.units import EXPERIMENTER, GATEWAY, SECOND
from p2p.messages import Accepted, Bid, Contract, Open, Pause, Paused, Start
from p2p.messages.envelope import Envelope
from p2p.protocol.frames import Fault
from p2p.protocol.server_connection import FAULTS_MAX
from p2p.scenario.terms import CallTerms
from p2p.session.session import Session
from recordings.docs.protocol_page import CLOSE_CODES, ERRORS, LIMITS
from recordings.journal.store import read_folder
from server.connections.entrance import WORDS
from server.connections.gateway import CLOSED_WITH
from server.limits import DEFAULT
from tests import ROOT
from tests.plays.lab import GUARD_S, serve
from tests.plays.play import small
from tests.plays.server_plays import trading

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
HOW = "ws://127.0.0.1:8765"


def sample_bot() -> str:
    """The longest block of Python on the page."""
    return max(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL), key=len)


def test_the_pages_bot_is_what_scripts_look_for() -> None:
    bot = sample_bot()
    assert "import websockets" in bot
    assert HOW in bot
    assert 'os.environ["PIT_CODE"]' in bot
    compile(bot, "sample.py", "exec")


@pytest.mark.parametrize("scenario", ["smith-1962-test-1", "open-book", "call-market", "energy-day"])
def test_the_pages_bot_trades_as_it_stands_and_ends_with_the_session(tmp_path: Path, scenario: str) -> None:
    words = [
        "--port",
        "0",
        "--period-s",
        "1",
        "--break-s",
        "0.2",
        "--periods",
        "2",
        "--reaction-s",
        "0.1",
        "--seed",
        "2",
    ]
    robots = {"smith-1962-test-1": 18, "open-book": 4, "call-market": 4, "energy-day": 4}[scenario]
    serving = serve(scenario, *words, "--seed", "2", "--bots", f"zic:{robots}", cwd=tmp_path)
    (tmp_path / "sample.py").write_text(sample_bot().replace(HOW, serving.where["url"]))
    bots = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "sample.py"],
            cwd=tmp_path,
            env=dict(os.environ, PIT_CODE=one["code"]),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for one in serving.where["seats"]
    ]
    said = [bot.communicate(timeout=GUARD_S)[0] for bot in bots]
    assert [(bot.returncode, words) for bot, words in zip(bots, said, strict=True)] == [(0, "")] * len(bots)
    assert serving.end() == 0
    seats = {one["seat"] for one in serving.where["seats"]}
    made = [
        event.message
        for record in read_folder(serving.recording).records()
        for event in record.read_events()
        if isinstance(event.message, Contract) and event.message.buyer is not None
    ]
    assert any({one.buyer, one.seller} & seats for one in made)


def test_a_bot_with_a_wrong_code_fails(tmp_path: Path) -> None:
    serving = serve("smith-1962-test-1", "--port", "0", cwd=tmp_path)
    (tmp_path / "sample.py").write_text(sample_bot().replace(HOW, serving.where["url"]))
    done = subprocess.run(
        [sys.executable, "sample.py"],
        cwd=tmp_path,
        env=dict(os.environ, PIT_CODE="WRONGONE"),
        capture_output=True,
        text=True,
        timeout=GUARD_S,
        check=False,
    )
    serving.kill()
    assert done.returncode != 0
    assert done.stdout.startswith("wrong_code")


def codes_in(path: Path) -> set[str]:
    """The codes of all ProtocolErrors that a file raises."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "ProtocolError"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_error_of_the_server_stands_on_the_page_with_its_close_code() -> None:
    files = [one for one in (ROOT / "server").rglob("*.py") if "mqtt" not in one.parts]
    files += [ROOT / "p2p" / "protocol" / "server_connection.py", ROOT / "p2p" / "protocol" / "codec.py"]
    found = set[str]().union(*map(codes_in, files)) - {"bad_template"}
    assert found | set(WORDS) == {code for code, _, _ in ERRORS}
    said = {code: ends for code, _, ends in ERRORS}
    for code, closed_with in CLOSED_WITH.items():
        assert said[code] == f"closed, {closed_with}"
    assert set(CLOSED_WITH.values()) <= {code for code, _, _ in CLOSE_CODES}


def test_the_limits_on_the_page_are_the_servers() -> None:
    assert {name: most for name, most, _ in LIMITS} == {name: getattr(DEFAULT, name) for name, _, _ in LIMITS}


def test_the_page_has_the_rules_terms_and_defaults() -> None:
    for title in ("PublicRules", "Terms", "CallTerms", "Charges", "EnergyRules"):
        assert f"\n### {title}\n" in PAGE
    assert '| `order_life` | `interval`, `period`, `session` | `"interval"` |' in PAGE
    assert "| `price_min` | integer | required |" in PAGE


async def test_an_error_says_the_token_that_is_expected_next(host) -> None:
    async with host() as hosted:
        _, (buyer, *_) = await trading(hosted)
        assert isinstance(await buyer.say(Bid(10)), Accepted)
        for wrong, code in (
            ('{"directive":"bid","payload":{"price":"90"},"token":2}', "bad_payload"),
            ('{"directive":"bid","payload":{"price":90},"token":3}', "token_gap"),
            ('{"directive":"bid","payload":{"price":90},"token":9}', "token_gap"),
            ('{"directive":"teleport","token":2}', "unknown_directive"),
            ('{"directive":"start","token":2}', "not_yours"),
        ):
            await buyer.send(wrong)
            fault = await buyer.fault()
            assert (fault.code, fault.token) == (code, 2)
        await buyer.send('{"directive":"bid","payload":{"price":90},"token":2}')
        await buyer.until(lambda: any(one.token == 2 for one in buyer.all(Accepted)))


async def test_a_client_that_heeds_the_error_is_never_mute(host) -> None:
    """One that says far more than it may, and counts on: what is expected brings it back at once."""
    async with host() as hosted:
        _, (buyer, *_) = await trading(hosted)
        for token in range(1, 61):
            await buyer.send(json.dumps({"directive": "bid", "payload": {"price": 300}, "token": token}))
        await buyer.until(lambda: len(buyer.faults) + len(buyer.line.pending) >= 20)
        expected = {fault.token for fault in buyer.faults}
        assert {fault.code for fault in buyer.faults} <= {"too_fast", "token_gap"}
        assert len(expected) == 1
        (token,) = expected
        assert token == 41, "forty at once"


async def test_the_twentieth_error_closes_and_those_that_are_said_again_do_not_count(host) -> None:
    async with host() as hosted:
        _, (buyer, seller, *_) = await trading(hosted)
        for _ in range(FAULTS_MAX + 5):
            await seller.send('{"directive":"bid","payload":{"price":90},"token":7}')
            assert (await seller.fault()).code == "token_gap"
        for _ in range(FAULTS_MAX - 1):
            await buyer.send('{"directive":"teleport","token":1}')
            assert (await buyer.fault()).code == "unknown_directive"
        await buyer.send('{"directive":"teleport","token":1}')
        last = await buyer.fault()
        assert last == Fault("too_many_faults", last.why)
        assert (await buyer.closed())[0] == 4003
        assert any(f"The {FAULTS_MAX}th error" in line for line in PAGE.splitlines())


def test_what_is_left_in_a_market_of_several_calls_is_said_as_it_is() -> None:
    assert "In a market of several calls that mark is the next call" in PAGE
    rules = small(start="experimenter", period_s=60.0)
    called = replace(rules.institution, name="call", call=CallTerms(calls=4))
    session = Session(replace(rules, institution=called), 1)
    session.handle(Envelope(GATEWAY, Open()), 0)
    session.handle(Envelope(EXPERIMENTER, Start(), token=1), 0)
    events = session.handle(Envelope(EXPERIMENTER, Pause(), token=2), 5 * SECOND)
    (paused,) = {event.message for event in events if isinstance(event.message, Paused)}
    assert paused.left_us == 10 * SECOND, "of the first call's fifteen"
