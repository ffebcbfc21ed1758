"""The one pool of processes: it is over when its work is, or when whoever began it is gone."""

import subprocess
import sys

import pytest

PLAY = """
import os, time
from p2p.sim.simulation.process_pool import pool_of
with pool_of(2, {start!r}) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 600)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a killed process takes nobody along there")
@pytest.mark.parametrize("start", [None, "spawn"])
def test_workers_end_with_the_process_that_began_them_also_where_it_is_killed(start: str | None) -> None:
    """Workers have its standard output, too: that is at its end when all are gone."""
    with subprocess.Popen([sys.executable, "-c", PLAY.format(start=start)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert int(parent.stdout.readline()) != parent.pid
        parent.kill()
        assert parent.communicate(timeout=30)[0] == b""
