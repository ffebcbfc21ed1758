"""Where a recording is: playing or not, how fast, a bar of its length with its periods, and whose view it is."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from p2p.base.units import SECOND, Instant
from tui.model.replay_player import Player
from tui.widgets.text_line import TextLine


class PlaybackBar(Vertical):
    """Two lines: the recording with its speed, and the position. A click on the position asks to go there."""

    class Sought(Message):
        """An instant was clicked at."""

        def __init__(self, at: Instant) -> None:
            super().__init__()
            self.at = at

    def __init__(self) -> None:
        super().__init__(id="playbar")
        self._player: Player | None = None

    def on_click(self, click: events.Click) -> None:
        """Ask to go where the position line was clicked."""
        line = self.query_one("#play-position", TextLine)
        if self._player is not None and line.region.contains(*click.screen_offset):
            at = clicked(self._player, click.screen_x - line.region.x, self.content_size.width)
            if at is not None:
                self.post_message(self.Sought(at))

    def compose(self) -> ComposeResult:
        """The two lines."""
        yield TextLine(id="play-state")
        yield TextLine(id="play-position")

    def draw_player(self, player: Player, typed: str = "") -> None:
        """Bring both up to date; `typed`: the number of a period or, behind #, of a contract."""
        self._player = player
        whose = player.whose
        doing = "▶ playing" if player.playing else "■ at the end" if player.finished else "‖ paused"
        cut = "  ✂ this recording was cut; it is played up to the cut" if player.replay.cut else ""
        if player.replay.runs:
            cut = "  … this session is still running; it is played as far as it had come"
        if typed:
            what = "contract" if typed.startswith("#") else "period"
            cut = f"  go to {what} {typed.lstrip('#')}_ (Enter)"
        self.query_one("#play-state", TextLine).set_text(
            Content.assemble(
                (f"{doing} at ×{player.speed:g}", "bold"), f"  {whose}, {player.replay.session}", (cut, "bold")
            )
        )
        self.query_one("#play-position", TextLine).set_text(Content(position(player, self.content_size.width)))


def position(player: Player, width: int) -> str:
    """`1:05 ━━━┿━━●───┼─── 4:00`: a bar with a notch at the start of each period."""
    begin, end = player.begin_at, player.end_at
    left, cells, right = _parts(player, width)
    span = max(1, end - begin)
    here = (player.at - begin) * (cells - 1) // span
    notches = {(start - begin) * (cells - 1) // span for start in player.starts}
    bar = "".join(_cell(cell, here, cell in notches) for cell in range(cells))
    return left + bar + right


def clicked(player: Player, column: int, width: int) -> Instant | None:
    """The instant at a column of the position line; None beside the bar."""
    left, cells, _ = _parts(player, width)
    cell = column - len(left)
    if not 0 <= cell < cells:
        return None
    return player.begin_at + (player.end_at - player.begin_at) * cell // (cells - 1)


def _parts(player: Player, width: int) -> tuple[str, int, str]:
    """The words left of the bar, its cells, the words right of it."""
    begin, end = player.begin_at, player.end_at
    left, right = f"{minutes(player.at - begin)} ", f" {minutes(end - begin)}"
    return left, max(4, width - len(left) - len(right)), right


def _cell(cell: int, here: int, notch: bool) -> str:
    if cell == here:
        return "●"
    if cell < here:
        return "┿" if notch else "━"
    return "┼" if notch else "─"


def minutes(instant: Instant) -> str:
    """Minutes and seconds."""
    return f"{instant // SECOND // 60}:{instant // SECOND % 60:02}"
