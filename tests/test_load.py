"""`pit load` puts its load on a server of its own, and says what came of it."""

import json

from bots.load import quantile
from tests.lab import pit


def test_a_load_is_measured_and_nothing_of_it_is_lost(tmp_path):
    words = ["--humans", "4", "--rate", "5", "--robots", "2", "--seconds", "1", "--json"]
    done = pit("load", "smith-1962-test-1", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {"orders", "lost", "p50_ms", "p99_ms", "max_ms", "server_cpu_s", "peak_mb"} <= set(said)
    assert said["orders"] > 20
    assert (said["lost"], said["gaps"], said["faults"]) == (0, 0, 0)
    assert 0 < said["p50_ms"] <= said["p99_ms"] <= said["max_ms"]
    assert list(tmp_path.iterdir()) == []


def test_a_load_of_nobody_and_of_no_scenario_is_refused(tmp_path):
    nobody = pit("load", "smith-1962-test-1", "--humans", "0", cwd=tmp_path)
    assert (nobody.returncode, "needs --humans or --robots" in nobody.stderr) == (2, True)
    nothing = pit("load", "nowhere", cwd=tmp_path)
    assert (nothing.returncode, "did not start" in nothing.stderr) == (2, True)


def test_a_quantile_is_a_time_that_was_measured():
    times = [float(k) for k in range(1, 101)]
    assert (quantile(times, 0.5), quantile(times, 0.99), quantile([7.0], 0.99)) == (51.0, 100.0, 7.0)
