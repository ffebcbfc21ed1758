"""Terms of an open book, played: lives of orders, quotes in the place of older ones, prices between two orders."""

import pytest

from p2p.base.units import EXPERIMENTER, GATEWAY, SECOND
from p2p.messages import Ask, Bid, Buy, Contract, Expire, Extend, Left, Order, Pause, Quote, Replace, Resume, Sell
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.terms import Terms
from p2p.session.session import Session
from tests.p2p.institutions.test_terms import cheap, opened, order_of, refused, rich
from tests.plays.play import Course, answer, told

LIVES = Terms(order_life_s=2.0)


def command(course: Course, message: Pause | Resume | Extend) -> list[Event]:
    return course.hand_in(Envelope(EXPERIMENTER, message, token=course.session.token(EXPERIMENTER) + 1))


def gone(events: list[Event]) -> list[int]:
    """The orders whose life is over, by what is told of them."""
    return [one.order for one in told(events, Order) if (one.quantity, one.life_us) == (0, 0)]


# --- an order's life -------------------------------------------------------------------------------------------


def test_an_order_leaves_when_its_seconds_are_over_and_the_quotes_follow() -> None:
    course = opened(terms=LIVES)
    course.say(rich(course), Bid(90))
    assert told(course.events, Order)[-1].life_us == 2 * SECOND
    assert course.wait(1.999) == []
    events = course.wait(0.001)
    assert gone(events) == [1]
    assert told(events, Quote) == [Quote("bid", None, quantity=0)]
    assert refused(course, rich(course), Replace(1, 95)) == "unknown_order"


def test_an_end_comes_before_a_message_of_its_instant() -> None:
    course = opened(terms=LIVES)
    course.say(rich(course), Bid(90))
    course.wait(2)
    assert refused(course, cheap(course), Sell(90)) == "no_standing_bid"


def test_the_ends_of_one_instant_are_one_batch_in_the_order_of_the_orders() -> None:
    course = opened(terms=LIVES)
    course.say(rich(course), Bid(90))
    course.say(course.seats("buyer")[0], Bid(80))
    events = course.wait(2)
    assert gone(events) == [1, 2]
    assert len(told(events, Quote)) == 1


def test_a_life_stands_still_in_a_pause_and_a_longer_period_lengthens_none() -> None:
    course = opened(terms=LIVES)
    course.say(rich(course), Bid(90))
    course.wait(1.5)
    command(course, Pause())
    assert course.session.deadline() is None
    assert course.wait(60) == []
    command(course, Resume())
    command(course, Extend(5 * SECOND))
    assert course.wait(0.4) == []
    assert gone(course.wait(0.1)) == [1]


def test_replacing_starts_a_life_anew_and_what_is_left_of_an_order_lives_on() -> None:
    course = opened(terms=LIVES)
    course.say(rich(course), Bid(90, 2))
    course.wait(1.5)
    course.say(cheap(course), Sell(90))
    assert told(course.events, Order)[-1].life_us == SECOND // 2
    course.say(rich(course), Replace(1, 90, 1))
    assert told(course.events, Order)[-1].life_us == 2 * SECOND
    assert course.wait(1.9) == []
    assert gone(course.wait(0.1)) == [1]


def test_a_life_ends_with_its_period_at_the_latest() -> None:
    course = opened(terms=Terms(order_life_s=1_000.0))
    course.say(rich(course), Bid(90))
    events = course.wait(10)
    assert [(one.order, one.quantity) for one in told(events, Order)] == [(1, 0)]
    assert gone(events) == [], "the period has ended, and not its life"
    assert not [one for one in course.session.markets if one.next_end()]


def test_the_same_messages_end_in_the_same_digest_and_an_end_changes_it() -> None:
    def played(wait_s: float) -> bytes:
        course = opened(terms=LIVES)
        course.say(rich(course), Bid(90))
        course.wait(wait_s)
        return course.session.digest()

    assert played(1) == played(1)
    assert played(1) != played(2)


# --- a quote in the place of an older one ----------------------------------------------------------------------


def test_a_new_quote_takes_the_place_of_the_traders_older_one() -> None:
    course = opened(terms=Terms(replace_own=True))
    course.say(rich(course), Bid(90, 2))
    course.say(rich(course), Bid(80, 2))
    assert course.session.markets[0].institution.resting(rich(course)) == [(2, 80, 2)]
    assert refused(course, rich(course), Bid(300)) == "price_out_of_limits"
    assert course.session.markets[0].institution.resting(rich(course)) == [(2, 80, 2)], "a refused one takes no place"


def test_an_older_quote_counts_for_no_loss_that_a_newer_one_could_bring() -> None:
    """The buyer's units are worth 150 and 120: a bid of 140 is for the first, in the place of another for it."""
    course = opened(terms=Terms(replace_own=True, units="one"), controller="human", no_loss="people")
    assert answer(course.say(rich(course), Bid(140))) == "accepted"
    assert answer(course.say(rich(course), Bid(145))) == "accepted"


# --- the price of a contract -----------------------------------------------------------------------------------


def meet(price: str, *, taken: bool = False) -> Contract:
    course = opened(terms=Terms(contract_price=price))  # type: ignore[arg-type]
    course.say(rich(course), Bid(90))
    message = Sell(70) if taken else Ask(70)
    (contract,) = told(course.say(cheap(course), message), Contract)
    return contract


def test_the_earlier_orders_price_is_the_default() -> None:
    assert (meet("earlier").price, meet("earlier").seller_price) == (90, None)


def test_a_random_price_lies_between_the_two_and_is_the_sessions_own() -> None:
    assert 70 <= meet("random").price <= 90
    assert meet("random") == meet("random")
    assert meet("random").price == 75, "drawn from the stream of the market, the period and the contract"


def test_a_matchmaker_keeps_the_difference() -> None:
    contract = meet("matchmaker")
    assert (contract.price, contract.paid_to_seller) == (90, 70)


@pytest.mark.parametrize("price", ["random", "matchmaker"])
def test_an_acceptance_trades_at_the_price_that_stood(price: str) -> None:
    assert (meet(price, taken=True).price, meet(price, taken=True).seller_price) == (90, None)


# --- a line that is lost ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "left"), [("stay", 1), ("cancel", 0)])
def test_orders_of_a_lost_line_stay_or_are_cancelled(rule: str, left: int) -> None:
    course = opened(terms=Terms(lost_line=rule))  # type: ignore[arg-type]
    course.say(rich(course), Bid(90))
    events = course.hand_in(Envelope(GATEWAY, Left(rich(course))))
    assert len(course.session.markets[0].institution.resting(rich(course))) == left
    assert len([one for one in events if one.message.directive == "cancel"]) == 1 - left, "and it is on record"


# --- where a market cannot have them ---------------------------------------------------------------------------

MARKET = """
title = "A market"
periods = 3
period_s = 60
institution = {{ name = "{name}", price_min = 1, price_max = 201, terms = {{ {terms} }} }}
environment = {{ buyers = [[150, 120], [130]], sellers = [[50], [60]] }}
{more}
"""


@pytest.mark.parametrize("name", ["standing", "call", "posted-offer"])
@pytest.mark.parametrize("term", ["order_life_s = 5", "replace_own = true", 'contract_price = "random"'])
def test_a_market_without_an_open_book_cannot_have_its_terms(name: str, term: str) -> None:
    with pytest.raises(ScenarioError, match=f"{term.split()[0]}.*is for 'continuous' alone.*'{name}'"):
        parse(MARKET.format(name=name, terms=term, more=""))


@pytest.mark.parametrize(
    ("name", "terms", "why"),
    [
        ("continuous", 'order_life_s = 5, order_life = "session"', "order_life_s.*ends orders with their period"),
        ("continuous", "order_life_s = 0", "order_life_s"),
        ("continuous", "order_life_s = 1e9", "order_life_s"),
        ("continuous", 'order_life_s = "soon"', "order_life_s"),
        ("continuous", 'contract_price = "later"', "contract_price"),
        ("continuous", "replace_own = 1", "replace_own"),
        ("standing", 'lost_line = "cancel"', "lost_line.*nothing can be withdrawn"),
        ("posted-offer", 'lost_line = "cancel"', "lost_line.*nothing can be withdrawn"),
        ("continuous", 'lost_line = "cancel", order_life = "session"', "lost_line.*in a break"),
    ],
)
def test_absurd_and_contradictory_terms_are_one_line_with_their_key(name: str, terms: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        parse(MARKET.format(name=name, terms=terms, more=""))


def test_an_override_brings_a_life_and_ends_it() -> None:
    more = "[[overrides]]\nfrom_period = 2\nterms = { order_life_s = 3.0, contract_price = 'random' }\n"
    more += "[[overrides]]\nfrom_period = 3\nterms = { order_life_s = 'none', replace_own = true }\n"
    scenario = parse(MARKET.format(name="continuous", terms="", more=more))
    assert scenario.times_orders
    assert [scenario.controls(period).terms.order_life_s for period in (1, 2, 3)] == [None, 3.0, None]
    assert Session(scenario, 1).times_orders


def test_the_alarm_of_an_orders_end_is_the_institutions_own() -> None:
    course = opened(terms=LIVES)
    course.say(rich(course), Buy(90))
    course.say(rich(course), Bid(90))
    assert (course.session.alarm().message, course.session.alarm().market) == (Expire(), 0)
    assert order_of(course) == 1
