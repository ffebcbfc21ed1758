"""What a server keeps beside the journal: names, which agents the robots were, and how everybody was served.

They are written when it stops. A server that takes the session up goes on with them: whoever does not come back stays
on the list, and so does what was measured before.
"""

from typing import TypeVar

import msgspec

from recordings.journal.store import Store
from recordings.reading.participants import AGENTS
from recordings.reading.participants import FILE as PEOPLE
from server.publishing.delivery_stats import FILE as DELIVERIES
from server.publishing.delivery_stats import Deliveries, Delivery, written
from server.publishing.feeds import Viewer

Kept = TypeVar("Kept")


def save(store: Store, people: dict[str, str], agents: dict[str, str], deliveries: dict[Viewer, Delivery]) -> None:
    """Write all three, names where any were given; raises OSError."""
    for file, given in ((PEOPLE, people), (AGENTS, agents)):
        if given:
            store.disk.replace(store.folder / file, msgspec.json.encode(given))
    store.disk.replace(store.folder / DELIVERIES, written(deliveries))


def names(store: Store) -> dict[str, str]:
    """The names that a server before this one has kept."""
    return _read(store, PEOPLE, dict[str, str]) or {}


def agents(store: Store) -> dict[str, str]:
    """What the robots of a server before this one said that they play."""
    return _read(store, AGENTS, dict[str, str]) or {}


def served(store: Store) -> dict[Viewer, Delivery]:
    """How everybody was served by a server before this one."""
    kept = _read(store, DELIVERIES, Deliveries)
    return kept.by_viewer() if kept else {}


def _read(store: Store, file: str, kind: type[Kept]) -> Kept | None:
    """A file beside the journal; None where it has been deleted, or cannot be read any more: it is worth no session."""
    try:
        return msgspec.json.decode(store.disk.read(store.folder / file), type=kind)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return None
