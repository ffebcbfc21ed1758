"""check_agent: the lab's own agents pass it, and each kind of cheat is found and named."""

import random

import pytest

import p2p
from p2p.agents.registry import NAMES
from p2p.testing import CheckFailed, check_agent


@pytest.mark.parametrize("word", [*NAMES, "satisficer/mode=k_search", "optimizer/mode=greedy"])
def test_the_labs_own_agents_pass(word: str) -> None:
    check_agent(word)


class Honest(p2p.Agent, kw_only=True):
    """Quotes its value."""

    def decide(self, view, rng):
        return None if view.unit_value is None else p2p.offer(view, view.unit_value)


def test_a_class_and_an_object_of_ones_own_pass() -> None:
    check_agent(Honest)
    check_agent(Honest())


class Losing(Honest, kw_only=True):
    """Bids above its value."""

    def decide(self, view, rng):
        if view.unit_value is None:
            return None
        return p2p.Bid(view.price_max) if view.role == "buyer" else p2p.Ask(view.price_min)


class WrongSide(Honest, kw_only=True):
    """Bids as a seller."""

    def decide(self, view, rng):
        return None if view.unit_value is None else p2p.Bid(view.price_min)


class OffTick(Honest, kw_only=True):
    """Bids off the tick."""

    def decide(self, view, rng):
        if view.unit_value is None or view.role != "buyer" or view.tick == 1:
            return None
        return p2p.Bid(view.price_min + 1)


class Global(Honest, kw_only=True):
    """Draws from the process's own generator."""

    def decide(self, view, rng):
        random.random()
        return


class Chatty(Honest, kw_only=True):
    """Speaks without a unit."""

    def decide(self, view, rng):
        return p2p.Bid(view.price_max) if view.unit_value is None else None


class Remembers(Honest, kw_only=True):
    """Shares what it has seen with its copies by a class variable."""

    calls = 0

    def decide(self, view, rng):
        Remembers.calls += 1
        return p2p.offer(view, view.unit_value) if view.unit_value is not None and Remembers.calls % 2 else None


@pytest.mark.parametrize(
    ("cheat", "said"),
    [
        (Losing, "a loss"),
        (WrongSide, "not what the market takes"),
        (OffTick, "not what the market takes"),
        (Global, "from the generator it is given"),
        (Chatty, "Without a unit there is nothing to say"),
        (Remembers, "A copy decides as its original"),
    ],
)
def test_a_cheat_is_found_and_named(cheat: type[p2p.Agent], said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        check_agent(cheat)


def test_an_agent_may_lose_if_it_says_so_but_not_quote_on_the_other_side() -> None:
    class Allowed(WrongSide, kw_only=True):
        """Says that it may lose."""

        may_lose = True

    with pytest.raises(CheckFailed, match="not what the market takes"):
        check_agent(Allowed)


def test_an_agent_that_there_is_not_is_an_agent_error() -> None:
    with pytest.raises(p2p.AgentError, match="did you mean 'zi"):
        check_agent("zik")


class Accepts(p2p.Agent, kw_only=True):
    """Only ever accepts what stands."""

    def decide(self, view, rng):
        return p2p.take_best(view)


class Raises(p2p.Agent, kw_only=True):
    """Raises without a unit."""

    def decide(self, view, rng):
        return p2p.offer(view, view.unit_value - 1)


def test_an_agent_that_only_accepts_passes_and_one_that_raises_is_told_what_it_raised() -> None:
    check_agent(Accepts)
    with pytest.raises(CheckFailed, match="raises nothing, and it raised TypeError"):
        check_agent(Raises)
