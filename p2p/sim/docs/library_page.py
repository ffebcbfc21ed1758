"""docs/library.md: a section for each scenario of the lab, written from the file's own fields and its figures."""

from collections.abc import Iterator

from p2p.base.safe_text import printable
from p2p.scenario.schema import Scenario
from p2p.sim.library.figures import PeriodFigures, figures, several
from p2p.sim.library.files import load, names

HEAD = """# The library

*Written by `pit scenarios pages` from the files in `scenarios/`; not by hand.*

A section for each market: the proposition that students learn, time and room, the usual course with its source, questions for
the discussion, and variants. `pit scenarios list` is the catalogue with filters (`--level`, `--players`, `--source`,
`--label`, words), `pit scenarios show NAME` draws supply and demand, and `pit scenarios new NAME` begins one of your own.

A label says where the schedules come from. *Printed*: read off the source's pages. *Drawn*: by the source's law, with our
numbers. *Fitted*: found so that a printed figure results. *Ours*: made for the lab. P0, quantity and surplus are computed;
tests compare them with print. A quantity in brackets leaves out pairs that gain nothing.

P0 and values must not be seen by traders before the session: this page is for experimenters and instructors.
"""


def library_page() -> str:
    """The whole page."""
    parts = [HEAD, "\n".join(_contents()), *("\n".join(_section(name, load(name))) for name in names())]
    return "\n".join(parts) + "\n"


def _contents() -> Iterator[str]:
    yield "| market | players | minutes | level | label |"
    yield "|---|---|---|---|---|"
    for name in names():
        rules = load(name)
        yield f"| [{name}](#{name}) | {rules.people} | {rules.minutes_needed} | {rules.level} | {rules.label} |"


def _section(name: str, rules: Scenario) -> Iterator[str]:
    """A heading, a line of facts, and a paragraph for each field that the file has."""
    yield f"\n## {name}"
    yield f"*{printable(rules.title)}.* {_sentence(rules.source)}\n"
    page = rules.page
    for what, text in (
        ("Learned", rules.proposition),
        ("Time", _time(rules)),
        ("Room", page.room),
        ("Market", _market(rules)),
        ("Usually", page.usually),
        ("Notes", page.notes),
    ):
        if text:
            yield f"- **{what}:** {_sentence(printable(text))}"
    for what, lines in (("Questions", page.questions), ("Variants", page.variants)):
        if lines:
            yield f"- **{what}:** " + " ".join(_sentence(printable(line)) for line in lines)


def _sentence(text: str) -> str:
    """A text with a sign at its end."""
    return text if not text or text[-1] in ".?!)" else f"{text}."


def _time(rules: Scenario) -> str:
    built = f"; built on {rules.extends}" if rules.extends else ""
    return (
        f"about {rules.minutes_needed} minutes for {rules.people} people, label: {rules.label}, {rules.level}; "
        f"{rules.periods} periods of {rules.period_s:g} s{built}"
    )


def _market(rules: Scenario) -> str:
    """Institution and sides, and the competitive figures, where they do not depend on a draw."""
    head = f"{rules.institution.name}, {rules.environment.sides()}"
    if rules.capabilities.trades_energy or rules.environment.by_seed:
        return f"{head}; values are drawn by the session's seed"
    found = []
    names_ = [f"Arm {arm.name}, " for arm in rules.arms] if rules.has_market_arms else [""]
    for name, own in zip(names_, rules.variants, strict=True):
        found += [name + one if name else one[0].upper() + one[1:] for one in _figures(figures(own, 1))]
    return ". ".join([head, *found])


def _figures(rows: list[PeriodFigures]) -> Iterator[str]:
    alike: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        key = row.p0, row.quantity, row.quantity_gainful, row.surplus_max, row.surplus_attainable, row.control_binds
        alike.setdefault(key, []).append(row.period)
    for (p0, quantity, gaining, surplus, attainable, binds), numbers in alike.items():
        when = f"period{'s' if len(numbers) > 1 else ''} {several(numbers)}: " if len(alike) > 1 else ""
        price = f"P0 {p0:g}" if isinstance(p0, float) else "no trade"
        limit = f" of which {attainable} can be reached" if attainable != surplus else ""
        yield f"{when}{price}{' by the control' if binds else ''}, {quantity} ({gaining}) units, surplus {surplus}{limit}"
