"""Tokens of the Santa Fe tournament: what each digit of the game type draws, and for whom it is the same."""

import pytest

from p2p.environments.base import schedules_of
from p2p.environments.registry import environment_of
from p2p.environments.santa_fe_tokens import SantaFeTokens, TokenDraws
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.tokens import Tokens
from p2p.sim.library.files import load, scenario_path
from p2p.testing import check_environment

SEATS = tuple(range(8))
SEEDS = range(200)
Side = list[tuple[int, ...]]


def dealt(game_type: str, seed: int, period: int = 1, **more: int) -> tuple[Side, Side]:
    """The tokens of buyers and of sellers."""
    draws = TokenDraws(Tokens(game_type, 4, 4, **more), SEATS, seed, 0)(period)
    sides: dict[str, Side] = {"buyer": [], "seller": []}
    for role, tokens in draws.values():
        sides[role].append(tokens)
    return sides["buyer"], sides["seller"]


def test_a_is_the_same_for_all() -> None:
    for seed in SEEDS:
        buyers, sellers = dealt("6000", seed)
        assert len({token for tokens in (*buyers, *sellers) for token in tokens}) == 1


def test_b_is_the_same_for_all_buyers_and_nothing_for_sellers() -> None:
    drawn = set()
    for seed in SEEDS:
        buyers, sellers = dealt("0300", seed)
        assert {token for tokens in sellers for token in tokens} == {0}
        (b,) = {token for tokens in buyers for token in tokens}
        drawn.add(b)
    assert drawn == set(range(27)), "each value from 0 to 3³ − 1"


def test_c_is_the_same_for_the_first_token_of_everybody_for_the_second_and_so_on() -> None:
    differ = 0
    for seed in SEEDS:
        buyers, sellers = dealt("0050", seed)
        assert {tuple(sorted(tokens)) for tokens in (*buyers, *sellers)} == {tuple(sorted(buyers[0]))}
        differ += len(set(buyers[0])) > 1
    assert differ > 0.9 * len(SEEDS)


def test_d_is_each_tokens_own() -> None:
    tokens = [token for seed in SEEDS for side in dealt("0003", seed) for own in side for token in own]
    assert set(tokens) == set(range(27))
    assert abs(sum(tokens) / len(tokens) - 13) < 0.5


def test_the_sum_of_all_draws_is_within_their_ranges() -> None:
    for seed in SEEDS:
        buyers, sellers = dealt("6453", seed)
        assert all(0 <= token <= 728 + 80 + 242 + 26 for tokens in buyers for token in tokens)
        assert all(0 <= token <= 728 + 242 + 26 for tokens in sellers for token in tokens)


def test_tokens_stay_for_a_round_and_are_drawn_anew_for_the_next() -> None:
    of_periods = [dealt("6453", 1, period, round_periods=3) for period in range(1, 8)]
    assert of_periods[0] == of_periods[1] == of_periods[2] != of_periods[3]
    assert of_periods[3] == of_periods[5] != of_periods[6]


def test_the_base_environment_is_dealt_and_holds_to_the_check() -> None:
    scenario = load("santa-fe-1990-base")
    environment = environment_of(scenario, SEATS, 1, 0)
    assert isinstance(environment, SantaFeTokens)
    schedules = schedules_of(environment, 1)
    assert sorted(one.role for one in schedules.values()) == ["buyer"] * 4 + ["seller"] * 4
    assert {len(one.steps) for one in schedules.values()} == {4}
    check_environment(lambda seed: environment_of(scenario, SEATS, seed, 0))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"6453"', '"645"'), "environment.game_type"),
        (("round_periods = 3", "round_periods = 16"), "environment.round_periods: is more than the 15 periods"),
        (("tokens = 4", "token = 4"), "environment.token: there is no such key; did you mean 'tokens'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(change: tuple[str, str], said: str) -> None:
    text = scenario_path("santa-fe-1990-base").read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        parse(text.replace(*change), "mine.toml")
