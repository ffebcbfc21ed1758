"""The page's fold shows what the terminal's shows: after every frame, of every kind of session, however it is cut."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from random import Random

from p2p.scenario.lengths import with_lengths
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.simulation import Simulation
from tests import ROOT
from tests.plays.tui_plays import calls, market, small
from tests.plays.web_plays import SCRIPTS, Twins, followed, node

INPUTS_MAX = 260
"""Inputs of a session that are played: some periods of a small market."""


def shipped(name: str, periods: int | None = None) -> Scenario:
    return with_lengths(parse((ROOT / "scenarios" / f"{name}.toml").read_text()), None, None, periods)


MARKETS: dict[str, Callable[[], Scenario]] = {
    **{
        name: partial(shipped, name)
        for name in (
            *("smith-1962-test-1", "open-book", "call-market", "posted-offer", "price-ceiling", "tax-on-buyers"),
            *("supply-shift", "santa-fe-1990-base", "energy-day", "energy-day-call-cap", "classroom-hour"),
        )
    },
    "alias": lambda: small("alias"),
    "per_period": lambda: small("per_period", tick=3),
    "ticker": lambda: market("continuous", "ticker"),
    "quotes": lambda: market("continuous", "quotes"),
    "nothing of others": lambda: market("continuous", "none"),
    "one's own side": lambda: market("continuous", "own_side"),
    "the other side": lambda: market("call", "other_side"),
    "quotes of a call": lambda: market("call", "quotes"),
    "three calls": lambda: calls(3),
    "orders for seconds": lambda: market("continuous", terms="order_life_s = 1.5, replace_own = true"),
    "each at their own price": lambda: market("continuous", terms='contract_price = "matchmaker"'),
    "orders for the session": lambda: market("continuous", terms='order_life = "session"'),
}


def sessions() -> Iterator[Twins]:
    for number, (name, scenario) in enumerate(MARKETS.items()):
        chance = Random(number)
        made = scenario()
        simulation = Simulation(made, ["zic"] * made.seats, number)
        first = chance.randrange(made.traders)
        heard = islice(simulation.play(), INPUTS_MAX)
        yield from followed(name, simulation.session, heard, [first, (first + 1) % made.traders, None], chance)


def test_the_page_shows_of_every_market_what_the_terminal_shows() -> None:
    answers = node(SCRIPTS / "twin.mjs", [one.case for one in sessions()])
    assert [one for one in answers if one["wrong"]] == []
    assert len(answers) == 3 * len(MARKETS)
    assert sum(one["views"] for one in answers) > 1_000
