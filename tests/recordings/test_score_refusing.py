"""`pit score` of a market that one of the usual baselines refuses: it says so, and plays the others."""

from pathlib import Path

from click.testing import CliRunner

from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from recordings.commands.score import score
from recordings.journal.store import Store
from tests.plays.conformance import brief


def test_a_baseline_that_refuses_the_market_is_left_out_with_its_reason(tmp_path: Path) -> None:
    scenario = brief(load("posted-offer"))
    store = Store.create(tmp_path / "one", scenario, 1, "test")
    for envelope, at, events in Simulation(scenario, ["zic"] * scenario.seats, 1).play():
        store.append(store.line(envelope, at, events))
    store.close()
    words = [str(tmp_path / "one"), "--sessions", "2", "--workers", "1"]
    answered = CliRunner().invoke(score, words)
    assert answered.exit_code == 0, answered.output
    assert "no baseline of it: optimizer does not play in 'posted-offer'" in answered.output
    assert "satisficer" in answered.output
