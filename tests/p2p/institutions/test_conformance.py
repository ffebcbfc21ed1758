"""The suite that every institution, environment and scenario gets by being registered (tests/plays/conformance.py)."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bots.robots.fleet import run_fleet
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import AGENTS, ENVIRONMENT, INSTITUTION
from p2p.information.projection import Projector
from p2p.messages import (
    Accepted,
    Called,
    Contract,
    Contracts,
    Indicative,
    Message,
    Order,
    Quote,
    Refused,
    RequestContracts,
    Schedule,
)
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.capabilities import INSTITUTION_NAMES
from p2p.scenario.overrides import POOR, SEES_CONTRACTS, SIDED, InformationSet
from p2p.scenario.public_rules import controlled, public_rules
from p2p.scenario.schema import ENVIRONMENTS, Scenario
from p2p.schedules.rationing import market_rules
from p2p.session.session import Session
from recordings.journal.store import Recovered, Store, read_folder, run_again
from server.hosted_session import open_new
from tests import ROOT
from tests.plays.conformance import LOOKS, SEED, Case, cases, played, written
from tests.plays.hosted import hosting

CASES = cases()
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)

HONEST = {"does_not_improve", "own_order", "loss_floor", "no_units_left", "too_many_orders"}
"""What a robot that knows the rules may still be refused for: the others' orders, and rules on sums of its own."""


def test_what_is_registered_is_played() -> None:
    assert {case.scenario.institution.name for case in CASES} == set(INSTITUTION_NAMES)
    assert {case.scenario.environment.name for case in CASES} == set(ENVIRONMENTS)


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-P", "-m", "tests.plays.conformance"],
            cwd=ROOT,
            env=dict(os.environ, PYTHONHASHSEED=hash_seed, PYTHONPATH=str(ROOT)),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for hash_seed in ("1", "77")
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0].splitlines())) == len(CASES)
    assert f"{CASES[-1].name} {played(CASES[-1])}" in runs[0]


@EACH
def test_a_session_is_legal(case: Case) -> None:
    """Prices within the limits and controls, units and money conserved, no more surplus than there is."""
    simulation, outcome = case.simulation(), SessionOutcome(partial(market_rules, case.scenario))
    low, high = controlled(public_rules(case.scenario))
    answers = deals = 0
    for envelope, _, events in simulation.play():
        outcome.on_input(envelope.message)
        for event in events:
            outcome.on_event(event)
            match event.message:
                case Refused(reason=reason):
                    assert reason in HONEST
                case Accepted():
                    answers += 1
                case Contract(price=price, seller_price=gets):
                    deals += 1
                    assert low <= price <= high
                    assert gets is None or low <= gets <= price
        _uncrossed(simulation.session)
    scores = outcome.scores()
    assert answers > 2 * len(simulation.robots) / LOOKS
    assert deals
    assert len(scores) == case.scenario.periods * case.scenario.markets
    for score in scores:
        assert score.surplus <= score.equilibrium.surplus_max, "nobody gains what was not there"
    if scores[0].energy is None:
        for market in simulation.session.markets:
            of_market = [score.surplus_by_seat for score in scores if score.market == market.number]
            for seat in market.seats:
                kept = market.environment.balance.get(seat, 0)
                assert kept == sum(gained.get(seat, 0) for gained in of_market), "the balance is what was gained"


def _uncrossed(session: Session) -> None:
    if session.scenario.capabilities.collects:
        return
    for market in session.markets:
        standing = market.institution.standing()
        assert standing.bid is None or standing.ask is None or standing.bid < standing.ask


@EACH
def test_the_recorded_messages_give_the_same_session(case: Case) -> None:
    simulation = case.simulation()
    heard = list(simulation.play())
    again = Session(case.scenario, SEED)
    for envelope, at, events in heard:
        assert written(envelope, at, again.handle(envelope, at)) == written(envelope, at, events)
    assert again.digest() == simulation.session.digest()


@EACH
def test_a_session_is_recovered_from_its_journal_at_every_record(case: Case, tmp_path: Path) -> None:
    """Cut after any record, it comes back as it was there, and goes on as it did."""
    store = Store.create(tmp_path / "one", case.scenario, SEED, "test")
    simulation = case.simulation()
    heard, digests = [], [Session(case.scenario, SEED).digest()]
    for envelope, at, events in simulation.play():
        heard.append((envelope, at, events))
        store.append(store.line(envelope, at, events))
        digests.append(simulation.session.digest())
    store.close()
    path = tmp_path / "one" / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == len(heard) + 1
    step = max(1, len(heard) // RECOVERIES)
    for records in [*range(0, len(heard), step), len(heard)]:
        path.write_bytes(b"".join(lines[: records + 1]))
        recovered = Recovered(tmp_path / "one")
        assert recovered.session.digest() == digests[records]
        if records < len(heard):
            envelope, at, events = heard[records]
            assert recovered.session.handle(envelope, at) == events
            assert recovered.session.digest() == digests[records + 1]


RECOVERIES = 40
"""Cuts of one session; beyond so many records every n-th is tried (`full`: all)."""


@pytest.mark.full
@EACH
def test_a_session_is_recovered_at_every_single_record(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "RECOVERIES", 10**9)
    test_a_session_is_recovered_from_its_journal_at_every_record(case, tmp_path)


# --- who sees what ---------------------------------------------------------------------------------------------

CANARY = 777_777


def hidden(message: Message, information: InformationSet) -> Message | None:
    """The message with canaries in all that an information set hides of it; None where it hides nothing."""
    if isinstance(message, Quote) and information in POOR:
        return msgspec.structs.replace(message, price=CANARY, quantity=CANARY)
    if isinstance(message, Contract) and information not in SEES_CONTRACTS:
        return msgspec.structs.replace(message, number=CANARY, price=CANARY, quantity=CANARY, seller_price=CANARY)
    if isinstance(message, Contract):
        return msgspec.structs.replace(message, buy_order=CANARY, sell_order=CANARY)
    if isinstance(message, Order) and information != "book":
        return msgspec.structs.replace(message, order=CANARY, price=CANARY, quantity=CANARY)
    if isinstance(message, Called) and information not in SEES_CONTRACTS:
        return msgspec.structs.replace(message, price=CANARY, quantity=CANARY)
    return None


@EACH
def test_what_an_information_set_hides_does_not_show(case: Case) -> None:
    views, canaries = Projector(case.scenario, SEED), Projector(case.scenario, SEED)
    tried = 0
    for _, _, events in case.simulation().play():
        for event in events:
            shown = views.project(event)
            for information in sorted({one for market in range(len(views.seats)) for one in views.in_use(market)}):
                other = hidden(event.message, information)
                if other is None:
                    continue
                tried += 1
                disguised = canaries.project(Event(other, event.sender, event.to, event.market))
                assert shown is not None
                assert disguised is not None
                assert disguised.form(information) == shown.form(information)
                owners = {getattr(event.message, name, None) for name in ("buyer", "seller", "trader")}
                sided = not SIDED.isdisjoint(views.information.values())  # see test_poor_views.py
                assert sided or set(shown.own) == set(disguised.own) <= owners
            canaries.project(event)
            if shown is not None and shown.public is not None:
                assert not isinstance(event.message, Schedule | Accepted | Refused)
    assert tried


@EACH
def test_the_public_is_shown_no_more_than_the_poorest_seat(case: Case) -> None:
    views = Projector(case.scenario, SEED)
    order = ("none", "quotes", "ticker", "book")
    for market, seats in enumerate(views.seats):
        sets = [views.information[seat] for seat in seats]
        of_seats = [order.index("none" if one in SIDED else one) for one in sets]
        assert order.index(views.poorest(market)) == min(of_seats)


def test_who_sees_no_contracts_is_told_his_own_when_he_asks() -> None:
    case = next(case for case in CASES if case.name == "continuous-quotes")
    simulation, views = case.simulation(), Projector(case.scenario, SEED)
    mine = answered = 0
    for _, at, events in simulation.play():
        for event in events:
            views.project(event)
            mine += isinstance(event.message, Contract) and 0 in (event.message.buyer, event.message.seller)
        if simulation.session.phase == "trading" and simulation.session.period == 1:
            asked = simulation.session.handle(Envelope(0, RequestContracts()), at)
            for event in asked:
                shown = views.project(event)
                assert shown is not None
                told = shown.own[0]
                if isinstance(told, Contracts):
                    assert isinstance(event.message, Contracts)
                    assert len(told.contracts) == mine
                    answered += len(event.message.contracts) > mine
    assert answered, "there were others, which were not told"


def test_what_a_call_would_give_is_no_affair_of_who_sees_no_contracts() -> None:
    case = next(case for case in CASES if case.name == "call-quotes")
    views = Projector(case.scenario, SEED)
    held = views.project(Event(Called(2, 90, 3), INSTITUTION, AGENTS, 0))
    assert held is not None
    assert held.form("quotes") == Called(2, None, 0), "when it was held is everybody's to know"
    for message in (Indicative(90, 3), Contract(1, 90, "call", 0, 1), Order(1, "bid", 90, 1, 0)):
        to: Any = ENVIRONMENT if isinstance(message, Contract) else AGENTS
        shown = views.project(Event(message, INSTITUTION, to, 0))
        assert shown is not None
        assert shown.form("quotes") is None
    shown = views.project(Event(Quote("bid", 90, 0), INSTITUTION, AGENTS, 0))
    assert shown is not None
    assert shown.form("quotes") == shown.public


# --- live ------------------------------------------------------------------------------------------------------


def live() -> list[Case]:
    """One case for each institution and environment that there are together."""
    found: dict[tuple[str, str], Case] = {}
    for case in CASES:
        key = case.scenario.institution.name, case.scenario.environment.name
        found[key] = case
    return list(found.values())


@pytest.mark.parametrize("case", live(), ids=lambda case: case.name)
async def test_a_session_played_live_is_the_same_run_again(case: Case, tmp_path: Path) -> None:
    """Robots on real sockets; what they said, handed to a new session, gives the same events, bytes and digest."""
    quick = msgspec.structs.replace(case.scenario.robots, reaction_mean_s=0.5 / LOOKS)
    scenario: Scenario = msgspec.structs.replace(
        case.scenario, periods=2, period_s=0.5, break_s=0.05, robots=quick, start="when_full"
    )
    opened = open_new(scenario, "live", SEED, tmp_path / "recordings", "test")
    async with hosting(opened) as hosted:
        cast = [(hosted.codes[seat], word) for seat, word in enumerate(case.cast)]
        assert await run_fleet(hosted.url, cast) == []
        assert await hosted.running == 0
    reading = read_folder(opened.store.folder)
    session, again = run_again(reading)
    assert reading.sealed is not None
    assert reading.sealed.digest == session.digest().hex()
    assert session.phase == "ended"
    said = [event for _, events in again for event in events if isinstance(event.message, Accepted)]
    assert len(said) > len(case.cast) / LOOKS
