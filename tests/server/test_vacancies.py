"""Robots come to seats that nobody holds: at the start, and when a person's grace is over; and go when he is back."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from bots.robots.fleet import called
from p2p.base.units import EXPERIMENTER, GATEWAY, Address, Seat
from p2p.messages import Joined, Left, Message, Pause, Resume, Start
from p2p.messages.envelope import Envelope
from p2p.scenario.schema import Scenario, Vacancies
from server.session.sequencer import Committed, InboxItem
from server.session.session_status import SessionStatus
from server.session.vacant_seats import AGAIN_S
from server.session.vacant_seats import Vacancies as Watch
from tests.conftest import SMALL
from tests.plays.lab import pit, serve
from tests.plays.play import Course, small
from tests.simulation.loop import SimulatedLoop

GRACE_S = 20.0
WAITS = small(start="experimenter", period_s=600.0, vacancies=Vacancies("zic", "robot", "gd", GRACE_S))


class Room:
    """A session in simulated time, whose seats are watched; `sent` has the robots that were sent, with when."""

    def __init__(self, scenario: Scenario = WAITS) -> None:
        self.play = Course(scenario).open()
        self.sent: list[tuple[float, Seat, str]] = []
        self.recalled: list[Seat] = []
        self.watch = Watch(SessionStatus(self.play.session), self._send, self.recalled.append)

    def _send(self, seat: Seat, word: str) -> None:
        self.sent.append((asyncio.get_running_loop().time(), seat, word))

    def hears(self, sender: Address, *messages: Message) -> None:
        """What is published in one batch."""
        self.play.now = round(asyncio.get_running_loop().time() * 1e6)
        self.watch.heard([self._happened(sender, message) for message in messages])

    def _happened(self, sender: Address, message: Message) -> Committed:
        token = self.play.session.token(sender) + 1 if sender == EXPERIMENTER else 0
        envelope = Envelope(sender, message, token=token)
        return Committed(self.play.now, self.play.hand_in(envelope), InboxItem(envelope, None))

    def people(self, *seats: Seat) -> None:
        for seat in seats:
            self.hears(GATEWAY, Joined(seat, "human"))


def in_time(scene: Callable[[], Awaitable[None]]) -> None:
    loop = SimulatedLoop()
    try:
        loop.run_until_complete(scene())
    finally:
        loop.close()


def test_seats_that_are_empty_at_the_start_are_filled_at_once_and_no_sooner() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 3)
        await asyncio.sleep(100)
        assert room.sent == []
        room.hears(EXPERIMENTER, Start())
        assert room.sent == [(100, 1, "zic"), (100, 2, "zic")]

    in_time(scene)


def test_who_has_left_before_trading_begins_is_not_waited_for() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2, 3)
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(100)
        room.hears(EXPERIMENTER, Start())
        assert room.sent == [(100, 1, "zic")]

    in_time(scene)


def test_a_robot_that_is_lost_is_replaced_by_one_of_its_kind() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Joined(3, "robot", stand_in=True))
        room.hears(GATEWAY, Left(2))
        await asyncio.sleep(GRACE_S + 0.1)
        room.hears(GATEWAY, Joined(2, "robot", stand_in=True))
        room.hears(GATEWAY, Left(2))
        room.hears(GATEWAY, Left(3))
        await asyncio.sleep(GRACE_S + 0.1)
        assert sorted((seat, word) for _, seat, word in room.sent) == [(2, "gd"), (2, "gd"), (3, "zic"), (3, "zic")]

    in_time(scene)


def test_robots_that_ended_with_a_server_are_sent_again_as_the_clock_runs_and_a_persons_grace_begins() -> None:
    """A class after a crash: else its empty seats would trade nothing for half a minute."""

    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Joined(3, "robot", stand_in=True))
        room.hears(EXPERIMENTER, Pause())
        after = Watch(SessionStatus(room.play.session), room._send, room.recalled.append)
        room.watch, room.sent = after, []
        room.hears(GATEWAY, Left(3))
        room.hears(GATEWAY, Left(2))
        assert room.sent == [], "not in the pause"
        room.hears(EXPERIMENTER, Resume())
        assert room.sent == [(0, 3, "zic")]
        await asyncio.sleep(GRACE_S + 0.1)
        assert (20, 2, "gd") in room.sent

    in_time(scene)


def test_a_drop_outs_seat_is_taken_when_the_grace_is_over() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2, 3)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(GRACE_S - 0.1)
        assert room.sent == []
        await asyncio.sleep(0.2)
        assert room.sent == [(GRACE_S, 1, "gd")]

    in_time(scene)


def test_who_is_back_in_time_keeps_the_seat() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2, 3)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(GRACE_S - 0.1)
        room.people(1)
        await asyncio.sleep(100)
        assert room.sent == []

    in_time(scene)


def test_nobody_is_replaced_in_a_pause_and_the_grace_begins_anew_after_it() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2, 3)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(GRACE_S / 2)
        room.hears(EXPERIMENTER, Pause())
        await asyncio.sleep(200)
        assert room.sent == []
        room.hears(EXPERIMENTER, Resume())
        await asyncio.sleep(GRACE_S + 0.1)
        assert room.sent == [(GRACE_S / 2 + 200 + GRACE_S, 1, "gd")]

    in_time(scene)


def test_who_has_been_sent_and_has_not_come_is_called_back_in_a_pause() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2)
        room.hears(EXPERIMENTER, Start())
        assert [seat for _, seat, _ in room.sent] == [3]
        room.recalled.clear()
        room.hears(EXPERIMENTER, Pause())
        assert room.recalled == [3]
        room.hears(EXPERIMENTER, Resume())
        assert [seat for _, seat, _ in room.sent] == [3, 3]

    in_time(scene)


@pytest.mark.parametrize(
    ("by", "at_once"),
    [(GATEWAY, (Joined(1, "human"), Left(1))), (EXPERIMENTER, (Pause(), Resume()))],
    ids=["back for a moment", "a pause"],
)
def test_the_grace_begins_anew_however_short_what_broke_it_was(by: str, at_once: tuple[Message, Message]) -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2, 3)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(GRACE_S / 2)
        room.hears(by, *at_once)
        await asyncio.sleep(GRACE_S + 0.1)
        assert room.sent == [(GRACE_S / 2 + GRACE_S, 1, "gd")]

    in_time(scene)


def test_a_robot_that_was_sent_while_the_owner_was_at_the_door_is_called_back() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2, 3)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(GRACE_S + 0.1)
        assert [seat for _, seat, _ in room.sent] == [1]
        room.recalled.clear()
        room.people(1)
        assert room.recalled == [1]

    in_time(scene)


def test_a_robot_that_has_come_is_not_called_back() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2)
        room.hears(EXPERIMENTER, Start())
        room.recalled.clear()
        room.hears(GATEWAY, Joined(3, "robot", stand_in=True))
        assert room.recalled == [], "its line may be cut, and it comes back"

    in_time(scene)


def test_a_robot_that_does_not_come_is_sent_again() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2)
        room.hears(EXPERIMENTER, Start())
        await asyncio.sleep(AGAIN_S + 0.1)
        assert [(seat, word) for _, seat, word in room.sent] == [(3, "zic")] * 2
        room.hears(GATEWAY, Joined(3, "robot", stand_in=True))
        await asyncio.sleep(100)
        assert len(room.sent) == 2

    in_time(scene)


def test_a_seat_passes_where_the_scenario_says_so() -> None:
    async def scene() -> None:
        room = Room(msgspec.structs.replace(WAITS, vacancies=Vacancies(fill="zic", drop_out="pass")))
        room.people(0, 1, 2)
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Joined(3, "robot", stand_in=True))
        room.hears(GATEWAY, Left(1))
        await asyncio.sleep(500)
        assert [seat for _, seat, _ in room.sent] == [3], "the empty one, not the drop-out's"

    in_time(scene)


def test_a_robots_own_seat_is_nobodys_to_take() -> None:
    async def scene() -> None:
        room = Room()
        room.people(0, 1, 2)
        room.hears(GATEWAY, Joined(3, "robot"))
        room.hears(EXPERIMENTER, Start())
        room.hears(GATEWAY, Left(3))
        await asyncio.sleep(500)
        assert room.sent == []

    in_time(scene)


# --- the commands ----------------------------------------------------------------------------------------------------


def test_robots_fill_the_seats_of_a_class_that_did_not_come_and_the_score_says_so(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL.replace("period_s = 60", "period_s = 2"), encoding="utf-8")
    words = ["--port", "0", "--fill", "zic", "--drop-out", "robot", "--break-s", "0.1", "--seed", "1"]
    serving = serve("small.toml", *words, cwd=tmp_path)
    assert serving.ctl("start").returncode == 0
    assert serving.end() == 0
    said = (tmp_path / "serve.err").read_text(encoding="utf-8")
    assert "pit: seats 1, 2, 3, 4: a robot trades there" in said
    scored = pit("score", str(serving.recording), "--sessions", "0", cwd=tmp_path).stdout
    assert "to be paid" in scored
    written = pit("tables", str(serving.recording), "--out", "tables", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    with (tmp_path / "tables" / "traders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    assert all(row["unpaid"] == row["surplus"] for row in rows)
    assert any(int(row["unpaid"]) > 0 for row in rows)
    assert all(float(row["stand_in_s"]) > 0 and float(row["human_s"]) == 0 for row in rows)


def test_a_stand_in_that_does_not_play_here_is_refused_before_anybody_comes(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL + '\n[vacancies]\nstand_in = "zicc"\n', encoding="utf-8")
    refused = pit("serve", "small.toml", "--drop-out", "robot", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "pit: no agent 'zicc'; did you mean 'zic'?\n"
    assert not (tmp_path / "recordings").exists()


def test_a_session_without_spectators_is_not_published_either(tmp_path: Path) -> None:
    (tmp_path / "alone.toml").write_text('spectators = "none"\n' + SMALL, encoding="utf-8")
    refused = pit("serve", "alone.toml", "--mqtt", "mqtt://127.0.0.1:1", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "pit: --mqtt: this scenario has no spectators, and a broker's listeners are some\n"
    assert not (tmp_path / "recordings").exists()


def test_a_call_is_a_code_or_a_token_and_an_agent() -> None:
    one, other = called("ABCD2345 satisficer/tau=0.3\n"), called("stand-in 0123 mine.py:My Agent\n")
    assert one is not None
    assert (one.code, one.lent, one.word) == ("ABCD2345", "", "satisficer/tau=0.3")
    assert other is not None
    assert (other.code, other.lent, other.word) == ("", "0123", "mine.py:My Agent")
    assert called("\n") is None
