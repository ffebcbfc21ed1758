"""The rules that the lab's own agents, institutions and environments obey, as checks for those that others write.

    from p2p.testing import check_agent
    check_agent(Mine)                       # silent where all is well, else CheckFailed says what is wrong

Each check plays many small situations from a seed and takes seconds. The lab's own tests call the same functions.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from p2p.testing.agents import check_agent
    from p2p.testing.environments import check_environment
    from p2p.testing.failure import CheckFailed
    from p2p.testing.institutions import check_institution

_HOMES = {
    "CheckFailed": "p2p.testing.failure",
    "check_agent": "p2p.testing.agents",
    "check_environment": "p2p.testing.environments",
    "check_institution": "p2p.testing.institutions",
}
__all__ = ["CheckFailed", "check_agent", "check_environment", "check_institution"]


def __getattr__(name: str) -> Any:
    """A check, imported when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'p2p.testing' has no attribute '{name}'; it has {', '.join(__all__)}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
