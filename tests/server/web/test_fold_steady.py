"""The page's fold costs the same at the end of an hour as at its beginning, in time and in memory."""

import json
from statistics import median

from p2p.scenario.public_rules import public_rules
from tests.plays.tui_plays import market
from tests.plays.web_plays import SCRIPTS, node, welcome

MINUTES = 9
"""Minutes of a session at 200 facts a second, told in a few seconds: three periods."""


def test_heap_and_time_are_flat_however_long_a_session_is() -> None:
    schedule = {"schedule": {"period": 1, "role": "buyer", "steps": [[300, 1], [250, 1]]}}
    lines = [welcome(public_rules(market("continuous")), 0).decode(), json.dumps(schedule), str(MINUTES)]
    (report,) = node(SCRIPTS / "steady.mjs", lines, "--expose-gc")
    third = MINUTES // 3
    heaps = [one["heap"] for one in report]
    assert median(heaps[-third:]) < 1.1 * median(heaps[third : 2 * third])
    busy = [one["busy"] for one in report]
    assert min(busy[-third:]) < 3 * min(busy[:third])
