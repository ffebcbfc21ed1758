"""An hour of stages with two people over real sockets: killed in the questions and in practice, and taken up again."""

import asyncio
from pathlib import Path

from p2p.messages import (
    Accepted,
    AdvanceStage,
    Agree,
    Ask,
    Bid,
    Contract,
    Ended,
    EndPeriod,
    Message,
    Refused,
    Respond,
    Responded,
    Resume,
    StageBegan,
    Start,
    StartRound,
    TurnPage,
    Voided,
)
from p2p.protocol.client_connection import ClientProtocol
from tests.plays.lab import Serving, pit, serve
from tests.plays.trader import GUARD_S, Trader

RIGHT, EXPLAINED, SAID = "canary-right-48151", "canary-explained-62342", "canary-said-31415"
HOUR = f"""
title = "An hour"
start = "experimenter"
institution = {{ name = "continuous", price_min = 1, price_max = 400, tick = 1 }}
environment = {{ buyers = [[325]], sellers = [[75]] }}

[[stage]]
kind = "consent"
text = "Do you agree?"

[[stage]]
kind = "text"
pages = ["One.", "Two.", "Three."]

[[stage]]
kind = "questions"
tries = 2
questions = [
    {{ ask = "Which?", options = ["this", "that"], answer = "that", explanation = "{EXPLAINED}" }},
    {{ ask = "How many?", kind = "number", answer = 917364.5, explanation = "{RIGHT}" }},
]

[[stage]]
kind = "practice"
period_s = 600.0
break_s = 0.0
buyers = [[90]]
sellers = [[10]]

[[stage]]
kind = "trade"
period_s = 600.0
break_s = 0.0

[[stage]]
kind = "questionnaire"
questions = [{{ ask = "Why?", kind = "text" }}]
"""


class Chairs:
    """Two people and the experimenter of a server."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.people: list[Trader] = []

    async def sit(self) -> "Chairs":
        """Join with the codes, as from a device that has never been here."""
        where = self.serving.where
        self.people = [await Trader.join(where["url"], self.serving.code(seat)) for seat in range(2)]
        self.experimenter = await Trader.join(where["url"], where["control"], conducts=True)
        return self

    async def watcher(self) -> Trader:
        """A spectator, to whom everything public is told from the beginning."""
        line = ClientProtocol("", "human")
        line.watched = 0
        return await Trader.login(self.serving.where["url"], line)

    async def taken_up(self) -> "Chairs":
        """kill -9, and the same session by `--recover`, resumed."""
        self.serving.kill()
        for trader in (*self.people, self.experimenter):
            await trader.leave()
        again = serve("--recover", str(self.serving.recording), "--port", "0", cwd=self.serving.cwd)
        chairs = await Chairs(
            Serving(again.process, again.where | {"seats": self.serving.where["seats"]}, again.cwd)
        ).sit()
        assert isinstance(await chairs.experimenter.say(Resume()), Accepted)
        return chairs

    async def both(self, *messages: Message) -> None:
        for message in messages:
            for trader in self.people:
                assert isinstance(await trader.say(message), Accepted), message

    def buyer(self) -> Trader:
        return next(trader for trader in self.people if trader.knowledge.role == "buyer")

    def seller(self) -> Trader:
        return next(trader for trader in self.people if trader.knowledge.role == "seller")


def has_read(trader: Trader, stage: int, pages: int) -> bool:
    """Whether a person's place is behind so many pages of a stage, by all that their device was told."""
    progress = trader.knowledge.progress
    return progress is not None and (progress.stage, progress.read) == (stage, pages)


async def began(trader: Trader, kind: str) -> None:
    await trader.until(lambda: any(one.kind == kind for one in trader.all(StageBegan)))  # type: ignore[attr-defined]


async def trade_once(chairs: Chairs, price: int) -> None:
    """A contract between the two."""
    assert isinstance(await chairs.seller().say(Ask(price)), Accepted)
    assert isinstance(await chairs.buyer().say(Bid(price)), Accepted)
    await chairs.buyer().until_told(Contract)


async def test_an_hour_is_killed_twice_and_nobody_loses_a_page_a_try_or_a_word(tmp_path: Path):
    (tmp_path / "hour.toml").write_text(HOUR)
    chairs = Chairs(serve("hour.toml", "--port", "0", "--seed", "5", cwd=tmp_path))
    try:
        async with asyncio.timeout(12 * GUARD_S):
            chairs = await play(chairs)
            assert await asyncio.to_thread(chairs.serving.end) == 0
    finally:
        for trader in (*chairs.people, chairs.experimenter):
            await trader.leave()
        if chairs.serving.process.poll() is None:
            chairs.serving.kill()
    folder = chairs.serving.recording
    journal = (folder / "journal.jsonl").read_text()
    assert SAID not in journal
    assert SAID in (folder / "answers.json").read_text()
    (folder / "answers.json").unlink()
    verified = pit("verify", str(folder), cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr


async def play(chairs: Chairs) -> Chairs:
    await chairs.sit()
    assert isinstance(await chairs.experimenter.say(Start()), Accepted)
    await chairs.both(Agree(0, True), TurnPage(1, 1))
    chairs = await chairs.taken_up()
    await chairs.people[0].until(lambda: has_read(chairs.people[0], 1, 1))
    await chairs.both(TurnPage(1, 2), TurnPage(1, 3))
    first, other = chairs.people
    assert isinstance(await first.say(Respond(2, 0, 0)), Accepted)
    chairs = await chairs.taken_up()
    first, other = chairs.people
    watcher = await chairs.watcher()
    told = await first.until_told(Responded)
    assert told == Responded(2, 0, False, 1, EXPLAINED)
    assert isinstance(await first.say(Respond(2, 0, 1)), Accepted)
    assert isinstance(await first.say(Respond(2, 1, 917364.5)), Accepted)
    assert isinstance(await first.say(Respond(2, 1, 917364.5)), Refused)
    assert other.all(Responded) == [], "an answer and its explanation are their person's alone"
    assert EXPLAINED not in repr(other.told) + repr(chairs.experimenter.told)
    assert RIGHT not in repr(other.told) + repr(chairs.experimenter.told)
    await chairs.experimenter.say(AdvanceStage())
    await began(watcher, "practice")
    heard = repr(watcher.told) + repr(watcher.welcome)
    assert all(canary not in heard for canary in (EXPLAINED, RIGHT, "917364"))
    assert "How many?" in heard, "questions are public, their answers are not"
    await watcher.leave()
    for trader in chairs.people:
        await trader.until_told(StartRound)
    await trade_once(chairs, 50)
    chairs = await chairs.taken_up()
    for trader in chairs.people:
        await trader.until_told(StartRound)
    assert isinstance(await chairs.experimenter.say(EndPeriod()), Accepted)
    for trader in chairs.people:
        await began(trader, "trade")
        await trader.until_told(StartRound, 2)
        assert trader.knowledge.surplus_total == 0, "nothing of practice is left"
    await trade_once(chairs, 200)
    assert isinstance(await chairs.experimenter.say(EndPeriod()), Accepted)
    for trader in chairs.people:
        await began(trader, "questionnaire")
        assert trader.knowledge.surplus_total == 125
    assert isinstance(await chairs.people[0].say(Respond(5, 0, text=" ")), Refused)
    await chairs.both(Respond(5, 0, text=f"{SAID} " + "é漢😀" * 600))
    for trader in chairs.people:
        await trader.until_told(Ended)
        assert SAID not in repr(trader.told)
        assert not trader.all(Voided)
    return chairs
