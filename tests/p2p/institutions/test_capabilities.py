"""Nobody asks for an institution's or an environment's name, or for its class: all ask what it can do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2p.agents.registry import AgentError, make_agent
from p2p.environments import registry as environments
from p2p.institutions import registry as institutions
from p2p.scenario.capabilities import INSTITUTION_NAMES, INSTITUTIONS
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import ENVIRONMENTS
from p2p.sim.library.files import load
from tests import ROOT

NAMES = {*INSTITUTION_NAMES, *ENVIRONMENTS}
CONCRETE = {one.__name__ for one in (*institutions.CLASSES.values(), *environments.CLASSES.values())}
CONCRETE |= {table.__name__ for table in ENVIRONMENTS.values()}
OWN_FILES = {f"{one.__module__.replace('.', '/')}.py" for one in environments.CLASSES.values()}
MAY_NARROW = OWN_FILES | {
    "p2p/scenario/schema.py",
    *("p2p/scenario/validation.py", "p2p/scenario/stage_rules.py", "p2p/session/staging.py"),
    *("p2p/sim/docs/handout.py", "server/serve/open_session.py", "pit_demo.py"),
    *("p2p/scenario/public_rules.py", "p2p/information/untold.py", "recordings/scoring/people.py"),
}
"""An environment's own file, which is made from its table; the schema, where `Scenario.energy` is; and those to whom
schedules are the file's own words: of periods and of practice, in checks, in handouts, in a class of another size;
the law of drawn values, where it is told; schedules of two markets that are the same up to a constant."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("p2p", "recordings", "server", "bots", "tui"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
    for path in (ROOT / "pit.py", ROOT / "pit_demo.py"):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def is_name_of_one(node: ast.expr) -> bool:
    """`rules.institution`, `scenario.environment.name`, `institution` and the like."""
    said = ast.unparse(node)
    return said.endswith(("institution", "institution.name", "environment.name"))


def asks_for_a_name(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                words = {c.value for one in sides for c in ast.walk(one) if isinstance(c, ast.Constant)}
                if any(is_name_of_one(one) for one in sides) and words & NAMES:
                    yield ast.unparse(node)
            case ast.Match(subject=subject) if is_name_of_one(subject):
                yield f"match {ast.unparse(subject)}"
            case ast.Call(func=ast.Attribute(attr="get"), args=[first, *_]) if is_name_of_one(first):
                yield ast.unparse(node)
            case ast.Subscript(slice=key) if is_name_of_one(key) and isinstance(node.ctx, ast.Load):
                if not ast.unparse(node).startswith(("type[", "list[")):
                    yield ast.unparse(node)
            case _:
                pass


def asks_for_a_class(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
                if {one.id for one in ast.walk(kinds) if isinstance(one, ast.Name)} & CONCRETE:
                    yield ast.unparse(node)
            case ast.MatchClass(cls=ast.Name(id=name)) if name in CONCRETE:
                yield f"case {name}"
            case _:
                pass


def test_nobody_outside_the_registries_asks_for_a_name() -> None:
    asked = {path: found for path, tree in sources() if (found := list(asks_for_a_name(tree)))}
    allowed = {"p2p/environments/registry.py": ["CLASSES[scenario.environment.name]"] * 2}
    assert asked == allowed


def test_nobody_asks_for_the_class_of_an_institution_an_environment_or_its_table() -> None:
    asked = {path for path, tree in sources() if any(asks_for_a_class(tree))}
    assert asked <= MAY_NARROW


@pytest.mark.parametrize(
    "line",
    [
        "x = rules.institution == 'standing'",
        "x = scenario.environment.name != 'prosumer'",
        "x = 'call' == scenario.institution.name",
        "x = HOW[rules.institution]",
        "x = agent.refuses.get(rules.institution)",
        "match scenario.institution.name:\n    case 'call': pass",
        "x = rules.institution in ('call', 'continuous')",
    ],
)
def test_a_question_for_a_name_would_be_found(line: str) -> None:
    assert list(asks_for_a_name(ast.parse(line)))


def test_everything_that_is_registered_says_what_it_can_do() -> None:
    assert list(institutions.CLASSES) == list(INSTITUTION_NAMES) == list(INSTITUTIONS)
    for name, kind in institutions.CLASSES.items():
        assert kind.capabilities is INSTITUTIONS[name]
    assert list(environments.CLASSES) == list(ENVIRONMENTS)
    for name, one in environments.CLASSES.items():
        assert one.rules is ENVIRONMENTS[name]


def test_the_public_rules_say_what_a_market_can_do() -> None:
    rules = public_rules(load("energy-day"))
    assert rules.capabilities.trades_energy
    assert rules.capabilities.has_book
    assert not public_rules(load("smith-1962-test-1")).capabilities.has_book


def test_an_agent_that_refuses_a_name_is_told_to_refuse_a_capability(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(
        "from p2p.agents import Agent\n"
        "class Mine(Agent, kw_only=True):\n"
        "    refuses = {'call': 'no'}\n"
        "    def decide(self, view, rng): return None\n"
    )
    with pytest.raises(AgentError, match="refuses 'call'; what it can refuse are capabilities: has_book, collects"):
        make_agent(f"{own}:Mine")
