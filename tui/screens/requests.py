"""Requests of screens to the program that shows them: messages that bubble up to it, so that no screen knows its
app."""

from textual.message import Message

from p2p.base.units import Seat
from p2p.messages import Message as Directive


class DrawRequested(Message):
    """The screen has its parts now, or others than before: it is to be drawn."""


class LeaveRequested(Message):
    """The person has had enough of this screen, and means it."""


class BackRequested(Message):
    """The person goes back from this screen to the one beneath."""


class ResultsRequested(Message):
    """The results so far are to be laid on top."""


class RevealRequested(Message):
    """The reveal of a lesson that is over is to be laid on top."""


class LightRequested(Message):
    """Light for dark, or dark for light."""


class WordsTakenDown(Message):
    """The words that stand on the screen have been read."""


class HelpRequested(Message):
    """The experimenter is asked to come, or asked no longer."""


class WithdrawRequested(Message):
    """The person wants to leave the session for good; they are to be asked."""


class PlayerMoved(Message):
    """The player of a recording was moved by hand."""


class OrderRequested(Message):
    """An order or a setting is to be sent. `typed` is the text typed for it, to be put back if it cannot be sent."""

    def __init__(self, order: Directive, typed: str) -> None:
        super().__init__()
        self.order = order
        self.typed = typed


class ActRequested(Message):
    """An act of the experimenter is to be sent: its name, the seats that are meant, the words typed for it."""

    def __init__(self, name: str, seats: tuple[Seat, ...], words: str = "") -> None:
        super().__init__()
        self.name, self.seats, self.words = name, seats, words


class MirrorRequested(Message):
    """The screen of a seat is to be shown; None: no longer."""

    def __init__(self, seat: Seat | None) -> None:
        super().__init__()
        self.seat = seat


class MarketRequested(Message):
    """The market so many further on is to be looked at."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step
