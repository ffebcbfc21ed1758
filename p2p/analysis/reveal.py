"""A reveal, folded from a session that is over: the figures of each finished period, made small enough for a frame."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from p2p.analysis.live_figures import COUNTED, LiveFigures
from p2p.analysis.practice_filter import PracticeFilter
from p2p.base.units import Instant
from p2p.messages import EndRound, Step, Voided
from p2p.messages.envelope import Event
from p2p.protocol.market_figures import MarketFigures, TradePoint
from p2p.protocol.reveal import CONTRACTS_REVEALED, MARKETS_REVEALED, PERIODS_REVEALED, STEPS_REVEALED, Reveal
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import rules_by_market


def reveal(scenario: Scenario, seed: int, happened: Iterable[tuple[Instant, Event]]) -> Reveal:
    """The figures of a session's last periods, from all its events: the public is shown them after its end."""
    live = LiveFigures(rules_by_market(scenario, seed))
    found: defaultdict[int, dict[int, MarketFigures]] = defaultdict(dict)
    void: set[int] = set()
    practice = PracticeFilter()
    for at, event in happened:
        message, counts = event.message, practice.counts(event)
        if not counts or type(message) not in COUNTED:
            continue
        live.observe(event, at)
        if isinstance(message, Voided):
            void.add(message.period)
        elif isinstance(message, EndRound) and event.market is not None and event.market < MARKETS_REVEALED:
            found[event.market][message.period] = small(live.figures(event.market))
    told = [
        one
        for market in sorted(found)
        for one in [one for _, one in sorted(found[market].items()) if one.period not in void][-PERIODS_REVEALED:]
    ]
    return Reveal(min(scenario.markets, MARKETS_REVEALED), tuple(told))


def small(figures: MarketFigures) -> MarketFigures:
    """A period's figures within the limits of a reveal."""
    return replace(
        figures,
        demand=coarse(figures.demand),
        supply=coarse(figures.supply),
        points=_thinned(figures.points),
        finished=(),
    )


def coarse(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Neighbours put together where steps are many: the quantity of both, the mean of their values."""
    every = -(-len(steps) // STEPS_REVEALED) or 1
    return tuple(_together(steps[at : at + every]) for at in range(0, len(steps), every))


def _together(steps: Sequence[Step]) -> Step:
    quantity = sum(step.quantity for step in steps)
    return Step(round(sum(step.value * step.quantity for step in steps) / quantity), quantity)


def _thinned(points: Sequence[TradePoint]) -> tuple[TradePoint, ...]:
    """Every n-th contract; the last is always there."""
    every = -(-len(points) // CONTRACTS_REVEALED) or 1
    return tuple(points[::-1][::every][::-1])
