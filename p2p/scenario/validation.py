"""Contradictions between the keys of a scenario."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from p2p.base.units import SEATS_MAX
from p2p.scenario.arms import arms_wrong
from p2p.scenario.assignment import sets_in_use
from p2p.scenario.overrides import SIDED, Override
from p2p.scenario.payment import DIGITS_MAX, Payment, exact
from p2p.scenario.reaction_times import ReactionError, parse_reaction
from p2p.scenario.schema import InducedValues, InstitutionRules, Scenario
from p2p.scenario.stage_rules import stages_wrong
from p2p.scenario.stages import Earnings, Trade


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
    if rules.capabilities.collects and terms.quotes != "both":
        wrong.append(("institution.terms.quotes", "must be 'both' in a call: whoever may not quote cannot trade there"))
    if rules.call is not None and not rules.capabilities.collects:
        wrong.append(("institution.call", f"says how a call is held, and the institution is '{rules.name}'"))
    if rules.name == "standing" and terms.order_life == "session":
        wrong.append(
            ("institution.terms.order_life", "cannot be 'session' here: a standing quote ends with its period")
        )
    return [*wrong, *_posting_wrong(rules), *_open_book_wrong(rules)]


def _open_book_wrong(rules: InstitutionRules) -> Iterator[tuple[str, str]]:
    """Terms of an open book where there is none, or that contradict an order's life."""
    terms = rules.terms
    set_here = {
        "order_life_s": terms.order_life_s is not None,
        "replace_own": terms.replace_own,
        "contract_price": terms.contract_price != "earlier",
    }
    for key in (key for key, is_set in set_here.items() if is_set and not rules.capabilities.matches):
        yield f"institution.terms.{key}", f"is for 'continuous' alone, and the institution is '{rules.name}'"
    if terms.order_life_s is not None and terms.order_life == "session":
        yield "institution.terms.order_life_s", "ends orders with their period at the latest: order_life is 'session'"
    if terms.lost_line == "cancel" and not rules.capabilities.withdraws:
        why = f"cannot be 'cancel' here: the institution is '{rules.name}', and nothing can be withdrawn there"
        yield "institution.terms.lost_line", why
    elif terms.lost_line == "cancel" and terms.order_life == "session":
        why = "cannot be 'cancel' where orders live as long as the session: in a break none can be cancelled"
        yield "institution.terms.lost_line", why


def _sides_wrong(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Views of one side of the market, where a trader has not the same side all session long."""
    if scenario.capabilities.posts:
        for key, information in sets_in_use(scenario).items():
            if information in ("none", "own_side"):
                yield key, f"cannot be '{information}' here: buyers would see no offer that they could take"
    table = scenario.environment
    rotates = isinstance(table, InducedValues) and table.rotate == "roles"
    if scenario.energy is None and not rotates:
        return
    why = "traders change sides with `rotate`" if rotates else "a household may buy or sell"
    for key, information in sets_in_use(scenario).items():
        if information in SIDED:
            yield key, f"cannot be '{information}' here: {why}"


def _posting_wrong(rules: InstitutionRules) -> list[tuple[str, str]]:
    """Terms that posted offers cannot have, and posting where nobody posts."""
    wrong, terms = [], rules.terms
    if not rules.capabilities.posts:
        why = f"says how long sellers post, and the institution is '{rules.name}'"
        return [] if rules.posting is None else [("institution.posting", why)]
    if terms.quotes == "buyers":
        wrong.append(("institution.terms.quotes", "cannot be 'buyers' here: sellers post, and buyers take"))
    if terms.improvement:
        wrong.append(("institution.terms.improvement", "cannot be true here: sellers post unseen by one another"))
    if terms.order_life == "session":
        wrong.append(("institution.terms.order_life", "cannot be 'session' here: a post ends with its period"))
    return wrong


def _nothing_between(rules: InstitutionRules) -> bool:
    """Whether the price controls leave no price that is on the tick."""
    low, high = rules.terms.price_floor, rules.terms.price_ceiling
    low, high = rules.price_min if low is None else low, rules.price_max if high is None else high
    return (high - rules.price_min) // rules.tick < -((rules.price_min - low) // rules.tick)


def _environment_wrong(scenario: Scenario) -> list[tuple[str, str]]:
    """What the environment says of its own table, and what an energy market cannot do."""
    wrong = [(f"environment.{key}", why) for key, why in scenario.environment.wrong(scenario.periods)]
    return [*wrong, *_energy_wrong(scenario)]


def _energy_wrong(scenario: Scenario) -> list[tuple[str, str]]:
    """Institutions under which amounts of energy cannot be traded, or only by another clock."""
    rules, values = scenario.institution, scenario.energy
    wrong = []
    if values is None:
        return []
    if not rules.capabilities.many_units:
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


def _overrides_wrong(scenario: Scenario) -> list[tuple[str, str]]:
    """Overrides that never come, say one thing twice, or leave rules that contradict one another."""
    wrong: list[tuple[str, str]] = []
    named: dict[tuple[int, str, str | None], int] = {}
    for index, override in enumerate(scenario.overrides):
        where, start = f"overrides[{index}]", override.from_period
        if start > scenario.periods:
            wrong.append((f"{where}.from_period", f"{start} is after the last period ({scenario.periods})"))
        if not override.named():
            wrong.append((where, "changes nothing: name a rule that is another from this period on"))
        twice = [key for key in override.named() if named.setdefault((start, key, override.arm), index) != index]
        wrong += [(f"{where}.{key}", f"is said for period {start} twice") for key in twice]
        wrong += [(f"{where}.{key}", why) for key, why in _override_wrong(scenario, override)]
        wrong += [(f"{where}.{key}", why) for key, why in _arm_of_override_wrong(scenario, override)]
    return wrong


def _arm_of_override_wrong(scenario: Scenario, override: Override) -> Iterator[tuple[str, str]]:
    """An override for some markets alone, of rules that are the same in all."""
    if override.arm is None:
        return
    names = [arm.name for arm in scenario.arms if arm.unit == "market"]
    if not names:
        yield "arm", "is for arms of markets, and there are none: leave it out, or give [[arms]] the unit 'market'"
    elif override.arm not in names:
        yield "arm", f"there is no arm '{override.arm}' of markets; there are {', '.join(names)}"
    for key in ("period_s", "break_s", "identities", "buyers", "sellers"):
        if getattr(override, key) is not None:
            yield key, "cannot be for one arm alone: it is the same in all markets"


def _override_wrong(scenario: Scenario, override: Override) -> Iterator[tuple[str, str]]:
    """The faults of one override under the rules that hold when it begins."""
    rules, lives = scenario.controls(override.from_period), scenario.institution.terms.order_life == "session"
    if override.terms is not None:
        institution = replace(scenario.institution, terms=rules.terms)
        for key, why in _terms_wrong(institution):
            yield key.removeprefix("institution."), f"from period {override.from_period} on: {why}"
    if lives and override.terms is not None:
        yield "terms", "cannot change where orders live as long as the session: they were made under others"
    of_seats = bool(scenario.arms) and not scenario.has_market_arms
    if override.information is not None and (of_seats or lives):
        why = "the arms have their own" if of_seats else "orders live as long as the session"
        yield "information", f"cannot change by period: {why}"
    post_s = scenario.institution.posting.post_s if scenario.institution.posting else None
    if override.period_s is not None and post_s is not None and post_s >= override.period_s:
        yield "period_s", f"is not above the {post_s:g} s of posting: buyers need time"
    for side in ("buyers", "sellers"):
        if (traders := getattr(override, side)) is not None:
            yield from _schedules_wrong(scenario, side, traders)


def _schedules_wrong(scenario: Scenario, side: str, traders: tuple[tuple[int, ...], ...]) -> Iterator[tuple[str, str]]:
    """Schedules of a period that the seats of the session cannot be dealt."""
    table = scenario.environment
    if not isinstance(table, InducedValues):
        yield side, f"cannot be said here: the environment is '{table.name}', which makes its own"
    elif len(traders) != (seats := len(getattr(table, side))):
        yield side, f"has {len(traders)} lists, and the environment has {seats} {side}; an empty list sits out"
    elif not any(traders):
        yield side, "are all empty: nobody could trade"


def _payment_wrong(scenario: Scenario, payment: Payment) -> Iterator[tuple[str, str]]:
    """Pay that nobody could earn, and one period's pay where periods are not worth the same by themselves."""
    if scenario.purpose == "teaching":
        yield "payment", "is for research: in teaching nobody is paid; leave it out or change purpose"
    kinds = [type(stage) for stage in scenario.stage]
    if Earnings in kinds and Trade in kinds[kinds.index(Earnings) :]:
        yield f"stage[{kinds.index(Earnings)}].kind", "is told what is paid, and trade that counts comes after it"
    if payment.rate == 0:
        yield "payment.rate", "is 0: nobody would earn anything by trading; say what a point is worth"
    for key, digits in (("rate", DIGITS_MAX + 2), *((key, DIGITS_MAX) for key in ("fee", "base", "floor", "step"))):
        if (exact(getattr(payment, key)) * 10**digits).denominator != 1:
            yield f"payment.{key}", f"has more than {digits} digits behind the point: people are told it exactly"
    if exact(payment.floor) < -exact(payment.base):
        yield "payment.floor", f"is below -base ({-payment.base:g}): nobody is paid less than the fee"
    if payment.paid == "sum":
        if payment.draw == "experimenter":
            yield "payment.draw", "goes with paid = 'one period': of a sum nothing is drawn"
        return
    why = _carries_over(scenario)
    if why:
        yield "payment.paid", f"cannot be 'one period' here: {why}; pay the sum"


def _carries_over(scenario: Scenario) -> str | None:
    """What one period leaves to the next; None where each stands by itself."""
    if scenario.energy is not None and scenario.energy.batteries:
        return "what is in a battery goes over to the next period"
    if scenario.institution.terms.order_life == "session":
        return "orders live as long as the session"
    if scenario.loss_floor is not None:
        return "the loss floor is of the whole session"
    if scenario.end_probability:
        return "the session ends by chance, and its periods would not be as likely"
    return None


def _catalogue_wrong(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What a file says of itself that cannot be so."""
    rules = scenario.institution
    if scenario.public_title and not scenario.public_title.strip():
        yield "public_title", "is empty on a screen; leave it out, or say one"
    if scenario.p0_published is not None and not rules.price_min <= scenario.p0_published <= rules.price_max:
        yield "p0_published", f"is not within the prices {rules.price_min} to {rules.price_max}"


def contradictions(scenario: Scenario) -> list[tuple[str, str]]:
    """Keys that are fine alone and wrong together."""
    rules = scenario.institution
    wrong = []
    if rules.price_max <= rules.price_min:
        wrong.append(("institution.price_max", f"is not above price_min ({rules.price_min})"))
    elif (rules.price_max - rules.price_min) % rules.tick:
        wrong.append(("institution.tick", f"does not divide the range {rules.price_min} to {rules.price_max}"))
    wrong += _sides_wrong(scenario)
    wrong += _terms_wrong(rules) + _environment_wrong(scenario) + _overrides_wrong(scenario)
    wrong += [*stages_wrong(scenario), *_catalogue_wrong(scenario)]
    if scenario.end_probability and sum(isinstance(stage, Trade) for stage in scenario.stage) > 1:
        wrong.append(("end_probability", "is for one stage of trade, and there are several"))
    wrong += _payment_wrong(scenario, scenario.payment) if scenario.payment else ()
    if scenario.takes_over and scenario.disclosure == "not_mentioned":
        why = "cannot be 'robot' where robots are 'not_mentioned': who may be replaced is told so beforehand"
        wrong.append(("vacancies.drop_out", why))
    if scenario.names == "shown" and scenario.disclosure == "not_mentioned":
        why = "cannot be 'shown' where robots are 'not_mentioned': beside the number of traders, names count them"
        wrong.append(("names", why))
    if rules.call and rules.call.feeder_cap_kw is not None and scenario.energy is None:
        wrong.append(("institution.call.feeder_cap_kw", "is for energy, and the environment is 'induced'"))
    post_s = rules.posting.post_s if rules.posting else None
    if post_s is not None and post_s >= scenario.period_s:
        wrong.append(("institution.posting.post_s", f"is not below period_s ({scenario.period_s:g}): buyers need time"))
    wrong += arms_wrong(scenario.arms, scenario.traders, scenario.markets, scenario.block)
    try:
        parse_reaction(scenario.robots.reaction, scenario.robots.reaction_mean_s)
    except ReactionError as error:
        wrong.append(("robots.reaction", str(error)))
    if scenario.seats > SEATS_MAX:
        wrong.append(("markets", f"makes {scenario.seats} seats, a session has {SEATS_MAX} at the most"))
    return wrong or list(_wrong_in_arms(scenario))


def _wrong_in_arms(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Keys that contradict one another in the markets of one arm alone."""
    for k, arm in enumerate(scenario.arms if scenario.has_market_arms else ()):
        own = scenario.in_arm(arm.name)
        kept = [index for index, one in enumerate(scenario.overrides) if one.arm in (None, arm.name)]
        for key, why in contradictions(own):
            yield _key_in_arm(k, key, kept), f"{why} (in the markets of '{arm.name}')"


def _key_in_arm(arm: int, key: str, overrides: list[int]) -> str:
    """The key as the file has it, of one that is wrong in the markets of an arm."""
    table, _, below = key.partition(".")
    if match := re.match(r"overrides\[(\d+)\](.*)", key):
        return f"overrides[{overrides[int(match[1])]}]{match[2]}"
    if key == "institution.name":
        return f"arms[{arm}].institution"
    if table == "institution" and below:
        return f"arms[{arm}].{below}"
    return f"arms[{arm}].{key}" if table in ("robots", "charges") else f"arms[{arm}]"
