"""The experimenter's commands on cards and periods (docs/console.md), their words and their results in a line."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import click
import msgspec

from bots.client import Client
from bots.reconnecting import Lost
from p2p.messages import (
    AdvanceStage,
    Again,
    AnswerHelp,
    HandBack,
    Hold,
    Message,
    PaidPeriod,
    PassToRobot,
    Remove,
    Tell,
    Void,
)
from p2p.protocol.console_frames import Console, Roster
from p2p.protocol.frames import Fault, Welcome

STAGE_COMMANDS = ("advance",)
CARD_COMMANDS = ("tell", "answer", "robot", "back", "remove")
PERIOD_COMMANDS = ("hold", "void", "again", "pay-period")
ACT_COMMANDS = (*PERIOD_COMMANDS, *CARD_COMMANDS, *STAGE_COMMANDS)
WORDS_MAX = 500
"""Characters of words to one seat, as of those to everybody."""
WORDS_OF = {
    "hold": "nothing, or the word off",
    "void": "nothing, or a period's number",
    "again": "nothing",
    "pay-period": "a period's number",
    "advance": "nothing, or a card",
    "tell": "a card and a text",
    "answer": "a card, and a text if you like",
    "robot": "a card",
    "back": "a card",
    "remove": "a card",
}
"""The words behind each command."""
_BY_CARD: dict[str, Callable[[int], Message]] = {"robot": PassToRobot, "back": HandBack, "remove": Remove}


def act_for(command: str, words: tuple[str, ...]) -> tuple[Message, str]:
    """The message of a command, and its result in words. Raises click.UsageError."""
    match command, words:
        case "hold", ():
            return Hold(), "the next period waits for resume"
        case "hold", ("off",):
            return Hold(off=True), "nothing is held"
        case "void", ():
            return Void(), "the period is void"
        case "void", (number,) if _is_number(number):
            return Void(int(number)), f"period {int(number)} is void"
        case "again", ():
            return Again(), "the period is void, and its values come once more"
        case "pay-period", (number,) if _is_number(number):
            return PaidPeriod(int(number)), f"period {int(number)} is paid"
        case "advance", ():
            return AdvanceStage(), "the next stage begins"
        case "advance", (card,):
            return AdvanceStage(_seat(card)), f"card {card} counts as done with its stage"
        case "tell", (card, *text) if text:
            return Tell(_seat(card), _text(text)), f"card {card} is told"
        case "answer", (card, *text):
            return AnswerHelp(_seat(card), _text(text) if text else ""), f"card {card} is answered"
        case "robot" | "back" | "remove", (card,):
            return _BY_CARD[command](_seat(card)), _of_card(command, card)
        case _:
            raise click.UsageError(f"{command} takes {WORDS_OF[command]}")


def _of_card(command: str, card: str) -> str:
    match command:
        case "robot":
            return f"a robot trades on card {card} from now on, and its owner is told"
        case "back":
            return f"card {card} is its owner's"
        case _:
            return f"the trader of card {card} is out of the session"


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and 1 <= int(word) <= 100_000


def _seat(card: str) -> int:
    """The seat of a card, which count from 1; raises UsageError. There being such a seat is the server's to say."""
    if not _is_number(card):
        raise click.UsageError(f"'{card}' is no card; cards count from 1")
    if int(card) > 1_000:
        raise click.UsageError(f"there is no card {card}")
    return int(card) - 1


def _text(words: list[str]) -> str:
    text = " ".join(words)
    if not 0 < len(text.strip()) <= WORDS_MAX:
        raise click.UsageError(f"a message has 1 to {WORDS_MAX} characters")
    return text


async def roster_of(url: str, code: str, answer_s_max: float) -> Roster:
    """The session's roster, asked for once; raises click.ClickException with one line."""
    client = Client(url, code, "human", patience_s=answer_s_max)
    client.line.conducts = True
    found: asyncio.Future[Roster] = asyncio.get_running_loop().create_future()

    def take(frame: Console) -> None:
        if isinstance(frame, Roster) and not found.done():
            found.set_result(frame)

    client.on_console = take
    asking = asyncio.create_task(_ask(client))
    try:
        async with asyncio.timeout(answer_s_max):
            asking.add_done_callback(lambda asked: found.cancel())
            await asyncio.wait([found])
            if found.cancelled():
                await asking
                raise click.ClickException(f"{url}: {client.closed.why if client.closed else 'the connection broke'}")
            return found.result()
    except TimeoutError as error:
        raise click.ClickException(f"{url} did not answer within {answer_s_max:g} s") from error
    finally:
        asking.cancel()
        await asyncio.wait([asking])


async def _ask(client: Client) -> None:
    async with aclosing(client.happenings()) as happenings:
        async for happening in happenings:
            match happening:
                case Welcome():
                    client.ask_roster()
                case Fault(why=why):
                    raise click.ClickException(f"the server says: {why}")
                case Lost(why):
                    raise click.ClickException(f"no server at {client.url}: {why}")
                case _:  # facts are the same for every command
                    pass


def roster_json(roster: Roster) -> str:
    """A roster in one line of JSON."""
    return msgspec.json.encode(roster).decode()
