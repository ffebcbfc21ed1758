"""Keys of sessions and their treatments, by which rows of several runs are told apart."""

import hashlib
from dataclasses import dataclass

import msgspec

from p2p.agents.registry import AgentLike, agent_name
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


NOTHING_SAID = AboutSession()
"""Where no tables are asked for."""


def about(scenario: Scenario, key: str, started_utc: str | None = None, provenance: str = "simulated") -> AboutSession:
    """Of a session of a scenario."""
    names = scenario.title, scenario.institution.name, treatment(scenario), scenario.currency
    disguise = scenario.environment.disguised_by()
    return AboutSession(key, started_utc, *names, disguise, scenario.purpose, provenance)


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
    said += [f"arm {arm.name}: {arm.information}" for arm in scenario.arms]
    for settings in (scenario.institution.terms, scenario.charges):
        plain, own = msgspec.structs.asdict(type(settings)()), msgspec.structs.asdict(settings)
        said += [f"{key} {value}" for key, value in own.items() if value != plain[key]]
    said += [f"from period {one.from_period}: {', '.join(one.named())}" for one in scenario.overrides]
    return "; ".join(said)
