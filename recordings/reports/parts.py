"""Parts that the tables of a score share, for a terminal or a file."""

from rich import box
from rich.console import Console
from rich.table import Table

from recordings.scoring.score import Score

WIDTH = 100
"""Columns when the output is no terminal: wide enough for every table, narrow enough for a mail."""


def console() -> Console:
    """Standard output, as wide as the terminal or WIDTH where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def text_table(title: str, *columns: str) -> Table:
    """An empty table; no column is narrower than a word of its head."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k == 0 else "right", min_width=max(map(len, column.split())))
    return table


def said(value: float | None, digits: int) -> str:
    """A number with its decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """`91.1 %`; a dash where there is no share."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def share_of(part: int | None, whole: int) -> str:
    """A part of a whole, in percent; a dash where either is nothing."""
    return percent(None if part is None or not whole else part / whole)


def counted(count: int, word: str) -> str:
    """`1 contract`, `2 contracts`."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def amounts(score: Score) -> str:
    """The unit of quantities."""
    return "Wh" if score.scenario.capabilities.trades_energy else "units"
