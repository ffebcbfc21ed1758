"""Practice leaves no trace: the events of a session that count, told apart from those of its practice periods."""

from p2p.messages import StageBegan
from p2p.messages.envelope import Event


class PracticeFilter:
    """Asked of every event in order; those of markets do not count while a practice stage runs."""

    def __init__(self) -> None:
        self.practising = False
        """Whether a practice stage runs."""

    def counts(self, event: Event) -> bool:
        """Whether an event is part of the result."""
        message = event.message
        if type(message) is StageBegan:  # asked of every event
            self.practising = message.kind == "practice"
        return not self.practising or event.market is None
