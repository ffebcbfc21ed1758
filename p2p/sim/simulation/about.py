"""Keys of sessions and their treatments, by which rows of several runs are told apart."""

import hashlib
from dataclasses import dataclass

import msgspec

from p2p.agents.registry import AgentLike, agent_name
from p2p.scenario.assignment import arms_of_markets, block_of_market, scenarios_of_markets
from p2p.scenario.schema import Scenario


@dataclass(frozen=True)
class AboutSession:
    """The columns that every table of sessions ends with."""

    session_key: str = ""
    started_utc: str | None = None
    scenario_title: str = ""
    institution: str = ""
    treatment: str = ""
    currency: str = ""
    disguise: int = 0
    purpose: str = ""
    provenance: str = ""


@dataclass(frozen=True)
class MarketArm:
    """The columns of a market's own: its institution and treatment, its arm where arms are of markets, its block."""

    institution: str
    treatment: str
    arm: str | None
    block: int


NOTHING_SAID = AboutSession()
"""Where no tables are asked for."""


def about(scenario: Scenario, key: str, started_utc: str | None = None, provenance: str = "simulated") -> AboutSession:
    """Of a session of a scenario."""
    names = scenario.title, scenario.institution.name, treatment(scenario), scenario.currency
    disguise = scenario.environment.disguised_by()
    return AboutSession(key, started_utc, *names, disguise, scenario.purpose, provenance)


def market_arms(scenario: Scenario, seed: int) -> tuple[MarketArm, ...]:
    """Of each market of a session."""
    drawn = zip(scenarios_of_markets(scenario, seed), arms_of_markets(scenario, seed), strict=True)
    return tuple(
        MarketArm(own.institution.name, treatment(own), arm, block_of_market(scenario, market))
        for market, (own, arm) in enumerate(drawn)
    )


def simulated_key(scenario: Scenario, cast: tuple[AgentLike, ...], seed: int, robot_seed: int) -> str:
    """A key of all that a simulated session depends on: the same session has the same key, and no other.

    Of every field, and not of those that are encoded: which are left out as defaults differs in another process.
    """
    words = [agent_name(one) for one in cast]
    made_of = repr((scenario, words, seed, robot_seed))
    return f"sim-{hashlib.blake2b(made_of.encode(), digest_size=8).hexdigest()}"


def treatment(scenario: Scenario) -> str:
    """`information ticker; price_ceiling 150`: the settings that are not as by default, by their keys."""
    said = [f"information {scenario.information}"] if not scenario.arms else []
    said += [f"arm {arm.name}: {arm.information}" for arm in scenario.arms if arm.unit == "seat"]
    said += [f"arms of markets: {', '.join(arm.name for arm in scenario.arms)}"] if scenario.has_market_arms else []
    for settings in (scenario.institution.terms, scenario.charges):
        plain, own = msgspec.structs.asdict(type(settings)()), msgspec.structs.asdict(settings)
        said += [f"{key} {value}" for key, value in own.items() if value != plain[key]]
    said += [f"from period {one.from_period}: {', '.join(one.named())}" for one in scenario.overrides]
    return "; ".join(said)
