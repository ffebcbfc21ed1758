"""The public face: `import p2p`, `import recordings`; what a researcher's script can rest on."""

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import p2p
import recordings
from p2p.sim.face.frames import DTYPES
from p2p.sim.tables.recorded_schema import OWN
from p2p.sim.tables.schema import TABLES
from tests import ROOT

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
PAGE = ROOT / "docs" / "python.md"
NAMES_MAX = 40


class Half(p2p.Agent, kw_only=True):
    """Asks for a share of the distance to the far price limit."""

    share: float = 0.5

    def decide(self, view, rng):
        if view.unit_value is None:
            return None
        limit = view.price_min if view.role == "buyer" else view.price_max
        return p2p.offer(view, view.unit_value + self.share * (limit - view.unit_value))


# --- the contract -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", [p2p, recordings])
def test_every_name_of_the_contract_is_there_and_says_what_it_is(package) -> None:
    assert len(package.__all__) < NAMES_MAX
    assert set(package._HOMES) == set(package.__all__)
    for name in package.__all__:
        thing = getattr(package, name)
        assert len(inspect.getdoc(thing) or "") > 20, name


def test_what_is_not_there_is_answered_with_what_is() -> None:
    with pytest.raises(AttributeError, match="it has Agent, AgentError"):
        _ = p2p.nothing_of_the_kind
    with pytest.raises(AttributeError, match="it has JournalError, Recording"):
        _ = recordings.nothing_of_the_kind


def test_importing_costs_nothing_and_needs_no_pandas() -> None:
    script = (
        "import sys, p2p, recordings; "
        "heavy = {'pandas', 'numpy', 'msgspec', 'matplotlib', 'websockets'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=ROOT, check=True)


FUNCTIONS = ["load_scenario", "equilibrium", "simulate", "tournament", "Simulation"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_says_arguments_errors_and_has_an_example_that_runs(name) -> None:
    text = inspect.getdoc(getattr(p2p, name)) or ""
    assert "Args:" in text
    assert "Raises:" in text
    assert "Example:" in text
    _run(text, name)


def test_the_example_of_load_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    _run(inspect.getdoc(recordings.load) or "", "load")


def _run(text: str, name: str) -> None:
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    assert test.examples
    told: list[str] = []
    failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert not failed, "".join(told)


def test_the_page_can_be_typed_along(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) > 8
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    script = tmp_path / "page.py"
    script.write_text("\n".join(blocks), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False, env=_environment()
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("200.0 6 750")
    assert (tmp_path / "path.png").stat().st_size > 5_000


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ, PYTHONPATH=str(ROOT))


# --- simulate ----------------------------------------------------------------------------------------------------


def test_a_simulation_has_the_documented_columns_with_dtypes_and_units() -> None:
    results = p2p.simulate("smith-1962-test-1", agents="zic:*", sessions=3, seed=1)
    for name in ("sessions", "periods", "contracts", "traders"):
        table, columns = getattr(results, name), TABLES[name]
        assert list(table.columns) == [column.name for column in columns]
        assert {column: str(dtype) for column, dtype in table.dtypes.items()} == {
            column.name: DTYPES[column.kind] for column in columns
        }
        assert table.attrs["format"] == 2
        assert table.attrs["units"] == {column.name: column.unit for column in columns}
    assert len(results.sessions) == 3
    assert len(results.periods) == 3 * 5
    assert (results.sessions["efficiency"] > 0.8).all()


def test_the_same_seed_gives_the_same_digits_on_any_number_of_workers() -> None:
    one = p2p.simulate("smith-1962-test-1", "zic:11,zip:*", sessions=4, seed=5)
    two = p2p.simulate("smith-1962-test-1", "zic:11,zip:*", sessions=4, seed=5, workers=2)
    assert one.traders.equals(two.traders)
    assert one.contracts.equals(two.contracts)


def test_a_simulation_is_what_the_command_plays(tmp_path: Path) -> None:
    from tests.plays.lab import pit

    said = pit("simulate", "smith-1962-test-1", "--sessions", "3", "--seed", "9", "--out", "out", cwd=tmp_path)
    assert said.returncode == 0
    lines = (tmp_path / "out" / "sessions.csv").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("efficiency")
    ours = p2p.simulate("smith-1962-test-1", sessions=3, seed=9).sessions["efficiency"]
    assert [line.split(",")[place] for line in lines[1:]] == [f"{one:.6f}" for one in ours]


def test_agents_may_be_words_classes_and_objects() -> None:
    cast = [Half, Half(share=0.25), "zic", *["zic"] * 19]
    results = p2p.simulate("smith-1962-test-1", cast, sessions=2)
    agents = results.traders.groupby("seat")["agent"].first()
    assert list(agents[:3]) == ["Half", "Half", "zic"]


def test_an_object_that_learns_begins_each_session_anew() -> None:
    class Counts(p2p.Agent, kw_only=True, dict=True):
        """Counts its looks; says them by never trading after the hundredth."""

        def decide(self, view, rng):
            self.looks = getattr(self, "looks", 0) + 1
            return

    agent = Counts()
    p2p.simulate("smith-1962-test-1", [agent] * 22, sessions=2)
    assert not hasattr(agent, "looks")


@pytest.mark.parametrize(
    ("agents", "said"),
    [
        ("zik:*", "did you mean 'zi"),
        (["zic"] * 21, "there are 22 seats and 21 agents"),
        ("zic:23", "asks for more than the 22 seats"),
    ],
)
def test_a_wrong_lineup_is_an_agent_error_with_what_to_do(agents, said) -> None:
    with pytest.raises(p2p.AgentError, match=re.escape(said)):
        p2p.simulate("smith-1962-test-1", agents)


def test_an_agent_that_raises_is_named_with_its_seat_and_line() -> None:
    class Fails(p2p.Agent, kw_only=True):
        """Fails."""

        def decide(self, view, rng):
            raise KeyError("oh")

    with pytest.raises(p2p.AgentFailed, match=r"Fails on seat \d+, .*KeyError.*line \d+"):
        p2p.simulate("smith-1962-test-1", [Fails] * 22)


def test_a_scenario_that_is_not_there_is_a_scenario_error() -> None:
    with pytest.raises(p2p.ScenarioError, match="did you mean"):
        p2p.load_scenario("smith-1962-test-11")


# --- equilibrium -------------------------------------------------------------------------------------------------


def test_equilibrium_follows_a_shift() -> None:
    first, later = (p2p.equilibrium("supply-shift", period=period) for period in (1, 6))
    assert first.price != later.price


@pytest.mark.parametrize(("period", "market"), [(0, 0), (6, 0), (1, 1), (1, -1)])
def test_a_period_or_market_that_there_is_not_is_a_value_error(period, market) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        p2p.equilibrium("smith-1962-test-1", period=period, market=market)


def test_an_energy_market_has_an_equilibrium_in_every_interval() -> None:
    assert p2p.equilibrium("energy-day", period=3).surplus_max > 0


# --- stepped from outside ----------------------------------------------------------------------------------------


def test_a_seat_decided_from_outside_is_the_agents_own_decision_for_decision() -> None:
    """What an agent would decide, decided outside of it: the same session."""
    scenario = msgspec.structs.replace(p2p.load_scenario("smith-1962-test-1"), periods=2)
    inside = p2p.Simulation(scenario, [Half(share=0.3)] * 22, seed=3)
    for _ in inside.until_decision():
        pytest.fail("nobody outside is asked")
    outside, mine = p2p.Simulation(scenario, [Half(share=0.3)] * 22, seed=3), Half(share=0.3)
    asked = 0
    for decision in outside.until_decision([0, 7]):
        asked += 1
        assert decision.seat in (0, 7)
        decision.action = mine.decide(decision.view, None)
    assert asked
    assert outside.over
    assert outside.surplus == inside.surplus
    assert [one.surplus_by_seat for one in outside.periods] == [one.surplus_by_seat for one in inside.periods]


def test_a_seat_that_is_given_no_action_trades_nothing() -> None:
    simulation = p2p.Simulation("smith-1962-test-1", "zic:*", seed=3)
    for _ in simulation.until_decision([4]):
        pass
    assert simulation.surplus.get(4, 0) == 0


def test_a_session_that_was_played_is_not_played_again() -> None:
    simulation = p2p.Simulation("smith-1962-test-1")
    list(simulation.until_decision())
    with pytest.raises(ValueError, match="has been played"):
        next(simulation.until_decision())
    with pytest.raises(ValueError, match="there is no seat 22"):
        next(p2p.Simulation("smith-1962-test-1").until_decision([22]))


# --- tournament and recordings -----------------------------------------------------------------------------------


def test_a_tournament_is_two_tables() -> None:
    met = p2p.tournament("smith-1962-test-1", ["zip", "giveaway"], sessions=4)
    assert list(met.ranking["rank"]) == [1, 2]
    assert set(met.pairs["test"]) == {"balanced", "one in many"}
    assert met.ranking.attrs["units"]["gain"] == "share"
    with pytest.raises(ValueError, match="two agents or more"):
        p2p.tournament("smith-1962-test-1", ["zip"])


def test_a_recording_is_its_scenario_its_tables_its_messages_and_its_score() -> None:
    recording = recordings.load(SAMPLE)
    assert recording.sealed
    assert recording.verify().ok
    assert recording.scenario.title.startswith("Smith")
    assert len(recording.periods) == recording.scenario.periods
    assert len(recording.messages()) == recording.verify().records
    contracts = recording.events().query("directive == 'contract'")
    assert len(contracts) == len(recording.contracts) == recording.score().whole.quantity
    assert recording.facts(0)[0].number == 1
    assert set(recording.tables()) == {*TABLES, *OWN}
    assert len(recording.orders.query("change == 'filled'")) == 2 * len(recording.contracts)


def test_no_recording_is_a_journal_error(tmp_path: Path) -> None:
    with pytest.raises(recordings.JournalError, match="no recording at"):
        recordings.load(tmp_path / "nowhere")


# --- what a newcomer does ----------------------------------------------------------------------------------------


def test_one_class_or_object_fills_all_seats() -> None:
    assert set(p2p.simulate("smith-1962-test-1", Half, sessions=1).traders["agent"]) == {"Half"}
    assert len(p2p.simulate("smith-1962-test-1", Half(share=0.2), sessions=1).sessions) == 1


def test_a_list_with_counts_is_told_where_counts_go() -> None:
    with pytest.raises(p2p.AgentError, match="counts go into one text"):
        p2p.simulate("smith-1962-test-1", ["zic:11", "zip:11"])


def test_a_class_that_is_no_agent_is_told_how_one_is_written() -> None:
    class Plain:
        def decide(self, view, rng):
            return None

    with pytest.raises(p2p.AgentError, match=r"is no agent: class Mine\(p2p.Agent"):
        p2p.simulate("smith-1962-test-1", [Plain] * 22)


@pytest.mark.parametrize("changes", [{"periods": 0}, {"period_s": -1.0}, {"currency": ""}])
def test_a_scenario_that_was_changed_into_nonsense_is_refused(changes) -> None:
    scenario = msgspec.structs.replace(p2p.load_scenario("smith-1962-test-1"), **changes)
    with pytest.raises(p2p.ScenarioError, match=f"the scenario: {next(iter(changes))}"):
        p2p.simulate(scenario)


def test_too_few_sessions_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="at least one is played"):
        p2p.simulate("smith-1962-test-1", sessions=0)
    with pytest.raises(ValueError, match="at least 2 of each test"):
        p2p.tournament("smith-1962-test-1", ["zip", "zic"], sessions=1)


def test_an_action_that_is_none_is_a_type_error_and_one_seat_needs_no_list() -> None:
    decisions = p2p.Simulation("smith-1962-test-1").until_decision(0)
    next(decisions).action = 200
    with pytest.raises(TypeError, match="200 is no action: Bid, Ask, Buy, Sell with a whole price, or None"):
        next(decisions)


def test_results_say_what_they_are_in_a_line() -> None:
    assert len(repr(p2p.simulate("smith-1962-test-1", sessions=2))) < 120
