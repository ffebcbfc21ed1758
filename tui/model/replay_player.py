"""A recording being played: where it is, how fast, and the model as it is there. Pure: time is handed in."""

import pickle
from bisect import bisect_left, bisect_right

from p2p.base.units import Duration, Instant
from p2p.information.view_state import ViewState
from p2p.messages import Contract, Ended, Paused, Resumed, StageBegan, StartRound
from p2p.protocol.frames import NumberedFact
from p2p.scenario.stages import STAGE_KINDS
from recordings.reading.replay import Replay
from tui.model.model import Model

CHECKPOINT_EVERY = 2_500
"""Facts between two kept models: so many are folded anew at the most, a twentieth of a second."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""The speeds through which `[` and `]` step."""


def stages(told: list[NumberedFact]) -> list[tuple[Instant, Instant]]:
    """From when to when there was a stage without trade, in order."""
    found: list[tuple[Instant, Instant]] = []
    begin: Instant | None = None
    for fact in told:
        match fact.message:
            case StageBegan() | Ended():
                if begin is not None:
                    found.append((begin, fact.at))
                trades = isinstance(fact.message, Ended) or STAGE_KINDS[fact.message.kind].trades
                begin = None if trades else fact.at
            case _:
                pass
    return found


def pauses(told: list[NumberedFact]) -> list[tuple[Instant, Instant]]:
    """From when to when the clock was stopped, in order."""
    found, begin = [], None
    for fact in told:
        match fact.message:
            case Paused() if begin is None:
                begin = fact.at
            case Resumed() | Ended() if begin is not None:
                found.append((begin, fact.at))
                begin = None
            case _:
                pass
    return found


class Player:
    """Folds a replay's facts up to the instant it has come to.

    Of a long recording a copy of the model is kept every so many facts. Going back takes the last copy before the
    instant, and folds from there on.
    """

    def __init__(self, replay: Replay, speed: float = 4.0) -> None:
        self.replay, self.speed = replay, speed
        self.playing = True
        self.starts = [told.at for told in replay.told if isinstance(told.message, StartRound)]
        self.pauses = sorted(pauses(replay.told) + stages(replay.told))
        self.end_at: Instant = replay.told[-1].at if replay.told else 0
        self._next = self._next_state = 0
        self.contracts = [told.at for told in replay.told if isinstance(told.message, Contract)]
        self._state_at = [one.at for one in replay.states]
        self._kept: list[tuple[int, Instant, bytes]] = []
        self.at: Instant = 0
        self.model = Model(replay.rules, replay.seat)
        if len(replay.told) > CHECKPOINT_EVERY:
            self._fold_to(self.end_at)
            self.playing = True
            self._rewind(0)
        self.jump(self.starts[0] if self.starts else self.end_at)

    def view(self, results: bool = False) -> ViewState:
        """The view at that instant."""
        return self.model.view(self.at, results)

    @property
    def whose(self) -> str:
        """Whose view it is, in words."""
        if self.replay.experimenter:
            return "the experimenter's view"
        return "the public's view" if self.replay.seat is None else f"as seat {self.replay.seat + 1} saw it"

    @property
    def finished(self) -> bool:
        """Whether the last fact has been shown."""
        return self._next >= len(self.replay.told)

    @property
    def begin_at(self) -> Instant:
        """Where the first period starts: nothing is to be seen in a lobby."""
        return self.starts[0] if self.starts else 0

    def advance(self, real_us: Duration) -> None:
        """So much time of the viewer's has passed."""
        if self.playing and not self.finished:
            self._fold_to(min(self._past_pauses(self.at + int(real_us * self.speed)), self.end_at))

    def _past_pauses(self, to: Instant) -> Instant:
        """The instant that far on, without pauses and stages without trade: nothing is to be seen in them."""
        for begin, end in self.pauses:
            if begin < end and self.at < end and begin <= to:
                to = end + to - max(begin, self.at)
        return to

    def jump(self, instant: Instant) -> None:
        """Go to an instant, forward or back."""
        instant = min(max(instant, self.begin_at), self.end_at)
        kept = bisect_right(self._kept, instant, key=lambda one: one[1])
        if instant < self.at or (kept and self._kept[kept - 1][0] > self._next):
            self._rewind(kept)
        self._fold_to(instant)

    def _rewind(self, kept: int) -> None:
        """The model of one of the copies, from 1; 0: as before the first fact."""
        version = self.model.version
        self._next, _, model = self._kept[kept - 1] if kept else (0, 0, b"")
        self.model = pickle.loads(model) if kept else Model(self.replay.rules, self.replay.seat)
        self.model.version = version + 1
        self._next_state = bisect_right(self._state_at, self._kept[kept - 1][1]) if kept else 0

    def step(self, facts: int) -> None:
        """On to the next instant at which something is told, or back to the last one before; then it stands."""
        self.playing = False
        told = self.replay.told
        if facts > 0:
            self.jump(told[self._next].at if self._next < len(told) else self.end_at)
        else:
            before = bisect_left(told, self.at, key=lambda fact: fact.at)
            self.jump(told[before - 1].at if before else self.begin_at)

    def next_contract(self, contracts: int) -> None:
        """On to the next contract, or back to the one before; then it stands."""
        self.playing = False
        if contracts > 0:
            self.jump(next((at for at in self.contracts if at > self.at), self.end_at))
        else:
            self.jump(next((at for at in reversed(self.contracts) if at < self.at), self.begin_at))

    def go_to_period(self, number: int) -> bool:
        """To the start of a period by its place in the recording, from 1; whether there is one."""
        return self._go_to(self.starts, number)

    def go_to_contract(self, number: int) -> bool:
        """To a contract by its place in the recording, from 1; whether there is one."""
        return self._go_to(self.contracts, number)

    def _go_to(self, places: list[Instant], number: int) -> bool:
        if not 1 <= number <= len(places):
            return False
        self.jump(places[number - 1])
        return True

    def next_period(self) -> None:
        """To the start of the next period; after the last one, to the end."""
        self.jump(next((start for start in self.starts if start > self.at), self.end_at))

    def previous_period(self) -> None:
        """To the start of the period that runs, or, where that is less than a second ago, of the one before."""
        self.jump(next((start for start in reversed(self.starts) if start < self.at - 1_000_000), self.begin_at))

    def toggle(self) -> None:
        """Play or stand still; at the end, play again from the beginning."""
        if self.finished and not self.playing:
            self.jump(self.begin_at)
        self.playing = not self.playing

    def faster(self, steps: int) -> None:
        """So many steps up (or down) the table of speeds, from wherever it is."""
        if steps > 0:
            self.speed = next((speed for speed in SPEEDS if speed > self.speed), SPEEDS[-1])
        else:
            self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), SPEEDS[0])

    def _fold_to(self, instant: Instant) -> None:
        told = self.replay.told
        self.at = instant
        while self._next < len(told) and told[self._next].at <= instant:
            self._answer_known(self._next)
            self.model.fold(told[self._next])
            self._next += 1
            if self._next % CHECKPOINT_EVERY == 0:
                self._keep(told[self._next - 1].at)
        states = self.replay.states
        last = None
        while self._next_state < len(states) and states[self._next_state].at <= instant:
            last = states[self._next_state].message
            self._next_state += 1
        if last is not None:
            self.model.set_states({last.directive: last})
        if self.finished:
            self.playing = False

    def _keep(self, at: Instant) -> None:
        """Keep a copy of the model, unless there is one: after so many facts, the last of which came at an instant."""
        if not self._kept or self._next > self._kept[-1][0]:
            self._kept.append((self._next, at, pickle.dumps(self.model, pickle.HIGHEST_PROTOCOL)))

    def _answer_known(self, index: int) -> None:
        """An answer is to be shown with the order that it answers."""
        message = self.replay.told[index].message
        token = getattr(message, "token", None)
        if token is not None and token in self.replay.said:
            self.model.orders[token] = self.replay.said[token]

    @property
    def ended_by_itself(self) -> bool:
        """Whether the recording holds the session's end."""
        return bool(self.replay.told) and isinstance(self.replay.told[-1].message, Ended)
