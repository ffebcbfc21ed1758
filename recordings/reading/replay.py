"""A recording as one seat saw it, or as the public did: its events through the same views and numbers as a live feed.

Events are read, not run again, so that recordings of older rules can be watched too. Facts that were addressed to
others never leave this module.
"""

from dataclasses import dataclass, field
from pathlib import Path

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import AGENTS, INSTITUTION, Seat
from p2p.information.projection import RICHEST_INFORMATION, Projector
from p2p.institutions.registry import institution_named
from p2p.messages import Message
from p2p.messages.envelope import Event
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import NumberedFact
from p2p.scenario.assignment import scenarios_of_markets
from p2p.scenario.overrides import InformationSet
from p2p.scenario.public_rules import PublicRules, public_rules
from p2p.schedules.rationing import rules_by_market
from recordings.journal.format import JournalError, JournalReader
from recordings.journal.store import read_folder, scenario_of, still_runs


class ReplayError(Exception):
    """The request names a part that the recording does not have; the text says which it has."""


@dataclass(frozen=True)
class Goal:
    """The competitive price of a finished period, and the share of the possible gains that was made."""

    price: float | None
    efficiency: float | None


@dataclass(frozen=True)
class Replay:
    """The facts told to a viewer, in order, with instants; `said` are a seat's own messages by token.

    `states` hold what a call held then would have given, each numbered as the last fact before it.
    `seat` is None for the public of `market`. `cut` says that the recording stops before the session's end; where the
    session `runs`, it is what there is of it so far.
    """

    session: str
    rules: PublicRules
    seat: Seat | None
    market: int
    told: list[NumberedFact]
    said: dict[int, Message]
    cut: bool
    states: list[NumberedFact] = field(default_factory=list)
    runs: bool = False
    experimenter: bool = False
    """Whether it is the experimenter's view: the whole book, even where seats were shown less."""
    goals: dict[int, Goal] = field(default_factory=dict)


def read_replay(
    folder: Path, seat: Seat | None = None, market: int | None = None, experimenter: bool = False
) -> Replay:
    """The recording in a folder as a seat saw it, or as the public of a market (the first, unless told).

    `experimenter`: as the experimenter saw the market, with the richest information set there is.

    Raises JournalError where there is no recording or it is corrupt, ReplayError where it has no such seat or market.
    """
    runs = still_runs(folder)
    reading = read_folder(folder)
    scenario = scenario_of(reading.header)
    views = Projector(scenario, reading.header.seed)
    if seat is not None and not 0 <= seat < scenario.seats:
        raise ReplayError(f"there is no seat {seat}: this session has seats 0 to {scenario.seats - 1}")
    if market is not None and not 0 <= market < scenario.markets:
        raise ReplayError(f"there is no market {market}: this session has markets 0 to {scenario.markets - 1}")
    if seat is not None:
        market = next(number for number, seats in enumerate(views.seats) if seat in seats)
    market = market or 0
    own = scenarios_of_markets(scenario, reading.header.seed)[market]
    shown = views.poorest(market) if seat is None else views.information[seat]
    information = RICHEST_INFORMATION if experimenter else shown
    told, said, states, goals = _told(reading, views, seat, market, information)
    return Replay(
        session=reading.header.session,
        rules=public_rules(own, information, market=market, own_rules=scenario.has_market_arms),
        seat=seat,
        market=market,
        told=told,
        said=said,
        cut=reading.sealed is None,
        states=states,
        goals=goals,
        runs=runs and reading.sealed is None,
        experimenter=experimenter,
    )


def _told(
    reading: JournalReader, views: Projector, seat: Seat | None, market: int, information: InformationSet
) -> tuple[list[NumberedFact], dict[int, Message], list[NumberedFact], dict[int, Goal]]:
    """The facts of a viewer, what the seat said, the states, and the competitive outcome of each finished period.

    Raises JournalError where a record holds no message of ours.
    """
    told: list[NumberedFact] = []
    said: dict[int, Message] = {}
    states: list[NumberedFact] = []
    outcome = SessionOutcome(rules_by_market(scenario_of(reading.header), reading.header.seed))
    own = scenarios_of_markets(scenario_of(reading.header), reading.header.seed)[market]
    institution = institution_named(own.institution.name)
    for record in reading.records():
        try:
            envelope, events = record.envelope(), record.read_events()
        except ProtocolError as error:
            raise JournalError(f"record {record.n} holds what this lab does not know: {error}") from error
        outcome.on_input(envelope.message)
        if seat is not None and envelope.sender == seat:
            said[envelope.token] = envelope.message
        state = institution.follow([event.message for event in events if event.market == market])
        for event in events:
            outcome.on_event(event)
            shown = views.project(event)
            if shown is None or shown.market not in (None, market):
                continue
            public = shown.form(information)
            message = shown.own.get(seat, public) if seat is not None else public
            if message is not None:
                told.append(NumberedFact(len(told) + 1, record.at, message))
        if state is not None and _seen(views, state, market, information):
            states.append(NumberedFact(len(told), record.at, state))
    scores = [outcome.score(*key) for key in outcome.counted if key[0] == market]
    goals = {one.period: Goal(one.equilibrium.price, one.efficiency) for one in scores}
    return told, said, states, goals


def _seen(views: Projector, state: Message, market: int, information: InformationSet) -> bool:
    """Whether those with an information set are shown a state."""
    shown = views.project(Event(state, INSTITUTION, AGENTS, market))
    return shown is not None and shown.form(information) is not None
