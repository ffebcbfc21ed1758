"""The course of a session: begun, paused, extended and ended by those who run it, and told to all."""

from typing import Annotated, ClassVar, Literal

import msgspec

from p2p.base.units import Duration
from p2p.messages.base import Message
from p2p.scenario.charges import Charges
from p2p.scenario.overrides import Identities, InformationSet
from p2p.scenario.terms import Terms


class Open(Message, frozen=True):
    """The first message of every session: the environment initialises the institutions.

    `deal`: when schedules are dealt to seats, now or as trading starts. `empty`: whether the seats that are free
    then keep their rows, for robots, or as many rows are dropped.
    """

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "session"
    deal: Literal["opening", "start"] = "opening"
    empty: Literal["robots", "drop"] = "robots"


class Start(Message, frozen=True):
    """Begins the first period, with the traders that are there. A session also starts by itself when all seats are
    taken."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Pause(Message, frozen=True):
    """Stops the clock; orders are refused `not_open` until `resume`. A crash says it too.

    The gateway also says it when the server's machine has stood still, `gap_us` for how long. Its instant is the last
    at which the server was seen to run. An experimenter's `gap_us` is void.
    """

    said_by: ClassVar = "experimenter, gateway (after a crash or a gap)"
    told_to: ClassVar = "session"
    gap_us: Duration = 0


class Paused(Message, frozen=True):
    """The clock stands still; so much is left until its next mark: the end of the period or of a break.

    In a market of several calls that mark is the next call; the calls after it are as far apart as the rules say.
    `gap_us`: for how long the server's machine stood still, if the clock stopped for that.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    left_us: Duration | None
    gap_us: Duration = 0


class Resume(Message, frozen=True):
    """Lets the clock run on from where it stopped.

    The gateway says it after a gap in a session without people, and in one that was started to go on by itself.
    """

    said_by: ClassVar = "experimenter, gateway (after a gap)"
    told_to: ClassVar = "session"


class Resumed(Message, frozen=True):
    """The clock runs again, with so much left until its next mark, as in `paused`."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    left_us: Duration | None


class Extend(Message, frozen=True):
    """Adds time to the period that runs."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    length_us: Annotated[int, msgspec.Meta(gt=0, le=86_400_000_000)]


class Extended(Message, frozen=True):
    """The period has been given more time; so much is left until the clock's next mark now, as in `paused`."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    left_us: Duration


class Intermission(Message, frozen=True):
    """The pause before a period: it starts in `length_us`."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    next_period: int
    length_us: Duration


class RulesChanged(Message, frozen=True):
    """The rules that change with the next period: those named here, in the place of the ones before.

    It comes with the break before that period, so that there is time to read it.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    period: int
    charges: Charges | None = None
    terms: Terms | None = None
    information: InformationSet | None = None
    identities: Identities | None = None
    period_s: float | None = None
    break_s: float | None = None


class End(Message, frozen=True):
    """Ends the session now; the period that runs is closed first."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Ended(Message, frozen=True):
    """The session is over."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"


class Announce(Message, frozen=True, omit_defaults=True):
    """Tells everybody something in words. They are kept beside the journal, which has their digest alone."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""
    digest: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Announced(Message, frozen=True, omit_defaults=True):
    """The experimenter's words to everybody; in the journal their digest alone."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    digest: str
    text: str = ""
