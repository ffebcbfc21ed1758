"""A recording read again as its seats saw it: no more, no less, and numbered as the live feed numbers."""

from pathlib import Path

import msgspec
import pytest

from p2p.messages import Accepted, Contract, Quote, Refused, Schedule
from p2p.protocol.codec import message_of
from p2p.protocol.frames import FactRead
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.format import JournalError
from recordings.journal.store import Store
from recordings.reading.replay import Replay, ReplayError, read_replay
from server.publishing.feeds import Feeds

TWO_MARKETS = """
title = "Two small markets"
periods = 2
period_s = 20
markets = 2
identities = "{identities}"
institution = {{ price_min = 1, price_max = 200 }}
environment = {{ buyers = [[150, 120], [130]], sellers = [[50, 70], [60]] }}
"""


def scenario(identities: str = "alias") -> Scenario:
    return parse(TWO_MARKETS.format(identities=identities))


def recorded(folder: Path, played: Scenario, sealed: bool = True, seed: int = 7) -> tuple[Path, Feeds]:
    """A recording of a simulated session, and the feeds that a live server would have had of it."""
    simulation = Simulation(played, ["zic"] * played.seats, seed)
    store = Store.create(folder / "session", played, seed, "test")
    feeds = Feeds(simulation.session)
    for envelope, at, events in simulation.play():
        store.append(store.line(envelope, at, events))
        feeds.publish(at, events)
    store.seal(simulation.session.digest()) if sealed else store.close()
    return folder / "session", feeds


def live(feeds: Feeds, seat: int) -> list[object]:
    facts = [msgspec.json.decode(raw, type=FactRead) for raw in feeds.after(seat, 0, 1_000_000)]
    return [(number, fact.at, message_of(fact.directive, fact.payload)) for number, fact in enumerate(facts, 1)]


def facts(replay: Replay) -> list[object]:
    return [(told.number, told.at, told.message) for told in replay.told]


@pytest.mark.parametrize("identities", ["hidden", "alias", "per_period"])
def test_a_seat_is_shown_again_exactly_what_the_live_feed_told_it(tmp_path: Path, identities: str) -> None:
    played = scenario(identities)
    folder, feeds = recorded(tmp_path, played)
    for seat in range(played.seats):
        assert facts(read_replay(folder, seat)) == live(feeds, seat)


def test_the_public_is_shown_no_schedule_no_answer_and_nothing_as_its_own(tmp_path: Path) -> None:
    folder, _ = recorded(tmp_path, scenario())
    messages = [told.message for told in read_replay(folder).told]
    assert any(isinstance(message, Contract) for message in messages)
    assert not any(isinstance(message, Schedule | Accepted | Refused) for message in messages)
    assert not any(message.mine for message in messages if isinstance(message, Quote | Contract))


def test_the_two_markets_never_see_one_another(tmp_path: Path) -> None:
    folder, feeds = recorded(tmp_path, scenario())
    quotes = [
        [told for told in read_replay(folder, market=market).told if isinstance(told.message, Quote)]
        for market in (0, 1)
    ]
    assert quotes[0]
    assert quotes[1]
    assert quotes[0] != quotes[1]
    published = [fact.data for public in feeds.public.values() for fact in public]
    assert sum(map(len, quotes)) == sum(b'"directive":"quote"' in raw for raw in published)


def test_one_is_shown_what_one_said_oneself(tmp_path: Path) -> None:
    folder, _ = recorded(tmp_path, scenario())
    replay = read_replay(folder, 0)
    answered = [told.message.token for told in replay.told if isinstance(told.message, Accepted | Refused)]
    assert answered
    assert set(answered) <= set(replay.said)


def test_a_seat_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder, _ = recorded(tmp_path, scenario())
    with pytest.raises(ReplayError, match="no seat 8: this session has seats 0 to 7"):
        read_replay(folder, 8)
    with pytest.raises(ReplayError, match="no market 2"):
        read_replay(folder, market=2)


def test_a_recording_that_was_cut_is_shown_up_to_the_cut(tmp_path: Path) -> None:
    folder, _ = recorded(tmp_path, scenario(), sealed=False)
    journal = folder / "journal.jsonl"
    whole = read_replay(folder, 1)
    journal.write_bytes(journal.read_bytes()[:-30])
    cut = read_replay(folder, 1)
    assert cut.cut
    assert facts(cut) == facts(whole)[: len(cut.told)]
    assert cut.told


def test_a_recording_with_a_wrong_record_in_the_middle_is_not_shown(tmp_path: Path) -> None:
    folder, _ = recorded(tmp_path, scenario())
    journal = folder / "journal.jsonl"
    data = journal.read_bytes()
    journal.write_bytes(data.replace(b'"price":', b'"price": ', 1))
    with pytest.raises(JournalError, match="corrupt"):
        read_replay(folder)


def test_no_recording_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no recording at"):
        read_replay(tmp_path / "nowhere")
