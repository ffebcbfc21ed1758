"""The door over real sockets: a class code, one seat a device, labels, a lock, people without a seat, a long stay."""

import asyncio
import json

import msgspec
import pytest

from bots.door import ask_at_door
from bots.robots.fleet import run_fleet
from bots.robots.robot import Robot
from p2p.messages import Close, End, Ended, Joined, Lock, Reissue, Schedule, SeatsDealt, Start, Unlock
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, Login
from p2p.scenario.parsing import parse
from p2p.sim.library.files import load
from recordings.journal.store import Recovered, read_folder
from recordings.reading.joining import labels, read_joining, surplus
from recordings.reading.participants import load_names
from server.connections.rate_limits import LoginThrottle
from server.hosted_session import HostedSession, Joining, open_again, open_new
from server.limits import DEFAULT, NOT_LET_IN, WRONG_CODE, Limits
from server.session.participants import ParticipantsError, read_participants
from tests.conftest import SMALL
from tests.plays.hosted import GUARD_S, hosting

CLASS = Joining(class_code=True, empty="drop")
FEW_GUESSES = Limits(class_wrong_free=3, class_tries_per_s=0.0, class_tries_burst=0)
EVIL = "<b>A\x1b[31mn\u202ena</b>" + "\u202e"
"""A name with markup, an escape sequence and turns of direction."""


def opened(tmp_path, scenario=None, joining=CLASS):
    return open_new(scenario or parse(SMALL), "small", 1, tmp_path / "recordings", "test", joining=joining)


def person(hosted, device, name="Ann", code=None, label="", controller="human"):
    """A client's end with a device's key and a name."""
    line = ClientProtocol(code or hosted.host.opened.doors.class_code, controller, name)
    line.device, line.label = device, label
    return line


async def refused(hosted, line) -> tuple[Fault, int]:
    """The fault that a login is answered by, and the code with which its connection is closed."""
    socket = await hosted.raw()
    await socket.send(line.login(), text=True)
    async with asyncio.timeout(GUARD_S):
        fault = line.received(await socket.recv())
        await socket.wait_closed()
    assert isinstance(fault, Fault), fault
    return fault, socket.close_code


async def test_a_device_gets_a_seat_and_comes_back_to_it_with_the_class_code(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        ann = await hosted.login(person(hosted, "a"))
        bob = await hosted.login(person(hosted, "b", "Bob"))
        assert (ann.welcome.seat, bob.welcome.seat) == (0, 1)
        again = await hosted.login(person(hosted, "a"))
        assert again.welcome.seat == 0
        assert (await ann.closed())[0] == 4001, "one connection a seat, the latest"
        assert load_names(hosted.host.opened.store.folder) == {0: "Ann", 1: "Bob"}


async def test_forty_joins_from_one_phone_are_one_seat(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        answers = []
        for _ in range(40):
            line = person(hosted, "phone")
            socket = await hosted.raw()
            await socket.send(line.login(), text=True)
            answers.append(line.received(await socket.recv()))
        joined = {one.seat for one in answers if not isinstance(one, Fault)}
        faults = {one.code for one in answers if isinstance(one, Fault)}
        assert joined == {0}
        assert faults <= {"too_many_logins"}, "told to wait a moment, if anything"
        assert hosted.host.status.occupied == {0}


async def test_forty_people_behind_one_address_are_in_within_seconds(tmp_path) -> None:
    scenario = msgspec.structs.replace(load("smith-1962-test-1"), markets=2, start="experimenter")
    async with hosting(opened(tmp_path, scenario)) as hosted:
        async with asyncio.timeout(GUARD_S):
            traders = await asyncio.gather(*(hosted.login(person(hosted, f"d{n}", f"N{n}")) for n in range(40)))
        seats = [one.welcome.seat for one in traders]
        assert len(set(seats)) == 40
        market_of = hosted.host.status.market_of
        assert sorted(sum(market_of[seat] == market for seat in seats) for market in (0, 1)) == [20, 20]
        assert len(load_names(hosted.host.opened.store.folder)) == 40


async def test_a_code_may_be_typed_in_small_letters_with_blanks_and_hyphens(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        code = hosted.host.opened.doors.class_code.lower()
        for typed in (f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", f" {code} ", "\u2013".join(code)):
            assert (await ask_at_door(hosted.url, typed)).code == "class"


async def test_the_door_is_asked_without_taking_a_seat(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        code = hosted.host.opened.doors.class_code
        door = await ask_at_door(hosted.url, code, "a")
        assert (door.code, door.seat, door.wants) == ("class", None, ("name",))
        await hosted.login(person(hosted, "a"))
        door = await ask_at_door(hosted.url, code, "a")
        assert (door.seat, door.wants) == (0, ())
        assert not door.cards
        assert not door.class_code
        assert (await ask_at_door(hosted.url, "WRONG2")).code == "wrong_code"
        assert hosted.host.status.occupied == {0}


async def test_a_guesser_is_held_up_and_a_right_code_from_the_same_address_is_not(tmp_path, monkeypatch) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        desk, held = hosted.host.desk, []

        async def hold(seconds):
            held.append(seconds)

        monkeypatch.setattr(desk, "_hold", hold)
        for n in range(int(DEFAULT.wrong_burst) + 10):
            assert (await ask_at_door(hosted.url, f"WRONG{n}")).code == "wrong_code"
        assert held[0] == 0
        assert held[-1] > 1
        answers = len(held)
        assert (await hosted.login(person(hosted, "a"))).welcome.seat == 0
        assert len(held) == answers, "a right code waits for no guess"


async def test_who_has_guessed_often_is_looked_at_slowly_and_nobody_else_is(tmp_path, capsys) -> None:
    """Else each of fifty connections a second would have told at once whether its guess is right."""
    parts = open_new(parse(SMALL), "small", 1, tmp_path / "recordings", "test", joining=CLASS)
    async with hosting(parts, limits=FEW_GUESSES) as hosted:
        code = parts.doors.class_code
        ann = await hosted.login(person(hosted, "a"))
        assert [(await ask_at_door(hosted.url, f"WRONG{n}")).code for n in range(3)] == ["wrong_code"] * 3
        said = "3 wrong class codes, the last from 127.0.0.1"
        assert said in capsys.readouterr().err
        assert hosted.host.consoles.board.roster().warnings[0].startswith(said), "and on the console"
        for said in (code, "WRONG9", code):
            assert (await ask_at_door(hosted.url, said)).code == "too_many_logins", "which says nothing of the code"
        assert (await hosted.login(person(hosted, "a"))).welcome.seat == ann.welcome.seat, "a device that has a seat"
        experimenter = await ask_at_door(hosted.url, parts.control, conducts=True)
        assert experimenter.code == "experimenter", "a code that is longer is no guess at the class's"
        assert parts.doors.tries_class_code(Login(code)), "as long as the class's"


def test_guesses_of_many_addresses_leave_each_of_them_few() -> None:
    limits = Limits(class_wrong_free=5, class_wrong_total=12, class_wrong_few=1, class_tries_burst=0)
    throttle = LoginThrottle(limits)
    for n in range(12):
        assert throttle.may_try_class_code(f"10.0.0.{n // 4}", 0.0)
        throttle.class_code_was_wrong(f"10.0.0.{n // 4}")
    assert not throttle.may_try_class_code("10.0.0.1", 0.0)
    assert throttle.may_try_class_code("10.0.0.9", 0.0), "from elsewhere a right code is in at once"
    slow = LoginThrottle(Limits(class_wrong_free=0))
    looked_at = sum(slow.may_try_class_code("10.0.0.1", tenth / 10) for tenth in range(36_000))
    assert looked_at == DEFAULT.class_tries_burst + 3_600 * DEFAULT.class_tries_per_s - 1, "an hour's guesses"


async def test_a_class_code_needs_a_device_and_a_name(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        assert (await refused(hosted, person(hosted, "")))[0].code == "no_device"
        for name in ("", "   ", "\x1b[31m", "\u202e", "<>"):
            fault, closed = await refused(hosted, person(hosted, "a", name))
            assert (fault.code, closed) == ("no_name", NOT_LET_IN)
        assert not hosted.host.status.occupied


async def test_a_name_is_cleaned_and_one_of_ten_thousand_letters_is_refused(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        await hosted.login(person(hosted, "a", EVIL))
        (name,) = load_names(hosted.host.opened.store.folder).values()
        assert name == "bAnna/b"
        assert (await refused(hosted, person(hosted, "b", "x" * 1_000)))[0].code == "bad_login"
        socket = await hosted.raw()
        await socket.send(person(hosted, "b", "x" * 20_000).login(), text=True)
        await socket.wait_closed()
        assert socket.close_code == 1009, "a frame that is too long is closed unread"
        assert hosted.host.status.occupied == {0}


async def test_people_for_whom_no_seat_is_left_are_told_so_and_kept_for_their_pay(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        for device in "abcd":
            await hosted.login(person(hosted, device))
        for _ in range(3):
            fault, closed = await refused(hosted, person(hosted, "e", EVIL))
            assert (fault.code, closed) == ("no_seat_left", NOT_LET_IN)
        folder = hosted.host.opened.store.folder
        (one,) = surplus(folder)
        assert (one.name, one.why) == ("bAnna/b", "all seats are taken")
        assert [(row.name, row.why) for row in hosted.host.consoles.board.roster().surplus] == [(one.name, one.why)]
        assert (folder / "joining.json").stat().st_mode & 0o777 == 0o600


async def test_who_comes_when_rows_were_dropped_is_told_that_trading_has_begun(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        traders = [await hosted.login(person(hosted, device)) for device in "ab"]
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        dealt = await experimenter.until_told(SeatsDealt)
        assert dealt.seats == (0, 1)
        roles = {(await one.until_told(Schedule)).role for one in traders}
        assert roles == {"buyer", "seller"}
        fault, _ = await refused(hosted, person(hosted, "c", "Cleo"))
        assert "begun" in fault.why
        assert [one.name for one in surplus(hosted.host.opened.store.folder)] == ["Cleo"]


async def test_a_locked_door_keeps_newcomers_out_and_lets_people_come_back(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        ann = await hosted.login(person(hosted, "a"))
        experimenter = await hosted.experimenter()
        await experimenter.say(Lock())
        assert (await refused(hosted, person(hosted, "b", "Bob")))[0].code == "locked"
        assert (await ask_at_door(hosted.url, hosted.host.opened.doors.class_code, "b")).locked
        ann.cut()
        assert (await hosted.login(ann.line)).welcome.seat == 0
        assert (await hosted.login(person(hosted, "a"))).welcome.seat == 0
        await experimenter.say(Unlock())
        assert (await hosted.login(person(hosted, "b", "Bob"))).welcome.seat == 1
        assert surplus(hosted.host.opened.store.folder) == [], "they have a seat now"


async def test_a_locked_door_is_locked_for_seats_codes_that_nobody_has_used(tmp_path) -> None:
    async with hosting(opened(tmp_path, joining=Joining())) as hosted:
        await hosted.join(0)
        await (await hosted.experimenter()).say(Lock())
        assert (await hosted.join(0)).welcome.seat == 0
        assert (await refused(hosted, person(hosted, "x", code=hosted.codes[1])))[0].code == "locked"


async def test_robots_with_the_class_code_have_seats_of_their_own(tmp_path) -> None:
    async with hosting(opened(tmp_path, joining=Joining(class_code=True, robots=1))) as hosted:
        code = hosted.host.opened.doors.class_code
        fleet = asyncio.create_task(run_fleet(hosted.url, [(code, "zic"), (code, "zic"), (hosted.codes[3], "zic")]))
        await hosted.until(lambda: len(hosted.host.status.occupied) == 3)
        ann = await hosted.login(person(hosted, "a"))
        assert ann.welcome.seat == 2
        await (await hosted.experimenter()).say(End())
        await fleet


async def test_labels_let_in_who_is_on_the_list_once(tmp_path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("M-1\nM-2\n")
    joining = Joining(class_code=True, labels=read_participants(file))
    async with hosting(opened(tmp_path, joining=joining)) as hosted:
        assert (await ask_at_door(hosted.url, hosted.host.opened.doors.class_code)).wants == ("name", "label")
        assert (await refused(hosted, person(hosted, "a")))[0].code == "no_label"
        assert (await refused(hosted, person(hosted, "a", label="M-9")))[0].code == "unknown_label"
        assert (await hosted.login(person(hosted, "a", label=" m-1 "))).welcome.seat == 0
        assert (await refused(hosted, person(hosted, "b", label="M-1")))[0].code == "label_used"
        assert (await hosted.login(person(hosted, "a"))).welcome.seat == 0, "the device is known by now"
        assert labels(hosted.host.opened.store.folder) == {0: "m-1"}


async def test_the_door_says_of_a_label_whether_it_leads_in_and_takes_no_seat(tmp_path) -> None:
    joining = Joining(class_code=True, labels=("m-1", "m-2"))
    async with hosting(opened(tmp_path, joining=joining)) as hosted:
        code = hosted.host.opened.doors.class_code
        for _ in range(2):
            assert (await ask_at_door(hosted.url, code, "a", label="M-1")).code == "class"
        assert (await ask_at_door(hosted.url, code, "a", label="m-9")).code == "unknown_label"
        await hosted.login(person(hosted, "a", label="m-1"))
        assert (await ask_at_door(hosted.url, code, "b", label="m-1")).code == "label_used"
        assert (await ask_at_door(hosted.url, code, "b")).wants == ("name", "label")
        assert hosted.host.status.occupied == {0}


async def test_labels_go_with_seats_codes_too(tmp_path) -> None:
    async with hosting(opened(tmp_path, joining=Joining(labels=("m-1", "m-2")))) as hosted:
        first, second = (hosted.codes[seat] for seat in (0, 1))
        assert (await ask_at_door(hosted.url, first)).wants == ("label",)
        assert (await refused(hosted, person(hosted, "", code=first)))[0].code == "no_label"
        await hosted.login(person(hosted, "", code=first, label="M-1"))
        assert (await refused(hosted, person(hosted, "", code=second, label="m-1")))[0].code == "label_used"
        await hosted.login(person(hosted, "", code=first, label="M-1"))
        await hosted.login(person(hosted, "", code=first))
        assert await hosted.login(person(hosted, "", code=second, controller="robot")), "a robot has no label"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("M-1\nM-2\nm-1\n", ":3: the label m-1 stands in line 1 already"),
        ("", "no label"),
        ("name,label\nAnn,M-1\nBob,M-1\n", ":3: the label M-1 stands in line 2"),
        ("a,b\nc,d\n", "none is called 'label'"),
        ("x" * 65, "1 to 64 letters"),
        ("M\x1b[31m", "no control characters"),
    ],
)
def test_a_list_that_cannot_be_used_says_the_line(tmp_path, text, why) -> None:
    (tmp_path / "list").write_text(text)
    with pytest.raises(ParticipantsError, match="list") as caught:
        read_participants(tmp_path / "list")
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["Label;Name\nM-1;Ann\nM-2;Bob\n", "\ufefflabel,x\r\nM-1,\r\nM-2,\r\n", "m-1\n\nM-2"])
def test_a_list_may_come_from_a_spreadsheet(tmp_path, text) -> None:
    (tmp_path / "list").write_bytes(text.encode())
    assert read_participants(tmp_path / "list") == ("m-1", "m-2")


async def test_a_server_that_was_killed_knows_its_people_their_names_and_the_code_on_the_board(tmp_path) -> None:
    joining = Joining(class_code=True, empty="drop", labels=("m-1", "m-2", "m-3"))
    parts = opened(tmp_path, joining=joining)
    async with hosting(parts) as hosted:
        code = parts.doors.class_code
        for n, name in enumerate(("Ann", "Bob"), 1):
            await hosted.login(person(hosted, f"d{n}", name, label=f"M-{n}"))
        parts.store.close()  # nothing is written any more: as far as files go, it was killed
        left = {file.name: file.read_bytes() for file in parts.store.folder.iterdir()}
        hosted.running.cancel()
    for name, data in left.items():
        (parts.store.folder / name).write_bytes(data)
    again = open_again(Recovered(parts.store.folder), 0)
    assert again.doors.class_code == code
    async with hosting(again) as hosted:
        assert load_names(parts.store.folder) == {0: "Ann", 1: "Bob"}
        assert (await hosted.login(person(hosted, "d2", "Bob"))).welcome.seat == 1
        assert (await refused(hosted, person(hosted, "d3", "Cleo", label="m-1")))[0].code == "label_used"
        assert (await hosted.login(person(hosted, "d3", "Cleo", label="m-3"))).welcome.seat == 2
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        assert (await experimenter.until_told(SeatsDealt)).seats == (0, 1, 2)


async def test_a_card_with_a_new_code_leads_a_new_device_to_its_seat(tmp_path) -> None:
    async with hosting(opened(tmp_path)) as hosted:
        old = await hosted.login(person(hosted, "old"))
        experimenter = await hosted.experimenter()
        await experimenter.say(Reissue(0))
        door = await ask_at_door(hosted.url, hosted.host.opened.control)
        (code,) = [one.code for one in door.cards if one.card == 1]
        assert (await hosted.login(person(hosted, "new", code=code))).welcome.seat == 0
        assert (await old.closed())[0] == 4001
        assert (await refused(hosted, old.line))[1] == WRONG_CODE, "its resume token is void"
        assert (await refused(hosted, person(hosted, "old")))[0].code == "moved", "it takes no second seat"
        assert (await hosted.login(person(hosted, "new"))).welcome.seat == 0, "the class code leads there, too"


async def test_a_server_that_stays_shows_results_until_it_is_closed(tmp_path) -> None:
    parts = opened(tmp_path)
    parts.stays = True
    async with hosting(parts, host=HostedSession(parts)) as hosted:
        ann = await hosted.login(person(hosted, "a"))
        experimenter = await hosted.experimenter()
        await experimenter.say(End())
        await ann.until_told(Ended)
        ann.cut()
        back = await hosted.login(person(hosted, "a"))
        await back.until_told(Ended)
        assert "over" in (await refused(hosted, person(hosted, "b", "Bob")))[0].why
        await experimenter.say(Close())
        assert (await back.closed())[0] == 4000
        await hosted.running
    assert read_folder(parts.store.folder).header


async def test_no_name_label_code_or_device_stands_in_the_journal_or_reaches_anybody_else(tmp_path) -> None:
    joining = Joining(class_code=True, empty="drop", labels=("label-ann", "label-bob", "label-cleo"))
    parts = opened(tmp_path, joining=joining)
    secrets_of_all = ["CANARY-ANN", "label-ann", "device-ann", parts.doors.class_code, parts.control]
    async with hosting(parts) as hosted:
        bob = await hosted.login(person(hosted, "device-bob", "Bob", label="label-bob"))
        watching = await hosted.raw()
        await watching.send(json.dumps({"directive": "login", "payload": {"spectator": True}}))
        frames = []
        ann = await hosted.login(person(hosted, "device-ann", "CANARY-ANN", label="label-ann"))
        hearing = bob.line.received

        def kept(data):
            frames.append(data if isinstance(data, bytes) else data.encode())
            return hearing(data)

        bob.line.received = kept
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        await bob.until_told(Schedule)
        await experimenter.say(End())
        await bob.until_told(Ended)
        async with asyncio.timeout(GUARD_S):
            while b"ended" not in frames[-1]:
                await bob.hear()
            seen = b""
            while b'"ended"' not in seen:
                data = await watching.recv()
                seen += data if isinstance(data, bytes) else data.encode()
        assert ann.welcome.seat == 1
    journal = (parts.store.folder / "journal.jsonl").read_bytes()
    told = b"".join(frames) + seen + journal
    for secret in secrets_of_all:
        assert secret.encode() not in told, secret
    assert b"device-ann" not in (parts.store.folder / "doors.json").read_bytes()
    assert read_joining(parts.store.folder).labels["1"] == "label-ann"
    joins = [r.envelope().message for r in read_folder(parts.store.folder).records()]
    assert [one.seat for one in joins if isinstance(one, Joined)] == [0, 1]


async def names_told(hosted) -> tuple[list[str], str]:
    """The names that a trader is shown when two people have come, and all that a spectator was sent."""
    ann = await hosted.login(person(hosted, "a", "Zoe"))
    await hosted.login(person(hosted, "b", "adam"))
    await ann.until(lambda: ann.knowledge.public.seats_taken == 2)
    names = ann.line.state.get("names")
    watching = await hosted.raw()
    await watching.send(json.dumps({"directive": "login", "payload": {"spectator": True}}))
    seen = ""
    async with asyncio.timeout(GUARD_S):
        while '"feed"' not in seen:
            data = await watching.recv()
            seen += data if isinstance(data, str) else data.decode()
    return list(names.names) if names else [], seen


async def test_names_stand_on_walls_only_where_the_scenario_says_so(tmp_path) -> None:
    async with hosting(opened(tmp_path / "hidden")) as hosted:
        names, seen = await names_told(hosted)
        assert names == []
        assert "Zoe" not in seen
    shown = msgspec.structs.replace(parse(SMALL), names="shown")
    parts = opened(tmp_path / "shown", shown)
    async with hosting(parts) as hosted:
        names, seen = await names_told(hosted)
        assert names == ["adam", "Zoe"], "by the alphabet: it says nothing of seats"
        assert '["adam","Zoe"]' in seen
    assert b"Zoe" not in (parts.store.folder / "journal.jsonl").read_bytes()


async def test_a_robot_leaves_a_server_that_stays_and_closes_its_connection(tmp_path) -> None:
    parts = opened(tmp_path)
    parts.stays = True
    async with hosting(parts, host=HostedSession(parts)) as hosted:
        robot = Robot(hosted.url, parts.doors.class_code, "zic")
        playing = asyncio.create_task(robot.run())
        await hosted.until(lambda: hosted.host.status.occupied == {0})
        await (await hosted.experimenter()).say(End())
        async with asyncio.timeout(GUARD_S):
            await playing
        assert not robot.client.connected
