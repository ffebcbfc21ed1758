"""A market's public rules, told to every trader before it opens, and nothing of values."""

from typing import Literal

import msgspec

from p2p.base.units import Money, Price
from p2p.scenario.assignment import information_of_period
from p2p.scenario.capabilities import Capabilities
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.scenario.grid_fees import fee_range
from p2p.scenario.overrides import InformationSet
from p2p.scenario.payment import Payment, units_of_a_point
from p2p.scenario.prosumer_schema import Battery
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import InducedValues, Redraw, Scenario
from p2p.scenario.stage_rules import StageShown
from p2p.scenario.stage_rules import shown as shown_stage
from p2p.scenario.terms import CallTerms, PostingTerms, Terms


class EnergyRules(msgspec.Struct, frozen=True):
    """Public facts of an energy market: its day, and the units in which its money is shown.

    A price is per kWh, in the scenario's `currency`; money is price × Wh, and `money_per_unit` of it is a `money_unit`.
    `noise`: how far meters are from the forecast, relatively. `battery`: the data of a battery, None if there are none.
    `tariffs_at`: times of day at which the grid's prices change. `fees`: the lowest and the highest grid fee.
    """

    starts_at: str
    interval_min: int
    money_unit: str
    money_per_unit: int
    end_value: Price
    noise: float = 0.0
    battery: Battery | None = None
    tariffs_at: tuple[str, ...] = ()
    fees: tuple[Price, Price] | None = None


class PublicRules(msgspec.Struct, frozen=True):
    """The rules of a market, in the scenario's smallest unit of money.

    `robots`: whether robots may trade here. None if the scenario does not mention them: then only robots receive
    the real `reaction`, people receive the default. `takeover_after_s`: after so long without a connection a robot
    trades in one's place, unpaid, until one is back; None: the seat passes. `fills_seats`: robots take the seats
    that are empty at the start. `values_change`: whether values may differ from one period to the next; how and
    when, nobody is told beforehand. `rules_change`: whether other rules hold from a later period on; all are told
    of them in the break before it. `end_probability`: the chance of an end after each period. `stages`: the stages
    of the session, with their texts and questions. `market`: which of several markets the recipient is in, from 0.
    `own_rules`: whether these are the rules of that market alone. `drawn`: the law by which values are drawn anew
    each period; None where it is not told.
    `names`: whether the names of those who are there are shown. `fewer`: whether as many rows are dropped at the
    start as seats are free. `capabilities`: those of the institution and the environment; listeners ask these, and
    not for the institution's name.
    """

    title: str
    institution: str
    price_min: Price
    price_max: Price
    tick: Price
    currency: str
    periods: int
    traders: int
    no_loss: bool
    identities: str
    reaction_mean_s: float
    instructions: str
    reaction: str = "exponential"
    information: str = "book"
    terms: Terms = Terms()
    call: CallTerms | None = None
    charges: Charges = NO_CHARGES
    energy: EnergyRules | None = None
    robots: bool | None = None
    takeover_after_s: float | None = None
    starts_when_full: bool = True
    spectators: bool = True
    demonstration: bool = False
    capabilities: Capabilities = Capabilities()
    period_s: float | None = None
    break_s: float | None = None
    markets: int = 1
    market: int | None = None
    loss_floor: Money | None = None
    values_change: bool = True
    fills_seats: bool = False
    posting: PostingTerms | None = None
    names: bool = False
    fewer: bool = False
    loss_confirm: bool = False
    rules_change: bool = False
    reveals: bool = False
    stages: tuple[StageShown, ...] = ()
    end_probability: float = 0.0
    payment: Payment | None = None
    own_rules: bool = False
    drawn: Redraw | None = None

    @property
    def point_units(self) -> int:
        """How much of the smallest money is a point, as screens show earnings."""
        return units_of_a_point(self.currency, self.energy.money_per_unit if self.energy else None)

    @property
    def quotes(self) -> Literal["both", "buyers", "sellers"]:
        """The sides that may make quotes, by the terms and by the nature of the institution."""
        return "sellers" if self.capabilities.posts else self.terms.quotes


def public_rules(
    scenario: Scenario,
    information: InformationSet | None = None,
    to_robot: bool = False,
    market: int | None = None,
    own_rules: bool = False,
) -> PublicRules:
    """The public rules of a scenario, with the recipient's own information set and the number of their market.

    Where arms are of markets, the scenario is the market's (p2p/scenario/assignment.py) and `own_rules` is true.
    """
    rules, first = scenario.institution, scenario.controls(1)
    named = information_of_period(scenario, 1)
    shown = first.information if information is None else information
    robots = scenario.robots if to_robot or scenario.disclosure == "told" else RobotRules()
    return PublicRules(
        title=scenario.shown_title,
        institution=rules.name,
        price_min=rules.price_min,
        price_max=rules.price_max,
        tick=rules.tick,
        currency=scenario.currency,
        periods=scenario.periods,
        traders=scenario.traders,
        no_loss=scenario.no_loss == "people",
        identities=first.identities,
        reaction_mean_s=robots.reaction_mean_s,
        reaction=robots.reaction,
        instructions=scenario.instructions,
        information=named.get(shown, shown),
        terms=first.terms,
        call=rules.call,
        charges=first.charges,
        energy=_energy(scenario),
        robots=True if scenario.disclosure == "told" else None,
        takeover_after_s=scenario.vacancies.grace_s if scenario.takes_over else None,
        starts_when_full=scenario.start == "when_full",
        spectators=scenario.spectators == "open",
        demonstration=scenario.demonstration,
        capabilities=scenario.capabilities,
        period_s=first.period_s,
        break_s=first.break_s,
        markets=scenario.markets,
        market=market if scenario.markets > 1 else None,
        loss_floor=scenario.loss_floor,
        values_change=scenario.values_change,
        fills_seats=bool(scenario.vacancies.fill) and scenario.disclosure == "told",
        end_probability=scenario.end_probability,
        stages=tuple(shown_stage(stage) for stage in scenario.stage),
        rules_change=any(one.from_period > 1 and one.tells for one in scenario.overrides),
        posting=rules.posting or (PostingTerms() if rules.capabilities.posts else None),
        names=scenario.names == "shown",
        loss_confirm=scenario.loss_confirm and scenario.no_loss == "off",
        reveals=scenario.reveals,
        payment=scenario.payment,
        own_rules=own_rules,
        drawn=_drawn(scenario),
    )


def _drawn(scenario: Scenario) -> Redraw | None:
    """The law of values, where traders are told it."""
    table = scenario.environment
    redraw = table.redraw if isinstance(table, InducedValues) else None
    return redraw if redraw is not None and redraw.told else None


def _energy(scenario: Scenario) -> EnergyRules | None:
    table = scenario.energy
    if table is None:
        return None
    return EnergyRules(
        starts_at=table.starts_at,
        interval_min=table.interval_min,
        money_unit=table.money_unit,
        money_per_unit=table.money_per_unit,
        end_value=table.end_value,
        noise=table.noise,
        battery=table.battery,
        tariffs_at=tuple(one.starts_at for one in table.tariffs),
        fees=fee_range(table.grid_fees),
    )


def controlled(rules: PublicRules) -> tuple[Price, Price]:
    """The lowest and the highest price that may be said: within the limits, the controls, and on the tick."""
    low, high, terms = rules.price_min, rules.price_max, rules.terms
    if terms.price_floor is not None:
        low = max(low, low - (low - terms.price_floor) // rules.tick * rules.tick)
    if terms.price_ceiling is not None:
        high = min(high, high - -((terms.price_ceiling - high) // rules.tick) * rules.tick)
    return low, high


def calls_in_period(rules: PublicRules) -> int:
    """How many calls a period has: it is cut into as many equal parts. Where nothing is called it is one part."""
    return rules.call.calls if rules.call else 1
