"""The experimenter's figures while a period runs: the same formulas as the score, and what is still untraded."""

from functools import partial

from p2p.analysis.live_figures import LiveFigures, merged, thinned
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import SECOND
from p2p.messages import Contract, EndRound, Schedule, StartRound, Step
from p2p.messages.envelope import Event
from p2p.protocol.market_figures import CONTRACTS_TOLD, TradePoint
from p2p.scenario.charges import Charges
from p2p.scenario.parsing import parse
from p2p.schedules.rationing import MarketRules, market_rules
from p2p.sim.simulation.simulation import Simulation
from tests import ROOT

AGENTS, ENVIRONMENT, INSTITUTION = "agents", "environment", "institution"


def told(figures, *messages, second=0.0):
    for message, to in messages:
        figures.observe(Event(message, INSTITUTION, to, 0), round(second * SECOND))


def two_and_two():
    figures = LiveFigures()
    told(
        figures,
        (Schedule(1, "buyer", (Step(120), Step(90))), 0),
        (Schedule(1, "buyer", (Step(100),)), 1),
        (Schedule(1, "seller", (Step(40), Step(70))), 2),
        (Schedule(1, "seller", (Step(60),)), 3),
        (StartRound(1, 60 * SECOND), AGENTS),
    )
    return figures


def test_before_a_period_there_is_nothing():
    assert LiveFigures().figures(0).period == 0
    assert LiveFigures().figures(0).price is None


def test_a_period_begins_with_supply_demand_and_all_its_units_missed():
    found = two_and_two().figures(0)
    assert found.demand == (Step(120), Step(100), Step(90))
    assert found.supply == (Step(40), Step(60), Step(70))
    assert (found.price_low, found.price_high, found.gainful) == (70, 90, 3)
    assert (found.missed_buyers, found.missed_sellers) == (3, 3)
    assert found.so_far.efficiency == 0


def test_a_contract_is_a_point_and_leaves_less_missed():
    figures = two_and_two()
    told(figures, (Contract(1, 80, "bid", 0, 2), AGENTS), second=5)
    found = figures.figures(0)
    assert found.points == (TradePoint(5 * SECOND, 0, 80, 1),)
    assert (found.missed_buyers, found.missed_sellers) == (2, 2)
    assert found.surplus == 80
    assert found.so_far.efficiency == 80 / found.surplus_max
    assert found.so_far.alpha == 0


def test_a_unit_that_should_not_trade_leaves_a_gainful_one_missed():
    figures = LiveFigures()
    told(
        figures,
        (Schedule(1, "buyer", (Step(120),)), 0),
        (Schedule(1, "buyer", (Step(50),)), 1),
        (Schedule(1, "seller", (Step(40),)), 2),
        (Schedule(1, "seller", (Step(110),)), 3),
        (StartRound(1, 60 * SECOND), AGENTS),
        (Contract(1, 45, "bid", 1, 2), AGENTS),
    )
    found = figures.figures(0)
    assert (found.gainful, found.missed_buyers, found.missed_sellers) == (1, 1, 0)


def test_nothing_is_computed_anew_without_news():
    figures = two_and_two()
    assert figures.figures(0) is figures.figures(0)


def test_at_its_end_a_period_has_the_efficiency_and_alpha_of_its_score():
    scenario = parse((ROOT / "scenarios" / "smith-1962-test-1.toml").read_text())
    figures, outcome = LiveFigures(partial(market_rules, scenario)), SessionOutcome(partial(market_rules, scenario))
    for _, at, events in Simulation(scenario, ["zic"] * scenario.seats, 3).play():
        for event in events:
            figures.observe(event, at)
            outcome.on_event(event)
    scores = outcome.scores()
    assert len(scores) == scenario.periods
    assert [(one.period, one.efficiency, one.alpha) for one in figures.figures(0).finished] == [
        (one.period, one.efficiency, one.alpha) for one in scores
    ]


def test_an_energy_markets_figures_come_without_its_meters():
    scenario = parse((ROOT / "scenarios" / "energy-day.toml").read_text())
    figures = LiveFigures(partial(market_rules, scenario))
    for _, at, events in Simulation(scenario, ["zic"] * scenario.seats, 3).play():
        for event in events:
            figures.observe(event, at)
            if isinstance(event.message, Contract | EndRound):
                share = figures.figures(0).so_far.efficiency
                assert share is None or share <= 1


def test_many_contracts_are_thinned_and_the_last_is_kept():
    points = [TradePoint(number, number, 100, 1) for number in range(5 * CONTRACTS_TOLD + 3)]
    kept = thinned(points)
    assert len(kept) <= CONTRACTS_TOLD
    assert kept[-1] == points[-1]


def test_steps_of_one_value_are_one():
    assert merged([Step(5), Step(5, 3), Step(4)]) == [Step(5, 4), Step(4)]


def test_under_a_tax_supply_and_demand_are_after_it_and_cross_at_p0():
    figures = LiveFigures(lambda period, market: MarketRules(Charges(tax_buyer=35, tax_seller=-5), one_unit=True))
    told(
        figures,
        *((Schedule(1, "buyer", (Step(value),)), seat) for seat, value in enumerate((120, 100, 90))),
        *((Schedule(1, "seller", (Step(cost),)), seat) for seat, cost in enumerate((40, 60, 70), 3)),
        (StartRound(1, 60 * SECOND), AGENTS),
    )
    found = figures.figures(0)
    assert found.taxed
    assert found.demand == (Step(85), Step(65), Step(55))
    assert found.supply == (Step(35), Step(55), Step(65))
    assert (found.price_low, found.price_high) == (55, 65)
    assert (found.missed_buyers, found.missed_sellers) == (found.gainful, found.gainful) == (2, 2)
    assert not two_and_two().figures(0).taxed
