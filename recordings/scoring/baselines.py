"""Sessions of robots from the very same schedules as a recording's, kept by what they depend on.

The fingerprint is of the scenario, the seed, the agents and the lab's own code: where any of these differs, the
sessions are played anew. Agents of somebody's own file are never kept, for a file may import others.
"""

import os
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec

from p2p.agents.registry import AgentError, check_lineup, names_code, parse_agent_spec, parse_lineup
from p2p.analysis.market_metrics import SessionScore, score_session
from p2p.base import rng
from p2p.base.rng import derived, stream
from p2p.base.units import SEATS_MAX, Money, Quantity
from p2p.scenario.schema import Scenario
from p2p.sim.shell.atomic_folder import new_file
from p2p.sim.simulation.batch import SessionResult, SessionSpec, play_all

FORMAT = 2
CODE = (
    *("agents", "analysis", "base", "environments", "information", "institutions", "messages", "orderbook"),
    *("scenario", "schedules", "session", "stages", "sim/simulation"),
)
"""The rooms that a session of robots depends on."""


class BaselinePeriod(msgspec.Struct, frozen=True, array_like=True):
    """The figures of one market's period that a report draws."""

    market: int
    period: int
    price_mean: float | None
    efficiency: float | None


class BaselineSession(msgspec.Struct, frozen=True):
    """The figures of one session of robots, as those of a recording's whole session."""

    periods: int
    quantity: Quantity
    price_mean: float | None
    efficiency: float | None
    alpha: float | None
    rmsd: float | None
    dispersion: float | None
    missed: Money | None
    extramarginal: Money | None
    by_period: tuple[BaselinePeriod, ...] = ()


class _Kept(msgspec.Struct):
    format: int
    sessions: list[BaselineSession]


def lineups(options: tuple[str, ...]) -> list[str]:
    """The baselines that options name: `zic,zip` are two, `zic:11,zip:11` is one mixture. Raises AgentError."""
    found: list[str] = []
    for option in options:
        words = [word.strip() for word in option.split(",") if word.strip()]
        if any(is_mixture(word) for word in words):
            parse_lineup(option, SEATS_MAX)
            found.append(",".join(words))
        else:
            for word in words:
                parse_agent_spec(word)
            found += words
    return list(dict.fromkeys(found))


def is_mixture(lineup: str) -> bool:
    """Whether a baseline names how many seats an agent has."""
    counts = [word.rpartition(":")[2].strip() for word in lineup.split(",") if ":" in word]
    return any(count == "*" or count.isdecimal() for count in counts)


def seated(lineup: str, scenario: Scenario) -> tuple[str, ...]:
    """The agents of a baseline on the seats of a scenario; raises AgentError where it cannot be played there."""
    if not is_mixture(lineup):
        cast = (lineup,) * scenario.seats
    else:
        cast = tuple(parse_lineup(lineup, scenario.seats))
        if len(cast) != scenario.seats:
            raise AgentError(f"'{lineup}' casts {len(cast)} of {scenario.seats} seats; end it with AGENT:*")
    check_lineup(cast, scenario)
    return cast


def specs(scenario: Scenario, seed: int, lineup: str, sessions: range) -> list[SessionSpec]:
    """The sessions to play: the recording's own seed deals, robots draw anew; a mixture changes places each time."""
    cast, tasks = seated(lineup, scenario), []
    for k in sessions:
        own, places = derived(seed, "baseline", lineup, k), list(cast)
        if is_mixture(lineup):
            stream(own, "places").shuffle(places)
        tasks.append(SessionSpec(k, scenario, tuple(places), seed, own))
    return tasks


class Baselines:
    """Plays baselines, and remembers them in a folder; without one nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def kept(self, scenario: Scenario, seed: int, lineup: str) -> list[BaselineSession]:
        """The sessions of a baseline that were played before, from the first on."""
        if (file := self._file(scenario, seed, lineup)) is None:
            return []
        try:
            kept = msgspec.json.decode(file.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return []
        return kept.sessions if kept.format == FORMAT else []

    def sessions(
        self, scenario: Scenario, seed: int, lineup: str, many: int, workers: int
    ) -> Iterator[BaselineSession]:
        """So many sessions of a baseline; those that are not kept are played, and kept when all are there."""
        kept = self.kept(scenario, seed, lineup)
        yield from kept[:many]
        new = []
        for played in play_all(specs(scenario, seed, lineup, range(len(kept) + 1, many + 1)), workers):
            new.append(figures(played))
            yield new[-1]
        if new:
            self._remember(scenario, seed, lineup, kept + new)

    def _remember(self, scenario: Scenario, seed: int, lineup: str, sessions: list[BaselineSession]) -> None:
        """Keep them; a folder that cannot be written to is no fault, for it saves time alone."""
        if (file := self._file(scenario, seed, lineup)) is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with new_file(file) as partial:
                partial.write_bytes(msgspec.json.encode(_Kept(FORMAT, sessions)))
        except OSError:
            return

    def _file(self, scenario: Scenario, seed: int, lineup: str) -> Path | None:
        if self.folder is None or names_code(lineup):
            return None
        return self.folder / f"{fingerprint(scenario, seed, lineup)}.json"


def fingerprint(scenario: Scenario, seed: int, lineup: str) -> str:
    """A digest of all that the sessions of a baseline depend on."""
    made_of = repr((scenario, seed, lineup, _code()))
    return blake2b(made_of.encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """A digest of the lab's own code, as far as sessions depend on it."""
    digest, top = blake2b(digest_size=16), Path(rng.__file__).parent.parent
    for room in CODE:
        for file in sorted((top / room).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def figures(played: SessionResult) -> BaselineSession:
    """The figures of a session that was played."""
    whole: SessionScore = score_session(played.scores)
    return BaselineSession(
        periods=len(played.scores),
        quantity=whole.quantity,
        price_mean=whole.price_mean,
        efficiency=whole.efficiency,
        alpha=whole.alpha,
        rmsd=whole.rmsd,
        dispersion=whole.dispersion,
        missed=whole.missed,
        extramarginal=whole.extramarginal,
        by_period=tuple(
            BaselinePeriod(one.market, one.period, one.price_mean, one.efficiency) for one in played.scores
        ),
    )


def cache_folder() -> Path:
    """Where baselines are kept on this machine."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "pit" / "baselines"
