"""Sessions that are paid, played by hand: three people, two periods, every amount known beforehand.

A buys at 70 and at 60 (value 100), B at 95 (value 90: a loss), S sells three units that cost 50 and 60. In points:

    period 1   A 30   B −5   S 20 + 35
    period 2   A 40   B  0   S 10
"""

from pathlib import Path

import msgspec

from p2p.base.units import Seat
from p2p.messages import Ask, Buy, End, Start
from p2p.scenario.parsing import parse
from p2p.session.rules_versions import RULES
from recordings.journal.format import FILE, Header, RecordChain
from recordings.reading.joining import FILE as JOINING
from recordings.reading.joining import JoiningFile, Surplus
from recordings.reading.participants import FILE as PEOPLE_FILE
from tests.plays.play import Course

SCENARIO = """
title = "Three"
start = "experimenter"
{lengths}
{more}
payment = {{ rate = 0.05, currency = "€", fee = 5.0, base = 2.0, floor = -1.0, rounding = "up", step = 0.10{pay} }}
institution = {{ name = "standing", price_min = 1, price_max = 200 }}
environment = {{ buyers = [[100], [90]], sellers = [[50, 60]] }}
{stages}
"""
LENGTHS = "periods = 2\nperiod_s = 10\nbreak_s = 5"
STAGES = """
[[stage]]
kind = "consent"
text = "Do you agree?"
[[stage]]
kind = "practice"
period_s = 10.0
buyers = [[30], [20]]
sellers = [[5, 5]]
[[stage]]
kind = "trade"
periods = 2
period_s = 10.0
break_s = 5.0
[[stage]]
kind = "debrief"
advance = "experimenter"
pages = ["So it was."]
[[stage]]
kind = "earnings"
"""
PAYS = """[payment]
rate = 0.05
currency = "€"
fee = 5.0
base = 2.0

[[stage]]"""
ONE = ', paid = "one period"'


def decides(hour: str) -> str:
    """An hour with two tries, after which its control questions decide who trades."""
    return hour.replace("tries = 2", 'tries = 2\nat_cap = "base_pay"').replace("[[stage]]", PAYS, 1)


class Paid(Course):
    """Three people: `a` and `b` buy, `s` sells."""

    def __init__(self, pay: str = "", stages: str | bool = False, more: str = "") -> None:
        lengths, after = ("", stages if isinstance(stages, str) else STAGES) if stages else (LENGTHS, "")
        super().__init__(parse(SCENARIO.format(pay=pay, more=more, lengths=lengths, stages=after)))
        self.open().join("human")
        self.command(Start())

    @property
    def a(self) -> Seat:
        return self.seats("buyer")[1]

    @property
    def b(self) -> Seat:
        return self.seats("buyer")[0]

    @property
    def s(self) -> Seat:
        return self.seats("seller")[0]

    def contract(self, buyer: Seat, price: int) -> None:
        self.say(self.s, Ask(price))
        self.say(buyer, Buy())

    def first(self) -> "Paid":
        self.contract(self.a, 70)
        self.contract(self.b, 95)
        self.wait(10)
        return self

    def second(self) -> "Paid":
        self.wait(5)
        self.contract(self.a, 60)
        self.wait(10)
        return self

    def played(self) -> "Paid":
        return self.first().second()

    def cut(self) -> "Paid":
        self.command(End())
        return self


def stored(course: Course, folder: Path, sealed: bool = True) -> Path:
    """A course as a recording."""
    chain, folder = RecordChain(), folder / "recording"
    plain = msgspec.to_builtins(course.session.scenario)
    lines = [chain.header(Header("one", RULES, 1, plain, "test", "2026-11-21T20:15:00+00:00"))]
    lines += [chain.record(envelope, at, events) for envelope, at, events in course.heard]
    lines += [chain.seal(course.session.digest())] if sealed else []
    folder.mkdir()
    (folder / FILE).write_bytes(b"".join(lines))
    return folder


def with_people(folder: Path, names: dict[Seat, str], labels: dict[Seat, str], surplus: int = 0) -> Path:
    """The personal files beside a recording."""
    (folder / PEOPLE_FILE).write_bytes(msgspec.json.encode({str(seat): name for seat, name in names.items()}))
    late = [Surplus(f"Late{number}", f"L{number}", "full", "2026-11-21T20:15:00+00:00") for number in range(surplus)]
    by_seat = {str(seat): label for seat, label in labels.items()}
    (folder / JOINING).write_bytes(msgspec.json.encode(JoiningFile(None, by_seat, late)))
    return folder
