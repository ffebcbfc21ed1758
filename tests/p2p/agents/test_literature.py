"""The agents of the literature against steps worked by hand from their papers."""

import math
import random
from typing import Any

import pytest

from p2p.agents.base import Agent
from p2p.agents.strategies.aa import AA, bent, unbent
from p2p.agents.strategies.learner import Learner
from p2p.agents.strategies.shout_memory import Shout
from p2p.agents.strategies.zip import ZIP
from p2p.messages import Ask, Bid, Buy, Called, Contract, EndRound, Schedule, Sell, StartRound, Step
from p2p.scenario.parsing import parse
from p2p.sim.simulation.simulation import Simulation
from p2p.testing.situations import Situation
from tests.plays.asked import Drawn, agent, decide, seller

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
    said = [one.decide(Situation(bid=75), Drawn(0.5)) for _ in range(8)]
    assert said[0] is None
    assert said[-1] == Bid(76), "it has come to where it improves"


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
    assert one.decide(Situation(unit_value=140, bid=70), Drawn(0.5)) == Bid(80)
    one = aa_trader(100)
    assert one.decide(Situation(unit_value=140, bid=70, ask=100), Drawn(0.5)) == Buy(100)
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
    assert decide("sniper", Situation(bid=40, ask=60)) is None
    assert decide("sniper", seller(bid=140, ask=160)) is None
    assert decide("sniper", Situation(ask=60)) is None


def test_the_sniper_takes_a_deal_when_the_quotes_are_close() -> None:
    assert decide("sniper", Situation(bid=55, ask=60)) == Buy(60), "5 is less than a tenth of 60"
    assert decide("sniper", Situation(bid=54, ask=60)) is None, "6 is not"
    assert decide("sniper", Situation(bid=97, ask=99)) is None, "a gain of 1 is less than 2 % of 99"
    assert decide("sniper", seller(bid=145, ask=150)) == Sell(145)


def test_the_sniper_takes_what_is_as_good_as_the_best_of_the_period_before() -> None:
    assert sniper_that_saw(60, 80).decide(Situation(ask=60), Drawn(0)) == Buy(60)
    assert sniper_that_saw(60, 80).decide(Situation(ask=61), Drawn(0)) is None
    assert sniper_that_saw(120, 150).decide(seller(bid=150), Drawn(0)) == Sell(150)
    assert sniper_that_saw(120, 150).decide(seller(bid=149), Drawn(0)) is None


def test_the_sniper_takes_any_gain_when_time_runs_out() -> None:
    assert decide("sniper", Situation(bid=10, ask=99, time_left_share=0.09)) == Buy(99)
    assert decide("sniper", Situation(bid=10, ask=99, time_left_share=0.1)) is None
    assert decide("sniper", Situation(bid=10, ask=101, time_left_share=0.0)) is None, "never at a loss"


# --- giveaway, shaver, learner, and the modes of optimizer and satisficer ---------------------------------------


def test_giveaway_says_its_value() -> None:
    assert decide("giveaway", Situation(bid=99, ask=120)) == Bid(100)
    assert decide("giveaway", seller(ask=101)) == Ask(100)
    assert decide("giveaway", Situation(bid=100)) is None


def test_the_shaver_is_a_tick_better_until_its_limit() -> None:
    assert decide("shaver", Situation(bid=50, ask=60, tick=5)) == Bid(55)
    assert decide("shaver/steps=1000", seller(ask=102)) == Ask(101)
    assert decide("shaver/steps=1000", Situation(bid=50, bid_mine=True)) == Bid(51), "whosever it is"
    assert decide("shaver/ticks=9", Situation(bid=95)) == Bid(100)
    assert decide("shaver", Situation(bid=100)) is None


def test_the_shaver_gets_through_a_wide_range_in_a_hundred_steps() -> None:
    assert decide("shaver", Situation(unit_value=5_000, bid=50, price_max=10_000)) == Bid(150)
    assert decide("shaver/steps=10", seller(unit_value=20, ask=90)) == Ask(70)


def test_in_a_call_the_shaver_shades_towards_the_last_price() -> None:
    """A hundredth of 0 to 200 is 2."""
    one = agent("shaver")
    assert one.decide(Situation(collects=True), Drawn(0)) == Bid(100)
    one.see(Called(1, 70, 5))
    assert one.decide(Situation(collects=True), Drawn(0)) == Bid(72)
    assert one.decide(seller(unit_value=60, collects=True), Drawn(0)) == Ask(68)
    assert one.decide(seller(unit_value=69, collects=True), Drawn(0)) == Ask(69)
    one.see(Called(2, None, 0))
    assert one.decide(Situation(collects=True), Drawn(0)) == Bid(100), "nothing met: its value"
    one.see(Contract(1, 80, "call", mine="buyer"))
    assert one.decide(Situation(collects=True), Drawn(0)) == Bid(82), "who is shown no calls has his contracts"


def test_the_learner_keeps_to_the_margin_that_paid() -> None:
    one = Learner(epsilon=0.0, first=0.0, step=1.0)
    one.arm, one.tried = 3, ("buyer", 100, 100)
    one.see(Contract(1, 70, "bid", mine="buyer"))
    assert one.worth[3] == pytest.approx(0.3)
    assert one.decide(Situation(), random.Random(1)) == Bid(70)
    one.see(EndRound(1))
    assert one.worth[3] == 0.0, "a round without a trade pays nothing"


def test_the_learner_tries_others_now_and_then() -> None:
    one = Learner(epsilon=1.0)
    assert one.decide(Situation(), Drawn(0.35)) == Bid(70)


def test_greedy_takes_all_that_gains_and_single_what_is_best() -> None:
    book = ((60, 2), (70, 2), (99, 1), (100, 5))
    sight = Situation(bid=10, ask=60, step_left=4, shown=book)
    assert decide("optimizer", sight) == Buy(60)
    assert decide("optimizer/mode=greedy", sight) == Buy(70)
    assert decide("optimizer/mode=greedy", Situation(ask=60, step_left=9, shown=book)) == Buy(99)
    assert decide("satisficer/mode=k_greedy/k=1", sight) == Buy(60)
    assert decide("satisficer/mode=k_greedy/k=2", sight) == Buy(70)
    assert decide("optimizer/mode=greedy", Situation(ask=60)) == Buy(60)


@pytest.mark.parametrize("rule", ["zip", "aa"])
def test_a_tax_that_begins_later_is_learned_as_if_the_values_had_fallen(rule: str) -> None:
    """Else the margin would be learned at one limit and used at another, and hardly anybody would trade."""
    file = """
title = "Taxed"
periods = 4
period_s = 60
robots = { reaction = "exponential:1" }
institution = { name = "standing", price_min = 1, price_max = 400 }
environment = { buyers = [[325], [300], [275], [250]], sellers = [[75], [100], [125], [150]] }
[[overrides]]
from_period = 3
"""
    taxed, fallen = (
        parse(file + change) for change in ("charges = { tax_buyer = 75 }", "buyers = [[250], [225], [200], [175]]")
    )
    prices = [
        [
            event.message.price
            for _, _, events in Simulation(one, (rule,) * 8, 1).play()
            for event in events
            if isinstance(event.message, Contract)
        ]
        for one in (taxed, fallen)
    ]
    assert prices[0] == prices[1]
    assert len(prices[0]) > 10
