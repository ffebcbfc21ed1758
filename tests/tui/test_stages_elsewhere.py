"""Stages on a wall, in a replay and in the one line of a session's state: titles and counts, no texts, no questions."""

from p2p.base.units import SECOND
from p2p.information.projection import Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.status_line import describe
from p2p.messages import AdvanceStage, Agree, StageBegan
from p2p.protocol.frames import NumberedFact
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from recordings.reading.replay import Replay
from tests.p2p.stages.test_stages import Hour
from tests.plays.hour_plays import HOUR
from tui.apps.base import LabApp
from tui.apps.replay import ReplayApp
from tui.model.model import Model
from tui.model.replay_player import Player, stages
from tui.screens.watch import WatchScreen
from tui.widgets.notice import Notice
from tui.widgets.waiting_notice import WaitingNotice
from tui.widgets.wall import WallBox


def public(hour: Hour) -> list[NumberedFact]:
    """All that the public is told."""
    views = Projector(hour.session.scenario, hour.session.seed)
    told: list[NumberedFact] = []
    for _, at, events in hour.heard:
        for event in events:
            form = views.project(event)
            if form and (message := form.form("book")) is not None:
                told.append(NumberedFact(len(told) + 1, at, message))
    return told


class Wall(LabApp):
    """A wall without a line."""

    def __init__(self, hour: Hour) -> None:
        super().__init__()
        self.hour = hour
        self.model = Model(public_rules(hour.session.scenario), None)
        for fact in public(hour):
            self.model.fold(fact)

    def on_mount(self) -> None:
        self.push_screen(WatchScreen("ws://lab.example"))

    def now(self) -> int:
        return self.hour.now


async def test_a_wall_in_the_break_before_practice_asks_nobody_to_wait_for_the_start():
    hour = Hour(parse(HOUR))
    for _ in range(3):
        hour.command(AdvanceStage())
    app = Wall(hour)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.draw()
        await pilot.pause()
        said = app.screen.query_one(WaitingNotice).said
        assert said
        assert said.plain == "No prices yet.\n\nFrom the next period on each contract is a point here."


async def test_a_wall_shows_title_and_count_of_a_stage_and_no_text_of_it():
    hour = Hour(parse(HOUR))
    hour.say(1, Agree(0, True))
    app = Wall(hour)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.draw()
        await pilot.pause()
        said = app.screen.query_one(WaitingNotice).said
        assert said
        assert said.plain == "Before we begin\n\n1 of 4 done"
        assert app.screen.query_one("#wall-clock", WallBox).border_title == "Before we begin"
        assert app.screen.query_one("#wall-price", WallBox).border_title == "Done"
        assert "without your name" not in app.export_screenshot()


def test_the_line_of_a_sessions_state_names_the_stage_and_practice():
    hour = Hour(parse(HOUR))
    hour.say(1, Agree(0, True))
    assert described(hour) == "stage 1 of 8, consent: 1 of 4 done"
    for _ in range(3):
        hour.command(AdvanceStage())
    hour.wait(2)
    assert described(hour) == "practice period 1 of 2: 0 contracts, 9.0 s left"
    hour.wait(20 + 3)
    assert described(hour).startswith("period 1 of 2: 0 contracts")


def described(hour: Hour) -> str:
    knowledge = PublicKnowledge(public_rules(hour.session.scenario))
    for fact in public(hour):
        knowledge.on_fact(fact.message, fact.at)
    return describe(knowledge, hour.now)


def played() -> Replay:
    """A recording of two stages of trade, with a questionnaire of ten seconds between practice and them."""
    hour = Hour(parse(HOUR))
    for _ in range(3):
        hour.command(AdvanceStage())
    hour.wait(1 + 10 + 1 + 10 + 3 + 20 + 3 + 20 + 10)
    hour.command(AdvanceStage())
    hour.command(AdvanceStage())
    hour.command(AdvanceStage())
    return Replay("an-hour", public_rules(hour.session.scenario), None, 0, public(hour), {}, cut=False)


def test_a_replay_leaves_out_stages_without_trade():
    replay = played()
    began = {one.message.kind: one.at for one in replay.told if isinstance(one.message, StageBegan)}
    assert stages(replay.told)[-1] == (began["earnings"], replay.told[-1].at)
    assert (began["questionnaire"], began["debrief"]) in stages(replay.told)
    player = Player(replay, speed=1.0)
    assert player.at == 1 * SECOND, "it begins with the first period of practice"
    assert player.view().clock.practice
    player.jump(began["questionnaire"] - SECOND)
    player.advance(2 * SECOND)
    assert player.finished, "what comes behind the last period is left out"


async def test_a_replay_names_practice():
    app = ReplayApp(Player(played()))
    async with app.run_test() as pilot:
        await pilot.pause()
        app.draw()
        await pilot.pause()
        said = app.screen.query_one(Notice).said
        assert said
        assert "PRACTICE: does not count" in said.plain
