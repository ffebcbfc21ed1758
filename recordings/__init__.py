"""Recordings of sessions: the journal, what it says, what it came to. `recordings.load(folder)` is for scripts.

`__all__` is the contract; modules below are the lab's own insides, and may move.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recordings.face import Recording, load
    from recordings.journal.format import JournalError
    from recordings.journal.verification import Verification
    from recordings.reading.replay import ReplayError
    from recordings.scoring.score import Score

_HOMES = {
    "JournalError": "recordings.journal.format",
    "Recording": "recordings.face",
    "ReplayError": "recordings.reading.replay",
    "Score": "recordings.scoring.score",
    "Verification": "recordings.journal.verification",
    "load": "recordings.face",
}
__all__ = ["JournalError", "Recording", "ReplayError", "Score", "Verification", "load"]


def __getattr__(name: str) -> Any:
    """A name of the contract, imported when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'recordings' has no attribute '{name}'; it has {', '.join(__all__)}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The contract, for completion."""
    return sorted(__all__)
