"""`pit watch`: a market's public screen, fed by a spectator's line or by a broker, with the model of all terminals."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import ClassVar, Protocol

from textual.types import CSSPathType

from bots.broker.topic_reader import MissedContracts
from bots.reconnecting import Closed, Facts, Happening, Lost
from p2p.base.units import Instant
from p2p.protocol.frames import Fault, Welcome
from p2p.protocol.mqtt_topics import Welfare
from p2p.protocol.reveal import Reveal
from tui.apps.base import ExitSummary, LabApp
from tui.model.model import Model
from tui.screens.results import ResultsScreen, farewell
from tui.screens.reveal import RevealScreen
from tui.screens.watch import WatchScreen
from tui.text.reveal_words import efficiency_of_all
from tui.widgets.colours import LIGHT

LOOKS = Path(__file__).resolve().parents[1]
"""The folder of the terminal's looks."""
DARK = "textual-dark"
"""The dark look, which all programs begin with."""
FIRST_S = 8.0
"""How long an address is tried that has never answered."""
PATIENCE_S = 900.0
"""How long a market is waited for that has been there."""
CLEAN_CLOSE_CODES = {4000}
"""The close code that nobody is to blame for: the session is over."""
NOT_SHOWN = 4002
"""The close code of a session that has no spectators."""


class Watched(Protocol):
    """The parts of a line that watching needs."""

    url: str
    patience_s: float
    closed: Closed | None
    on_reveal: Callable[[Reveal], None]

    def now(self) -> Instant:
        """The session's clock."""

    def happenings(self) -> AsyncIterator[Happening | Welfare | MissedContracts]:
        """Everything that happens on the line, results of the periods if they are told, and contracts that were not
        heard."""


class WatchApp(LabApp):
    """The projector: the screen of the public. `join` and `class_code` are shown in the lobby."""

    CSS_PATH: ClassVar[CSSPathType | None] = [LOOKS / "lab.tcss", LOOKS / "watch.tcss"]

    def __init__(self, client: Watched, light: bool = False, join: str = "", class_code: str = "") -> None:
        super().__init__()
        self.client = client
        self.client.patience_s = FIRST_S
        self.client.on_reveal = self.take_reveal
        self.join, self.class_code = join, class_code
        self.reveal: Reveal | None = None
        self.register_theme(LIGHT)
        if light:
            self.theme = LIGHT.name

    def on_mount(self) -> None:
        """Open the screen and the line."""
        self.push_screen(WatchScreen(self.client.url, self.join, self.class_code))
        self.run_worker(self._listen(), exclusive=True)

    def now(self) -> Instant:
        """The session's clock, as the line reckons it."""
        return self.client.now()

    async def _listen(self) -> None:
        async for happening in self.client.happenings():
            self.take(happening)
        closed = self.client.closed or Closed(0, "the connection ended")
        if self.ended:
            return
        said = "There is nothing to watch" if closed.code == NOT_SHOWN else "Disconnected"
        self.exit(ExitSummary(f"{said}: {closed.why}.", status=0 if closed.code in CLEAN_CLOSE_CODES else 2))

    def take(self, happening: Happening | Welfare | MissedContracts) -> None:
        """Fold an event of the line."""
        match happening:
            case Welcome(rules=rules):
                self.client.patience_s = PATIENCE_S
                self.model = self.model or Model(rules, None)
                self.model.line_up()
            case Facts(told=told, state=states) if self.model:
                for fact in told:
                    self.model.fold(fact)
                self.model.set_states(states)
            case MissedContracts(contracts=contracts) if self.model:
                self.model.set_missed(contracts)
            case Welfare() if self.model:
                self.model.set_welfare(happening)
            case Lost(why=why) if self.model:
                self.model.line_lost(why)
            case Lost(why=why) | Fault(why=why):
                if isinstance(screen := self.screen_stack[1], WatchScreen):
                    screen.connecting(why)
            case _:
                pass

    def take_reveal(self, told: Reveal) -> None:
        """A lesson is over: supply and demand may be shown."""
        self.reveal = told
        if self.model and isinstance(screen := self.screen_stack[1], WatchScreen):
            screen.revealed(efficiency_of_all(told, self._market))
            self.draw()

    @property
    def _market(self) -> int:
        return (self.model.public.rules.market if self.model else None) or 0

    def on_reveal_requested(self) -> None:
        """Supply and demand, on top; s comes back."""
        if self.reveal is not None and self.model is not None:
            self.push_screen(RevealScreen(self.reveal, self.model.public.rules, self._market))

    def on_light_requested(self) -> None:
        """Light for dark, or dark for light."""
        self.theme = DARK if self.theme == LIGHT.name else LIGHT.name
        for screen in self.screen_stack:
            if isinstance(screen, WatchScreen):
                screen.draw_anew()
            elif isinstance(screen, RevealScreen):
                screen.lay_out()
        self.draw()

    def leave(self) -> None:
        """Back from the results, or the end."""
        if isinstance(self.screen, ResultsScreen):
            self.pop_screen()
            return
        self.exit(ExitSummary(farewell(self.view(results=True))))
