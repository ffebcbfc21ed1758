"""Rules that experimenters set, played: controls, who may quote, self-trade, order life, losses, charges; bad input."""

from functools import partial
from typing import Any

import msgspec
import pytest

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import EXPERIMENTER
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Called,
    Cancel,
    Contract,
    EndPeriod,
    Extend,
    Message,
    Order,
    Quote,
    Replace,
    Sell,
)
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ProtocolError, message_of
from p2p.scenario.charges import Charges
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.scenario.terms import CallTerms, Terms
from p2p.schedules.rationing import market_rules
from p2p.sim.library.files import load
from p2p.sim.library.units_sheet import rules_lines, units_sheet
from p2p.sim.simulation.batch import SessionSpec, play
from tests.conftest import SMALL
from tests.plays.play import Course, answer, small, told


def market(
    name: str = "continuous", call: CallTerms | None = None, terms: Terms | None = None, **more: Any
) -> Scenario:
    """Buyers of (150, 120) and 130, sellers of (50, 70) and 60."""
    rules = InstitutionRules(1, 200, name=name, terms=terms or Terms(), call=call)  # type: ignore[arg-type]
    return msgspec.structs.replace(small(**more), institution=rules)


def opened(name: str = "continuous", controller: str = "robot", **more: Any) -> Course:
    return Course(market(name, **more)).trading(controller)


def rich(course: Course) -> int:
    """The seat of the buyer (and below, of the seller) with two units."""
    return course.seats("buyer")[-1]


def cheap(course: Course) -> int:
    return course.seats("seller")[0]


def order_of(course: Course) -> int:
    """The number of the last order that came to rest."""
    return int(told(course.events, Order)[-1].order)


def refused(course: Course, seat: int, message: Message) -> str:
    """The answer; a refusal must have changed nothing but the token."""
    before = [one.institution.state() for one in course.session.markets]
    said = answer(course.say(seat, message))
    if said != "accepted":
        assert [one.institution.state() for one in course.session.markets] == before
    return said


# --- who may say what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["standing", "continuous", "call"])
def test_price_controls_bind_quotes_of_every_institution(name: str) -> None:
    course = opened(name, terms=Terms(price_ceiling=100, price_floor=60))
    assert refused(course, rich(course), Bid(101)) == "above_ceiling"
    assert refused(course, cheap(course), Ask(59)) == "below_floor"
    assert answer(course.say(rich(course), Bid(60))) == "accepted"


@pytest.mark.parametrize("name", ["standing", "continuous"])
def test_where_only_sellers_quote_buyers_can_but_take(name: str) -> None:
    """Smith (1962), Test 8."""
    course = opened(name, terms=Terms(quotes="sellers"))
    assert refused(course, rich(course), Bid(90)) == "may_not_quote"
    assert refused(course, rich(course), Buy()) == "no_standing_ask"
    course.say(cheap(course), Ask(80))
    assert told(course.say(rich(course), Buy(85)), Contract)[0].price == 80


def test_one_unit_at_a_time_where_the_terms_say_so() -> None:
    course = opened(terms=Terms(units="one"))
    assert refused(course, rich(course), Bid(90, 2)) == "one_unit"
    assert answer(course.say(rich(course), Bid(90))) == answer(course.say(rich(course), Bid(80))) == "accepted"
    assert refused(course, rich(course), Bid(70)) == "no_units_left"


def test_quotes_must_improve_where_the_terms_say_so_in_a_book_and_in_a_call() -> None:
    for name in ("continuous", "call"):
        course = opened(name, terms=Terms(improvement=True))
        course.say(rich(course), Bid(90))
        assert refused(course, course.seats("buyer")[0], Bid(90)) == "does_not_improve"
        assert answer(course.say(course.seats("buyer")[0], Bid(91))) == "accepted"


# --- orders ----------------------------------------------------------------------------------------------------


def test_a_replaced_order_keeps_its_place_only_if_it_shrinks() -> None:
    course = opened()
    rich_one, poor = rich(course), course.seats("buyer")[0]
    course.say(rich_one, Bid(90, 2))
    first = order_of(course)
    course.say(poor, Bid(90))
    course.say(rich_one, Replace(first, 90, 1))
    assert told(course.say(cheap(course), Sell(90)), Contract)[0].buyer == rich_one, "shrinking keeps the place"
    course.say(rich_one, Bid(80))
    again = order_of(course)
    course.say(rich_one, Replace(again, 90, 1))
    assert told(course.say(cheap(course), Sell(90)), Contract)[0].buyer == poor, "a new price goes behind"


def test_anothers_order_and_none_are_answered_alike() -> None:
    for name in ("continuous", "call"):
        course = opened(name)
        course.say(rich(course), Bid(90))
        other = course.seats("buyer")[0]
        for number in (order_of(course), 99):
            assert refused(course, other, Cancel(number)) == "unknown_order"
            assert refused(course, other, Replace(number, 91)) == "unknown_order"


def test_an_order_that_is_filled_cannot_be_replaced() -> None:
    course = opened()
    course.say(rich(course), Bid(90))
    number = order_of(course)
    course.say(cheap(course), Sell(90))
    assert refused(course, rich(course), Replace(number, 95)) == "unknown_order"
    assert refused(course, rich(course), Cancel(number)) == "unknown_order"


@pytest.mark.parametrize("quantity", [0, -1, 10**10])
def test_no_quantity_below_one_gets_past_the_door(quantity: int) -> None:
    for directive, more in (("bid", '"price":5'), ("buy", '"price":5'), ("replace", '"order":1,"price":5')):
        with pytest.raises(ProtocolError):
            message_of(directive, f'{{{more},"quantity":{quantity}}}'.encode())


@pytest.mark.parametrize(("life", "open_later"), [("interval", False), ("period", False), ("session", True)])
@pytest.mark.parametrize("name", ["continuous", "call"])
def test_orders_live_as_long_as_the_terms_say(name: str, life: Any, open_later: bool) -> None:
    call = CallTerms(calls=2) if name == "call" else None
    course = opened(name, call=call, terms=Terms(order_life=life))
    course.say(rich(course), Bid(90))
    number = order_of(course)
    course.wait(6)
    between = course.session.markets[0].institution.standing().bid
    assert between == (None if name == "call" and life == "interval" else 90)
    course.wait(10)
    assert course.session.period == 2
    assert course.session.markets[0].institution.standing().bid == (90 if open_later else None)
    assert answer(course.say(rich(course), Cancel(number))) == ("accepted" if open_later else "unknown_order")


def test_a_quote_that_ends_with_its_period_is_taken_back_in_public() -> None:
    course = opened()
    course.say(rich(course), Bid(90))
    events = course.wait(10)
    assert told(events, Quote) == [Quote("bid", None, quantity=0)]


# --- calls -----------------------------------------------------------------------------------------------------


def test_several_calls_a_period_are_held_at_equal_distances_the_last_at_its_end() -> None:
    course = opened("call", call=CallTerms(calls=3))
    assert refused(course, rich(course), Buy(90)) == "no_taking_in_a_call"
    course.say(rich(course), Bid(100, 2))
    course.say(cheap(course), Ask(60))
    held = [(at, told(events, Called)[0]) for _, at, events in _after(course, 10) if told(events, Called)]
    assert [(at, called.call) for at, called in held] == [(3_333_333, 1), (6_666_666, 2), (10_000_000, 3)]
    assert held[0][1] == Called(1, 100, 1)
    assert held[1][1] == Called(2, None, 0)
    assert refused(course, rich(course), Bid(90)) == "not_open"


def _after(course: Course, seconds: float) -> list[Any]:
    before = len(course.heard)
    course.wait(seconds)
    return course.heard[before:]


def test_a_period_that_is_ended_early_is_cleared_first() -> None:
    course = opened("call")
    course.say(rich(course), Bid(100))
    course.say(cheap(course), Ask(60))
    events = course.command(EndPeriod())
    assert [contract.price for contract in told(events, Contract)] == [80]
    assert told(events, Called) == [Called(1, 80, 1)]


def test_more_time_moves_the_call() -> None:
    course = opened("call")
    course.hand_in(Envelope(EXPERIMENTER, Extend(5_000_000), token=1))
    assert told(course.wait(14), Called) == []
    assert len(told(course.wait(1), Called)) == 1


# --- losses and charges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["continuous", "call"])
def test_the_k_th_best_order_is_held_against_the_k_th_unit(name: str) -> None:
    """The buyer has units of 150 and 120: two orders at 130 would lose on the second, whichever comes first."""
    course = opened(name, controller="human", no_loss="people")
    buyer = rich(course)
    assert refused(course, buyer, Bid(130, 2)) == "would_lose"
    assert answer(course.say(buyer, Bid(119))) == "accepted"
    low = order_of(course)
    assert refused(course, buyer, Bid(151)) == "would_lose"
    assert answer(course.say(buyer, Bid(130))) == "accepted", "119 goes to the second unit, 130 to the first"
    assert refused(course, buyer, Replace(low, 125)) == "would_lose"
    assert answer(course.say(buyer, Replace(low, 120))) == "accepted"


def test_taking_counts_with_what_is_open_already() -> None:
    course = opened(controller="human", no_loss="people")
    buyer, sellers = rich(course), course.seats("seller")
    course.say(sellers[0], Ask(140))
    course.say(buyer, Bid(130))
    assert refused(course, buyer, Buy(140)) == "would_lose", "then the bid of 130 would be for the unit of 120"
    waiting = order_of(course)
    course.say(buyer, Replace(waiting, 115))
    waiting = order_of(course)
    assert answer(course.say(buyer, Buy(140))) == "accepted"
    seller = sellers[-1]
    course.say(buyer, Replace(waiting, 65))
    assert refused(course, sellers[0], Sell(65)) == "would_lose", "after the first unit the next one costs 70"
    assert refused(course, seller, Ask(59)) == "would_lose"


def test_a_loss_floor_bounds_what_one_can_lose_in_a_session() -> None:
    course = opened(loss_floor=20)
    buyer = rich(course)
    assert refused(course, buyer, Bid(171)) == "loss_floor"
    assert answer(course.say(buyer, Bid(170))) == "accepted"
    course.say(cheap(course), Sell(170))
    assert course.session.markets[0].environment.balance[buyer] == -20
    assert refused(course, buyer, Bid(121)) == "loss_floor"
    assert answer(course.say(buyer, Bid(120))) == "accepted", "what loses nothing may be said"


def test_charges_are_taken_from_payoffs_and_count_as_surplus() -> None:
    course = opened(charges=Charges(commission=2, tax_buyer=10, tax_seller=-4))
    course.say(cheap(course), Ask(80, 2))
    course.say(rich(course), Bid(80, 2))
    balance = course.session.markets[0].environment.balance
    assert balance[rich(course)] == (150 - 80) + (120 - 80) - 2 * 10 - 2
    assert balance[cheap(course)] == (80 - 50) + (80 - 70) + 2 * 4 - 2
    course.wait(10)
    outcome = SessionOutcome(partial(market_rules, course.session.scenario))
    for event in course.events:
        outcome.on_event(event)
    (score,) = outcome.scores()
    assert score.surplus == 150 + 120 - 50 - 70
    assert sum(score.surplus_by_seat.values()) == score.surplus - 2 * (10 - 4) - 2 * 2


@pytest.mark.parametrize(("rule", "reason"), [({"no_loss": "people"}, "would_lose"), ({"loss_floor": 9}, "loss_floor")])
def test_an_order_of_several_units_may_pay_a_commission_for_each(rule: dict[str, Any], reason: str) -> None:
    """Two units worth 150 each at 140: one contract gains 5 after a commission of 15, two contracts lose 10."""
    course = opened(controller="human", buyers=((150, 150), (130,)), charges=Charges(commission=15), **rule)
    buyer, sellers = rich(course), course.seats("seller")
    assert refused(course, buyer, Bid(140, 2)) == reason
    assert answer(course.say(buyer, Bid(135, 2))) == "accepted"
    for seller in sellers:
        course.say(seller, Sell(135))
    assert [contract.quantity for contract in told(course.events, Contract)] == [1, 1]
    assert course.session.markets[0].environment.balance[buyer] == 2 * (150 - 135 - 15)


def test_robots_never_lose_by_a_tax() -> None:
    taxed = market(charges=Charges(commission=1, tax_buyer=25, tax_seller=5), period_s=60.0)
    for seed in range(5):
        for score in play(SessionSpec(1, taxed, ("zic", "optimizer") * 2, seed, seed)).scores:
            assert all(gained >= 0 for gained in score.surplus_by_seat.values())


# --- bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("added", "error"),
    [
        ("[institution.terms]\nprice_ceiling = 50\nprice_floor = 60", ":21: institution.terms.price_ceiling: is below"),
        ("[institution.terms]\nprice_ceiling = 500", ":21: institution.terms.price_ceiling: is not within 1 to 200"),
        (
            "[[environment.shifts]]\nfrom_period = 2\n[[environment.shifts]]\nfrom_period = 3",
            ":23: environment.shifts[1]",
        ),
        ("[[environment.shifts]]\nfrom_period = 1", ":21: environment.shifts[0].from_period: expected `int` >= 2"),
        ('[[arms]]\nname = "a"\nseats = 3\ninformation = "book"', ":20: arms: the seats of the arms do not add up"),
        ("[environment.redraw]\nlow = 9\nhigh = 3", ":21: environment.redraw.low: is above high (3)"),
        ("[institution.call]\nk = 0.5", ":20: institution.call: says how a call is held"),
        (
            "[institution.terms]\nunits = 'some'",
            ":21: institution.terms.units: there is no 'some'; there are many, one",
        ),
        ("[charges]\ntax_byer = 5", ":21: charges.tax_byer: there is no such key; did you mean 'tax_buyer'?"),
    ],
)
def test_a_wrong_rule_is_named_with_its_key_and_line(added: str, error: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        parse(f"{SMALL}\n{added}\n", "mine.toml")
    assert f"mine.toml{error}" in str(raised.value)


def test_a_tick_must_divide_the_limits_and_leave_a_price_between_the_controls() -> None:
    ticks = SMALL.replace("price_max = 200", "price_max = 200\ntick = 7")
    with pytest.raises(ScenarioError, match=r"institution\.tick: does not divide the range 1 to 200"):
        parse(ticks)
    coarse = SMALL.replace("price_max = 200", "price_max = 201\ntick = 10")
    parse(coarse + "\n[institution.terms]\nprice_ceiling = 31\nprice_floor = 31\n")
    with pytest.raises(ScenarioError, match="leave no price that is on the tick of 10"):
        parse(coarse + "\n[institution.terms]\nprice_ceiling = 40\nprice_floor = 32\n")


def test_what_makes_no_sense_in_a_call_is_said() -> None:
    call = SMALL.replace("[institution]", '[institution]\nname = "call"')
    with pytest.raises(ScenarioError, match="must be 'both' in a call"):
        parse(call + '\n[institution.terms]\nquotes = "sellers"\n')
    with pytest.raises(ScenarioError, match="is for energy"):
        parse(call + "\n[institution.call]\nfeeder_cap_kw = 5.0\n")


# --- the sheet -------------------------------------------------------------------------------------------------


def test_the_sheet_shows_terms_and_each_change_of_the_equilibrium() -> None:
    ceiling, shift = load("price-ceiling"), load("supply-shift")
    assert "terms        price ceiling 150" in list(rules_lines(ceiling))
    shown = "\n".join(units_sheet(ceiling, 1))
    assert "the ceiling of 150 binds: 8 wanted, 4 offered there" in shown
    shown = "\n".join(units_sheet(shift, 1))
    assert "shift        from period 4 on: costs +60" in shown
    assert "P0 = 150; quantity 6 (5 with a gain); surplus 600 a period from period 1 on" in shown
    assert "P0 = 180; quantity 4 (4 with a gain); surplus 320 a period from period 4 on" in shown
