"""`pit console`: the experimenter's connection, the fold of what it tells, and the screens of roster and mirror."""

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Protocol, assert_never

from textual.css.query import NoMatches
from textual.types import CSSPathType

from bots.client import DROPPED
from bots.door import NoAnswer
from bots.reconnecting import Closed, Facts, Happening, Lost
from p2p.base.units import SECOND, Instant, Seat
from p2p.information.console_fold import ConsoleFold
from p2p.information.console_state import ConsoleState
from p2p.messages import Message
from p2p.protocol.codec import ProtocolError
from p2p.protocol.console_frames import Console, MirroredFacts, MirrorOpened, Roster
from p2p.protocol.frames import Door, Fault, Welcome
from p2p.protocol.market_figures import MarketFigures
from tui.apps.base import ExitSummary, LabApp
from tui.apps.trade import Trader
from tui.entry.console_acts import BY_NAME, messages_of
from tui.screens.console import ConsoleScreen
from tui.screens.mirror import Mirrored, mirror_screen, mirrored_stage
from tui.screens.new_code import NewCodeScreen
from tui.screens.requests import ActRequested, MarketRequested, MirrorRequested
from tui.text.console_words import card_of, cards

LOOKS = Path(__file__).resolve().parents[1]
"""The folder of the terminal's looks."""
FIRST_S = 8.0
"""How long a server is tried that has never answered."""
PATIENCE_S = 900.0
"""How long a server is waited for that has been there: an experimenter may need to start it again."""
SENT_AT_ONCE = 16
"""Messages of one command that wait for answers at once: a server takes no hundred of them in one moment."""
CLOSED = {
    4000: "The session is over.",
    4001: "Another console has taken over this session; this one is closed.",
    4002: "The server does not know this code. It prints a new one for the experimenter each time it starts.",
}
"""Why a connection is closed for good, in the experimenter's words."""


AskDoor = Callable[[], Awaitable[Door | Fault]]
"""Asks the server at its door, on a connection of its own: its lock and its codes. Raises NoAnswer."""


class ConsoleLine(Trader, Protocol):
    """The parts of bots.client.Client that the console needs, so that a play can stand in its place."""

    on_console: Callable[[Console], None]

    def mirror(self, seat: Seat | None = None, market: int | None = None) -> None:
        """Ask for a seat's facts, or for none."""


class ConsoleApp(LabApp):
    """The experimenter's program."""

    CSS_PATH: ClassVar[CSSPathType | None] = [LOOKS / "lab.tcss", LOOKS / "console.tcss"]

    def __init__(self, client: ConsoleLine, ask_door: AskDoor | None = None) -> None:
        super().__init__()
        self.client = client
        self._ask_door = ask_door
        self._codes_due = False
        self.client.patience_s = FIRST_S
        self.client.on_console = self.take_frame
        self.fold: ConsoleFold | None = None
        self._queue: deque[tuple[Seat | None, Message]] = deque()
        self._stamp: tuple[int, int] | None = None
        self._mirror_stage = ""

    def on_mount(self) -> None:
        """Open the screen and the line."""
        self.push_screen(ConsoleScreen(self.client.url))
        self.run_worker(self._listen(), exclusive=True)

    def now(self) -> Instant:
        """The session's clock, as the client reckons it."""
        return self.client.now()

    @property
    def ended(self) -> bool:
        """Whether the session is known to be over."""
        return self.fold is not None and self.fold.view(self.now()).clock.phase == "ended"

    # --- the line ---------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for happening in self.client.happenings():
            self.take(happening)
        self._line_closed()

    def take(self, happening: Happening) -> None:
        """Fold an event of the line."""
        match happening:
            case Welcome():
                self._welcomed(happening)
            case Facts(told=told) if self.fold:
                for fact in told:
                    self.fold.fold(fact)
                self._send_on()
                self._codes_are_due()
            case Facts():
                pass
            case Lost(why=why):
                if self.fold:
                    self.fold.line_lost(why)
                else:
                    self._console().connecting(why)
            case Fault(code="token_taken", why=why) if self.fold:
                self._queue.clear()
                self.fold.not_sent(why)
            case Fault(code=code) if code in DROPPED:
                pass  # the client says it again by itself
            case Fault(why=why):
                self._console().say(f"The server did not take that: {why}")
            case _:
                assert_never(happening)

    def _welcomed(self, welcome: Welcome) -> None:
        self.client.patience_s = PATIENCE_S
        if self.fold is None:
            self.fold = ConsoleFold(welcome.session, welcome.rules)
        self.fold.line_up()
        if self.fold.mirrored_seat is not None:
            self.client.mirror(self.fold.mirrored_seat)
        if self._ask_door:
            self.run_worker(self._look_at_door(self._ask_door))

    async def _look_at_door(self, ask: AskDoor) -> None:
        """Whether the door is locked: no frame says so."""
        with suppress(NoAnswer):
            door = await ask()
            if isinstance(door, Door) and self.fold:
                self.fold.set_locked(door.locked)

    async def _show_codes(self, ask: AskDoor, seats: tuple[Seat, ...]) -> None:
        """The new codes, which only the door says."""
        why = "another code is needed"
        try:
            door = await ask()
            why = door.why if isinstance(door, Fault) else why
        except NoAnswer as error:
            door, why = None, str(error)
        assert self.fold
        state = self.fold.view(self.now())
        codes = {card.card: card.code for card in door.cards} if isinstance(door, Door) else {}
        shown = [(cards(state, (seat,)), codes.get(card_of(state, seat), "")) for seat in seats]
        shown = [(whom, code) for whom, code in shown if code]
        if shown:
            self.push_screen(NewCodeScreen(tuple(shown)))
        else:
            self._console().say(f"The new code cannot be read here ({why}); pit ctl URL seats-sheet FILE has it.")

    def take_frame(self, told: Console) -> None:
        """Fold a frame that only a console is sent."""
        fold = self.fold
        if fold is None:
            return
        match told:
            case Roster():
                fold.set_roster(told)
            case MirrorOpened(seat=seat, rules=rules):
                if seat is not None and seat == fold.mirrored_seat:
                    fold.open_mirror(seat, rules)
            case MirroredFacts(facts=facts, state=states):
                fold.fold_mirrored(facts, states)
            case MarketFigures():
                fold.set_figures(told)
            case _:
                assert_never(told)

    def _line_closed(self) -> None:
        """The line is closed for good. The end of a session may be looked at, anything else is over now."""
        closed = self.client.closed or Closed(0, "the connection ended")
        if self.ended:
            return
        sentence = CLOSED.get(closed.code, f"The connection is closed: {closed.why}.")
        self.exit(ExitSummary(sentence, status=0 if closed.code in (4000, 4001) else 2))

    # --- drawing ----------------------------------------------------------------------------------------------------

    def refresh_if_changed(self) -> None:
        """Draw, if anything is new or a second has passed."""
        if self.fold is None:
            return
        stamp = (self.fold.version, self.now() // SECOND)
        if stamp != self._stamp:
            self._stamp = stamp
            self.draw()

    def draw(self) -> None:
        """Draw now: the mirror where it lies on top, else the console."""
        if self.fold is None or len(self.screen_stack) < 2:
            return
        state = self.fold.view(self.now())
        with suppress(NoMatches):  # a screen that is being put up or taken down has not all of its parts
            if state.mirror is None:
                if self._console().is_mounted:
                    self._console().draw(state)
            else:
                self._draw_mirror(state)

    def _draw_mirror(self, state: ConsoleState) -> None:
        mirror = state.mirror
        assert mirror
        stage = mirrored_stage(mirror)
        if stage != self._mirror_stage:
            had, self._mirror_stage = self._mirror_stage, stage
            screen = mirror_screen(mirror)
            if had:
                self.switch_screen(screen)
            else:
                self.push_screen(screen)
            self.call_later(self.draw)
            return
        screen_now = self.screen
        if isinstance(screen_now, Mirrored) and screen_now.is_mounted:
            screen_now.name_seat(mirror)
            if mirror.view:
                screen_now.draw(mirror.view)

    def _console(self) -> ConsoleScreen:
        screen = self.screen_stack[1]
        assert isinstance(screen, ConsoleScreen)
        return screen

    # --- requests of the screens ------------------------------------------------------------------------------------

    def on_mirror_requested(self, event: MirrorRequested) -> None:
        """Show a seat's screen, or go back from it."""
        if self.fold is None:
            return
        self.fold.open_mirror(event.seat)
        self.client.mirror(event.seat)
        if event.seat is None and self._mirror_stage:
            self._mirror_stage = ""
            self.pop_screen()
        self.draw()

    def on_market_requested(self, event: MarketRequested) -> None:
        """Look at another market."""
        if self.fold:
            self.fold.look_at((self.fold.market + event.step) % self.fold.rules.markets)
            self.draw()

    def on_act_requested(self, event: ActRequested) -> None:
        """Send an act's messages, so many at a time."""
        assert self.fold
        messages = messages_of(BY_NAME[event.name], event.seats, event.words)
        if self._queue:
            self._console().say("The last command is still being sent; press the key again in a moment.")
            return
        self._codes_due = event.name == "reissue"
        self.fold.give(self.now(), event.name, event.seats, event.words, len(messages))
        self._queue.extend(messages)
        self._send_on()
        self.draw()

    def _send_on(self) -> None:
        """Send what waits, while not too much is unanswered."""
        assert self.fold
        while self._queue and self.fold.unanswered < SENT_AT_ONCE:
            seat, message = self._queue.popleft()
            try:
                self.fold.sent(self.client.send(message), seat)
            except ProtocolError as error:
                self._queue.clear()
                self.fold.not_sent(error.why)

    def _codes_are_due(self) -> None:
        """New codes are shown once all of them have been accepted."""
        done = self.fold.done() if self.fold and self._codes_due else None
        if done is not None:
            self._codes_due = False
            if done[1] and self._ask_door:
                self.run_worker(self._show_codes(self._ask_door, done[1]))

    def leave(self) -> None:
        """The experimenter has had enough; the session goes on."""
        over = self.ended
        self.exit(ExitSummary("The session is over." if over else "The session goes on without a console."))
