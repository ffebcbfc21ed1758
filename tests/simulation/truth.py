"""What must hold of a simulated lab when all is over, worked out from its disk alone."""

from pathlib import Path

from p2p.base.units import GATEWAY, INSTITUTION, SECOND, SESSION
from p2p.messages import Accepted, Pause, Refused
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import feed_frame
from p2p.session.session import Session
from recordings.journal.disk import Disk
from recordings.journal.format import Record
from recordings.journal.store import Recovered, read_folder
from server.limits import DEFAULT
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds
from tests.simulation.client import WATCHER, Client


def told_is_on_record(recovered: Recovered, clients: list[Client]) -> None:
    """Whatever anybody was told is on record, at that number, and once; each token was answered once."""
    assert recovered.sealed is not None
    assert recovered.sealed.digest == recovered.session.digest().hex()
    assert recovered.session.phase == "ended"
    feeds = Feeds(recovered.session)
    Announcements(recovered.folder, recovered.disk, feeds.words, feeds.private_words)
    for at, events in recovered.played:
        feeds.publish(at, events)
    for client in clients:
        viewer = int(client.name) if client.name.isdigit() else client.name
        expected = ClientProtocol("", "robot").received(feed_frame(1, 0, feeds.after(viewer, 0, 1 << 30), []))
        assert isinstance(expected, list)
        for told in (*client.before, client.told):
            assert [one.number for one in told] == list(range(1, len(told) + 1)), client.name
            assert told == expected[: len(told)], client.name
        answers = [one.message.token for one in expected if isinstance(one.message, Accepted | Refused)]
        assert answers == list(range(1, len(answers) + 1)), client.name
        assert not answers or client.name != WATCHER


def time_was_kept(session: Session, records: list[Record], recoveries: list[int]) -> None:
    """No alarm came late, early or twice, and none was overtaken; whenever the server came back, the time stood still.

    `session` is a new one, `recoveries` has the number of records found each time.
    """
    for record in records:
        envelope, due = record.envelope(), session.deadline()
        if record.n - 1 in recoveries and session.phase in ("trading", "break") and not session.alarms.paused:
            assert (envelope.sender, envelope.message) == (GATEWAY, Pause()), f"record {record.n}: a crash is a pause"
            assert record.at == session.now, f"record {record.n}: time passed while nobody was there"
        if envelope.sender in (SESSION, INSTITUTION):
            assert record.at == due, f"record {record.n}: an alarm rings when it is due"
        else:
            assert due is None or record.at < due, f"record {record.n}: overtook an alarm"
        session.handle(envelope, record.at)


def nobody_was_played_past(records: list[Record], slept: list[tuple[int, int]]) -> int:
    """No alarm rang in a long sleep, and its clock stood from a tick before on; how many sleeps were such pauses.

    `slept`: when each sleep began and ended, in a server that lived to the end.
    """
    long = [(began, ended) for began, ended in slept if ended - began > DEFAULT.gap_s_max * SECOND]
    paused = []
    for record in records:
        envelope = record.envelope()
        if envelope.sender in (SESSION, INSTITUTION):
            inside = [one for one in long if one[0] < record.at <= one[1]]
            assert not inside, f"record {record.n}: an alarm rang while the machine slept, {inside}"
        if isinstance(envelope.message, Pause) and envelope.message.gap_us:
            assert envelope.sender == GATEWAY
            paused += [one for one in long if one[0] - DEFAULT.gap_tick_s * SECOND <= record.at <= one[0]]
    return len(paused)


def records_of(disk: Disk, folder: Path) -> list[Record]:
    return list(read_folder(folder, disk).records())
