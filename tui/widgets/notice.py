"""The line across the screen for what everybody must see: a lost connection, a pause, a break. Else it is not there."""

from textual.content import Content

from p2p.units import Instant
from tui.model import Model
from tui.widgets.line import Line
from tui.wording import clock


class Notice(Line):
    """One sentence in reverse, shown only while there is something to say."""

    def show(self, model: Model, now: Instant) -> None:
        """Bring the notice up to date."""
        said = notice(model, now)
        self.display = bool(said)
        self.set_class(model.lost is not None, "-lost")
        if said:
            self.say(Content(said))


def notice(model: Model, now: Instant) -> str:
    """The most urgent thing to know, or nothing; the experimenter's words stay until he says others."""
    state = _state(model, now)
    said = f"✉ Experimenter: {model.announced}" if model.announced else ""
    return "   ".join(part for part in (state, _absence(model), said) if part)


def _absence(model: Model) -> str:
    """That a robot holds the seat, or until the period's end that it has held it."""
    absence = model.absence
    if absence is None or model.public.phase == "ended":
        return ""
    if absence.until_period is None:
        return "⚙ A robot holds this seat until its owner is back."
    if absence.until_period != model.public.period:
        return ""
    rest = " Orders that rest may be its." if model.own.orders else ""
    if not absence.contracts:
        return f"⚙ A robot stood in; it has made no contract.{rest}"
    made = "a contract" if absence.contracts == 1 else f"{absence.contracts} contracts"
    gained = f"{model.figures.signed(absence.gain)} {model.figures.money_unit}"
    return f"⚙ A robot stood in: its orders made {made} ({gained}, not paid).{rest}"


def _state(model: Model, now: Instant) -> str:
    """What has become of the line, the clock or the period, where that matters."""
    if model.lost is not None:
        kept = "" if model.seat is None else " Your quotes stand, your orders are kept."
        return f"✂ CONNECTION LOST, trying again …{kept}"
    if model.public.paused:
        return "‖ PAUSED: the clock stands still, and no order is taken until it goes on."
    if model.public.phase == "break" and model.period:
        left = clock(model.public.time_left_us(now))
        unit = f" {model.figures.money_unit}" if model.figures.energy else ""
        earned = "" if model.seat is None else f" You earned {model.figures.signed(model.period.surplus)}{unit} in it."
        return f"Period {model.period.number} is over.{earned} Period {model.next_period} starts in {left}."
    return ""
