"""A market's public rules, told to traders before it opens, as sentences of a catalogue, section by section.

Total: every key of a scenario that matters to a trader has its sentence here, or its reason in untold.py. A rule that
differs from the default is told even where no seat can meet it; a rule that changes nothing is told nowhere.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import exp, floor, log
from typing import Literal, TypeAlias, get_args

from p2p.base.units import Money, Price, Quantity, Role
from p2p.scenario.currency import shown_in
from p2p.scenario.overrides import SEES_CONTRACTS, SIDED
from p2p.scenario.payment import Payment, digits, exact, in_digits
from p2p.scenario.public_rules import EnergyRules, PublicRules
from p2p.scenario.reaction_times import Reaction, parse_reaction
from p2p.scenario.schema import Redraw
from p2p.scenario.terms import CallTerms
from p2p.texts.catalogue import Catalogue, Field, Number, Sentence, Span, shortest

Section: TypeAlias = Literal["start", "market", "trade", "see", "earn", "robots", "connection"]
SECTIONS: tuple[Section, ...] = get_args(Section)
MONEY_DECIMALS = 2
"""Digits of an energy market's money behind the point, as on the trader's screen."""
MONEY_DECIMALS_MAX = 6
"""As many where the amount has more: a commission of less than a hundredth is not said to be nothing."""
KWH: Quantity = 1_000
RATE_OF = 100
"""Points whose pay is told: of one it is often less than a cent."""


def paragraphs(
    rules: PublicRules, texts: Catalogue, role: Role | None = None, robots: int | None = None
) -> list[tuple[str, str]]:
    """Heading and text of each section that a page shows; the instructions come last, and the start is the lobby's.

    `role`: the reader's, None for everybody; `robots`: how many seats they hold, where that is known.
    """
    sections = [(section, section_text(section, rules, texts, role, robots)) for section in SECTIONS[1:]]
    instructions = rules.instructions.strip() or texts.text("rules.instructions.none")
    pages = [*sections, ("instructions", instructions)]
    return [(texts.text(f"rules.heading.{name}"), text) for name, text in pages if text]


def section_text(
    section: Section, rules: PublicRules, texts: Catalogue, role: Role | None = None, robots: int | None = None
) -> str:
    """One section in words."""
    return " ".join(texts.sentence(one) for one in sentences(section, rules, role, robots))


def sentences(
    section: Section, rules: PublicRules, role: Role | None = None, robots: int | None = None
) -> list[Sentence]:
    """One section as keys with their fields."""
    match section:
        case "start":
            found: Iterable[Sentence] = _start(rules)
        case "market":
            found = _market(rules, role)
        case "trade":
            found = _trade(rules)
        case "see":
            found = _see(rules)
        case "earn":
            found = _earn(rules, role)
        case "robots":
            found = _robots(rules, robots)
        case "connection":
            found = _connection(rules)
    return [Sentence(f"rules.{section}.{one.key}", one.fields) for one in found]


def _say(key: str, **fields: Field) -> Sentence:
    return Sentence(key, fields)


def _unit(rules: PublicRules) -> str:
    return shown_in(rules.currency)[1]


def _price(rules: PublicRules, price: Price) -> Number:
    return Number(price, shown_in(rules.currency)[0])


def _money(rules: PublicRules, money: Money) -> tuple[Number, str]:
    """An amount of money, and in which unit."""
    if rules.energy is None:
        return _price(rules, money), _unit(rules)
    for decimals in range(MONEY_DECIMALS, MONEY_DECIMALS_MAX + 1):
        amount = Fraction(money * 10**decimals, rules.energy.money_per_unit)
        if amount.denominator == 1:
            break
    return Number(round(amount), decimals), rules.energy.money_unit


def _percent(share: float) -> int | Number:
    return shortest(100 * share)


# --- the start, and the market ------------------------------------------------------------------------------------


def _start(rules: PublicRules) -> Iterator[Sentence]:
    yield _say("title", title=rules.title)
    yield _say("when_full" if rules.starts_when_full else "experimenter")


def _market(rules: PublicRules, role: Role | None) -> Iterator[Sentence]:
    yield _say("size_at_most" if rules.fewer else "size", traders=rules.traders, periods=rules.periods)
    if rules.end_probability:
        yield _say("random_end", percent=_percent(rules.end_probability), periods=rules.periods)
    if rules.period_s is not None:
        yield _say("length", period=Span(rules.period_s))
    if rules.break_s is not None and rules.periods > 1:
        yield _say("pause", pause=Span(rules.break_s)) if rules.break_s else _say("no_pause")
    if rules.markets > 1:
        if rules.own_rules and rules.market is not None:
            yield _say("own_rules", markets=rules.markets, market=rules.market + 1)
        elif rules.market is None:
            yield _say("side_by_side", markets=rules.markets)
        else:
            yield _say("side_by_side_in", markets=rules.markets, market=rules.market + 1)
    if rules.rules_change:
        yield _say("rules_change")
    low, high, tick = (_price(rules, price) for price in (rules.price_min, rules.price_max, rules.tick))
    yield _say("prices", low=low, high=high, unit=_unit(rules), tick=tick)
    if rules.energy is not None:
        yield from _day(rules, rules.energy)
        return
    yield _say("values" if role is None else f"values_{role}")
    yield _say("values_change" if rules.values_change else "values_same")
    if rules.drawn is not None:
        yield _drawn(rules, rules.drawn)
    yield _say("values_private")


def _drawn(rules: PublicRules, law: Redraw) -> Sentence:
    """How values and costs are drawn, where it is told."""
    (low, high), unit = (_price(rules, price) for price in law.of("buyer")), _unit(rules)
    if law.costs is None:
        return _say("drawn", low=low, high=high, unit=unit)
    least, most = (_price(rules, price) for price in law.of("seller"))
    return _say("drawn_sides", low=low, high=high, least=least, most=most, unit=unit)


def _day(rules: PublicRules, energy: EnergyRules) -> Iterator[Sentence]:
    yield _say("day", time=energy.starts_at, minutes=energy.interval_min)
    yield _say("forecast")
    if energy.tariffs_at:
        yield _say("tariffs", times=", ".join(energy.tariffs_at))
    yield _say("noise", noise=_percent(energy.noise)) if energy.noise else _say("exact")
    battery = energy.battery
    if battery is not None:
        yield _say(
            "battery",
            capacity=shortest(battery.capacity_kwh),
            power=shortest(battery.power_kw),
            efficiency=_percent(battery.round_trip_efficiency),
            least=_percent(battery.soc_min),
            most=_percent(battery.soc_max),
        )
    if energy.end_value or battery is not None:
        yield _say("end_value", price=_price(rules, energy.end_value), unit=_unit(rules))


# --- how trade goes -----------------------------------------------------------------------------------------------


def _trade(rules: PublicRules) -> Iterator[Sentence]:
    can = rules.capabilities
    if can.collects:
        yield _say("call")
        yield from _call(rules, rules.call or CallTerms())
    elif can.posts:
        yield from _posting(rules)
    elif can.resets_on_contract:
        yield _say("standing")
        yield _say("standing_newest" if rules.terms.improvement is False else "standing_improves")
    elif can.has_book:
        yield from _open_book(rules)
    else:
        yield _say("other", name=rules.institution)
    yield from _terms(rules)


def _open_book(rules: PublicRules) -> Iterator[Sentence]:
    terms = rules.terms
    yield _say("continuous")
    yield _say(f"price_{terms.contract_price}")
    yield _say("withdraw")
    if terms.replace_own:
        yield _say("replace_own")
    if terms.order_life_s is not None:
        yield _say("left_life", life=Span(terms.order_life_s))
    else:
        yield _say("left_session" if terms.order_life == "session" else "left_period")


def _posting(rules: PublicRules) -> Iterator[Sentence]:
    yield _say("posted-offer")
    posting = rules.posting
    if posting is not None and posting.post_s is not None:
        yield _say("post_for", span=Span(posting.post_s))
    else:
        yield _say("post_third")
    yield _say("posted_takes")


def _call(rules: PublicRules, call: CallTerms) -> Iterator[Sentence]:
    several, life = call.calls > 1, rules.terms.order_life
    yield _say("call_several", calls=call.calls) if several else _say("call_at_end")
    yield from _clearing(call)
    if call.feeder_cap_kw is not None:
        wh = floor(Fraction(str(call.feeder_cap_kw)) * 1_000 * Fraction(str(call.interval_min)) / 60 / call.calls)
        yield _say("feeder", power=shortest(call.feeder_cap_kw), energy=wh)
        if call.pricing == "uniform":
            yield _say(f"rent_{call.congestion_rent}")
    if life == "session":
        yield _say("left_any_call")
    elif several:
        yield _say("left_call" if life == "interval" else "left_next_call")
    else:
        yield _say("left_period")


def _clearing(call: CallTerms) -> Iterator[Sentence]:
    if call.pricing == "ask":
        yield _say("at_asks")
        return
    yield _say("uniform")
    known = {0: "price_low", 0.5: "price_middle", 1: "price_high"}.get(call.k)
    yield _say(known) if known else _say("price_between", percent=_percent(call.k))
    yield _say(f"rounded_{call.rounding}")
    yield _say("ration_share" if call.rationing == "pro_rata" else "ration_earlier")


def _terms(rules: PublicRules) -> Iterator[Sentence]:
    """The experimenter's terms of trade, which hold in every institution."""
    terms, unit = rules.terms, _unit(rules)
    if terms.improvement and not rules.capabilities.resets_on_contract:
        yield _say("improves")
    if terms.price_ceiling is not None:
        yield _say("ceiling", price=_price(rules, terms.price_ceiling), unit=unit)
    if terms.price_floor is not None:
        yield _say("floor", price=_price(rules, terms.price_floor), unit=unit)
    if terms.quotes != "both" and not rules.capabilities.posts:
        yield _say(f"quotes_{terms.quotes}")
    if terms.units == "one":
        yield _say("one_unit")
    elif rules.energy is None and rules.capabilities.many_units:
        yield _say("many_units")
    if terms.self_trade == "cancel_resting":
        yield _say("self_trade")


# --- what is seen, what is earned, who may be a robot -----------------------------------------------------------------


def _see(rules: PublicRules) -> Iterator[Sentence]:
    shown = rules.information
    if rules.capabilities.collects:
        yield _say(f"call_{shown}")
    elif rules.capabilities.posts:
        yield _say(f"posted_{shown}")
    elif not rules.capabilities.has_book and shown in SIDED:
        yield _say(f"standing_{shown}")
    elif not rules.capabilities.has_book and shown in SEES_CONTRACTS:
        yield _say("nothing_behind")
    else:
        yield _say(shown)
    yield _say(f"identities_{rules.identities}")
    if rules.names:
        yield _say("names")
    yield _say("spectators" if rules.spectators else "no_spectators")
    if rules.spectators and rules.demonstration:
        yield _say("demonstration")
    if rules.reveals:
        yield _say("reveals")
    yield _say("recorded")


def _earn(rules: PublicRules, role: Role | None) -> Iterator[Sentence]:
    energy = rules.energy
    if energy is None:
        yield _say("need_not")
        yield _say("no_resale")
        yield _say(role or "both")
    else:
        yield _say("need_not_energy")
        yield _say("no_resale_energy")
        yield _say("energy")
        price = 10 ** shown_in(rules.currency)[0]
        money, money_unit = _money(rules, price * KWH)
        yield _say("money", price=_price(rules, price), unit=_unit(rules), money=money, money_unit=money_unit)
    if rules.no_loss:
        yield _say("no_loss" if energy is None else "no_loss_energy")
    else:
        yield _say("may_lose")
        if rules.loss_confirm:
            yield _say("confirm")
    if rules.loss_floor is not None:
        floor_money, unit = _money(rules, -rules.loss_floor)
        yield _say("floor", floor=floor_money, unit=unit)
    yield from _charges(rules)
    yield from _payment(rules.payment, _money(rules, 0)[1]) if rules.payment else ()
    if any(stage.at_cap == "base_pay" for stage in rules.stages):
        yield _say("pay_questions")


def _payment(payment: Payment, unit: str) -> Iterator[Sentence]:
    """The rate, the rule of pay, losses, the fee, how it is rounded."""
    least, pay = digits(payment), payment.currency

    def money(number: float, times: int = 1) -> Number:
        text = in_digits(exact(number) * times, least)
        return Number(int(text.replace(".", "")), len(text.partition(".")[2]))

    yield _say("pay_rate", unit=unit, money=money(payment.rate, RATE_OF), pay=pay)
    yield _say("pay_sum" if payment.paid == "sum" else f"pay_one_{payment.draw}")
    if payment.floor == 0:
        yield _say("pay_no_loss")
    else:
        yield _say(f"pay_floor_{'above' if payment.floor > 0 else 'below'}", money=money(abs(payment.floor)), pay=pay)
    if payment.fee:
        yield _say("pay_fee", money=money(payment.fee), pay=pay)
    if payment.base:
        yield _say("pay_base", money=money(payment.base), pay=pay)
    yield _say(f"pay_rounded_{payment.rounding}", step=money(payment.step), pay=pay)


def _charges(rules: PublicRules) -> Iterator[Sentence]:
    charges = rules.charges
    if charges.commission:
        money, unit = _money(rules, charges.commission)
        yield _say("commission", money=money, unit=unit)
    taxes: tuple[tuple[Role, Price], ...] = (("buyer", charges.tax_buyer), ("seller", charges.tax_seller))
    for role, tax in taxes:
        if tax:
            key = f"{'tax' if tax > 0 else 'subsidy'}_{role}_{'unit' if rules.energy is None else 'energy'}"
            yield _say(key, price=_price(rules, abs(tax)), unit=_unit(rules))
    if rules.energy is not None and rules.energy.fees is not None:
        low, high = (_price(rules, fee) for fee in rules.energy.fees)
        yield _say("grid_fee", low=low, high=high, unit=_unit(rules))


def _robots(rules: PublicRules, count: int | None) -> Iterator[Sentence]:
    """Nothing where robots are not mentioned."""
    if rules.robots:
        yield _say("may_trade")
        if count:
            yield _say("seats_now", count=count)
        if rules.fills_seats:
            yield _say("fills")
        yield _reaction(parse_reaction(rules.reaction, rules.reaction_mean_s))


def _connection(rules: PublicRules) -> Iterator[Sentence]:
    grace_s = rules.takeover_after_s
    cancel = "_cancel" if rules.terms.lost_line == "cancel" else ""
    yield _say(f"passes{cancel}") if grace_s is None else _say(f"takeover{cancel}", grace=Span(grace_s))


def _reaction(law: Reaction) -> Sentence:
    """How often a robot looks at the market; of a lognormal law the middle two thirds are said."""
    mean = Span(law.mean_s)
    match law.law:
        case "none":
            return _say("reaction_none")
        case "fixed":
            return _say("reaction_fixed", mean=mean)
        case "uniform":
            return _say("reaction_uniform", low=Span(law.first), high=Span(law.second))
        case "lognormal":
            middle = log(law.first) - law.second**2 / 2
            low, high = (Span(round(exp(middle + sign * law.second), 2)) for sign in (-1, 1))
            return _say("reaction_lognormal", mean=mean, low=low, high=high)
        case _:
            return _say("reaction_exponential", mean=mean)
