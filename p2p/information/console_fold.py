"""The console's content, folded from its frames and facts. Pure: time is handed in; `view` is all that it renders."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from p2p.base.safe_text import printable
from p2p.base.units import Instant, Seat
from p2p.information.console_state import (
    LOG_LINES,
    NEEDS,
    CommandShown,
    ConsoleClock,
    ConsoleState,
    HappenedShown,
    MirrorView,
    Need,
    RowShown,
    SeatCounts,
    SeatRefusal,
)
from p2p.information.printable_rules import printable_rules
from p2p.information.view_fold import ViewFold
from p2p.messages import (
    Accepted,
    Announced,
    Ended,
    EndRound,
    Extended,
    Held,
    Message,
    Paused,
    Reason,
    Refused,
    Resumed,
    StageBegan,
    StartRound,
    Voided,
)
from p2p.protocol.console_frames import Roster, RosterRow, SurplusRow
from p2p.protocol.frames import NumberedFact
from p2p.protocol.market_figures import MarketFigures
from p2p.scenario.public_rules import PublicRules

SURPLUS = {"locked": "the door is locked"}
"""Reasons that come as a word for programs, as sentences."""


@dataclass
class _Command:
    """A command that was given: its messages' tokens, each with its seat, until they are answered."""

    at: Instant
    name: str
    seats: tuple[Seat, ...]
    words: str
    waiting: dict[int, Seat | None] = field(default_factory=dict)
    refused: list[SeatRefusal] = field(default_factory=list)
    queued: int = 0
    unsent: str = ""

    def shown(self) -> CommandShown:
        """The command as it stands."""
        waiting = len(self.waiting) + self.queued
        return CommandShown(self.at, self.name, self.seats, self.words, waiting, tuple(self.refused), self.unsent)


class ConsoleFold:
    """All that one console has been told."""

    def __init__(self, session: str, rules: PublicRules) -> None:
        self.session, self.rules = session, printable_rules(rules)
        self.version = 0
        self.market = 0
        self.lost: str | None = None
        self.locked: bool | None = None
        self.roster: Roster | None = None
        self.figures: dict[int, MarketFigures] = {}
        self.mirrored: ViewFold | None = None
        self.mirrored_seat: Seat | None = None
        self._rows: tuple[RowShown, ...] = ()
        self._counts = SeatCounts()
        self._surplus: tuple[SurplusRow, ...] = ()
        self._log: deque[_Command | HappenedShown] = deque(maxlen=LOG_LINES)
        self._command: _Command | None = None
        self._practice = False
        self._waiting: dict[int, _Command] = {}

    # --- what comes in ------------------------------------------------------------------------------------------

    def set_roster(self, roster: Roster) -> None:
        """Take in a roster, whole: the latest counts. Its changes are lines of the log."""
        before = {row.seat: row for row in self.roster.rows} if self.roster else {}
        for row in roster.rows:
            if row.seat in before:
                self._compare(before[row.seat], row, roster.now)
            elif row.help:
                self._happened(row.help.since_us, "help", row.seat, printable(row.help.text))
        known = self._surplus
        self._surplus = tuple(
            SurplusRow(printable(one.name), printable(one.label), SURPLUS.get(one.why, printable(one.why)))
            for one in roster.surplus
        )
        for one in self._surplus[len(known) :]:
            self._happened(roster.now, "no_seat", None, f"{one.name or one.label or 'Somebody'}: {one.why}")
        had = self.roster
        if roster.paid_period is not None and (had is None or had.paid_period is None):
            self._happened(roster.now, "paid", number=roster.paid_period)
        for text in _new(had.warnings if had else [], roster.warnings):
            self._happened(roster.now, "warning", text=printable(text))
        self.roster = roster
        self._rows = tuple(sorted((_shown(row) for row in roster.rows), key=_urgency))
        self._counts = counted(self._rows)
        self.version += 1

    def set_figures(self, figures: MarketFigures) -> None:
        """Take in the figures of a market: the latest count."""
        self.figures[figures.market] = figures
        self.version += 1

    def fold(self, told: NumberedFact) -> None:
        """Take in a fact that the experimenter is told; those of the market itself leave no trace here."""
        message, at = told.message, told.at
        match message:
            case Accepted(token=token):
                self._answered(token, None)
            case Refused(token=token, reason=reason):
                self._answered(token, reason)
            case Announced(text=text):
                self._happened(at, "announced", None, printable(text))
            case StageBegan(stage=stage, kind=kind):
                self._practice = kind == "practice"
                self._happened(at, "stage", number=stage + 1, text=self._titled(stage, kind))
            case StartRound(period=period):
                self._happened(at, "practice_started" if self._practice else "started", number=period)
            case EndRound(period=period):
                self._happened(at, "practice_over" if self._practice else "over", number=period)
            case Paused(gap_us=gap_us):
                self._happened(at, "stood_still" if gap_us else "paused", number=gap_us)
            case Resumed():
                self._happened(at, "resumed")
            case Held(off=off):
                self._happened(at, "let_go" if off else "held")
            case Voided(period=period, again=again):
                self._happened(at, "again" if again else "void", number=period)
            case Extended():
                self._happened(at, "extended")
            case Ended():
                self._happened(at, "ended")
            case _:
                return
        self.version += 1

    def _titled(self, stage: int, kind: str) -> str:
        """The title of a stage, or the word for its kind."""
        return (self.rules.stages[stage].title if stage < len(self.rules.stages) else "") or kind

    def line_lost(self, why: str) -> None:
        """The connection is gone, and is being tried again."""
        self.lost = why
        self.version += 1

    def line_up(self) -> None:
        """The connection is there; a mirror is told from its beginning again."""
        self.lost = None
        self.version += 1

    def open_mirror(self, seat: Seat | None, rules: PublicRules | None = None) -> None:
        """Mirror a seat from its first fact on, once the server has told `rules`. Without a seat the mirror ends."""
        self.mirrored_seat = seat
        self.mirrored = None if seat is None or rules is None else ViewFold(printable_rules(rules), seat)
        self.version += 1

    def fold_mirrored(self, facts: list[NumberedFact], states: Mapping[str, Message]) -> None:
        """Take in facts of the mirrored seat, and the states after them."""
        if self.mirrored is not None:
            for fact in facts:
                self.mirrored.fold(fact)
            self.mirrored.set_states(states)
            self.version += 1

    def look_at(self, market: int) -> None:
        """Another market is looked at."""
        self.market = market
        self.version += 1

    # --- what this console does -----------------------------------------------------------------------------------

    def give(self, at: Instant, name: str, seats: tuple[Seat, ...], words: str, messages: int) -> None:
        """A command is given, of so many messages, which are to be sent."""
        self._command = _Command(at, name, seats, words, queued=messages)
        self._log.append(self._command)
        self.version += 1

    def sent(self, token: int, seat: Seat | None) -> None:
        """A message of the last command has been sent under a token."""
        assert self._command is not None, "a message is sent for a command"
        self._command.queued -= 1
        self._command.waiting[token] = seat
        self._waiting[token] = self._command
        self.version += 1

    def not_sent(self, why: str) -> None:
        """The rest of the last command cannot be sent."""
        if self._command is not None:
            self._command.queued, self._command.unsent = 0, why
            self.version += 1

    def done(self) -> tuple[str, tuple[Seat, ...]] | None:
        """The last command's name and the seats for which it was accepted, once all is answered; else None."""
        command = self._command
        if command is None or command.waiting or command.queued:
            return None
        refused = {one.seat for one in command.refused}
        return command.name, () if command.unsent else tuple(seat for seat in command.seats if seat not in refused)

    def set_locked(self, locked: bool) -> None:
        """The door is closed to those without a seat, or it is open."""
        self.locked = locked
        self.version += 1

    @property
    def unanswered(self) -> int:
        """Messages of this console that wait for their answers."""
        return len(self._waiting)

    def _answered(self, token: int, refused: Reason | None) -> None:
        command = self._waiting.pop(token, None)
        if command is not None:
            seat = command.waiting.pop(token)
            if refused is not None:
                command.refused.append(SeatRefusal(seat, refused))
            elif command.name in ("lock", "unlock"):
                self.locked = command.name == "lock"

    # --- what is shown ------------------------------------------------------------------------------------------

    def view(self, now: Instant) -> ConsoleState:
        """All content of the console at an instant."""
        return ConsoleState(
            now=now,
            version=self.version,
            session=self.session,
            rules=self.rules,
            clock=self._clock(now),
            counts=self._counts,
            rows=self._rows,
            market=self.market,
            markets=self.rules.markets,
            figures=self.figures.get(self.market),
            log=tuple(line.shown() if isinstance(line, _Command) else line for line in self._log),
            command=self._command.shown() if self._command else None,
            locked=self.locked,
            lost=self.lost,
            surplus=self._surplus,
            mirror=self._mirror(now),
        )

    def _clock(self, now: Instant) -> ConsoleClock:
        """The clock of the latest roster, run on to now."""
        roster = self.roster
        if roster is None:
            return ConsoleClock(periods=self.rules.periods)
        left = roster.left_us
        if left is not None and not roster.paused:
            left = max(0, left - max(0, now - roster.now))
        return ConsoleClock(
            phase=roster.phase,
            period=roster.period,
            periods=roster.periods,
            paused=roster.paused,
            held=roster.held,
            left_us=left,
            void=tuple(roster.void),
            stage=roster.stage,
            stages=roster.stages,
            paid_period=roster.paid_period,
        )

    def _mirror(self, now: Instant) -> MirrorView | None:
        seat = self.mirrored_seat
        if seat is None:
            return None
        row = next((shown.row for shown in self._rows if shown.row.seat == seat), None)
        results = self.mirrored is not None and self.mirrored.public.phase in ("stage", "ended")
        view = self.mirrored.view(now, results) if self.mirrored else None
        return MirrorView(seat, row.card if row else seat + 1, row.name if row else "", view)

    # --- the log ------------------------------------------------------------------------------------------------

    def _compare(self, before: RosterRow, row: RosterRow, at: Instant) -> None:
        """The changes of a seat that an experimenter would want to read."""
        if row.help and row.help != before.help:
            self._happened(row.help.since_us, "help", row.seat, printable(row.help.text))
        elif before.help and not row.help:
            self._happened(at, "helped", row.seat)
        if row.left and not before.left:
            self._happened(at, "failed" if row.failed else "withdrew", row.seat)
        elif row.removed != before.removed:
            self._happened(at, "removed" if row.removed else "let_back", row.seat)
        elif row.passed != before.passed:
            self._happened(at, "passed" if row.passed else "handed_back", row.seat)
        elif row.gone_since_us is not None and before.gone_since_us is None:
            self._happened(row.gone_since_us, "gone", row.seat)
        elif row.connected and not before.connected:
            self._happened(at, "joined" if before.holder == "empty" else "back", row.seat)

    def _happened(self, at: Instant, kind: str, seat: Seat | None = None, text: str = "", number: int = 0) -> None:
        self._log.append(HappenedShown(at, kind, seat, number, text))


def _new(before: list[str], now: list[str]) -> list[str]:
    """The lines that have come since, of the last ones that are kept."""
    shared = next(
        count for count in range(min(len(before), len(now)), -1, -1) if before[-count:] == now[:count] or not count
    )
    return now[shared:]


def _shown(row: RosterRow) -> RowShown:
    """A row with its need. A robot's help or absence is nobody's: its own program looks after it."""
    need: Need = ""
    since: Instant | None = None
    if row.removed or row.left:
        need = "removed"
    elif row.help:
        need, since = "help", row.help.since_us
    elif row.holds_up == "tries":
        need = "tries"
    elif row.gone_since_us is not None:
        need, since = "gone", row.gone_since_us
    elif row.holds_up == "not_joined":
        need = "not_joined"
    plain = row if row.name.isascii() and row.name.isprintable() else replace(row, name=printable(row.name))
    return RowShown(plain, need, since)


def _urgency(shown: RowShown) -> tuple[int, Instant, Seat]:
    """The most urgent need first, of one kind the oldest first, then by seat."""
    return NEEDS.index(shown.need), shown.since_us or 0, shown.row.seat


def counted(rows: tuple[RowShown, ...]) -> SeatCounts:
    """How many seats are held in which way."""
    seats = [shown.row for shown in rows]
    return SeatCounts(
        seats=len(seats),
        here=sum(row.holder == "person" and row.connected for row in seats),
        robots=sum(row.holder in ("robot", "stand-in") for row in seats),
        gone=sum(shown.need == "gone" for shown in rows),
        empty=sum(row.holder == "empty" for row in seats),
        removed=sum(row.removed for row in seats),
        help=sum(row.help is not None for row in seats),
        holding_up=sum(row.holds_up is not None for row in seats),
    )
