"""The session that `pit serve` opens: a new one of a scenario as the command line has changed it, or one that was
cut."""

import os
import secrets
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import click
import msgspec
from msgspec.structs import replace

from p2p.agents.registry import AgentError, check_lineup, names_code, parse_lineup
from p2p.base.safe_text import printable
from p2p.environments.base import schedules_of
from p2p.environments.registry import environment_of, fewer_traders
from p2p.protocol.server_address import os_sentence
from p2p.scenario.disguise import disguised
from p2p.scenario.errors import ScenarioError
from p2p.scenario.lengths import with_lengths
from p2p.scenario.parsing import checked
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.stages import Practice, Stage
from p2p.schedules.equilibrium import Equilibrium
from p2p.schedules.rationing import controlled, market_rules
from p2p.session.market import TRADERS_MIN
from p2p.sim.library.files import load, scenario_path
from p2p.sim.shell.cli_options import shell_word
from recordings.journal.format import JournalError
from server.hosted_session import Joining, SessionParts, open_again, open_new
from server.session.participants import ParticipantsError, read_participants
from server.session.session_status import SessionStatus


@dataclass(frozen=True)
class Changes:
    """The command line's changes to the scenario; None leaves it as it is. `published`: on a broker."""

    period_s: float | None = None
    break_s: float | None = None
    periods: int | None = None
    reaction_s: float | None = None
    fill: str | None = None
    drop_out: Literal["pass", "robot"] | None = None
    advance: Literal["all"] | None = None
    start: Literal["when_full", "experimenter"] | None = None
    disguise: bool = False
    seats: int = 0
    seats_min: int = 0
    units: int = 0
    published: bool = False

    def made(self, rules: Scenario) -> Scenario:
        """The scenario with the changes; seats, units and disguise are not among them. Raises ScenarioError.

        With units it is for a load, which trades only: its stages are left out.
        """
        rules = replace(rules, stage=()) if self.units else rules
        rules = with_lengths(rules, self.period_s, self.break_s, self.periods)
        if self.reaction_s is not None:
            rules = rules.paced(reaction_mean_s=self.reaction_s)
        rules = replace(rules, start=self.start) if self.start else rules
        if self.advance == "all":
            stages = (replace(one, advance="all") if one.advance == "experimenter" else one for one in rules.stage)
            rules = replace(rules, stage=tuple(stages))
        vacancies = {"fill": self.fill, "drop_out": self.drop_out}
        said = {key: value for key, value in vacancies.items() if value is not None}
        rules = replace(rules, vacancies=replace(rules.vacancies, **said))
        if self.published and rules.spectators == "none":
            raise ScenarioError("--mqtt: this scenario has no spectators, and a broker's listeners are some")
        if rules.takes_over and rules.disclosure == "not_mentioned":
            raise ScenarioError("--drop-out robot: the scenario does not mention robots, so that nobody is told of it")
        return rules


@dataclass(frozen=True)
class DoorOptions:
    """The command line's words on how people get in; None leaves it to the scenario."""

    class_code: bool | None = None
    empty: Literal["robots", "drop"] | None = None
    participants: Path | None = None

    def joining(self, rules: Scenario, robots: int) -> Joining:
        """How people get in. Raises ScenarioError and ParticipantsError."""
        class_code = rules.purpose == "teaching" if self.class_code is None else self.class_code
        if self.empty and not class_code:
            raise ScenarioError(
                "--empty is for a class code; with a code for each seat --fill puts robots on empty ones"
            )
        unmentioned = rules.disclosure == "not_mentioned" and not rules.vacancies.fill
        empty = self.empty or ("drop" if unmentioned else "robots")
        if class_code and empty == "robots" and unmentioned:
            raise ScenarioError("--empty robots: the scenario does not mention robots, so that nobody is told of them")
        if class_code and empty == "drop" and rules.traders > TRADERS_MIN and fewer_traders(rules, TRADERS_MIN) is None:
            raise ScenarioError("--empty drop: this environment cannot be made smaller; --empty robots fills it")
        labels = None if self.participants is None else read_participants(self.participants)
        return Joining(class_code, empty, labels, robots)


def with_empty(rules: Scenario, joining: Joining) -> Scenario:
    """The scenario with robots for the seats that are empty at the start, or with none where their rows are dropped."""
    if not joining.class_code:
        return rules
    fill = (rules.vacancies.fill or rules.vacancies.stand_in) if joining.empty == "robots" else ""
    return replace(rules, vacancies=replace(rules.vacancies, fill=fill))


def opened_new(
    scenario: str,
    changes: Changes,
    bots: str,
    seed: int | None,
    recordings: Path,
    door: DoorOptions = DoorOptions(),
) -> tuple[SessionParts, list[str]]:
    """A new session and its robots' words; raises ClickException with one line."""
    try:
        rules = checked(repeated(checked(changes.made(load(scenario))), changes.seats_min, changes.units))
        rules = checked(sized(rules, changes.seats)) if changes.seats else rules
        cast = parse_lineup(bots, rules.seats) if bots else []
        joining = door.joining(rules, len(cast))
        rules = with_empty(rules, joining)
        vacancies = rules.vacancies
        stand_ins = [vacancies.fill, vacancies.stand_in if rules.takes_over else ""]
        check_lineup([*cast, *(word for word in stand_ins if word)], rules)
        seed = secrets.randbits(63) if seed is None else seed
        rules = disguised(rules, seed) if changes.disguise else rules
        name = scenario_path(scenario).stem
        return open_new(rules, name, seed, recordings, version("tradingpit"), joining=joining), cast
    except (AgentError, ParticipantsError, ScenarioError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"the recording cannot be made: {os_sentence(error)}") from error


def opened_again(folder: Path, bots: str, before: str = "") -> tuple[SessionParts, list[str]]:
    """A session that was cut, and its robots' words; its journal stands for its folder. Raises ClickException.

    `before`: the robots that a file beside the journal names. Those that are code are named once more, not run.
    """
    from recordings.journal.store import Recovered

    folder = folder.parent if os.path.isfile(folder) else folder
    try:
        recovered = Recovered(folder)
        if recovered.session.phase == "ended":
            raise click.ClickException(
                f"the session in {folder} has ended; pit score {shell_word(folder)} shows its result"
            )
        if recovered.debris:
            click.echo(f"pit: cut {recovered.debris} bytes of an unfinished record off the journal's end", err=True)
        known = "" if names_code(before) else before
        cast = parse_lineup(bots or known, recovered.session.scenario.seats) if bots or known else []
        if before and not cast:
            said = shell_word(printable(before))
            click.echo(f"pit: a file names the robots' code, which is not run: repeat --bots {said}", err=True)
        elif not cast and (robots := len(SessionStatus(recovered.session).robots_own)):
            seats = "1 seat was a robot's" if robots == 1 else f"{robots} seats were robots'"
            click.echo(f"pit: {seats}: --bots AGENT:{robots} beside --recover puts robots there again", err=True)
        return open_again(recovered, len(cast)), cast
    except (AgentError, JournalError) as error:
        raise click.ClickException(str(error)) from error
    except msgspec.MsgspecError as error:
        words = "announcements.json, messages.json and answers.json"
        why = f"a file beside the journal in {folder} is damaged ({error}); {words} may be deleted"
        raise click.ClickException(why) from error
    except OSError as error:
        raise click.ClickException(f"the session in {folder} cannot be taken up: {os_sentence(error)}") from error


def sized(rules: Scenario, seats: int) -> Scenario:
    """The scenario with so many seats in each market: whole replicas, then as few rows less as leave P0 in its range.

    Raises ScenarioError where that cannot be; robots then take the seats of the next whole replica.
    """
    whole = repeated(rules, seats)
    if whole.traders == seats:
        return whole
    robots = f"--seats {whole.traders} and robots on {whole.traders - seats} seats"
    fewer = fewer_traders(whole, seats)
    if fewer is None:
        raise ScenarioError(f"--seats {seats}: this scenario has its seats in whole replicas alone: {robots}")
    table = fewer.table
    before, after = (one_period(replace(rules, environment=each)) for each in (rules.environment, table))
    if before.price_low is not None and before.price_high is not None and after.price is not None:
        inside = before.price_low <= after.price <= before.price_high
        if not inside:
            raise ScenarioError(
                f"--seats {seats}: P0 would be {after.price:g}, and it is to stay within {before.price_low} to "
                f"{before.price_high}: {robots}"
            )
    source = f"After {whole.source.removeprefix('After ')}; {seats} seats" if whole.source else ""
    stages = tuple(_practised_by_fewer(one, table) for one in whole.stage)
    return replace(whole, environment=table, source=source, stage=stages)


def _practised_by_fewer(stage: Stage, table: object) -> Stage:
    """A stage for fewer traders: of the schedules of practice the first stay, as many a side as those that count."""
    if not isinstance(stage, Practice) or not isinstance(table, InducedValues):
        return stage
    buyers, sellers = stage.buyers, stage.sellers
    return replace(
        stage,
        buyers=buyers and buyers[: len(table.buyers)],
        sellers=sellers and sellers[: len(table.sellers)],
    )


def one_period(rules: Scenario) -> Equilibrium:
    """The competitive outcome of the first period, of the first arm where arms are of markets."""
    rules = rules.variants[0]
    environment = environment_of(rules, tuple(range(rules.traders)), 0, 0)
    return controlled(schedules_of(environment, 1).values(), market_rules(rules)).equilibrium


def repeated(rules: Scenario, seats: int, units: int = 0) -> Scenario:
    """The scenario repeated until there are at least so many seats in each market, and units for each trader.

    Raises UsageError where its environment deals none.
    """
    rules = replace(rules, environment=rules.environment.stocked(units)) if units else rules
    times = -(-seats // rules.traders)
    if times <= 1:
        return rules
    more = rules.environment.repeated(times)
    if more is None:
        raise click.UsageError("only schedules of values can be repeated for more seats; this environment has none")
    overrides = tuple(
        replace(one, buyers=one.buyers and one.buyers * times, sellers=one.sellers and one.sellers * times)
        for one in rules.overrides
    )
    stages = tuple(_practised_by_more(one, times) for one in rules.stage)
    arms = rules.arms if rules.has_market_arms else ()
    return replace(rules, environment=more, arms=arms, overrides=overrides, stage=stages)


def _practised_by_more(stage: Stage, times: int) -> Stage:
    """A stage for so many times the traders: schedules of practice are repeated as those that count are."""
    if not isinstance(stage, Practice):
        return stage
    buyers, sellers = stage.buyers, stage.sellers
    return replace(stage, buyers=buyers and buyers * times, sellers=sellers and sellers * times)
