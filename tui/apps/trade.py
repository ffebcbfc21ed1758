"""`pit trade`: a trader's line, the model of what it told, and the screens of a session from lobby to results."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Protocol

from textual.css.query import NoMatches
from textual.screen import Screen

from bots.reconnecting import Closed, Facts, Happening, Lost
from p2p.base.display_name import display_name
from p2p.base.units import Instant
from p2p.information.view_state import ViewState
from p2p.messages import Help, Message, Withdraw
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import NAME_MAX, Fault, Welcome
from tui.apps.base import ExitSummary, LabApp
from tui.apps.watch import Watched
from tui.model.model import Model
from tui.screens.ask_twice import AskTwiceScreen
from tui.screens.lobby import LobbyScreen
from tui.screens.requests import HelpRequested, OrderRequested, WithdrawRequested
from tui.screens.results import ResultsScreen, farewell
from tui.screens.rules import RulesScreen
from tui.screens.stage import StageScreen
from tui.screens.trading import LEAVE, LEAVE_S, TradingScreen
from tui.text.refusals import closed_sentence
from tui.text.stage_words import in_stage, may_withdraw, owed, say

FIRST_S = 8.0
"""How long a server is tried that has never answered: a mistyped address should not take a minute."""
PATIENCE_S = 900.0
"""How long a server is waited for that has been there: an experimenter may need to start it again."""
CLEAN_CLOSE_CODES = {4000, 4001}
"""Close codes that nobody is to blame for: the session is over, or another terminal has the seat."""


class Trader(Watched, Protocol):
    """The parts of bots.client.Client that the app needs, so that a play can stand in its place."""

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        """Send a message; its token."""

    def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens on the line."""


def _screen_of(stage: str, view: ViewState, name: str = "") -> Screen[None]:
    """The screen that belongs to a session's phase."""
    if stage == "results":
        return ResultsScreen(view)
    if stage == "stage":
        return StageScreen(view)
    return TradingScreen(view) if stage == "trading" else LobbyScreen(name)


class TradeApp(LabApp):
    """The terminal of one seat; `name` is what its person has said."""

    def __init__(self, client: Trader, name: str = "") -> None:
        super().__init__()
        self.name_said = display_name(name, NAME_MAX)
        self.client = client
        self.client.patience_s = FIRST_S
        self._trying = ""
        self._stage = ""
        self._asked_to_leave = False

    def on_mount(self) -> None:
        """Open the lobby and the line."""
        self.push_screen(LobbyScreen(self.name_said))
        self._stage = "lobby"
        self.run_worker(self._listen(), exclusive=True)

    def now(self) -> Instant:
        """The session's clock, as the client reckons it."""
        return self.client.now()

    async def _listen(self) -> None:
        async for happening in self.client.happenings():
            self.take(happening)
        self._line_closed()

    def take(self, happening: Happening) -> None:
        """Fold an event of the line."""
        match happening:
            case Welcome(rules=rules, seat=seat):
                self.client.patience_s = PATIENCE_S
                self.model = self.model or Model(rules, seat)
                self.model.line_up()
            case Facts(told=told, state=states) if self.model:
                for fact in told:
                    self.model.fold(fact)
                self.model.set_states(states)
            case Lost(why=why):
                self._lost(why)
            case Fault(why=why):
                self.notify(f"The server did not take that: {why}", severity="error")
            case _:
                pass

    def _lost(self, why: str) -> None:
        self._trying = why
        if self.model:
            self.model.line_lost(why)
        else:
            self.draw()

    def draw(self) -> None:
        """Draw; before there is a market, draw its absence."""
        if self.model is None:
            lobby = self.screen_stack[1] if len(self.screen_stack) > 1 else None
            with suppress(NoMatches):  # the screen has no parts yet, or has them no more
                if isinstance(lobby, LobbyScreen):
                    lobby.connecting(self.client.url, self._trying)
            return
        super().draw()

    def draw_view(self, view: ViewState) -> None:
        """Draw a view, on the screen that belongs to the session's phase."""
        going_on = "stage" if in_stage(view) else "trading"
        stage = {"lobby": "lobby", "ended": "results"}.get(view.clock.phase, going_on)
        if stage != self._stage:
            self._stage = stage
            while len(self.screen_stack) > 2:
                self.pop_screen()
            self.switch_screen(_screen_of(stage, self.view(results=stage == "results") or view, self.name_said))
            self.check_size(self.size)
            return
        super().draw_view(view)

    def on_order_requested(self, event: OrderRequested) -> None:
        """Send an order; where too many wait for an answer, the screen says so."""
        assert self.model
        try:
            token = self.client.send(event.order, {"redraw_us": self.redraw_us})
        except ProtocolError as error:
            if isinstance(screen := self.screen_stack[1], TradingScreen | StageScreen):
                screen.not_sent(error.why, event.typed)
            return
        self.model.set_pending(token, event.order)
        self.draw()

    def action_ask_to_leave(self) -> None:
        """Leave at once before there is a session and after its end; in it, if the key is pressed twice."""
        if self.model is None or self.ended or self._asked_to_leave:
            self.leave()
            return
        self._asked_to_leave = True
        self.set_timer(LEAVE_S, self._stay)
        self.notify(LEAVE.format(key="Ctrl+Q"), timeout=LEAVE_S)

    def _stay(self) -> None:
        """The question is over: the next Ctrl+Q asks again."""
        self._asked_to_leave = False

    def on_help_requested(self, event: HelpRequested) -> None:
        """Ask the experimenter to come, or ask no longer; a seat that is watched only asks for nothing."""
        if self.model is None or self.model.care.passed or self.ended:
            return
        try:
            token = self.client.send(Help(withdrawn=self.model.care.help_asked))
        except ProtocolError as error:
            self.notify(f"Not sent: {error.why}", severity="error")
            return
        self.model.set_help_pending(token)

    def on_withdraw_requested(self, event: WithdrawRequested) -> None:
        """Leave the session for good, if it is said twice."""
        view = self.view()
        if isinstance(self.screen, RulesScreen):
            self.pop_screen()
        if view is None or not may_withdraw(view):
            return

        def withdraw(sure: bool | None) -> None:
            if sure:
                self.on_order_requested(OrderRequested(Withdraw(), ""))

        self.push_screen(AskTwiceScreen(say("withdraw.ask", **owed(view)), say("withdraw.sure")), withdraw)

    def leave(self) -> None:
        """The trader has had enough, or the session is over."""
        self.exit(ExitSummary(farewell(self.view(results=True))))

    def _line_closed(self) -> None:
        """The line is closed for good. Results may be read to the end, anything else is over now."""
        closed = self.client.closed or Closed(0, "the connection ended")
        if self.ended:
            return
        sentence = closed_sentence(closed.code, closed.why)
        if closed.code in CLEAN_CLOSE_CODES:
            self.exit(ExitSummary(sentence))
        else:
            self.exit(ExitSummary(sentence, status=2))
