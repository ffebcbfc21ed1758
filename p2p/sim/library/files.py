"""Where scenarios come from: by name, those of the lab; by path, a file of one's own."""

import difflib
import os
from pathlib import Path

from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import built
from p2p.scenario.schema import Scenario
from p2p.scenario.templates import Layers, Reader, read_layers
from p2p.sim.library.profiles import sources

FOLDER = Path(__file__).resolve().parents[3] / "scenarios"
SIZE_MAX = 1_000_000
"""Bytes of a scenario: a thousand traders with many units are a tenth of it."""


def names() -> list[str]:
    """The lab's own scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def scenario_path(name: str) -> Path:
    """The file of a scenario, by name or by path; raises ScenarioError, offering the nearest name."""
    if name.endswith(".toml") or "/" in name or "\\" in name:
        return Path(name)
    path = FOLDER / f"{name}.toml"
    if not os.path.isfile(path):  # a name that is too long is none as well
        near = difflib.get_close_matches(name, names(), n=1)
        hint = (
            f"did you mean '{near[0]}'?" if near else "pit scenarios list has them all; or give a path to a .toml file"
        )
        raise ScenarioError(f"no scenario '{name}'; {hint}")
    return path


def load(name: str) -> Scenario:
    """A scenario by name or path; raises ScenarioError."""
    path = scenario_path(name)
    layers = read_layers(_text(path), str(path), templates(path.parent))
    scenario = built(layers, sources(path.parent))
    _check_stand_ins(scenario, layers)
    return scenario


def templates(folder: Path) -> Reader:
    """The reader of templates for the files of a folder: the lab's scenarios by name, and neighbours by file name."""

    def read(word: str) -> tuple[str, str]:
        if "/" in word or "\\" in word:
            raise ScenarioError(f"'{word}' is a path; name a scenario of the lab or a file in the same folder")
        path = folder / word if word.endswith(".toml") else scenario_path(word)
        if os.path.exists(path) and not os.path.isfile(path):
            raise ScenarioError(f"{path} is a folder, a device or a pipe, no file")
        return str(path), _text(path)

    return read


def _text(path: Path) -> str:
    """The text of a file; raises ScenarioError."""
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_MAX + 1)
        if len(data) > SIZE_MAX:
            raise ScenarioError(f"{path} is larger than {SIZE_MAX} bytes; is it a scenario?")
        return data.decode("utf-8-sig")  # editors on Windows begin a file with a mark
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"{path} is not text in UTF-8: {error.reason} at byte {error.start}; save it as UTF-8"
        ) from error
    except ValueError as error:  # a NUL in a template's name
        raise ScenarioError(f"{path} cannot be read: no file has such a name") from error


def _check_stand_ins(scenario: Scenario, layers: Layers) -> None:
    """Raises ScenarioError where a robot for vacant seats is none of ours, or does not play there.

    Nothing is imported that the file names: a scenario may be a stranger's.
    """
    wanted = {"fill": scenario.vacancies.fill, "stand_in": scenario.vacancies.stand_in}
    for key, word in wanted.items():
        if not word:
            continue
        from p2p.agents.registry import AgentError, check_lineup, check_named_in_a_file

        try:
            check_named_in_a_file(word)
            if key == "fill" or scenario.takes_over:
                check_lineup([word], scenario)
        except AgentError as error:
            raise ScenarioError(f"{layers.place(f'vacancies.{key}')}: vacancies.{key}: {error}") from error
