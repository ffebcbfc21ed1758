"""The energy of each household and interval: forecast, metered, and how the rest was settled."""

from collections.abc import Iterator

from p2p.analysis.event_tables.record_context import Row
from p2p.analysis.session_outcome import SessionOutcome

METERED = (
    "load",
    "pv",
    "battery",
    "stored",
    "bought",
    "grid_import",
    "grid_export",
    "flexible",
    "unserved",
    "curtailed",
)


def household_rows(outcome: SessionOutcome) -> Iterator[Row]:
    """A row for each household and interval that counts."""
    for market, period in outcome.counted:
        books = outcome.books.get((market, period))
        if books is None:
            continue
        for seat, metered in sorted(books.metered.items()):
            forecast = books.forecasts[seat]
            row: Row = {"market": market, "period": period, "seat": seat, "card": seat + 1}
            row |= {f"forecast_{name}": getattr(forecast, name) for name in ("load", "pv", "net")}
            row |= {name: getattr(forecast, name) for name in ("buy", "feed_in", "flexible_value", "grid_limit")}
            row |= {name: getattr(metered, name) for name in METERED}
            yield row | {"gain": metered.gain}
