"""A screen that an app can bring up to date."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from p2p.information.view_state import ViewState
from tui.screens.requests import WordsTakenDown


class LabScreen(Screen[None]):
    """The screens of a session: each draws a view, and knows nothing else. Words that stand on one have a key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "take_down", "Message off", show=False)]
    words_stand = False
    """Whether there are words to be taken down."""

    def draw(self, view: ViewState) -> None:
        """Bring the screen up to date."""
        raise NotImplementedError

    def note_words(self, view: ViewState) -> None:
        """The key for words is shown only while there are some."""
        if bool(view.words) != self.words_stand:
            self.words_stand = bool(view.words)
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key has an effect, and is shown."""
        return self.words_stand if action == "take_down" else True

    def action_take_down(self) -> None:
        """The words on the screen have been read."""
        self.post_message(WordsTakenDown())
