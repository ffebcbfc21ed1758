"""A small journal, line by line, and ways to read it and to tamper with it."""

from pathlib import Path

import msgspec

from p2p.session.rules_versions import RULES
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.format import FILE, Header, JournalError, JournalReader, RecordChain, read_journal
from recordings.journal.store import run_again
from tests.plays.play import small

SCENARIO = small(((150,) * 9, (130,)), ((50,) * 9, (60,)), period_s=35.0, periods=1)


def session() -> Simulation:
    return Simulation(SCENARIO, ["zic"] * 4, 3)


def written(sealed: bool = True) -> list[bytes]:
    """A journal's lines: header, records, seal."""
    simulation, chain = session(), RecordChain()
    plain = msgspec.to_builtins(SCENARIO)
    lines = [chain.header(Header("one", RULES, 3, plain, "test", "2026-11-21T20:15:00+00:00"))]
    lines += [chain.record(envelope, at, events) for envelope, at, events in simulation.play()]
    return [*lines, chain.seal(simulation.session.digest())] if sealed else lines


LINES = written()
WHOLE = b"".join(LINES)


def read(data: bytes) -> tuple[JournalReader, int]:
    """A journal, read to its end, and how many records it had."""
    reading = read_journal(data)
    return reading, sum(1 for _ in reading.records())


def verified(data: bytes) -> bool:
    """Whether a journal is sealed, whole, and gives the same events and digest when it is run again."""
    try:
        reading = read_journal(data)
        again, _ = run_again(reading)
    except JournalError:
        return False
    return reading.sealed is not None and reading.sealed.digest == again.digest().hex() and not reading.debris


def stored(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_bytes(data)
    return folder


def rechained(lines: list[bytes]) -> bytes:
    """Lines with their chain made anew, as one would who wants to hide a change."""
    chain = RecordChain()
    return b"".join(chain._line(line[: line.rindex(b',"chain":"')] + b"}") for line in lines)
