"""Who may say what in a session: tokens, losses, and markets that do not see one another."""

import pytest

from p2p.base.units import ENVIRONMENT, EXPERIMENTER, GATEWAY, INSTITUTION, SECOND, SESSION
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Buy,
    Contract,
    Contracts,
    End,
    Ended,
    EndPeriod,
    EndRound,
    Extend,
    Intermission,
    Joined,
    Message,
    Open,
    Pause,
    Paused,
    Quote,
    RequestContracts,
    Resume,
    Resumed,
    Schedule,
    Sell,
    Start,
)
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from tests.plays.play import PHASES, Course, answer, lobby, small, told, trading

# --- who says what -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message", [EndPeriod(), End(), Pause(), Open(), Joined(1, "human"), Contract(1, 9, "bid", 0, 1)]
)
def test_a_trader_cannot_say_what_is_not_his(message: Message) -> None:
    course = trading()
    before = course.session.digest()
    with pytest.raises(AssertionError, match="does not say"):
        course.hand_in(Envelope(0, message))
    assert course.session.digest() == before


@pytest.mark.parametrize(
    ("sender", "message"),
    [(EXPERIMENTER, Bid(9)), (EXPERIMENTER, Open()), (GATEWAY, Start()), (SESSION, End()), ("stranger", End())],
)
def test_nobody_else_can_either(sender: str, message: Message) -> None:
    with pytest.raises(AssertionError, match="does not say"):
        trading().hand_in(Envelope(sender, message))


def test_there_is_no_seat_beyond_the_last() -> None:
    with pytest.raises(AssertionError, match="no seat 4"):
        lobby().join(seats=[4])


# --- tokens ------------------------------------------------------------------------------------------------------


def test_a_token_that_was_had_has_no_second_effect() -> None:
    course = trading()
    buyer = course.seats("buyer")[0]
    first = Envelope(buyer, Bid(90), token=1)
    assert told(course.hand_in(first), Quote)
    before = course.session.digest()
    assert course.hand_in(first) == []
    assert course.hand_in(Envelope(buyer, Bid(95), token=1)) == []
    assert course.session.digest() == before
    assert told(course.hand_in(Envelope(buyer, Bid(95), token=2)), Quote) == [Quote("bid", 95, buyer)]
    assert course.hand_in(first) == []


def test_a_refusal_uses_up_its_token() -> None:
    course = trading()
    buyer = course.seats("buyer")[0]
    assert answer(course.hand_in(Envelope(buyer, Bid(0), token=1))) == "price_out_of_limits"
    assert course.session.token(buyer) == 1
    assert course.hand_in(Envelope(buyer, Bid(90), token=1)) == []


def test_a_refusal_changes_nothing_but_the_token() -> None:
    course = trading()
    buyer = course.seats("buyer")[0]
    before, digest = course.session.markets[0].institution.state(), course.session.digest()
    course.say(buyer, Bid(0))
    assert course.session.markets[0].institution.state() == before
    assert course.session.digest() != digest
    course.session.tokens.pop(buyer)
    assert course.session.digest() == digest


def test_everybody_counts_his_own_tokens() -> None:
    course = Course().trading()
    buyer, seller = course.seats("buyer")[0], course.seats("seller")[0]
    assert told(course.hand_in(Envelope(buyer, Bid(90), token=1)), Accepted) == [Accepted(1)]
    assert told(course.hand_in(Envelope(seller, Ask(95), token=1)), Accepted) == [Accepted(1)]
    assert [course.session.token(sender) for sender in (buyer, seller, EXPERIMENTER)] == [1, 1, 0]
    assert told(course.hand_in(Envelope(EXPERIMENTER, Pause(), token=1)), Paused)
    assert course.hand_in(Envelope(EXPERIMENTER, Resume(), token=1)) == []
    assert course.session.alarms.paused


def test_the_answer_comes_before_what_it_did() -> None:
    course = trading()
    buyer, seller = course.seats("buyer")[0], course.seats("seller")[0]
    course.say(buyer, Bid(90))
    events = course.say(seller, Sell(90))
    assert events == [
        Event(Accepted(1), SESSION, seller, 0),
        Event(Contract(1, 90, "bid", buyer, seller), INSTITUTION, ENVIRONMENT, 0),
    ]


# --- no loss -----------------------------------------------------------------------------------------------------

KIND = small(buyers=((100,), (90,)), sellers=((50,), (60,)), no_loss="people")


def losses(controller: str, scenario: Scenario = KIND) -> list[str]:
    """What is answered to a bid, buy, ask and sell one beyond the value or cost."""
    course = Course(scenario).trading(controller)
    (low_buyer, high_buyer), (low_seller, high_seller) = course.seats("buyer"), course.seats("seller")
    answers = [answer(course.say(low_buyer, Bid(91))), answer(course.say(low_seller, Ask(49)))]
    course = Course(scenario).trading(controller)
    course.say(high_seller, Ask(95))
    answers.append(answer(course.say(low_buyer, Buy())))
    course = Course(scenario).trading(controller)
    course.say(high_buyer, Bid(55))
    answers.append(answer(course.say(high_seller, Sell())))
    return answers


def test_people_are_kept_from_losses_where_the_scenario_says_so() -> None:
    assert losses("human") == ["would_lose"] * 4


def test_robots_are_not_and_neither_are_people_elsewhere() -> None:
    assert losses("robot") == ["accepted"] * 4
    off = small(buyers=((100,), (90,)), sellers=((50,), (60,)))
    assert losses("human", off) == ["accepted"] * 4


def test_people_may_trade_at_their_very_value() -> None:
    course = Course(KIND).trading("human")
    (low_buyer, _), (_, high_seller) = course.seats("buyer"), course.seats("seller")
    assert answer(course.say(low_buyer, Bid(90))) == "accepted"
    assert answer(course.say(high_seller, Ask(60))) == "accepted"
    course = Course(KIND).trading("human")
    course.say(high_seller, Ask(90))
    assert answer(course.say(low_buyer, Buy())) == "accepted"


def test_the_unit_at_hand_is_what_counts() -> None:
    course = Course(small(buyers=((100, 70),), sellers=((10, 10, 10),), no_loss="people")).trading("human")
    (buyer,), (seller,) = course.seats("buyer"), course.seats("seller")
    course.say(buyer, Bid(99))
    course.say(seller, Sell())
    assert answer(course.say(buyer, Bid(99))) == "would_lose"
    assert answer(course.say(buyer, Bid(70))) == "accepted"


def test_what_cannot_trade_is_not_called_a_loss() -> None:
    """Nor does it tell anybody his value before the round."""
    course = Course(KIND).open().join("human", seats=[0, 1, 2])
    assert {answer(course.say(seat, Bid(200))) for seat in (0, 1, 2)} == {"not_open"}
    course.join("human", seats=[3])
    buyer, seller = course.seats("buyer")[0], course.seats("seller")[0]
    assert answer(course.say(buyer, Bid(201))) == "price_out_of_limits"
    assert answer(course.say(buyer, Ask(1))) == "not_a_seller"
    assert answer(course.say(buyer, Buy(200))) == "no_standing_ask"
    assert answer(course.say(seller, Sell(1))) == "no_standing_bid"


def test_an_acceptance_that_moved_is_called_that() -> None:
    course = Course(KIND).trading("human")
    (low_buyer, _), (_, high_seller) = course.seats("buyer"), course.seats("seller")
    course.say(high_seller, Ask(95))
    assert answer(course.say(low_buyer, Buy(89))) == "moved"


# --- two markets -------------------------------------------------------------------------------------------------

TWO = small(markets=2)


def test_two_markets_share_the_clock_and_nothing_else() -> None:
    course = Course(TWO).trading()
    one, other = course.session.markets
    assert set(one.seats) | set(other.seats) == set(range(8))
    before = other.institution.state(), other.environment.state()
    buyer, seller = course.seats("buyer", 0)[0], course.seats("seller", 0)[0]
    events = course.say(buyer, Bid(90)) + course.say(seller, Sell())
    assert {event.market for event in events} == {0}
    assert (other.institution.state(), other.environment.state()) == before
    assert answer(course.say(course.seats("seller", 1)[0], Sell())) == "no_standing_bid"
    assert told(course.say(course.seats("seller", 1)[0], RequestContracts()), Contracts) == [Contracts(())]


def test_both_markets_end_before_the_break_begins() -> None:
    course = Course(TWO).trading()
    events = course.wait(10)
    assert [event.market for event in events if isinstance(event.message, EndRound)] == [0, 1]
    assert isinstance(events[-1].message, Intermission)
    assert len(told(events, Intermission)) == 1
    course.command(Start())
    early = course.command(EndPeriod())
    assert [event.market for event in early if isinstance(event.message, EndRound)] == [0, 1]
    assert len(told(early, Ended)) == 1


def test_both_markets_are_paused_and_extended_alike() -> None:
    course = Course(TWO).trading()
    course.wait(4)
    course.command(Extend(SECOND))
    course.command(Pause())
    course.wait(100)
    assert told(course.command(Resume()), Resumed) == [Resumed(7 * SECOND)]
    assert course.session.deadline() == 111 * SECOND
    ring = course.wait(7)
    assert [event.market for event in ring if isinstance(event.message, EndRound)] == [0, 1]


def test_an_end_in_a_pause_ends_the_pause_too() -> None:
    for phase in ("paused in trading", "paused in a break"):
        course = PHASES[phase]()
        course.command(End())
        assert course.session.deadline() is None
        for message in (Resume(), End()):
            assert answer(course.command(message)) == "not_now"


def test_no_market_is_dealt_as_another_is() -> None:
    dealt: list[list[list[str]]] = [[], []]
    for seed in range(10):
        hands = told(Course(TWO, seed).trading().events, Schedule)
        for market in (0, 1):
            dealt[market].append([str(hand) for hand in hands[4 * market : 4 * market + 4]])
    assert dealt[0] != dealt[1]


def test_each_market_is_dealt_for_itself() -> None:
    dealt = [event for event in Course(TWO).trading().events if isinstance(event.message, Schedule)]
    hands = [sorted(str(event.message) for event in dealt if event.market == market) for market in (0, 1)]
    assert hands[0] == hands[1]
    assert len({event.to for event in dealt}) == 8
    assert any(Session(TWO, seed).markets[0].seats != (0, 1, 2, 3) for seed in range(5))
