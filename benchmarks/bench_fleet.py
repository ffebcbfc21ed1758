"""A fleet of live robots in one process: how many orders a second it says, and what that costs.

    python benchmarks/bench_fleet.py --robots 300 --seconds 20

A server in a process of its own runs `open-book` with its schedules repeated; each robot looks at the market once a
second (reaction fixed:1) and moves its quote, so that it says an order each time. Printed are orders a second as the
journal has them, and the processor time of the fleet and of the server.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from bots.robots.robot import Robot
from p2p.agents.base import Action, Agent
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Ask, Bid, Replace
from p2p.sim.library.files import scenario_path
from recordings.journal.store import read_folder

ORDERS = (Bid, Ask, Replace)
FIRST_LOOK_S = 1.0
"""Nobody says anything before their first look."""
JOINING_S_MAX = 60.0
"""How long all of them may take to join and to leave: more, and something is wrong."""


class Restless(Agent, kw_only=True):
    """Moves a quote that nobody takes: its price changes at each look."""

    def decide(self, view: Knowledge, rng: Random) -> Action:
        """A bid in the lowest, an ask in the highest tenth of the limits."""
        tenth = (view.price_max - view.price_min) // 10
        if view.role == "buyer":
            return Bid(view.price_min + rng.randrange(tenth))
        return Ask(view.price_max - rng.randrange(tenth))


async def measured(robots: int, seconds: float, agent: str, information: str) -> dict[str, float]:
    """One session of so many robots for so long, all with an information set."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "fleet.toml"
        text = scenario_path("open-book").read_text(encoding="utf-8")
        scenario.write_text(text.replace('information = "book"', f'information = "{information}"'), encoding="utf-8")
        words = [
            "serve",
            str(scenario),
            "--port",
            "0",
            "--json",
            "--on-gap",
            "resume",
            "--seats-min",
            str(robots),
            "--periods",
            "1",
        ]
        words += ["--period-s", str(seconds), "--recordings", folder, "--seed", "1"]
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pit", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert server.stdout is not None
        where = json.loads(await server.stdout.readline())
        began, cpu, loads = time.monotonic(), time.process_time(), os.getloadavg()[0]
        fleet = [Robot(where["url"], seat["code"], agent, reaction="fixed:1") for seat in where["seats"]]
        async with asyncio.timeout(seconds + JOINING_S_MAX):
            await asyncio.gather(*(robot.run() for robot in fleet))
            await server.wait()
        cpu_s = time.process_time() - cpu
        server_s = os.times().children_user + os.times().children_system
        records = list(read_folder(Path(where["recording"])).records())
        orders = [record for record in records if isinstance(record.envelope().message, ORDERS)]
        decide_us = [record.envelope().meta["decide_us"] for record in orders]
        return {
            "robots": len(fleet),
            "orders": len(orders),
            "orders_per_s": round(len(orders) / (seconds - FIRST_LOOK_S), 1),
            "fleet_cpu_s": round(cpu_s, 2),
            "server_cpu_s": round(server_s, 2),
            "wall_s": round(time.monotonic() - began, 1),
            "decide_us_median": statistics.median(decide_us),
            "load": loads,
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--robots", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--agent", default=f"{__file__}:Restless", help="which; by default one that is restless")
    parser.add_argument("--information", default="book", choices=["ticker", "book"], help="what they are all told")
    options = parser.parse_args()
    print(f"{options.robots} robots for {options.seconds:g} s …", file=sys.stderr)
    figures = asyncio.run(measured(options.robots, options.seconds, options.agent, options.information))
    for name, value in figures.items():
        print(f"{name:<18} {value}")


if __name__ == "__main__":
    main()
