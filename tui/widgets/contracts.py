"""The contracts of the period, newest first, one's own marked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.text.phrases import into, whose
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine


class ContractList(Part, Vertical):
    """As many contracts as there is room for."""

    def __init__(self) -> None:
        super().__init__(id="contracts", classes="panel")

    def compose(self) -> ComposeResult:
        """One block of lines."""
        yield TextLine(classes="deals")

    def show(self, view: ViewState) -> None:
        """Bring the list up to date."""
        period = view.period
        deals = view.deals
        self.border_title = title(view, period.contracts if period else 0)
        mean = period.price_mean if period else None
        figures = number_format(view.rules)
        self.border_subtitle = "" if mean is None else f"mean {figures.mean(mean)}"
        width = max((len(figures.price(deal.price)) for deal in deals[-1:]), default=1)
        named = view.rules.identities != "hidden"
        lines = []
        shown = deals[-max(1, self.content_size.height) :]
        much = max((len(str(deal.quantity)) for deal in shown), default=1)
        for deal in reversed(shown):
            quantity = f" ×{deal.quantity:<{much}}" if figures.many else ""
            gap = " " if figures.many else "  "
            did = whose(deal, named, short=figures.many)
            text = f"{into(deal.into_us)} {figures.price(deal.price):>{width}}{quantity}{gap}{did}"
            lines.append(Content.styled(text, "bold $text-accent" if deal.mine else ""))
        said = Content("\n").join(lines) if lines else Content.styled(none_yet(view), "dim")
        self.query_one(TextLine).set_text(said)


def title(view: ViewState, deals: int) -> str:
    """Whose contracts these are, and how many."""
    if view.sees_contracts:
        return f"Contracts · {deals}"
    return "Contracts" if view.seat is None else f"Your contracts · {deals}"


def none_yet(view: ViewState) -> str:
    """The text in the place of contracts: that there are none, or that they are not shown."""
    if view.sees_contracts:
        return "none yet"
    return "not shown to the public" if view.seat is None else "none yet\nothers' are not shown"
