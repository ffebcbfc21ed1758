"""A scenario: every key of its file as a field of a struct, each with its text (docs/scenarios.md is made of them)."""

import math
from typing import Annotated, ClassVar, Literal, Self, TypeAlias, get_args

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from p2p.base.exact_sum import total
from p2p.base.units import PRICE_MAX, SEATS_MAX, SECOND, UNITS_MAX, Duration, Money, Price, Role
from p2p.scenario.arms import ARMS_MAX, Arm
from p2p.scenario.capabilities import INSTITUTIONS, Capabilities, InstitutionName
from p2p.scenario.catalogue import NO_PAGE, Label, Level, Line, Page
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.scenario.environment_rules import EnvironmentRules, Wrong
from p2p.scenario.overrides import OVERRIDES_MAX, Controls, Identities, InformationSet, Override
from p2p.scenario.payment import Payment, units_of_a_point
from p2p.scenario.prosumer_schema import HOUSEHOLDS_MIN, Prosumers, Range
from p2p.scenario.reaction_times import parse_reaction
from p2p.scenario.robots import RobotRules, Seconds
from p2p.scenario.stages import Stages, Trade
from p2p.scenario.terms import CallTerms, PostingTerms, Terms
from p2p.scenario.tokens import Tokens

TITLE_MAX = 200
"""Characters of a title: it has to fit a line of a terminal, twice over."""
AGENT_MAX = 200
"""Characters of an agent's name with its parameters: a path to a file of one's own fits."""
JOINING_MIN = 10
"""Minutes in which people join and read, where a scenario does not say its own minutes."""
TEXT_MAX = 20_000
"""Characters of instructions or of a source: about as many as a person reads before a session."""

Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Signed = Annotated[int, Meta(ge=-PRICE_MAX, le=PRICE_MAX)]
Amount = Annotated[int, Meta(ge=0, le=PRICE_MAX)]
Units = Annotated[tuple[Amount, ...], Meta(min_length=1, max_length=UNITS_MAX)]
Traders = Annotated[tuple[Units, ...], Meta(min_length=1, max_length=SEATS_MAX)]


class InstitutionRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[institution]: which rules of trade, and the prices that may be said (in the smallest unit of money)."""

    price_min: Amount
    """The lowest price that may be said."""
    price_max: Amount
    """The highest price that may be said."""
    name: InstitutionName = "standing"
    """How trade goes: a standing bid and ask (Smith's double auction), an open book, calls, or
    offers that sellers post."""
    tick: Annotated[int, Meta(ge=1, le=PRICE_MAX)] = 1
    """Prices are price_min and whole numbers of ticks above it."""
    terms: Terms = Terms()
    """The other rules of trade."""
    call: CallTerms | None = None
    """How a call is held; for `call` alone."""
    posting: PostingTerms | None = None
    """How long sellers post; for `posted-offer` alone."""

    @property
    def capabilities(self) -> Capabilities:
        """The institution's capabilities."""
        return INSTITUTIONS[self.name]


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[environment.shifts]]: from a period on, so much is added to all values of buyers, to all costs of sellers."""

    from_period: Annotated[int, Meta(ge=2, le=1_000)]
    """The first period that it holds for, and all after it."""
    buyers: Signed = 0
    """Added to every value, on top of earlier shifts."""
    sellers: Signed = 0
    """Added to every cost, likewise."""


class Redraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[environment.redraw]: all values and costs are drawn anew each period, each on its own.

    Every whole number from low to high is as likely as another, both included (Cason and Friedman 1996: 0 to 499).
    """

    low: Amount
    """The lowest that can be drawn."""
    high: Amount
    """The highest that can be drawn."""
    law: Literal["uniform"] = "uniform"
    """How it is drawn."""
    costs: Range | None = None
    """Sellers' costs are drawn from this range, and values of buyers alone from that above."""
    told: bool = False
    """Whether traders are told how values and costs are drawn."""

    def of(self, role: Role) -> tuple[Price, Price]:
        """The range that a role draws from."""
        return (self.costs.low, self.costs.high) if role == "seller" and self.costs else (self.low, self.high)


class InducedValues(EnvironmentRules, frozen=True, tag="induced"):
    """[environment]: one list of unit values per buyer, one of unit costs per seller."""

    name: ClassVar = "induced"
    tables: ClassVar = {"shifts": Shift, "redraw": Redraw, "redraw.costs": Range}
    buyers: Traders
    """For each buyer the value of each unit to them in a period."""
    sellers: Traders
    """For each seller the cost of each unit to them."""
    shifts: Annotated[tuple[Shift, ...], Meta(max_length=100)] = ()
    """Supply and demand that move between periods."""
    redraw: Redraw | None = None
    """Values and costs drawn anew; then those above (and in overrides) only give each trader's number of units."""
    rotate: Literal["none", "values", "roles"] = "none"
    """Whether seats change places from period to period. With `values` each has every schedule of its side in turn, a
    Latin square. With `roles` as many buyers as sellers change roles every period."""
    disguise: Amount = 0
    """The constant that `--disguise` has added to all values, costs and prices; alpha is of prices without it."""

    @property
    def traders(self) -> int:
        """Seats of one market."""
        return len(self.buyers) + len(self.sellers)

    def wrong(self, periods: int) -> list[Wrong]:
        """Shifts that never come, and a range that is empty."""
        wrong = []
        for index, shift in enumerate(self.shifts):
            if shift.from_period > periods:
                why = f"{shift.from_period} is after the last period ({periods})"
                wrong.append((f"shifts[{index}].from_period", why))
        if self.rotate == "roles" and len(self.buyers) != len(self.sellers):
            wrong.append(("rotate", f"of roles needs as many buyers as sellers, and there are {self.sides()}"))
        if self.redraw is not None and self.redraw.low > self.redraw.high:
            wrong.append(("redraw.low", f"is above high ({self.redraw.high})"))
        costs = self.redraw.costs if self.redraw else None
        if costs is not None and costs.low > costs.high:
            wrong.append(("redraw.costs.low", f"is above high ({costs.high})"))
        return wrong

    def sides(self) -> str:
        """How many buyers and sellers."""
        return f"{len(self.buyers)} buyers and {len(self.sellers)} sellers"

    @property
    def changes(self) -> bool:
        """Whether values shift, rotate, or are drawn anew."""
        return self.redraw is not None or bool(self.shifts) or self.rotate != "none"

    @property
    def anew(self) -> bool:
        """Whether a range to draw from is given."""
        return self.redraw is not None

    def drawn(self, seed: int) -> list[str]:
        """Each shift, and from which range values are drawn anew."""
        lines = [f"rotation     of {self.rotate}, every period"] if self.rotate != "none" else []
        for shift in self.shifts:
            moved = [f"{side} {by:+}" for side, by in (("values", shift.buyers), ("costs", shift.sellers)) if by]
            lines.append(f"shift        from period {shift.from_period} on: {', '.join(moved) or 'nothing'}")
        if self.redraw is not None:
            (low, high), costs = self.redraw.of("buyer"), self.redraw.costs
            also = f", costs from {costs.low} to {costs.high}" if costs else ""
            lines.append(
                f"values       drawn anew each period from {low} to {high}{also}; "
                f"here as seed {seed} draws the first market's"
            )
        return lines

    def shortened(self, periods: int) -> Self:
        """The same without the shifts after the last period."""
        return replace(self, shifts=tuple(one for one in self.shifts if one.from_period <= periods))

    def repeated(self, times: int) -> Self:
        """So many traders of each schedule."""
        return replace(self, buyers=self.buyers * times, sellers=self.sellers * times)

    def stocked(self, units: int) -> Self:
        """Each unit of a schedule so often that the schedule has at least so many."""

        def more(traders: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
            return tuple(tuple(value for value in one for _ in range(-(-units // len(one)))) for one in traders)

        return replace(self, buyers=more(self.buyers), sellers=more(self.sellers))

    def dearest(self) -> Price:
        """The highest of all values and costs, and of those that may be drawn in their place."""
        given = max(max(units) for units in (*self.buyers, *self.sellers))
        return given if self.redraw is None else max(given, self.redraw.of("buyer")[1], self.redraw.of("seller")[1])

    def disguised_by(self) -> Money:
        """The constant that a disguise has added; 0 without one."""
        return self.disguise

    def raised(self, constant: Money) -> Self:
        """All values and costs raised by a constant, and those that may be drawn in their place."""

        def more(traders: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
            return tuple(tuple(value + constant for value in units) for units in traders)

        redraw = self.redraw
        if redraw is not None:
            costs = redraw.costs and Range(redraw.costs.low + constant, redraw.costs.high + constant)
            redraw = replace(redraw, low=redraw.low + constant, high=redraw.high + constant, costs=costs)
        values = {"buyers": more(self.buyers), "sellers": more(self.sellers), "redraw": redraw}
        return replace(self, **values, disguise=self.disguise + constant)


EnvironmentTable: TypeAlias = InducedValues | Prosumers | Tokens
"""[environment]: its `name` says which; without one it is the first of these."""
ENVIRONMENTS: dict[str, type[EnvironmentRules]] = {table.name: table for table in get_args(EnvironmentTable)}
"""The tables by name; p2p/environments/registry.py has the classes that they are the rules of."""


class Vacancies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[vacancies]: the treatment of seats that nobody holds."""

    fill: Annotated[str, Meta(max_length=AGENT_MAX)] = ""
    """The robot on seats that are empty when trading starts, as `pit agents` names them; "": they stay empty."""
    drop_out: Literal["pass", "robot"] | None = None
    """A person who drops out: the seat passes, or a robot trades. Without it, a robot where teaching, else it
    passes."""
    stand_in: Annotated[str, Meta(min_length=1, max_length=AGENT_MAX)] = "zic"
    """Which robot that is."""
    grace_s: Seconds = 20.0
    """A person who is disconnected for longer, the clock running, has dropped out."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that defines a session but its seed."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
    """Its name for the experimenter, and on every screen where there is no `public_title`."""
    institution: InstitutionRules
    """Which rules of trade."""
    environment: EnvironmentTable
    """The traders, and their values and costs."""
    periods: Annotated[int, Meta(ge=1, le=1_000)]
    """How many periods are played."""
    period_s: Seconds
    """Seconds of a period."""
    break_s: Annotated[float, Meta(ge=0, le=86_400)] = 5.0
    """Seconds between two periods."""
    end_probability: Annotated[float, Meta(ge=0, le=0.99)] = 0.0
    """The chance with which trade ends after each period; `periods` is then the most that are played. Both are told."""
    markets: Annotated[int, Meta(ge=1, le=SEATS_MAX)] = 1
    """How many such markets run side by side; seats are dealt to them by seed."""
    identities: Identities = "hidden"
    """The identity shown with an order: none, an alias for the session, or a new one each period."""
    no_loss: Literal["off", "people"] = "off"
    """Whether orders of people are refused that could cost them more than their units are worth. Robots decide for
    themselves."""
    loss_confirm: bool = False
    """Whether people are asked once more before an order that could lose money. An order not confirmed is refused;
    robots are not asked."""
    loss_floor: Amount | None = None
    """The largest loss of a trader in the session: an order that could increase it further is refused."""
    charges: Charges = NO_CHARGES
    """Commission, taxes and subsidies."""
    information: InformationSet = "book"
    """The information shown to seats: the best quotes (`quotes`), contracts too (`ticker`), or orders as well (`book`).
    Less than these: one's own messages alone (`none`), with orders of one's own side, or of the other (`own_side`,
    `other_side`)."""
    arms: Annotated[tuple[Arm, ...], Meta(max_length=ARMS_MAX)] = ()
    """Treatment arms: seats of a market that are shown different things, or markets with different rules."""
    block: Annotated[int, Meta(ge=1, le=SEATS_MAX)] | None = None
    """Markets of a block, where arms are of markets: each block has every arm in its share; without it all are one."""
    stage: Stages = ()
    """The stages of the session, in order; without any it is one of trade, with the periods above."""
    overrides: Annotated[tuple[Override, ...], Meta(max_length=OVERRIDES_MAX)] = ()
    """Treatments by period: rules that change from a period on."""
    payment: Payment | None = None
    """The pay of people; without it nobody is paid."""
    start: Literal["when_full", "experimenter"] = "when_full"
    """When trading starts: as soon as all seats are taken, or when the experimenter says so."""
    currency: Annotated[str, Meta(min_length=1, max_length=16)] = "points"
    """The smallest unit of money, in which prices are written; of `0.1 c` a price of 305 is shown as 30.5 c."""
    robots: RobotRules = RobotRules()
    """How fast robots are."""
    purpose: Literal["research", "teaching"] = "research"
    """The use of the session: with `teaching`, people join by one class code and robots may take lost seats, unless
    `pit serve --no-class-code` or `vacancies.drop_out` says otherwise. After the end, all who watch
    are shown supply and demand."""
    names: Literal["hidden", "shown"] = "hidden"
    """Whether traders and spectators are shown the names of those who are there; nobody is shown their seats."""
    disclosure: Literal["told", "not_mentioned"] = "told"
    """Whether everybody is told that robots may trade, and how many do."""
    vacancies: Vacancies = Vacancies()
    """The treatment of seats that nobody holds."""
    spectators: Literal["open", "none"] = "open"
    """Whether the public may watch, on screens and on a broker."""
    demonstration: bool = False
    """Whether the public is told the share of the possible gains after each period, not only at the end."""
    source: Text = ""
    """The origin of the market, for the experimenter."""
    instructions: Text = ""
    """The traders' instructions, shown before the session and on request."""
    extends: Annotated[str, Meta(max_length=TITLE_MAX)] = ""
    """The template: a scenario of the lab by name, or a .toml file of the same folder. Its keys hold where this file
    has none, table by table; a list is replaced whole. `label` and `p0_published` are not taken over."""
    public_title: Annotated[str, Meta(max_length=TITLE_MAX)] = ""
    """The title on every screen of traders and the public; without it, `title`. A name from the literature would tell
    the price."""
    p0_published: Annotated[float, Meta(gt=0, le=PRICE_MAX)] | None = None
    """The competitive price as its source prints it, for the comparison only; the price in use follows from values and
    costs."""
    label: Label = "ours"
    """The origin of the schedules: printed in the source, drawn by its law, fitted to its figures, or ours."""
    level: Level = "introductory"
    """For the catalogue: a first course, a course with theory, or research."""
    players: Annotated[int, Meta(ge=1, le=SEATS_MAX)] | None = None
    """For the catalogue: how many people it is meant for; without it, one for each seat."""
    minutes: Annotated[int, Meta(ge=1, le=1_440)] | None = None
    """For the catalogue: minutes in all, with joining and reading; without it, those of trade and ten more."""
    proposition: Line = ""
    """For the catalogue: the proposition that the market puts to the test, and that students learn."""
    page: Page = NO_PAGE
    """Further sentences for its page in the library."""

    @property
    def shown_title(self) -> str:
        """The title on screens and sheets of traders and the public."""
        return self.public_title or self.title

    @property
    def capabilities(self) -> Capabilities:
        """The capabilities of its institution and its environment."""
        of_institution = self.institution.capabilities
        return replace(of_institution, trades_energy=self.environment.trades_energy)

    @property
    def energy(self) -> Prosumers | None:
        """The table of an energy market; None where units of schedules are traded."""
        return self.environment if isinstance(self.environment, Prosumers) else None

    @property
    def point_units(self) -> int:
        """How much of the smallest money is a point, as screens show earnings."""
        return units_of_a_point(self.currency, self.energy.money_per_unit if self.energy else None)

    @property
    def traders(self) -> int:
        """Seats of one market."""
        return self.environment.traders

    @property
    def seats(self) -> int:
        """Seats of all markets together."""
        return self.markets * self.traders

    @property
    def people(self) -> int:
        """How many people it is meant for; never more than there are seats."""
        return self.seats if self.players is None else min(self.seats, self.players)

    @property
    def minutes_needed(self) -> int:
        """Minutes in all, as said; else those of trade with its breaks, and JOINING_MIN before."""
        if self.minutes is not None:
            return self.minutes
        controls = [self.controls(period) for period in range(1, self.periods + 1)]
        return JOINING_MIN + math.ceil(total(one.period_s + one.break_s for one in controls) / 60)

    @property
    def period_us(self) -> Duration:
        """Length of a period."""
        return round(self.period_s * SECOND)

    @property
    def break_us(self) -> Duration:
        """Pause between two periods."""
        return round(self.break_s * SECOND)

    @property
    def takes_over(self) -> bool:
        """Whether a robot trades in the place of a person who has dropped out."""
        said = self.vacancies.drop_out
        return said == "robot" or (said is None and self.purpose == "teaching" and self.disclosure == "told")

    @property
    def values_change(self) -> bool:
        """Whether values may differ from one period to the next."""
        return self.environment.changes or any(one.buyers or one.sellers for one in self.overrides)

    @property
    def times_orders(self) -> bool:
        """Whether open orders live for seconds, in all periods or in some."""
        later = [one.terms.order_life_s for one in self.overrides if one.terms is not None]
        return any(life_s not in (None, "none") for life_s in (self.institution.terms.order_life_s, *later))

    @property
    def has_market_arms(self) -> bool:
        """Whether rules differ from market to market: then those of a market are `in_arm`'s."""
        return any(arm.unit == "market" for arm in self.arms)

    @property
    def variants(self) -> tuple[Self, ...]:
        """The different scenarios that its markets are played by: one for each arm of markets, or itself."""
        return tuple(self.in_arm(arm.name) for arm in self.arms) if self.has_market_arms else (self,)

    def in_arm(self, name: str) -> Self:
        """The scenario of a market that an arm was drawn for: no arms are left in it."""
        arm = next(one for one in self.arms if one.name == name)
        institution = self.institution
        can = replace(institution, name=arm.institution or institution.name).capabilities
        given = {
            "information": arm.information,
            "charges": arm.charges,
            "robots": arm.robots,
        }
        return replace(
            self,
            **{key: value for key, value in given.items() if value is not None},
            institution=replace(
                institution,
                name=arm.institution or institution.name,
                terms=institution.terms if arm.terms is None else arm.terms.changed(institution.terms),
                call=arm.call or (institution.call if can.collects else None),
                posting=arm.posting or (institution.posting if can.posts else None),
            ),
            overrides=tuple(replace(one, arm=None) for one in self.overrides if one.arm in (None, name)),
            arms=(),
            block=None,
        )

    def paced(self, **changes: str | float) -> Self:
        """The scenario with another law or mean of robots' reaction times, in every arm, too."""
        arms = ((arm.robots and replace(arm, robots=replace(arm.robots, **changes))) or arm for arm in self.arms)
        return replace(self, robots=replace(self.robots, **changes), arms=tuple(arms))

    def controls(self, period: int) -> Controls:
        """The rules of a period from 1: those of the file, and each override up to it, the latest period's last.

        Where arms are of markets, ask the scenario `in_arm` of a market (p2p/scenario/assignment.py).
        """
        period_s, break_s = self._lengths(period)
        rules = Controls(self.charges, self.institution.terms, self.information, self.identities, period_s, break_s)
        for override in sorted(self.overrides, key=lambda one: one.from_period):
            if override.from_period <= period:
                rules = rules.overridden(override)
        return rules

    @property
    def may_reveal(self) -> bool:
        """Whether a reveal would have a public, and would not be of a few households."""
        few = self.capabilities.trades_energy and self.traders < HOUSEHOLDS_MIN
        return self.spectators == "open" and not few

    @property
    def reveals(self) -> bool:
        """Whether all who watch are shown supply and demand when the session is over."""
        return self.purpose == "teaching" and self.may_reveal

    def _lengths(self, period: int) -> tuple[float, float]:
        """Seconds of a period and of the break before it: the trade stage's in which it comes, or the scenario's."""
        until = 0
        for stage in self.stage:
            until += stage.periods if isinstance(stage, Trade) else 0
            if isinstance(stage, Trade) and period <= until:
                return stage.period_s, stage.break_s
        return self.period_s, self.break_s

    def activations(self) -> float:
        """How often a robot looks at the market in a period, on average."""
        return self.period_s / parse_reaction(self.robots.reaction, self.robots.reaction_mean_s).mean_s
