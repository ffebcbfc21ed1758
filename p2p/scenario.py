"""A scenario: environment, institution, seats and periods, written in TOML, checked to the last key.

Pure: it is handed the text. An error names the key and its line, so that whoever wrote the file finds it.
"""

import tomllib
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

import msgspec
from msgspec import Meta

from p2p.charges import NO_CHARGES, Charges
from p2p.environments import NAMES as ENVIRONMENTS
from p2p.environments.battery import Battery
from p2p.environments.neighbourhood import Prosumers, Range
from p2p.institutions import InstitutionName
from p2p.reaction import ReactionError, parse_reaction
from p2p.scenario_errors import explained
from p2p.scenario_lines import line_of
from p2p.seeds import stream
from p2p.terms import CallTerms, Terms
from p2p.units import PRICE_MAX, SEATS_MAX, SECOND, UNITS_MAX, Duration, Seat

TITLE_MAX = 200
"""Characters of a title: it has to fit a line of a terminal, twice over."""
AGENT_MAX = 200
"""Characters of an agent's name with its parameters: a path to a file of one's own fits."""
TEXT_MAX = 20_000
"""Characters of instructions or of a source: what a person reads before a session."""

Text = Annotated[str, Meta(max_length=TEXT_MAX)]
InformationSet = Literal["ticker", "standing", "book"]
"""What of the market is shown, least with `standing`, most with `book`: see p2p/views.py."""
Signed = Annotated[int, Meta(ge=-PRICE_MAX, le=PRICE_MAX)]
Amount = Annotated[int, Meta(ge=0, le=PRICE_MAX)]
Units = Annotated[tuple[Amount, ...], Meta(min_length=1, max_length=UNITS_MAX)]
Traders = Annotated[tuple[Units, ...], Meta(min_length=1, max_length=SEATS_MAX)]
Seconds = Annotated[float, Meta(ge=0.001, le=86_400)]
"""From a millisecond, in which no order gets through a network, to a day."""


class ScenarioError(Exception):
    """The scenario is wrong: which key, on which line, and what would be right."""


class InstitutionRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[institution]: which rules of trade, and the prices that may be said (in the smallest unit of money)."""

    price_min: Amount
    """The lowest price that may be said."""
    price_max: Amount
    """The highest price that may be said."""
    name: InstitutionName = "standing"
    """How trade goes: a standing bid and ask (Smith's double auction), an open book, or calls."""
    tick: Annotated[int, Meta(ge=1, le=PRICE_MAX)] = 1
    """Prices are price_min and whole numbers of ticks above it."""
    terms: Terms = Terms()
    """What else holds of trade."""
    call: CallTerms | None = None
    """How a call is held; for `call` alone."""


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[environment.shifts]]: from a period on, so much is added to all values of buyers, to all costs of sellers."""

    from_period: Annotated[int, Meta(ge=2, le=1_000)]
    """The first period that it holds for, and all after it."""
    buyers: Signed = 0
    """What is added to every value, on top of earlier shifts."""
    sellers: Signed = 0
    """What is added to every cost, likewise."""


class Redraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[environment.redraw]: all values and costs are drawn anew each period, uniformly, low and high included."""

    low: Amount
    """The lowest that can be drawn."""
    high: Amount
    """The highest that can be drawn."""
    law: Literal["uniform"] = "uniform"
    """How it is drawn."""


class InducedValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="induced", tag_field="name"):
    """[environment]: one list of unit values per buyer, one of unit costs per seller."""

    name: ClassVar[str] = "induced"
    buyers: Traders
    """For each buyer what each of his units is worth to him in a period."""
    sellers: Traders
    """For each seller what each of his units costs him."""
    shifts: Annotated[tuple[Shift, ...], Meta(max_length=100)] = ()
    """Supply and demand that move between periods."""
    redraw: Redraw | None = None
    """Values and costs drawn anew; then those above only say who has how many units."""

    @property
    def traders(self) -> int:
        """Seats of one market."""
        return len(self.buyers) + len(self.sellers)


EnvironmentTable: TypeAlias = InducedValues | Prosumers
"""[environment]: its `name` says which; without one it is induced."""


class Arm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[arms]]: a treatment arm; so many seats of each market, drawn by seed, have this information set."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    """What it is called in tables."""
    seats: Annotated[int, Meta(ge=1, le=SEATS_MAX)]
    """How many seats of each market it has; all arms together have them all."""
    information: InformationSet
    """What these seats are shown, in the place of the session's `information`."""


class RobotRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[robots]: how fast they are: times between looks at the market, by a law of p2p/reaction.py and this mean."""

    reaction_mean_s: Seconds = 1.0
    """How long a robot takes on average between two looks at the market."""
    reaction: Annotated[str, Meta(max_length=60)] = "exponential"
    """By which law: `none`, `fixed:2`, `uniform:1-3`, `exponential:2`, `lognormal:2-0.5`; a law alone has the mean
    above."""


class Vacancies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[vacancies]: what becomes of seats that nobody holds."""

    fill: Annotated[str, Meta(max_length=AGENT_MAX)] = ""
    """The robot on seats that are empty when trading starts, as `pit agents` names them; "": they stay empty."""
    drop_out: Literal["pass", "robot"] | None = None
    """A person who drops out: the seat passes, or a robot trades. Without it, a robot where teaching, else it
    passes."""
    stand_in: Annotated[str, Meta(min_length=1, max_length=AGENT_MAX)] = "zic"
    """Which robot that is."""
    grace_s: Seconds = 20.0
    """A person whose line is lost for longer, the clock running, has dropped out."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that defines a session but its seed."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_MAX)]
    """What it is called on every screen."""
    institution: InstitutionRules
    """Which rules of trade."""
    environment: EnvironmentTable
    """Who may trade what, at which values and costs."""
    periods: Annotated[int, Meta(ge=1, le=1_000)]
    """How many periods are played."""
    period_s: Seconds
    """Seconds of a period."""
    break_s: Annotated[float, Meta(ge=0, le=86_400)] = 5.0
    """Seconds between two periods."""
    markets: Annotated[int, Meta(ge=1, le=SEATS_MAX)] = 1
    """How many such markets run side by side; seats are dealt to them by seed."""
    identities: Literal["hidden", "alias", "per_period"] = "hidden"
    """What is told of who said an order: nothing, an alias for the session, or one anew each period."""
    no_loss: Literal["off", "people"] = "off"
    """Whether orders of people are refused that could cost them more than their units are worth. Robots decide for
    themselves."""
    loss_floor: Amount | None = None
    """How far behind anybody may fall in the session: an order that could take him further is refused."""
    charges: Charges = NO_CHARGES
    """Commission, taxes and subsidies."""
    information: InformationSet = "book"
    """What seats are shown: the best quotes (`standing`), contracts too (`ticker`), or orders as well (`book`)."""
    arms: Annotated[tuple[Arm, ...], Meta(max_length=20)] = ()
    """Seats of a market that are shown different things."""
    start: Literal["when_full", "experimenter"] = "when_full"
    """When trading starts: as soon as all seats are taken, or when the experimenter says so."""
    currency: Annotated[str, Meta(min_length=1, max_length=16)] = "points"
    """The smallest unit of money, in which prices are written; of `0.1 c` a price of 305 is shown as 30.5 c."""
    robots: RobotRules = RobotRules()
    """How fast robots are."""
    purpose: Literal["research", "teaching"] = "research"
    """What the session is for; see `vacancies.drop_out`."""
    disclosure: Literal["told", "not_mentioned"] = "told"
    """Whether everybody is told that robots may trade, and how many do."""
    vacancies: Vacancies = Vacancies()
    """What becomes of seats that nobody holds."""
    spectators: Literal["open", "none"] = "open"
    """Whether the public may watch, on screens and on a broker."""
    demonstration: bool = False
    """Whether the public is told after each period, not only at the end, what was gained of what could be."""
    source: Text = ""
    """Where the market is from, for whoever runs it."""
    instructions: Text = ""
    """What traders read before the session, and whenever they ask."""

    @property
    def traders(self) -> int:
        """Seats of one market."""
        return self.environment.traders

    @property
    def seats(self) -> int:
        """Seats of all markets together."""
        return self.markets * self.traders

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

    def activations(self) -> float:
        """How often a robot looks at the market in a period, on average."""
        return self.period_s / parse_reaction(self.robots.reaction, self.robots.reaction_mean_s).mean_s


def parse(text: str, name: str = "scenario") -> Scenario:
    """The scenario in a TOML text; raises ScenarioError with `name`, line and key."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, and brackets without end, too
        raise ScenarioError(f"{name}: not TOML: {error}") from error
    environment = data.get("environment")
    if isinstance(environment, dict) and environment.setdefault("name", "induced") not in ENVIRONMENTS:
        what = f"there is no '{environment['name']}'; there are {', '.join(ENVIRONMENTS)}"
        raise ScenarioError(f"{name}:{line_of(text, 'environment.name')}: environment.name: {what}")
    try:
        scenario = msgspec.convert(data, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(explained(text, name, str(error), _tables(data))) from error
    for key, why in _contradictions(scenario):
        raise ScenarioError(f"{name}:{line_of(text, key)}: {key}: {why}")
    return scenario


def _tables(data: dict[str, Any]) -> dict[str, type[msgspec.Struct]]:
    """The struct that each table of a scenario is, by its dotted name."""
    induced = data.get("environment", {}).get("name") == "induced"
    return {
        "": Scenario,
        "institution": InstitutionRules,
        "environment": InducedValues if induced else Prosumers,
        "robots": RobotRules,
        "vacancies": Vacancies,
        "charges": Charges,
        "arms": Arm,
        "institution.terms": Terms,
        "institution.call": CallTerms,
        "environment.shifts": Shift,
        "environment.redraw": Redraw,
        "environment.buy": Range,
        "environment.feed_in": Range,
        "environment.flexible_value": Range,
        "environment.battery": Battery,
    }


def _terms_wrong(rules: InstitutionRules) -> list[tuple[str, str]]:
    """Terms of trade that contradict one another or the price limits."""
    wrong: list[tuple[str, str]] = []
    terms = rules.terms
    for key, price in (("price_ceiling", terms.price_ceiling), ("price_floor", terms.price_floor)):
        if price is not None and not rules.price_min <= price <= rules.price_max:
            wrong.append((f"institution.terms.{key}", f"is not within {rules.price_min} to {rules.price_max}"))
    if terms.price_ceiling is not None and terms.price_floor is not None and terms.price_ceiling < terms.price_floor:
        wrong.append(("institution.terms.price_ceiling", f"is below the floor ({terms.price_floor})"))
    elif not wrong and rules.tick > 0 and _nothing_between(rules):
        wrong.append(("institution.terms", f"leave no price that is on the tick of {rules.tick}"))
    if rules.name == "call" and terms.quotes != "both":
        wrong.append(("institution.terms.quotes", "must be 'both' in a call: whoever may not quote cannot trade there"))
    if rules.call is not None and rules.name != "call":
        wrong.append(("institution.call", f"says how a call is held, and the institution is '{rules.name}'"))
    return wrong


def _nothing_between(rules: InstitutionRules) -> bool:
    """Whether the price controls leave no price that is on the tick."""
    low, high = rules.terms.price_floor, rules.terms.price_ceiling
    low, high = rules.price_min if low is None else low, rules.price_max if high is None else high
    return (high - rules.price_min) // rules.tick < -((rules.price_min - low) // rules.tick)


def _environment_wrong(scenario: Scenario) -> list[tuple[str, str]]:
    """Shifts that never come, ranges that are empty, and what an energy market cannot do."""
    values = scenario.environment
    if isinstance(values, Prosumers):
        return [*((f"environment.{key}", why) for key, why in values.wrong()), *_energy_wrong(scenario, values)]
    wrong = []
    for index, shift in enumerate(values.shifts):
        if shift.from_period > scenario.periods:
            why = f"{shift.from_period} is after the last period ({scenario.periods})"
            wrong.append((f"environment.shifts[{index}].from_period", why))
    if values.redraw is not None and values.redraw.low > values.redraw.high:
        wrong.append(("environment.redraw.low", f"is above high ({values.redraw.high})"))
    return wrong


def _energy_wrong(scenario: Scenario, values: Prosumers) -> list[tuple[str, str]]:
    """Institutions under which amounts of energy cannot be traded, or only by another clock."""
    rules = scenario.institution
    wrong = []
    if rules.name == "standing":
        wrong.append(("institution.name", "trades one unit at a time; for energy take continuous or call"))
    if rules.terms.order_life == "session":
        wrong.append(("institution.terms.order_life", "cannot be 'session': an interval's energy is gone with it"))
    if rules.terms.units == "one":
        wrong.append(("institution.terms.units", "must be 'many': what is traded is energy"))
    if (
        rules.call is not None
        and rules.call.feeder_cap_kw is not None
        and rules.call.interval_min != values.interval_min
    ):
        wrong.append(("institution.call.interval_min", f"is not the environment's ({values.interval_min})"))
    return wrong


def _contradictions(scenario: Scenario) -> list[tuple[str, str]]:
    """Keys that are fine alone and wrong together."""
    rules = scenario.institution
    wrong = []
    if rules.price_max <= rules.price_min:
        wrong.append(("institution.price_max", f"is not above price_min ({rules.price_min})"))
    elif (rules.price_max - rules.price_min) % rules.tick:
        wrong.append(("institution.tick", f"does not divide the range {rules.price_min} to {rules.price_max}"))
    wrong += _terms_wrong(rules) + _environment_wrong(scenario)
    if scenario.takes_over and scenario.disclosure == "not_mentioned":
        why = "cannot be 'robot' where robots are 'not_mentioned': who may be replaced is told so beforehand"
        wrong.append(("vacancies.drop_out", why))
    if rules.call and rules.call.feeder_cap_kw is not None and isinstance(scenario.environment, InducedValues):
        wrong.append(("institution.call.feeder_cap_kw", "is for energy, and the environment is 'induced'"))
    if scenario.arms and sum(arm.seats for arm in scenario.arms) != scenario.traders:
        wrong.append(("arms", f"the seats of the arms do not add up to the market's {scenario.traders}"))
    names = [arm.name for arm in scenario.arms]
    wrong += [(f"arms[{k}].name", f"'{name}' is there twice") for k, name in enumerate(names) if name in names[:k]]
    try:
        parse_reaction(scenario.robots.reaction, scenario.robots.reaction_mean_s)
    except ReactionError as error:
        wrong.append(("robots.reaction", str(error)))
    if scenario.seats > SEATS_MAX:
        wrong.append(("markets", f"makes {scenario.seats} seats, a session has {SEATS_MAX} at the most"))
    return wrong


def seats_of_markets(scenario: Scenario, seed: int) -> list[tuple[Seat, ...]]:
    """Which seats each market has: drawn by the session's seed, whoever sits there."""
    order = list(range(scenario.seats))
    stream(seed, "seats").shuffle(order)
    size = scenario.traders
    return [tuple(sorted(order[start : start + size])) for start in range(0, len(order), size)]


def arms_by_seat(scenario: Scenario, seed: int) -> dict[Seat, str]:
    """The treatment arm of each seat, drawn by seed within each market; empty where there are no arms."""
    arms: dict[Seat, str] = {}
    for market, seats in enumerate(seats_of_markets(scenario, seed)):
        drawn = [arm.name for arm in scenario.arms for _ in range(arm.seats)]
        stream(seed, "arms", market).shuffle(drawn)
        arms.update(zip(seats, drawn, strict=False))
    return arms


def information_by_seat(scenario: Scenario, seed: int) -> dict[Seat, InformationSet]:
    """The information set of each seat: its arm's, or the session's."""
    of_arm = {arm.name: arm.information for arm in scenario.arms}
    arms = arms_by_seat(scenario, seed)
    return {seat: of_arm[arms[seat]] if arms else scenario.information for seat in range(scenario.seats)}
