"""Requests of screens to the program that shows them: messages that bubble up to it, so that no screen knows its
app."""

from textual.message import Message

from p2p.messages import Message as Directive


class DrawRequested(Message):
    """The screen has its parts now, or others than before: it is to be drawn."""


class LeaveRequested(Message):
    """The person has had enough of this screen, and means it."""


class BackRequested(Message):
    """The person goes back from this screen to the one beneath."""


class ResultsRequested(Message):
    """The results so far are to be laid on top."""


class WordsTakenDown(Message):
    """The words that stand on the screen have been read."""


class PlayerMoved(Message):
    """The player of a recording was moved by hand."""


class OrderRequested(Message):
    """An order or a setting is to be sent. `typed` is the text typed for it, to be put back if it cannot be sent."""

    def __init__(self, order: Directive, typed: str) -> None:
        super().__init__()
        self.order = order
        self.typed = typed
