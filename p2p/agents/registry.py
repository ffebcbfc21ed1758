"""The agents by name, made from words: `satisficer/tau=0.3`, and casts of them: `zic:6,satisficer/tau=0.3:*`."""

import difflib
import importlib
from collections.abc import Mapping

import msgspec

from p2p.agents import Agent

NAMES: dict[str, str] = {
    "zic": "p2p.agents.zic:ZIC",
    "ziu": "p2p.agents.ziu:ZIU",
    "optimizer": "p2p.agents.optimizer:Optimizer",
    "satisficer": "p2p.agents.satisficer:Satisficer",
}


class AgentError(Exception):
    """There is no such agent or parameter, or a value is out of its range."""


def agent_class(name: str) -> type[Agent]:
    """The class of a named agent; raises AgentError, offering the nearest name."""
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
    try:
        return msgspec.convert(dict(parameters or {}), kind, strict=False)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__) or "none"
        raise AgentError(f"{name}: {error} (its parameters: {known})") from error


def parse_word(word: str) -> tuple[str, dict[str, str]]:
    """`name/key=value/key=value` as a name and its parameters; raises AgentError."""
    name, *settings = word.split("/")
    parameters = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise AgentError(f"'{setting}' in '{word}' is not key=value, as in satisficer/tau=0.3")
        parameters[key] = value
    make_agent(name, parameters)
    return name, parameters


def parse_cast(text: str, seats: int) -> list[str]:
    """Which agent sits on each of so many seats, from `AGENT:COUNT,…`; a count of * takes the rest. Raises AgentError.

    The list has one word per seat that is cast; it may be shorter than `seats`, never longer.
    """
    cast: list[str] = []
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise AgentError("no agents given; write for example zic:* or zic:11,optimizer:11")
    for part in parts:
        word, colon, count = part.rpartition(":")
        if not colon:
            word, count = part, "*"
        parse_word(word)
        if count != "*" and not (count.isdecimal() and int(count) > 0):
            raise AgentError(f"'{count}' in '{part}' is not a number of seats; write {word}:6 or {word}:*")
        many = seats - len(cast) if count == "*" else int(count)
        if len(cast) + many > seats:
            raise AgentError(f"'{text}' asks for more than the {seats} seats there are")
        cast += [word] * many
    return cast
