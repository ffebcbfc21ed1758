"""What the periods came to, on a broker that comes and goes: all of them, in order, each after its contracts."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from p2p.messages import Accepted, Contract, EndPeriod, Metered, Start, StartRound
from p2p.protocol.mqtt_topics import Interval
from p2p.scenario.parsing import parse
from recordings.journal.store import Recovered, read_folder
from recordings.scoring.score import fold
from server.hosted_session import open_again
from server.mqtt.period_sums import PeriodSums
from tests.conftest import SMALL
from tests.plays.brokers import Listener, listening, mosquitto, needs_mosquitto
from tests.plays.hosted import hosting
from tests.plays.mqtt_plays import STREET, kept_out, market, publishing, trade

MANY = SMALL.replace("break_s = 60", "break_s = 0").replace("periods = 2", "periods = 8")
HOUSES = (
    STREET.replace("seats = 2", "seats = 3")
    .replace("periods = 3", "periods = 6")
    .replace("break_s = 10", "break_s = 0")
)


def periods(heard: Listener) -> list[object]:
    return [one["period"] for one in heard.all("interval")]


def once(heard: Listener) -> list[object]:
    """The same without repeats, which a connection that breaks makes."""
    return list(dict.fromkeys(periods(heard)))


def journaled(folder) -> list[tuple[int, int, int, float | None]]:
    """What the periods of a recording came to: number, contracts, quantity, mean price."""
    outcome = fold(read_folder(folder))
    told = []
    for (_, period), made in sorted(outcome.contracts.items()):
        if (0, period) in outcome.finished:
            quantity = sum(one.quantity for one in made)
            value = sum(one.price * one.quantity for one in made)
            told.append((period, len(made), quantity, value / quantity if quantity else None))
    return told


def told(heard: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(one["period"], one["contracts"], one["quantity"], one["price_mean"]) for one in heard]


@needs_mosquitto
async def test_the_intervals_of_a_brokers_absence_are_those_of_the_journal_when_it_is_back(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(MANY)) as hosted,
        publishing(hosted, broker.broker) as publisher,
    ):
        experimenter, buyer, seller = await market(hosted)

        async def period(number, *prices):
            await buyer.until_told(StartRound, number)
            for price in prices:
                await trade(buyer, seller, price)
            assert isinstance(await experimenter.say(EndPeriod()), Accepted)

        async with listening(broker.broker) as before:
            await period(1, 80)
            await before.until(lambda: periods(before)[-1:] == [1])
            first = before.all("interval")
        let_in = kept_out(publisher)
        broker.stop()
        await period(2, 81, 90)
        await period(3)
        await period(4, 82)
        await hosted.until(lambda: not publisher.connected.is_set())
        await broker.start()
        async with listening(broker.broker) as after:
            let_in.set()
            await period(5, 83)
            await after.until(lambda: periods(after)[-1:] == [5])
            assert once(after)[-4:] == [2, 3, 4, 5]
            last = {one["period"]: one["contracts"] for one in after.all("interval")}
            said = [name.rpartition("/")[2] for name, _, _ in after.heard]
            places = [place for place, topic in enumerate(said) if topic == "interval"]
            for place, number in zip(places, periods(after), strict=True):
                before_it = after.all("contract")[: said[:place].count("contract")]
                had = {one["n"] for one in before_it if one["period"] == number}
                assert len(had) == last[number] or number == 1
        async with listening(broker.broker, name="late") as late:
            await late.until(lambda: "interval" in late.retained())
            assert periods(late) == [5]
        whole = {one["period"]: one for one in [*first, *after.all("interval")]}
        assert told(list(whole.values())) == journaled(hosted.host.opened.store.folder)


@needs_mosquitto
async def test_energy_of_a_brokers_absence_is_each_periods_own(host, tmp_path):
    async with mosquitto(tmp_path) as broker, host(parse(HOUSES)) as hosted:
        async with publishing(hosted, broker.broker) as publisher:
            await hosted.until(publisher.connected.is_set)
            experimenter = await hosted.experimenter()
            traders = [await hosted.join(seat) for seat in range(3)]
            let_in = kept_out(publisher)
            broker.stop()
            await hosted.until(lambda: not publisher.connected.is_set())
            assert isinstance(await experimenter.say(Start()), Accepted)
            for number in (1, 2, 3):
                await traders[0].until_told(StartRound, number)
                assert isinstance(await experimenter.say(EndPeriod()), Accepted)
            for trader in traders:
                await trader.until_told(Metered, 3)
            await broker.start()
            async with listening(broker.broker) as heard:
                let_in.set()
                await heard.until(lambda: once(heard) == [1, 2, 3])
        intervals = {one["period"]: one for one in heard.all("interval")}
        for number, interval in enumerate(intervals.values()):
            metered = [trader.all(Metered)[number] for trader in traders]
            assert interval["import_wh"] == sum(one.grid_import for one in metered)
            assert interval["export_wh"] == sum(one.grid_export for one in metered)
        assert len({one["feeder_wh"] for one in intervals.values()}) == 3


@needs_mosquitto
async def test_a_session_that_was_cut_tells_the_intervals_before_with_their_energy(host, tmp_path):
    async with host(parse(HOUSES)) as hosted:
        experimenter = await hosted.experimenter()
        traders = [await hosted.join(seat) for seat in range(3)]
        assert isinstance(await experimenter.say(Start()), Accepted)
        for number in (1, 2):
            await traders[0].until_told(StartRound, number)
            assert isinstance(await experimenter.say(EndPeriod()), Accepted)
        for trader in traders:
            await trader.until_told(Metered, 2)
        folder = hosted.host.opened.store.folder
    async with (
        mosquitto(tmp_path) as broker,
        listening(broker.broker) as heard,
        hosting(open_again(Recovered(folder), 0)) as again,
        publishing(again, broker.broker),
    ):
        await heard.until(lambda: once(heard) == [1, 2])
    intervals = {one["period"]: one for one in heard.all("interval")}
    for number, interval in enumerate(intervals.values()):
        assert interval["import_wh"] == sum(trader.all(Metered)[number].grid_import for trader in traders)


@needs_mosquitto
async def test_a_broker_that_forgot_the_last_interval_keeps_it_again(host, tmp_path):
    async with (
        mosquitto(tmp_path) as broker,
        host(parse(MANY)) as hosted,
        publishing(hosted, broker.broker) as publisher,
    ):
        experimenter, buyer, seller = await market(hosted)
        async with listening(broker.broker) as heard:
            for number in (1, 2):
                await buyer.until_told(StartRound, number)
                await trade(buyer, seller, 80)
                assert isinstance(await experimenter.say(EndPeriod()), Accepted)
            await heard.until(lambda: periods(heard)[-1:] == [2])
        await hosted.until(lambda: not next(iter(publisher.bulletins.values())).intervals.has_unsent)
        broker.stop()
        await hosted.until(lambda: not publisher.connected.is_set())
        await broker.start()
        async with listening(broker.broker) as late:
            await late.until(lambda: once(late) == [2])


# --- without a broker ----------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["contract", "end", "sent", "lost", "renewed"]), max_size=60))
def test_whatever_gets_lost_all_intervals_are_confirmed_in_order_after_their_contracts(steps):
    intervals, made, confirmed, ended, heard = PeriodSums(shown=True), 0, 0, 0, []
    for step in [*steps, "renewed", "sent"]:
        match step:
            case "contract":
                intervals.contract(Contract(1, 50, "bid"))
                made += 1
            case "end":
                ended += 1
                intervals.ended(ended, 0, made)
                intervals.began()
            case "renewed":
                intervals.renew()
            case _:
                due = intervals.due(confirmed)
                heard += [(confirmed, msgspec.json.decode(one, type=Interval)) for one in due]
                intervals.confirmed += len(due) if step == "sent" else 0
                confirmed = made
    last = [one.period for _, one in heard]
    first_heard = list(dict.fromkeys(last))
    assert first_heard == sorted(first_heard)
    intervals.renew()
    again = [msgspec.json.decode(one, type=Interval) for one in intervals.due(made)]
    assert {*first_heard, *(one.period for one in again)} == set(range(1, ended + 1))
    assert [one.period for one in again][-1:] == ([ended] if ended else [])
    before = 0
    for one in sorted({one.period: one for _, one in heard}.values(), key=lambda one: one.period):
        before += one.contracts or 0
        assert all(had >= before for had, other in heard if other.period == one.period)
