"""Arms of markets: a 2×2 of information and institution in one session, and nobody learns another arm's rules."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from p2p.information.projection import Projector
from p2p.messages import Contract, InitInst, Message, RulesChanged, StartRound
from p2p.messages.envelope import Event
from p2p.scenario.assignment import (
    arms_by_seat,
    arms_of_markets,
    block_of_market,
    information_by_seat,
    scenarios_of_markets,
)
from p2p.scenario.disguise import disguised
from p2p.scenario.errors import ScenarioError
from p2p.scenario.lengths import with_lengths
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import PublicRules, public_rules
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from p2p.sim.simulation.batch import SessionSpec, play
from p2p.sim.simulation.simulation import Simulation
from p2p.sim.tables.writer import rows_of
from recordings.journal.store import Store, read_folder, run_again
from recordings.reading.replay import read_replay
from recordings.scoring.score import score
from server.session.session_status import SessionStatus

MARKET = """
title = "Information and institution"
periods = 2
period_s = 20
break_s = 3
markets = 8
block = 4
institution = { name = "continuous", price_min = 1, price_max = 400, tick = 1 }
environment = { buyers = [[325], [300], [275]], sellers = [[75], [100], [125]] }
"""
ARMS = """
[[arms]]
name = "arm-alpha"
unit = "market"
information = "book"
[[arms]]
name = "arm-beta"
unit = "market"
information = "quotes"
[arms.terms]
price_ceiling = 391
[[arms]]
name = "arm-gamma"
unit = "market"
institution = "call"
information = "book"
call = { calls = 4 }
[[arms]]
name = "arm-delta"
unit = "market"
institution = "call"
information = "quotes"
charges = { tax_buyer = 31 }
robots = { reaction_mean_s = 0.773 }
[[overrides]]
from_period = 2
arm = "arm-beta"
charges = { tax_seller = 57 }
"""
FACTORIAL = parse(MARKET + ARMS)
MARKS = {
    "arm-alpha": [],
    "arm-beta": ["391", "57"],
    "arm-gamma": ['"calls":4'],
    "arm-delta": ['"tax_buyer":31', "0.773"],
}
"""What can be told of an arm, and of no other."""


@pytest.fixture(scope="module")
def played() -> tuple[Simulation, list[Event]]:
    simulation = Simulation(FACTORIAL, ["zic"] * FACTORIAL.seats, 4)
    return simulation, [event for _, _, events in simulation.play() for event in events]


def wrong(text: str) -> str:
    with pytest.raises(ScenarioError) as error:
        parse(text)
    return str(error.value)


def test_arms_are_drawn_by_seed_in_equal_shares_of_each_block() -> None:
    drawn = {seed: arms_of_markets(FACTORIAL, seed) for seed in range(40)}
    names = {arm.name for arm in FACTORIAL.arms}
    assert all({*arms[:4]} == {*arms[4:]} == names for arms in drawn.values())
    assert len({tuple(arms) for arms in drawn.values()}) > 30
    assert Counter(arms[0] for arms in drawn.values()).keys() == names, "no market has its arm by its number"
    assert [block_of_market(FACTORIAL, market) for market in range(8)] == [1] * 4 + [2] * 4


def test_without_a_block_shares_are_of_the_session_and_may_be_said() -> None:
    text = MARKET.replace("block = 4", "") + ARMS
    halves = Counter(tuple(Counter(arms_of_markets(parse(text), seed)[:4]).values()) for seed in range(40))
    assert len(halves) > 1, "within half of the session any number of an arm's markets"
    unequal = MARKET.replace("block = 4", "") + (
        '[[arms]]\nname = "a"\nunit = "market"\nmarkets = 6\n[[arms]]\nname = "b"\nunit = "market"\nmarkets = 2'
    )
    assert Counter(arms_of_markets(parse(unequal), 3)) == {"a": 6, "b": 2}


def test_a_market_is_played_by_its_arms_rules(played: tuple[Simulation, list[Event]]) -> None:
    simulation, events = played
    arms = arms_of_markets(FACTORIAL, 4)
    told = {event.market: event.message for event in events if isinstance(event.message, InitInst)}
    for market, arm in enumerate(arms):
        here = simulation.session.markets[market]
        assert here.scenario.institution.name == ("call" if arm in ("arm-gamma", "arm-delta") else "continuous")
        init = told[market]
        assert (init.call is not None) == (arm == "arm-gamma")
        assert (init.terms is not None and init.terms.price_ceiling == 391) == (arm == "arm-beta")
        charged = here.environment.charges
        assert (charged.tax_buyer, charged.tax_seller) == {"arm-delta": (31, 0), "arm-beta": (0, 57)}.get(
            str(arm), (0, 0)
        )
    assert {event.market for event in events if isinstance(event.message, Contract)} == set(range(8))


def test_robots_look_as_often_as_their_arm_says(played: tuple[Simulation, list[Event]]) -> None:
    simulation = Simulation(parse((MARKET + ARMS).replace("0.773", "0.1")), ["zic"] * FACTORIAL.seats, 4)
    list(simulation.play())
    arms = arms_of_markets(FACTORIAL, 4)
    looks = {arm: simulation.activations(market) for market, arm in enumerate(arms)}
    assert looks["arm-delta"] > 3 * looks["arm-gamma"]


def test_rules_that_change_are_told_to_the_markets_whose_they_are(played: tuple[Simulation, list[Event]]) -> None:
    _, events = played
    arms = arms_of_markets(FACTORIAL, 4)
    told = [event for event in events if isinstance(event.message, RulesChanged)]
    assert {event.market for event in told} == {market for market, arm in enumerate(arms) if arm == "arm-beta"}
    assert all(event.message.charges is not None and event.message.charges.tax_seller == 57 for event in told)
    starts = {event.market for event in events if isinstance(event.message, StartRound) and event.message.period == 2}
    assert starts == set(range(8))


def test_no_seat_and_no_public_learns_another_arms_rules(played: tuple[Simulation, list[Event]]) -> None:
    simulation, events = played
    views, status = Projector(FACTORIAL, 4), SessionStatus(Session(FACTORIAL, 4))
    arms, by_seat = arms_of_markets(FACTORIAL, 4), arms_by_seat(FACTORIAL, 4)
    told: dict[int | str, list[Message | PublicRules]] = {}
    for seat in range(FACTORIAL.seats):
        told[seat] = [status.rules(views.information[seat], market=status.market_of[seat])]
    for market in range(8):
        told[f"public {market}"] = [status.rules(views.poorest(market), market=market)]
    for event in events:
        shown = views.project(event)
        if shown is None:
            continue
        for seat in range(FACTORIAL.seats):
            form = shown.own.get(seat)
            if form is None and shown.market in (None, status.market_of[seat]):
                form = shown.form(views.information[seat])
            told[seat] += [] if form is None else [form]
        for market in range(8):
            form = shown.form(views.poorest(market)) if shown.market in (None, market) else None
            told[f"public {market}"] += [] if form is None else [form]
    for who, messages in told.items():
        arm = by_seat[who] if isinstance(who, int) else arms[int(who.removeprefix("public "))]
        rules = msgspec.json.encode([one for one in messages if isinstance(one, PublicRules | RulesChanged)]).decode()
        everything = msgspec.json.encode(messages).decode()
        for other, marks in MARKS.items():
            assert other not in everything, f"{who} is told the name of an arm"
            seen = [mark for mark in marks if mark in rules]
            assert seen == (marks if other == arm else []), f"{who} of {arm} is told {seen} of {other}"
    assert simulation.session.phase == "ended"


def test_all_seats_of_a_market_have_its_information(played: tuple[Simulation, list[Event]]) -> None:
    information, arms = information_by_seat(FACTORIAL, 4), arms_by_seat(FACTORIAL, 4)
    sets = {"arm-alpha": "book", "arm-beta": "quotes", "arm-gamma": "book", "arm-delta": "quotes"}
    assert all(information[seat] == sets[arms[seat]] for seat in range(FACTORIAL.seats))


def test_information_may_change_by_period_in_one_arm_alone() -> None:
    more = '[[overrides]]\nfrom_period = 2\narm = "arm-alpha"\ninformation = "quotes"\n'
    scenario = parse(MARKET + ARMS + more)
    views, arms = Projector(scenario, 4), arms_of_markets(scenario, 4)
    simulation, period = Simulation(scenario, ["zic"] * scenario.seats, 4), 1
    shown: dict[tuple[str | None, int], set[str]] = {}
    for _, _, events in simulation.play():
        for event in events:
            if isinstance(event.message, StartRound):
                period = event.message.period
            form = views.project(event)
            if form is not None and form.market is not None:
                public = form.form(views.poorest(form.market))
                if public is not None:
                    shown.setdefault((arms[form.market], period), set()).add(public.directive)
    assert "contract" in shown["arm-alpha", 1]
    assert "contract" not in shown["arm-alpha", 2]
    assert "contract" in shown["arm-gamma", 2]


def test_the_tables_name_arm_institution_treatment_and_block_and_score_by_each_markets_own_rules() -> None:
    rows = rows_of(play(SessionSpec(1, FACTORIAL, ("zic",) * FACTORIAL.seats, 4, 4, tables=True)))
    arms = arms_of_markets(FACTORIAL, 4)
    for name in ("sessions", "periods", "contracts", "traders"):
        assert {(row["market"], row["arm"], row["block"]) for row in rows[name]} == {
            (market, arm, market // 4 + 1) for market, arm in enumerate(arms)
        }
        for row in rows[name]:
            assert row["institution"] == ("call" if row["arm"] in ("arm-gamma", "arm-delta") else "continuous")
            assert ("tax_buyer 31" in row["treatment"]) == (row["arm"] == "arm-delta")
    for row in rows["periods"]:
        taxed = {("arm-delta", 1): 31, ("arm-delta", 2): 31, ("arm-beta", 2): 57}.get((row["arm"], row["period"]), 0)
        assert row["revenue"] == taxed * row["quantity"]


def test_a_recording_is_scored_replayed_and_verified_by_the_same_rules(tmp_path: Path) -> None:
    simulation = Simulation(FACTORIAL, ["zic"] * FACTORIAL.seats, 4)
    store = Store.create(tmp_path / "session", FACTORIAL, 4, "test")
    for envelope, at, events in simulation.play():
        store.append(store.line(envelope, at, events))
    store.seal(simulation.session.digest())
    again, _ = run_again(read_folder(tmp_path / "session"))
    assert again.digest() == simulation.session.digest()
    arms = arms_of_markets(FACTORIAL, 4)
    scored = {(one.market, one.period): one for one in score(tmp_path / "session").periods}
    taxed = arms.index("arm-delta")
    assert scored[taxed, 1].revenue == 31 * scored[taxed, 1].quantity
    for market in (arms.index("arm-beta"), taxed):
        replay = read_replay(tmp_path / "session", market=market)
        assert replay.rules.institution == scenarios_of_markets(FACTORIAL, 4)[market].institution.name
        assert replay.rules.own_rules
        assert any(isinstance(one.message, RulesChanged) for one in replay.told) == (arms[market] == "arm-beta")


def test_lengths_and_a_disguise_reach_the_arms() -> None:
    posted = ARMS.replace('name = "arm-gamma"', 'name = "arm-gamma"\nposting = { post_s = 5.0 }').replace(
        'institution = "call"\ninformation = "book"\ncall = { calls = 4 }', 'institution = "posted-offer"'
    )
    short = with_lengths(parse(MARKET + posted), period_s=2.0).in_arm("arm-gamma").institution.posting
    assert short is not None
    assert short.post_s == 0.5
    hidden = disguised(FACTORIAL, 3)
    moved = hidden.institution.price_max - FACTORIAL.institution.price_max
    assert hidden.in_arm("arm-beta").institution.terms.price_ceiling == 391 + moved


def test_another_pace_of_robots_is_that_of_every_arm() -> None:
    assert FACTORIAL.paced(reaction_mean_s=9.0).in_arm("arm-delta").robots.reaction_mean_s == 9.0
    assert FACTORIAL.paced(reaction_mean_s=9.0).in_arm("arm-alpha").robots.reaction_mean_s == 9.0


def test_a_market_is_told_that_its_rules_are_its_own() -> None:
    rules = public_rules(FACTORIAL.in_arm("arm-beta"), market=2, own_rules=True)
    assert (rules.markets, rules.market, rules.own_rules) == (8, 2, True)


A, B = '[[arms]]\nname = "a"\nunit = "market"\n', '[[arms]]\nname = "b"\nunit = "market"\n'
SEAT = '[[arms]]\nname = "s"\nseats = 6\ninformation = "book"\n'
LATE = '[[overrides]]\nfrom_period = 2\narm = "c"\ncharges = {}\n'
WRONG = {
    "nested": (A + SEAT, "arms[1].unit: is 'seat', and that of the first arm 'market': arms are not nested"),
    "a unit that is none": (A.replace("market", "room"), "arms[0].unit: there is no 'room'"),
    "seats of markets": (A + "seats = 3\n", "arms[0].seats: is for arms of seats"),
    "markets of seats": (SEAT + "markets = 2\n", "arms[0].markets: is for arms of markets"),
    "a tax for some seats": (SEAT + "charges = { tax_buyer = 3 }\n", "arms[0].charges: is for arms of markets"),
    "seats without information": ('[[arms]]\nname = "s"\nseats = 6\n', "arms[0].information: is missing"),
    "information without seats": ('[[arms]]\nname = "s"\ninformation = "book"\n', "arms[0].seats: is missing"),
    "too many markets": (A + "markets = 7\n" + B + "markets = 2\n", "arms: have 9 markets together"),
    "one that says how many": (A + "markets = 7\n" + B, "arms: say how many markets they have either all or none"),
    "a name twice": (A + A, "arms[1].name: 'a' is there twice"),
    "a call without an institution": (A + "call = { calls = 2 }\n" + B, "arms[0].call: says how a call is held"),
    "a ceiling out of range": (A + "terms = { price_ceiling = 900 }\n" + B, "arms[0].terms.price_ceiling: is not"),
    "an institution that is none": (A + 'institution = "bazaar"\n', "arms[0].institution: there is no 'bazaar'"),
    "a law of chance that is none": (A + 'robots = { reaction = "soon" }\n' + B, "arms[0].robots.reaction: "),
    "an unknown key": (A + "periods = 3\n", "arms[0].periods: there is no such key"),
    "an unknown arm": (
        A + B + '[[overrides]]\nfrom_period = 2\narm = "c"\ncharges = {}\n',
        "overrides[0].arm: there is no arm 'c'",
    ),
    "an arm where none are": (
        '[[overrides]]\nfrom_period = 2\narm = "c"\ncharges = {}\n',
        "overrides[0].arm: is for arms",
    ),
    "a break of one arm": (
        A + B + '[[overrides]]\nfrom_period = 2\narm = "a"\nbreak_s = 9\n',
        "overrides[0].break_s: cannot be for one arm alone",
    ),
    "a key twice": (
        A + B + '[[overrides]]\nfrom_period = 2\narm = "a"\ninformation = "book"\n' * 2,
        "overrides[1].information: is said for period 2 twice",
    ),
    "a ceiling below an arm's floor": (
        A + "terms = { price_floor = 200 }\n" + B + "[[overrides]]\nfrom_period = 2\nterms = { price_ceiling = 100 }\n",
        "overrides[0].terms.price_ceiling: from period 2 on: is below the floor (200) (in the markets of 'a')",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_arms_that_cannot_be_are_named_by_their_key(name: str) -> None:
    more, says = WRONG[name]
    said = wrong(MARKET.replace("block = 4", "") + more)
    assert says in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("block", "arms", "says"),
    [
        ("block = 4", SEAT, "block: is for arms of markets"),
        ("block = 4", "", "block: is for arms of markets"),
        ("block = 3", A + B, "block: of 3 cannot hold each arm in its share of the 8 markets"),
        ("block = 16", A + B, "block: is more than the 8 markets"),
        ("block = 0", A + B, "block: "),
        ("markets = 7", A + B, "markets: 7 cannot be shared equally by 2 arms"),
    ],
)
def test_a_block_has_room_for_every_arm(block: str, arms: str, says: str) -> None:
    text = MARKET.replace("markets = 8\n", "") if "markets" in block else MARKET
    assert says in wrong(text.replace("block = 4", block) + arms)


def test_a_market_alone_has_no_arms_left() -> None:
    own: Scenario = FACTORIAL.in_arm("arm-delta")
    assert (own.arms, own.block, own.overrides) == ((), None, ())
    assert own.markets == 8
