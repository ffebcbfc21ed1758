"""A loss asks once more: where the scenario says so, a person's order that could lose money says that it was meant."""

import msgspec
import pytest

from p2p.messages import Ask, Bid, Buy, Message, Replace
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import encode, envelope_of, wire_record_of
from p2p.scenario.charges import Charges
from p2p.scenario.schema import InstitutionRules
from tests.plays.hands import TAKES_OVER, comes_back, takes
from tests.plays.play import Course, answer, small

RICH = 150
"""The value of the first unit of the buyer with two."""


def course(controller: str = "human", institution: str = "continuous", **more: object) -> Course:
    """Buyers of (150, 120) and 130, sellers of (50, 70) and 60."""
    scenario = small(**{"loss_confirm": True, **more})
    rules = InstitutionRules(1, 200, name=institution)  # type: ignore[arg-type]
    return Course(msgspec.structs.replace(scenario, institution=rules)).trading(controller)


def rich(play: Course) -> int:
    return play.seats("buyer")[-1]


@pytest.mark.parametrize("institution", ["continuous", "call", "standing"])
def test_an_order_at_a_loss_is_refused_until_it_is_confirmed(institution: str) -> None:
    play = course(institution=institution)
    assert answer(play.say(rich(play), Bid(RICH))) == "accepted", "what loses nothing is not asked about"
    play = course(institution=institution)
    before = play.session.markets[0].institution.state()
    assert answer(play.say(rich(play), Bid(RICH + 1))) == "loss_unconfirmed"
    assert play.session.markets[0].institution.state() == before
    assert answer(play.say(rich(play), Bid(RICH + 1, confirmed=True))) == "accepted"


def test_open_orders_and_charges_count() -> None:
    play = course(charges=Charges(tax_buyer=10))
    assert answer(play.say(rich(play), Bid(141))) == "loss_unconfirmed"
    assert answer(play.say(rich(play), Bid(140))) == "accepted"
    assert answer(play.say(rich(play), Bid(111))) == "loss_unconfirmed", "the second unit is worth 120"


def test_accepting_and_changing_an_order_are_asked_about_too() -> None:
    play = course()
    play.say(play.seats("seller")[0], Ask(170))
    assert answer(play.say(rich(play), Buy(170))) == "loss_unconfirmed"
    play.say(rich(play), Bid(100))
    order = max(play.session.markets[0].institution.resting(rich(play)))[0]
    assert answer(play.say(rich(play), Replace(order, 160))) == "loss_unconfirmed"
    assert answer(play.say(rich(play), Replace(order, 160, confirmed=True))) == "accepted"
    assert answer(play.say(rich(play), Buy(170, confirmed=True))) == "accepted"


def test_robots_are_not_asked() -> None:
    play = course("robot")
    assert answer(play.say(rich(play), Bid(RICH + 1))) == "accepted"


def test_nobody_is_asked_where_the_scenario_does_not_say_so() -> None:
    play = course(loss_confirm=False)
    assert answer(play.say(rich(play), Bid(RICH + 1))) == "accepted"


def test_a_forbidden_loss_is_refused_though_it_is_confirmed() -> None:
    play = course(no_loss="people")
    assert answer(play.say(rich(play), Bid(RICH + 1, confirmed=True))) == "would_lose"


def test_the_record_says_that_an_order_was_confirmed_and_nothing_otherwise() -> None:
    said: list[Message] = [Bid(151, confirmed=True), Bid(150)]
    records = [encode(wire_record_of(Envelope(3, message, token=1))) for message in said]
    assert b'"confirmed":true' in records[0]
    assert b"confirmed" not in records[1]
    assert [envelope_of(record).message for record in records] == said


def test_the_same_messages_run_again_give_the_same_session() -> None:
    play = course()
    for message in (Bid(RICH + 1), Bid(RICH + 1, confirmed=True)):
        play.say(rich(play), message)
    again = Course(play.session.scenario)
    for envelope, at, events in play.heard:
        again.now = at
        assert again.hand_in(envelope) == events
    assert again.session.digest() == play.session.digest()


def test_a_robot_in_a_persons_place_is_not_asked_and_its_owner_is_again() -> None:
    play = course(vacancies=TAKES_OVER)
    takes(play, rich(play))
    assert answer(play.say(rich(play), Bid(RICH + 1))) == "accepted"
    comes_back(play, rich(play))
    assert answer(play.say(rich(play), Bid(RICH + 2))) == "loss_unconfirmed"
