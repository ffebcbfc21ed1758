"""Agents that are not ours: `package.module:Class`, or a path to a file, `mine.py:Class`.

Both are Python that is imported here, with the rights of the caller: name files that you trust.
"""

import importlib
import importlib.util
import sys
import traceback
from hashlib import blake2b
from importlib.machinery import ModuleSpec
from types import ModuleType

from p2p.agents.base import Agent


class AgentError(Exception):
    """There is no such agent or parameter, or a value is out of its range, or an agent's file cannot be imported."""


def is_own(name: str) -> bool:
    """Whether a name is a class of one's own: a module or a file, a colon, a class."""
    where, _, attribute = name.rpartition(":")
    return attribute.isidentifier() and ("." in where or "/" in where or (where != "" and attribute[0].isupper()))


def own_class(name: str) -> type[Agent]:
    """The class of `package.module:Class` or `folder/mine.py:Class`; raises AgentError."""
    where, _, attribute = name.rpartition(":")
    module = _from_file(where) if where.endswith(".py") else _from_package(where)
    kind = getattr(module, attribute, None)
    if kind is None:
        found = [key for key, one in vars(module).items() if _is_agent(one) and one.__module__ == module.__name__]
        raise AgentError(f"{where} has no '{attribute}'; its agents: {', '.join(found) or 'none'}")
    if not _is_agent(kind):
        raise AgentError(f"{name} is no agent: class {attribute}(Agent, kw_only=True) with decide(view, rng) is one")
    assert isinstance(kind, type)
    return kind


def _is_agent(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Agent) and kind.decide is not Agent.decide


def _from_file(path: str) -> ModuleType:
    """The module in a file, imported once in a process, under a name of its own."""
    name = f"own_agent_{blake2b(path.encode(), digest_size=6).hexdigest()}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "a file that ends in .py can be a module"
    return _run(spec, path)


def _run(spec: ModuleSpec, path: str) -> ModuleType:
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except FileNotFoundError as error:
        del sys.modules[spec.name]
        if str(error.filename).endswith(path):
            raise AgentError(f"there is no file {path}") from error
        raise AgentError(_told(path, error)) from error
    except (Exception, SystemExit) as error:  # somebody else's code may raise anything
        del sys.modules[spec.name]
        raise AgentError(_told(path, error)) from error
    return module


def _from_package(where: str) -> ModuleType:
    """A module by its dotted name, from where Python looks and from the folder one is in."""
    added = "" not in sys.path
    if added:
        sys.path.append("")
    try:
        return importlib.import_module(where)
    except (Exception, SystemExit) as error:  # somebody else's code may raise anything
        if isinstance(error, ModuleNotFoundError) and error.name and f"{where}.".startswith(f"{error.name}."):
            file = f"{where.replace('.', '/')}.py"
            raise AgentError(f"there is no module {where}; a file is named as a path: {file}:Class") from error
        raise AgentError(_told(where, error)) from error
    finally:
        if added:
            sys.path.remove("")


def _told(where: str, error: BaseException) -> str:
    """One line, and below it the traceback of the file itself."""
    own = error.__traceback__
    while own is not None and "importlib" in own.tb_frame.f_code.co_filename:
        own = own.tb_next
    while own is not None and own.tb_frame.f_code.co_filename == __file__:
        own = own.tb_next
    while own is not None and "importlib" in own.tb_frame.f_code.co_filename:
        own = own.tb_next
    lines = traceback.format_exception(type(error), error, own)
    return f"{where} cannot be imported: {type(error).__name__}: {error}\n{''.join(lines).rstrip()}"
