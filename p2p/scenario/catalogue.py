"""The fields of a scenario for the catalogue and its page; none of them changes a session or is told to traders."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

LINE_MAX = 1_000
"""Characters of a sentence or two on a page."""
LINES_MAX = 20
"""Questions, or variants, of one scenario: more are not discussed in an hour."""

Line: TypeAlias = Annotated[str, Meta(max_length=LINE_MAX)]
Lines: TypeAlias = Annotated[tuple[Line, ...], Meta(max_length=LINES_MAX)]
Level: TypeAlias = Literal["introductory", "intermediate", "advanced"]
"""A first course, a course with theory, or research."""
Label: TypeAlias = Literal["printed", "drawn", "fitted", "ours"]
"""The origin of the schedules."""


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[page]: further sentences of its page in the library (docs/library.md), for the experimenter."""

    room: Line = ""
    """The room, the devices and the hands that it needs."""
    usually: Line = ""
    """The usual course, with its source."""
    questions: Lines = ()
    """Questions for the discussion."""
    variants: Lines = ()
    """Changes worth a second session."""
    notes: Line = ""
    """Differences to the source: rules, lengths and numbers that are the lab's."""


NO_PAGE = Page()
