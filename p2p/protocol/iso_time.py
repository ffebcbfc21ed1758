"""A time in ISO 8601 as seconds since 1970. The market itself reads no clock, and so no library that has one."""

import re

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(?:(Z)|([+-])(\d\d):?(\d\d))", re.IGNORECASE
)
_DAYS_BEFORE_1970 = 719_468


def iso_seconds(text: str) -> float | None:
    """Seconds since 1970 (UTC) of `2026-11-21T20:15:00Z` or `…+01:00`; None for any other text, or without a zone."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute = (int(found[k]) for k in range(1, 6))
    second = int(found[6] or 0) + float(found[7] or 0)
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59 and second < 61):
        return None
    east_min = 0 if found[8] else (int(found[10]) * 60 + int(found[11])) * (1 if found[9] == "+" else -1)
    return _days(year, month, day) * 86_400 + (hour * 60 + minute - east_min) * 60 + second


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970 of a date of the Gregorian calendar; its year begins in March here, so that February ends it."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - _DAYS_BEFORE_1970
