"""A Dask cluster as an executor. A worker that dies costs time only: the scheduler gives its runs to another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from p2p.sim.shell.cli_options import UsageError

CONNECT_S = 5


@contextmanager
def executor_at(address: str) -> Iterator[Executor]:
    """An executor on the cluster whose scheduler is at the address, as tcp://host:8786."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--cluster needs Dask: once PIT_EXTRAS=cluster ./pit, or pip install 'tradingpit[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(f"no Dask scheduler at '{address}' ({why}); start one with: dask scheduler") from None
    with client:
        # Runs are pure in what they are given, and leave a whole folder or none: doing one twice does no harm.
        executor = client.get_executor(retries=3, pure=False)  # type: ignore[no-untyped-call]
        with executor:
            yield executor
