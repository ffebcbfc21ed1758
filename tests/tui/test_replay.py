"""The player of recordings: where it goes, what it shows, and its keys."""

import json
import re
from random import Random

import pytest
from textual.widgets import DataTable

from p2p.base.units import SECOND
from p2p.information.projection import RICHEST_INFORMATION
from p2p.information.view_state import Answer, Sent
from p2p.messages import Bid, EndRound, Paused, Refused, Resumed, Schedule, StartRound, Step
from p2p.protocol.frames import NumberedFact
from p2p.scenario.public_rules import public_rules
from recordings.reading.replay import Goal, Replay, read_replay
from recordings.scoring.score import score
from tests import ROOT
from tests.plays.tui_plays import small, told_to
from tests.plays.tui_snapshots_plays import settled
from tui.apps.cast import lines_of_cast
from tui.apps.replay import ReplayApp
from tui.model import replay_player
from tui.model.model import Model
from tui.model.replay_player import SPEEDS, Player
from tui.screens.replay import ReplayScreen
from tui.screens.results import ResultsScreen
from tui.widgets.chart import PriceChart
from tui.widgets.playback_bar import position
from tui.widgets.text_line import TextLine


def replay(seat: int | None = 0, cut: bool = False) -> Replay:
    told = told_to(seat, small())
    return Replay("a-session", public_rules(small()), seat, 0, told, {}, cut)


def folded(player: Player) -> Model:
    """The model as it is when all facts up to the player's instant are folded, from the first on."""
    model = Model(player.replay.rules, player.replay.seat)
    for told in player.replay.told:
        if told.at <= player.at:
            model.fold(told)
    return model


def shown(model: Model) -> object:
    public, own = model.public, model.view(0).own
    return (public.period, public.phase, public.bid, public.ask, own.prices, own.surplus_total, model.periods)


def test_it_begins_with_the_first_period_and_plays_to_the_end() -> None:
    player = Player(replay(), speed=4.0)
    assert player.model.public.period == 1
    while player.playing:
        player.advance(SECOND)
    assert player.finished
    assert player.model.public.phase == "ended"


def test_four_times_as_fast_is_four_seconds_a_second() -> None:
    player = Player(replay(), speed=4.0)
    start = player.at
    player.advance(SECOND)
    assert player.at - start == 4 * SECOND


def test_a_player_that_is_paused_stands_still() -> None:
    player = Player(replay())
    player.toggle()
    before = player.at
    player.advance(10 * SECOND)
    assert player.at == before


@pytest.mark.parametrize("seat", [None, 0, 3])
def test_wherever_it_jumps_it_shows_what_was_known_there(seat: int | None) -> None:
    player = Player(replay(seat))
    for instant in (40, 70, 20, 130, 65, 0):
        player.jump(instant * SECOND)
        assert shown(player.model) == shown(folded(player))


def test_going_back_is_drawn_too() -> None:
    """What is drawn depends on the version: a model that is folded anew must not have one that was drawn already."""
    player = Player(replay())
    player.jump(player.end_at)
    before = player.model.version
    player.jump(0)
    assert player.model.version > before


def test_from_period_to_period_and_back() -> None:
    player = Player(replay())
    first, second = player.starts
    player.next_period()
    assert (player.at, player.model.public.period) == (second, 2)
    player.previous_period()
    assert (player.at, player.model.public.period) == (first, 1)
    player.next_period()
    player.next_period()
    assert player.finished


def test_back_and_forth_in_a_long_recording_shows_the_same_as_from_the_first_fact_on(monkeypatch) -> None:
    monkeypatch.setattr(replay_player, "CHECKPOINT_EVERY", 5)
    player = Player(replay())
    assert len(player._kept) > 3
    span, rng = player.end_at - player.begin_at, Random(7)
    for _ in range(60):
        player.jump(player.begin_at + rng.randint(0, span))
        assert shown(player.model) == shown(folded(player))
        assert player.model.view(player.at).deals == folded(player).view(player.at).deals


def test_going_back_folds_no_more_than_the_facts_since_the_last_copy(monkeypatch) -> None:
    monkeypatch.setattr(replay_player, "CHECKPOINT_EVERY", 5)
    player, folds = Player(replay()), []
    fold = Model.fold
    monkeypatch.setattr(Model, "fold", lambda self, told: (folds.append(told), fold(self, told))[1])
    player.jump(player.end_at)
    player.jump(player.end_at - 1)
    at = player.end_at - 1
    same = sum(told.at == player.replay.told[-1].at for told in player.replay.told)
    assert len(folds) <= 2 * (5 + same), at


def test_steps_go_fact_by_fact_and_stand() -> None:
    player = Player(replay())
    places = sorted({told.at for told in player.replay.told if told.at >= player.begin_at})
    seen = [player.at]
    for _ in places[1:]:
        player.step(1)
        seen.append(player.at)
    assert seen == places
    assert not player.playing
    for place in reversed(places[:-1]):
        player.step(-1)
        assert player.at == place
    player.step(-1)
    assert player.at == player.begin_at


def test_contracts_and_periods_are_found_by_their_numbers() -> None:
    player = Player(replay())
    player.next_contract(1)
    assert player.at == player.contracts[0]
    player.next_contract(1)
    player.next_contract(-1)
    assert player.at == player.contracts[0]
    assert player.go_to_contract(len(player.contracts))
    assert player.at == player.contracts[-1]
    assert player.go_to_period(2)
    assert player.at == player.starts[1]
    at = player.at
    assert not player.go_to_period(99)
    assert not player.go_to_contract(0)
    assert player.at == at


async def test_a_typed_number_leads_to_a_period_and_behind_a_hash_to_a_contract() -> None:
    player = Player(replay())
    player.playing = False
    app = ReplayApp(player)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        assert "go to period 2" in said(app, "#play-state")
        await pilot.press("enter")
        assert player.at == player.starts[1]
        await pilot.press("number_sign", "1")
        assert "go to contract 1" in said(app, "#play-state")
        await pilot.press("enter")
        assert player.at == player.contracts[0]
        await pilot.press("full_stop")
        assert player.at > player.contracts[0]
        await pilot.press("comma", "c", "b", "7", "escape")
        assert "go to" not in said(app, "#play-state")


async def test_a_click_on_the_bar_goes_there() -> None:
    player = Player(replay())
    player.playing = False
    app = ReplayApp(player)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click("#play-position", offset=(70, 0))
        assert player.at > player.begin_at + (player.end_at - player.begin_at) // 2
        await pilot.click("#play-position", offset=(6, 0))
        assert player.at < player.begin_at + (player.end_at - player.begin_at) // 5


async def test_filmed_it_is_a_cast_with_a_chapter_a_period_and_the_same_each_time() -> None:
    async def filmed() -> list[str]:
        return [line async for _, line in lines_of_cast(Player(replay(), speed=64.0))]

    lines = await filmed()
    head, *events = map(json.loads, lines)
    assert (head["version"], head["term"]) == (3, {"cols": 100, "rows": 30})
    assert [event[2] for event in events if event[1] == "m"] == ["Period 1", "Period 2"]
    assert all(event[0] >= 0 for event in events)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", "".join(event[2] for event in events if event[1] == "o"))
    assert "as seat 1 saw it, a-session" in plain
    assert lines == await filmed()


def test_the_experimenters_view_has_the_book_that_no_seat_was_shown() -> None:
    public = read_replay(ROOT / "recordings/samples/smith-1962-test-1")
    desk = read_replay(ROOT / "recordings/samples/smith-1962-test-1", experimenter=True)
    assert Player(desk).whose == "the experimenter's view"
    assert len(desk.told) >= len(public.told)
    assert desk.rules.information == RICHEST_INFORMATION


def test_within_a_period_back_is_to_its_start() -> None:
    player = Player(replay())
    player.jump(player.starts[1] + 20 * SECOND)
    player.previous_period()
    assert player.at == player.starts[1]


def test_speeds_go_up_and_down_and_stop_at_the_ends() -> None:
    player = Player(replay(), speed=3.0)
    player.faster(1)
    assert player.speed == 4.0
    player.faster(-1)
    assert player.speed == 2.0
    for _ in SPEEDS:
        player.faster(1)
    assert player.speed == SPEEDS[-1]


def test_at_the_end_play_begins_again() -> None:
    player = Player(replay())
    player.jump(player.end_at)
    player.toggle()
    assert player.playing
    assert player.at == player.starts[0]


def test_an_answer_is_shown_with_the_order_that_it_answers() -> None:
    rules = public_rules(small())
    told = [
        NumberedFact(1, 0, Schedule(1, "buyer", (Step(300),))),
        NumberedFact(2, 0, StartRound(1, 60 * SECOND)),
        NumberedFact(3, 5 * SECOND, Refused(4, "does_not_improve")),
    ]
    player = Player(Replay("a", rules, 0, 0, told, {4: Bid(7)}, False))
    player.jump(player.end_at)
    assert player.model.news == Answer(Sent("bid", Bid(7)), "does_not_improve")


def test_a_recording_of_nothing_but_a_lobby_plays() -> None:
    played = replay()
    player = Player(Replay("a", played.rules, 0, 0, played.told[:2], {}, True))
    assert player.finished
    player.next_period()
    player.previous_period()
    assert player.model.public.phase == "lobby"
    assert Player(Replay("a", played.rules, 0, 0, [], {}, True)).finished


def test_the_bar_shows_the_place_and_the_periods() -> None:
    player = Player(replay())
    bar = position(player, 60)
    assert len(bar) == 60
    assert bar.count("●") == 1
    assert bar.count("┼") == 1
    player.jump(player.end_at)
    assert "●" not in position(player, 60)[:40]


async def test_its_keys_play_pause_change_speed_and_jump() -> None:
    player = Player(replay())
    player.playing = False
    app = ReplayApp(player)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, ReplayScreen)
        await pilot.press("right_square_bracket")
        assert player.speed == 8.0
        assert "×8" in said(app, "#play-state")
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert player.speed == 2.0
        await pilot.press("n")
        assert "Period 2" in said(app, "#stage")
        await pilot.press("p")
        assert "Period 1" in said(app, "#stage")
        await pilot.press("right")
        assert player.at == player.starts[0] + 5 * SECOND
        await pilot.press("space")
        assert player.playing
        await pilot.press("e")
        assert "at the end" in said(app, "#play-state")
        await pilot.press("r")
        assert isinstance(app.screen, ResultsScreen)
        await pilot.press("q")
        assert isinstance(app.screen, ReplayScreen)
        await pilot.press("q")
    assert app.return_value is not None
    assert "a-session, as seat 1 saw it" in app.return_value.sentence


async def test_the_public_is_shown_the_market_in_the_place_of_units_and_a_cut_is_told() -> None:
    player = Player(replay(None, cut=True))
    player.playing = False
    app = ReplayApp(player)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        assert "mean price" in said(app, "#units .table")
        assert "cut" in said(app, "#play-state")
        assert said(app, "#earned") == ""


def said(app: ReplayApp, selector: str) -> str:
    content = app.screen.query_one(selector, TextLine).said
    return content.plain if content else ""


def test_time_in_which_the_clock_was_stopped_is_left_out() -> None:
    told = [
        NumberedFact(1, 0, StartRound(1, 60 * SECOND)),
        NumberedFact(2, 10 * SECOND, Paused(50 * SECOND)),
        NumberedFact(3, 1_000 * SECOND, Resumed(50 * SECOND)),
        NumberedFact(4, 1_050 * SECOND, EndRound(1)),
    ]
    player = Player(Replay("s", public_rules(small()), 0, 0, told, {}, False), speed=1.0)
    player.advance(8 * SECOND)
    assert player.at == 8 * SECOND
    player.advance(5 * SECOND)
    assert player.at == 1_003 * SECOND
    player.jump(500 * SECOND)
    player.advance(SECOND)
    assert player.at == 1_001 * SECOND
    player.advance(SECOND)
    assert player.at == 1_002 * SECOND


async def test_a_recording_shows_the_competitive_price_and_efficiencies_and_a_session_does_not() -> None:
    told = replay()
    told.goals.update({1: Goal(165.0, 0.9125), 2: Goal(165.0, None)})
    app = ReplayApp(Player(told))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("e")
        await settled(pilot, app)
        assert app.screen.query_one(PriceChart).goal == 165.0
        await pilot.press("r")
        await pilot.pause()
        table = app.screen.query_one(DataTable)
        assert [str(column.label) for column in table.columns.values()][-2:] == ["P0", "Efficiency"]
        assert table.get_row_at(0)[-2:] == ["165.0", "0.912"]
        assert table.get_row_at(1)[-2:] == ["165.0", "–"]
        await pilot.press("q")
        assert isinstance(app.screen, ReplayScreen)
    screen = ResultsScreen(Player(replay()).view(results=True))
    assert not screen.goals


def test_a_recordings_goals_are_those_of_its_score() -> None:
    folder = ROOT / "recordings" / "samples" / "smith-1962-test-1"
    found = {one.period: (one.equilibrium.price, one.efficiency) for one in score(folder).periods}
    for seat in (None, 0):
        goals = read_replay(folder, seat).goals
        assert {number: (goal.price, goal.efficiency) for number, goal in goals.items()} == found
    assert found


def test_an_efficiency_is_shown_when_its_period_is_over() -> None:
    told = replay()
    told.goals.update({1: Goal(165.0, 0.9125), 2: Goal(165.0, 0.5)})
    player = Player(told)
    second = next(one.at for one in told.told if isinstance(one.message, StartRound) and one.message.period == 2)
    player.jump(second + SECOND)
    view = player.view(results=True)
    screen = ResultsScreen(view, told.goals)
    assert (view.clock.phase, view.clock.period) == ("trading", 2)
    assert screen._goal(view, 1) == Goal(165.0, 0.9125)
    assert screen._goal(view, 2) == Goal(165.0, None)
