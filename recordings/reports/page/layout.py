"""The report of one session or of several: one HTML file, which needs nothing else and fetches nothing."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

from p2p.base.safe_text import printable
from recordings.reports.page.baselines import Baseline
from recordings.reports.page.checks import ENERGY_OFF_SHARE, HIGH_EFFICIENCY, NEAR_SHARE, UNITS_OFF
from recordings.reports.page.data import ReportedSession
from recordings.reports.page.parts import seats_words, shown
from recordings.reports.page.together import side_by_side
from recordings.reports.parts import counted, percent

LIMITS = {
    "near": percent(NEAR_SHARE, 0),
    "units": UNITS_OFF,
    "energy": percent(ENERGY_OFF_SHARE, 0),
    "high": percent(HIGH_EFFICIENCY, 0),
}
"""The rules by which an observation agrees with theory, as the page says them."""


def report_page(
    sessions: Sequence[ReportedSession], baselines: Mapping[str, Baseline], names: bool, version: str
) -> str:
    """The page. `baselines`: by the label of a session; `names`: whether traders are named."""
    from jinja2 import Environment, StrictUndefined

    here = files("recordings.reports.page")
    pages = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = pages.from_string(here.joinpath("report.html.j2").read_text(encoding="utf-8"))
    parts = [shown(one, baselines.get(one.label), names, f"s{k}-") for k, one in enumerate(sessions)]
    return page.render(
        title=_title(sessions),
        subtitle=_subtitle(sessions),
        style=here.joinpath("report.css").read_text(encoding="utf-8"),
        sessions=parts,
        level=2 if len(sessions) == 1 else 3,
        together=side_by_side(sessions),
        limits=LIMITS,
        reproduce=_reproduce(sessions, version),
    )


def labels(titles: Sequence[str]) -> list[str]:
    """A short name for each session: its title, numbered where it comes more than once."""
    plain = [printable(title) for title in titles]
    again = {title for title in plain if plain.count(title) > 1}
    counted: dict[str, int] = {}
    found = []
    for title in plain:
        counted[title] = counted.get(title, 0) + 1
        found.append(f"{title} ({counted[title]})" if title in again else title)
    return found


def _title(sessions: Sequence[ReportedSession]) -> str:
    titles = list(dict.fromkeys(printable(one.score.scenario.title) for one in sessions))
    return titles[0] if len(titles) == 1 else f"{len(sessions)} sessions side by side"


def _subtitle(sessions: Sequence[ReportedSession]) -> str:
    one = sessions[0]
    if len(sessions) > 1:
        return f"{len(sessions)} sessions, {counted(sum(one.contracts for one in sessions), 'contract')}"
    periods = len({each.score.period for each in one.periods})
    return " · ".join((seats_words(one), counted(periods, "period"), counted(one.contracts, "contract"), one.made[:10]))


def _reproduce(sessions: Sequence[ReportedSession], version: str) -> dict[str, object]:
    words = [
        f"{one.label}: recording {one.score.name}, seed {one.score.seed}, made {one.made[:10]}"
        f"{f' by code {one.code[:12]}' if one.code else ''}."
        + (f" Source of the market: {printable(one.score.scenario.source)}" if one.score.scenario.source else "")
        for one in sessions
    ]
    words.append(f"Cite the recording by its name, with the lab: The trading pit, version {version}.")
    lines = [
        *(f"pit verify recordings/{one.score.name}" for one in sessions),
        f"pit tables {' '.join(f'recordings/{one.score.name}' for one in sessions)} --out tables",
        f"pit report {' '.join(f'recordings/{one.score.name}' for one in sessions)} -o report.html",
    ]
    return {"words": words, "commands": "\n".join(lines)}
