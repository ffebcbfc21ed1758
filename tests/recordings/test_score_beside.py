"""A score beside others: mixtures, baselines that are kept, several recordings, people, taxes, JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from p2p.agents.registry import AgentError
from p2p.messages import Ask, Buy
from p2p.scenario.arms import Arm
from p2p.scenario.charges import Charges
from p2p.scenario.schema import InducedValues, InstitutionRules, Scenario
from p2p.sim.simulation import batch
from recordings.commands.score import score as score_command
from recordings.journal.store import Store
from recordings.reports.distribution import people_lines
from recordings.scoring import baselines as module
from recordings.scoring.baselines import Baselines, lineups, seated, specs
from recordings.scoring.people import beside, same_structure
from recordings.scoring.score import Score, score
from recordings.scoring.tax_burden import tax_burden
from tests.plays.play import Course, small

MARKET = small(period_s=20.0, periods=1, start="experimenter")


def recorded(folder: Path, scenario: Scenario = MARKET, price: int = 95, controller: str = "human") -> Path:
    """A contract at a price, by the best buyer and the best seller."""
    course = Course(scenario).trading(controller)
    seller, buyer = course.seats("seller")[0], course.seats("buyer")[-1]
    course.wait(1)
    course.say(seller, Ask(price))
    course.say(buyer, Buy())
    course.wait(scenario.periods * 30)
    store = Store.create(folder, scenario, 1, "test")
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.seal(course.session.digest())
    store.close()
    return folder


def scored(tmp_path: Path, *words: str) -> Result:
    """`pit score` of recordings that lie in a folder."""
    named = [str(tmp_path / word) if (tmp_path / word).is_dir() else word for word in words]
    return CliRunner().invoke(score_command, named)


# --- robots ------------------------------------------------------------------------------------------------------


def test_counts_make_a_mixture_and_words_alone_are_baselines_of_their_own() -> None:
    assert lineups(("zic, zip", "zic:2,zip:2", "zic")) == ["zic", "zip", "zic:2,zip:2"]
    assert seated("zic:1,zip:*", MARKET) == ("zic", "zip", "zip", "zip")
    with pytest.raises(AgentError, match="casts 2 of 4 seats"):
        seated("zic:2", MARKET)
    with pytest.raises(AgentError, match="asks for more"):
        seated("zic:9", MARKET)


def test_a_mixture_changes_places_from_session_to_session_and_the_schedules_stay() -> None:
    tasks = specs(MARKET, 7, "zic:2,zip:2", range(1, 9))
    assert {tuple(sorted(task.cast)) for task in tasks} == {("zic", "zic", "zip", "zip")}
    assert len({task.cast for task in tasks}) > 2
    assert {task.seed for task in tasks} == {7}
    assert len({task.robot_seed for task in tasks}) == 8


def test_kept_sessions_are_not_played_again_and_more_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[int] = []

    def counting(tasks: list[batch.SessionSpec], workers: int) -> Any:
        played.extend(task.session for task in tasks)
        return batch.play_all(tasks, workers)

    monkeypatch.setattr(module, "play_all", counting)
    kept = Baselines(tmp_path)
    first = list(kept.sessions(MARKET, 1, "zic", 3, 1))
    assert list(kept.sessions(MARKET, 1, "zic", 3, 1)) == first
    assert list(kept.sessions(MARKET, 1, "zic", 2, 1)) == first[:2]
    assert list(kept.sessions(MARKET, 1, "zic", 5, 1))[:3] == first
    assert played == [1, 2, 3, 4, 5]
    list(kept.sessions(replace(MARKET, period_s=21.0), 1, "zic", 1, 1))
    list(kept.sessions(MARKET, 2, "zic", 1, 1))
    assert played == [1, 2, 3, 4, 5, 1, 1], "another scenario and another seed are played anew"


def test_other_code_and_a_spoilt_file_are_played_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Baselines(tmp_path)
    list(kept.sessions(MARKET, 1, "zic", 2, 1))
    assert len(kept.kept(MARKET, 1, "zic")) == 2
    monkeypatch.setattr(module, "_code", lambda: "another")
    assert kept.kept(MARKET, 1, "zic") == []
    monkeypatch.undo()
    (file,) = tmp_path.iterdir()
    file.write_text("{", encoding="utf-8")
    assert kept.kept(MARKET, 1, "zic") == []


def test_agents_of_a_file_are_never_kept(tmp_path: Path) -> None:
    assert Baselines(tmp_path).kept(MARKET, 1, "mine.py:Mine") == []
    assert Baselines(tmp_path)._file(MARKET, 1, "mine.py:Mine:2,zic:2") is None


# --- people ------------------------------------------------------------------------------------------------------


def scores(tmp_path: Path, *scenarios: Scenario) -> list[Score]:
    return [score(recorded(tmp_path / f"s{k}", one)) for k, one in enumerate(scenarios)]


def raised(scenario: Scenario, constant: int) -> Scenario:
    table = scenario.environment
    assert isinstance(table, InducedValues)
    more = InducedValues(
        tuple(tuple(v + constant for v in one) for one in reversed(table.buyers)),
        tuple(tuple(v + constant for v in one) for one in table.sellers),
    )
    return replace(scenario, environment=more)


def test_people_are_a_baseline_where_all_is_the_same_up_to_a_shift(tmp_path: Path) -> None:
    mine, other = scores(tmp_path, MARKET, raised(MARKET, 10))
    (found,) = beside(mine, [other])
    assert found.differs == ()
    assert people_lines(mine, [found]) == ["People under the same rules (1 sessions): +0.0 points."]
    assert beside(mine, [mine]) == [], "no session is a baseline of itself"


def test_what_differs_is_listed_and_then_there_is_no_rank(tmp_path: Path) -> None:
    others = (
        replace(MARKET, information="quotes"),
        replace(MARKET, no_loss="people"),
        replace(MARKET, period_s=25.0),
        replace(MARKET, charges=Charges(tax_buyer=1)),
        small(buyers=((150, 120), (131,)), period_s=20.0, periods=1, start="experimenter"),
    )
    mine, *rest = scores(tmp_path, MARKET, *others)
    listed = [one.differs[0].partition(":")[0] for one in beside(mine, rest)]
    assert listed == ["information", "losses", "length", "charges", "supply and demand"]
    lines = people_lines(mine, beside(mine, rest[:1]))
    assert lines[1:] == ["  information: theirs quotes, here book"]
    assert lines[0].startswith("Not comparable, for orientation only")
    robots = score(recorded(tmp_path / "robots", controller="robot"))
    assert beside(mine, [robots])[0].differs == ("holders: robots or nobody held 4 of their 4 seats",)


def test_five_sessions_of_people_make_a_rank(tmp_path: Path) -> None:
    mine, *rest = scores(tmp_path, *([MARKET] * 6))
    assert people_lines(mine, beside(mine, rest)) == [
        "People under the same rules (5 sessions): +0.0 points; above 50 % of them."
    ]


def test_structures_are_the_same_in_any_order_of_traders() -> None:
    assert same_structure(MARKET, raised(MARKET, 25))
    assert not same_structure(MARKET, small(buyers=((150,), (130,))))


# --- taxes -------------------------------------------------------------------------------------------------------


def test_who_bears_a_tax_is_told_beside_the_same_market_without_it(tmp_path: Path) -> None:
    """Without it the price was 95. With 20 on buyers it is 85: they pay 105, ten more; sellers get ten less."""
    free = score(recorded(tmp_path / "free"))
    taxed = score(recorded(tmp_path / "taxed", replace(MARKET, charges=Charges(tax_buyer=20)), price=85))
    found = tax_burden(taxed, [free, taxed])
    assert found is not None
    assert (found.incidence.tax, found.incidence.buyers, found.incidence.sellers) == (20, 10, 10)
    assert found.incidence.buyers_share == 0.5
    assert found.beside == "the same market without it (free)"
    assert tax_burden(free, [taxed]) is None
    assert tax_burden(taxed, [taxed]) is None, "no price without it is known"


# --- the command -------------------------------------------------------------------------------------------------


def test_several_recordings_are_scored_at_once_a_line_of_json_each(tmp_path: Path) -> None:
    recorded(tmp_path / "a")
    recorded(tmp_path / "b", replace(MARKET, charges=Charges(tax_buyer=20)), price=85)
    done = scored(tmp_path, "a", "b", "--json", "--sessions", "2", "--agents", "zic:2,zip:*")
    assert done.exit_code == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["recording"], second["recording"]) == ("a", "b")
    assert [one["agents"] for one in first["baselines"]] == ["zic:2,zip:*"]
    (beside_it,) = first["baselines"]
    efficiency = beside_it["efficiency"]
    assert efficiency["difference"] == pytest.approx(first["whole"]["efficiency"] - efficiency["mean"])
    assert first["incidence"] is None
    assert second["incidence"]["buyers"] == 10
    text = scored(tmp_path, "a", "b", "--sessions", "0").stdout
    assert text.startswith("2 sessions")
    assert "Of a tax of 20.0 a unit buyers bear 10.0 and sellers 10.0 (50 % by buyers)" in text
    assert scored(tmp_path, "a", "a").stderr.strip() == "Error: a is there twice; name it once"


def test_prices_are_written_as_people_write_them(tmp_path: Path) -> None:
    rules = InstitutionRules(1, 2_000)
    tenths = small(
        buyers=((1_500,), (1_300,)), sellers=((500,), (600,)), periods=1, currency="0.1 c", start="experimenter"
    )
    recorded(tmp_path / "a", replace(tenths, institution=rules), price=955)
    text = scored(tmp_path, "a", "--sessions", "0").stdout
    assert "prices in c" in text
    assert "95.50" in text
    said = json.loads(scored(tmp_path, "a", "--sessions", "0", "--json").stdout)
    assert (said["periods"][0]["price_mean"], said["units"]["price_divisor"]) == (955, 10)


def test_a_session_without_contracts_has_a_score_without_prices(tmp_path: Path) -> None:
    course = Course(MARKET).trading()
    course.wait(30)
    store = Store.create(tmp_path / "silent", MARKET, 1, "test")
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.close()
    done = scored(tmp_path, "silent", "--json", "--sessions", "2", "--agents", "zic")
    assert done.exit_code == 0, done.stderr
    whole = json.loads(done.stdout)["whole"]
    assert (whole["quantity"], whole["price_mean"], whole["alpha"], whole["efficiency"]) == (0, None, None, 0)
    assert (whole["missed"], whole["extramarginal"]) == (whole["surplus_max"], 0)
    assert scored(tmp_path, "silent", "--sessions", "0").exit_code == 0


def test_markets_of_a_session_stand_side_by_side_with_their_arms(tmp_path: Path) -> None:
    arms = (Arm("book", unit="market", information="book"), Arm("quotes", unit="market", information="quotes"))
    recorded(tmp_path / "two", replace(MARKET, markets=2, arms=arms))
    said = json.loads(scored(tmp_path, "two", "--sessions", "0", "--json").stdout)
    assert {one["arm"] for one in said["markets"]} == {"book", "quotes"}
    assert sum(one["surplus"] for one in said["markets"]) == said["whole"]["surplus"]
    text = scored(tmp_path, "two", "--sessions", "0").stdout
    assert "Markets: the independent units of the session" in text
