"""Sessions without sockets: the published figures, the same on every core, the same from a recording."""

import csv
from pathlib import Path

import msgspec
import pytest

from p2p.analysis.market_metrics import score_session
from p2p.base.rng import derived
from p2p.base.units import SECOND, is_seat
from p2p.messages import Accepted, EndRound, Quote, Refused, Schedule, Start, StartRound
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionResult, SessionSpec, play, play_all
from p2p.sim.simulation.simulation import Simulation, until_next
from p2p.sim.tables.estimate import Estimate, said_spread, spread_of
from p2p.sim.tables.writer import write_tables
from recordings.journal.store import Store, read_folder, run_again
from recordings.scoring.baselines import specs
from recordings.scoring.score import fold, score
from tests.plays.play import small, told


def exhaustive() -> Scenario:
    """Test 1 with periods long enough to exhaust the gains: 60 activations per trader, no rule against losses."""
    scenario = load("smith-1962-test-1")
    return msgspec.structs.replace(scenario, periods=1, no_loss="off")


def tasks(scenario: Scenario, word: str, sessions: int) -> list[SessionSpec]:
    return [
        SessionSpec(k, scenario, (word,) * scenario.seats, derived(1, k), derived(1, k, "robots"))
        for k in range(1, sessions + 1)
    ]


def mean_efficiency(played: list[SessionResult]) -> float:
    return sum(score_session(one.scores).efficiency or 0.0 for one in played) / len(played)


def test_zero_intelligence_under_a_constraint_realises_the_published_share_of_test_1() -> None:
    scenario = exhaustive()
    assert scenario.activations() >= 60
    played = list(play_all(tasks(scenario, "zic", 200), 1))
    assert 0.955 <= mean_efficiency(played) <= 0.975
    looked = sum(one.activations for one in played) / len(played) / scenario.seats
    assert 20 < looked < 60, "whoever has traded his unit looks no more"


def test_zero_intelligence_without_a_constraint_gains_next_to_nothing() -> None:
    played = list(play_all(tasks(exhaustive(), "ziu", 60), 1))
    assert mean_efficiency(played) <= 0.10
    assert all(score.quantity == 11 for one in played for score in one.scores), "all eleven pairs trade"


def test_what_is_not_exhausted_is_not_gained() -> None:
    short = msgspec.structs.replace(exhaustive(), period_s=20.0)
    assert mean_efficiency(list(play_all(tasks(short, "zic", 40), 1))) < 0.93


@pytest.mark.parametrize(("word", "period_s"), [("optimizer", 600.0), ("satisficer", 120.0)])
def test_rules_that_lose_nothing_gain_most_of_test_1(word: str, period_s: float) -> None:
    """An optimizer walks from a limit to the other side cent by cent: it takes its time."""
    scenario = msgspec.structs.replace(exhaustive(), period_s=period_s)
    played = list(play_all(tasks(scenario, word, 10), 1))
    assert 0.85 < mean_efficiency(played) <= 1.0
    assert all(gain >= 0 for one in played for score in one.scores for gain in score.surplus_by_seat.values())


def test_the_results_are_the_same_on_several_cores_and_in_order() -> None:
    work = tasks(small(), "zic", 10)
    alone, together = list(play_all(work, 1)), list(play_all(work, 2))
    assert alone == together
    assert [one.session for one in together] == list(range(1, 11))
    assert len({str(one.scores) for one in alone}) > 5


def test_a_session_is_the_same_again_and_another_seed_is_another() -> None:
    def whole(seed: int, robot_seed: int | None = None) -> list[object]:
        return list(Simulation(small(), ["zic"] * 4, seed, robot_seed).play())

    assert whole(1) == whole(1)
    assert whole(1) != whole(2)
    assert whole(1, 2) != whole(1)
    assert [e for _, _, some in whole(1, 2)[:5] for e in some] == [e for _, _, some in whole(1)[:5] for e in some]  # type: ignore[attr-defined]


def test_robots_look_at_exponential_times_with_the_scenarios_mean() -> None:
    scenario = small(((1,),) * 4, ((200,),) * 4, periods=1, period_s=2_000.0)
    looked = Simulation(scenario, ["zic"] * 8, 1)
    list(looked.play())
    assert 15_300 < looked.activations() < 16_700, "8 traders × 2000 s × 1 per second, 5 standard deviations"
    waits = [until_next(looked.robots[0]) / SECOND for _ in range(10_000)]
    assert sum(waits) / 10_000 == pytest.approx(1, abs=0.04)
    assert sum(wait**2 for wait in waits) / 10_000 == pytest.approx(2, abs=0.2), "their variance is the mean's square"


def test_a_session_that_waits_for_the_experimenter_is_started() -> None:
    heard = list(Simulation(small(start="experimenter"), ["zic"] * 4, 1).play())
    assert [envelope.message for envelope, _, _ in heard if isinstance(envelope.message, Start)] == [Start()]
    assert len(told([event for _, _, events in heard for event in events], EndRound)) == 2


def test_two_markets_are_played_side_by_side_to_the_end() -> None:
    simulation = Simulation(small(markets=2), ["zic"] * 8, 1)
    events = [event for _, _, some in simulation.play() for event in some]
    for market in (0, 1):
        here = [event for event in events if event.market == market]
        assert len(told(here, StartRound)) == len(told(here, EndRound)) == 2
        assert len(told(here, Schedule)) == 8
        assert told(here, Accepted)
    assert simulation.session.phase == "ended"
    assert simulation.session.now == 25 * SECOND


def test_robots_fold_the_very_facts_that_they_would_be_fed() -> None:
    """What a simulated robot knows at the end is what the session's books say."""
    simulation = Simulation(small(markets=2, identities="alias"), ["zic", "satisficer", "optimizer", "zic"] * 2, 4)
    for _, _, events in simulation.play():
        for event in events:
            assert not isinstance(event.message, Refused)
    for seat, robot in simulation.robots.items():
        fix, out, _ = simulation.session.market_of[seat].environment.state()  # type: ignore[misc]
        agent = dict(fix)[seat]
        assert robot.knowledge.prices == agent["prices"]
        assert robot.knowledge.surplus == agent["surplus" if agent["type"] == "buyer" else "profit"]
        assert [one.price for one in robot.knowledge.public.contracts] == [price for *_, price in out]
        assert (robot.knowledge.bid, robot.knowledge.ask, robot.knowledge.public.phase) == (None, None, "ended")


def test_a_robot_that_learns_is_told_every_quote_of_its_market_and_no_other() -> None:
    simulation = Simulation(small(markets=2, periods=1), ["satisficer/mode=k_search/k=1000"] * 8, 4)
    events = [event for _, _, some in simulation.play() for event in some]
    for robot in simulation.robots.values():
        market = simulation.session.market_of[robot.seat].number
        quotes = told([event for event in events if event.market == market], Quote)
        assert list(robot.agent.bids) == [quote.price for quote in quotes if quote.side == "bid"]  # type: ignore[attr-defined]
        assert list(robot.agent.asks) == [quote.price for quote in quotes if quote.side == "ask"]  # type: ignore[attr-defined]
        assert quotes


def test_whoever_looks_at_the_very_end_of_a_period_looks_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p2p.sim.simulation.simulation.until_next", lambda robot: 5 * SECOND)
    heard = list(Simulation(small(), ["zic"] * 4, 1).play())
    assert {at for envelope, at, _ in heard if is_seat(envelope.sender)} <= {5 * SECOND, 20 * SECOND}


# --- tables ----------------------------------------------------------------------------------------------------


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_have_the_promised_columns_and_figures(tmp_path: Path) -> None:
    played = list(play_all(tasks(small(markets=2), "zic", 3), 1))
    write_tables(tmp_path, played)
    periods, sessions = rows(tmp_path / "periods.csv"), rows(tmp_path / "sessions.csv")
    assert list(periods[0])[:3] == ["session", "market", "period"]
    assert {"efficiency", "alpha", "price_mean", "quantity"} < set(periods[0])
    assert [int(row["activations"]) for row in sessions] == [looked for one in played for looked in one.looked]
    assert [(row["session"], row["market"], row["period"]) for row in periods[:4]] == [
        ("1", "0", "1"),
        ("1", "0", "2"),
        ("1", "1", "1"),
        ("1", "1", "2"),
    ]
    assert [(row["session"], row["market"]) for row in sessions] == [(str(k), m) for k in (1, 2, 3) for m in "01"]
    for row in sessions:
        scores = played[int(row["session"]) - 1].scores
        whole = score_session([score for score in scores if score.market == int(row["market"])])
        assert float(row["efficiency"]) == pytest.approx(whole.efficiency, abs=1e-6)
        assert int(row["quantity"]) == whole.quantity
        assert int(row["surplus_max"]) == whole.surplus_max
    assert all(0 <= float(row["efficiency"]) <= 1 for row in periods)
    assert not list(tmp_path.glob("*.new"))


def test_what_is_null_is_an_empty_cell(tmp_path: Path) -> None:
    nothing = small(((10,),), ((100,),), periods=1)
    write_tables(tmp_path, [play(SessionSpec(1, nothing, ("zic",) * 2, 1, 1))])
    (row,) = rows(tmp_path / "periods.csv")
    assert (row["efficiency"], row["alpha"], row["price_mean"], row["quantity"]) == ("", "", "", "0")


def test_an_interval_is_a_mean_and_the_middle_of_the_sessions() -> None:
    assert spread_of([]) is None
    assert spread_of([3.0]) == Estimate(3.0, 3.0, 3.0, 1)
    assert spread_of([float(k) for k in range(101)][::-1]) == Estimate(50.0, 5.0, 95.0, 101)
    half = spread_of([0.0, 1.0])
    assert half
    assert (half.low, half.high) == (pytest.approx(0.05), pytest.approx(0.95))
    assert said_spread([0.9, 1.0], 2) == "0.95 (5–95 %: 0.91–0.99)"
    assert said_spread([], 2) == "–"


# --- recorded --------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Simulation, list[bytes]]:
    """A simulated session of two markets, recorded as a live one is."""
    scenario = small(markets=2, identities="per_period")
    simulation = Simulation(scenario, ["zic", "satisficer", "optimizer", "ziu"] * 2, 9)
    store = Store.create(tmp_path / "one", scenario, 9, "test")
    lines = [store.line(envelope, at, events) for envelope, at, events in simulation.play()]
    store.append(b"".join(lines))
    store.seal(simulation.session.digest())
    return tmp_path / "one", simulation, lines


def test_a_simulated_session_is_the_same_run_again_from_its_recording(
    recorded: tuple[Path, Simulation, list[bytes]],
) -> None:
    folder, simulation, lines = recorded
    reading = read_folder(folder)
    session, played = run_again(reading)
    assert session.digest() == simulation.session.digest()
    assert reading.sealed is not None
    assert reading.sealed.digest == session.digest().hex()
    assert (len(played), reading.sealed.records, reading.debris) == (len(lines), len(lines), 0)


def test_a_recordings_score_is_the_simulations(recorded: tuple[Path, Simulation, list[bytes]]) -> None:
    folder, simulation, _ = recorded
    scored = score(folder)
    assert scored.sealed
    assert scored.periods == fold(read_folder(folder)).scores()
    assert [(one.market, one.period) for one in scored.periods] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert sum(trader.surplus for trader in scored.traders) == scored.whole.surplus
    assert [trader.seat for trader in scored.traders] == list(range(8))
    assert all(trader.controller == "robot" for trader in scored.traders)
    for trader in scored.traders:
        robot = simulation.robots[trader.seat].knowledge
        assert trader.surplus == robot.surplus + robot.surplus_before
        assert simulation.session.market_of[trader.seat].number == trader.market


def test_baselines_play_the_very_same_schedules(recorded: tuple[Path, Simulation, list[bytes]]) -> None:
    folder, _, _ = recorded
    scored = score(folder)
    played = list(play_all(specs(scored.scenario, scored.seed, "zic", range(1, 7)), 1))
    for one in played:
        assert [p.equilibrium for p in one.scores] == [p.equilibrium for p in scored.periods]
        assert [sorted(p.surplus_by_seat) for p in one.scores] == [sorted(p.surplus_by_seat) for p in scored.periods]
    assert len({str(one.scores) for one in played}) == 6, "only the robots' chance differs"
    again = Simulation(scored.scenario, ["ziu"] * 8, scored.seed, 77)
    before = fold(read_folder(folder)).schedules
    here = [event for _, _, events in again.play() for event in events if isinstance(event.message, Schedule)]
    assert {(e.market, e.to): e.message for e in here if e.message.period == 1} == {  # type: ignore[attr-defined]
        (market, seat): hand
        for (market, period), hands in before.items()
        if period == 1
        for seat, hand in hands.items()
    }
