"""The console: the roster, the figures of a market, the log, and the keys that act on seats and on the session.

A low terminal shows roster or figures, and `w` changes between them; one of 34 rows and more shows both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key, Paste
from textual.screen import Screen
from textual.widget import Widget

from p2p.base.units import SEATS_MAX, Seat
from p2p.information.console_state import ConsoleState
from tui.entry.console_acts import ACTS, BY_NAME, Act, act_of, fitting, tidied, why_not, words_typed
from tui.screens.console_keys import ConsoleKeysScreen
from tui.screens.console_log import ConsoleLogScreen
from tui.screens.requests import ActRequested, DrawRequested, LeaveRequested, MarketRequested, MirrorRequested
from tui.text.console_words import cards
from tui.widgets.console_head import ConsoleHead
from tui.widgets.console_lines import CommandFate, LogTail, SeatDetail, SurplusLine
from tui.widgets.console_part import ConsolePart
from tui.widgets.console_prompt import Prompt
from tui.widgets.figures_numbers import FiguresNumbers
from tui.widgets.figures_plots import PricePathPlot, SupplyDemandPlot
from tui.widgets.key_bar import KeyBar
from tui.widgets.roster_list import RosterList
from tui.widgets.text_line import TextLine

QUESTIONS = {
    "tell": "Message to {whom}; only they read it:",
    "answer": "Answer to {whom}; empty if you go to them:",
    "robot": "Pass {whom} to a robot? They are told, and its gains are not paid.",
    "reissue": "A new code for {whom}? The old code is void, and who is there has to join again.",
    "remove": "Remove {whom} from the session? Row and pay stay; they are disconnected.",
    "done": "Count {whom} as done with this stage?",
    "advance": "Begin the next stage for everybody?",
    "extend": "Seconds more for the period:",
    "end-period": "End the period now? It counts, and the next one comes.",
    "void": "Void the period? It is unpaid and in no result.",
    "again": "Void the period, and play the same values once more in the next one?",
    "pay-period": "Number of the one period that is paid (void ones cannot be):",
    "message": "Message to everybody:",
    "end": "End the session for good?",
}
"""The questions before the acts."""


@dataclass
class _Asking:
    """A question that stands: its act, the seats that are meant, how many times yes is still to be said."""

    act: Act
    seats: tuple[Seat, ...]
    times: int

    @property
    def words(self) -> bool:
        """Whether something is typed."""
        return self.act.asks in ("words", "words_or_nothing", "seconds", "period")


class ConsoleScreen(Screen[None]):
    """Shown from the first roster to the session's end, and after it."""

    AUTO_FOCUS = ""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.state: ConsoleState | None = None
        self._asking: _Asking | None = None
        self._leaving = False
        self._parts: list[ConsolePart] = []
        acts: dict[str, Callable[[], None]] = {act.key: partial(self.act, act.key) for act in ACTS}
        self._keys = acts | self._moves()

    def _moves(self) -> dict[str, Callable[[], None]]:
        """The keys that change nothing in the session. Textual's bindings act later than keys come: a letter typed
        behind the one that opens a prompt would be a key, too."""
        return {
            "up": partial(self.move, -1),
            "down": partial(self.move, 1),
            "pageup": partial(self.page, -1),
            "pagedown": partial(self.page, 1),
            "home": partial(self.move, -SEATS_MAX),
            "end": partial(self.move, SEATS_MAX),
            "space": self.mark,
            "a": self.mark_all,
            "enter": self.mirror,
            "escape": self.clear,
            "tab": partial(self.market, 1),
            "shift+tab": partial(self.market, -1),
            "w": self.other_page,
            "L": self.log_page,
            "?": self.keys_page,
            "q": self.leave,
        }

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield ConsoleHead()
        yield TextLine(id="console-connecting")
        with Vertical(id="console-roster"):
            yield RosterList()
            yield SurplusLine()
            yield SeatDetail()
        with Vertical(id="console-market"):
            yield FiguresNumbers()
            with Horizontal():
                yield SupplyDemandPlot()
                yield PricePathPlot()
        yield LogTail()
        yield Prompt()
        yield CommandFate()
        yield KeyBar()

    def on_mount(self) -> None:
        """Say where we look while nothing has come yet."""
        self._parts = [part for part in self.walk_children() if isinstance(part, ConsolePart)]
        self.connecting("")

    def on_resize(self) -> None:
        """How much is shown depends on how much room there is."""
        self.call_after_refresh(self.post_message, DrawRequested())

    def connecting(self, why: str) -> None:
        """Nobody has answered yet."""
        self.add_class("-connecting")
        again = f"\n\n✂ {why}; trying again …" if why else ""
        line = self.query_one("#console-connecting", TextLine)
        line.set_text(Content.assemble((f"Connecting to {self.url} …", "bold"), again))

    def draw(self, state: ConsoleState) -> None:
        """Bring every part up to date."""
        if self.state is None:
            self.call_after_refresh(self.post_message, DrawRequested())
        self.state = state
        self.remove_class("-connecting")
        self.set_class(state.figures is None or not state.figures.period, "-no-period")
        roster, seat = self._roster(), self.query_one(SeatDetail)
        roster.show(state)
        self.query_one(SurplusLine).show(state)
        seat.seat, seat.marked = roster.cursor, len(roster.marks)
        for part in self._parts:
            if part is not roster and isinstance(part, Widget) and part.region:
                part.show(state)

    # --- keys -------------------------------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """A question that wants a yes has every key; a key that is none of ours says so."""
        if event.key != "q":
            self._leaving = False
        if self._asking:
            event.stop()
            if self._asking.words:  # typed before the field had its focus: it is the field's, and never a key of ours
                self.query_one(Prompt).receive_key(event)
            else:
                self._agreed(event.key in ("y", "Y"))
        elif does := self._keys.get(event.key) or self._keys.get(event.character or ""):
            event.stop()
            does()
        elif event.is_printable and event.character:
            event.stop()
            self._say(f"Unknown key '{event.character}'; ? lists the keys.")

    def on_paste(self, event: Paste) -> None:
        """Put pasted text into the open field; without a field it is passed over, and none of it acts as a key."""
        event.stop()
        if self._asking and self._asking.words:
            if self.focused is None:  # else the field has it already
                self.query_one(Prompt).paste(event.text)
        else:
            self._say("Pasted text is no key. Press m for a message first.")

    def act(self, key: str) -> None:
        """Ask the act's question, if it has one, then act; or say why the key is dead."""
        state = self.state
        act = act_of(key, state) if state else None
        if state is None or act is None:
            self._say("Nothing has been heard of the session yet.")
            return
        meant = self._roster().meant() if act.on_seats else ()
        if why := why_not(act, state, meant):
            self._say(why)
            return
        seats = fitting(act, state, meant)
        if act.asks == "nothing":
            self._request(act, seats, "")
            return
        self._asking = _Asking(act, seats, times=2 if act.asks == "consent_twice" else 1)
        self._ask()

    def _ask(self, again: str = "") -> None:
        asking, state = self._asking, self.state
        assert asking
        assert state
        question = QUESTIONS[asking.act.name].format(whom=cards(state, asking.seats))
        if again:
            question = f"{again} {question}"
        how = "Enter sends, Esc leaves it." if asking.words else "y: yes; any other key: no."
        self.query_one(Prompt).ask(f"{question}  {how}", asking.words)
        self._say("")

    def _agreed(self, yes: bool) -> None:
        asking = self._asking
        assert asking
        if not yes:
            self._close_prompt()
            self._say("Nothing was done.")
            return
        asking.times -= 1
        if asking.times:
            self._ask("Really?")
            return
        self._close_prompt()
        self._request(asking.act, asking.seats, "")

    def on_prompt_answered(self, event: Prompt.Answered) -> None:
        """Words were typed, or the prompt was left."""
        asking = self._asking
        if asking is None:
            return
        if event.text is None:
            self._close_prompt()
            return
        if why := words_typed(asking.act, event.text):
            self._say(why)
            return
        self._close_prompt()
        self._request(asking.act, asking.seats, tidied(event.text))

    def _close_prompt(self) -> None:
        self._asking = None
        self.query_one(Prompt).put_away()
        self._redraw()

    def _request(self, act: Act, seats: tuple[Seat, ...], words: str) -> None:
        """The session may have gone on while a question stood: look again."""
        state = self.state
        assert state
        if why := why_not(act, state, seats):
            self._say(why)
            return
        self._say("")
        if act.name == "remove" and self._roster().cursor in seats:
            self._roster().move(1)  # their lines go to the bottom, and the eye stays where it is
        self.post_message(ActRequested(BY_NAME[act.name].name, seats, words))

    def move(self, steps: int) -> None:
        """The cursor up or down."""
        self._roster().move(steps)
        self._redraw()

    def page(self, pages: int) -> None:
        """The cursor a page up or down."""
        self._roster().move(pages * max(1, self._roster().page() - 1))
        self._redraw()

    def mark(self) -> None:
        """Mark the seat at the cursor, or no longer."""
        self._roster().mark()
        self._redraw()

    def mark_all(self) -> None:
        """Mark all seats, or none."""
        self._roster().mark_all()
        self._redraw()

    def clear(self) -> None:
        """Forget the marks and the last sentence."""
        self._roster().marks = frozenset()
        self._say("")
        self._redraw()

    def mirror(self) -> None:
        """The screen of the seat at the cursor, read-only."""
        roster, state = self._roster(), self.state
        if state is None or roster.cursor is None:
            self._say("There is no seat to mirror yet.")
        elif state.lost is not None:
            self._say("The connection is lost. A mirror needs it.")
        else:
            self.post_message(MirrorRequested(roster.cursor))

    def market(self, step: int) -> None:
        """The next market's figures."""
        if self.state and self.state.markets > 1:
            self.post_message(MarketRequested(step))
        else:
            self._say("This session has one market.")

    def other_page(self) -> None:
        """Roster or figures, where a low terminal has no room for both."""
        if self.has_class("-high"):
            self._say("Roster and figures are both shown.")
            return
        self.toggle_class("-figures")
        self.call_after_refresh(self.post_message, DrawRequested())

    def log_page(self) -> None:
        """The whole log, on top."""
        if self.state:
            self.app.push_screen(ConsoleLogScreen(self.state))

    def keys_page(self) -> None:
        """All keys with their commands, on top."""
        self.app.push_screen(ConsoleKeysScreen())

    def leave(self) -> None:
        """Leave, if it is meant: the session goes on without a console."""
        if self._leaving or (self.state and self.state.clock.phase == "ended"):
            self.post_message(LeaveRequested())
            return
        self._leaving = True
        self._say("Press q again to leave. The session goes on; pit console brings you back.")

    def on_roster_list_moved(self) -> None:
        """The mouse has moved the cursor."""
        self._redraw()

    # --- parts ------------------------------------------------------------------------------------------------------

    def _roster(self) -> RosterList:
        return self.query_one(RosterList)

    def _redraw(self) -> None:
        if self.state:
            self.draw(self.state)

    def say(self, sentence: str) -> None:
        """A sentence for the person at the console."""
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        line = self.query_one(CommandFate)
        line.say(sentence)
        if self.state:
            line.show(self.state)
