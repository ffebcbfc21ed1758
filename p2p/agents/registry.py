"""The agents by name, made from words: `satisficer/tau=0.3`, and casts of them: `zic:6,satisficer/tau=0.3:*`.

An agent of one's own has the name `package.module:Class`, or a path to a file: `mine.py:Class` (see plugin_loader.py).
"""

import copy
import difflib
import importlib
import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from p2p.agents.base import Agent
from p2p.agents.parameters import wrong_parameter
from p2p.agents.plugin_loader import AgentError as AgentError
from p2p.agents.plugin_loader import is_own, own_class
from p2p.base.safe_text import printable
from p2p.scenario.capabilities import ASKED, Capabilities
from p2p.scenario.schema import Scenario

NAMES: dict[str, str] = {
    "ziu": "p2p.agents.strategies.ziu:ZIU",
    "zic": "p2p.agents.strategies.zic:ZIC",
    "zip": "p2p.agents.strategies.zip:ZIP",
    "gd": "p2p.agents.strategies.gd:GD",
    "mgd": "p2p.agents.strategies.mgd:MGD",
    "gdx": "p2p.agents.strategies.gdx:GDX",
    "aa": "p2p.agents.strategies.aa:AA",
    "sniper": "p2p.agents.strategies.sniper:Sniper",
    "giveaway": "p2p.agents.strategies.giveaway:Giveaway",
    "shaver": "p2p.agents.strategies.shaver:Shaver",
    "optimizer": "p2p.agents.strategies.optimizer:Optimizer",
    "satisficer": "p2p.agents.strategies.satisficer:Satisficer",
    "learner": "p2p.agents.strategies.learner:Learner",
}

OWN_WORD = re.compile(r"(?P<name>[^=]*:[A-Za-z_]\w*)(?P<settings>(/.*)?)")
"""`package.module:Class` or `folder/mine.py:Class`, and its parameters."""
_SETTING = re.compile(r"/(?=[A-Za-z_]\w*=)")
"""Where a setting of one's own agent begins: other slashes belong to its value, which may be a path."""


def agent_class(name: str) -> type[Agent]:
    """The class of a named agent; raises AgentError, offering the nearest name."""
    if is_own(name):
        return own_class(name)
    if name.endswith(".py"):
        raise AgentError(f"'{name}' is a file; its class is to be named, too: {name}:Class")
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(NAMES)}"
        raise AgentError(f"no agent '{name}'; {hint}")
    module, attribute = NAMES[name].split(":")
    kind: type[Agent] = getattr(importlib.import_module(module), attribute)
    return kind


def make_agent(name: str, parameters: Mapping[str, str] | None = None) -> Agent:
    """A new agent with its parameters given as text; raises AgentError."""
    kind = agent_class(name)
    for refused in kind.refuses:
        if refused not in ASKED:
            raise AgentError(f"{name} refuses '{refused}'; what it can refuse are capabilities: {', '.join(ASKED)}")
    wrong = wrong_parameter(kind, parameters or {})
    if wrong is not None:
        raise AgentError(f"{name}: {wrong}")
    try:
        return msgspec.convert(dict(parameters or {}), kind, strict=False)
    except msgspec.ValidationError as error:  # each is right by itself: the agent's own check of them together
        raise AgentError(f"{name}: {error}") from error


def _own_parts(word: str) -> tuple[str, list[str]] | None:
    """Name and settings of a word that names an agent of one's own, None if it does not."""
    match = OWN_WORD.fullmatch(word)
    if match is None or not is_own(match["name"]):
        return None
    first, *settings = _SETTING.split(match["settings"])
    return match["name"], [first[1:], *settings] if first else settings


def _split(word: str) -> tuple[str, list[str]]:
    """The name and the settings of a word. A value of one's own agent may be a path: `mine.py:Mine/data=runs/a.csv`."""
    own = _own_parts(word)
    if own is None:
        name, *settings = word.split("/")
        return name, settings
    return own


def names_code(lineup: str) -> bool:
    """Whether a word, or a lineup of words, names a class of somebody's own. Nothing is imported to find out."""
    parts = [part.strip() for part in lineup.split(",")]
    words = (*parts, *(part.rpartition(":")[0] for part in parts))
    return any(_own_parts(word) or is_own(_split(word)[0]) or word.endswith(".py") for word in words)


def check_named_in_a_file(word: str) -> None:
    """Raises AgentError where a word out of a file names code: data names agents of `pit agents` alone."""
    if names_code(word):
        raise AgentError(
            f"'{printable(word)}' is code, and a file names agents of `pit agents` only; "
            "code is named on the command line, with --fill, --bots or --agents"
        )


AgentLike: TypeAlias = str | type[Agent] | Agent
"""An agent by its words (`satisficer/tau=0.3`), by its class, or itself: of an object each session has a copy."""


def agent_of(one: AgentLike) -> Agent:
    """A new agent; raises AgentError."""
    if isinstance(one, str):
        return make_agent(*_read_spec(one))
    if isinstance(one, Agent):
        return copy.deepcopy(one)
    if not (isinstance(one, type) and issubclass(one, Agent)):
        raise AgentError(f"{one!r:.60} is no agent: class Mine(p2p.Agent, kw_only=True) with decide(view, rng) is one")
    try:
        return one()
    except TypeError as error:  # a class of one's own whose parameters have no default
        raise AgentError(f"{one.__name__} cannot be made without its parameters: {error}") from error


def agent_name(one: AgentLike) -> str:
    """An agent's name in tables and errors: its words, or its class."""
    return one if isinstance(one, str) else one.__name__ if isinstance(one, type) else type(one).__name__


def parse_agent_spec(word: str) -> tuple[str, dict[str, str]]:
    """`name/key=value/key=value` as a name and its parameters, of which an agent can be made; raises AgentError."""
    name, parameters = _read_spec(word)
    make_agent(name, parameters)
    return name, parameters


def _read_spec(word: str) -> tuple[str, dict[str, str]]:
    name, settings = _split(word)
    parameters = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise AgentError(f"'{setting}' in '{word}' is not key=value, as in satisficer/tau=0.3")
        if key in parameters:
            raise AgentError(f"'{word}' gives {key} twice")
        parameters[key] = value
    return name, parameters


def parse_lineup(text: str, seats: int) -> list[str]:
    """Which agent sits on each of so many seats, from `AGENT:COUNT,…`; a count of * takes the rest. Raises AgentError.

    The list has one word per seat that is cast; it may be shorter than `seats`, never longer.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise AgentError("no agents given; write for example zic:* or zic:11,optimizer:11")
    counts: list[tuple[str, int | None]] = []
    for part in parts:
        word, colon, count = part.rpartition(":")
        counts_seats = count == "*" or count.isdecimal()
        if not colon or (_own_parts(part) and not (counts_seats or (_own_parts(word) and "=" not in word))):
            word, count = part, "*"
        parse_agent_spec(word)
        if count != "*" and not (count.isdecimal() and int(count) > 0):
            raise AgentError(f"'{count}' in '{part}' is not a number of seats; write {word}:6 or {word}:*")
        counts.append((word, None if count == "*" else int(count)))
    rests = [word for word, many in counts if many is None]
    rest = seats - sum(many for _, many in counts if many is not None)
    if len(rests) > 1:
        raise AgentError(f"'{text}' gives the rest to {' and '.join(rests)}; only one can have it, say how many")
    if rest < 0:
        raise AgentError(f"'{text}' asks for more than the {seats} seats there are")
    return [word for word, many in counts for _ in range(rest if many is None else many)]


def check_lineup(cast: Iterable[AgentLike], scenario: Scenario) -> None:
    """Raises AgentError if an agent of a cast does not play in a scenario's market, with its reason.

    Where arms are of markets it has to play in all of them: seats are dealt to them by seed.
    """
    for one in {agent_name(one): one for one in cast}.values():
        for market in scenario.variants:
            why = refusal_of(agent_of(one), market.capabilities)
            if why is not None:
                name = agent_name(one).partition("/")[0]
                raise AgentError(f"{name} does not play in '{market.institution.name}': {why}")


def refusal_of(agent: Agent, market: Capabilities) -> str | None:
    """Why an agent does not play in such a market, if so."""
    return next((why for name, why in agent.refuses.items() if getattr(market, name)), None)
