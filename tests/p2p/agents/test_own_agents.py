"""Agents of one's own: from a file or a package, simulated and live, and what happens when they fail."""

import asyncio
import re
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from bots.robots.fleet import run_fleet
from bots.robots.robot import OVERDUE_MAX, Robot
from p2p.agents.base import Agent
from p2p.agents.invocation import AgentFailed
from p2p.agents.registry import AgentError, check_lineup, make_agent, parse_agent_spec, parse_lineup
from p2p.messages import Ask, Bid, Contract, End, Passes, Quote
from p2p.scenario.assignment import seats_of_markets
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionSpec, play_all
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.store import read_folder
from recordings.scoring.score import fold
from tests import ROOT
from tests.plays.lab import pit
from tests.plays.play import small, told

PAGE = ROOT / "docs" / "write-an-agent.md"
HEAD = "from typing import ClassVar\nfrom p2p.agents import Agent\nfrom p2p.messages import Bid\nimport time\n"

GAZER = """
import time
from pathlib import Path
from p2p.agents import Agent


class Gazer(Agent, kw_only=True):
    def see(self, message):
        with open(Path(__file__).with_name("gazes"), "a") as gazes:
            gazes.write(".")
        while True:
            try:
                time.sleep(60)
            except Exception:
                pass

    def decide(self, view, rng):
        return None
"""
"""Sees the first fact for ever, and says each time that it has begun to."""


@pytest.fixture
def example(tmp_path: Path) -> str:
    """The page's example, in a file."""
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    lines = [line for line in code[1].splitlines() if line.strip() and '"""' not in line]
    assert len(lines) <= 10, "ten lines"
    (tmp_path / "mine.py").write_text(code[1], encoding="utf-8")
    return f"{tmp_path}/mine.py:Halfway"


def wrong(tmp_path: Path, body: str, name: str = "wrong.py") -> str:
    """An agent with this body of `decide`, in a file."""
    code = f"{HEAD}\n\nclass Wrong(Agent, kw_only=True):\n    def decide(self, view, rng):\n        {body}\n"
    (tmp_path / name).write_text(code, encoding="utf-8")
    return f"{tmp_path / name}:Wrong"


def test_the_pages_example_plays_in_simulation(example):
    simulation = Simulation(small(), [example, f"{example}/share=0.9", "zic", "zic"], 1)
    events = [event for _, _, some in simulation.play() for event in some]
    assert told(events, Quote)
    assert simulation.robots[1].agent.share == 0.9


def test_the_pages_agent_that_remembers_has_a_memory_of_its_own(tmp_path):
    _, second = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mean.py").write_text(second, encoding="utf-8")
    scenario = small(markets=2)
    simulation = Simulation(scenario, [f"{tmp_path}/mean.py:Mean"] * scenario.seats, 1)
    contracts = [event for _, _, some in simulation.play() for event in some if isinstance(event.message, Contract)]
    assert {event.market for event in contracts} == {0, 1}
    for market, seats in enumerate(seats_of_markets(scenario, 1)):
        heard = [event.message.price for event in contracts if event.market == market]
        assert [simulation.robots[seat].agent.prices for seat in seats] == [heard] * 4
    again = Simulation(scenario, [f"{tmp_path}/mean.py:Mean"] * scenario.seats, 1)
    assert [robot.agent.prices for robot in again.robots.values()] == [[]] * scenario.seats


async def test_the_pages_example_plays_live(example, host, small):
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.5, break_s=0.05)
    async with host(brief) as hosted:
        assert await run_fleet(hosted.url, [(code, f"{example}/share=1") for code in hosted.codes.values()]) == []
        assert await hosted.running == 0
        outcome = fold(read_folder(hosted.host.opened.store.folder))
        assert sum(len(made) for made in outcome.contracts.values()) > 0


def test_it_is_played_on_several_cores(example):
    tasks = [SessionSpec(k, small(), (example,) * 4, k, k) for k in range(1, 7)]
    assert [one.scores for one in play_all(tasks, 2)] == [one.scores for one in play_all(tasks, 1)]


def test_it_is_accepted_wherever_an_agent_is(example):
    assert parse_agent_spec(f"{example}/share=0.3") == (example, {"share": "0.3"})
    assert parse_lineup(f"{example}:2,zic:*", 3) == [example, example, "zic"]
    assert parse_lineup(example, 2) == [example] * 2
    assert parse_lineup(f"{example}/share=0.3", 1) == [f"{example}/share=0.3"]
    assert parse_lineup(f"{example}/share=0.3:2,zic:*", 3) == [f"{example}/share=0.3"] * 2 + ["zic"]
    assert type(make_agent("p2p.agents.strategies.zic:ZIC")).__name__ == "ZIC"


def test_commands_take_it(example, tmp_path):
    shown = pit("agents", "mine.py:Halfway", cwd=tmp_path)
    assert "share" in shown.stdout
    simulated = pit("simulate", "smith-1962-test-1", "--agents", "mine:Halfway", "--sessions", "1", cwd=tmp_path)
    assert "mine:Halfway: 1 sessions" in simulated.stdout


def test_what_an_agent_keeps_for_itself_is_no_parameter(tmp_path):
    word = wrong(tmp_path, "return None\n    _seen: int = 0\n    share: float = 0.5")
    assert "share" in pit("agents", word, cwd=tmp_path).stdout
    assert "_seen" not in pit("agents", word, cwd=tmp_path).stdout
    with pytest.raises(AgentError, match="there is no parameter '_seen'; it has share"):
        parse_agent_spec(f"{word}/_seen=3")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("none.py:Mine", "there is no file none.py"),
        ("no.such:Mine", "there is no module no.such; a file is named as a path: no/such.py:Class"),
        ("p2p.agents.strategies.zic:Zic", "p2p.agents.strategies.zic has no 'Zic'; its agents: ZIC"),
        ("mine.py", "'mine.py' is a file; its class is to be named, too: mine.py:Class"),
        ("learner/epsilon=0.1/epsilon=0.2", "'learner/epsilon=0.1/epsilon=0.2' gives epsilon twice"),
        ("p2p.agents.strategies.zic:Random", "p2p.agents.strategies.zic:Random is no agent"),
    ],
)
def test_what_is_not_there_is_said(word, said):
    with pytest.raises(AgentError) as caught:
        parse_agent_spec(word)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("zip/c_r=1.5", "zip: c_r is '1.5', it must be a number from 0 to 1"),
        ("zip/c_r=much", "zip: c_r is 'much', it must be a number from 0 to 1"),
        ("zip/c_r=nan", "zip: c_r is 'nan', it must be a number from 0 to 1"),
        ("zip/c_r=", "zip: c_r is '', it must be a number from 0 to 1"),
        ("zip/dollar=2.5", "zip: dollar is '2.5', it must be a whole number from 1"),
        ("satisficer/k=0", "satisficer: k is '0', it must be a whole number from 1 to 1000"),
        ("satisficer/tua=0.3", "satisficer: there is no parameter 'tua'; did you mean 'tau'?"),
        ("satisficer/zzz=0.3", "satisficer: there is no parameter 'zzz'; it has tau, mode, k"),
        ("zic/tau=0.3", "zic: there is no parameter 'tau'; it has none"),
        (
            "satisficer/mode=k_serch",
            "satisficer: mode is 'k_serch', it must be band, k_greedy or k_search; did you mean 'k_search'?",
        ),
        ("aa/gamma=11/eta=0", "aa: gamma is '11', it must be a number from -10 to 10"),
        ("satisficer/tau", "'tau' in 'satisficer/tau' is not key=value, as in satisficer/tau=0.3"),
    ],
)
def test_a_wrong_parameter_is_said_in_one_line(word, said):
    with pytest.raises(AgentError) as caught:
        parse_agent_spec(word)
    assert str(caught.value) == said


OF_ALL_KINDS = """

class Mine(Agent, kw_only=True):
    share: float
    bold: bool = False
    names: list[str] = []
    when: complex = 1j

    def __post_init__(self):
        if self.bold and self.share < 0.5:
            raise ValueError("who is bold needs a share of 0.5")

    def decide(self, view, rng):
        return None
"""


def test_parameters_of_ones_own_agent_are_said_like_ours(tmp_path):
    (tmp_path / "mine.py").write_text(HEAD + OF_ALL_KINDS, encoding="utf-8")
    mine = f"{tmp_path}/mine.py:Mine"
    for settings, said in (
        ({}, "share is to be given: a number"),
        ({"share": "x"}, "share is 'x', it must be a number"),
        ({"share": "0.3", "bold": "maybe"}, "bold is 'maybe', it must be true or false"),
        ({"share": "0.3", "names": "a"}, "names is 'a', it must be list"),
        ({"share": "0.3", "when": "1"}, "when is '1', it must be complex"),
        ({"share": "0.3", "bold": "true"}, "who is bold needs a share of 0.5"),
    ):
        with pytest.raises(AgentError) as caught:
            make_agent(mine, settings)
        assert str(caught.value) == f"{mine}: {said}"
    shown = pit("agents", "mine.py:Mine", cwd=tmp_path)
    assert re.search(r"share +to be given +number", shown.stdout)
    assert re.search(r"names +\[\] +list", shown.stdout)
    assert re.search(r"when +1j +complex", shown.stdout)


def test_a_file_that_cannot_be_imported_is_shown_with_its_own_traceback(tmp_path):
    (tmp_path / "broken.py").write_text("x = 1\n1 / 0\n", encoding="utf-8")
    answered = pit("simulate", "smith-1962-test-1", "--agents", "broken.py:Mine", cwd=tmp_path)
    lines = answered.stderr.splitlines()
    assert answered.returncode == 2
    assert lines[0] == "pit: broken.py cannot be imported: ZeroDivisionError: division by zero"
    assert "Traceback" in lines[1]
    assert 'broken.py", line 2' in lines[2]
    assert not any("importlib" in line for line in lines)


def test_an_agent_says_where_it_does_not_play():
    check_lineup(["sniper", "zic"], load("smith-1962-test-1"))
    with pytest.raises(AgentError, match="sniper does not play in 'call': nothing stands"):
        check_lineup(["zic", "sniper"], load("call-market"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "Wrong: ZeroDivisionError"),
        ("return 7", "7 is no action"),
        ("return Bid(7.5)", "is no action"),
        ("return Bid(None)", "is no action"),
        ("return Bid(10**30)", "is no action"),
        ("raise SystemExit(3)", "Wrong: SystemExit: 3"),
        ("return self.decide(view, rng)", "Wrong: RecursionError"),
    ],
)
def test_a_failing_agent_ends_a_simulated_session_by_name(tmp_path, body, said):
    word = wrong(tmp_path, body)
    with pytest.raises(AgentFailed) as caught:
        list(Simulation(small(), ["zic", "zic", word, "zic"], 1).play())
    assert said in str(caught.value)
    assert f"{word} on seat 2" in str(caught.value)


def test_one_that_fails_at_a_fact_ends_it_by_name_too(tmp_path):
    body = "pass\n    learns = True\n    def see(self, message):\n        raise KeyError(message.directive)"
    word = wrong(tmp_path, body.replace("learns", "learns: ClassVar").replace("ClassVar =", "ClassVar[bool] ="))
    with pytest.raises(AgentFailed) as caught:
        list(Simulation(small(), ["zic", "zic", word, "zic"], 1).play())
    assert f"{word} on seat 2" in str(caught.value)
    assert "Wrong: KeyError" in str(caught.value)


def test_an_agent_that_has_a_see_of_its_own_learns_unless_it_says_that_it_does_not():
    class Sees(Agent, kw_only=True):
        def see(self, message):
            self.told = message

    class Inherits(Sees, kw_only=True):
        pass

    class SeesNoMore(Sees, kw_only=True):
        learns: ClassVar = False

        def see(self, message):
            raise AssertionError("nobody asked for it")

    assert [kind.learns for kind in (Agent, Sees, Inherits, SeesNoMore)] == [False, True, True, False]


@pytest.mark.parametrize("quantity", [-3, 0, 4])
def test_the_quantity_is_not_the_agents_to_say(tmp_path, quantity):
    word = wrong(tmp_path, f"return Bid(40 + int(9 * rng.random()), {quantity}) if view.role == 'buyer' else None")
    for envelope, _, _ in Simulation(small(), [word] * 2 + ["zic"] * 2, 1).play():
        assert not isinstance(envelope.message, Bid) or envelope.message.quantity == 1


def test_the_command_says_so_in_one_line(tmp_path):
    wrong(tmp_path, "return 1 / 0")
    agents = "wrong.py:Wrong:1,zic:*"
    answered = pit(*("simulate", "smith-1962-test-1", "--agents", agents, "--sessions", "5"), cwd=tmp_path)
    assert answered.returncode == 2
    assert "wrong.py:Wrong on seat 0" in answered.stderr


async def test_live_a_failing_agent_passes_and_the_session_goes_on(tmp_path, host, small, capsys):
    words = [wrong(tmp_path, "return 1 / 0"), wrong(tmp_path, "return 'buy'", "other.py"), "zic", "zic"]
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.3, break_s=0.05)
    async with host(brief) as hosted:
        assert await run_fleet(hosted.url, list(zip(hosted.codes.values(), words, strict=True))) == []
        assert await hosted.running == 0
        assert len(fold(read_folder(hosted.host.opened.store.folder)).scores()) == 2
    said = capsys.readouterr().err
    assert said.count("passes: Wrong: ZeroDivisionError: division by zero") == 1, "once, not at each look"
    assert "passes: Wrong: 'buy' is no action" in said


async def test_live_an_agent_that_takes_too_long_passes(tmp_path, host, small, capsys, monkeypatch):
    monkeypatch.setattr("bots.robots.robot.DECIDE_S_MAX", 0.0)
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.3, break_s=0.05)
    async with host(brief) as hosted:
        assert await run_fleet(hosted.url, [(code, "zic") for code in hosted.codes.values()]) == []
        records = read_folder(hosted.host.opened.store.folder).records()
        assert not any(isinstance(record.envelope().message, Bid) for record in records)
    assert "to decide, 0 s is the most" in capsys.readouterr().err


async def test_live_an_agent_that_never_returns_is_stopped_and_then_not_asked_any_more(
    tmp_path, host, small, monkeypatch
):
    monkeypatch.setattr("bots.robots.robot.DECIDE_S_MAX", 0.02)
    body = "\n        ".join(["while True:", "    try:", "        time.sleep(60)", "    except Exception: pass"])
    words = [wrong(tmp_path, body), "zic", "zic", "zic"]
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.4, break_s=0.05)
    async with host(brief) as hosted:
        experimenter = await hosted.experimenter()
        assert await run_fleet(hosted.url, list(zip(hosted.codes.values(), words, strict=True))) == []
        assert await experimenter.until_told(Passes) == Passes("slow", seat=0)
        records = list(read_folder(hosted.host.opened.store.folder).records())
        assert len([r for r in records if isinstance(r.envelope().message, Passes)]) == 1, "once, not at each look"
        assert {r.envelope().sender for r in records if isinstance(r.envelope().message, Bid | Ask)} <= {1, 2, 3}


async def test_live_an_agent_that_never_has_seen_enough_is_stopped_and_shown_no_more(
    tmp_path, host, small, monkeypatch, capsys
):
    monkeypatch.setattr("bots.robots.robot.SEE_S_MAX", 0.02)
    path = tmp_path / "gazer.py"
    path.write_text(GAZER, encoding="utf-8")
    brief = msgspec.structs.replace(small, start="when_full", period_s=0.4, break_s=0.05)
    async with host(brief) as hosted:
        experimenter = await hosted.experimenter()
        words = [f"{path}:Gazer", "zic", "zic", "zic"]
        assert await run_fleet(hosted.url, list(zip(hosted.codes.values(), words, strict=True))) == []
        assert await experimenter.until_told(Passes) == Passes("slow", seat=0)
        records = list(read_folder(hosted.host.opened.store.folder).records())
        assert len([r for r in records if isinstance(r.envelope().message, Passes)]) == 1, "once, not at each frame"
    assert (tmp_path / "gazes").read_text(encoding="utf-8") == "." * OVERDUE_MAX
    assert "facts, 0.02 s is the most" in capsys.readouterr().err


async def test_a_robot_leaves_a_market_that_it_does_not_play_in(host, small):
    call = msgspec.structs.replace(small, institution=msgspec.structs.replace(small.institution, name="call"))
    async with host(call) as hosted:
        robot = Robot(hosted.url, hosted.codes[0], "sniper")
        async with asyncio.timeout(20):
            client = await robot.run()
        assert client.closed is not None
        assert "sniper does not play in 'call'" in client.closed.why
        await (await hosted.experimenter()).say(End())
