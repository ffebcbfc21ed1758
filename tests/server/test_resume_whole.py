"""Who has missed ten thousand facts is told all of them, in their order, whatever happens on the way."""

import random
from pathlib import Path

import msgspec
import pytest

from p2p.messages import Accepted, Bid, Message, Refused, RequestStanding, Resume
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import message_of
from p2p.protocol.frames import FactRead, NumberedFact
from recordings.journal.store import Recovered
from server.hosted_session import open_again
from tests.plays.hosted import Hosted, Trader, hosting
from tests.plays.long_recording import long_recording

MISSED = 10_000
RECORDS = 9_000
"""On the open book a record gives more than one fact, so that a seat has more than ten thousand behind it."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, str]]:
    folder = tmp_path_factory.mktemp("recordings") / "long"
    return folder, long_recording(folder, "open-book", RECORDS)[0]


async def back(hosted: Hosted, line: ClientProtocol, missed: int) -> Trader:
    """The seat comes back, having had all but so many of its facts."""
    knower = await hosted.login(line)
    line.number = knower.welcome.facts - missed
    knower.cut()
    return await hosted.login(line)


def whole(told: list[NumberedFact], first: int, last: int) -> bool:
    return [one.number for one in told] == list(range(first, last + 1))


async def test_ten_thousand_missed_facts_are_told_whole(recording: tuple[Path, dict[int, str]]) -> None:
    folder, codes = recording
    async with hosting(open_again(Recovered(folder), 0)) as hosted:
        returned = await back(hosted, ClientProtocol(codes[3], "human"), MISSED)
        had = returned.line.number
        await returned.until(lambda: returned.line.number >= returned.welcome.facts)
        assert whole(returned.told, had + 1, returned.line.number)
        assert len(returned.told) >= MISSED
        published = hosted.host.opened.feeds
        on_record = [published.after(3, number, 1)[0] for number in range(had, had + MISSED)]
        assert [one.message for one in returned.told[:MISSED]] == [read(fact) for fact in on_record]


def read(fact: bytes) -> Message:
    one = msgspec.json.decode(fact, type=FactRead)
    return message_of(one.directive, one.payload)


async def test_they_are_when_the_line_is_cut_again_and_again_and_the_others_trade(
    recording: tuple[Path, dict[int, str]],
) -> None:
    folder, codes = recording
    rng, told = random.Random(2), []
    async with hosting(open_again(Recovered(folder), 0)) as hosted:
        experimenter, other = await hosted.experimenter(), await hosted.login(ClientProtocol(codes[5], "human"))
        assert isinstance(await experimenter.say(Resume()), Accepted)
        returned = await back(hosted, ClientProtocol(codes[3], "human"), MISSED)
        had, cuts = returned.line.number, 0
        while returned.line.number < had + MISSED:
            until = returned.line.number + rng.randrange(2_000)
            await returned.until(lambda to=until: returned.line.number >= to)  # noqa: B023 (it is waited for here)
            assert isinstance(
                await other.say(rng.choice((Bid(rng.randrange(1, 400)), RequestStanding()))), Accepted | Refused
            )
            told += returned.told
            returned.cut()
            returned, cuts = await hosted.login(returned.line), cuts + 1
        await returned.until(lambda: returned.line.number >= hosted.host.opened.feeds.count(3))
        told += returned.told
        assert whole(told, had + 1, returned.line.number)
        assert len(told) > MISSED
        assert cuts > 3
