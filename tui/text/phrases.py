"""Times, phases and contracts in words: plain text for the widgets, from the model."""

from p2p.base.units import SECOND, Duration, Instant
from tui.model.model import Model
from tui.model.period import Deal


def clock(left_us: Duration | None) -> str:
    """Minutes and seconds, rounded up: 0:00 is the end and nothing before it."""
    if left_us is None:
        return "–:––"
    seconds = -(-left_us // SECOND)
    return f"{seconds // 60}:{seconds % 60:02}"


def counted(number: int, thing: str) -> str:
    """`1 contract`, `2 contracts`, `0 contracts`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def into(into_us: Duration) -> str:
    """How far into the period, in minutes and seconds, rounded down."""
    return f"{into_us // SECOND // 60}:{into_us // SECOND % 60:02}"


def stage(model: Model) -> str:
    """Where the session stands: `Period 2 of 5`."""
    if model.public.phase == "lobby":
        return "Lobby"
    if model.public.phase == "ended":
        return "The end"
    return f"Period {model.public.period} of {model.rules.periods}"


def state(model: Model, now: Instant) -> str:
    """What the clock runs towards: `0:47 left`, `paused, 0:47 left`, `break, next in 0:05`."""
    left = model.time_left_us(now)
    if model.public.phase == "ended":
        return "over"
    if model.public.phase == "lobby":
        return "paused" if model.public.paused else "waiting"
    said = f"break, next in {clock(left)}" if model.public.phase == "break" else f"{clock(left)} left"
    posting = model.public.clock.call_left_us(now) if model.public.clock.posting else None
    if posting is not None:
        said = f"posting, {clock(posting)}"
    if model.public.paused:
        return f"PAUSED, {clock(left)} left"
    return said if model.public.open or model.public.phase == "break" else "closed"


def whose(deal: Deal, named: bool, short: bool = False) -> str:
    """What is to be said of a contract's parties: one's own part in words, else aliases where they are shown."""
    if deal.mine and short:
        return "◆bought" if deal.mine == "buyer" else "◆sold"
    if deal.mine:
        return "◆ you bought" if deal.mine == "buyer" else "◆ you sold"
    return f"T{deal.seller} → T{deal.buyer}" if named and deal.buyer is not None else ""
