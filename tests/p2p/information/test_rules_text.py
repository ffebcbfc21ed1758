"""What traders are told is total: each key of a scenario changes the text, or is on the list of the untold."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from p2p.information.rules_text import SECTIONS, paragraphs, section_text, sentences
from p2p.information.untold import EXCEPTIONS, TELLING, means, set_keys, untold
from p2p.scenario.capabilities import INSTITUTION_NAMES
from p2p.scenario.parsing import parse
from p2p.scenario.prosumer_schema import HouseDay, Range, StandardProfile
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.scenario.terms import CallTerms
from p2p.scenario.validation import contradictions
from p2p.sim.docs.scenarios_page import tables
from p2p.sim.library.files import load, names
from p2p.sim.library.texts import catalogue

TEXTS = catalogue()
INDUCED = """
title = "A market"
periods = 3
period_s = 60
{more}
institution = {{ name = "{name}", price_min = 1, price_max = 201, tick = 1, terms = {{ {terms} }}{call} }}
environment = {{ buyers = [[150, 120], [130]], sellers = [[50], [60]]{values} }}
"""
ENERGY = """
title = "A day"
periods = 3
period_s = 60
currency = "0.1 c/kWh"
institution = {{ name = "{name}", price_min = 0, price_max = 500, tick = 1{call} }}
[environment]
name = "prosumer"
seats = 6
pv = 3
batteries = 2
noise = 0.05
buy = {{ low = 260, high = 400 }}
feed_in = {{ low = 50, high = 120 }}
flexible_wh = 100
flexible_value = {{ low = 130, high = 250 }}
grid_limit_w = 4000
unserved_price = 5000
end_value = 200
battery = {{ capacity_kwh = 8.0, power_kw = 3.0, soc_min = 0.1, soc_max = 0.9, soc_start = 0.5 }}
"""


def induced(name: str = "standing", more: str = "", terms: str = "", call: str = "", values: str = "") -> Scenario:
    return parse(INDUCED.format(name=name, more=more, terms=terms, call=call, values=values))


TOKENS = """
title = "Tokens"
periods = 3
period_s = 60
institution = { name = "continuous", price_min = 1, price_max = 201, tick = 1 }
environment = { name = "tokens", game_type = "3210", buyer_count = 2, seller_count = 2, tokens = 2, round_periods = 2 }
"""


def energy(name: str, call: str = "") -> Scenario:
    return parse(ENERGY.format(name=name, call=call))


ARMS = '[[arms]]\nname = "a"\nseats = 1\ninformation = "quotes"\n[[arms]]\nname = "b"\nseats = 3\ninformation = "book"'
TREATMENTS = """
[[overrides]]
from_period = 2
information = "ticker"
identities = "alias"
period_s = 30.0
break_s = 2.0
buyers = [[150, 120], []]
sellers = [[50], [60]]
charges = { commission = 1, tax_buyer = 5, tax_seller = 5 }
[overrides.terms]
price_ceiling = 150
price_floor = 10
quotes = "buyers"
units = "one"
improvement = true
self_trade = "cancel_resting"
"""
PAID = 'payment = { rate = 0.02, currency = "€", fee = 5.0, base = 3.0, floor = -3.0, step = 0.10'
MARKET_ARMS = """
[[arms]]
name = "a"
unit = "market"
information = "quotes"
institution = "{name}"
charges = {{ commission = 1, tax_buyer = 5, tax_seller = 6 }}
robots = {{ reaction_mean_s = 3.0, reaction = "exponential" }}
{more}
[[arms]]
name = "b"
unit = "market"
[[overrides]]
from_period = 2
arm = "a"
charges = {{ commission = 2 }}
"""
EVERY_TERM = """[arms.terms]
price_ceiling = 150
price_floor = 10
quotes = "buyers"
units = "one"
improvement = true
self_trade = "refuse"
"""


def market_arms(name: str, more: str = "") -> Scenario:
    text = INDUCED.format(name="continuous", more="markets = 2", terms="", call="", values="")
    return parse(text + MARKET_ARMS.format(name=name, more=more))


ARMS_OF_MARKETS = {
    "arms of markets": market_arms("continuous", EVERY_TERM),
    "arms of calls": market_arms("call", "call = { calls = 2 }"),
    "arms that post": market_arms("posted-offer", "posting = { post_s = 20.0 }"),
    "arms with a feeder": parse(
        ENERGY.format(name="continuous", call="").replace("periods = 3", "periods = 3\nmarkets = 2")
        + MARKET_ARMS.format(name="call", more="call = { feeder_cap_kw = 3.0, interval_min = 5 }")
    ),
    "arms counted": parse(
        INDUCED.format(name="continuous", more="markets = 4\nblock = 4", terms="", call="", values="")
        + '[[arms]]\nname = "c"\nunit = "market"\nmarkets = 1\n[[arms]]\nname = "d"\nunit = "market"\nmarkets = 3'
    ),
}
"""Bases for the keys of such arms alone."""
QUIET = HouseDay((5.0,) * 96, (0.0,) * 96)
ENERGY_ONE = energy("continuous")
BASES = {
    "paid": induced(more=f"{PAID} }}"),
    "paid by the draw": induced(more=f'{PAID}, paid = "one period" }}'),
    "standing": induced(),
    "public title": induced(more='public_title = "A market in class"'),
    "newest": induced(terms="improvement = false"),
    "continuous": induced("continuous"),
    "call": induced("call", call=", call = { calls = 4 }"),
    "one call": induced("call", call=", call = { }"),
    "at asks": induced("call", call=', call = { pricing = "ask" }'),
    "posted": induced("posted-offer", call=", posting = { post_s = 25.0 }"),
    "posted by itself": induced("posted-offer"),
    "unmentioned": induced("continuous", 'disclosure = "not_mentioned"'),
    "teaching": induced("continuous", 'purpose = "teaching"\nvacancies = { fill = "zic" }'),
    "arms": parse(INDUCED.format(name="continuous", more="", terms="", call="", values="") + ARMS),
    "treatments": parse(INDUCED.format(name="continuous", more="", terms="", call="", values="") + TREATMENTS),
    "shifts": induced(values=", shifts = [{ from_period = 2, buyers = 10, sellers = 5 }]"),
    "redraw": induced(values=", redraw = { low = 10, high = 90 }"),
    "redraw told": induced(values=", redraw = { low = 10, high = 90, told = true }"),
    "redraw of both": induced(values=", redraw = { low = 10, high = 90, costs = { low = 5, high = 80 }, told = true }"),
    "lawful robots": induced("continuous", 'robots = { reaction = "uniform:1-3" }'),
    "tokens": parse(TOKENS),
    "energy": energy("continuous"),
    "energy by time": parse(
        ENERGY.format(name="continuous", call="")
        + "grid_fees = ["
        + ", ".join(str([0 if i == j else 5 + abs(i - j) for j in range(6)]) for i in range(6))
        + "]\n[[environment.tariffs]]\nstarts_at = '17:00'\nbuy = { low = 300, high = 400 }\n"
        + "feed_in = { low = 60, high = 130 }\n"
    ),
    "energy of data": msgspec.structs.replace(
        ENERGY_ONE, environment=msgspec.structs.replace(ENERGY_ONE.environment, pv=None, days=(QUIET,) * 6)
    ),
    "energy by standard": msgspec.structs.replace(
        ENERGY_ONE,
        environment=msgspec.structs.replace(
            ENERGY_ONE.environment,
            bdew=StandardProfile("H25", "2026-01-15", Range(2_000, 4_000)),
            shape=(10.0,) * 96,
        ),
    ),
    "energy call": energy("call", ", call = { feeder_cap_kw = 3.0, interval_min = 5 }"),
}
SAMPLES: dict[str, list[Any]] = {
    "title": ["Another market"],
    "instructions": ["Buy low."],
    "source": ["Smith (1962)"],
    "extends": ["smith-1962-test-1"],
    "public_title": ["A market in class"],
    "proposition": ["Prices come to the competitive price."],
    **{f"page.{key}": ["A projector."] for key in ("room", "usually", "notes")},
    **{f"page.{key}": [["Why?"]] for key in ("questions", "variants")},
    "currency": ["cents", "0.01 cents"],
    "environment.starts_at": ["11:00"],
    "environment.money_unit": ["ct"],
    "environment.buyers": [[[151, 120], [130]]],
    "environment.sellers": [[[51], [60]]],
    "environment.game_type": ["0000", "6453"],
    "environment.shifts": [[], [{"from_period": 2, "sellers": 60}]],
    "environment.tariffs": [
        [],
        [
            {
                "starts_at": "08:00",
                "buy": {"low": 300, "high": 400},
                "feed_in": {"low": 60, "high": 130},
            }
        ],
    ],
    "environment.profiles": ["other.csv"],
    "environment.days": [[{"load_wh": [7.0] * 96, "pv_wh": [0.0] * 96}] * 6],
    "environment.days.load_wh": [[7.0] * 96],
    "environment.days.pv_wh": [[7.0] * 96],
    "environment.bdew": [],
    "environment.bdew.date": ["2026-07-15"],
    "environment.shape": [[7.0] * 96],
    "environment.tariffs.starts_at": ["18:00"],
    "environment.grid_fees": [[], [[0 if i == j else 7 for j in range(6)] for i in range(6)]],
    "environment.redraw.costs": [None, {"low": 1, "high": 50}],
    "environment.redraw": [None, {"low": 1, "high": 50}],
    "environment.battery": [],
    "environment.flexible_value": [],
    "institution.call": [None, {"calls": 2}, {"pricing": "ask"}],
    "institution.posting": [None, {"post_s": 10.0}],
    "arms": [[], [{"name": "a", "seats": 4, "information": "quotes"}]],
    "arms.name": ["c"],
    "arms.unit": [],
    "arms.information": ["quotes", "ticker", "book"],
    "overrides.arm": [None, "b"],
    "block": [None, 4, 2],
    "arms.terms": [None, {"price_floor": 20}],
    "arms.call": [{"calls": 3}, {"pricing": "ask"}],
    "arms.posting": [None, {"post_s": 10.0}],
    "arms.charges": [None, {"tax_buyer": 7}],
    "arms.robots": [None, {"reaction_mean_s": 9.0}],
    "arms.robots.reaction": ["fixed:2", "uniform:1-2"],
    "stage": [[], [{"kind": "trade", "periods": 3, "period_s": 60.0}, {"kind": "debrief", "pages": ["So it was."]}]],
    "overrides": [[], [{"from_period": 2, "charges": {"tax_buyer": 5}}], [{"from_period": 2, "buyers": [[1], [2]]}]],
    "overrides.charges": [None, {"tax_buyer": 7}],
    "overrides.terms": [None, {"price_floor": 20}],
    "overrides.buyers": [None, [[150], [130]]],
    "overrides.sellers": [None, [[55], []]],
    "payment": [None, {"rate": 0.05, "currency": "€"}, {"rate": 0.05, "currency": "€", "base": 3, "floor": -2}],
    "payment.currency": ["£"],
    "payment.floor": [0, -1.0, 1.0],
    "robots.reaction": ["none", "fixed:2", "fixed", "uniform:1-2", "exponential:3", "lognormal", "lognormal:1-0.3"],
    "vacancies.fill": ["", "zic", "gd"],
    "vacancies.stand_in": ["gd"],
}
"""Other values of what is free text, and of tables that come and go; the rest follows from the types."""
ALONG: dict[str, list[dict[str, Any]]] = {
    "arms.call.interval_min": [{"arms.call.interval_min": 10.0, "environment.interval_min": 10}],
    "institution.call.interval_min": [{"institution.call.interval_min": 10.0, "environment.interval_min": 10}],
    "environment.interval_min": [{"environment.interval_min": 10}],
    "environment.bdew": [{"environment.bdew": None, "environment.shape": []}],
    "environment.battery": [{"environment.battery": None, "environment.batteries": 0}],
    "environment.flexible_value": [{"environment.flexible_value": None, "environment.flexible_wh": 0}],
    "arms.unit": [{"arms": [{"name": "a", "seats": 4, "information": "quotes"}], "overrides": []}],
    "arms.markets": [
        {"arms": [{"name": "c", "unit": "market", "markets": 2}, {"name": "d", "unit": "market", "markets": 2}]}
    ],
    "arms.seats": [
        {
            "arms": [
                {"name": "a", "seats": k, "information": "quotes"},
                {"name": "b", "seats": 4 - k, "information": "book"},
            ]
        }
        for k in (2, 3)
    ],
}
"""Keys that can be changed only together with others."""


def told(scenario: Scenario) -> tuple[str, ...]:
    """All that each kind of seat is told: a seat knows its own information set alone."""
    if scenario.has_market_arms:
        rules = [public_rules(one, market=0, own_rules=True) for one in scenario.variants]
    else:
        sets = {arm.information or scenario.information for arm in scenario.arms} or {scenario.information}
        rules = [public_rules(scenario, information) for information in sorted(sets)]
    return tuple(
        "\n".join([section_text("start", one, TEXTS), *(text for _, text in paragraphs(one, TEXTS))]) for one in rules
    )


def keys() -> Iterator[tuple[str, msgspec.inspect.Field]]:
    """Every key that the structs have, by its path."""
    for path, kind in tables():
        info = msgspec.inspect.type_info(kind)
        assert isinstance(info, msgspec.inspect.StructType)
        for field in info.fields:
            yield ".".join(part for part in (path.strip("[]"), field.encode_name) if part), field


def a_table(kind: msgspec.inspect.Type) -> bool:
    """Whether a key is a table that is always there: its own keys are asked for."""
    match kind:
        case msgspec.inspect.StructType():
            return True
        case msgspec.inspect.UnionType(types=types):
            return all(map(a_table, types))
        case _:
            return False


def others(kind: msgspec.inspect.Type, value: Any) -> list[Any]:
    """Other values of a type, near to one."""
    match kind:
        case msgspec.inspect.UnionType(types=types):
            return [other for one in types for other in others(one, value)]
        case msgspec.inspect.NoneType():
            return [None]
        case msgspec.inspect.LiteralType(values=values):
            return list(values)
        case msgspec.inspect.BoolType():
            return [True, False]
        case msgspec.inspect.IntType():
            return [1, 50, *([value + 1, value - 1, value + 100] if isinstance(value, int) else [])]
        case msgspec.inspect.FloatType():
            return [0.0, 1.0, *([value + 0.1, value - 0.1, value + 1] if isinstance(value, float) else [])]
        case _:
            raise AssertionError(f"other values of a {kind} are to be named in SAMPLES")


def get(data: Any, path: str) -> Any:
    """The value of a key; of a list of tables its first one's. LookupError where there is no such table."""
    for name in path.split("."):
        data = data[0] if isinstance(data, list) else data
        data = data[name]
    return data


def put(data: Any, path: str, value: Any) -> None:
    *tables_, name = path.split(".")
    for table in tables_:
        data = data[0] if isinstance(data, list) else data
        data = data[table]
    (data[0] if isinstance(data, list) else data)[name] = value


def plain(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data with all its defaults."""
    return {field.encode_name: whole(getattr(scenario, field.name)) for field in msgspec.structs.fields(scenario)}


def whole(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        own = {field.encode_name: whole(getattr(value, field.name)) for field in msgspec.structs.fields(value)}
        tag = value.__struct_config__.tag
        return own | ({"name": tag} if tag else {})
    return [whole(one) for one in value] if isinstance(value, tuple) else value


def accepted(data: Any) -> Scenario | None:
    try:
        scenario = msgspec.convert(data, Scenario)
    except msgspec.ValidationError:
        return None
    return None if contradictions(scenario) else scenario


def changed(base: Scenario, key: str, kind: msgspec.inspect.Type) -> Iterator[Scenario]:
    """The base with other values of one key, as far as they are accepted."""
    data = plain(base)
    try:
        value = get(data, key)
    except (LookupError, TypeError):
        return
    candidates = SAMPLES[key] if key in SAMPLES else others(kind, value)
    for together in [*({key: other} for other in candidates), *ALONG.get(key, [])]:
        other = plain(base)
        try:
            for path, new in together.items():
                put(other, path, new)
        except (LookupError, TypeError):
            continue
        scenario = accepted(other)
        if scenario is not None and scenario != base:
            yield scenario


KEYS = [
    (key, field.type)
    for key, field in keys()
    if not a_table(field.type) and not key.startswith("stage.")  # a stage shows its own texts, word for word
]


def test_the_list_of_what_is_told_has_every_key_of_a_scenario_and_no_other() -> None:
    assert {key for key in TELLING if not key.startswith("stage.")} == {key for key, _ in KEYS} | {"environment.name"}
    assert {key for key in TELLING if key.startswith("stage.")} == {
        key for key, _ in keys() if key.startswith("stage.")
    }
    assert {one.key for one in EXCEPTIONS} <= set(TELLING)


def test_what_is_not_told_at_the_start_has_its_reason() -> None:
    assert [key for key, one in TELLING.items() if one.when != "start" and not one.why] == []
    assert all(one.why for one in EXCEPTIONS)


@pytest.mark.parametrize(("key", "kind"), KEYS, ids=[key for key, _ in KEYS])
def test_a_key_that_is_changed_changes_the_text_or_is_on_the_list_of_the_untold(key: str, kind: Any) -> None:
    seen = 0
    of_arms = key == "block" or key.startswith(("arms.", "overrides.arm"))
    for name, base in (BASES | ARMS_OF_MARKETS if of_arms else BASES).items():
        for other in changed(base, key, kind):
            same = told(base) == told(other)
            excepted = any(one.key == key and (one.holds(base) and one.holds(other)) for one in EXCEPTIONS)
            alike = means(base, key) == means(other, key) is not None
            silent = TELLING[key].when != "start" or excepted or alike
            what = f"{name}: {key} from {get(plain(base), key)} to {get(plain(other), key)}"
            assert same == silent, f"{what} {'changes nothing' if same else 'is told'}"
            seen += not same or TELLING[key].when != "start"
    only_one = isinstance(kind, msgspec.inspect.LiteralType) and len(kind.values) == 1
    assert seen or only_one, f"no other value of {key} is accepted anywhere: name some in SAMPLES or ALONG"


def test_an_institutions_name_and_an_environments_change_the_text() -> None:
    assert len({told(induced(name)) for name in INSTITUTION_NAMES}) == len(INSTITUTION_NAMES)
    assert told(energy("continuous")) != told(induced("continuous"))


def test_every_institution_has_a_sentence_of_its_own() -> None:
    assert [name for name in INSTITUTION_NAMES if f"rules.trade.{name}" not in TEXTS] == []


def test_every_sentence_has_its_key_and_every_key_its_sentence() -> None:
    said = {f"rules.heading.{section}" for section in (*SECTIONS, "instructions")} | {"rules.instructions.none"}
    said |= {"rules.trade.other", "rules.robots.seats_now", "rules.market.side_by_side_in"}
    said |= {"rules.market.size_at_most", "rules.earn.pay_questions", "rules.market.own_rules"}
    for name, base in BASES.items():
        for scenario in [base, *(other for key, kind in KEYS for other in changed(base, key, kind))]:
            for role in (None, "buyer", "seller"):
                for section in SECTIONS:
                    for one in sentences(section, public_rules(scenario), role):
                        said.add(one.key)
                        assert set(one.fields) == TEXTS.fields(one.key), f"{name}: {one.key}"
    assert {key for key in TEXTS if key.startswith("rules.")} == said


@pytest.mark.parametrize("name", names())
def test_the_labs_scenarios_are_told_in_whole_sentences(name: str) -> None:
    for text in told(load(name)):
        assert "{" not in text
        assert not [line for line in text.splitlines() if line and line.count("  ")]


def test_untraded_units_cost_nothing_and_are_said_to() -> None:
    for base in BASES.values():
        assert all("You need not trade" in text for text in told(base))
    assert "an untraded unit earns and costs nothing" in told(BASES["standing"])[0]


def test_what_was_false_is_false_no_more() -> None:
    assert "may lose" not in told(induced(more="loss_floor = 50"))[0]
    floor = told(induced(more="loss_floor = 50"))[0]
    assert "below −50 points is rejected" in floor
    assert "take care" not in floor
    newest = told(BASES["newest"])[0]
    assert "must be above the current one" not in newest
    assert "takes the place of the current one, better or worse" in newest


def test_a_term_that_no_seat_can_meet_is_told_where_it_differs_from_the_default() -> None:
    assert "one of your own, the older one leaves" in told(induced(terms='self_trade = "cancel_resting"'))[0]
    assert "An order is for one unit" in told(induced(terms='units = "one"'))[0]
    assert "stays, in the next period, too" in told(induced("continuous", terms='order_life = "session"'))[0]
    one_call = induced("call", terms='order_life = "session"', call=", call = { }")
    assert "waits for the next call, in the next period, too" in told(one_call)[0]


def test_a_role_that_is_known_is_spoken_to() -> None:
    rules = public_rules(BASES["continuous"])
    assert "you earn its value minus the price" in section_text("earn", rules, TEXTS, "buyer")
    assert "you earn the price minus its cost" in section_text("earn", rules, TEXTS, "seller")


def test_where_robots_are_not_mentioned_no_sentence_has_the_word() -> None:
    base = BASES["unmentioned"]
    filled = msgspec.structs.replace(base, vacancies=msgspec.structs.replace(base.vacancies, fill="zic"))
    page = " ".join(heading + text for heading, text in paragraphs(public_rules(filled), TEXTS))
    assert "robot" not in page.lower()


def test_what_is_not_told_of_a_scenario_is_listed_with_its_reason() -> None:
    listed = untold(BASES["arms"])
    assert listed["arms.name"] == "a treatment: no seat learns what others are shown"
    assert "loss_floor" not in listed
    assert "institution.terms.order_life" in untold(induced(terms='order_life = "period"'))
    assert "institution.terms.order_life" not in untold(induced())


def test_set_keys_are_those_that_differ_from_their_default() -> None:
    assert "break_s" not in set_keys(BASES["standing"])
    assert "institution.terms.improvement" in set_keys(BASES["newest"])


def test_money_of_an_energy_market_is_said_to_its_last_digit() -> None:
    charged = msgspec.structs.replace(
        BASES["energy"], charges=msgspec.convert({"commission": 1}, type(BASES["energy"].charges))
    )
    assert "a commission of 0.0001 c." in told(charged)[0]


def test_a_feeders_energy_in_a_call_is_its_part_of_the_period() -> None:
    rules = public_rules(BASES["energy call"])
    several = msgspec.structs.replace(rules, call=CallTerms(calls=5, feeder_cap_kw=3.0, interval_min=5))
    assert "250 Wh in a call" in section_text("trade", rules, TEXTS)
    assert "50 Wh in a call" in section_text("trade", several, TEXTS)


def test_all_are_told_beforehand_where_control_questions_decide_who_trades() -> None:
    hour = """
title = "Decides"
start = "experimenter"
institution = { name = "standing", price_min = 1, price_max = 200 }
environment = { buyers = [[100]], sellers = [[50]] }
payment = { rate = 0.05, currency = "€", base = 2.0 }
[[stage]]
kind = "questions"
at_cap = "CAP"
questions = [{ ask = "1 + 1?", kind = "number", answer = 2 }]
[[stage]]
kind = "trade"
"""
    told = {cap: dict(paragraphs(public_rules(parse(hour.replace("CAP", cap))), TEXTS)) for cap in ("flag", "base_pay")}
    assert "without a try left at one of them does not trade" in "".join(told["base_pay"].values())
    assert "control questions" not in "".join(told["flag"].values())
