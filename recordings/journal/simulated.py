"""Simulated sessions kept as recordings: a folder each, by the session's key, with the agents of its robots."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from p2p.session.rules_versions import RULES
from p2p.sim.shell.atomic_folder import new_file
from p2p.sim.simulation.batch import Records, SessionSpec
from p2p.sim.simulation.simulation import SimulationStep
from recordings.journal.format import FILE, Header, RecordChain

AGENTS = "agents.json"
"""The robots' agents by seat, as a server keeps them."""


@dataclass(frozen=True)
class KeptIn:
    """Where simulated sessions are kept: each in a folder of its own below this one."""

    folder: Path
    code: str

    @contextmanager
    def recording_of(self, task: SessionSpec, key: str, cast: list[str]) -> Iterator[Records]:
        """Keep a session that is played now; its journal is there when it has come to its end, or not at all."""
        folder = self.folder / key
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        plain = msgspec.to_builtins(task.scenario)
        header = Header(key, RULES, task.seed, plain, self.code, made, provenance="simulated")
        chain = RecordChain()
        with _gone_if_empty(folder), new_file(folder / FILE) as partial, partial.open("wb") as journal:
            partial.chmod(0o600)
            journal.write(chain.header(header))

            def take(step: SimulationStep) -> None:
                journal.write(chain.record(*step))

            records = Records(take)
            yield records
            journal.write(chain.seal(records.digest))
            journal.flush()
        with new_file(folder / AGENTS) as partial:
            partial.write_bytes(msgspec.json.encode({str(seat): name for seat, name in enumerate(cast)}))
            partial.chmod(0o600)


@contextmanager
def _gone_if_empty(folder: Path) -> Iterator[None]:
    """A session that fails leaves no folder without a journal."""
    try:
        yield
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()
