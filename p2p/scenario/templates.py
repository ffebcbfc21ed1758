"""Templates: a scenario's text with `extends = "…"`, and the texts that it is built on.

A file's own keys hold before its template's, table by table; a list is replaced whole. An environment or an institution
of another name, and stages, take the place of the template's own tables. Pure: a reader of templates is handed in.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from p2p.scenario.conversion import Data, converted
from p2p.scenario.errors import ScenarioError
from p2p.scenario.toml_lines import line_of, lines_of_keys

TEMPLATES_MAX = 5
"""Templates under one file: a reader has to follow them all to know the rules."""
OWN = ("extends", "label", "p0_published")
"""Keys that each file says for itself: a variant of a printed market is not a printed one."""
OF_TRADE_STAGE = ("periods", "period_s", "break_s")
"""Keys that stages of trade say, too."""

Reader: TypeAlias = Callable[[str], tuple[str, str]]
"""The name for errors and the text of a template, by its word; raises ScenarioError where there is none."""


@dataclass(frozen=True)
class Layer:
    """A file's text and data; `name` is the file's in errors."""

    name: str
    text: str
    data: Data


@dataclass(frozen=True)
class Layers:
    """A file and its templates, the file first."""

    all: tuple[Layer, ...]

    def place(self, key: str) -> str:
        """File and line of a key: of the first file that has it, else of the nearest table in the file itself."""
        plain = re.sub(r"\[\d+\]", "", key)
        for layer in self.all:
            lines = lines_of_keys(layer.text)
            if key in lines or plain in lines:
                return f"{layer.name}:{line_of(layer.text, key)}"
        return f"{self.all[0].name}:{line_of(self.all[0].text, key)}"

    def data(self) -> Data:
        """The whole scenario's plain data."""
        whole: Data = {}
        for layer in reversed(self.all):
            whole = _merged({key: value for key, value in whole.items() if key not in OWN}, layer.data)
        return whole


def read_layers(text: str, name: str, read: Reader | None) -> Layers:
    """A file's text and its templates. Raises ScenarioError: not TOML, a template that is missing, or without end."""
    layers = [_layer(text, name)]
    while "extends" in layers[-1].data:
        layer, word = layers[-1], layers[-1].data["extends"]
        where = f"{layer.name}:{line_of(layer.text, 'extends')}: extends"
        if not isinstance(word, str) or not word:
            raise ScenarioError(f"{where}: expected the name of a scenario or of a file in the same folder")
        if read is None:
            raise ScenarioError(f"{where}: a template is a file, and this text is none: write its keys out")
        try:
            found, below = read(word)
        except ScenarioError as error:
            raise ScenarioError(f"{where}: {error}") from error
        if found in (one.name for one in layers):
            way = " → ".join([*(_short(one.name) for one in layers), _short(found)])
            raise ScenarioError(f"{where}: a template cannot be built on itself: {way}")
        if len(layers) > TEMPLATES_MAX:
            raise ScenarioError(
                f"{where}: more than {TEMPLATES_MAX} templates, one on another: copy some of their keys"
            )
        layers.append(_layer(below, found))
    return Layers(tuple(layers))


def _layer(text: str, name: str) -> Layer:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, and brackets without end, too
        raise ScenarioError(f"{name}: not TOML: {error}") from error
    try:
        return Layer(name, text, converted(data))
    except ValueError as error:
        raise ScenarioError(f"{name}:{line_of(text, 'format')}: format: {error}") from error


def _short(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].removesuffix(".toml")


def _merged(below: Data, own: Data) -> Data:
    """A template's data under a file's own."""
    if "stage" in own:
        below = {key: value for key, value in below.items() if key not in OF_TRADE_STAGE}
    whole = {**below, **own}
    for key, mine in own.items():
        theirs = below.get(key)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            whole[key] = _table(key, theirs, mine)
    return whole


def _table(key: str, below: dict[str, Any], own: dict[str, Any]) -> Data:
    """One table under another."""
    renamed = "name" in own and own["name"] != below.get("name", own["name"])
    match key:
        case "environment" if renamed:
            return own
        case "institution" if renamed:
            below = {name: value for name, value in below.items() if not isinstance(value, dict) or name == "terms"}
        case _:
            pass
    return _merged(below, own)
