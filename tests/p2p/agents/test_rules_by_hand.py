"""Each decision rule by hand, and the names and casts by which they are called."""

import random

import pytest

from p2p.agents.registry import NAMES, AgentError, agent_class, make_agent, parse_agent_spec, parse_lineup
from p2p.messages import Ask, Bid, Buy, Quote, Sell, StartRound
from p2p.testing.situations import Situation
from tests.plays.asked import Drawn, agent, decide, seller

# --- zic and ziu -------------------------------------------------------------------------------------------------


def test_zic_draws_between_its_value_and_the_limit_on_its_gainful_side() -> None:
    assert [decide("zic", Situation(price_min=1), draw=draw) for draw in (0, 0.999999)] == [Bid(1), Bid(100)]
    assert [decide("zic", seller(), draw=draw) for draw in (0, 0.999999)] == [Ask(100), Ask(200)]
    assert decide("zic", Situation(), draw=0.5) == Bid(50)


def test_zic_draws_ticks_and_rounds_its_value_towards_its_gain() -> None:
    assert [decide("zic", Situation(unit_value=52, tick=5), draw=draw) for draw in (0, 0.999999)] == [Bid(0), Bid(50)]
    assert [decide("zic", seller(unit_value=52, tick=5), draw=draw) for draw in (0, 0.999999)] == [Ask(55), Ask(200)]


def test_a_draw_that_does_not_improve_is_lost() -> None:
    for word in ("zic", "ziu"):
        assert decide(word, Situation(bid=80), draw=0.1) is None
        assert decide(word, seller(ask=120), draw=0.99) is None


@pytest.mark.parametrize(("word", "low", "high"), [("zic", 100, 110), ("ziu", 90, 110)])
def test_zero_intelligence_draws_uniformly(word: str, low: int, high: int) -> None:
    rng = random.Random(1)
    one, sight = agent(word), seller(price_min=90, price_max=110)
    drawn = [one.decide(sight, rng) for _ in range(400 * (high - low + 1))]
    times = [drawn.count(Ask(price)) for price in range(low, high + 1)]
    assert sum(times) == len(drawn)
    assert all(310 < often < 490 for often in times)


def test_ziu_draws_from_the_whole_range_whatever_its_value() -> None:
    assert [decide("ziu", Situation(unit_value=5), draw=draw) for draw in (0, 0.999999)] == [Bid(0), Bid(200)]
    assert decide("ziu", seller(unit_value=199), draw=0) == Ask(0)


# --- optimizer ---------------------------------------------------------------------------------------------------


def test_the_optimizer_takes_every_gain_that_stands() -> None:
    assert decide("optimizer", Situation(bid=50, ask=99)) == Buy(99)
    assert decide("optimizer", seller(bid=101, ask=150)) == Sell(101)


def test_the_optimizer_improves_by_a_tick_where_there_is_no_gain_to_take() -> None:
    assert decide("optimizer", Situation(bid=50, ask=100)) == Bid(51)
    assert decide("optimizer", Situation(bid=50, ask=120, tick=5)) == Bid(55)
    assert decide("optimizer", seller(bid=100, ask=150)) == Ask(149)
    assert decide("optimizer", Situation()) == Bid(0)
    assert decide("optimizer", seller()) == Ask(200)


def test_the_optimizer_stops_while_a_surplus_is_left() -> None:
    assert decide("optimizer", Situation(bid=98)) == Bid(99)
    assert decide("optimizer", Situation(bid=99)) is None
    assert decide("optimizer", seller(ask=102)) == Ask(101)
    assert decide("optimizer", seller(ask=101)) is None


def test_the_optimizer_does_not_outbid_itself() -> None:
    assert decide("optimizer", Situation(bid=50, bid_mine=True)) is None
    assert decide("optimizer", Situation(bid=50, bid_mine=True, ask=70)) == Buy(70)
    assert decide("optimizer", seller(ask=150, ask_mine=True)) is None


# --- satisficer --------------------------------------------------------------------------------------------------


def test_the_satisficer_takes_what_leaves_its_share_of_the_margin() -> None:
    """A buyer's margin is 100 down to the limit of 0, a seller's 100 up to 200: a fifth is 20."""
    assert decide("satisficer", Situation(ask=80)) == Buy(80)
    assert decide("satisficer", Situation(ask=10)) == Buy(10), "a bargain is never turned down"
    assert decide("satisficer", seller(bid=120)) == Sell(120)
    assert decide("satisficer", seller(bid=190)) == Sell(190)


def test_the_satisficer_quotes_its_aspiration_price_otherwise() -> None:
    assert decide("satisficer", Situation(ask=81)) == Bid(80)
    assert decide("satisficer", Situation()) == Bid(80)
    assert decide("satisficer", seller(bid=119)) == Ask(120)
    assert decide("satisficer", Situation(bid=80, ask=81)) is None
    assert decide("satisficer", seller(ask=120)) is None


def test_tau_is_the_share_it_wants() -> None:
    assert decide("satisficer/tau=0", Situation(ask=100)) == Buy(100)
    assert decide("satisficer/tau=0.5", Situation()) == Bid(50)
    assert decide("satisficer/tau=1", Situation()) == Bid(0)
    assert decide("satisficer/tau=0.5", Situation(price_min=40)) == Bid(70)


def test_aspirations_lie_on_ticks_away_from_the_loss() -> None:
    assert decide("satisficer", Situation(tick=50)) == Bid(50)
    assert decide("satisficer", seller(tick=50)) == Ask(150)


def asks(*prices: int) -> list[Quote]:
    return [Quote("ask", price) for price in prices]


def test_a_search_takes_the_best_of_its_last_k_quotes() -> None:
    word = "satisficer/mode=k_search/k=2"
    assert decide(word, Situation(ask=90), asks(95, 90)) == Buy(90)
    assert decide(word, Situation(ask=95), asks(90, 95)) == Bid(80), "the best of the two was another"
    assert decide(word, Situation(ask=90), asks(90)) == Bid(80), "only one was seen"
    assert decide(word, Situation(ask=95), asks(10, 96, 95)) == Buy(95), "the one before the last two is forgotten"
    bids = [Quote("bid", price) for price in (101, 105)]
    assert decide(word, seller(bid=105), bids) == Sell(105)
    assert decide(word, seller(bid=105), asks(99, 98)) == Ask(120), "only the other side's quotes count"


def test_a_search_never_takes_a_loss() -> None:
    assert decide("satisficer/mode=k_search/k=1", Situation(ask=101), asks(101)) == Bid(80)
    assert decide("satisficer/mode=k_search/k=1", Situation(ask=100), asks(100)) == Buy(100)


def test_a_search_begins_anew_with_the_round() -> None:
    one = agent("satisficer/mode=k_search/k=1")
    one.see(Quote("ask", 90))
    one.see(StartRound(2, 1))
    assert one.decide(Situation(ask=90), Drawn(0)) == Bid(80)
    one.see(Quote("bid", 110))
    assert one.decide(seller(bid=110), Drawn(0)) == Sell(110)
    one.see(StartRound(3, 1))
    assert one.decide(seller(bid=110), Drawn(0)) == Ask(120)


# --- names and casts ---------------------------------------------------------------------------------------------


def test_every_name_makes_an_agent() -> None:
    names = "ziu zic zip gd mgd gdx aa sniper giveaway shaver optimizer satisficer learner"
    assert list(NAMES) == names.split()
    for name in NAMES:
        assert isinstance(make_agent(name), agent_class(name))


def test_parameters_are_read_from_words() -> None:
    assert parse_agent_spec("satisficer/tau=0.3/mode=k_search") == ("satisficer", {"tau": "0.3", "mode": "k_search"})
    one = agent("satisficer/tau=0.3/k=7")
    assert (one.tau, one.k) == (0.3, 7)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("zicc", "no agent 'zicc'; did you mean 'zic'?"),
        ("optimiser", "no agent 'optimiser'; did you mean 'optimizer'?"),
        ("", "no agent ''; there are ziu, zic, zip, gd, mgd, gdx, aa"),
        ("satisficer/tua=1", "satisficer: there is no parameter 'tua'; did you mean 'tau'?"),
        ("satisficer/tau=2", "satisficer: tau is '2', it must be a number from 0 to 1"),
        ("satisficer/tau=nan", "satisficer: tau is 'nan', it must be a number from 0 to 1"),
        ("satisficer/tau=much", "satisficer: tau is 'much', it must be a number from 0 to 1"),
        ("satisficer/k=0", "satisficer: k is '0', it must be a whole number from 1 to 1000"),
        ("satisficer/mode=best", "satisficer: mode is 'best', it must be band, k_greedy or k_search"),
        ("satisficer/tau", "'tau' in 'satisficer/tau' is not key=value"),
        ("satisficer/=1", "'=1' in 'satisficer/=1' is not key=value"),
        ("zic/tau=1", "zic: there is no parameter 'tau'; it has none"),
    ],
)
def test_a_wrong_word_is_answered_with_what_is_wrong(word: str, said: str) -> None:
    with pytest.raises(AgentError) as caught:
        parse_agent_spec(word)
    assert str(caught.value).startswith(said)


def test_a_cast_names_who_sits_on_each_seat() -> None:
    assert parse_lineup("zic:*", 3) == ["zic"] * 3
    assert parse_lineup("zic", 3) == ["zic"] * 3
    assert parse_lineup("zic:1, satisficer/tau=0.3:*", 3) == ["zic", "satisficer/tau=0.3", "satisficer/tau=0.3"]
    assert parse_lineup("zic:2", 3) == ["zic"] * 2


@pytest.mark.parametrize(
    ("cast", "said"),
    [
        ("", "no agents given"),
        (" , ", "no agents given"),
        ("zic:4", "asks for more than the 3 seats"),
        ("zic:*,ziu:4", "asks for more than the 3 seats"),
        ("zic:0", "'0' in 'zic:0' is not a number of seats"),
        ("zic:-1", "'-1' in 'zic:-1' is not a number"),
        ("zic:two", "'two' in 'zic:two' is not a number"),
        ("zicc:2", "did you mean 'zic'"),
    ],
)
def test_a_wrong_cast_is_answered_with_what_is_wrong(cast: str, said: str) -> None:
    with pytest.raises(AgentError, match=r".*") as caught:
        parse_lineup(cast, 3)
    assert said in str(caught.value)
