"""A server's files beside the journal: names, the robots' agents, and how everybody was served.

They are written when it stops. A server that takes the session up goes on with them. People who do not come back stay
on the list, and so do earlier measurements.
"""

from collections import defaultdict
from typing import TypeVar

import msgspec

from p2p.base.units import Seat
from recordings.journal.store import Store
from recordings.reading.participants import AGENTS
from recordings.reading.participants import FILE as PEOPLE
from server.publishing.delivery_stats import FILE as DELIVERIES
from server.publishing.delivery_stats import Deliveries, Delivery, written
from server.publishing.feeds import Viewer

Kept = TypeVar("Kept")


class SideFiles:
    """Names and agents by seat, figures by viewer: as a server before this one has left them, then as they become."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.people = _read(store, PEOPLE, dict[str, str]) or {}
        self.agents = _read(store, AGENTS, dict[str, str]) or {}
        kept = _read(store, DELIVERIES, Deliveries)
        self.deliveries: defaultdict[Viewer, Delivery] = defaultdict(Delivery, kept.by_viewer() if kept else {})

    def called(self, seat: Seat, name: str) -> None:
        """A robot has come to a seat and says what it plays. Where another was there: from which record on."""
        key = str(seat)
        before = self.agents.get(key)
        if before not in (None, name):
            self.agents.setdefault(f"{key}@0", before or "")
            self.agents[f"{key}@{self._store.chain.records}"] = name
        if name or before:
            self.agents[key] = name

    def save(self) -> None:
        """Write all three, names where any were given; raises OSError."""
        disk, folder = self._store.disk, self._store.folder
        for file, given in ((PEOPLE, self.people), (AGENTS, self.agents)):
            if given:
                disk.replace(folder / file, msgspec.json.encode(given))
        disk.replace(folder / DELIVERIES, written(self.deliveries))


def _read(store: Store, file: str, kind: type[Kept]) -> Kept | None:
    """A file beside the journal; None where it has been deleted, or cannot be read any more: it is worth no session."""
    try:
        return msgspec.json.decode(store.disk.read(store.folder / file), type=kind)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return None
