"""GD, MGD and GDX against steps worked by hand from their papers: beliefs, and what is asked for by them."""

from typing import Any

import pytest

from p2p.agents.base import Agent
from p2p.agents.strategies.beliefs import SHOUTS_MAX, Belief, History, best_of, candidates
from p2p.agents.strategies.gd import GD
from p2p.agents.strategies.gdx import GDX
from p2p.messages import Ask, Bid, Called, Contract, Message, Order, Quote, StartRound
from p2p.testing.situations import Situation
from tests.plays.asked import Drawn, agent, decide, seller

# --- gd --------------------------------------------------------------------------------------------------------


def history(*told: tuple[Any, ...], trades: int = 5) -> History:
    one = History(trades)
    for what in told:
        if what[0] == "contract":
            one.contract(what[1], what[2])
        else:
            one.quote(what[0], what[1])
    return one


SMALL = (
    ("ask", 90),
    ("bid", 50),
    ("ask", 80),
    ("bid", 70),
    ("contract", "bid", 70),
    ("ask", 75),
    ("contract", "ask", 75),
)
"""Asks 90 and 80 were not taken, a bid of 50 was not; a bid of 70 and an ask of 75 were."""


@pytest.mark.parametrize(
    ("price", "likely"),
    [
        (50, 1.0),  # TAG 1 (75), BG 2 (50, 70), RAL 0
        (70, 1.0),  # TAG 1, BG 1
        (75, 1.0),  # TAG 1, RAL 0
        (80, 0.0),  # nothing taken at 80 or above, RAL 1
        (90, 0.0),  # RAL 2
    ],
)
def test_a_sellers_belief_by_hand(price: int, likely: float) -> None:
    assert Belief(history(*SMALL), "ask", 0, 200, True).at(price) == pytest.approx(likely)


def test_a_buyers_belief_is_the_mirror_image() -> None:
    """For a bid of 50: TBL 0, AL 0, RBG 1 (50): 0. Of 70: TBL 1, AL 0, RBG 0: 1. Of 60, half way: 1/2."""
    belief = Belief(history(*SMALL), "bid", 0, 200, True)
    assert [belief.at(-price) for price in (50, 70, 75, 60)] == [0.0, 1.0, 1.0, 0.5]


def test_a_mixed_price_has_a_share() -> None:
    """Asks at 60 taken, at 60 and 65 not, a bid at 62: p(60) = (1 + 1) / (1 + 1 + 1), p(62) = 1 / 2, p(65) = 0 / 2."""
    told = ("ask", 60), ("contract", "ask", 60), ("ask", 65), ("ask", 60), ("bid", 62), ("bid", 63)
    belief = Belief(history(*told), "ask", 0, 200, True)
    assert belief.at(60) == pytest.approx(3 / 4)
    assert belief.at(62) == pytest.approx(2 / 3)
    assert belief.at(63) == pytest.approx(1 / 2)
    assert belief.at(65) == 0.0


def test_between_prices_it_is_the_cubic_with_flat_ends() -> None:
    """From 1 at 75 to 0 at 80: a fifth of the way is 1 - 3/25 + 2/125."""
    belief = Belief(history(*SMALL), "ask", 0, 200, True)
    assert belief.at(76) == pytest.approx(1 - 3 / 25 + 2 / 125)
    assert belief.at(77.5) == pytest.approx(0.5)


def test_a_walk_along_prices_finds_what_each_alone_has() -> None:
    for belief in (Belief(history(*SMALL), "ask", 0, 200, True), Belief(history(*SMALL), "bid", 0, 200, False)):
        points = list(range(-210, 211, 3))
        assert belief.along(points) == [belief.at(point) for point in points]


def test_only_the_shouts_of_the_last_contracts_are_remembered() -> None:
    one = history(*SMALL, ("ask", 85), ("contract", "ask", 85), trades=2)
    assert [(s.side, s.price) for s in one.shouts] == [("ask", 75), ("ask", 85)]


def test_gd_asks_where_price_times_chance_is_largest() -> None:
    one = agent("gd")
    for fact in (Quote("ask", 90), Quote("bid", 50), Quote("ask", 80), Quote("bid", 70), Contract(1, 70, "bid")):
        one.see(fact)
    one.see(Quote("ask", 75))
    one.see(Contract(2, 75, "ask"))
    belief = Belief(history(*SMALL), "ask", 0, 200, True)
    best = max(range(60, 201), key=lambda price: (price - 60) * belief.at(price))
    assert one.decide(seller(unit_value=60), Drawn(0)) == Ask(best)


def in_a_call(*facts: Message) -> Agent:
    one = agent("gd")
    for fact in facts:
        one.see(fact)
    return one


def test_gd_bids_more_where_a_call_has_left_its_order() -> None:
    """Nothing said: (100 - b)(b/200)^2(3 - b/100) is largest at 63. A call has left 63: the chance is 0 up to there."""
    sight = Situation(collects=True)
    assert decide("gd", sight) == Bid(63)
    left = Order(7, "bid", 63, 1, mine=True), Called(1, None, 0), Order(7, "bid", 63, 0, mine=True)
    belief = Belief(history_left(), "bid", 0, 200, True)
    best = max(range(201), key=lambda bid: (100 - bid) * belief.at(-bid))
    assert in_a_call(*left).decide(sight, Drawn(0)) == Bid(best)
    assert best > 63


def history_left() -> History:
    one = History(5)
    one.forget_quote("bid", 63)
    return one


def test_gd_counts_a_calls_price_once_and_what_traded_as_not_left() -> None:
    """Nine contracts at 70 are one call's price: the chance is 1 there, on both sides."""
    traded = Contract(1, 70, "call", mine="buyer", buy_order=7)
    one = in_a_call(Order(7, "bid", 90, 1, mine=True), Called(1, 70, 3), traded, *[Contract(2, 70, "call")] * 9)
    one.decide(Situation(collects=True), Drawn(0))
    assert isinstance(one, GD)
    assert (
        one.belief(Situation(collects=True), "buyer").at(-70) == one.belief(seller(collects=True), "seller").at(70) == 1
    )
    assert [(said.side, said.price, said.taken) for said in one.history.shouts] == [
        ("ask", 70, True),
        ("bid", 70, True),
    ]


def test_gd_says_one_order_for_a_call_and_another_where_that_was_left() -> None:
    one = in_a_call(Order(7, "bid", 59, 1, mine=True))
    resting = Situation(collects=True, quoted=True)
    assert one.decide(resting, Drawn(0)) is None
    one.see(Called(1, None, 0))
    assert isinstance(one.decide(resting, Drawn(0)), Bid)
    assert one.decide(resting, Drawn(0)) is None


def test_what_is_remembered_has_an_end() -> None:
    one = History(5)
    for price in range(2 * SHOUTS_MAX):
        one.called(price)
    assert len(one.shouts) == 10, "two shouts for each of five calls"
    for price in range(2 * SHOUTS_MAX):
        one.quote("bid", price)
    assert len(one.shouts) == SHOUTS_MAX
    assert one.contracts == 0


def test_gd_takes_for_certain_what_is_worth_more_than_hope() -> None:
    one = agent("gd")
    for fact in (Quote("ask", 90), Quote("ask", 80), Quote("ask", 79)):
        one.see(fact)
    assert one.decide(seller(unit_value=20, bid=78, ask=79), Drawn(0)) == Ask(78)


def test_gd_that_was_asked_the_same_before_looks_anew_where_its_unit_or_the_quotes_are_others() -> None:
    """An answer is kept for one belief and one question; in no case is it another than a first answer would be."""
    facts = (Quote("ask", 90), Quote("bid", 50), Quote("ask", 80), Quote("bid", 70), Contract(1, 70, "bid"))
    news = (None, None, None, Contract(2, 120, "ask"), None, None)
    sights = (60, None), (60, None), (78, None), (78, None), (60, None), (60, 72)
    one, said = agent("gd"), list(facts)
    for fact in facts:
        one.see(fact)
    answers = []
    for heard, (value, bid) in zip(news, sights, strict=True):
        if heard is not None:
            one.see(heard)
            said.append(heard)
        anew = agent("gd")
        for fact in said:
            anew.see(fact)
        sight = seller(unit_value=value, bid=bid)
        answers.append(one.decide(sight, Drawn(0)))
        assert answers[-1] == anew.decide(sight, Drawn(0))
    assert answers[0] == answers[1]
    assert len({str(answer) for answer in answers}) > 2


def test_a_grid_finds_the_best_of_many_prices() -> None:
    belief = Belief(history(*SMALL), "ask", 0, 100_000, True)
    points = candidates(belief, 0, 100_000, 1)
    assert best_of(lambda x: -abs(x - 43_210.0), points, [-abs(x - 43_210.0) for x in points], 1)[0] == 43_210
    assert candidates(belief, 10, 30, 7) == [10, 17, 24]
    assert candidates(belief, 10, 5, 1) == []


def test_mgd_hopes_for_nothing_above_the_period_before() -> None:
    one = agent("mgd")
    for fact in (Quote("bid", 70), Contract(1, 70, "bid"), Quote("ask", 80), Contract(2, 80, "ask"), StartRound(2, 1)):
        one.see(fact)
    said = one.decide(seller(unit_value=60), Drawn(0))
    assert isinstance(said, Ask)
    assert said.price <= 80
    assert decide("mgd", seller(unit_value=60)) != said


# --- gdx -------------------------------------------------------------------------------------------------------


def test_gdx_looks_ahead_by_hand() -> None:
    """One price at chance 1/2 and gain 10, discount 0.9: V1 = 5; V2 = 5 + 0.45 x 5 = 7.25; to wait is worth 0.9 V2."""
    one = GDX()
    one.chances = 3
    now, then = one.ahead([(110.0, 0.5)], [100])
    assert now == pytest.approx(0.9 * 7.25)
    assert then == 0.0


def test_gdx_counts_what_a_second_unit_is_worth() -> None:
    """With one chance left after this one, two units are worth no more than one: 0.9 x 5 either way."""
    one = GDX()
    one.chances = 2
    assert one.ahead([(110.0, 0.5)], [100, 100]) == pytest.approx((4.5, 4.5))
    assert one.ahead([(110.0, 0.5)], [100, 105]) == pytest.approx((4.5, 2.25))


def test_gdx_asks_for_more_while_there_is_time() -> None:
    """80 is taken for certain, 100 half the time: 30 now against 25 now and more later."""

    def asked(share: float) -> int:
        one = agent("gdx")
        for fact in (
            Quote("ask", 100),
            Contract(1, 100, "ask"),
            Quote("ask", 90),
            Quote("ask", 80),
            Contract(2, 80, "ask"),
        ):
            one.see(fact)
        said = one.decide(seller(unit_value=50, time_left_share=share), Drawn(0))
        assert isinstance(said, Ask)
        return said.price

    assert asked(1.0) > asked(0.0)


def test_in_a_call_gdx_has_as_many_chances_as_calls_are_left() -> None:
    one = GDX()
    chances = []
    for period in (1, 2):
        one.see(StartRound(period, 1))
        for call in (1, 2, 3):
            one.decide(seller(unit_value=60, collects=True, time_left_share=1.0), Drawn(0))
            chances.append(one.chances)
            one.see(Called(call, None, 0))
    assert chances == [1, 1, 1, 3, 2, 1], "in the first period it does not know of another"
