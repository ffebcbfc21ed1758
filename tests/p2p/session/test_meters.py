"""Meters: which readings count, what they change, and that a wild one harms nobody."""

import asyncio
import json
import time

import aiomqtt
import pytest

from p2p.base.units import EXPERIMENTER, GATEWAY, SECOND
from p2p.messages import Forecast, Joined, Judged, Metered, Open, Reading, Start
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ProtocolError
from p2p.protocol.meter_payload import PAYLOAD_MAX, Measured, measured
from p2p.scenario.parsing import parse
from p2p.session.metering import FUSE_W
from p2p.session.session import Session
from recordings.journal.store import read_folder, run_again
from tests.conftest import SMALL
from tests.plays.brokers import mosquitto, needs_mosquitto
from tests.plays.lab import pit
from tests.plays.mqtt_plays import STREET, publishing


class Street:
    """A session of two households, handed readings at the second that is given."""

    def __init__(self, scenario=STREET, seed=1):
        self.session = Session(parse(scenario), seed)
        self.session.handle(Envelope(GATEWAY, Open()), 0)
        for seat in (0, 1):
            self.session.handle(Envelope(GATEWAY, Joined(seat, "robot")), 0)

    def reads(self, taken_s, load=250, pv=0, now_s=None, seat=0):
        now = self.session.now if now_s is None else round(now_s * SECOND)
        events = self.session.handle(Envelope(GATEWAY, Reading(seat, round(taken_s * SECOND), load, pv)), now)
        (judged,) = [event for event in events if isinstance(event.message, Judged)]
        assert (judged.to, len(events)) == (GATEWAY, 1)
        return judged.message.verdict

    def starts(self):
        return self.session.handle(Envelope(EXPERIMENTER, Start(), None, 1), self.session.now)

    def ends(self):
        """The period's alarm, and the break's."""
        events = []
        for _ in range(2):
            due = self.session.deadline()
            events += self.session.handle(self.session.alarm(), due)
        return events


def told(events, kind, seat=0):
    return [event.message for event in events if isinstance(event.message, kind) and event.to == seat]


def test_a_reading_is_the_load_and_pv_of_the_next_interval_in_forecast_and_settlement():
    street = Street()
    assert street.reads(0, load=250, pv=40) == "taken"
    (forecast,) = told(street.starts(), Forecast)
    assert (forecast.load, forecast.pv, forecast.net) == (250, 40, 210)
    (metered,) = told(street.ends(), Metered)
    assert (metered.load, metered.pv, metered.grid_import) == (250, 40, 210)


def test_a_missing_reading_leaves_the_seats_own_profile():
    plain, street = Street(), Street()
    street.reads(0, load=251)
    assert told(street.starts(), Forecast, 1) == told(plain.starts(), Forecast, 1)
    later = told(street.ends(), Forecast)
    assert later == told(plain.ends(), Forecast)
    assert later[0].load != 251


def test_of_several_readings_for_an_interval_the_last_counts():
    street = Street()
    assert [street.reads(0, load=100), street.reads(1, load=200)] == ["taken", "taken"]
    (forecast,) = told(street.starts(), Forecast)
    assert forecast.load == 200


@pytest.mark.parametrize(
    ("reading", "verdict"),
    [
        ({"taken_s": 100}, "doubled"),
        ({"taken_s": 99}, "out_of_order"),
        ({"taken_s": 129, "now_s": 200}, "late"),
        ({"taken_s": 130, "now_s": 200}, "taken"),
        ({"taken_s": 160, "now_s": 100}, "taken"),
        ({"taken_s": 161, "now_s": 100}, "absurd"),
        ({"taken_s": 101, "load": -1}, "absurd"),
        ({"taken_s": 101, "pv": -1}, "absurd"),
        ({"taken_s": 101, "load": FUSE_W // 4 + 1}, "absurd"),
        ({"taken_s": 101, "load": FUSE_W // 4}, "taken"),
    ],
)
def test_each_kind_of_wrong_reading_has_its_rule(reading, verdict):
    street = Street()
    assert street.reads(100, load=250, now_s=100) == "taken"
    assert street.reads(**reading) == verdict
    (forecast,) = told(street.starts(), Forecast)
    assert forecast.load == (reading.get("load", 250) if verdict == "taken" else 250)


def test_a_market_without_households_has_no_use_for_meters():
    assert Street(SMALL).reads(0) == "not_metered"


def test_a_reading_is_part_of_what_a_session_remembers():
    street, plain = Street(), Street()
    assert street.session.digest() == plain.session.digest()
    street.reads(0)
    assert street.session.digest() != plain.session.digest()


def test_power_is_energy_over_the_interval_and_energy_is_itself():
    assert measured(b'{"at":5,"load_w":1000,"pv_w":400}', 0.25) == Measured(5.0, 250, 100)
    assert measured(b'{"at":5,"load_wh":1000}', 0.25) == Measured(5.0, 1000, None)
    assert measured(b'{"at":5,"pv_w":400}', 0.25) == Measured(5.0, None, 100)


def test_a_converters_own_use_is_no_pv_and_loses_no_load():
    assert measured(b'{"at":5,"load_w":1000,"pv_w":-120}', 0.25) == Measured(5.0, 250, 0)


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("1763756100", 1763756100.0),
        ("1763756100000", 1763756100.0),
        ('"2025-11-21T20:15:00Z"', 1763756100.0),
        ('"2025-11-21T21:15:00.5+01:00"', 1763756100.5),
        ('"2024-02-29 00:00:00-0030"', 1709166600.0),
        ('"1970-01-01T00:00:00Z"', 0.0),
    ],
)
def test_a_meters_time_is_read_as_meters_write_it(at, seconds):
    assert measured(f'{{"at":{at},"load_w":4}}'.encode(), 0.25).at_s == seconds


@pytest.mark.parametrize("at", ["2025-11-21T20:15:00", "yesterday", "2025-13-01T00:00:00Z", "", "1763756100"])
def test_a_time_that_is_none_is_refused_with_a_word(at):
    with pytest.raises(ProtocolError, match="as in 2026-11-21T20:15:00Z") as caught:
        measured(f'{{"at":"{at}","load_w":4}}'.encode(), 0.25)
    assert caught.value.code == "bad_time"


def test_a_meter_of_one_quantity_leaves_the_other_as_it_is():
    plain, street = Street(), Street()
    assert street.reads(0, load=251, pv=None) == "taken"
    (own,) = told(plain.starts(), Forecast)[:1]
    (forecast,) = told(street.starts(), Forecast)[:1]
    assert (forecast.load, forecast.pv) == (251, own.pv)
    both = Street()
    assert [both.reads(0, load=251, pv=None), both.reads(1, load=None, pv=77)] == ["taken", "taken"]
    (forecast,) = told(both.starts(), Forecast)[:1]
    assert (forecast.load, forecast.pv) == (251, 77), "two meters, one for each"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[" * 1_000,
        b"17",
        b"{}",
        b'{"at":5}',
        b'{"load_w":5}',
        b'{"at":5,"load_w":5,"load_wh":5}',
        b'{"at":1e400,"load_w":5}',
        b'{"at":5,"load_w":1e30}',
        b'{"at":5,"load_w":"5"}',
        b'{"at":5,"load_w":5,"code":"ABCD2345"}',
        b'{"at":5,"load_w":5' + b" " * PAYLOAD_MAX + b"}",
    ],
)
def test_what_is_no_reading_is_the_meters_fault(raw):
    with pytest.raises(ProtocolError):
        measured(raw, 0.25)


# --- on a broker -------------------------------------------------------------------------------------------------


def meter(broker, name="meter", **more):
    return aiomqtt.Client(broker.host, broker.port, identifier=name, timeout=10, **more)


def says(load_w, at=None):
    return json.dumps({"at": time.time() if at is None else at, "load_w": load_w, "pv_w": 0}).encode()


@needs_mosquitto
async def test_a_meters_reading_on_the_broker_is_journaled_and_used_and_debris_is_passed_over(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(STREET)) as hosted,
        publishing(hosted, broker.broker) as publisher,
        meter(broker.broker) as client,
    ):
        await hosted.until(publisher.listening.is_set)
        for topic, payload in (
            ("meter/7", says(1000)),
            ("meter/x", says(1000)),
            ("meter/1", b"debris"),
            ("bid", b'{"price":50}'),
            ("meter/0", says(1000)),
        ):
            await client.publish(f"{publisher.topic}/{topic}", payload, qos=1)
        session = hosted.host.opened.session
        await hosted.until(lambda: bool(session.meters.last))
        assert publisher.meters.passed_over == {"no_seat": 2, "bad_reading": 1}
        experimenter = await hosted.experimenter()
        await experimenter.say(Start())
        assert session.markets[0].environment.measured == {0: (250, 0)}
    reading = read_folder(hosted.host.opened.store.folder)
    again, _ = run_again(reading)
    assert again.digest().hex() == reading.sealed.digest
    assert again.meters.last == session.meters.last


@needs_mosquitto
async def test_a_meter_that_runs_wild_does_not_fill_the_journal(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(STREET)) as hosted,
        publishing(hosted, broker.broker) as publisher,
        meter(broker.broker) as client,
    ):
        await hosted.until(publisher.listening.is_set)
        at = time.time()
        for number in range(300):
            await client.publish(f"{publisher.topic}/meter/0", says(1000, at + number / 1000), qos=1)
        counted = publisher.meters.passed_over
        async with asyncio.timeout(10):
            while counted["too_soon"] < 200:  # noqa: ASYNC110 (what is waited for comes through a socket)
                await asyncio.sleep(0.01)


@needs_mosquitto
async def test_an_access_list_lets_each_meter_write_on_its_own_seat_alone(host, tmp_path):
    acl = tmp_path / "acl"
    acl.write_text(
        "topic read tradingpit/#\n\nuser pit\ntopic readwrite tradingpit/#\n\npattern write tradingpit/+/meter/%u\n"
    )
    acl.chmod(0o600)
    rules = f"allow_anonymous true\nacl_file {acl}\n"
    async with mosquitto(tmp_path, rules) as broker, host(parse(STREET)) as hosted:
        server = type(broker.broker)("127.0.0.1", broker.port, user="pit", password="x")
        async with publishing(hosted, server) as publisher, meter(broker.broker, username="1") as client:
            await hosted.until(publisher.listening.is_set)
            await client.publish(f"{publisher.topic}/meter/0", says(1000), qos=1)
            await client.publish(f"{publisher.topic}/meter/1", says(1000), qos=1)
            session = hosted.host.opened.session
            await hosted.until(lambda: bool(session.meters.last))
            assert set(session.meters.last) == {1}


@needs_mosquitto
async def test_pit_meter_publishes_a_household(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(STREET)) as hosted,
        publishing(hosted, broker.broker) as publisher,
    ):
        await hosted.until(publisher.listening.is_set)
        words = ("meter", publisher.address, "--seat", "0", "--seat", "1", "--count", "1")
        done = await asyncio.to_thread(pit, *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stderr == "10:00 2 readings\n"
        await hosted.until(lambda: set(hosted.host.opened.session.meters.last) == {0, 1})


def test_pit_meter_needs_to_know_the_session_and_says_when_nobody_is_there(tmp_path):
    done = pit("meter", "mqtt://127.0.0.1:1", "--seat", "0", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "which session?" in done.stderr
    done = pit("meter", "mqtt://127.0.0.1:1/session", "--seat", "0", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
