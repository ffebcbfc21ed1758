"""An hour with people in it, from consent to pay: the page shows what the terminal shows, whoever looks."""

from collections.abc import Callable
from random import Random

from p2p.base.units import SECOND
from p2p.messages import (
    AdvanceStage,
    Again,
    Agree,
    Announce,
    AnswerHelp,
    Ask,
    Bid,
    End,
    Extend,
    Help,
    Hold,
    PassToRobot,
    Pause,
    Respond,
    Resume,
    Tell,
    TurnPage,
)
from p2p.scenario.parsing import parse
from tests.p2p.session.test_paying import Paid
from tests.p2p.stages.test_stages import PEOPLE, Hour
from tests.plays.hour_plays import HOUR, kept
from tests.plays.play import Course
from tests.plays.web_plays import SCRIPTS, followed, node

PAYMENT = '\n[payment]\ncurrency = "EUR"\nrate = 0.013\nfee = 5\nbase = 2.5\nfloor = -1\nrounding = "up"\nstep = 0.1\n'


def traded(hour: Hour) -> None:
    """A period with offers, a contract, and orders that are refused or left."""
    for seat in PEOPLE:
        hour.wait(0.7)
        hour.say(seat, Bid(60 + seat))
        hour.say(seat, Ask(61 - seat))


def an_hour() -> Hour:
    """Four people: one declines nothing, one is asked twice, one is let on, one is passed to a robot."""
    hour = Hour(parse(HOUR + PAYMENT))
    hour.all_say(Agree(0, True, True))
    for seat in PEOPLE:
        hour.say(seat, TurnPage(1, 1))
    hour.command(Announce(digest="aa"))
    hour.say(3, Help(digest="bb"))
    hour.command(AnswerHelp(3))
    hour.all_say(TurnPage(1, 2))
    for seat in PEOPLE:
        hour.say(seat, Respond(2, 0, 22 if seat == 1 else 23))
        hour.say(seat, Respond(2, 0, 23))
        if seat != 2:
            hour.say(seat, Respond(2, 1, 0))
    hour.command(AdvanceStage(2))
    for _ in range(200):
        if hour.kind == "questionnaire" or hour.session.phase == "ended":
            break
        if hour.session.phase == "trading":
            traded(hour)
            hour.command(Pause())
            hour.wait(2)
            hour.command(Resume())
            hour.command(Extend(3 * SECOND))
        hour.wait(2)
    hour.command(Tell(1, digest="cc"))
    hour.command(PassToRobot(2))
    for seat in PEOPLE:
        hour.say(seat, Respond(5, 0, 4))
        hour.say(seat, kept(Respond(5, 1, text="I guessed.")))
    hour.all_say(TurnPage(6, 1))
    hour.command(End())
    return hour


def played_again() -> Course:
    """A session that is paid; its first period is played again, and held before."""
    course = Paid().first()
    course.command(Hold())
    course.command(Again())
    course.wait(60)
    course.command(Resume())
    course.wait(60)
    course.command(End())
    return course


HOURS: dict[str, Callable[[], Course]] = {"an hour": an_hour, "paid": lambda: Paid().played(), "again": played_again}


def test_the_page_shows_of_an_hour_with_people_what_the_terminal_shows() -> None:
    cases = []
    told: set[str] = set()
    for number, (name, play) in enumerate(HOURS.items()):
        course = play()
        seats = [*range(course.session.scenario.seats), None]
        for twins in followed(name, course.session, course.heard, seats, Random(number)):
            cases.append(twins.case)
            told |= {event.message.directive for event in course.events}
    answers = node(SCRIPTS / "twin.mjs", cases)
    assert [one for one in answers if one["wrong"]] == []
    stages = {"stage_began", "progress", "responded", "waiting", "earned", "schedule", "contract"}
    assert stages | {"help_asked", "announced", "told", "passed_on", "voided", "held", "extended", "paused"} <= told
