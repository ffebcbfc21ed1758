"""A session's stages at work: markets of practice beside those that count, and the people whom a stage waits for."""

from msgspec.structs import replace

from p2p.base.rng import derived
from p2p.base.units import Seat
from p2p.environments.registry import fewer_traders
from p2p.information.own_numbers import OwnNumbers
from p2p.messages import Progress, Waiting
from p2p.scenario.overrides import Controls
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.stages import Practice, Trade
from p2p.session.alarms import Alarms
from p2p.session.interventions import Interventions
from p2p.session.market import Market
from p2p.session.roster import Roster
from p2p.session.rules_versions import CONSENT_STAYS, RULES
from p2p.stages.progress import StageProgress


class Staging:
    """`progress`: where people are. `counting`: the markets that count and their period, while practice runs."""

    def __init__(self, scenario: Scenario, seed: int, roster: Roster, acts: Interventions, rules: int = RULES) -> None:
        self.scenario, self.seed = scenario, seed
        self.stages = scenario.stage
        self.progress = StageProgress(scenario.stage, consent_stays=rules >= CONSENT_STAYS)
        self.counting: tuple[list[Market], int] | None = None
        self._roster, self._acts = roster, acts
        self._told = Waiting(0, 0)

    @property
    def practising(self) -> bool:
        """Whether the periods that run do not count."""
        return self.counting is not None

    @property
    def number(self) -> int:
        """The number of the stage that runs, -1 in the lobby."""
        return self.progress.stage

    def counted_markets(self, now: dict[Seat, Market]) -> dict[Seat, Market]:
        """The market that counts of each seat, also while practice runs."""
        if self.counting is None:
            return now
        return {seat: market for market in self.counting[0] for seat in market.seats}

    def last_period(self) -> int:
        """The last period of the stage that runs, those with it that are played again."""
        stage = self.stages[self.number]
        if isinstance(stage, Practice):
            return stage.periods
        counted = sum(one.periods for one in self.stages[: self.number + 1] if isinstance(one, Trade))
        return counted + len(self._acts.again)

    def people(self) -> list[Seat]:
        """The people whom the stage waits for: present, neither out nor on their way through earlier stages."""
        progress = self.progress
        return [
            seat
            for seat, holder in sorted(self._roster.present.items())
            if holder == "human"
            and seat not in self._roster.stand_ins.seats
            and not self._acts.shut_out(seat)
            and seat not in progress.left
            and not progress.is_behind(seat)
        ]

    def come(self, seat: Seat) -> Progress | None:
        """A person has a seat now; the news of the stages for them."""
        return self.progress.come(seat)

    def waiting(self) -> tuple[Waiting | None, bool]:
        """The news of how many are done, if that has changed, and whether all are.

        Nobody is told where robots are not mentioned: beside the number of traders, it would count them.
        """
        people = self.people()
        now = Waiting(sum(self.progress.is_done(seat) for seat in people), len(people))
        news = now if people and now != self._told and self.scenario.disclosure == "told" else None
        self._told = now
        return news, now.done == now.people and (bool(people) or not self._takes_people())

    def _takes_people(self) -> bool:
        """Whether people take part, be their connections lost at the moment."""
        return any(
            holder == "human"
            and seat not in self._roster.stand_ins.seats
            and not self._acts.shut_out(seat)
            and seat not in self.progress.left
            for seat, holder in self._roster.controllers.items()
        )

    def begin(self, stage: int) -> list[Seat]:
        """A stage begins; nobody is done with it. Returns the seats that come behind: they have not agreed yet."""
        self._told = Waiting(0, 0)
        return self.progress.begin(stage)

    def practice_markets(
        self, stage: Practice, markets: list[Market], alarms: Alarms, rules: list[Controls]
    ) -> list[Market]:
        """New markets for practice: seats, roles and rules of now; other values, streams, balances, numbers."""
        seed = derived(self.seed, "practice", self.number)
        made = []
        for market in markets:
            scenario = _practice_scenario(stage, market.scenario, rules[market.number])
            seats = market.dealt_seats
            if len(seats) < len(market.seats):
                fewer = fewer_traders(scenario, len(seats))
                assert fewer is not None, "rows were dropped of the same environment before"
                scenario = replace(scenario, environment=fewer.table)
            numbers = OwnNumbers(dict(market.numbers.information))
            given = (market.number, market.seats, scenario, seed, self._roster, alarms, numbers, seats)
            made.append(Market(*given, rules=market.version))
            made[-1].environment.keep_roles(market.environment.roles())
        return made

    def remembered(self) -> object:
        """All that it remembers, for digests."""
        markets, period = self.counting or ([], 0)
        counting = [(market.institution.state(), market.environment.state()) for market in markets]
        return [self.progress.remembered(), self._told, self.practising, counting, period]


def _practice_scenario(stage: Practice, scenario: Scenario, rules: Controls) -> Scenario:
    """The scenario of practice periods: nothing shifts, no rule changes, and the values are the stage's."""
    table = scenario.environment
    if isinstance(table, InducedValues):
        given = {"buyers": stage.buyers, "sellers": stage.sellers}
        named = {side: schedules for side, schedules in given.items() if schedules is not None}
        table = replace(table, shifts=(), redraw=None if named else table.redraw, **named)
    return replace(
        scenario,
        environment=table,
        institution=replace(scenario.institution, terms=rules.terms),
        charges=rules.charges,
        overrides=(),
        stage=(),
        periods=stage.periods,
        period_s=stage.period_s,
        break_s=stage.break_s,
    )
