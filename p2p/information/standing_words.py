"""Words that stand on a screen for a while: the experimenter's, and that one's own values have changed.

Of each kind the newest stand, until their time is over or their reader takes them down. Pure: time is handed in.
"""

from p2p.base.units import SECOND, Duration, Instant
from p2p.information.view_state import Words, WordsKind

WORDS_US: Duration = 60 * SECOND
"""How long words stand: twice as long as the longest announcement takes to be read aloud."""


class StandingWords:
    """The words of one viewer's screen."""

    def __init__(self) -> None:
        self._newest: dict[WordsKind, Words] = {}

    def put_up(self, kind: WordsKind, text: str, at: Instant) -> None:
        """Words have come."""
        self._newest.pop(kind, None)
        self._newest[kind] = Words(kind, text, at)

    def take_down(self, kind: WordsKind | None = None) -> None:
        """They have been read, or hold no more: all of them, or those of a kind."""
        if kind is None:
            self._newest.clear()
        else:
            self._newest.pop(kind, None)

    def shown(self, now: Instant) -> tuple[Words, ...]:
        """The words that stand at an instant, oldest first."""
        return tuple(words for words in self._newest.values() if now - words.at < WORDS_US)
