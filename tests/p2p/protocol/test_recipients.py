"""Which part of a session takes a message that is handed in: the journal's `to`."""

import pytest

from p2p.base.units import ENVIRONMENT, INSTITUTION, SESSION
from p2p.messages import MES, OURS, Bid, Message, Passes, Reminder
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import encode, wire_record_of
from recordings.journal.format import read_journal
from tests import ROOT

TO_INSTITUTION = {"request_standing", "bid", "buy", "ask", "sell", "cancel", "replace"}
TO_ENVIRONMENT = {"request_contracts", "set_battery", "set_reservation"}


@pytest.mark.parametrize("kind", MES + OURS, ids=lambda kind: kind.directive)
def test_an_order_is_for_the_institution_and_a_setting_for_the_environment(
    kind: type[Message],
) -> None:
    expected = {**dict.fromkeys(TO_INSTITUTION, INSTITUTION), **dict.fromkeys(TO_ENVIRONMENT, ENVIRONMENT)}
    assert kind.recipient == expected.get(kind.directive, SESSION)


def test_the_wording_of_the_documentation_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bid, "told_to", "the market")
    monkeypatch.setattr(Bid, "said_by", "buyers")
    monkeypatch.setattr(Passes, "told_to", "session, experimenter, institution")
    assert wire_record_of(Envelope(3, Bid(5), token=1)).to == INSTITUTION
    assert wire_record_of(Envelope(3, Passes("agent"), token=1)).to == SESSION


def test_a_markets_alarm_is_for_its_institution_and_the_sessions_own_for_the_session() -> None:
    assert wire_record_of(Envelope(INSTITUTION, Reminder(1, 5), 0)).to == INSTITUTION
    assert wire_record_of(Envelope(SESSION, Reminder(2, 5))).to == SESSION


def test_a_recorded_session_written_again_has_the_same_bytes() -> None:
    journal = (ROOT / "recordings" / "samples" / "smith-1962-test-1" / "journal.jsonl").read_bytes()
    for record in read_journal(journal).records():
        events = [wire_record_of(event) for event in record.read_events()]
        written = b'"message":%s,"events":%s' % (encode(wire_record_of(record.envelope())), encode(events))
        assert written in journal
