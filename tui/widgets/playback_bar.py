"""Where a recording is: playing or not, how fast, a bar of its length with its periods, and whose view it is."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.base.units import SECOND, Instant
from tui.model.replay_player import Player
from tui.widgets.text_line import TextLine


class PlaybackBar(Vertical):
    """Two lines: the recording with its speed, and the position."""

    def __init__(self) -> None:
        super().__init__(id="playbar")

    def compose(self) -> ComposeResult:
        """The two lines."""
        yield TextLine(id="play-state")
        yield TextLine(id="play-position")

    def draw_player(self, player: Player) -> None:
        """Bring both up to date."""
        whose = "the public's view" if player.replay.seat is None else f"as seat {player.replay.seat + 1} saw it"
        doing = "▶ playing" if player.playing else "■ at the end" if player.finished else "‖ paused"
        cut = "  ✂ this recording was cut; it is played up to the cut" if player.replay.cut else ""
        if player.replay.runs:
            cut = "  … this session is still running; it is played as far as it had come"
        self.query_one("#play-state", TextLine).set_text(
            Content.assemble(
                (f"{doing} at ×{player.speed:g}", "bold"), f"  {whose}, {player.replay.session}", (cut, "bold")
            )
        )
        self.query_one("#play-position", TextLine).set_text(Content(position(player, self.content_size.width)))


def position(player: Player, width: int) -> str:
    """`1:05 ━━━┿━━●───┼─── 4:00`: a bar with a notch at the start of each period."""
    begin, end = player.begin_at, player.end_at
    left, right = f"{minutes(player.at - begin)} ", f" {minutes(end - begin)}"
    cells = max(4, width - len(left) - len(right))
    span = max(1, end - begin)
    here = (player.at - begin) * (cells - 1) // span
    notches = {(start - begin) * (cells - 1) // span for start in player.starts}
    bar = "".join(_cell(cell, here, cell in notches) for cell in range(cells))
    return left + bar + right


def _cell(cell: int, here: int, notch: bool) -> str:
    if cell == here:
        return "●"
    if cell < here:
        return "┿" if notch else "━"
    return "┼" if notch else "─"


def minutes(instant: Instant) -> str:
    """Minutes and seconds."""
    return f"{instant // SECOND // 60}:{instant // SECOND % 60:02}"
