"""Robots in people's seats: what is told, whose order it was, what is not paid, who held the seat how long."""

from pathlib import Path

import msgspec
import pytest

from p2p.base.units import EVERYONE, EXPERIMENTER, GATEWAY, Seat
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    End,
    Ended,
    HandedBack,
    Joined,
    Left,
    Lobby,
    Order,
    Passes,
    Replace,
    Robots,
    SetBattery,
    SetReservation,
    Start,
    TakenOver,
    Unpaid,
)
from p2p.messages.envelope import Envelope
from p2p.protocol.frames import NumberedFact
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Vacancies
from p2p.sim.library.files import load
from tests.conftest import SMALL
from tests.plays.hands import TAKES_OVER, comes_back, course, takes
from tests.plays.play import Course, answer, small, told
from tests.plays.prosumer_sessions_plays import day
from tui.model.model import Model
from tui.widgets.notice import notice


def test_the_seat_is_told_when_it_is_taken_and_when_it_is_given_back() -> None:
    play = course()
    assert takes(play, 2) == [TakenOver(), Robots(1)]
    assert comes_back(play, 2)[0] == HandedBack()
    private = [e for e in play.events if isinstance(e.message, TakenOver | HandedBack)]
    assert [event.to for event in private] == [2, 2]


def test_a_robot_that_comes_again_does_not_take_the_seat_twice() -> None:
    play = course()
    takes(play, 2)
    assert takes(play, 2) == [Robots(1)]
    assert comes_back(play, 2)[0] == HandedBack()


def test_no_seat_is_taken_when_the_session_is_over() -> None:
    play = course()
    play.hand_in(Envelope(GATEWAY, Left(2)))
    play.command(End())
    assert play.hand_in(Envelope(GATEWAY, Joined(2, "robot", stand_in=True))) == []


def test_what_a_robot_earns_in_a_persons_seat_is_flagged() -> None:
    play = course()
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    takes(play, buyer)
    play.say(buyer, Bid(100))
    flagged = [event for event in play.say(seller, Ask(90)) if isinstance(event.message, Unpaid)]
    assert [(event.to, event.message) for event in flagged] == [(buyer, Unpaid(1, 150 - 100))]


@pytest.mark.parametrize("institution", ["standing", "continuous", "call"])
def test_a_persons_order_that_trades_while_a_robot_holds_the_seat_is_the_persons(institution: str) -> None:
    play = course(institution)
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    play.say(buyer, Bid(100))
    takes(play, buyer)
    events = [*play.say(seller, Ask(90)), *play.wait(10)]
    assert len(told(events, Contract)) > 0
    assert told(events, Unpaid) == []


@pytest.mark.parametrize("institution", ["standing", "continuous", "call"])
def test_a_robots_order_that_trades_after_the_person_is_back_is_the_robots(institution: str) -> None:
    play = course(institution)
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    takes(play, buyer)
    play.say(buyer, Bid(100))
    comes_back(play, buyer)
    events = [*play.say(seller, Ask(90)), *play.wait(10)]
    (contract,) = {
        event.message.number: event.message for event in events if isinstance(event.message, Contract)
    }.values()
    assert told(events, Unpaid) == [Unpaid(1, 150 - contract.price)]


def test_a_persons_order_stays_his_until_the_robot_says_another_in_its_place() -> None:
    play = course("continuous")
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    play.say(buyer, Bid(100))
    takes(play, buyer)
    assert answer(play.say(buyer, Replace(1, 110))) == "accepted"
    assert told(play.say(seller, Ask(90)), Unpaid) == [Unpaid(1, 150 - 110)]


def test_what_a_robot_takes_is_the_robots_and_the_other_side_is_paid() -> None:
    play = course("continuous")
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    play.say(seller, Ask(90))
    takes(play, buyer)
    flagged = [event for event in play.say(buyer, Buy()) if isinstance(event.message, Unpaid)]
    assert [event.to for event in flagged] == [buyer]


def test_an_order_that_shrinks_because_a_robot_has_bought_is_still_the_persons() -> None:
    play = course("continuous")
    buyer, (first, second) = play.seats("buyer")[-1], play.seats("seller")
    play.say(buyer, Bid(40, 2))
    play.say(first, Ask(90))
    takes(play, buyer)
    assert told(play.say(buyer, Buy()), Order)[-1] == Order(1, "bid", 40, 1, buyer)
    assert told(play.say(second, Ask(40)), Contract)[0].price == 40
    assert told(play.events, Unpaid) == [Unpaid(1, 150 - 90)]


def test_both_sides_of_a_contract_may_be_robots() -> None:
    play = course()
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    takes(play, buyer)
    takes(play, seller)
    play.say(buyer, Bid(100))
    flagged = [event for event in play.say(seller, Ask(90)) if isinstance(event.message, Unpaid)]
    assert {event.to: event.message.gain for event in flagged} == {buyer: 50, seller: 50}


@pytest.mark.parametrize("setter", ["person", "robot"])
def test_what_an_automaton_offers_is_said_by_whoever_has_set_its_prices(setter: str) -> None:
    play = energy()
    buyer, seller = holders(play, "buyer")[-1], holders(play, "seller")[-1]
    if setter == "robot":
        takes(play, buyer)
    assert answer(play.say(buyer, SetReservation(buy=200))) == "accepted"
    if setter == "person":
        takes(play, buyer)
    play.wait(11)
    assert play.session.period == 2, "the automaton offers at the interval's start"
    if setter == "robot":
        comes_back(play, buyer)
    events = play.say(seller, Ask(200, 10))
    (contract,) = told(events, Contract)
    assert (contract.buyer, contract.seller) == (buyer, seller)
    assert [event.to for event in events if isinstance(event.message, Unpaid)] == ([buyer] if setter == "robot" else [])


def test_who_comes_back_finds_what_he_had_set_himself() -> None:
    play = energy()
    seat = holders(play, "seller")[-1]
    play.say(seat, SetBattery(-500))
    play.say(seat, SetReservation(sell=210))
    takes(play, seat)
    play.say(seat, SetBattery(700))
    play.say(seat, SetReservation(sell=150))
    assert comes_back(play, seat) == [HandedBack(), SetBattery(-500), SetReservation(sell=210)]
    (offered,) = told(play.wait(11), Ask)
    assert offered.price == 210
    assert play.session.markets[0].environment.standing[seat].target_w == -500  # type: ignore[attr-defined]


def test_a_battery_that_was_left_alone_goes_by_its_own_rule_again() -> None:
    play = energy()
    seat = holders(play, "seller")[-1]
    takes(play, seat)
    takes(play, seat)
    play.say(seat, SetBattery(700))
    takes(play, seat)
    assert comes_back(play, seat)[:2] == [HandedBack(), SetBattery()], (
        "however many robots there were one after another"
    )


def test_what_a_robot_has_left_as_it_was_is_not_told_again() -> None:
    play = energy()
    seat = holders(play, "seller")[-1]
    play.say(seat, SetBattery(-500))
    takes(play, seat)
    assert comes_back(play, seat) == [HandedBack()]


def test_prices_that_are_an_owners_again_make_orders_of_his() -> None:
    play = energy()
    buyer, seller = holders(play, "buyer")[-1], holders(play, "seller")[-1]
    play.say(buyer, SetReservation(buy=200))
    takes(play, buyer)
    play.say(buyer, SetReservation(buy=190))
    play.say(buyer, SetReservation(buy=200))
    comes_back(play, buyer)
    play.wait(11)
    assert told(play.say(seller, Ask(200, 10)), Contract)[0].buyer == buyer
    assert told(play.events, Unpaid) == []


def test_settings_that_wait_for_their_owner_are_remembered_in_the_digest() -> None:
    one, other = energy(), energy()
    seat = holders(one, "seller")[-1]
    for play, watts in ((one, 300), (other, 400)):
        play.say(seat, SetBattery(watts))
        takes(play, seat)
        play.say(seat, SetBattery(700))
    assert one.session.digest() != other.session.digest()


def test_an_automatons_order_that_shrinks_because_a_robot_has_bought_is_still_the_persons() -> None:
    play = energy()
    buyer, (other, seller) = holders(play, "buyer")[-1], holders(play, "seller")[-2:]
    play.say(buyer, SetReservation(buy=200))
    play.say(seller, SetReservation(sell=210))
    play.wait(11)
    takes(play, buyer)
    shrunk = told(play.say(buyer, Buy(quantity=10)), Order)[-1]
    assert (shrunk.trader, shrunk.price) == (buyer, 200)
    assert len(told(play.events, Unpaid)) == 1
    assert told(play.say(other, Ask(200, 10)), Contract)[0].buyer == buyer
    assert len(told(play.events, Unpaid)) == 1


def test_an_order_that_lives_for_the_session_stays_his_who_said_it() -> None:
    play = course("continuous", order_life="session")
    buyer, (first, second) = play.seats("buyer")[-1], play.seats("seller")
    play.say(buyer, Bid(100))
    takes(play, buyer)
    play.say(buyer, Bid(90))
    play.wait(16)
    comes_back(play, buyer)
    assert play.session.period == 2
    assert told(play.say(first, Ask(100)), Contract)
    assert told(play.events, Unpaid) == []
    assert told(play.say(second, Ask(90)), Unpaid) == [Unpaid(2, 120 - 90)]


@pytest.mark.parametrize("institution", ["continuous", "call"])
def test_of_robots_orders_only_those_that_rest_are_remembered(institution: str) -> None:
    play = course(institution)
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    takes(play, buyer)
    takes(play, seller)
    for price in range(1, 30):
        play.say(buyer, Bid(price))
        (mine,) = remembered(play)
        play.say(buyer, Cancel(mine[1]))
        assert remembered(play) == []
    play.say(buyer, Bid(100))
    play.say(seller, Ask(90))
    play.wait(10)
    assert len(told(play.events, Unpaid)) == 2
    assert remembered(play) == []


def remembered(play: Course) -> list[tuple[int, int]]:
    assert play.session.roster.stand_ins is not None
    orders: list[tuple[int, int]] = play.session.roster.stand_ins.state()[2]  # type: ignore[index]
    return orders


def energy() -> Course:
    """Eight households, people all, on an open book."""
    return Course(day("continuous", vacancies=TAKES_OVER)).trading("human")


def holders(play: Course, role: str) -> list[Seat]:
    """The households of a role, those that have most to trade last."""
    holdings = play.session.markets[0].environment.holdings  # type: ignore[attr-defined]
    return [seat for _, seat in sorted((one.units_left, seat) for seat, one in holdings.items() if one.role == role)]


def test_orders_are_kept_when_the_seat_changes_hands() -> None:
    play = course("continuous")
    buyer = play.seats("buyer")[-1]
    play.say(buyer, Bid(100))
    takes(play, buyer)
    comes_back(play, buyer)
    assert answer(play.say(buyer, Replace(1, 101))) == "accepted"


def test_what_may_not_cost_a_person_may_not_cost_him_by_a_robot() -> None:
    play = course(no_loss="people")
    buyer = play.seats("buyer")[-1]
    takes(play, buyer)
    assert answer(play.say(buyer, Bid(190))) == "would_lose"


def test_how_many_robots_there_are_is_told_before_and_while_they_trade() -> None:
    play = Course(small(vacancies=TAKES_OVER, start="experimenter")).open()
    play.join("robot", [0]).join("human", [1, 2])
    assert told(play.events, Lobby)[-1] == Lobby(3, 4, robots=1)
    play.command(Start())
    said = [
        event for event in play.hand_in(Envelope(GATEWAY, Joined(3, "robot", stand_in=True))) if event.to == EVERYONE
    ]
    assert [event.message for event in said] == [Robots(2)]


def test_where_robots_are_not_mentioned_nothing_is_said_of_them() -> None:
    quiet = small(disclosure="not_mentioned", start="experimenter", vacancies=Vacancies(fill="zic"))
    play = Course(quiet).open()
    play.join("robot", [0, 1]).join("human", [2])
    play.command(Start())
    play.hand_in(Envelope(GATEWAY, Joined(3, "robot", stand_in=True)))
    assert {one.robots for one in told(play.events, Lobby)} == {None}
    assert told(play.events, Robots) == []


def test_a_takeover_that_nobody_is_told_of_cannot_be_configured() -> None:
    text = SMALL + '\n[vacancies]\ndrop_out = "robot"\n'
    assert parse(text).takes_over
    with pytest.raises(
        ScenarioError, match=r":\d+: vacancies.drop_out: cannot be 'robot' where robots are 'not_mentioned'"
    ):
        parse('disclosure = "not_mentioned"\n' + text)
    with pytest.raises(ScenarioError, match=r"names: cannot be 'shown' where robots are 'not_mentioned'"):
        parse('disclosure = "not_mentioned"\nnames = "shown"\n' + SMALL)


@pytest.mark.parametrize(
    ("purpose", "drop_out", "takes_over"),
    [("research", None, False), ("teaching", None, True), ("teaching", "pass", False), ("research", "robot", True)],
)
def test_research_passes_and_teaching_goes_on_unless_it_says_otherwise(
    purpose: str, drop_out: str | None, takes_over: bool
) -> None:
    scenario = small(purpose=purpose, vacancies=msgspec.convert({"drop_out": drop_out}, Vacancies))
    assert scenario.takes_over == takes_over


def test_a_robot_that_fails_is_told_to_the_experimenter_alone() -> None:
    play = course()
    events = play.say(1, Passes("raised", seat=3))
    assert [(event.to, event.message) for event in events] == [
        (1, Accepted(1)),
        (EXPERIMENTER, Passes("raised", seat=1)),
    ], "whose seat it is says the line, not the message"


def test_a_session_with_stand_ins_is_the_same_run_again() -> None:
    play = course("continuous")
    buyer, seller = play.seats("buyer")[-1], play.seats("seller")[0]
    takes(play, buyer)
    play.say(buyer, Bid(100))
    before = play.session.digest()
    assert run_again(play) == before
    play.say(seller, Ask(90))
    assert play.session.digest() != before


def test_settings_that_are_given_back_are_the_same_run_again() -> None:
    play = energy()
    seat = holders(play, "seller")[-1]
    play.say(seat, SetReservation(sell=210))
    takes(play, seat)
    play.say(seat, SetBattery(700))
    play.say(seat, SetReservation(sell=150))
    play.wait(11)
    assert run_again(play) == play.session.digest()
    comes_back(play, seat)
    play.wait(11)
    assert run_again(play) == play.session.digest()


def run_again(play: Course) -> bytes:
    """The digest of a session that hears the same and says the same."""
    again = Course(play.session.scenario)
    for envelope, at, events in play.heard:
        again.now = at
        assert again.hand_in(envelope) == events
    return again.session.digest()


def test_a_seat_whose_session_is_over_is_not_held_until_anybody_is_back() -> None:
    model = Model(public_rules(small(vacancies=TAKES_OVER)), 2)
    model.fold(NumberedFact(1, 0, TakenOver()))
    assert "A robot is playing" in notice(model.view(0))
    model.fold(NumberedFact(2, 0, Ended()))
    assert notice(model.view(0)) == ""


def test_a_scenario_says_which_robot_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL + '\n[vacancies]\nfill = "zicc"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"mine.toml:\d+: vacancies.fill: no agent 'zicc'; did you mean 'zic'"):
        load(str(path))
