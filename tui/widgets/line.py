"""A line or a block of text that is only drawn again when its words have changed."""

from textual.content import Content
from textual.widgets import Static


class Line(Static):
    """Text that remembers what it says."""

    ALLOW_SELECT = False

    said: Content | None = None

    def say(self, content: Content) -> None:
        """Show this, unless it is shown already."""
        if self.said is None or not self.said.is_same(content):
            self.said = content
            self.update(content)
