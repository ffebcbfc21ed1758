"""The roster of a session's seats, made of its state when a console is to be sent one.

It costs by seats and not by facts. Between two rosters a message leaves one entry in a table: a seat's last action.
"""

from collections import defaultdict, deque

from p2p.analysis.practice_filter import PracticeFilter
from p2p.base.units import GATEWAY, Instant, Money, Role, Seat, is_seat
from p2p.messages import Joined, Left, Schedule, Unpaid
from p2p.protocol.console_frames import LAG_STEP_MS, HelpOpen, Holder, HoldsUp, Roster, RosterRow, SurplusRow
from p2p.scenario.assignment import arms_by_seat
from server.connections.seat_table import SeatTable
from server.publishing.feeds import Feeds
from server.session.participants import Participants
from server.session.sequencer import Committed
from server.session.session_status import SessionStatus

WARNINGS_MAX = 20
"""Warnings of the server that a roster has, the last ones: the console's log keeps those before."""


class RosterBoard:
    """Rows of all seats, and people without one. `name`: the session's."""

    def __init__(self, name: str, status: SessionStatus, feeds: Feeds, seats: SeatTable, people: Participants) -> None:
        self._name, self._status, self._feeds, self._seats, self._people = name, status, feeds, seats, people
        self._arms = arms_by_seat(status.scenario, status.seed)
        self._acted: dict[Seat, tuple[str, Instant]] = {}
        self._gone = {seat: feeds.instant() for seat in status.occupied if not status.is_present(seat)}
        self._roles: dict[Seat, Role] = {}
        self._unpaid: defaultdict[Seat, dict[int, Money]] = defaultdict(dict)
        self._periods: dict[Seat, int] = {}
        self._practice = PracticeFilter()
        self._read = 0
        self._warnings: deque[str] = deque(maxlen=WARNINGS_MAX)

    def note(self, happened: list[Committed]) -> None:
        """Take in news: each seat's last action, and the instants of departures."""
        for what in happened:
            envelope = what.arrival.envelope
            if is_seat(envelope.sender):
                self._acted[envelope.sender] = envelope.message.directive, what.at
            elif envelope.sender == GATEWAY:
                match envelope.message:
                    case Left(seat=seat):
                        self._gone.setdefault(seat, what.at)
                    case Joined(seat=seat, stand_in=False):
                        self._gone.pop(seat, None)
                    case _:
                        pass

    def warn(self, text: str) -> None:
        """The server has something to say to the experimenter."""
        self._warnings.append(text)

    def left(self, seat: Seat) -> None:
        """A passed seat's owner, who looked on, has gone."""
        self._gone[seat] = self._feeds.instant()

    def roster(self) -> Roster:
        """All seats as they are now."""
        self._read_news()
        status = self._status
        return Roster(
            session=self._name,
            now=self._feeds.instant(),
            phase=status.phase,
            period=status.period,
            periods=status.acts.periods,
            paused=status.paused,
            held=status.acts.holds,
            left_us=status.left_us(self._feeds.instant()),
            void=sorted(status.acts.void),
            interventions=dict(status.acts.counts),
            rows=[self._row(seat) for seat in status.seats],
            stage=status.stages.number,
            stages=len(status.stages.stages),
            paid_period=status.paid_period,
            warnings=list(self._warnings),
            surplus=[SurplusRow(one.name, one.label, one.why) for one in self._people.file.surplus],
        )

    def _read_news(self) -> None:
        """Roles and unpaid gains since the last roster, each of its period; those of practice are no gains."""
        news = self._feeds.private_news
        for event, _ in news[self._read :]:
            counts = self._practice.counts(event)
            match event.message:
                case Schedule(role=role, period=period) if is_seat(event.to):
                    self._roles[event.to], self._periods[event.to] = role, period
                case Unpaid(gain=gain) if counts and is_seat(event.to):
                    of, period = self._unpaid[event.to], self._periods.get(event.to, 0)
                    of[period] = of.get(period, 0) + gain
                case _:
                    pass
        self._read = len(news)

    def _row(self, seat: Seat) -> RosterRow:
        status, acts, files = self._status, self._status.acts, self._seats.files
        holder, onlooker = self._holder(seat), self._seats.onlookers.get(seat)
        line = self._seats.connections.get(seat)
        connected = onlooker is not None or (line is not None and not line.stands_in)
        directive, acted_at = self._acted.get(seat, (None, None))
        robots = sum(gain for period, gain in self._unpaid[seat].items() if period not in acts.void)
        asked = acts.help.get(seat)
        agent = status.scenario.vacancies.stand_in if holder == "stand-in" else files.agents.get(str(seat), "")
        return RosterRow(
            seat=seat,
            card=seat + 1,
            name=files.people.get(str(seat), ""),
            market=status.market_of[seat],
            role=self._roles.get(seat) or status.stages.progress.roles.get(seat),
            arm=self._arms.get(seat),
            stage=self._stage(seat),
            holder=holder,
            agent=agent if holder in ("robot", "stand-in") else "",
            connected=connected,
            gone_since_us=None if connected or seat not in status.occupied else self._gone.get(seat),
            lag_ms=self._lag_ms(seat),
            last_action=directive,
            last_action_us=acted_at,
            earnings=status.balance(seat) - robots,
            unpaid=robots + status.void_gain(seat),
            help=None if asked is None else HelpOpen(asked[0], self._feeds.private_words.get(asked[1], "")),
            passed=seat in acts.passed,
            removed=seat in acts.removed,
            holds_up=self._holds_up(seat, holder, connected),
            progress=status.stages.progress.how_far(seat),
            done=status.stages.progress.is_done(seat),
            left=seat in status.stages.progress.left,
            flagged=seat in status.stages.progress.flagged,
            failed=seat in status.stages.progress.failed,
        )

    def _stage(self, seat: Seat) -> str:
        """The kind of the stage that a seat is in; without stages, and in trade, the phase."""
        stages = self._status.stages
        kind = stages.progress.kind(seat) if stages.stages and not self._status.over else ""
        return kind if kind and kind != "trade" else self._status.phase

    def _holder(self, seat: Seat) -> Holder:
        if self._status.robot_trades(seat):
            return "stand-in" if self._status.stands_in(seat) else "robot"
        controller = self._status.controller(seat)
        if controller == "robot":
            return "empty" if self._status.stands_in(seat) else "robot"
        return "empty" if controller is None else "person"

    def _holds_up(self, seat: Seat, holder: Holder, connected: bool) -> HoldsUp | None:
        """Why the group waits for a seat: before the start for everybody, later for people without a robot.

        For a seat that nobody has yet it does not, where only those who are there are dealt in.
        """
        if self._status.over or holder in ("robot", "stand-in"):
            return None
        if seat in self._status.acts.removed:
            return "removed"
        stages = self._status.stages
        if stages.stages and stages.progress.waits_for_help(seat):
            return "tries"
        if self._status.phase == "stage" and seat in stages.people() and not stages.progress.is_done(seat):
            return "stage"
        if holder == "empty":
            return None if self._status.has_begun or self._status.deals_at_start else "not_joined"
        return None if connected else "gone"

    def _lag_ms(self, seat: Seat) -> int | None:
        connection = self._seats.onlookers.get(seat) or self._seats.connections.get(seat)
        lag_s = 0.0 if connection is None else connection.peer.round_trip_s()
        return LAG_STEP_MS * max(1, round(lag_s * 1_000 / LAG_STEP_MS)) if lag_s else None
