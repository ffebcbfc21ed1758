"""The server on real sockets: joining, trading, being wrong, being cut, coming back."""

import asyncio
import json

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

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
    Lobby,
    Pause,
    Quote,
    Refused,
    RequestContracts,
    RequestStanding,
    Schedule,
    Sell,
    Standing,
    Start,
    StartRound,
)
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import FRAME_MAX
from recordings.journal.store import read_folder, run_again
from tests.plays.server_plays import remembered, trading


async def test_a_period_is_traded_from_lobby_to_end(host):
    async with host() as hosted:
        experimenter, (b1, b2, s1, s2) = await trading(hosted)
        assert isinstance(await b1.say(Bid(50)), Accepted)
        assert await s1.until_told(Quote) == Quote("bid", 50)
        assert b1.all(Quote) == [Quote("bid", 50, mine=True)]
        assert isinstance(await s1.say(Sell(50)), Accepted)
        assert await b1.until_told(Contract) == Contract(1, 50, "bid", mine="buyer")
        assert await b2.until_told(Contract) == Contract(1, 50, "bid")
        assert await s1.until_told(Contract) == Contract(1, 50, "bid", mine="seller")
        assert b1.knowledge.surplus == b1.knowledge.values[0] - 50
        assert await experimenter.say(End())
        for trader in (b1, b2, s1, s2):
            await trader.until_told(Ended)
            assert await trader.closed() == (4000, "the session is over")
        assert await hosted.running == 0
        reading = read_folder(hosted.host.opened.store.folder)
        session, _ = run_again(reading)
        assert reading.sealed.digest == session.digest().hex() == hosted.host.opened.session.digest().hex()


async def test_the_questions_of_the_seed_are_answered(host):
    async with host() as hosted:
        _, (b1, _, s1, _) = await trading(hosted)
        await b1.say(Bid(50))
        await s1.say(RequestStanding())
        assert s1.all(Standing) == [Standing(bid=50)]
        await s1.say(Sell())
        await s1.say(RequestContracts())
        assert await s1.until_told(Contracts) == Contracts(((None, None, 50),))


async def test_a_session_starts_by_itself_when_all_seats_are_taken(host, small):
    async with host(msgspec.structs.replace(small, start="when_full")) as hosted:
        traders = [await hosted.join(seat) for seat in range(4)]
        for trader in traders:
            await trader.until_told(StartRound)
        assert traders[0].all(Lobby)[-1] == Lobby(4, 4)


async def test_nobody_is_told_another_ones_schedule_or_refusal(host):
    async with host() as hosted:
        _, (b1, b2, s1, _) = await trading(hosted)
        assert isinstance(await b2.say(Ask(10)), Refused)
        assert isinstance(await b1.say(Bid(50)), Accepted)
        await s1.until_told(Quote)
        assert len(s1.all(Schedule)) == 1
        assert s1.all(Refused) == []


async def test_a_refusal_says_why_and_changes_nothing(host):
    async with host() as hosted:
        _, (b1, _, s1, _) = await trading(hosted)
        assert (await b1.say(Ask(50))).reason == "not_a_seller"
        assert (await b1.say(Bid(201))).reason == "price_out_of_limits"
        assert (await b1.say(Buy())).reason == "no_standing_ask"
        await s1.say(Ask(80))
        await b1.until(lambda: b1.knowledge.ask == 80)
        assert (await b1.say(Buy(79))).reason == "moved"
        assert b1.knowledge.public.contracts == []


async def test_the_sender_is_stamped_and_never_taken_from_the_frame(host):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        payload = {"price": 50}
        forged = {"directive": "bid", "from": b2.welcome.seat, "to": "institution", "payload": payload, "token": 1}
        await b1.send(json.dumps(forged | {"seat": b2.welcome.seat, "sender": b2.welcome.seat}))
        await b1.until_told(Quote)
        await b2.until_told(Quote)
        assert (b1.knowledge.bid_mine, b2.knowledge.bid_mine) == (True, False)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"directive":"bid","payload":{"price":NaN},"token":1}', "not_json"),
        ("hello", "not_json"),
        ("[1,2]", "bad_frame"),
        ('{"directive":"teleport","token":1}', "unknown_directive"),
        ('{"directive":"bid","payload":{"price":"90"},"token":1}', "bad_payload"),
        ('{"directive":"bid","payload":{"price":9.5},"token":1}', "bad_payload"),
        ('{"directive":"bid","payload":{"price":9223372036854775808},"token":1}', "bad_payload"),
        ('{"directive":"bid","payload":{},"token":1}', "bad_payload"),
        ('{"directive":"bid","payload":{"price":90,"seat":3},"token":1}', "bad_payload"),
        ('{"directive":"bid","payload":{"price":90}}', "no_token"),
        ('{"directive":"bid","payload":{"price":90},"token":-1}', "bad_frame"),
        ('{"directive":"bid","payload":{"price":90},"token":7}', "token_gap"),
        ('{"directive":"start","token":1}', "not_yours"),
        ('{"directive":"joined","payload":{"seat":1,"controller":"robot"},"token":1}', "not_yours"),
        ('{"directive":"contract","payload":{"number":1,"price":5,"taken":"bid"},"token":1}', "not_yours"),
        ('{"directive":"login","payload":{"code":"ABCD2345"}}', "logged_in"),
        ('{"directive":"bid","payload":{"price":90},"token":1,"meta":{"note":"free text"}}', "bad_frame"),
    ],
)
async def test_a_wrong_frame_is_answered_and_changes_nothing(host, frame, code):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        session = hosted.host.opened.session
        before = remembered(session)
        await b1.send(frame)
        assert (await b1.fault()).code == code
        assert remembered(session) == before
        assert isinstance(await b2.say(Bid(50)), Accepted)


async def test_what_is_no_json_closes_the_line_with_a_code(host):
    async with host() as hosted:
        trader = await hosted.join(0)
        await trader.send("{")
        assert (await trader.closed())[0] == 4003


async def test_a_frame_over_the_limit_closes_the_line(host):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        await b1.send(
            json.dumps({"directive": "bid", "payload": {"price": 50}, "token": 1, "note": "x" * (FRAME_MAX + 1)})
        )
        with pytest.raises(ConnectionClosed):
            await b1.until_told(Quote)
        assert b1.socket.close_code == 1009
        assert isinstance(await b2.say(Bid(50)), Accepted)


async def test_too_many_faults_close_the_line(host):
    async with host() as hosted:
        trader = await hosted.join(0)
        for _ in range(20):
            await trader.send('{"directive":"teleport","token":1}')
        assert (await trader.closed())[0] == 4003


async def test_a_wrong_code_and_a_wrong_resume_token_get_the_same_answer(host):
    async with host() as hosted:
        answers = []
        for login in ({"code": "AAAAAAAA"}, {"code": "A" * 100}, {"resume": "0" * 32}, {}):
            socket = await hosted.raw()
            await socket.send(json.dumps({"directive": "login", "payload": login}))
            answers.append(await socket.recv())
            await socket.wait_closed()
            assert socket.close_code == 4002
        assert len(set(answers)) == 1


async def test_who_speaks_before_he_logs_in_is_sent_away(host):
    async with host() as hosted:
        socket = await hosted.raw()
        await socket.send('{"directive":"bid","payload":{"price":50},"token":1}')
        assert json.loads(await socket.recv())["payload"]["code"] == "not_logged_in"


async def test_a_second_login_takes_the_seat_and_the_older_line_is_told(host):
    async with host() as hosted:
        _, (b1, *_) = await trading(hosted)
        await b1.say(Bid(50))
        again = await hosted.join(b1.welcome.seat)
        assert (await b1.closed())[0] == 4001
        assert again.welcome.token == 1
        await again.until(lambda: again.knowledge.bid_mine)
        assert isinstance(await again.say(Bid(51)), Accepted)


async def test_a_line_that_was_cut_resumes_without_gap_or_double(host):
    async with host() as hosted:
        _, (b1, b2, s1, s2) = await trading(hosted)
        await b1.say(Bid(50))
        had = b1.line.number
        b1.cut()
        await b2.say(Bid(55))
        await s1.say(Sell(55))
        await s2.say(Ask(90))
        back = await hosted.login(b1.line)
        await back.until(lambda: back.line.number >= back.welcome.facts)
        assert [told.number for told in back.told] == list(range(had + 1, back.line.number + 1))
        assert Contract(1, 55, "bid") in back.all(Contract)


async def test_a_message_said_again_after_a_cut_has_one_effect(host):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        _, data = b1.line.send(Bid(50))
        await b1.socket.send(data, text=True)
        await b2.until_told(Quote)
        b1.cut()
        back = await hosted.login(b1.line)
        for pending in [*back.line.unanswered(), data, data]:
            await back.socket.send(pending, text=True)
        await back.until(lambda: not back.line.pending)
        assert isinstance(await back.say(Bid(51)), Accepted)
        await b2.until_told(Quote, 2)
        assert b2.all(Quote) == [Quote("bid", 50), Quote("bid", 51)]


async def test_everybody_counts_the_same_number_of_public_facts_in_one_order(host):
    async with host() as hosted:
        _, traders = await trading(hosted)
        b1, b2, s1, s2 = traders
        await asyncio.gather(*(t.say(Bid(40 + k)) for k, t in enumerate((b1, b2))))
        await asyncio.gather(*(t.say(Ask(100 - k)) for k, t in enumerate((s1, s2))))
        count = hosted.host.opened.feeds.count
        for trader in traders:
            await trader.until(lambda t=trader: t.line.number == count(t.welcome.seat))
            assert [told.number for told in trader.told] == list(range(1, trader.line.number + 1))
        public = [[(q.side, q.price) for q in trader.all(Quote)] for trader in traders]
        assert all(one == public[0] for one in public)


async def test_an_order_in_a_pause_or_after_the_period_is_refused(host):
    async with host() as hosted:
        experimenter, (b1, *_) = await trading(hosted)
        await experimenter.say(Pause())
        assert (await b1.say(Bid(50))).reason == "not_open"
    async with host() as hosted:
        experimenter, (b1, *_) = await trading(hosted)
        await experimenter.say(EndPeriod())
        await b1.until_told(EndRound)
        assert (await b1.say(Bid(50))).reason == "not_open"


async def test_a_command_out_of_season_is_refused(host):
    async with host() as hosted:
        experimenter = await hosted.experimenter()
        assert (await experimenter.say(Pause())).reason == "not_now"


async def test_a_browsers_origin_is_refused(host):
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus

    async with host() as hosted:
        with pytest.raises(InvalidStatus):
            await connect(hosted.url, origin="http://evil.example", proxy=None)


async def test_names_stay_out_of_the_journal(host):
    async with host() as hosted:
        line = ClientProtocol(hosted.codes[0], "human", name="Ada Lovelace")
        await hosted.login(line)
        folder = hosted.host.opened.store.folder
    assert b"Lovelace" not in (folder / "journal.jsonl").read_bytes()
    assert json.loads((folder / "people.json").read_bytes()) == {"0": "Ada Lovelace"}


async def test_neither_codes_nor_tokens_are_written_readably(host):
    async with host() as hosted:
        trader = await hosted.join(0)
        folder = hosted.host.opened.store.folder
        secrets = [*hosted.codes.values(), hosted.host.opened.control, trader.welcome.resume]
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not [secret for secret in secrets if secret.encode() in written]


async def test_two_markets_of_one_session_run_side_by_side_unseen_by_one_another(host, small):
    async with host(msgspec.structs.replace(small, markets=2)) as hosted:
        experimenter = await hosted.experimenter()
        traders = [await hosted.join(seat) for seat in range(8)]
        await experimenter.say(Start())
        for trader in traders:
            await trader.until_told(StartRound)
        for number, market in enumerate(hosted.host.opened.session.markets):
            fix = market.environment.env["fix"]
            buyer = next(seat for seat in market.seats if fix[seat]["type"] == "buyer")
            assert isinstance(await traders[buyer].say(Bid(50 + number)), Accepted)
        await experimenter.say(EndPeriod())
        for trader in traders:
            await trader.until_told(EndRound)
        for number, market in enumerate(hosted.host.opened.session.markets):
            for seat in market.seats:
                assert [quote.price for quote in traders[seat].all(Quote)] == [50 + number]
                assert [told.number for told in traders[seat].told] == list(range(1, traders[seat].line.number + 1))


async def test_a_server_that_stops_sends_those_at_the_door_away(host):
    async with host() as hosted:
        hosted.host.inbox.put = lambda arrival: None
        socket = await hosted.raw()
        await socket.send(ClientProtocol(hosted.codes[0], "human").login(), text=True)
        await hosted.until(lambda: bool(hosted.host.gateway._admissions))
        hosted.host.stop()
        assert await hosted.running == 0
        assert json.loads(await socket.recv())["payload"]["code"] == "closing"
