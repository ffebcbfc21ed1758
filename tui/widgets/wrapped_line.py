"""A text of a few lines that is wrapped where it is longer than its place, and never cut."""

from textual.content import Content

from tui.widgets.text_line import TextLine

MARGIN = 2
"""Columns that are empty beside the words, both sides together."""


class WrappedLine(TextLine):
    """As many rows as its words need at this width, one at least. The screen is laid out anew only if they change."""

    rows = 1

    def set_text(self, content: Content, width: int = 0) -> None:
        """Show this, unless it is shown already; `width`, if it has no place yet."""
        width = max(1, self.size.width or width or self.app.size.width - MARGIN)
        rows = max(1, len(content.wrap(width))) if content.plain else 1
        if rows != self.rows or self.styles.height is None:
            self.rows = rows
            self.styles.height = rows
        super().set_text(content)
