"""Scenarios of the lab that stand for all: each institution, environment, information set and kind of treatment.

Long plays are of these; what costs milliseconds is checked of every file.
"""

REPRESENTATIVES = (
    "call-market",
    "classroom-hour",
    "classroom-test-1",
    "energy-day",
    "energy-day-288",
    "energy-day-call-cap",
    "open-book",
    "posted-offer",
    "price-ceiling",
    "santa-fe-1990-base",
    "smith-1962-test-1",
    "supply-shift",
    "tax-on-buyers",
)
"""Sorted, as the lab's names are."""
