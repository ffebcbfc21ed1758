"""The experimenter's acts on one seat or one period, and a trader's request for help."""

from typing import Annotated, ClassVar

import msgspec

from p2p.messages.base import Message, WireSeat

WordsToOne = Annotated[str, msgspec.Meta(max_length=500)]
"""Words to one seat: they stay on a screen of 80 x 24 with the market."""
WordsOfHelp = Annotated[str, msgspec.Meta(max_length=200)]
"""A trader's words beside a request for help: two lines of the roster."""
Digest = Annotated[str, msgspec.Meta(max_length=64)]
"""A salted digest of words that lie in a file of their own."""


class Tell(Message, frozen=True, omit_defaults=True):
    """Tells one seat something in words. They are kept beside the journal, which has their salted digest alone."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat
    text: WordsToOne = ""
    digest: Digest = ""


class Told(Message, frozen=True, omit_defaults=True):
    """The experimenter's words to one's own seat; in the journal their digest alone. `answers`: a request for help."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    digest: Digest
    text: str = ""
    answers: bool = False


class Help(Message, frozen=True, omit_defaults=True):
    """Asks the experimenter to come, or takes that back (`withdrawn`). Nobody else is told."""

    said_by: ClassVar = "agent (a person)"
    told_to: ClassVar = "session"
    text: WordsOfHelp = ""
    digest: Digest = ""
    withdrawn: bool = False


class HelpAsked(Message, frozen=True, omit_defaults=True):
    """One's own request for help is known to the experimenter, or is open no longer."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    withdrawn: bool = False


class AnswerHelp(Message, frozen=True, omit_defaults=True):
    """Answers a seat's request for help, in words or by coming: the request is open no longer."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat
    text: WordsToOne = ""
    digest: Digest = ""


class Hold(Message, frozen=True, omit_defaults=True):
    """Keeps the next period from starting: the break stands still until `resume`. `off` takes it back before that."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    off: bool = False


class Held(Message, frozen=True, omit_defaults=True):
    """The next period waits for the experimenter, or does so no longer (`off`)."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    off: bool = False


class Void(Message, frozen=True, omit_defaults=True):
    """Takes a period out of scores, results and pay: the running one, which ends, or an earlier one.

    Without a number it is the one that runs, or else the last.
    """

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    period: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


class Again(Message, frozen=True):
    """Voids the period that runs, or else the last, and plays its values once more in the next period."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Voided(Message, frozen=True, omit_defaults=True):
    """A period does not count: it is unpaid and in no result. `again`: its values come once more in the next one.

    A session that plays a period again has one period more.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    period: int
    again: bool = False


class PassToRobot(Message, frozen=True):
    """Lets a robot trade on a seat from now on. Its owner is told, and watches until `hand_back`."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat


class HandBack(Message, frozen=True):
    """Gives a seat back to its owner, that was passed to a robot or from which they were removed."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat


class PassedOn(Message, frozen=True, omit_defaults=True):
    """The experimenter lets a robot trade on one's seat, or does so no longer (`off`)."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    off: bool = False


class Remove(Message, frozen=True):
    """Takes a person out of the session: their connection ends. Their row stays in every table.

    Their orders pass to a robot where robots take over for people; else they are withdrawn, as far as the
    institution lets them be.
    """

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat


class Removed(Message, frozen=True, omit_defaults=True):
    """The experimenter has taken one out of the session, or lets one come back (`off`)."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    off: bool = False
