"""Treatments by period: taxes, controls, information, lengths and schedules that change as a session goes on."""

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p2p.agents.base import Agent
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import SECOND
from p2p.environments.registry import fewer_traders
from p2p.information.changed_rules import changes_text
from p2p.information.projection import Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.messages import (
    Again,
    Contract,
    EndPeriod,
    Intermission,
    Message,
    Order,
    Refused,
    RulesChanged,
    Schedule,
    Start,
    StartPeriod,
    StartRound,
)
from p2p.messages.envelope import Event
from p2p.scenario.charges import Charges
from p2p.scenario.disguise import disguised
from p2p.scenario.errors import ScenarioError
from p2p.scenario.lengths import with_lengths
from p2p.scenario.overrides import Override
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import market_rules
from p2p.sim.library.texts import catalogue
from p2p.sim.simulation.simulation import Simulation
from tests.plays.play import Course

MARKET = """
title = "A market under treatments"
periods = 4
period_s = 20.0
break_s = 3.0
institution = { name = "continuous", price_min = 1, price_max = 400, tick = 1 }
environment = { buyers = [[325], [300], [275], [250]], sellers = [[75], [100], [125], [150]] }
"""
TAX = """
[[overrides]]
from_period = 2
charges = { tax_buyer = 75 }
"""
OTHERS = """
[[overrides]]
from_period = 2
buyers = [[330], [], [280], [255]]
[[overrides]]
from_period = 4
buyers = [[325], [300], [275], [250]]
"""
CEILING = """
[[overrides]]
from_period = 3
charges = {}
terms = { price_ceiling = 150 }
[[overrides]]
from_period = 4
terms = { price_ceiling = "none" }
"""


def played(scenario: Scenario, agents: str = "zic", seed: int = 3) -> list[Event]:
    simulation = Simulation(scenario, (agents,) * scenario.seats, seed)
    return [event for _, _, events in simulation.play() for event in events]


def of(events: list[Event], kind: type[Message]) -> list[Any]:
    return [event.message for event in events if isinstance(event.message, kind)]


def by_period(events: list[Event], kind: type[Message]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    period = 0
    for event in events:
        period = event.message.period if isinstance(event.message, StartRound) else period
        if isinstance(event.message, kind):
            found.setdefault(period, []).append(event.message)
    return found


def test_a_change_is_told_in_the_break_before_its_period_and_nothing_of_it_earlier() -> None:
    told = [
        one
        for one in of(played(parse(MARKET + TAX + CEILING)), Message)
        if isinstance(one, RulesChanged | Intermission)
    ]
    assert told == [
        RulesChanged(2, charges=Charges(tax_buyer=75)),
        Intermission(2, 3 * SECOND),
        RulesChanged(3, charges=Charges(), terms=parse(MARKET + TAX + CEILING).controls(3).terms),
        Intermission(3, 3 * SECOND),
        RulesChanged(4, terms=parse(MARKET).controls(1).terms),
        Intermission(4, 3 * SECOND),
    ]


def test_a_session_without_overrides_says_nothing_of_them() -> None:
    events = played(parse(MARKET))
    assert of(events, RulesChanged) == []
    assert {one.terms for one in of(events, StartPeriod)} == {None}


def test_a_ceiling_holds_in_its_periods_and_in_no_other() -> None:
    prices = {
        period: [one.price for one in made]
        for period, made in by_period(played(parse(MARKET + CEILING)), Contract).items()
    }
    assert prices[3]
    assert max(prices[3]) <= 150
    assert all(max(prices[period]) > 150 for period in (1, 2, 4))


def test_a_tax_is_taken_from_its_period_on_and_each_period_is_scored_by_its_own_rules() -> None:
    scenario = parse(MARKET + TAX + CEILING)
    outcome = SessionOutcome(partial(market_rules, scenario))
    for event in played(scenario):
        outcome.on_event(event)
    scores = outcome.scores()
    assert [one.revenue for one in scores] == [0, 75 * scores[1].quantity, 0, 0]
    assert [one.control_binds for one in scores] == [0, 0, 0, 0], "a ceiling of 150 is inside the tunnel of 150 to 250"
    assert [one.equilibrium.price for one in scores] == [200, 162.5, 150, 200]


def test_what_traders_know_is_what_holds() -> None:
    scenario = parse(MARKET + TAX)

    class Remembers(Agent, kw_only=True):
        seen: list[int] = []

        def decide(self, view: Any, rng: Any) -> Any:
            self.seen.append((view.public.period, view.rules.charges.tax_buyer))
            return None

    one = Remembers()
    simulation = Simulation(scenario, (Remembers,) * scenario.seats, 1)
    list(simulation.play())
    seen = {pair for robot in simulation.robots.values() for pair in robot.agent.seen}  # type: ignore[attr-defined]
    assert seen == {(1, 0), (2, 75), (3, 75), (4, 75)}
    assert one.seen == []


def test_other_information_is_shown_from_its_period_on() -> None:
    scenario = parse(
        MARKET
        + '[[overrides]]\nfrom_period = 2\ninformation = "quotes"\n[[overrides]]\nfrom_period = 3\ninformation = "book"'
    )
    views = Projector(scenario, 3)
    channel = views.information[0]
    assert channel == "quotes", "the poorest set names the channel"
    assert public_rules(scenario, channel).information == "book"
    shown: dict[int, set[type[Message]]] = {}
    period, richest = 0, {}
    for event in played(scenario):
        period = event.message.period if isinstance(event.message, StartRound) else period
        form = views.project(event)
        if form is not None and form.form(channel) is not None:
            shown.setdefault(period, set()).add(type(form.form(channel)))
        if form is not None and form.form("book") is not None:
            richest.setdefault(period, set()).add(type(form.form("book")))
    assert all(Order in shown[period] and Contract in shown[period] for period in (1, 3, 4))
    assert Order not in shown[2]
    assert Contract not in shown[2]
    assert Order in richest[2], "the experimenter sees all of it all the time"


def test_orders_are_named_as_their_owner_was_told_them_when_information_changes() -> None:
    scenario = parse(MARKET + '[[overrides]]\nfrom_period = 2\ninformation = "quotes"')
    events = played(replace(scenario, periods=3, overrides=scenario.overrides), "shaver")
    assert by_period(events, Contract)[2]
    assert "unknown_order" not in {one.reason for one in of(events, Refused)}


def test_other_schedules_reach_the_seats_that_had_the_ones_they_replace_and_an_empty_one_sits_out() -> None:
    scenario = parse(MARKET + OTHERS)
    dealt: dict[int, dict[Any, Schedule]] = {}
    for event in played(scenario):
        if isinstance(event.message, Schedule):
            dealt.setdefault(event.message.period, {})[event.to] = event.message
    first, second = dealt[1], dealt[2]
    moved = {325: 330, 275: 280, 250: 255}
    for seat, schedule in first.items():
        values = [step.value for step in schedule.steps]
        expected = values if schedule.role == "seller" else [moved[values[0]]] if values[0] in moved else []
        assert [step.value for step in second[seat].steps] == expected
        assert second[seat].role == schedule.role
    assert dealt[2] | {} == {seat: replace(one, period=2) for seat, one in dealt[3].items()}
    assert {seat: one.steps for seat, one in dealt[4].items()} == {seat: one.steps for seat, one in first.items()}


def test_periods_and_breaks_have_their_own_lengths() -> None:
    events = played(parse(MARKET + "[[overrides]]\nfrom_period = 3\nperiod_s = 5.0\nbreak_s = 1.0"))
    assert [one.length_us for one in of(events, StartRound)] == [20 * SECOND, 20 * SECOND, 5 * SECOND, 5 * SECOND]
    assert [one.length_us for one in of(events, Intermission)] == [3 * SECOND, 1 * SECOND, 1 * SECOND]


def test_a_change_is_said_in_the_words_of_the_rules_and_so_is_its_end() -> None:
    scenario = parse(MARKET + TAX + CEILING)
    public = PublicKnowledge(public_rules(scenario))
    said = {}
    for message in of(played(scenario), RulesChanged):
        public.on_fact(message, 0)
        assert public.rules_before is not None
        said[message.period] = changes_text(message.period, public.rules_before, public.rules, catalogue())
    assert said[2].startswith("From period 2 on: ")
    assert "75" in said[2]
    assert "150" in said[3]
    assert "This no longer holds: " in said[3], "the tax is gone"
    assert said[4].startswith("This no longer holds: ")


@given(st.lists(st.tuples(st.integers(2, 6), st.integers(0, 9)), max_size=6))
def test_of_several_overrides_of_one_key_the_latest_period_holds_in_whatever_order_they_are_written(
    said: list[tuple[int, int]],
) -> None:
    taxes = dict(said)
    overrides = tuple(Override(start, charges=Charges(tax_buyer=tax)) for start, tax in taxes.items())
    scenario = replace(parse(MARKET), periods=6, overrides=overrides)
    for period in range(1, 7):
        before = [start for start in taxes if start <= period]
        assert scenario.controls(period).charges.tax_buyer == (taxes[max(before)] if before else 0)


def test_a_disguise_raises_what_an_override_says_too() -> None:
    scenario = parse(MARKET + CEILING + "[[overrides]]\nfrom_period = 2\nbuyers = [[330], [], [280], [255]]")
    hidden = disguised(scenario, 5)
    constant = hidden.environment.disguised_by()
    assert hidden.controls(3).terms.price_ceiling == 150 + constant
    assert hidden.controls(4).terms.price_ceiling is None
    assert hidden.controls(2).buyers == ((330 + constant,), (), (280 + constant,), (255 + constant,))


def test_lengths_of_the_command_line_are_those_of_all_periods() -> None:
    scenario = parse(MARKET + TAX + "[[overrides]]\nfrom_period = 3\nperiod_s = 5.0")
    short = with_lengths(scenario, period_s=2.0, periods=2)
    assert [short.controls(period).period_s for period in (1, 2)] == [2.0, 2.0]
    assert [one.from_period for one in short.overrides] == [2]
    assert with_lengths(scenario).overrides == scenario.overrides


WRONG = {
    "[[overrides]]\nfrom_period = 5\nperiod_s = 5.0": "overrides[0].from_period: 5 is after the last period (4)",
    "[[overrides]]\nfrom_period = 2": "overrides[0]: changes nothing: name a rule that is another from this period on",
    TAX + TAX: "overrides[1].charges: is said for period 2 twice",
    "[[overrides]]\nfrom_period = 2\nterms = { price_ceiling = 500 }": (
        "overrides[0].terms.price_ceiling: from period 2 on: is not within 1 to 400"
    ),
    "[[overrides]]\nfrom_period = 2\nbuyers = [[1]]": (
        "overrides[0].buyers: has 1 lists, and the environment has 4 buyers; an empty list sits out"
    ),
    "[[overrides]]\nfrom_period = 2\nsellers = [[], [], [], []]": (
        "overrides[0].sellers: are all empty: nobody could trade"
    ),
    "[[overrides]]\nfrom_period = 1\nbreak_s = 1.0": "overrides[0].from_period",
    "[[overrides]]\nfrom_period = 2\nno_loss = 'people'": "no_loss",
    "[[overrides]]\nfrom_period = 2\nterms = { order_life = 'session' }": "order_life",
}


@pytest.mark.parametrize("text", WRONG, ids=list(WRONG.values()))
def test_an_override_that_cannot_be_is_refused_by_its_key_and_line(text: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse(MARKET + text, "wrong.toml")
    assert WRONG[text] in str(refused.value)
    assert str(refused.value).startswith("wrong.toml:")


def test_orders_that_live_the_session_are_under_one_set_of_terms() -> None:
    living = MARKET.replace("tick = 1 }", 'tick = 1, terms = { order_life = "session" } }')
    with pytest.raises(ScenarioError, match="orders live as long as the session"):
        parse(living + CEILING)
    parse(living + TAX)


def test_rows_are_dropped_only_where_later_periods_have_the_same() -> None:
    assert fewer_traders(parse(MARKET + TAX), 6) is not None
    assert fewer_traders(parse(MARKET + OTHERS), 6) is None


def test_a_period_that_is_played_again_has_the_rules_of_its_first_try() -> None:
    scenario = parse(MARKET + TAX)
    course = Course(scenario)
    course.trading()
    course.command(EndPeriod())
    told = course.command(Again())
    assert RulesChanged(2, charges=Charges()) in [event.message for event in told], "the tax was told, and is not yet"
    outcome = SessionOutcome(partial(market_rules, scenario))
    course.command(Start())
    assert course.session.markets[0].environment.charges == Charges()
    last = course.command(EndPeriod())
    assert RulesChanged(3, charges=Charges(tax_buyer=75)) in [event.message for event in last]
    course.command(Start())
    assert course.session.markets[0].environment.charges.tax_buyer == 75
    course.command(EndPeriod())
    for event in course.events:
        outcome.on_event(event)
    assert [(one.period, one.taxes.tax_buyer) for one in outcome.scores()] == [(2, 0), (3, 75)]
