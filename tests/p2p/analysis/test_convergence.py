"""Deviations of prices from equilibrium beside alpha, by hand, and where alpha is to be read with care."""

import csv
from pathlib import Path

import pytest

from p2p.analysis.convergence import alpha, rmsd_tunnel, share_in_tunnel
from p2p.analysis.market_metrics import FREE, PeriodScore, score_period, score_session
from p2p.base.units import GATEWAY, SECOND
from p2p.messages import Ask, Bid, Contract, Pause, Resume, Schedule, Step
from p2p.messages.envelope import Envelope
from p2p.schedules.equilibrium import Equilibrium
from p2p.schedules.rationing import MarketRules
from p2p.sim.tables.writer import write_tables
from recordings.export.tables import played
from recordings.journal.store import Store
from recordings.reports.text import alpha_line, convergence_table, gap_line
from recordings.scoring.score import score
from tests.plays.play import Course, small

TUNNEL = Equilibrium(2, 2, 100, 110, 40)


def scored(value: int, cost: int, *prices: int, rules: MarketRules = FREE) -> PeriodScore:
    """One buyer and one seller with as many units of one value and cost as prices are given."""
    many = len(prices) or 1
    schedules = {0: Schedule(1, "buyer", (Step(value, many),)), 1: Schedule(1, "seller", (Step(cost, many),))}
    made = [Contract(n, price, taken="bid", buyer=0, seller=1) for n, price in enumerate(prices, 1)]
    return score_period(0, 1, schedules, made, rules)


def test_inside_the_tunnel_a_price_deviates_by_nothing_and_outside_from_its_nearer_end() -> None:
    assert rmsd_tunnel([(100, 1), (105, 3), (110, 1)], TUNNEL) == 0
    assert rmsd_tunnel([(97, 1), (114, 1)], TUNNEL) == pytest.approx(((9 + 16) / 2) ** 0.5)
    assert rmsd_tunnel([(114, 3), (105, 1)], TUNNEL) == pytest.approx((3 * 16 / 4) ** 0.5), "each with its quantity"
    assert share_in_tunnel([(100, 1), (110, 2), (111, 1)], TUNNEL) == 0.75
    for nothing in ([], TUNNEL), ([(100, 1)], Equilibrium(0, 0, None, None, 0)):
        assert (rmsd_tunnel(*nothing), share_in_tunnel(*nothing)) == (None, None)


def test_of_a_session_units_are_put_together_and_not_periods() -> None:
    """Three units in a tunnel of 100 to 104, then one that is 3 below it."""
    whole = score_session([scored(104, 100, 100, 102, 104), scored(104, 100, 97)])
    assert whole.share_in_tunnel == 0.75
    assert whole.rmsd_tunnel == pytest.approx((9 / 4) ** 0.5)
    assert whole.alpha_note == ""


@pytest.mark.parametrize(
    ("value", "cost", "rules", "note"),
    [
        (104, 100, MarketRules(), ""),
        (106, 100, MarketRules(), "wide tunnel"),
        (104, 100, MarketRules(ceiling=99), "one-sided"),
        (104, 100, MarketRules(tick=6), "small P0"),
        (1104, 1100, MarketRules(disguise=1000), "disguised"),
        (1106, 1100, MarketRules(disguise=1000), "wide tunnel; disguised"),
    ],
)
def test_alpha_has_notes(value: int, cost: int, rules: MarketRules, note: str) -> None:
    assert scored(value, cost, cost, rules=rules).alpha_note == note


def test_p0_is_small_where_a_buyer_could_gain_at_twice_of_it() -> None:
    """Of two sellers at 80 and 80 and a buyer of 300 and one of 70: P0 is 80, and 300 is more than its double."""
    sellers = {k: Schedule(1, "seller", (Step(80),)) for k in (2, 3)}
    schedules = {0: Schedule(1, "buyer", (Step(300),)), 1: Schedule(1, "buyer", (Step(70),)), **sellers}
    assert score_period(0, 1, schedules, []).alpha_note == "small P0"
    assert score_period(0, 1, schedules, [], MarketRules(ceiling=160)).alpha_note == "", "nobody may pay so much"


def test_around_a_p0_of_nothing_or_less_there_is_no_alpha() -> None:
    assert alpha([10], -5) is None
    assert scored(1000, 1000, 1005, rules=MarketRules(disguise=1000)).alpha is None


def with_a_gap(folder: Path) -> Path:
    """Two periods; the machine stood still for 12 s in the second, and for 3 s in the break before it."""
    course = Course(small(start="experimenter", periods=2, break_s=5.0)).trading()
    buyer, seller = course.seats("buyer")[-1], course.seats("seller")[0]

    def stand_still(seconds: int) -> None:
        course.hand_in(Envelope(GATEWAY, Pause(seconds * SECOND)))
        course.wait(60)
        course.command(Resume())

    course.wait(course.session.scenario.period_s + 1)
    stand_still(3)
    course.wait(5)
    course.say(buyer, Bid(100))
    course.say(seller, Ask(100))
    stand_still(12)
    course.wait(course.session.scenario.period_s)
    store = Store.create(folder, course.session.scenario, 1, "test")
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.seal(course.session.digest())
    store.close()
    return store.folder


def test_a_period_in_which_the_machine_stood_still_is_marked_in_tables_and_score(tmp_path: Path) -> None:
    folder = with_a_gap(tmp_path / "one")
    write_tables(tmp_path, played([folder]))
    columns = {}
    for name in ("periods", "sessions"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            columns[name] = [row["gap_us"] for row in csv.DictReader(file)]
    assert columns == {"periods": ["0", "12000000"], "sessions": ["12000000"]}, "a break is no period"
    assert "period 2 (12.0 s)" in gap_line(score(folder))


def test_the_score_says_deviations_in_money_and_why_alpha_is_to_be_read_with_care(tmp_path: Path) -> None:
    """Values 120 and 150, costs 50 and 70: a tunnel of 70 to 120, and a contract at 100 in it."""
    found = score(with_a_gap(tmp_path / "one"))
    cells = [list(column.cells) for column in convergence_table(found).columns]
    assert [column[1] for column in cells] == ["2", "70–120", "5.3*", "5.0", "0.0", "100 %"]
    assert alpha_line(found) == (
        "* alpha: the tunnel is wider than 5 % of P0, so that prices in it deviate too (2 of 2 periods)."
    )
