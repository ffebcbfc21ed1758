"""The whole lab in simulated time, faults drawn from a seed; `python -m tests.simulation.world 1000` plays more."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from p2p.messages import AdvanceStage, Agree, Earned, Ended, Respond, Responded, StageBegan, TurnPage, Withdraw
from tests.simulation.truth import nobody_was_played_past
from tests.simulation.world import NONE, SLEEPY, play

SEEDS = 200
BLOCK = 25


@pytest.mark.parametrize("first", range(1, SEEDS, BLOCK))
def test_whatever_anybody_is_told_is_on_record_once_and_for_good(first: int) -> None:
    worlds = [play(seed) for seed in range(first, first + BLOCK)]
    happened = sum((world.happened for world in worlds), Counter())
    assert happened["losses of power"] > BLOCK
    assert happened["cuts"] > BLOCK
    assert all(happened[rare] > 5 for rare in ("failed writes", "failed syncs", "stops", "stands", "sleeps")), happened
    assert sum(len(world.trace()) for world in worlds) > 200 * BLOCK
    assert all(happened[change] > 5 for change in ("taken over", "handed back", "unpaid")), happened


@pytest.mark.parametrize("first", [1, 16, 31])
def test_stages_survive_kills_and_power_cuts_in_each_kind_and_lose_no_answer(first: int) -> None:
    worlds = [play(seed, with_stages=True) for seed in range(first, first + 15)]
    happened = sum((world.happened for world in worlds), Counter())
    assert happened["losses of power"] > 15
    assert happened["stops"] > 5
    assert happened["explained"] > 5
    told = Counter(type(event) for world in worlds for event in world.said())
    assert told[StageBegan] == 9 * len(worlds), "each stage began once in each session"
    assert min(told[kind] for kind in (Agree, TurnPage, Respond, Responded, AdvanceStage, Withdraw, Earned)) > 0
    cut_in = Counter(kind for world in worlds for kind in world.stages_at_recovery())
    assert set(cut_in) >= {"consent", "text", "questions", "practice", "trade", "questionnaire"}, cut_in
    assert {one.scenario.payment.paid for one in worlds if one.scenario.payment} == {"sum", "one period"}


def test_a_seed_of_stages_plays_the_same_again() -> None:
    assert play(3, with_stages=True).trace() == play(3, with_stages=True).trace()


def test_a_seed_plays_the_same_again() -> None:
    for seed in (7, 9):
        one, again = play(seed), play(seed)
        assert one.trace() == again.trace()
        assert one.happened == again.happened
    assert one.trace() != play(8).trace()


def test_a_quiet_world_loses_nothing_and_nobody() -> None:
    world = play(1, NONE)
    assert +world.happened == Counter()
    assert all(Ended() in [one.message for one in client.told] for client in world.clients)


def test_a_machine_that_sleeps_plays_no_time_with_nobody_there() -> None:
    paused = 0
    for seed in range(1, 17):
        world = play(seed, SLEEPY)
        paused += nobody_was_played_past(world.records(), world.slept)
    assert paused > 8


def test_in_a_quiet_world_robots_take_the_seats_of_those_who_come_late_and_give_them_back() -> None:
    changes = sum((play(seed, NONE).happened for seed in range(3, 30, 6)), Counter())
    assert set(+changes) == {"taken over", "handed back", "unpaid"}


@pytest.mark.full
@pytest.mark.parametrize("first", range(1_000, 3_000, 100))
def test_two_thousand_more_seeds(first: int) -> None:
    for seed in range(first, first + 100):
        play(seed)


def test_a_seed_plays_the_same_in_another_process_whatever_the_order_of_its_sets() -> None:
    program = "import hashlib; from tests.simulation.world import play; "
    program += "print(hashlib.sha256(repr([play(seed).trace() for seed in range(3, 13)]).encode()).hexdigest())"
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=dict(os.environ, PYTHONHASHSEED=seed),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "4")
    }
    assert len(printed) == 1
