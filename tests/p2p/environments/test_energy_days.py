"""Whole days of energy: every Wh and every unit of money accounted for, bounds kept, recovered, live as simulated."""

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.robots.fleet import run_fleet
from p2p.analysis.energy_metrics import EnergyRecords, best_gain, bound_given_actions
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import INSTITUTION
from p2p.messages import Contract, Forecast, Metered, Schedule, SetBattery, SetReservation, StartPeriod, Step
from p2p.messages.envelope import Event
from p2p.scenario.charges import Charges
from p2p.scenario.prosumer_schema import Battery, Prosumers, Range
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.scenario.terms import CallTerms
from p2p.schedules.rationing import market_rules
from p2p.session.session import Session
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionSpec, play
from p2p.sim.simulation.foresight_bound import foresight_bound
from p2p.sim.simulation.simulation import Simulation, SimulationStep
from recordings.journal.store import Recovered, Store, read_folder, run_again
from recordings.scoring.score import fold, score
from tests.plays.energy_days_plays import ENERGY_DAYS, brief


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Small neighbourhoods of all kinds, under a call or an open book."""
    seats = draw(st.integers(2, 7))
    battery = Battery(capacity_kwh=draw(st.floats(0.5, 12)), round_trip_efficiency=draw(st.floats(0.7, 1)))
    batteries = draw(st.integers(0, seats))
    flexible = draw(st.booleans())
    table = Prosumers(
        seats=seats,
        pv=draw(st.integers(0, seats)),
        batteries=batteries,
        battery=battery if batteries else None,
        buy=Range(250, 400),
        feed_in=Range(50, 120),
        starts_at=draw(st.sampled_from(["06:00", "10:00", "15:30"])),
        interval_min=draw(st.sampled_from([5, 15, 60])),
        noise=draw(st.sampled_from([0.0, 0.05, 0.5])),
        flexible_wh=200 if flexible else 0,
        flexible_value=Range(130, 240) if flexible else None,
        grid_limit_w=draw(st.none() | st.integers(200, 3_000)),
        end_value=draw(st.integers(0, 300)),
    )
    assert table.wrong(1) == []
    cap = draw(st.none() | st.floats(0.2, 5))
    call = CallTerms(feeder_cap_kw=cap, interval_min=table.interval_min, calls=draw(st.integers(1, 3)))
    name = draw(st.sampled_from(["continuous", "call"]))
    rules = InstitutionRules(0, 500, name=name, call=call if name == "call" else None)
    charges = draw(st.sampled_from([Charges(), Charges(commission=100, tax_buyer=3)]))
    return Scenario("A day", rules, table, 6, 10.0, charges=charges, markets=draw(st.integers(1, 2)), break_s=1.0)


def events_of(heard: list[SimulationStep]) -> list[Event]:
    return [event for _, _, events in heard for event in events]


def by_period(events: list[Event], market: int) -> list[list[Event]]:
    """A market's events, cut where a period's forecasts begin."""
    periods: list[list[Event]] = []
    seen = 0
    for event in (event for event in events if event.market == market):
        if isinstance(event.message, Forecast) and event.message.period != seen:
            seen = event.message.period
            periods.append([])
        if periods:
            periods[-1].append(event)
    return periods


def of(events: list[Event], kind: Any) -> dict[int, Any]:
    return {event.to: event.message for event in events if isinstance(event.message, kind)}  # type: ignore[misc]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(), st.integers(0, 10**6), st.sampled_from(["zic", "satisficer", "ziu"]))
def test_every_wh_and_every_unit_of_money_is_accounted_for(scenario: Scenario, seed: int, word: str) -> None:
    heard = list(Simulation(scenario, [word] * scenario.seats, seed).play())
    for market in range(scenario.markets):
        for events in by_period(events_of(heard), market):
            forecasts, metered, schedules = of(events, Forecast), of(events, Metered), of(events, Schedule)
            contracts = [e.message for e in events if isinstance(e.message, Contract) and e.to != INSTITUTION]
            (start,) = [e.message for e in events if isinstance(e.message, StartPeriod)]
            assert set(metered) == set(forecasts)
            assert {seat: sum(s.quantity for s in one.steps) for seat, one in schedules.items()} == (
                start.buyers | start.sellers
            )
            assert not set(start.buyers) & set(start.sellers)
            bought = dict.fromkeys(forecasts, 0)
            paid = dict.fromkeys(forecasts, 0)
            for one in contracts:
                assert one.buyer != one.seller
                bought[one.buyer] += one.quantity
                bought[one.seller] -= one.quantity
                gets = one.paid_to_seller
                paid[one.buyer] += one.price * one.quantity + scenario.charges.due("buyer", one.quantity)
                paid[one.seller] -= gets * one.quantity - scenario.charges.due("seller", one.quantity)
                assert gets <= one.price
            for seat, one in metered.items():
                told = forecasts[seat]
                assert told.net == told.load - told.pv + told.battery
                assert one.bought == bought[seat]
                assert -max(0, -told.net) <= one.bought <= (told.net + told.flexible if told.net >= 0 else 0)
                goes_in = one.pv + one.bought + one.grid_import + one.unserved
                assert goes_in == one.load + one.battery + one.flexible + one.grid_export + one.curtailed
                assert one.gain == bill(told, one, 0) - bill(told, one, one.bought) - paid[seat]
            assert sum(bought.values()) == 0


def bill(told: Forecast, one: Metered, bought: int) -> int:
    """What the grid asks of a household that has bought so much, what it leaves unserved and uses by choice counted."""
    rest = one.load - one.pv + one.battery - bought
    limit = 10**12 if told.grid_limit is None else told.grid_limit
    if rest >= 0:
        return told.buy * min(rest, limit) + told.unserved_price * max(0, rest - limit)
    flexible = min(-rest, told.flexible)
    return -told.flexible_value * flexible - told.feed_in * min(-rest - flexible, limit)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(), st.integers(0, 10**6), st.sampled_from(["zic", "satisficer", "ziu"]))
def test_foresight_gains_no_less_than_the_same_actions_and_these_no_less_than_was_gained(
    scenario: Scenario, seed: int, word: str
) -> None:
    pytest.importorskip("scipy")
    played = play(SessionSpec(1, scenario, (word,) * scenario.seats, seed, seed, bounds=True))
    for market, foresight in enumerate(played.foresight):
        energy = [one.energy for one in played.scores if one.market == market]
        assert len(energy) == scenario.periods
        assert foresight is not None
        assert all(one.gain <= one.bound_given_actions for one in energy if one)
        assert foresight >= sum(one.bound_given_actions for one in energy if one) - 1e-6 * (1 + abs(foresight))


def test_the_bounds_by_hand() -> None:
    """A house with 100 Wh over at noon and 100 short in the evening, its neighbour the other way round."""
    noon = EnergyRecords(
        {0: Forecast(1, 0, 100, -100, 300, 50), 1: Forecast(1, 60, 0, 60, 200, 80)},
        {0: Metered(1, 0, 100, gain=0), 1: Metered(1, 60, 0, gain=0)},
    )
    assert bound_given_actions(noon, None) == 60 * (200 - 50)
    assert bound_given_actions(noon, 20) == 20 * (200 - 50)
    evening = EnergyRecords(
        {0: Forecast(2, 100, 0, 100, 300, 50), 1: Forecast(2, 0, 30, -30, 200, 80)},
        {0: Metered(2, 100, 0, gain=0), 1: Metered(2, 0, 20, gain=0)},
    )
    # it may sell the 30 Wh of its forecast, 10 of which it would have to draw at 200
    assert bound_given_actions(evening, None) == 20 * (300 - 80) + 10 * (300 - 200)


def test_foresight_by_hand_moves_energy_from_noon_to_evening() -> None:
    pytest.importorskip("scipy")
    battery = Battery(capacity_kwh=0.04, power_kw=12, round_trip_efficiency=1.0, soc_min=0.0, soc_start=0.0)
    table = Prosumers(seats=2, buy=Range(300, 300), feed_in=Range(50, 50), battery=battery, batteries=1)
    scenario = Scenario("Two", InstitutionRules(0, 500, name="continuous"), table, 2, 1.0)
    noon = EnergyRecords(
        {
            0: Forecast(1, 0, 100, -100, 300, 50, stored=0, power_w=12_000, capacity=40),
            1: Forecast(1, 0, 0, 0, 300, 50),
        },
        {0: Metered(1, 0, 100, gain=0, stored=0), 1: Metered(1, 0, 0, gain=0)},
    )
    evening = EnergyRecords(
        {0: Forecast(2, 10, 0, 10, 300, 50, stored=0), 1: Forecast(2, 90, 0, 90, 300, 50)},
        {0: Metered(2, 10, 0, gain=0, stored=0), 1: Metered(2, 90, 0, gain=0)},
    )
    assert bound_given_actions(noon, None) == bound_given_actions(evening, None) == 0
    assert foresight_bound(scenario, [noon, evening]) == pytest.approx(40 * (300 - 50))
    worth_more = msgspec.structs.replace(scenario, environment=msgspec.structs.replace(table, end_value=900))
    assert foresight_bound(worth_more, [noon, evening]) == pytest.approx(40 * (900 - 50))


STEPS = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=6)


@given(STEPS, STEPS, st.none() | st.integers(0, 20))
def test_the_best_gain_is_that_of_unit_after_unit(bids: Any, asks: Any, cap: int | None) -> None:
    wanted = sorted((value for value, many in bids for _ in range(many)), reverse=True)
    offered = sorted(value for value, many in asks for _ in range(many))
    units = list(zip(wanted, offered, strict=False))[:cap]
    assert best_gain([Step(*b) for b in bids], [Step(*a) for a in asks], cap) == sum(max(0, b - a) for b, a in units)


# --- recorded, recovered, live ----------------------------------------------------------------------------------


def recorded(scenario: Scenario, folder: Path) -> tuple[Session, list[bytes]]:
    """A session on disk as a live one is, with settings that stay; after each record the session's digest."""
    simulation = Simulation(scenario, ["zic"] * scenario.seats, 3)
    store = Store.create(folder, scenario, 3, "test")
    digests = []
    plan = {0: SetReservation(300, 100), 1: SetReservation(240, 60), **dict.fromkeys(range(2, 12), SetBattery(-900))}
    for envelope, now, events in simulation.play():
        store.append(store.line(envelope, now, events))
        digests.append(simulation.session.digest())
        started = any(isinstance(event.message, StartPeriod) and event.message.period == 1 for event in events)
        for seat, setting in plan.items() if started else ():
            robot = simulation.robots[seat]
            robot.token += 1
            said = simulation._hand_in(
                msgspec.structs.replace(envelope, sender=seat, message=setting, market=None, token=robot.token), now
            )
            store.append(store.line(*said))
            digests.append(simulation.session.digest())
    store.seal(simulation.session.digest())
    return simulation.session, digests


@pytest.mark.parametrize("name", ENERGY_DAYS)
def test_a_day_recovers_from_its_journal_at_every_record(name: str, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    _, digests = recorded(brief(name, periods=5), whole)
    lines = (whole / "journal.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == len(digests) + 2 > 60
    cut = tmp_path / "cut"
    cut.mkdir()
    for count, digest in enumerate(digests, 1):
        (cut / "journal.jsonl").write_bytes(b"".join(lines[: count + 1]))
        recovered = Recovered(cut)
        assert (len(recovered.played), recovered.session.digest()) == (count, digest)


@pytest.mark.parametrize("name", ENERGY_DAYS)
def test_the_settings_of_a_recorded_day_took_effect(name: str, tmp_path: Path) -> None:
    recorded(brief(name), tmp_path / "one")
    _, played = run_again(read_folder(tmp_path / "one"))
    events = [event for _, some in played for event in some]
    assert any(e.sender == 0 and e.to == INSTITUTION for e in events), "the automaton has traded for seat 0"
    assert any(isinstance(e.message, Forecast) and e.message.battery < 0 for e in events), "a battery discharges"


@pytest.mark.parametrize("name", ENERGY_DAYS)
async def test_a_day_on_sockets_is_the_one_its_messages_make_again(host, name: str) -> None:
    scenario = msgspec.structs.replace(
        brief(name), period_s=0.4, break_s=0.05, robots=msgspec.structs.replace(load(name).robots, reaction_mean_s=0.05)
    )
    async with host(scenario) as hosted:
        cast = [(code, "zic") for code in hosted.codes.values()]
        assert await run_fleet(hosted.url, cast) == []
        assert await hosted.running == 0
        folder = hosted.host.opened.store.folder
    reading = read_folder(folder)
    session, played = run_again(reading)
    assert reading.sealed is not None
    assert session.digest().hex() == reading.sealed.digest
    again = SessionOutcome(partial(market_rules, scenario))
    for record, (_, events) in zip(read_folder(folder).records(), played, strict=True):
        again.on_input(record.envelope().message)
        for event in events:
            again.on_event(event)
    assert again.scores() == fold(read_folder(folder)).scores()
    scored = score(folder)
    assert len(scored.periods) == 3
    assert {trader.seat: trader.surplus for trader in scored.traders} == {
        seat: sum(one.surplus_by_seat[seat] for one in scored.periods)
        for seat in (trader.seat for trader in scored.traders)
    }


def test_a_day_is_the_same_again_and_another_seed_is_another_day() -> None:
    def whole(seed: int) -> list[SimulationStep]:
        return list(Simulation(brief("energy-day"), ["zic"] * 12, seed).play())

    assert whole(1) == whole(1)
    assert whole(1) != whole(2)


def test_the_feeder_carries_no_more_than_its_cap() -> None:
    scenario = brief("energy-day-call-cap", periods=6)
    assert scenario.institution.call is not None
    heard = list(Simulation(scenario, ["satisficer"] * 12, 1).play())
    carried = [
        sum(e.message.quantity for e in events if isinstance(e.message, Contract))
        for events in by_period(events_of(heard), 0)
    ]
    assert max(carried) == 1_000, "3 kW for twenty minutes, and it binds"


@pytest.mark.parametrize("name", ENERGY_DAYS)
def test_the_lab_s_days_begin_at_ten_and_have_trade_in_nearly_every_interval(name: str) -> None:
    scenario = load(name)
    assert isinstance(scenario.environment, Prosumers)
    assert scenario.environment.starts_at == "10:00"
    assert 16 <= scenario.periods <= 24
    assert 60 <= scenario.period_s <= 90
    for seed in (1, 2, 3):
        played = play(SessionSpec(1, scenario, ("satisficer",) * 12, seed, seed))
        assert sum(one.quantity > 0 for one in played.scores) >= 15
        prices = [one.equilibrium.price for one in played.scores if one.equilibrium.price is not None]
        assert max(prices) - min(prices) > 100, "the price falls towards noon and rises after it"
        assert any(a > b for a, b in pairwise(prices))
