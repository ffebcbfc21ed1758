"""Times, phases and contracts in words: plain text for the widgets, from the view."""

from p2p.base.units import SECOND, Duration
from p2p.information.view_state import Deal, ViewState
from tui.text.stage_words import in_stage, numbered, say


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


def stage(view: ViewState) -> str:
    """Where the session stands: `Period 2 of 5`."""
    if view.clock.phase == "lobby":
        return f"{market_words(view)}Lobby"
    if view.clock.phase == "ended":
        return f"{market_words(view)}The end"
    if in_stage(view) and view.stage is not None:
        return f"{market_words(view)}{numbered(view.stage)}"
    ahead = view.clock.next_period if view.clock.preview else None
    period = ahead or view.clock.period or view.clock.next_period
    if view.clock.practice:
        practice = say("practice", period=period, periods=view.clock.periods)
        return f"{market_words(view)}{practice}"
    return f"{market_words(view)}Period {period} of {view.clock.periods or view.rules.periods}"


def market_words(view: ViewState) -> str:
    """Which market this is, where there are several."""
    return "" if view.rules.market is None else f"Market {view.rules.market + 1} · "


def between_periods(view: ViewState) -> bool:
    """Whether a period is over and the units of the next one are not dealt yet."""
    return view.clock.phase == "break" and not view.clock.preview


def state(view: ViewState) -> str:
    """The next event of the clock: `0:47 left`, `paused, 0:47 left`, `break, next in 0:05`."""
    left = view.clock.left_us
    if view.clock.phase == "ended":
        return "over"
    if view.clock.phase == "lobby":
        return "paused" if view.clock.paused else "waiting"
    if view.clock.phase == "stage":
        stopped = "PAUSED" if view.clock.paused else ""
        return ", ".join(part for part in (stopped, "" if left is None else f"{clock(left)} left") if part)
    if view.clock.preview:
        return f"your units; opens in {clock(left)}"
    said = f"break, next in {clock(left)}" if view.clock.phase == "break" else f"{clock(left)} left"
    if view.clock.posting and view.clock.call_left_us is not None:
        said = f"posting, {clock(view.clock.call_left_us)}"
    if view.clock.paused:
        return f"PAUSED, {clock(left)} left"
    return said if view.clock.open or view.clock.phase == "break" else "closed"


def whose(deal: Deal, named: bool, short: bool = False) -> str:
    """The parties of a contract, in words: one's own part, else aliases if they are shown."""
    if deal.mine and short:
        return "◆bought" if deal.mine == "buyer" else "◆sold"
    if deal.mine:
        return "◆ you bought" if deal.mine == "buyer" else "◆ you sold"
    return f"T{deal.seller} → T{deal.buyer}" if named and deal.buyer is not None else ""
