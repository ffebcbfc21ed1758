"""What the tests of the server share: a small market, hosted for real on a free port of this machine."""

import asyncio
import builtins
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from server.hosted_session import SessionParts, open_new
from server.limits import DEFAULT, Limits
from tests.plays.hosted import Hosted, hosting

SMALL = """
title = "Two buyers, two sellers"
periods = 2
period_s = 60
break_s = 60
start = "experimenter"
currency = "cents"

[institution]
price_min = 1
price_max = 200

[environment]
buyers = [[120, 90], [100]]
sellers = [[40, 70], [60]]

[robots]
reaction_mean_s = 0.02
"""

HOSTED_S = 30.0
"""No test of a hosted session takes longer, but those of the larger sizes, which say so."""


SUMS_ALIKE = ("p2p", "recordings")
"""Rooms whose figures come to the same digits in every Python: p2p/base/exact_sum.py."""


@pytest.fixture(scope="session", autouse=True)
def no_floats_are_summed_by_the_interpreter() -> Iterator[None]:
    """In every test: the built-in `sum`, called in one of those rooms, comes to no float."""
    summed = builtins.sum

    def watched(*words, **more):
        result = summed(*words, **more)
        if isinstance(result, float):
            room = sys._getframe(1).f_globals.get("__name__", "")
            assert not room.startswith(SUMS_ALIKE), (
                f"{room} has floats summed by the interpreter: use p2p.base.exact_sum"
            )
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "sum", watched)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_is_kept_in_the_home_of_who_runs_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Baselines that a score plays are kept in a folder of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def small() -> Scenario:
    return parse(SMALL)


@pytest.fixture
def opened(small: Scenario, tmp_path: Path) -> SessionParts:
    return open_new(small, "small", 1, tmp_path / "recordings", "test")


HostedFactory = Callable[..., AbstractAsyncContextManager[Hosted]]


@pytest.fixture
def host(tmp_path: Path) -> HostedFactory:
    """`async with host(scenario) as hosted:` a server with that scenario, ended when the block is left."""

    @asynccontextmanager
    async def hosted(
        scenario: Scenario | None = None, seed: int = 1, limits: Limits = DEFAULT
    ) -> AsyncIterator[Hosted]:
        opened = open_new(scenario or parse(SMALL), "small", seed, tmp_path / "recordings", "test")
        async with hosting(opened, limits=limits) as one, asyncio.timeout(HOSTED_S):
            yield one

    return hosted
