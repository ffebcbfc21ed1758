"""The processors' time during a load: the server's share, the load maker's own, and everybody else's.

Where the load maker is late, or others had the machine, a time that was measured says little of the server.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LAG_EVERY_S = 0.005
"""How often the load maker asks itself how late it is."""


@dataclass(frozen=True)
class Spent:
    """Processor seconds up to an instant: of the server, of this process, of the machine (None where unknown)."""

    at_s: float
    maker_s: float
    server_s: float | None
    machine_s: float | None

    def cores(self, since: "Spent") -> tuple[float | None, float, float | None]:
        """Cores in use since then: by the server, by the load maker, by others."""
        took_s = self.at_s - since.at_s
        maker = (self.maker_s - since.maker_s) / took_s
        if None in (self.server_s, self.machine_s, since.server_s, since.machine_s):
            return None, maker, None
        assert self.server_s is not None
        assert self.machine_s is not None
        assert since.server_s is not None
        assert since.machine_s is not None
        server = (self.server_s - since.server_s) / took_s
        return server, maker, max(0.0, (self.machine_s - since.machine_s) / took_s - server - maker)


def spent(server: int) -> Spent:
    """The time spent so far, `server` being a process id. Linux tells; elsewhere only our own is known."""
    server_s = machine_s = None
    with suppress(OSError, ValueError):
        a_second = os.sysconf("SC_CLK_TCK")
        after_name = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
        server_s = (int(after_name[11]) + int(after_name[12])) / a_second
        machine = [int(ticks) for ticks in Path("/proc/stat").read_text().partition("\n")[0].split()[1:]]
        machine_s = (sum(machine[:3]) + sum(machine[5:8])) / a_second
    return Spent(time.perf_counter(), time.process_time(), server_s, machine_s)


@asynccontextmanager
async def lateness_ms() -> AsyncIterator[list[float]]:
    """How late this process's own loop is, again and again while the body runs: part of every time it measures."""
    late: list[float] = []

    async def ask() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(LAG_EVERY_S)
            late.append((time.perf_counter() - asked - LAG_EVERY_S) * 1e3)

    asking = asyncio.create_task(ask())
    try:
        yield late
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
