"""Recordings as long as an hour of a class, made in seconds: robots trade, the store writes it down."""

from itertools import islice
from pathlib import Path

import msgspec

from p2p.base.units import Seat
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.store import Store
from server.session.credentials import SeatCredentials


def long_recording(folder: Path, name: str, records: int, markets: int = 1) -> tuple[dict[Seat, str], str]:
    """A session that was cut after so many records, in a new folder; its seats' codes, and the experimenter's."""
    scenario = msgspec.structs.replace(load(name), periods=1_000, markets=markets)
    simulation = Simulation(scenario, ["zic"] * scenario.seats, 1)
    store = Store.create(folder, scenario, 1, "test")
    store.append(b"".join(store.line(*heard) for heard in islice(simulation.play(), records)))
    store.close()
    assert store.chain.records == records
    _, codes, control = SeatCredentials.create(folder, range(scenario.seats))
    return codes, control
