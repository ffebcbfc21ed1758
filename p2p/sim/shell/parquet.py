"""pyarrow, or one line on how to get it."""

from __future__ import annotations

from typing import Any

from p2p.sim.shell.cli_options import UsageError


def pyarrow() -> Any:
    """The library, or one line on how to get it."""
    try:
        import pyarrow  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            "--format parquet needs pyarrow: once PIT_EXTRAS=parquet ./pit, or pip install 'tradingpit[parquet]'"
        ) from None
    return pyarrow
