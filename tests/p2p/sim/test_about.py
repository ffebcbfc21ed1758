"""Every table says which session a row is of, so that tables of several runs can be put together."""

import csv
import pickle
from pathlib import Path

from p2p.scenario.charges import Charges
from p2p.sim.library.files import load
from p2p.sim.simulation.about import about, simulated_key, treatment
from p2p.sim.tables.schema import TABLES
from tests.plays.lab import pit
from tests.plays.play import small

CAST = ("zic",) * 4


def test_a_key_is_the_sessions_own_and_the_same_in_another_process() -> None:
    scenario = small()
    key = simulated_key(scenario, CAST, 1, 1)
    assert simulated_key(pickle.loads(pickle.dumps(scenario)), CAST, 1, 1) == key
    others = [
        (small(periods=3), CAST, 1, 1),
        (scenario, ("zip",) * 4, 1, 1),
        (scenario, CAST, 2, 1),
        (scenario, CAST, 1, 2),
    ]
    assert len({key, *(simulated_key(*one) for one in others)}) == 5


def test_a_treatment_is_told_by_the_keys_that_are_not_as_by_default() -> None:
    assert treatment(load("price-ceiling")) == "information book; price_ceiling 150"
    assert treatment(small(charges=Charges(tax_buyer=75))) == "information book; tax_buyer 75"
    assert about(small(), "key").currency == small().currency


def test_two_runs_put_together_have_no_session_in_common(tmp_path: Path) -> None:
    keys = {}
    for seed in ("1", "2"):
        words = ("--sessions", "2", "--seed", seed, "--out", seed)
        assert pit("simulate", "smith-1962-test-1", *words, cwd=tmp_path).returncode == 0
        for name in TABLES:
            with (tmp_path / seed / f"{name}.csv").open() as file:
                rows = list(csv.DictReader(file))
            keys[seed, name] = {row["session_key"] for row in rows}
            assert {(row["institution"], row["currency"], row["started_utc"]) for row in rows} == {
                ("standing", "cents", "")
            }
        assert len({frozenset(keys[seed, name]) for name in TABLES}) == 1
    assert len(keys["1", "sessions"] | keys["2", "sessions"]) == 4
