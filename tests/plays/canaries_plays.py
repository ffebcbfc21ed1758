"""What the tests of canaries share with others."""

import msgspec
import pytest

from p2p.base.units import Seat
from p2p.information.projection import Projection, Projector
from p2p.messages import Contract, Schedule
from server.monitoring.event_log import EventLog
from server.monitoring.prometheus import Counted
from server.publishing.feeds import Feeds, PublishedFact, Viewer
from tests.plays.canaries import between_ticks, numbers_in

INFORMATION = ("book", "ticker", "quotes", "none", "own_side", "other_side")


def check_lines(said: dict[Viewer, bytes], own: dict[Seat, set[int]]) -> None:
    """Nobody was told another one's numbers."""
    everybodys = set().union(*own.values())
    for viewer, data in said.items():
        numbers, mine = numbers_in(data), own.get(viewer, set())  # type: ignore[call-overload]
        assert mine <= numbers, f"{viewer} was not told his own numbers"
        assert not (numbers & everybodys) - mine, f"{viewer} was told another one's number"
        assert not between_ticks(numbers - mine), f"{viewer} was told what is no price"


def check_elsewhere(data: bytes, own: dict[Seat, set[int]]) -> None:
    """The log, the metrics and the files have nobody's numbers."""
    told = numbers_in(data)
    assert not told & set().union(*own.values()), "the log, the metrics or a file has somebody's number"
    assert not between_ticks(told), "the log, the metrics or a file has a number that is no price"


def leak_a_schedule(patch: pytest.MonkeyPatch) -> None:
    """Somebody's schedule among the states of a market, which robots do not look at."""
    states = Feeds._states

    def leaking(self: Feeds, channel, at: int) -> list[bytes]:
        fix = self.status._session.markets[channel[0]].environment.holdings
        return [
            *states(self, channel, at),
            *(PublishedFact(Schedule(1, one.role, one.steps), "", "agents", at).data for one in [*fix.values()][:1]),
        ]

    patch.setattr(Feeds, "_states", leaking)


def leak_a_gain(patch: pytest.MonkeyPatch) -> None:
    """What the seller of a contract gained, as its number."""
    project, costs = Projector._shown, {}

    def leaking(self: Projector, event):
        shown = project(self, event)
        if isinstance(event.message, Schedule):
            costs[event.to] = event.message.steps[0].value
        if isinstance(event.message, Contract):
            gained = abs(event.message.price - costs[event.message.seller])
            return Projection(shown.market, msgspec.structs.replace(shown.public, number=gained), {}, shown.less)
        return shown

    patch.setattr(Projector, "_shown", leaking)


def leak_to_the_log(patch: pytest.MonkeyPatch) -> None:
    say = EventLog.write
    patch.setattr(EventLog, "write", lambda self, *words, **more: say(self, *words, **more, value=325_182_236))


def leak_to_the_metrics(patch: pytest.MonkeyPatch) -> None:
    """As a gauge, which is written as 3.25182236e+08."""
    patch.setattr(Counted, "synced", lambda self, *words: self._waiting.set_function(lambda: 325_182_236))


LEAKS = {
    "a schedule": (leak_a_schedule, "was told another one's number"),
    "a gain": (leak_a_gain, "was told what is no price"),
    "the log": (leak_to_the_log, "has a number that is no price"),
    "the metrics": (leak_to_the_metrics, "has a number that is no price"),
}
