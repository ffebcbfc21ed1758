"""A scenario's text, read and checked to the last key.

Pure: the text is handed in. An error names the key and its line.
"""

from typing import Any

import msgspec

from p2p.scenario.arms import Arm
from p2p.scenario.catalogue import Page
from p2p.scenario.charges import Charges
from p2p.scenario.errors import ScenarioError, explained
from p2p.scenario.overrides import Override, TermsChange
from p2p.scenario.payment import Payment
from p2p.scenario.profiles import ProfileError, Sources, filled
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import (
    ENVIRONMENTS,
    InstitutionRules,
    Scenario,
    Vacancies,
)
from p2p.scenario.stage_rules import periods_of_stages
from p2p.scenario.stages import STAGE_KINDS, Question, StageTable
from p2p.scenario.templates import Layers, Reader, read_layers
from p2p.scenario.terms import CallTerms, PostingTerms, Terms
from p2p.scenario.validation import contradictions

NAMES = tuple(ENVIRONMENTS)
"""Of environments; a tuple, because the file may have anything in their place."""


def parse(text: str, name: str = "scenario", read: Reader | None = None, sources: Sources | None = None) -> Scenario:
    """The scenario in a TOML text; raises ScenarioError with `name`, line and key.

    `read` is for its templates, `sources` for the data that it names.
    """
    return built(read_layers(text, name, read), sources)


def built(layers: Layers, sources: Sources | None = None) -> Scenario:
    """The scenario of a file and its templates; raises ScenarioError with file, line and key."""
    data, place = layers.data(), layers.place
    for key, why in periods_of_stages(data):
        raise ScenarioError(f"{place(key)}: {key}: {why}")
    environment = data.get("environment")
    if isinstance(environment, dict):
        data["environment"] = environment = {"name": next(iter(ENVIRONMENTS)), **environment}
        if environment["name"] not in NAMES:
            what = f"there is no '{environment['name']}'; there are {', '.join(NAMES)}"
            raise ScenarioError(f"{place('environment.name')}: environment.name: {what}")
        try:
            data["environment"] = filled(environment, sources)
        except ProfileError as error:
            key = f"environment.{str(error).partition(':')[0]}"
            raise ScenarioError(f"{place(key)}: environment.{error}") from error
    try:
        scenario = msgspec.convert(data, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(explained(place, str(error), _tables(data))) from error
    for key, why in contradictions(scenario):
        raise ScenarioError(f"{place(key)}: {key}: {why}")
    return scenario


def checked(scenario: Scenario, says: str = "the options") -> Scenario:
    """A scenario that was changed in memory, by options say, as its file would be checked; raises ScenarioError."""
    try:
        whole = msgspec.convert(msgspec.to_builtins(scenario), Scenario)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        raise ScenarioError(f"{says}: {path.rstrip('`')}: {what[0].lower()}{what[1:]}") from error
    for key, why in contradictions(whole):
        raise ScenarioError(f"{says}: {key}: {why}")
    return whole


def _stage_tables(stages: Any) -> dict[str, type[msgspec.Struct]]:
    """The struct of each stage, by its kind."""
    tables: dict[str, type[msgspec.Struct]] = {}
    for number, one in enumerate(stages if isinstance(stages, list) else []):
        kind = STAGE_KINDS.get(str(one.get("kind"))) if isinstance(one, dict) else None
        tables[f"stage[{number}]"] = kind or StageTable
        tables[f"stage[{number}].questions"] = Question
    return tables


def _tables(data: dict[str, Any]) -> dict[str, type[msgspec.Struct]]:
    """The struct that each table of a scenario is, by its dotted name."""
    environment = data.get("environment")
    name = environment.get("name") if isinstance(environment, dict) else None
    table = ENVIRONMENTS.get(name or NAMES[0], ENVIRONMENTS[NAMES[0]])
    return {
        "": Scenario,
        "institution": InstitutionRules,
        "environment": table,
        "robots": RobotRules,
        "vacancies": Vacancies,
        "charges": Charges,
        "payment": Payment,
        "page": Page,
        "arms": Arm,
        "arms.terms": TermsChange,
        "arms.call": CallTerms,
        "arms.posting": PostingTerms,
        "arms.charges": Charges,
        "arms.robots": RobotRules,
        **_stage_tables(data.get("stage")),
        "overrides": Override,
        "overrides.charges": Charges,
        "overrides.terms": TermsChange,
        "institution.terms": Terms,
        "institution.call": CallTerms,
        "institution.posting": PostingTerms,
        **{f"environment.{key}": below for one in (*ENVIRONMENTS.values(), table) for key, below in one.tables.items()},
    }
