"""Both ends of a line, without a socket: logins, numbers, tokens, faults."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from p2p.messages import (
    Accepted,
    Announced,
    Ask,
    Bid,
    Buy,
    EndRound,
    Lobby,
    Message,
    Quote,
    Refused,
    RequestStanding,
    Sell,
)
from p2p.protocol.client_connection import PENDING_MAX, ClientProtocol
from p2p.protocol.codec import ProtocolError, encode
from p2p.protocol.frames import (
    Fact,
    Fault,
    Login,
    NumberedFact,
    Welcome,
    _read_fact,
    _read_run,
    error_frame,
    feed_frame,
    forget_facts,
    frame,
)
from p2p.protocol.server_connection import FAULTS_MAX, ServerProtocol
from p2p.scenario.public_rules import public_rules
from tests.plays.play import small

RULES = public_rules(small())


def welcome(token: int = 0, facts: int = 0, session: str = "one", resume: str = "again") -> bytes:
    return frame("welcome", Welcome(session, 3, resume, token, facts, RULES))


def fact(message: Message, at: int = 5) -> bytes:
    return encode(Fact(message.directive, "session", 3, at, message))


def client() -> ClientProtocol:
    """A client that is in."""
    line = ClientProtocol("CODE2345", "human")
    line.received(welcome())
    return line


def server() -> ServerProtocol:
    """A line that has logged in."""
    line = ServerProtocol()
    assert isinstance(line.received(ClientProtocol("CODE2345", "human").login()), Login)
    return line


def fault(call: Callable[[], object]) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        call()
    assert caught.value.why
    return caught.value


# --- the client's end --------------------------------------------------------------------------------------------


def test_a_first_login_has_the_code_and_a_later_one_the_resume_token() -> None:
    line = ClientProtocol("CODE2345", "robot", "R2")
    assert ServerProtocol().received(line.login()) == Login("CODE2345", "", 0, "robot", "R2")
    assert isinstance(line.received(welcome()), Welcome)
    line.received(feed_frame(1, 9, [fact(Lobby(1, 4)), fact(Lobby(2, 4))], []))
    assert ServerProtocol().received(line.login()) == Login("", "again", 2, "robot", "R2")
    line.forget_resume()
    assert ServerProtocol().received(line.login()) == Login("CODE2345", "", 2, "robot", "R2")


def test_a_login_that_still_says_what_feed_it_wants_is_let_in() -> None:
    said = b'{"directive":"login","payload":{"code":"CODE2345","feed":"full","have":2}}'
    assert ServerProtocol().received(said) == Login("CODE2345", have=2)


def test_facts_are_counted_from_the_frames_first() -> None:
    line = client()
    told = line.received(feed_frame(1, 9, [fact(Lobby(1, 4)), fact(Lobby(2, 4), 8)], [fact(EndRound(1))]))
    assert told == [NumberedFact(1, 5, Lobby(1, 4)), NumberedFact(2, 8, Lobby(2, 4))]
    assert (line.number, line.now) == (2, 9)
    assert line.received(feed_frame(3, 10, [fact(EndRound(1))], [])) == [NumberedFact(3, 5, EndRound(1))]


def test_facts_that_were_had_are_passed_over() -> None:
    line = client()
    line.received(feed_frame(1, 9, [fact(Lobby(k, 4)) for k in (1, 2)], []))
    assert line.received(feed_frame(1, 9, [fact(Lobby(k, 4)) for k in (1, 2, 3)], [])) == [
        NumberedFact(3, 5, Lobby(3, 4))
    ]
    assert line.received(feed_frame(1, 9, [fact(Lobby(k, 4)) for k in (1, 2, 3)], [])) == []
    assert line.received(feed_frame(9, 9, [], [])) == []
    assert line.number == 3


def test_a_fact_is_read_once_in_a_process_and_a_long_one_is_not_kept() -> None:
    forget_facts()
    short, long = fact(Lobby(1, 4)), fact(Announced("", "x" * 500))
    (one,), (other, _) = (client().received(feed_frame(1, 9, facts, [])) for facts in ([short], [short, long]))
    assert one.message is other.message  # type: ignore[union-attr]
    assert _read_fact.cache_info().currsize == 1


def test_what_two_lines_are_told_at_a_time_is_read_once_whatever_their_numbers_and_a_long_run_is_not_kept() -> None:
    forget_facts()
    one, other = client(), client()
    other.received(feed_frame(1, 9, [fact(Lobby(1, 4))], []))
    run = [fact(Lobby(taken, 4)) for taken in (2, 3)]
    told = [line.received(feed_frame(line.number + 1, 9, run, [])) for line in (one, other)]
    assert [[had.number for had in facts] for facts in told] == [[1, 2], [2, 3]]  # type: ignore[union-attr]
    assert [had.message for had in told[0]] == [had.message for had in told[1]]  # type: ignore[union-attr]
    assert (_read_run.cache_info().hits, _read_run.cache_info().currsize) == (1, 2)
    one.received(feed_frame(3, 9, [fact(Lobby(4, 4))] * 200, []))
    assert one.number == 202
    assert _read_run.cache_info().currsize == 2


def test_a_gap_is_the_servers_fault_and_counts_for_nothing() -> None:
    line = client()
    error = fault(lambda: line.received(feed_frame(2, 9, [fact(Lobby(2, 4))], [])))
    assert (error.code, error.fatal, line.number) == ("gap", True, 0)


def test_a_frame_that_cannot_be_read_to_its_end_counts_for_nothing() -> None:
    line = client()
    line.send(Bid(90))
    for bad in (b'{"directive":"bid"}', fact(Lobby(1, 4)).replace(b'"taken"', b'"tekan"'), b"7"):
        error = fault(lambda bad=bad: line.received(feed_frame(1, 9, [fact(Accepted(1)), bad], [])))  # type: ignore[misc]
        assert error.code in ("bad_frame", "bad_payload")
        assert (line.number, list(line.pending)) == (0, [1])
    assert len(line.received(feed_frame(1, 9, [fact(Accepted(1))], []))) == 1  # type: ignore[arg-type]


def test_a_message_is_pending_until_it_is_answered() -> None:
    line = client()
    tokens = [line.send(message)[0] for message in (Bid(90), Ask(95), Buy(95))]
    assert tokens == [1, 2, 3]
    line.received(feed_frame(1, 9, [fact(Accepted(2)), fact(Refused(1, "moved")), fact(Quote("ask", 95))], []))
    assert list(line.pending) == [3]
    assert line.unanswered() == [line.pending[3]]


def test_what_is_unanswered_is_said_again_in_its_order_with_its_tokens() -> None:
    line = client()
    said = [line.send(Bid(price))[1] for price in (90, 91, 92)]
    assert line.unanswered() == said
    one = server()
    assert [one.received(data) for data in line.unanswered()] == [one.received(data) for data in said]


def test_a_message_says_what_its_sender_had_seen() -> None:
    line = client()
    line.received(feed_frame(1, 9, [fact(Lobby(1, 4))] * 7, []))
    message, said = server().received(line.send(Bid(90), {"offers_seen": 2})[1])  # type: ignore[misc]
    assert message == Bid(90)
    assert (said.directive, said.token, said.seen, said.meta) == ("bid", 1, 7, {"offers_seen": 2})


def test_tokens_go_on_from_the_last_that_the_session_had() -> None:
    line = ClientProtocol("CODE2345", "human")
    line.received(welcome(token=41))
    assert line.send(Bid(90))[0] == 42
    line.received(welcome(token=41))
    assert line.send(Bid(91))[0] == 43


def test_nothing_can_be_said_before_the_first_welcome() -> None:
    """A client that was restarted would else use a token again that the session has had, and be passed over."""
    line = ClientProtocol("CODE2345", "human")
    assert fault(lambda: line.send(Bid(90))).code == "not_welcome"
    assert not line.pending


def test_too_much_cannot_be_pending() -> None:
    line = client()
    for _ in range(PENDING_MAX):
        line.send(RequestStanding())
    assert fault(lambda: line.send(Bid(90))).code == "too_many_pending"
    assert (line.token, len(line.pending)) == (PENDING_MAX, PENDING_MAX)


@pytest.mark.parametrize(
    ("message", "meta", "code"),
    [
        (Bid(2_000_000_000), None, "bad_payload"),
        (Bid(90.5), None, "bad_payload"),  # type: ignore[arg-type]
        (Bid(90), {"a name with spaces": 1}, "bad_frame"),
        (Bid(90), {"a_name\n": 1}, "bad_frame"),
        (Bid(90), {"much": 2**60}, "bad_frame"),
        (Bid(90), {f"k{'k' * k}": 1 for k in range(9)}, "bad_frame"),
    ],
)
def test_what_the_server_could_not_read_is_not_said_and_takes_no_token(message: Message, meta: Any, code: str) -> None:
    line = client()
    assert fault(lambda: line.send(message, meta)).code == code
    assert (line.token, line.pending) == (0, {})
    assert line.send(Bid(90))[0] == 1


def test_another_session_is_not_gone_on_with() -> None:
    line = client()
    assert fault(lambda: line.received(welcome(session="two"))).code == "another_session"
    line.forget_resume()
    assert fault(lambda: line.received(welcome(session="two"))).code == "another_session"
    assert isinstance(line.received(welcome(session="one")), Welcome)


def test_a_fault_of_ours_is_handed_on() -> None:
    assert client().received(error_frame(ProtocolError("busy", "too many wait"))) == Fault("busy", "too many wait")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"{",
        "\ud800",
        b"[" * 100_000,
        b'{"directive":"hello"}',
        b'{"directive":"feed"}',
        b'{"directive":"feed","payload":{"first":1}}',
        b'{"directive":"feed","payload":{"first":"1","now":1}}',
        b'{"directive":"feed","payload":{"first":1,"now":1,"facts":["\xff"]}}',
        b'{"directive":"welcome","payload":{}}',
        b'{"directive":"error","payload":{"code":1,"why":""}}',
        frame("welcome", {"session": "one"}),
    ],
)
def test_a_server_that_cannot_be_understood_is_at_fault(data: bytes | str) -> None:
    line = client()
    assert fault(lambda: line.received(data)).fatal
    assert line.number == 0


# --- the server's end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"directive":"bid","payload":{"price":90},"token":1}', "not_logged_in"),
        (b'{"directive":"login","payload":{"code":7}}', "bad_login"),
        (b'{"directive":"login","payload":{"code":"' + b"A" * 129 + b'"}}', "bad_login"),
        (b'{"directive":"login","payload":{"code":"A","seat":3}}', "bad_login"),
        (b'{"directive":"login","payload":{"code":"\xff"}}', "bad_login"),
        (b'{"directive":"login","payload":{"have":-1}}', "bad_login"),
        (b'{"directive":"login","payload":{"feed":"half"}}', "bad_login"),
        (b'{"directive":"login","payload":{"name":"' + b"A" * 41 + b'"}}', "bad_login"),
        (b'{"directive":"login","payload":{"controller":"cat"}}', "bad_login"),
    ],
)
def test_a_first_frame_that_is_no_login_closes_the_line(data: bytes, code: str) -> None:
    line = ServerProtocol()
    error = fault(lambda: line.received(data))
    assert (error.code, error.fatal) == (code, True)
    assert not line.open


@pytest.mark.parametrize(
    ("data", "code", "fatal"),
    [
        (b"", "not_json", True),
        (b"hello", "not_json", True),
        (b"\xff\xfe", "not_json", True),
        ("\ud800", "not_json", True),
        (b"[" * 4000, "bad_frame", False),
        (b"7", "bad_frame", False),
        (b"null", "bad_frame", False),
        (b'{"payload":{}}', "bad_frame", False),
        (b'{"directive":7}', "bad_frame", False),
        (b'{"directive":"bid","token":"1"}', "bad_frame", False),
        (b'{"directive":"bid","token":-1}', "bad_frame", False),
        (b'{"directive":"bid","token":9223372036854775808}', "bad_frame", False),
        (b'{"directive":"bid","seen":1.5}', "bad_frame", False),
        (b'{"directive":"bid","meta":[1]}', "bad_frame", False),
        (b'{"directive":"bid","meta":{"Free text":1}}', "bad_frame", False),
        (b'{"directive":"login","payload":{"code":"A"}}', "logged_in", False),
        (b'{"directive":"steal","payload":{},"token":1}', "unknown_directive", False),
        (b'{"directive":"bid","payload":{"price":90}}', "no_token", False),
        (b'{"directive":"bid","payload":{"price":90},"token":0}', "no_token", False),
        (b'{"directive":"bid","payload":{},"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":null,"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":{"price":"90"},"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":{"price":90.0},"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":{"price":true},"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":{"price":NaN},"token":1}', "not_json", True),
        (b'{"directive":"bid","payload":{"price":Infinity},"token":1}', "not_json", True),
        (b'{"directive":"bid","payload":{"price":9223372036854775808},"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":{"price":90,"trader":7},"token":1}', "bad_payload", False),
        (b'{"directive":"bid","payload":{"\xff":90},"token":1}', "bad_payload", False),
    ],
)
def test_a_frame_that_is_wrong_is_answered_with_what_is_wrong(data: bytes, code: str, fatal: bool) -> None:
    line = server()
    error = fault(lambda: line.received(data))
    assert (error.code, error.fatal, line.faults) == (code, fatal, 1)


def test_a_frame_that_is_nested_as_deep_as_it_is_long_is_answered() -> None:
    """How deep is too deep is the interpreter's to say: since Python 3.12 this is read, and is no bid."""
    line = server()
    error = fault(lambda: line.received(b'{"directive":"bid","payload":' + b"[" * 1900 + b"]" * 1900 + b',"token":1}'))
    assert (error.code, error.fatal, line.faults) in {("not_json", True, 1), ("bad_payload", False, 1)}


def test_who_says_who_he_is_is_not_heard() -> None:
    message, said = server().received(  # type: ignore[misc]
        b'{"directive":"sell","from":7,"to":"environment","payload":{"price":9},"token":1,"seen":4,"seat":2}'
    )
    assert message == Sell(9)
    assert not hasattr(said, "sender")


def test_too_many_faults_close_the_line() -> None:
    line = server()
    errors = [fault(lambda: line.received(b"7")) for _ in range(FAULTS_MAX)]
    assert [error.fatal for error in errors] == [False] * (FAULTS_MAX - 1) + [True]
    assert errors[-1].code == "too_many_faults"


def test_fifty_thousand_spoilt_frames_raise_protocol_errors_and_nothing_else() -> None:
    rng = random.Random(7)
    line = client()
    seeds = [
        line.login(),
        line.send(Bid(90), {"offers_seen": 3})[1],
        line.send(Buy())[1],
        frame("login", Login("CODE2345", "", 3, "robot", "R2")),
        welcome(),
        feed_frame(1, 9, [fact(Accepted(1)), fact(Quote("bid", 9))], []),
    ]
    pieces = [
        b"",
        b"\x00",
        b"\xff",
        b'"',
        b"{",
        b"}",
        b"null",
        b"1e999",
        b"-1",
        b"9" * 30,
        b"\\u0000",
        b"\\ud800",
        b"[[[",
    ]
    understood = 0
    for k in range(50_000):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.choice((1, 1, 2, 5))):
            at = rng.randrange(len(data) + 1)
            data[at : at + rng.choice((0, 1, 1, 8))] = rng.choice(pieces) if rng.random() < 0.5 else rng.randbytes(1)
        ends: list[Any] = [ServerProtocol(), ClientProtocol("A", "human")]
        if k % 2:
            ends[0].open = True
        for end in ends:
            try:
                end.received(bytes(data))
                understood += 1
            except ProtocolError:
                pass
    assert 1_000 < understood < 50_000, "some survive, most do not"


def test_a_frame_of_ours_is_never_too_long() -> None:
    line = client()
    meta = {f"{'n' * 23}{letter}": -(2**53) for letter in "abcdefgh"}
    assert len(line.send(Bid(-1_000_000_000), meta)[1]) < 1_024
