"""A server's files beside the journal: names, the robots' agents, and how everybody was served.

Names are written when they are given, the rest when the server stops. A server that takes the session up goes on with
them. People who do not come back stay on the list, and so do earlier measurements.
"""

import threading
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
from server.session.notices import notify

Kept = TypeVar("Kept")


class SideFiles:
    """Names and agents by seat, figures by viewer: as a server before this one has left them, then as they become."""

    def __init__(self, store: Store) -> None:
        self._store, self._saving = store, threading.Lock()
        self.people = _read(store, PEOPLE, dict[str, str]) or {}
        self.agents = _read(store, AGENTS, dict[str, str]) or {}
        kept = _read(store, DELIVERIES, Deliveries)
        self.deliveries: defaultdict[Viewer, Delivery] = defaultdict(Delivery, kept.by_viewer() if kept else {})

    def called(self, seat: Seat, name: str) -> bool:
        """A robot has come to a seat and says what it plays; whether that is new. After another: from which record."""
        key = str(seat)
        before = self.agents.get(key)
        if before not in (None, name):
            self.agents.setdefault(f"{key}@0", before or "")
            self.agents[f"{key}@{self._store.chain.records}"] = name
        if name or before:
            self.agents[key] = name
        return self.agents.get(key) != before

    def save(self) -> None:
        """Write all that was given; a file that cannot be written is said in a line."""
        self.save_names()
        self._write(DELIVERIES, written(self.deliveries))

    def save_names(self) -> None:
        """Write names and agents, where any were given. Waits for the disk: call it in a thread."""
        with self._saving:
            for file, given in ((PEOPLE, self.people), (AGENTS, self.agents)):
                if given:
                    self._write(file, msgspec.json.encode(given))

    def _write(self, file: str, data: bytes) -> None:
        try:
            self._store.disk.replace(self._store.folder / file, data)
        except OSError as error:
            notify(f"{file} cannot be written, the journal is whole: {error.strerror}")


def _read(store: Store, file: str, kind: type[Kept]) -> Kept | None:
    """A file beside the journal; None where it is gone, or is none any more: it is worth no session."""
    try:
        return msgspec.json.decode(store.disk.read(store.folder / file), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        notify(f"{file} beside the journal is passed over: {error}")
        return None
