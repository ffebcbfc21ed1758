"""`pit report`: a session as one page for the discussion in class."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from p2p.analysis.market_metrics import score_period, score_session
from p2p.messages import Contract, Schedule, Step
from p2p.scenario.charges import Charges
from p2p.schedules.rationing import MarketRules
from p2p.sim.simulation import batch
from recordings.commands.report import report
from recordings.commands.simulate import simulate
from recordings.reports.page.charts import PriceAxis, supply_and_demand, thinned
from recordings.reports.page.checks import Check, checks
from recordings.reports.page.data import MarketPeriod, ReportedSession, reported
from recordings.reports.page.layout import labels, report_page
from recordings.scoring import baselines

SAMPLE = Path("recordings/samples/smith-1962-test-1")
BYTES_MAX = 3_000_000


class Page(HTMLParser):
    """All tags, attributes and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(report, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("report") / "report.html"
    assert "1 session(s)" in run(SAMPLE, "-o", out, "--sessions", "3", "--workers", "1")
    return out.read_text()


def test_the_page_needs_nothing_else_and_fetches_nothing(page: str) -> None:
    found = Page(page)
    assert len(page.encode()) < BYTES_MAX
    assert not [tag for tag, _ in found.tags if tag in ("script", "link", "img", "iframe", "object", "embed", "form")]
    fetched = [
        value for _, attrs in found.tags for name, value in attrs.items() if name in ("src", "href", "xlink:href")
    ]
    assert all(value and value.startswith("#") for value in fetched)
    assert "@import" not in page
    assert not re.findall(r"url\((?!#)", page)


def test_all_ids_are_there_once_and_all_that_is_pointed_to_is_there(page: str) -> None:
    found = Page(page)
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    pointed = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page))
    assert {one or other for one, other in pointed} <= set(ids)


def test_each_chart_has_its_content_in_words(page: str) -> None:
    pictures = [attrs for tag, attrs in Page(page).tags if attrs.get("role") == "img"]
    assert pictures
    assert all(one["aria-label"] for one in pictures)


def test_the_same_recording_gives_the_same_page() -> None:
    session = reported(SAMPLE, "a")
    assert report_page([session], {}, False, "1") == report_page([session], {}, False, "1")


def test_the_band_is_drawn_from_kept_sessions_where_there_are_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, again, anew = (tmp_path / name for name in ("first.html", "again.html", "anew.html"))
    words = ("--agent", "ziu", "--sessions", "2", "--workers", "1")
    run(SAMPLE, "-o", first, *words)
    played: list[int] = []

    def counting(tasks: list[batch.SessionSpec], workers: int) -> Iterator[batch.SessionResult]:
        played.extend(task.session for task in tasks)
        return batch.play_all(tasks, workers)

    monkeypatch.setattr(baselines, "play_all", counting)
    run(SAMPLE, "-o", again, *words)
    assert played == []
    run(SAMPLE, "-o", anew, *words, "--no-cache")
    assert played == [1, 2]
    assert first.read_bytes() == again.read_bytes() == anew.read_bytes()


def test_nobody_is_named_unless_it_is_asked_for(tmp_path: Path) -> None:
    session = reported(SAMPLE, "a")
    named = replace(session, score=replace(session.score, names={0: "Ada <b>L</b>"}))
    assert "Ada" not in report_page([named], {}, False, "1")
    told = report_page([named], {}, True, "1")
    assert "Ada" in told
    assert "<b>" not in told


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "$x_{1}$ & \"q\" 'p'", "\u202eRTL\x1b[31m", "A" * 200])
def test_markup_and_odd_letters_in_a_title_are_words(title: str) -> None:
    session = reported(SAMPLE, labels([title])[0])
    scenario = msgspec.structs.replace(session.score.scenario, title=title, source=title, currency="<i>p</i>")
    odd = replace(session, score=replace(session.score, scenario=scenario))
    page = report_page([odd], {}, False, "1")
    assert not [tag for tag, _ in Page(page).tags if tag in ("script", "i")]
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_two_sessions_stand_side_by_side_with_names_of_their_own(tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(SAMPLE, other)
    journal = other / "journal.jsonl"
    done = CliRunner().invoke(report, [str(SAMPLE), str(other), "-o", str(tmp_path / "r.html")])
    assert done.exit_code == 1
    assert "is there twice" in done.output
    assert journal.exists()
    first, second = reported(SAMPLE, "One (1)"), reported(SAMPLE, "One (2)")
    page = report_page([first, second], {}, False, "1")
    assert "Side by side" in page
    ids = [attrs["id"] for _, attrs in Page(page).tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_markets_of_a_session_have_their_arms_and_their_mean_price(tmp_path: Path) -> None:
    file = tmp_path / "two.toml"
    file.write_text(
        """
title = "Two"
periods = 2
period_s = 60
markets = 2
institution = { name = "standing", price_min = 1, price_max = 100 }
environment = { buyers = [[80]], sellers = [[20]] }
[[arms]]
name = "all is seen"
unit = "market"
[[arms]]
name = "quotes <alone>"
unit = "market"
information = "quotes"
""",
        encoding="utf-8",
    )
    done = CliRunner().invoke(simulate, [str(file), "--sessions", "1", "--workers", "1", "--recordings", str(tmp_path)])
    assert done.exit_code == 0, done.output
    session = reported(next(tmp_path.glob("sim-*")), "Two")
    words = " ".join(Page(report_page([session], {}, False, "1")).words.split())
    assert "(all is seen)" in words
    assert "(quotes <alone>)" in words
    assert "Market 2, periods 1 to 2; contracts of period 2" in words
    last = [one.score for one in session.periods if one.score.period == 2]
    assert len({one.price_mean for one in last}) == 2
    assert f"Mean price, period 2 {session.price(score_session(last).price_mean)} theory: 50.0" in words


def test_titles_that_come_twice_are_numbered() -> None:
    assert labels(["a", "b", "a"]) == ["a (1)", "b", "a (2)"]


@pytest.mark.parametrize("kind", ["nothing there", "empty", "not a recording"])
def test_bad_input_is_one_clear_line(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "rec"
    if kind != "nothing there":
        folder.mkdir()
        (folder / "journal.jsonl").write_text("" if kind == "empty" else "hello\n")
    done = CliRunner().invoke(report, [str(folder), "-o", str(tmp_path / "r.html")])
    assert done.exit_code == 1
    assert len(done.output.strip().splitlines()) == 1
    assert not (tmp_path / "r.html").exists()


def test_an_agent_that_is_not_known_is_one_clear_line(tmp_path: Path) -> None:
    done = CliRunner().invoke(report, [str(SAMPLE), "-o", str(tmp_path / "r.html"), "--agent", "nobody"])
    assert done.exit_code == 1
    assert "nobody" in done.output


def played(prices: list[int], rules: MarketRules, period: int, values: tuple[int, ...] = (90, 70, 50)) -> MarketPeriod:
    """Buyers of 90, 70, 50 and sellers of 30, 50, 70, the best of each side first."""
    schedules = {k: Schedule(period, "buyer", (Step(value, 1),)) for k, value in enumerate(values)}
    schedules |= {k + 3: Schedule(period, "seller", (Step(cost, 1),)) for k, cost in enumerate((30, 50, 70))}
    contracts = [
        Contract(number=k + 1, price=price, taken="bid", buyer=k, seller=k + 3) for k, price in enumerate(prices)
    ]
    return MarketPeriod(score_period(0, period, schedules, contracts, rules), schedules, tuple(contracts), rules)


def session_of(*periods: MarketPeriod) -> ReportedSession:
    return replace(reported(SAMPLE, "a"), periods=periods)


def test_theory_stands_beside_the_session_with_a_tax_that_begins() -> None:
    """Free: P0 50 to 70, two units that gain. A tax of 40 on buyers leaves the pair of 90 and 30 alone, at 40."""
    free, taxed = MarketRules(), MarketRules(charges=Charges(tax_buyer=40))
    found = checks(session_of(played([66, 56], free, 1), played([61, 59], free, 2), played([45], taxed, 3)))
    said = {(one.of, one.prediction): (one.expected, one.observed, one.agrees) for one in found}
    assert said["period 2", "Prices come to P0"] == ("60.0 (50.0 to 70.0)", "60.0", True)
    assert said["periods 1 to 2", "Prices spread less in the end (alpha)"][2] is True
    assert said["period 2 to 3", "The price moves"] == ("down, 60.0 to 40.0", "down, 60.0 to 45.0", True)
    assert said["period 2 to 3", "The quantity moves"] == ("down, 2 to 1", "down, 2 to 1", True)


def test_a_market_that_does_not_move_with_theory_is_said_to_disagree() -> None:
    free, taxed = MarketRules(), MarketRules(charges=Charges(tax_buyer=40))
    found = checks(session_of(played([60], free, 1), played([65], taxed, 2)))
    assert Check("period 1 to 2", "The price moves", "down, 60.0 to 40.0", "up, 60.0 to 65.0", False) in found


def test_without_contracts_there_is_nothing_to_agree_with() -> None:
    found = checks(session_of(played([], MarketRules(), 1)))
    assert [one.agrees for one in found if one.prediction == "Prices come to P0"] == [None]
    assert [one.agrees for one in found if one.prediction == "Most gains are made"] == [False]


def test_curves_are_drawn_with_the_tax_between_them_and_the_ceiling() -> None:
    rules = MarketRules(charges=Charges(tax_buyer=5), ceiling=55)
    drawn = supply_and_demand(played([50], rules, 1), "Period 1", "units", PriceAxis("price", 10), "a")
    for words in ("value less tax", "price ceiling 5.5", "contracts, first to last", "var(--ink)", "var(--c1)"):
        assert words in drawn
    assert "cost and tax" not in drawn


def test_many_contracts_are_thinned_and_the_last_one_stays() -> None:
    points = [(float(k), 0.0) for k in range(10_001)]
    assert len(thinned(points)) <= 2_000
    assert thinned(points)[-1] == points[-1]
