"""The text in the place of the public's chart while there are no prices: why there are none, and the event waited
for."""

from collections.abc import Iterator

from textual.content import Content

from p2p.information.view_state import ViewState
from p2p.protocol.server_address import page_for_phones
from tui.text.stage_words import heading, numbered, say
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine


class WaitingNotice(Part, TextLine):
    """A panel of words."""

    def __init__(self, join: str = "", class_code: bool = False) -> None:
        super().__init__(id="waiting", classes="panel")
        self.join, self.class_code = join, class_code

    def connecting(self, url: str, why: str) -> None:
        """Nobody has answered yet."""
        again = f"\n\n✂ {why}; trying again …" if why else ""
        self.set_text(Content.assemble((f"Connecting to {url} …", "bold"), again))

    def show(self, view: ViewState) -> None:
        """Bring the words up to date."""
        if view.clock.phase == "lobby" and self.join:
            self.border_title = "How to join"
            self.set_text(Content.assemble(*how_to_join(self.join, self.class_code), f"\n\n{starts(view)}"))
            return
        if view.clock.phase == "stage" and view.stage is not None:
            self.border_title = numbered(view.stage)
            done = say("wait.on_the_wall", done=view.stage.others_done, people=view.stage.people)
            said = f"\n\n{done}" if view.stage.people else ""
            self.set_text(Content.assemble((heading(view.stage), "bold"), said))
            return
        self.border_title = "Prices"
        head = "No prices are shown." if hides(view) else "No prices yet."
        self.set_text(Content.assemble((head, "bold"), f"\n\n{words(view)}"))


def how_to_join(join: str, class_code: bool) -> Iterator[tuple[str, str]]:
    """The two steps of joining, in large words as far as a line has some."""
    yield "1. ", ""
    if page := page_for_phones(join):
        yield "Open in a browser, on a phone or a laptop:\n   ", ""
        yield page, "bold reverse"
        yield "\n   or type in a terminal:\n   ", ""
        yield f"pit trade {join}", "bold"
    else:
        yield "Type:  ", ""
        yield f"pit trade {join}", "bold reverse"
    code = "the class code above, and your name" if class_code else "your code, from the board or your card"
    yield "\n\n2. Then type ", ""
    yield f"{code}.", "bold"


def hides(view: ViewState) -> bool:
    """Whether neither quotes nor contracts are told, as in a call market whose contracts are hidden."""
    return view.rules.capabilities.collects and not view.sees_contracts


def no_prices(view: ViewState) -> bool:
    """Whether there is nothing to be drawn: before the first period, and where all of it is hidden."""
    return view.period is None or hides(view) or view.clock.phase == "stage"


def words(view: ViewState) -> str:
    """Why there are none."""
    hidden = "Orders and contracts of this market are not shown to spectators. "
    hidden = hidden if hides(view) else ""
    if view.clock.phase == "ended" and view.period is None:
        return f"{hidden}The session ended before a period began."
    if view.period is not None:
        return hidden
    drawn = "contract" if view.sees_contracts else "quote"
    if view.clock.phase != "lobby":
        return hidden or f"From the next period on each {drawn} is a point here."
    then = "" if hidden else f" Then each {drawn} is a point here."
    return f"{starts(view)}{then} {hidden}"


def starts(view: ViewState) -> str:
    """How many seats are taken, and when trading starts."""
    taken = f"{view.seats.taken} of {view.seats.seats} seats are taken. " if view.seats.seats else ""
    when = "when all seats are taken, or when" if view.rules.starts_when_full else "when"
    return f"{taken}Trading starts {when} the experimenter says so."
