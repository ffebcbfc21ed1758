"""The catalogue: an entry for each scenario of the lab, from its own fields, and filters over them."""

import re

import msgspec

from p2p.scenario.catalogue import Label, Level
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load, names


class Entry(msgspec.Struct, frozen=True):
    """A scenario in the catalogue."""

    name: str
    title: str
    players: int
    minutes: int
    level: Level
    label: Label
    source: str
    proposition: str
    institution: str
    seats: int
    periods: int
    period_s: float


def entry(name: str, rules: Scenario) -> Entry:
    """The entry of a scenario."""
    return Entry(
        name,
        rules.title,
        rules.people,
        rules.minutes_needed,
        rules.level,
        rules.label,
        rules.source,
        rules.proposition,
        rules.institution.name,
        rules.seats,
        rules.periods,
        rules.period_s,
    )


class Filter(msgspec.Struct, frozen=True):
    """The entries that are wanted; None and no words want all."""

    level: str | None = None
    label: str | None = None
    source: str | None = None
    players: tuple[int, int] | None = None
    words: tuple[str, ...] = ()

    def takes(self, one: Entry) -> bool:
        """Whether an entry is wanted; words are looked for in name, title, source, proposition and institution."""
        text = " ".join((one.name, one.title, one.source, one.proposition, one.institution)).lower()
        low, high = self.players or (0, one.players)
        return (
            self.level in (None, one.level)
            and self.label in (None, one.label)
            and (self.source is None or self.source.lower() in one.source.lower())
            and low <= one.players <= high
            and all(word.lower() in text for word in self.words)
        )


ALL = Filter()


def catalogue(wanted: Filter = ALL) -> list[Entry]:
    """The entries of the lab's scenarios that are wanted; raises ScenarioError."""
    found = (entry(name, load(name)) for name in names())
    return [one for one in found if wanted.takes(one)]


def players_range(text: str) -> tuple[int, int]:
    """A number or a range of players: 12, 8-24, 8-, -24. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,4})?(-)?(\d{1,4})?", text.strip())
    if match is None or not (match[1] or match[3]):
        raise ValueError("a number or a range: 12, 8-24, 8-, -24")
    low = int(match[1] or 0)
    high = int(match[3]) if match[3] else 9_999 if match[2] else low
    if low > high:
        raise ValueError(f"{low} is above {high}")
    return low, high
