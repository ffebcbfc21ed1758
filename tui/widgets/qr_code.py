"""The link of the page as a QR code in the projector's lobby, where there is room for it."""

from textual.content import Content

from p2p.information.view_state import ViewState
from p2p.protocol.server_address import page_for_phones
from p2p.sim.shell.qr_code import rows
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

WORDS_MIN = 44
"""Columns that the words beside it keep."""


class QrCode(Part, TextLine):
    """`code`: the class code that the person at the projector has typed; without it the link alone."""

    def __init__(self, join: str, code: str) -> None:
        super().__init__(id="qr")
        link = page_for_phones(join, "".join(code.split()))
        self.rows = rows(link) if link else []
        self.display = False

    def has_room(self, columns: int, lines: int) -> bool:
        """Whether the code is whole in so many columns and lines, beside words."""
        return bool(self.rows) and len(self.rows) <= lines and len(self.rows[0]) + WORDS_MIN <= columns

    def show(self, view: ViewState) -> None:
        """Draw it."""
        self.set_text(Content("\n".join(self.rows)))
