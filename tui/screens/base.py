"""A screen that an app can bring up to date."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import Screen

from p2p.information.view_state import ViewState
from tui.screens.requests import WordsTakenDown

IDLE_S = 3.0
"""How long the reason stands."""


class LabScreen(Screen[None]):
    """The screens of a session: each draws a view, and knows nothing else. Words that stand on one have a key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "take_down", "Message off", show=False)]
    IDLE_KEYS = ""
    """Why keys for trading do nothing on this screen; "" where they do something, or say why themselves."""
    words_stand = False
    """Whether there are words to be taken down."""

    def draw(self, view: ViewState) -> None:
        """Bring the screen up to date."""
        raise NotImplementedError

    async def on_key(self, event: Key) -> None:
        """A key for trading says why it does nothing here."""
        typed = event.character is not None and event.character.isprintable()
        if self.IDLE_KEYS and typed and event.key not in self.active_bindings:
            self.app.clear_notifications()
            self.notify(self.IDLE_KEYS, timeout=IDLE_S)

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
