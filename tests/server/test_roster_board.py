"""The roster's rows, made of a session's events without a server."""

from pathlib import Path

from p2p.base.units import GATEWAY
from p2p.messages import Ask, Bid, Joined, Left, Unpaid
from p2p.messages.envelope import Envelope
from p2p.scenario.parsing import parse
from recordings.journal.store import Store
from server.connections.roster_board import WARNINGS_MAX, RosterBoard
from server.connections.seat_table import SeatTable
from server.publishing.feeds import Feeds
from server.publishing.side_files import SideFiles
from server.session.participants import Participants
from server.session.session_status import SessionStatus
from tests.plays.play import Course, told
from tests.simulation.disk import SimulatedDisk

PRACTISED = """
title = "Practised"
purpose = "teaching"
institution = { name = "continuous", price_min = 1, price_max = 200 }
environment = { buyers = [[150]], sellers = [[50]] }

[vacancies]
drop_out = "robot"

[[stage]]
kind = "practice"
buyers = [[90]]
sellers = [[10]]

[[stage]]
kind = "trade"
"""


def board(course: Course) -> RosterBoard:
    """A board that has seen all that was said."""
    disk, folder = SimulatedDisk(), Path("one")
    store = Store.create(folder, course.session.scenario, 1, "test", disk)
    feeds = Feeds(course.session)
    for _, at, events in course.heard:
        feeds.publish(at, events)
    seats, people = SeatTable(SideFiles(store)), Participants(folder, disk)
    return RosterBoard("one", SessionStatus(course.session), feeds, seats, people)


def test_a_robots_gain_in_practice_is_taken_off_nobodys_earnings() -> None:
    course = Course(parse(PRACTISED)).open().join("human")
    course.wait(5)
    buyer, seller = course.seats("buyer")[0], course.seats("seller")[0]
    course.hand_in(Envelope(GATEWAY, Left(buyer)))
    course.hand_in(Envelope(GATEWAY, Joined(buyer, "robot", stand_in=True)))
    course.say(seller, Ask(50))
    course.say(buyer, Bid(50))
    assert told(course.events, Unpaid)
    course.wait(60)
    assert not course.session.staging.practising
    row = board(course).roster().rows[buyer]
    assert (row.earnings, row.unpaid) == (0, 0)


def test_a_role_stands_on_the_roster_once_it_is_dealt() -> None:
    course = Course(parse(PRACTISED.replace("[[stage]]", '[[stage]]\nkind = "text"\npages = ["One."]\n\n[[stage]]', 1)))
    course.open().join("human")
    assert course.session.phase == "stage"
    assert {row.role for row in board(course).roster().rows} == {"buyer", "seller"}


def test_the_last_warnings_of_the_server_are_on_the_roster() -> None:
    told = board(Course(parse(PRACTISED)).open())
    for number in range(WARNINGS_MAX + 1):
        told.warn(str(number))
    assert told.roster().warnings == [str(number) for number in range(1, WARNINGS_MAX + 1)]
