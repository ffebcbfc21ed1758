"""The command `pit demo`: a server, robots and your terminal, started together on this machine.

The rooms do not know one another, so the demo starts them as one would by hand: `pit serve`, `pit trade`, `pit score`.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import click

from p2p.environments.induced_values import Induced
from p2p.messages import Schedule, Step
from p2p.scenario.schema import InducedValues, Scenario
from p2p.schedules.equilibrium import equilibrium
from p2p.session.session import Session

PERSON = ("--period-s", "45", "--break-s", "6", "--reaction-s", "3")
"""A person needs time to read; robots look at the market every three seconds, as people do."""
ROBOTS = ("--period-s", "5", "--break-s", "0.5", "--reaction-s", "0.2")
"""Robots alone do as much in a tenth of the time."""
ENERGY_PERSON = ("--periods", "6", "--period-s", "30", "--break-s", "6", "--reaction-s", "2")
ENERGY_ROBOTS = ("--period-s", "1", "--break-s", "0.2", "--reaction-s", "0.1")
"""A day of energy has many short periods: robots play it all, up to ENERGY_PERIODS of them."""
ENERGY_PERIODS = 20
BASELINES = 50
"""Simulated sessions of each agent beside the result: enough for a picture, done in seconds. `pit score` plays 200."""
ENERGY_BASELINES = 100
"""Seats of all their sessions together: a day has many periods, so there are fewer days the more seats they have."""


PERIODS = 3
"""A demo's periods; more where values shift: as many as reach the last shift, and one."""
SEEDS_TRIED = 200
"""Seeds that are drawn for a deal in which the person can gain; half of them or so do."""


def demo_periods(rules: Scenario) -> int:
    """How many periods a demo of units plays: enough to reach every shift of values, and a period more."""
    table = rules.environment
    shifts = table.shifts if isinstance(table, InducedValues) else ()
    return min(rules.periods, max([PERIODS, *(shift.from_period + 1 for shift in shifts)]))


def gaining_seed(rules: Scenario, seat: int, periods: int, draw: Callable[[], int]) -> int:
    """A seed that deals the seat a unit to gain with, in each period: a person who learns the keys should trade."""
    seed = draw()
    for _ in range(SEEDS_TRIED):
        if gains(rules, seat, periods, seed):
            break
        seed = draw()
    return seed


def gains(rules: Scenario, seat: int, periods: int, seed: int) -> bool:
    """Whether the seat's best unit gains at the competitive price, in each of these periods."""
    environment = Session(rules, seed).market_of[seat].environment
    if not isinstance(environment, Induced):
        return True
    for period in range(1, periods + 1):
        dealt = environment.dealt(period)
        goal = equilibrium(Schedule(period, role, tuple(map(Step, values))) for role, values in dealt.values())
        role, values = dealt[seat]
        if goal.price_low is None or goal.price_high is None or not values:
            return False
        if max(values) <= goal.price_high if role == "buyer" else min(values) >= goal.price_low:
            return False
    return True


def _pit(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "pit", *words]


@click.command(epilog="Example: pit demo    Another: pit demo --headless --scenario smith-1962-test-1")
@click.option("--scenario", default="smith-1962-test-1", show_default=True, help="What is played.")
@click.option("--headless", is_flag=True, help="Robots on all seats; progress on standard error.")
@click.option("--agents", default="zic", show_default=True, help="Which robots play, or AGENT:COUNT,… .")
@click.option("--mqtt", metavar="ADDRESS", help="Publish to a broker: mqtt://…, mqtts://…, or embedded.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="The session's seed; drawn at random unless given.")
@click.option("--disguise", is_flag=True, help="Add a constant, drawn by seed, to values, costs and prices alike.")
def demo(scenario: str, headless: bool, agents: str, mqtt: str | None, seed: int | None, disguise: bool) -> None:
    """Play a few short periods now: you on one seat, robots on the others; then see the result.

    Without a terminal, or with --headless, robots play alone.
    """
    from p2p.agents.registry import AgentError, parse_lineup
    from p2p.scenario.errors import ScenarioError
    from p2p.sim.library.files import load
    from p2p.sim.shell.cli_options import shell_word

    alone = headless or not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty())
    try:
        rules = load(scenario)
        seats, energy = rules.seats, rules.capabilities.trades_energy
        robots = seats if alone else seats - 1
        cast = agents if ":" in agents else f"{agents}:{robots}"
        if len(parse_lineup(cast, seats)) != robots:
            raise AgentError(
                f"'{agents}' does not make {robots} robots; one seat is yours"
                if not alone
                else f"'{agents}' does not make {robots} robots"
            )
    except (AgentError, ScenarioError) as error:
        raise click.ClickException(str(error)) from error
    serve = _pit(
        "serve",
        scenario,
        "--port",
        "0",
        "--json",
        "--bots",
        cast,
        "--on-gap",
        "resume",
        "--no-class-code",
        "--start",
        "when_full",
        "--advance",
        "all",
    )
    if energy:
        periods = str(min(ENERGY_PERIODS, rules.periods))
        serve += ("--periods", periods, *ENERGY_ROBOTS) if alone else ENERGY_PERSON
    else:
        count = demo_periods(rules)
        serve += ("--periods", str(count), *(ROBOTS if alone else PERSON))
        if not alone and seed is None:
            seed = gaining_seed(rules, 0, count, lambda: secrets.randbits(63))
    serve += ["--seed", str(seed)] if seed is not None else []
    serve += ["--disguise"] if disguise else []
    serve += ["--mqtt", mqtt] if mqtt else []
    recording = _play(serve, alone)
    click.echo("", err=True)
    baselines = max(2, ENERGY_BASELINES // seats) if energy else BASELINES
    score = subprocess.call(_pit("score", str(recording), "--sessions", str(baselines)))
    if score:
        sys.exit(score)
    if not alone:
        click.echo(f"watch it again: pit replay {shell_word(recording)}")
    click.echo(f"recording: {recording}")


def _play(serve: list[str], alone: bool) -> Path:
    """Run the session to its end; the folder of its recording."""
    quiet: int | IO[bytes] | None = None if alone else subprocess.DEVNULL
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=quiet) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            sys.exit(server.wait() or 2)
        where = json.loads(line)
        for one in where["mqtt"]:
            click.echo(f"published at {one}", err=True)
        try:
            if not alone:
                code = where["seats"][0]["code"]
                trade = subprocess.call(_pit("trade", where["url"]), env=dict(os.environ, PIT_CODE=code))
                if trade or server.poll() is None:
                    _leave_early(server, where)
            status = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            raise
    if status:
        sys.exit(status)
    return Path(where["recording"])


def _leave_early(server: "subprocess.Popen[bytes]", where: dict[str, str]) -> None:
    """You have left before the end: the session is ended, so that there is a result."""
    if server.poll() is None:
        end = _pit("ctl", where["url"], "end")
        environment = dict(os.environ, PIT_CODE=where["control"])
        subprocess.call(end, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
