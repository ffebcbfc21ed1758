"""`pit ctl` on cards and periods: typed words, their messages, and a server that takes them."""

import contextlib
import json
from pathlib import Path

import click
import pytest

from bots.act_commands import act_for
from bots.commands.ctl import _ask_for_the_end
from p2p.messages import Again, AnswerHelp, HandBack, Hold, Message, PassToRobot, Remove, Tell, Void
from recordings.journal.verification import verify
from tests.conftest import SMALL
from tests.plays.lab import pit, serve


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("hold", Hold()),
        ("hold off", Hold(off=True)),
        ("void", Void()),
        ("void 2", Void(2)),
        ("again", Again()),
        ("tell 3 sit down please", Tell(2, "sit down please")),
        ("answer 1", AnswerHelp(0)),
        ("answer 1 press i", AnswerHelp(0, "press i")),
        ("robot 1", PassToRobot(0)),
        ("back 1", HandBack(0)),
        ("remove 12", Remove(11)),
    ],
)
def test_typed_words_are_messages_and_cards_count_from_one(typed: str, message: Message) -> None:
    command, *words = typed.split()
    assert act_for(command, tuple(words))[0] == message


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("hold on", "hold takes nothing, or the word off"),
        ("void 0", "void takes"),
        ("void two", "void takes"),
        ("again now", "again takes nothing"),
        ("tell 3", "tell takes a card and a text"),
        ("tell Ada hello", "'Ada' is no card; cards count from 1"),
        ("tell 0 hello", "'0' is no card"),
        ("robot", "robot takes a card"),
        ("remove 1 2", "remove takes a card"),
        ("back 2000", "no card 2000"),
        ("tell 1 " + "x" * 501, "1 to 500"),
    ],
)
def test_words_that_cannot_be_said_are_answered_in_a_line(typed: str, said: str) -> None:
    command, *words = typed.split()
    with pytest.raises(click.UsageError, match=said):
        act_for(command, tuple(words))


def test_every_act_from_the_command_line_and_the_roster_as_json(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    roster = json.loads(serving.ctl("status", "--json").stdout)
    assert (roster["phase"], roster["rows"][0]["card"], roster["rows"][0]["holds_up"]) == ("lobby", 1, "not_joined")
    assert serving.ctl("hold").stderr == "pit: 'hold' is not possible now: lobby: 0 of 4 seats taken\n"
    for words, said in [
        (["tell", "1", "--yes", "you"], "card 1 is told; lobby: 0 of 4 seats taken"),
        (["message", "--seat", "2", "only", "you"], "card 2 is told; lobby"),
        (["remove", "3"], "the trader of card 3 is out of the session; lobby"),
        (["back", "3"], "card 3 is its owner's; lobby"),
        (["robot", "4"], "a robot trades on card 4 from now on, and its owner is told; lobby"),
        (["start"], "period 1 of"),
        (["hold"], "the next period waits for resume; period 1 of"),
        (["void"], "the period is void; period 1 of"),
    ]:
        done = serving.ctl(*words)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(said), done.stdout
    refused = serving.ctl("answer", "1", "yes")
    assert (refused.returncode, refused.stderr) == (2, "pit: 'answer': nobody on that seat has asked for help\n")
    assert serving.ctl("tell", "9", "hello").stderr == "pit: 'tell': there is no such card: they are 1 to 4\n"
    status = json.loads(serving.ctl("status", "--json").stdout)
    assert (status["void"], status["held"], status["paused"]) == ([1], True, True)
    assert status["interventions"]["tell"] == 2
    assert status["rows"][3]["passed"]
    assert serving.ctl("end").stdout == "the session is over\n"
    assert serving.end() == 0
    assert verify(serving.recording).ok
    told = (serving.recording / "messages.json").read_text()
    assert '"--yes you"' in told
    assert '"only you"' in told


@pytest.mark.parametrize("option", [["--period-s", "9"], ["--seed", "3"], ["--disguise"], ["--periods", "2"]])
def test_a_session_that_is_taken_up_keeps_its_rules(tmp_path: Path, option: list[str]) -> None:
    done = pit("serve", "--recover", str(tmp_path), *option, cwd=tmp_path)
    assert done.returncode == 2
    assert f"{option[0]}: a session that is taken up keeps its rules and its seed" in done.stderr


@pytest.mark.parametrize(("typed", "goes_on"), [("end", False), ("end-period", True), ("", True)])
def test_end_is_asked_at_a_terminal_and_only_that_word_ends(
    typed: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda text, **_: asked.append(text) or typed)
    with pytest.raises(click.ClickException, match="goes on") if goes_on else contextlib.nullcontext():
        _ask_for_the_end()
    assert "end-period ends the period alone" in asked[0]
