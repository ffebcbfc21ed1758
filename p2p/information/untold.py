"""The one list of what traders are told of a scenario: each of its keys, and when, or why never.

Keys that are told at the start have their sentences in rules_text.py. A test changes each key and demands another text,
or its line here. If a key is told in some scenarios only, EXCEPTIONS say where not, and why.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from p2p.scenario.catalogue import Page
from p2p.scenario.charges import Charges
from p2p.scenario.grid_fees import fee_range
from p2p.scenario.overrides import TermsChange
from p2p.scenario.payment import Payment
from p2p.scenario.public_rules import public_rules
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.stages import STAGE_KINDS, Question
from p2p.scenario.terms import CallTerms, PostingTerms


class Telling(msgspec.Struct, frozen=True):
    """When a key is told: before trading starts, when what it says begins, or never; and how, or why not."""

    when: Literal["start", "begins", "never"]
    why: str = ""


class NotTold(msgspec.Struct, frozen=True):
    """Where a key that is told at the start is not, and why not."""

    key: str
    why: str
    holds: Callable[[Scenario], bool]


START = Telling("start")


def _begins(why: str) -> Telling:
    return Telling("begins", why)


def _never(why: str) -> Telling:
    return Telling("never", why)


_OWN_VALUES = _begins("each trader is told their own, with the schedule of the period")
_OWN_DAY = _begins("each household is told its own, with the forecast of the period")
_CHANGES = _begins("all are told in the break before the period that it begins with")
_STAGE = _begins("each stage shows its own, as it begins")
_ARMS = "a treatment: no seat learns what others are shown"
_OWN_MARKET = Telling("start", "each trader is told the rules of their own market")
_REDRAW = "the range would say what others may hold"
_CATALOGUE = "it is for the catalogue: the experimenter's"
_OTHERS = "what other households have is private"

TELLING: dict[str, Telling] = {
    "title": START,
    "institution.price_min": START,
    "institution.price_max": START,
    "institution.name": START,
    "institution.tick": START,
    "institution.terms.price_ceiling": START,
    "institution.terms.price_floor": START,
    "institution.terms.quotes": START,
    "institution.terms.units": START,
    "institution.terms.improvement": START,
    "institution.terms.self_trade": START,
    "institution.terms.order_life": START,
    "institution.terms.order_life_s": START,
    "institution.terms.replace_own": START,
    "institution.terms.contract_price": START,
    "institution.terms.lost_line": START,
    "institution.posting": START,
    "institution.posting.post_s": START,
    "institution.call": START,
    "institution.call.pricing": START,
    "institution.call.k": START,
    "institution.call.rounding": START,
    "institution.call.rationing": START,
    "institution.call.calls": START,
    "institution.call.feeder_cap_kw": START,
    "institution.call.interval_min": START,
    "institution.call.congestion_rent": START,
    "environment.name": START,
    "environment.buyers": _OWN_VALUES,
    "environment.sellers": _OWN_VALUES,
    "environment.shifts": Telling("start", "that values may change; not when, nor by how much"),
    "environment.shifts.from_period": _OWN_VALUES,
    "environment.shifts.buyers": _OWN_VALUES,
    "environment.shifts.sellers": _OWN_VALUES,
    "environment.redraw": Telling("start", "that values may change, and where it is `told`, by which law"),
    "environment.redraw.low": START,
    "environment.redraw.high": START,
    "environment.redraw.law": START,
    "environment.redraw.costs": START,
    "environment.redraw.costs.low": START,
    "environment.redraw.costs.high": START,
    "environment.redraw.told": START,
    "environment.rotate": Telling("start", "that values may change, or roles; not who has which when"),
    "environment.disguise": _never("it would tell the values that it hides"),
    "environment.seats": START,
    "environment.buy.low": _OWN_DAY,
    "environment.buy.high": _OWN_DAY,
    "environment.feed_in.low": _OWN_DAY,
    "environment.feed_in.high": _OWN_DAY,
    **{f"environment.{key}": _OWN_DAY for key in ("profiles", "days", "bdew", "shape")},
    **{f"environment.days.{key}": _OWN_DAY for key in ("load_wh", "pv_wh")},
    **{f"environment.bdew.{key}": _OWN_DAY for key in ("profile", "date", "kwh_a_year.low", "kwh_a_year.high")},
    "environment.tariffs": Telling("start", "the times; each household is told its own prices with the forecast"),
    "environment.tariffs.starts_at": START,
    "environment.tariffs.buy.low": _OWN_DAY,
    "environment.tariffs.buy.high": _OWN_DAY,
    "environment.tariffs.feed_in.low": _OWN_DAY,
    "environment.tariffs.feed_in.high": _OWN_DAY,
    "environment.grid_fees": Telling("start", "the lowest and the highest; not whose house is where"),
    "environment.starts_at": START,
    "environment.interval_min": START,
    "environment.pv": _never(_OTHERS),
    "environment.batteries": _never(_OTHERS),
    "environment.battery": START,
    "environment.battery.capacity_kwh": START,
    "environment.battery.power_kw": START,
    "environment.battery.round_trip_efficiency": START,
    "environment.battery.soc_min": START,
    "environment.battery.soc_max": START,
    "environment.battery.soc_start": _OWN_DAY,
    "environment.noise": START,
    "environment.flexible_wh": _OWN_DAY,
    "environment.flexible_value": _OWN_DAY,
    "environment.flexible_value.low": _OWN_DAY,
    "environment.flexible_value.high": _OWN_DAY,
    "environment.grid_limit_w": _OWN_DAY,
    "environment.unserved_price": _OWN_DAY,
    "environment.end_value": START,
    "environment.money_unit": START,
    "environment.money_per_unit": START,
    "environment.game_type": _never(_REDRAW),
    "environment.buyer_count": Telling("start", "as the number of traders"),
    "environment.seller_count": Telling("start", "as the number of traders"),
    "environment.tokens": _OWN_VALUES,
    "environment.round_periods": _OWN_VALUES,
    "periods": START,
    "end_probability": START,
    "period_s": START,
    "break_s": START,
    "markets": START,
    "identities": START,
    "no_loss": START,
    "loss_confirm": START,
    "loss_floor": START,
    "charges.commission": START,
    "charges.tax_buyer": START,
    "charges.tax_seller": START,
    "information": START,
    "arms": Telling("start", "each seat is told what it is shown itself"),
    "arms.name": _never(_ARMS),
    "arms.unit": Telling("start", "as the rules of one's own market, or as what one's own seat is shown"),
    "arms.seats": _never(_ARMS),
    "arms.markets": _never(_ARMS),
    "arms.information": Telling("start", "each seat is told what it is shown itself"),
    **{f"arms.{key}": _OWN_MARKET for key in ("institution", "terms", "call", "posting", "charges", "robots")},
    **{f"arms.terms.{key}": _OWN_MARKET for key in TermsChange.__struct_fields__},
    **{f"arms.call.{key}": _OWN_MARKET for key in CallTerms.__struct_fields__},
    **{f"arms.posting.{key}": _OWN_MARKET for key in PostingTerms.__struct_fields__},
    **{f"arms.charges.{key}": _OWN_MARKET for key in Charges.__struct_fields__},
    **{f"arms.robots.{key}": _OWN_MARKET for key in RobotRules.__struct_fields__},
    "block": _never(_ARMS),
    "overrides": Telling("start", "that rules or values may change; not when, nor which"),
    "overrides.from_period": _begins("all are told in the break before the period"),
    "overrides.arm": Telling("start", "that rules of one's own market may change; not which arm it is in"),
    "overrides.charges": _CHANGES,
    "overrides.charges.commission": _CHANGES,
    "overrides.charges.tax_buyer": _CHANGES,
    "overrides.charges.tax_seller": _CHANGES,
    "overrides.terms": _CHANGES,
    "overrides.terms.price_ceiling": _CHANGES,
    "overrides.terms.price_floor": _CHANGES,
    "overrides.terms.quotes": _CHANGES,
    "overrides.terms.units": _CHANGES,
    "overrides.terms.improvement": _CHANGES,
    "overrides.terms.self_trade": _CHANGES,
    "overrides.terms.order_life_s": _CHANGES,
    "overrides.terms.replace_own": _CHANGES,
    "overrides.terms.contract_price": _CHANGES,
    "overrides.information": _CHANGES,
    "overrides.identities": _CHANGES,
    "overrides.period_s": _CHANGES,
    "overrides.break_s": _CHANGES,
    "overrides.buyers": _OWN_VALUES,
    "overrides.sellers": _OWN_VALUES,
    "stage": _STAGE,
    **{f"stage.{key}": _STAGE for kind in STAGE_KINDS.values() for key in kind.__struct_fields__},
    **{f"stage.questions.{key}": _STAGE for key in Question.__struct_fields__},
    "payment": START,
    **{f"payment.{key}": START for key in Payment.__struct_fields__},
    "start": START,
    "currency": START,
    "robots.reaction_mean_s": START,
    "robots.reaction": START,
    "purpose": Telling(
        "start", "as whether a robot takes the seat of a trader who is disconnected, and as what is shown after the end"
    ),
    "disclosure": START,
    "vacancies.fill": Telling("start", "that robots take empty seats; not which"),
    "vacancies.drop_out": START,
    "vacancies.stand_in": _never("which robot it is would say how it trades"),
    "vacancies.grace_s": START,
    "spectators": START,
    "names": START,
    "demonstration": START,
    "source": _never("it is for the experimenter, and often names the published result"),
    "instructions": START,
    "public_title": START,
    "extends": _never("it is the file's origin; its rules are told as they are"),
    "p0_published": _never("it is the competitive price of the source"),
    **{key: _never(_CATALOGUE) for key in ("label", "level", "players", "minutes", "proposition")},
    **{f"page.{key}": _never(_CATALOGUE) for key in Page.__struct_fields__},
}
"""By the path of a key, as in the file; keys of a list of tables have the list's name before them."""


def _terms_of_a_call(*, feeder: bool = False) -> Callable[[Scenario], bool]:
    """Whether the terms of a uniform price (and of a feeder that is full) change nothing."""

    def idle(scenario: Scenario) -> bool:
        call = scenario.institution.call
        return call is not None and (call.pricing == "ask" or (feeder and call.feeder_cap_kw is None))

    return idle


def _no_feeder(scenario: Scenario) -> bool:
    return scenario.institution.call is not None and scenario.institution.call.feeder_cap_kw is None


def _robots_untold(scenario: Scenario) -> bool:
    return scenario.disclosure == "not_mentioned"


def _arms_say_information(scenario: Scenario) -> bool:
    return bool(scenario.arms) and all(arm.information for arm in scenario.arms)


def _in_arms(exception: NotTold) -> NotTold:
    """The same of a key of arms of markets: where it holds in all that hold calls."""

    def holds(scenario: Scenario) -> bool:
        calls = [one for one in scenario.variants if one.institution.call is not None]
        return scenario.has_market_arms and all(map(exception.holds, calls))

    return NotTold(exception.key.replace("institution.", "arms."), exception.why, holds)


def _law_untold(scenario: Scenario) -> bool:
    table = scenario.environment
    return not (isinstance(table, InducedValues) and table.redraw is not None and table.redraw.told)


_AT_ASKS = "each pair trades at its ask: there is no one price to be set"
_UNMENTIONED = "robots are not mentioned in this session"

_OF_CALLS = (
    NotTold("institution.call.k", _AT_ASKS, _terms_of_a_call()),
    NotTold("institution.call.rounding", _AT_ASKS, _terms_of_a_call()),
    NotTold("institution.call.rationing", _AT_ASKS, _terms_of_a_call()),
    NotTold(
        "institution.call.congestion_rent", "there is no rent without a feeder's cap", _terms_of_a_call(feeder=True)
    ),
    NotTold("institution.call.interval_min", "it counts with a feeder's cap alone", _no_feeder),
)
_DRAWN = ("low", "high", "law", "costs", "costs.low", "costs.high")
EXCEPTIONS: tuple[NotTold, ...] = (
    *(NotTold(f"environment.redraw.{key}", _REDRAW, _law_untold) for key in _DRAWN),
    NotTold("title", "the public title is told in its place", lambda scenario: bool(scenario.public_title)),
    *_OF_CALLS,
    *map(_in_arms, _OF_CALLS),
    NotTold(
        "institution.terms.order_life",
        "quotes of this auction end with each contract and each period, whatever it says",
        lambda scenario: scenario.capabilities.resets_on_contract,
    ),
    NotTold("break_s", "there is one period alone", lambda scenario: scenario.periods == 1),
    NotTold("information", "the arms have their own", _arms_say_information),
    NotTold("robots.reaction_mean_s", _UNMENTIONED, _robots_untold),
    NotTold("robots.reaction", _UNMENTIONED, _robots_untold),
    NotTold("vacancies.fill", _UNMENTIONED, _robots_untold),
    NotTold(
        "robots.reaction_mean_s",
        "the law of reaction times has its own mean",
        lambda scenario: ":" in scenario.robots.reaction or scenario.robots.reaction == "none",
    ),
    NotTold(
        "purpose",
        "it changes nothing for traders here",
        lambda scenario: (
            (scenario.vacancies.drop_out is not None or _robots_untold(scenario)) and not scenario.may_reveal
        ),
    ),
    NotTold("vacancies.grace_s", "no robot takes a lost seat here", lambda scenario: not scenario.takes_over),
    NotTold("loss_confirm", "no order may lose money here", lambda scenario: scenario.no_loss == "people"),
    NotTold("demonstration", "there are no spectators", lambda scenario: scenario.spectators == "none"),
)


def untold(scenario: Scenario) -> dict[str, str]:
    """Keys that traders of a scenario are not told at the start, with the reason; keys that are not set are left
    out."""
    reasons = {key: one.why for key, one in TELLING.items() if one.when != "start"}
    for one in EXCEPTIONS:
        if one.holds(scenario):
            reasons.setdefault(one.key, one.why)
    own = set_keys(scenario)
    return {key: why for key, why in reasons.items() if key in own}


def set_keys(scenario: Scenario) -> set[str]:
    """The keys that a scenario sets to something else than their default."""
    return set(_set_below("", scenario))


def _set_below(path: str, table: msgspec.Struct) -> list[str]:
    found = []
    for field in msgspec.structs.fields(table):
        name, value = f"{path}{field.encode_name}", getattr(table, field.name)
        inner = value if isinstance(value, tuple) else (value,)
        tables = [one for one in inner if isinstance(one, msgspec.Struct)]
        if value != field.default:
            found.append(name)
        for one in tables:
            found += _set_below(f"{name}.", one)
    return found


def means(scenario: Scenario, key: str) -> object:
    """The common meaning of several values of a key; None for every other key."""
    institution, life = scenario.institution, scenario.institution.terms.order_life
    match key:
        case "arms.institution":
            return [one.institution.name for one in scenario.variants]
        case "arms.information" if scenario.has_market_arms:
            return [one.information for one in scenario.variants]
        case _ if key.startswith("arms.terms."):
            named = key.removeprefix("arms.terms.")
            return [getattr(one.institution.terms, named) for one in scenario.variants]
        case "institution.posting" | "institution.posting.post_s":
            return scenario.institution.posting and scenario.institution.posting.post_us(scenario.period_us)
        case "institution.terms.quotes" if scenario.capabilities.posts:
            return "sellers"
        case "institution.terms.improvement":
            given = institution.terms.improvement
            return scenario.capabilities.resets_on_contract if given is None else given
        case "institution.terms.order_life":
            several = institution.call is not None and institution.call.calls > 1
            return "period" if life == "interval" and not several else life
        case "institution.call":
            return institution.call or CallTerms()
        case "information":
            return (
                "book"
                if not scenario.capabilities.has_book and scenario.information == "ticker"
                else scenario.information
            )
        case "overrides":
            return any(override.tells for override in scenario.overrides), scenario.values_change
        case "environment.grid_fees":
            return scenario.energy and fee_range(scenario.energy.grid_fees)
        case "environment.redraw":
            return scenario.values_change, public_rules(scenario).drawn
        case "environment.shifts" | "environment.rotate":
            return scenario.values_change
        case "vacancies.fill":
            return bool(scenario.vacancies.fill)
        case "vacancies.drop_out":
            return scenario.takes_over
        case _:
            return None
