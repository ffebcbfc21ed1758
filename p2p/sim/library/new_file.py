"""A new scenario file from a few answers: commented, and right by construction up to its check."""

from pathlib import Path

from p2p.scenario.capabilities import INSTITUTIONS
from p2p.scenario.errors import ScenarioError
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load

COLLECTING = {name for name, can in INSTITUTIONS.items() if can.collects}
"""Institutions that have calls."""
NAME = r"[a-z0-9][a-z0-9-]{0,60}"
"""Names of the lab's own kind: they are file names on every system."""


def steps(first: int, last: int, many: int) -> list[int]:
    """So many whole numbers from first to last, at equal distances as near as can be."""
    if many == 1:
        return [first]
    return [round(first + (last - first) * k / (many - 1)) for k in range(many)]


def standalone(title: str, institution: str, buyers: list[int], sellers: list[int], periods: int, period_s: int) -> str:
    """The text of a file with one unit for each trader."""
    price_max = 2 * max(*buyers, *sellers) + 1
    call = "\n[institution.call]\ncalls = 1\n" if institution in COLLECTING else ""
    return f'''# Made with `pit scenarios new`. docs/scenarios.md has all keys; `pit scenarios check` finds faults.

title = {_text(title)}
public_title = "A market"         # on traders' screens
source = "Made for the lab"
label = "ours"
level = "introductory"
proposition = ""                  # what students learn
currency = "points"
periods = {periods}
period_s = {period_s}
break_s = 10
identities = "hidden"
loss_confirm = true
instructions = """
You are a buyer or a seller of one unit of a good. Your value (or cost) is private; please do not reveal it.
Buyers earn their value minus the price paid; sellers earn the price they get minus their cost."""

[institution]
name = "{institution}"
price_min = 1
price_max = {price_max}
tick = 1
{call}
[environment]
name = "induced"
buyers = {[[value] for value in buyers]}
sellers = {[[cost] for cost in sellers]}

[robots]
reaction_mean_s = 2.0
'''


def variant(template: str, title: str) -> str:
    """The text of a file that is built on a scenario."""
    return f"""# Made with `pit scenarios new`. All keys that are not here are those of the template.

extends = {_text(template)}
title = {_text(title)}
public_title = "A market"         # on traders' screens
source = {_text(f"After {template}; changes made for the lab")}
label = "ours"
"""


def written(path: Path, text: str) -> Scenario:
    """The scenario of a new file, checked; nothing is left of one that is wrong. Raises ScenarioError."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ScenarioError(f"{path} is there already; choose another name") from error
    except OSError as error:
        raise ScenarioError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        return load(str(path))
    except ScenarioError:
        path.unlink()
        raise


def _text(words: str) -> str:
    """Words as a text of TOML."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
