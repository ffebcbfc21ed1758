"""The experimenter's acts on seats and periods: a record of them, and the reasons for which one is refused.

A void period is unpaid and in no result. One that is played again is void, and its values come once more in the next
period. From then on a period's values have a lower number than the period itself.
"""

from collections import Counter
from collections.abc import Mapping

from p2p.base.units import Instant, Seat
from p2p.messages import (
    Again,
    AnswerHelp,
    HandBack,
    Help,
    Hold,
    Message,
    PassToRobot,
    Reason,
    Remove,
    Tell,
    Void,
)
from p2p.scenario.schema import Scenario
from p2p.session.roster import Roster


class Interventions:
    """`help`: seats that wait for the experimenter, since when, with the digest of their words. `void`: periods.

    `passed`: seats on which a robot trades for its owner by the experimenter's act. `removed`: seats whose person was
    taken out. `holds`: the next period waits. `again`: periods whose values come once more. `counts`: how many acts of
    each kind took effect; nothing depends on it.
    """

    def __init__(self, scenario: Scenario, roster: Roster, seats: Mapping[Seat, object]) -> None:
        self._scenario, self._roster, self._seats = scenario, roster, seats
        self.help: dict[Seat, tuple[Instant, str]] = {}
        self.passed: set[Seat] = set()
        self.removed: set[Seat] = set()
        self.void: set[int] = set()
        self.again: set[int] = set()
        self.holds = False
        self.counts: Counter[str] = Counter()

    @property
    def periods(self) -> int:
        """How many periods the session has, those with them that are played again."""
        return self._scenario.periods + len(self.again)

    def values_of(self, period: int) -> int:
        """The number under which the environment deals a period's values."""
        return period - sum(one < period for one in self.again)

    def shut_out(self, seat: Seat) -> bool:
        """Whether a seat's trader was removed and no robot is in their place."""
        return seat in self.removed and seat not in self._roster.stand_ins.seats

    def request(self, seat: Seat, message: Help, now: Instant) -> None:
        """A trader asks for help, or takes it back."""
        if message.withdrawn:
            self.help.pop(seat, None)
        else:
            self.help[seat] = (now, message.digest)

    def refusal(self, message: Message, period: int, trading: bool) -> Reason | None:
        """Why an act cannot be, where the phase would permit it.

        `period`: the one that runs, or ran last; 0 before the first one. `trading`: in a period that counts.
        """
        match message:
            case Tell() | AnswerHelp() | PassToRobot() | HandBack() | Remove() if message.seat not in self._seats:
                return "no_such_seat"
            case AnswerHelp(seat=seat) if seat not in self.help:
                return "no_help_asked"
            case Hold(off=False) if trading and period >= self.periods:
                return "last_period"
            case Void(period=number):
                return self._void_refusal(period if number is None else number, period)
            case Again():
                return self._again_refusal(period)
            case PassToRobot(seat=seat):
                return self._robot_refusal(seat)
            case HandBack(seat=seat) if seat not in self.passed | self.removed:
                return "nothing_to_hand_back"
            case Remove(seat=seat) if seat in self.removed:
                return "removed"
            case _:  # all other commands are judged by their phase alone
                return None

    def _void_refusal(self, number: int, period: int) -> Reason | None:
        if not 0 < number <= period:
            return "no_such_period"
        return "void_already" if number in self.void else None

    def _again_refusal(self, period: int) -> Reason | None:
        if not period:
            return "no_such_period"
        if self._scenario.energy is not None:
            return "carries_over"
        return "void_already" if period in self.again else None

    def _robot_refusal(self, seat: Seat) -> Reason | None:
        if self._scenario.disclosure == "not_mentioned":
            return "robots_not_mentioned"
        holds = self._roster.present.get(seat) == "robot"
        return "robot_already" if holds or seat in self.passed else None

    def remembered(self) -> list[object]:
        """All that is remembered, for digests; empty where nothing ever was."""
        sets = [sorted(one) for one in (self.passed, self.removed, self.void, self.again)]
        remembered = [sorted(self.help.items()), *sets, self.holds]
        return remembered if any(remembered) else []
