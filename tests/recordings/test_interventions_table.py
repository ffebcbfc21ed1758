"""The table of the experimenter's acts, and a void period that is in no other table, score or report."""

import recordings
from p2p.messages import AnswerHelp, Ask, Bid, Contract, Extend, Hold, Remove, Schedule, Start, Tell, Void
from recordings.export.tables import played
from recordings.reports.text import void_line
from recordings.scoring.score import score
from tests.plays.hosted import Trader


async def trade(traders: list[Trader]) -> None:
    """A contract, by a seller who asks low and a buyer who bids high."""
    for trader in traders:
        schedule = await trader.until_told(Schedule)
        await trader.say(Ask(60) if schedule.role == "seller" else Bid(100))
    await traders[0].until_told(Contract)


async def test_each_act_that_took_effect_is_a_row_and_a_void_period_is_in_no_other_table(host):
    async with host() as hosted:
        traders = [await hosted.join(seat) for seat in range(4)]
        experimenter = await hosted.experimenter()
        for message in (Start(), Tell(2, "sit"), Hold(off=True), Extend(1_500_000), AnswerHelp(1), Remove(3)):
            await experimenter.say(message)
            if isinstance(message, Start):
                await trade(traders)
        await experimenter.say(Void())
        await experimenter.say(Start())
        folder = hosted.host.opened.store.folder
    (result,) = played([folder])
    acts = [(row["kind"], row["seat"], row["card"], row["period"], row["length_s"]) for row in result.interventions]
    assert acts == [
        ("start", None, None, None, None),
        ("tell", 2, 3, 1, None),
        ("hold_off", None, None, 1, None),
        ("extend", None, None, 1, 1.5),
        ("remove", 3, 4, 1, None),
        ("void", None, None, 1, None),
        ("start", None, None, 1, None),
    ]
    assert [bool(row["digest"]) for row in result.interventions].index(True) == 1
    assert (result.contracts, result.traders, result.scores) == ((), (), [])
    table = recordings.load(folder).interventions
    assert list(table["kind"]) == [act[0] for act in acts]
    assert table["session_key"].nunique() == 1
    scored = score(folder)
    assert scored.void == (1,)
    assert void_line(scored) == "Period 1 is void by the experimenter's act: in no figure here, and not paid."
