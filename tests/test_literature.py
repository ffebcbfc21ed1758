"""The agents of the literature against steps worked by hand from their papers."""

import math
import random
from typing import Any

import pytest

from p2p.agents import Agent
from p2p.agents.aa import AA, bent, unbent
from p2p.agents.beliefs import SHOUTS_MAX, Belief, History, best_of, candidates
from p2p.agents.gd import GD
from p2p.agents.gdx import GDX
from p2p.agents.learner import Learner
from p2p.agents.watching import Shout
from p2p.agents.zip import ZIP
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Called,
    Contract,
    EndRound,
    Message,
    Order,
    Quote,
    Schedule,
    Sell,
    StartRound,
    Step,
)
from tests.sight import Drawn, Sight, agent, decide, seller

# --- zip -------------------------------------------------------------------------------------------------------


def zip_trader(margin: float, beta: float = 0.5, momentum: float = 0.1) -> ZIP:
    one = ZIP()
    one.margin, one.beta, one.momentum = margin, beta, momentum
    return one


def shout(side: str | None, price: int, taken: bool, role: str, limit: int = 100, active: bool = True) -> Shout:
    return side, price, taken, role, limit, active  # type: ignore[return-value]


def test_a_zip_seller_raises_its_margin_after_a_dearer_shout_was_taken() -> None:
    """Price 120; target 1.025 x 130 + 2.5 = 135.75; half the way is 7.875, of which 0.9 counts: 127.0875."""
    one = zip_trader(0.2)
    one.adapt([shout("bid", 130, True, "seller")], 1, Drawn(0.5))
    assert one.change == pytest.approx(7.0875)
    assert one.margin == pytest.approx(0.270875)


def test_momentum_carries_a_tenth_of_the_last_change() -> None:
    one = zip_trader(0.2)
    one.change = 10.0
    one.adapt([shout("bid", 130, True, "seller")], 1, Drawn(0.5))
    assert one.change == pytest.approx(1.0 + 7.0875)


def test_a_zip_buyer_does_the_mirror_image() -> None:
    """Price 80; target 0.975 x 70 - 2.5 = 65.75; change 0.45 x -14.25 = -6.4125: price 73.5875."""
    one = zip_trader(0.2)
    one.adapt([shout("ask", 70, True, "buyer")], 1, Drawn(0.5))
    assert one.margin == pytest.approx(1 - 0.735875)


@pytest.mark.parametrize(
    ("margin", "heard", "moves"),
    [
        (0.2, shout("bid", 110, True, "seller"), "down"),
        (0.2, shout("ask", 110, True, "seller"), None),
        (0.2, shout("bid", 110, True, "seller", active=False), None),
        (0.2, shout("bid", 120, True, "seller", active=False), "up"),
        (0.2, shout("ask", 110, False, "seller"), "down"),
        (0.2, shout("ask", 130, False, "seller"), None),
        (0.2, shout("bid", 110, False, "seller"), None),
        (0.2, shout(None, 110, True, "seller"), "down"),
        (0.2, shout("ask", 90, True, "buyer"), "down"),
        (0.2, shout("bid", 90, True, "buyer"), None),
        (0.2, shout("bid", 90, False, "buyer"), "down"),
        (0.2, shout("bid", 70, False, "buyer"), None),
        (0.2, shout("bid", 75, True, "buyer", active=False), "up"),
    ],
)
def test_who_moves_after_which_shout(margin: float, heard: Shout, moves: str | None) -> None:
    one = zip_trader(margin)
    one.adapt([heard], 1, Drawn(0.5))
    assert one.margin is not None
    assert {"up": one.margin > margin, "down": one.margin < margin, None: one.margin == margin}[moves]


def test_a_margin_never_leaves_its_side() -> None:
    low, high = zip_trader(0.0, beta=1.0), zip_trader(0.95, beta=1.0)
    low.adapt([shout("ask", 50, False, "seller")], 1, Drawn(0.5))
    high.adapt([shout("ask", 0, True, "buyer")], 1, Drawn(0.999))
    assert (low.margin, high.margin) == (0.0, 1.0)


def test_zip_learns_from_its_feed_and_shouts_its_price() -> None:
    one = agent("zip/margin_low=0.2/margin_high=0.2/beta_low=0.5/beta_high=0.5/momentum_low=0.1")
    one.see(Schedule(1, "seller", (Step(100),)))
    one.see(Contract(1, 130, "ask"))
    assert one.decide(seller(), Drawn(0.5)) == Ask(128)


def test_a_standing_quote_that_nobody_takes_is_heard_again() -> None:
    one = agent("zip/margin_low=0.3/margin_high=0.3")
    one.see(Schedule(1, "buyer", (Step(100),)))
    said = [one.decide(Sight(bid=75), Drawn(0.5)) for _ in range(8)]
    assert said[0] is None
    assert said[-1] == Bid(76), "it has come to where it improves"


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
    sight = Sight(collects=True)
    assert decide("gd", sight) == Bid(63)
    left = Order(7, "bid", 63, 1, mine=True), Called(1, None, 0), Order(7, "bid", 63, 0, mine=True)
    belief = Belief(history_left(), "bid", 0, 200, True)
    best = max(range(201), key=lambda bid: (100 - bid) * belief.at(-bid))
    assert in_a_call(*left).decide(sight, Drawn(0)) == Bid(best)
    assert best > 63


def history_left() -> History:
    one = History(5)
    one.left("bid", 63)
    return one


def test_gd_counts_a_calls_price_once_and_what_traded_as_not_left() -> None:
    """Nine contracts at 70 are one call's price: the chance is 1 there, on both sides."""
    traded = Contract(1, 70, "call", mine="buyer", buy_order=7)
    one = in_a_call(Order(7, "bid", 90, 1, mine=True), Called(1, 70, 3), traded, *[Contract(2, 70, "call")] * 9)
    one.decide(Sight(collects=True), Drawn(0))
    assert isinstance(one, GD)
    assert one.belief(Sight(collects=True), "buyer").at(-70) == one.belief(seller(collects=True), "seller").at(70) == 1
    assert [(said.side, said.price, said.taken) for said in one.history.shouts] == [
        ("ask", 70, True),
        ("bid", 70, True),
    ]


def test_gd_says_one_order_for_a_call_and_another_where_that_was_left() -> None:
    one = in_a_call(Order(7, "bid", 59, 1, mine=True))
    resting = Sight(collects=True, quoted=True)
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


# --- aa --------------------------------------------------------------------------------------------------------


def aa_trader(*prices: int, r: float = 0.0, theta: float = 0.0) -> AA:
    one = AA()
    one.rates = (0.5, 0.5)
    for price in prices:
        one.contracted(price)
    one.r, one.theta = r, theta
    return one


def test_the_bend_by_hand() -> None:
    assert bent(0.5, 2.0) == pytest.approx((math.e - 1) / (math.e**2 - 1))
    assert bent(0.5, 0.0) == 0.5
    for theta in (-8.0, -1.0, 0.0, 2.0):
        assert unbent(bent(0.3, theta), theta) == pytest.approx(0.3)


def test_aa_weighs_late_contracts_more() -> None:
    assert aa_trader(100).equilibrium == 100
    assert aa_trader(100, 110).equilibrium == pytest.approx((0.9 * 100 + 110) / 1.9)


@pytest.mark.parametrize(
    ("role", "limit", "r", "target"),
    [
        ("buyer", 140, 0.0, 100),  # intra-marginal: at the equilibrium
        ("buyer", 140, 1.0, 140),  # desperate: at the limit
        ("buyer", 140, 0.5, 120),
        ("buyer", 140, -0.5, 50),  # patient: half way to the price limit of 0
        ("buyer", 80, 0.7, 80),  # extra-marginal: never above the limit
        ("buyer", 80, -0.5, 40),
        ("seller", 60, 0.5, 80),
        ("seller", 60, -0.5, 150),
        ("seller", 120, 0.5, 120),
        ("seller", 120, -1.0, 200),
    ],
)
def test_aa_targets_by_hand(role: Any, limit: int, r: float, target: float) -> None:
    one = aa_trader(100, r=r)
    assert one.target(role, limit, 0, 200) == pytest.approx(target)
    if (limit > 100) == (role == "buyer") or r < 0:
        assert one.aggressiveness(target, role, limit, 0, 200) == pytest.approx(r)


def test_aa_becomes_less_aggressive_after_a_better_contract() -> None:
    """At 100 its target is 100; a contract at 90 moves the equilibrium to (0.9 x 100 + 90) / 1.9 = 94.74, r_shout is
    -(94.74 - 90) / 94.74 = -0.05; delta = -0.05 x 1.02 - 0.01 = -0.061, and half the way is -0.0305."""
    one = aa_trader(100)
    one.adapt([shout("ask", 90, True, "buyer", 140)], 0, 200)
    assert one.r == pytest.approx(0.5 * (-0.05 * 1.02 - 0.01))


def test_aa_becomes_more_aggressive_when_it_is_overbid() -> None:
    """A bid of 110 would have been said at r = 10 / 40; delta = 0.25 x 1.02 + 0.01."""
    one = aa_trader(100)
    one.adapt([shout("bid", 110, False, "buyer", 140)], 0, 200)
    assert one.r == pytest.approx(0.5 * 0.265)
    one = aa_trader(100)
    one.adapt([shout("bid", 90, False, "buyer", 140)], 0, 200)
    assert one.r == 0.0
    one.adapt([shout("ask", 90, False, "buyer", 140)], 0, 200)
    assert one.r == 0.0, "an ask that is not taken is no rival's"


def test_aa_bends_most_where_prices_do_not_scatter() -> None:
    """Without volatility theta is drawn to its upper end: -4 + 0.5 x (2 + 4) = -1."""
    one = aa_trader(theta=-4.0)
    one.adapt([shout("ask", 100, True, "buyer", 140)], 0, 200)
    assert one.theta == pytest.approx(-1.0)


def test_aa_closes_a_third_of_the_gap_and_takes_what_meets_its_target() -> None:
    one = aa_trader(100)
    one.see(Schedule(1, "buyer", (Step(140),)))
    assert one.decide(Sight(unit_value=140, bid=70), Drawn(0.5)) == Bid(80)
    one = aa_trader(100)
    assert one.decide(Sight(unit_value=140, bid=70, ask=100), Drawn(0.5)) == Buy(100)
    assert one.decide(seller(unit_value=60, bid=100, ask=150), Drawn(0.5)) == Sell(100)
    assert one.decide(seller(unit_value=60, bid=90, ask=130), Drawn(0.5)) == Ask(120)


# --- sniper ----------------------------------------------------------------------------------------------------


def sniper_that_saw(*prices: int) -> Agent:
    one = agent("sniper")
    for number, price in enumerate(prices):
        one.see(Contract(number, price, "ask"))
    one.see(StartRound(2, 1))
    return one


def test_the_sniper_waits_while_no_deal_is_good() -> None:
    assert decide("sniper", Sight(bid=40, ask=60)) is None
    assert decide("sniper", seller(bid=140, ask=160)) is None
    assert decide("sniper", Sight(ask=60)) is None


def test_the_sniper_takes_a_deal_when_the_quotes_are_close() -> None:
    assert decide("sniper", Sight(bid=55, ask=60)) == Buy(60), "5 is less than a tenth of 60"
    assert decide("sniper", Sight(bid=54, ask=60)) is None, "6 is not"
    assert decide("sniper", Sight(bid=97, ask=99)) is None, "a gain of 1 is less than 2 % of 99"
    assert decide("sniper", seller(bid=145, ask=150)) == Sell(145)


def test_the_sniper_takes_what_is_as_good_as_the_best_of_the_period_before() -> None:
    assert sniper_that_saw(60, 80).decide(Sight(ask=60), Drawn(0)) == Buy(60)
    assert sniper_that_saw(60, 80).decide(Sight(ask=61), Drawn(0)) is None
    assert sniper_that_saw(120, 150).decide(seller(bid=150), Drawn(0)) == Sell(150)
    assert sniper_that_saw(120, 150).decide(seller(bid=149), Drawn(0)) is None


def test_the_sniper_takes_any_gain_when_time_runs_out() -> None:
    assert decide("sniper", Sight(bid=10, ask=99, time_left_share=0.09)) == Buy(99)
    assert decide("sniper", Sight(bid=10, ask=99, time_left_share=0.1)) is None
    assert decide("sniper", Sight(bid=10, ask=101, time_left_share=0.0)) is None, "never at a loss"


# --- giveaway, shaver, learner, and the modes of optimizer and satisficer ---------------------------------------


def test_giveaway_says_its_value() -> None:
    assert decide("giveaway", Sight(bid=99, ask=120)) == Bid(100)
    assert decide("giveaway", seller(ask=101)) == Ask(100)
    assert decide("giveaway", Sight(bid=100)) is None


def test_the_shaver_is_a_tick_better_until_its_limit() -> None:
    assert decide("shaver", Sight(bid=50, ask=60, tick=5)) == Bid(55)
    assert decide("shaver/steps=1000", seller(ask=102)) == Ask(101)
    assert decide("shaver/steps=1000", Sight(bid=50, bid_mine=True)) == Bid(51), "whosever it is"
    assert decide("shaver/ticks=9", Sight(bid=95)) == Bid(100)
    assert decide("shaver", Sight(bid=100)) is None


def test_the_shaver_gets_through_a_wide_range_in_a_hundred_steps() -> None:
    assert decide("shaver", Sight(unit_value=5_000, bid=50, price_max=10_000)) == Bid(150)
    assert decide("shaver/steps=10", seller(unit_value=20, ask=90)) == Ask(70)


def test_in_a_call_the_shaver_shades_towards_the_last_price() -> None:
    """A hundredth of 0 to 200 is 2."""
    one = agent("shaver")
    assert one.decide(Sight(collects=True), Drawn(0)) == Bid(100)
    one.see(Called(1, 70, 5))
    assert one.decide(Sight(collects=True), Drawn(0)) == Bid(72)
    assert one.decide(seller(unit_value=60, collects=True), Drawn(0)) == Ask(68)
    assert one.decide(seller(unit_value=69, collects=True), Drawn(0)) == Ask(69)
    one.see(Called(2, None, 0))
    assert one.decide(Sight(collects=True), Drawn(0)) == Bid(100), "nothing met: its value"
    one.see(Contract(1, 80, "call", mine="buyer"))
    assert one.decide(Sight(collects=True), Drawn(0)) == Bid(82), "who is shown no calls has his contracts"


def test_the_learner_keeps_to_the_margin_that_paid() -> None:
    one = Learner(epsilon=0.0, first=0.0, step=1.0)
    one.arm, one.tried = 3, ("buyer", 100, 100)
    one.see(Contract(1, 70, "bid", mine="buyer"))
    assert one.worth[3] == pytest.approx(0.3)
    assert one.decide(Sight(), random.Random(1)) == Bid(70)
    one.see(EndRound(1))
    assert one.worth[3] == 0.0, "a round without a trade pays nothing"


def test_the_learner_tries_others_now_and_then() -> None:
    one = Learner(epsilon=1.0)
    assert one.decide(Sight(), Drawn(0.35)) == Bid(70)


def test_greedy_takes_all_that_gains_and_single_what_is_best() -> None:
    book = ((60, 2), (70, 2), (99, 1), (100, 5))
    sight = Sight(bid=10, ask=60, step_left=4, shown=book)
    assert decide("optimizer", sight) == Buy(60)
    assert decide("optimizer/mode=greedy", sight) == Buy(70)
    assert decide("optimizer/mode=greedy", Sight(ask=60, step_left=9, shown=book)) == Buy(99)
    assert decide("satisficer/mode=k_greedy/k=1", sight) == Buy(60)
    assert decide("satisficer/mode=k_greedy/k=2", sight) == Buy(70)
    assert decide("optimizer/mode=greedy", Sight(ask=60)) == Buy(60)
