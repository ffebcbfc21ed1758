"""A line or a block of text that is only drawn again when its words have changed."""

from textual.content import Content
from textual.widgets import Static


class TextLine(Static):
    """Text that remembers what it says. The screen is laid out anew only where the text may need another place."""

    ALLOW_SELECT = False
    said: Content | None = None

    def set_text(self, content: Content) -> None:
        """Show this, unless it is shown already."""
        before, self.said = self.said, content
        if before is None:
            self.update(content)
        elif not before.is_same(content):
            self.update(content, layout=self.styles.auto_dimensions and extent(before) != extent(content))


def extent(content: Content) -> list[int]:
    """The width of each line."""
    return [line.cell_length for line in content.split("\n")]
