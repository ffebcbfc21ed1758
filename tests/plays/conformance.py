"""What every institution, environment and scenario must hold to: institutions come by being registered.

Cases: scenarios that stand for all of the lab, made brief; and each institution under each information set and under
rules that are not the default, in a market of several units that shifts, with arms.
"""

import hashlib
import sys
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from p2p.agents.registry import make_agent, refusal_of
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.codec import encode, wire_record_of
from p2p.scenario.arms import Arm
from p2p.scenario.capabilities import INSTITUTION_NAMES
from p2p.scenario.charges import Charges
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import (
    InducedValues,
    InformationSet,
    InstitutionRules,
    Scenario,
    Shift,
)
from p2p.scenario.terms import CallTerms, Terms
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from tests.plays.representatives import REPRESENTATIVES

SEED = 11
LOOKS = 8.0
"""How often a robot looks in a period of a brief session."""
VALUES = InducedValues(
    buyers=((150, 140, 60), (131, 90), (122, 101)),
    sellers=((50, 70, 95), (61, 104), (72, 88)),
    shifts=(Shift(2, buyers=-7, sellers=12),),
)
STRICT: dict[str, Any] = {"price_ceiling": 120, "price_floor": 65, "improvement": True, "order_life": "session"}


@dataclass(frozen=True)
class Case:
    """A session that is played: its scenario and who sits there."""

    name: str
    scenario: Scenario
    cast: tuple[str, ...]

    def simulation(self, seed: int = SEED) -> Simulation:
        return Simulation(self.scenario, list(self.cast), seed)


def brief(scenario: Scenario) -> Scenario:
    """The same market in two periods of a few looks each, without stages beside trade."""
    robots = msgspec.structs.replace(scenario.robots, reaction_mean_s=scenario.period_s / LOOKS)
    periods = min(2, scenario.periods)
    return msgspec.structs.replace(scenario, periods=periods, stage=(), robots=robots, **_early(scenario))


def _early(scenario: Scenario) -> dict[str, Any]:
    """Shifts that would come later come in the second period."""
    values = scenario.environment
    if not isinstance(values, InducedValues):
        return {}
    shifts = tuple(msgspec.structs.replace(shift, from_period=2) for shift in values.shifts)
    return {"environment": msgspec.structs.replace(values, shifts=shifts)}


def _market(institution: str, information: InformationSet, strict: bool) -> Scenario:
    call = CallTerms(calls=2, k=0.3, rounding="up", rationing="pro_rata") if institution == "call" and strict else None
    terms = Terms(**STRICT) if strict else Terms()
    rules = InstitutionRules(1, 200, name=institution, tick=1, terms=terms, call=call)  # type: ignore[arg-type]
    arms = (Arm("less", 2, "quotes"), Arm("more", 4, information)) if strict else ()
    return Scenario(
        title="Conformance",
        institution=rules,
        environment=VALUES,
        periods=2,
        period_s=10.0,
        break_s=1.0,
        identities="per_period" if strict else "alias",
        information=information,
        arms=arms,
        charges=Charges(1, 3, -1) if strict else Charges(),
        loss_floor=30 if strict else None,
        robots=RobotRules(10.0 / LOOKS),
    )


def _sellers_quote(institution: str) -> Scenario:
    """Only sellers may quote (Smith 1962, Test 8); in a call whoever may not quote could not trade."""
    market = _market(institution, "book", False)
    rules = msgspec.structs.replace(market.institution, terms=Terms(quotes="sellers"))
    return msgspec.structs.replace(market, institution=rules)


def cases() -> list[Case]:
    """All of them."""
    found = []
    for name in REPRESENTATIVES:
        scenario = brief(load(name))
        found.append(Case(name, scenario, ("zic",) * scenario.seats))
    one_sided = ("standing", "continuous")
    found += [Case(f"{name}-sellers-quote", _sellers_quote(name), ("zic",) * 6) for name in one_sided]
    for institution in INSTITUTION_NAMES:
        for information in get_args(InformationSet):
            for strict in (False, True):
                if institution == "posted-offer" and information in ("none", "own_side"):
                    continue  # where sellers post, buyers have to see the offers
                scenario = _market(institution, information, strict)
                wanted = ("zic", "ziu", "optimizer", "satisficer", "zic", "ziu")
                cast = tuple("zip" if refusal_of(make_agent(one), scenario.capabilities) else one for one in wanted)
                found.append(Case(f"{institution}-{information}{'-strict' * strict}", scenario, cast))
    return found


def written(envelope: Envelope, at: int, events: list[Event]) -> bytes:
    """A record as bytes."""
    return encode((wire_record_of(envelope), at, [wire_record_of(event) for event in events]))


def played(case: Case) -> str:
    """A digest of all the bytes of a case's session, and of what is remembered at its end."""
    simulation, digest = case.simulation(), hashlib.sha256()
    for heard in simulation.play():
        digest.update(written(*heard))
    digest.update(simulation.session.digest())
    return digest.hexdigest()


if __name__ == "__main__":
    for one in cases():
        sys.stdout.write(f"{one.name} {played(one)}\n")
