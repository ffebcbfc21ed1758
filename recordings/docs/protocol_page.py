"""docs/protocol.md, written from the structs themselves and from a recording, so that the page is true."""

from pathlib import Path
from typing import get_args

import msgspec

from p2p.base.field_types import type_words
from p2p.messages import FROM_EXPERIMENTER, FROM_TRADERS, OURS, MES, Message, Reason
from p2p.protocol import codec as wire
from p2p.protocol import frames as line
from p2p.protocol import mqtt_topics as broadcast
from p2p.protocol.market_figures import MarketFigures, PeriodFigures, TradePoint
from p2p.protocol.meter_payload import Payload
from p2p.protocol.server_connection import FAULTS_MAX
from p2p.scenario.charges import Charges
from p2p.scenario.prosumer_schema import Battery
from p2p.scenario.public_rules import EnergyRules, PublicRules
from p2p.scenario.terms import CallTerms, Terms
from recordings.docs.sample_bot import SAMPLE_BOT
from recordings.docs.sequence_diagram import diagram
from recordings.journal.store import read_folder

ORDERS = 9
"""Orders in the diagram: enough for a contract, few enough for a page."""
REASONS = {
    "not_open": "the market is closed or paused",
    "not_a_buyer": "only buyers bid and buy",
    "not_a_seller": "only sellers ask and sell",
    "no_units_left": "all units of the period are traded",
    "price_out_of_limits": "below the lowest or above the highest price",
    "off_tick": "not a multiple of the tick",
    "does_not_improve": "a bid must be above the standing bid, an ask below the standing ask; a tie is not",
    "no_standing_bid": "nothing stands that could be sold to",
    "no_standing_ask": "nothing stands that could be bought",
    "moved": "the quote is worse by now than the price that was meant",
    "loss_unconfirmed": "it could lose money, `loss_confirm` holds, and the order does not say `confirmed`",
    "would_lose": "beyond the value or cost of the unit at hand, where the rule `no_loss` holds",
    "loss_floor": "it could leave the trader further behind than the session's loss floor",
    "above_ceiling": "above the price ceiling",
    "below_floor": "below the price floor",
    "may_not_quote": "only the other side may make quotes here; accept one",
    "one_unit": "one unit an order",
    "unknown_order": "there is no such order of one's own",
    "own_order": "it would meet an order of one's own",
    "no_taking_in_a_call": "in a call there is nothing to take: make a quote",
    "cannot_be_withdrawn": "a quote cannot be taken back here; in the standing auction it can be improved",
    "still_posting": "sellers are posting yet; buyers take when that has ended",
    "posting_is_over": "a seller posts before buyers take, or not at all in the period",
    "posted_already": "a seller posts once a period",
    "too_many_orders": "too many orders are open already",
    "no_battery": "there is no battery on this seat",
    "beyond_battery": "more than the battery's power",
    "no_automaton": "nothing trades by itself in this market",
    "not_now": "an experimenter's command out of season",
    "no_such_seat": "an experimenter's command names a seat that there is not",
    "no_such_period": "the period has not begun, or there is none",
    "void_already": "the period is void already",
    "last_period": "no break comes after the last period, which could be held",
    "carries_over": "no period of an energy market is played again",
    "robots_not_mentioned": "the scenario does not mention robots: nobody is passed to one",
    "robot_already": "a robot trades on the seat already",
    "nothing_to_hand_back": "the seat's owner trades on it already",
    "no_help_asked": "the seat has asked for no help",
    "removed": "the seat's trader was taken out of the session, has declined or withdrawn",
    "stage_first": "the trader is on their way through earlier stages",
    "no_such_question": "the stage asks this seat no such question",
    "no_answer": "the question has no such answer",
    "no_period_paid": "all periods are paid here, or nobody is",
    "period_drawn": "the paid period is set already",
}
INFORMATION = """### Information sets
| `information` | quotes | orders | contracts |
|---|---|---|---|
| `none` | none | one's own | one's own |
| `own_side` | of one's own side | of one's own side, and one's own | one's own |
| `other_side` | of the other side | of the other side, and one's own | one's own |
| `quotes` | both | one's own | one's own |
| `ticker` | both | one's own | all |
| `book` | both | all | all |

A market's public (spectators, a broker) is told no more than its poorest seat. Neither side is poorer than the other. Where a
seat has `own_side` or `other_side`, the public is told what buyers and sellers have in common: that is `none`. A set counts
nothing of what it hides: orders and contracts that a seat is told have numbers of the seat's own. Numbers of others' orders on
the side that is shown begin at 1,099,511,627,776. `standing` answers without the hidden side.
"""
ERRORS = (
    ("too_fast", "more messages than a line may say; the frame was not read", "open, not counted"),
    ("busy", "too many messages wait for the server, or its disk is full", "open, not counted"),
    ("token_gap", "the token is not the next one: one before it was not taken", "open, not counted"),
    ("bad_payload", "the payload is not the directive's", "open"),
    ("bad_frame", "a field of the frame is not what it may be", "open"),
    ("no_token", "a message without its token", "open"),
    ("unknown_directive", "there is no such directive", "open"),
    ("not_yours", "the directive is not this line's to say; a spectator's line is closed", "open"),
    ("logged_in", "a second login", "open"),
    ("token_taken", "the experimenter's other client has said a command with this token", "open"),
    ("played_again", "a recording is played to all who watch; nobody is listened to", "open"),
    ("no_seat", "a console asks for the mirror of a seat that there is not", "open"),
    ("too_many_faults", "the last error of those that count", "closed, 4003"),
    ("not_json", "the frame is no JSON object", "closed, 4003"),
    ("bad_login", "the login is none", "closed, 4003"),
    ("not_logged_in", "the first frame is no login", "closed, 4003"),
    ("record_short", "`have` is more than is on record: the recording was cut", "closed, 4003"),
    ("not_experimenter", "`conducts` was said with a trader's code", "closed, 4003"),
    ("no_market", "a spectator asks for a market that there is not; a console, whose line stays open", "closed, 4003"),
    ("no_spectators", "the session has no spectators", "closed, 4002"),
    ("wrong_code", "no seat has this code, or the resume token is void", "closed, 4002"),
    ("no_device", "a class code without a device's key", "closed, 4004"),
    ("no_name", "a class code without a name", "closed, 4004"),
    ("locked", "the door is closed to those who have no seat", "closed, 4004"),
    ("no_seat_left", "no seat is left, or trading has begun with those who were there", "closed, 4004"),
    ("moved", "the device's seat has a new code", "closed, 4004"),
    ("no_label", "a label is wanted, and none was said", "closed, 4004"),
    ("unknown_label", "the label is not on the list of participants", "closed, 4004"),
    ("label_used", "another seat has used the label", "closed, 4004"),
    ("seat_taken", "a person holds the seat that a robot asks for", "closed, 4001"),
    ("flood", "far more messages than a line may say", "closed, 4009"),
    ("removed", "the experimenter has taken the seat's trader out of the session", "closed, 4010"),
    ("too_many_logins", "this seat has logged in too often in a short time, or too many wrong class codes came from this address", "closed, 4013"),
    ("too_many_spectators", "there are as many spectators as there may be", "closed, 4013"),
    ("closing", "the server stops", "closed, 1001"),
)
"""Code, meaning, and whether the line stays open."""
PER_S, BURST = 20, 40
LIMITS = (
    ("messages_per_s", PER_S, "messages of a seat a second, over all its lines"),
    ("messages_burst", BURST, "of them at once, after a quiet time"),
    ("flood_burst", 540, "of them beyond that rate, then the line is closed (4009)"),
    ("faults_max", FAULTS_MAX, "errors of a line that count: the last of them closes it"),
    ("login_s_max", 5, "seconds for the login, from the opening of the connection"),
    ("ping_s", 10, "seconds between the server's pings (a WebSocket library answers them by itself)"),
    ("pong_s", 20, "seconds for the answer to one"),
    ("send_s_max", 5, "seconds for which a line may take nothing, then it is cut"),
    ("behind_facts_max", 1_000, "facts that a line may fall behind, then it is cut; it resumes"),
    ("lines_max", 2_000, "connections at once"),
    ("spectators_max", 1_000, "of them that only watch"),
    ("handshakes_per_s", 50, "new connections of an address a second"),
    ("handshakes_burst", 1_000, "of them at once; beyond, each waits for its turn"),
    ("logins_per_s", 1, "log-ins of a seat a second"),
    ("logins_burst", 20, "of them at once"),
    ("lists_per_s", 0.5, "requests of a seat for all contracts a second"),
    ("lists_burst", 10, "of them at once"),
    ("helps_per_s", 0.1, "requests of a seat for help a second; taking one back counts"),
    ("helps_burst", 6, "of them at once"),
    ("bytes_per_s", 32 * 1024, "bytes of a line a second, of every kind; beyond, they wait"),
    ("bytes_burst", 64 * 1024, "of them at once"),
    ("control_per_s", 2, "control frames and unfinished fragments of a line a second"),
    ("control_burst", 100, "of them at once; beyond, the line is closed (4009)"),
    ("wrong_per_s", 1, "wrong codes of an address a second"),
    ("wrong_burst", 60, "of them at once; beyond, their answers are held back"),
)
"""The server's limits that a client may meet, by their names in server/limits.py, which a test compares."""
FRAMES = (
    (line.FRAME_MAX, "bytes of a client's frame (beyond: closed, 1009)"),
    (line.FEED_BYTES_MAX, "bytes of a server's frame: a client's library must take as many"),
    (line.FEED_FACTS_MAX, "facts in a frame of the feed"),
    (line.CODE_MAX, "characters of a code"),
    (line.NAME_MAX, "characters of a name"),
    (wire.META_MAX, "entries of `meta`"),
    (wire.SAFE_INT, "the largest token, `seen`, and number in `meta`"),
)
CLOSE_CODES = (
    (1001, "the server stops; the session can be taken up again", "yes"),
    (1009, f"a frame over {line.FRAME_MAX} bytes", "no: mend the client"),
    (1011, "the recording cannot be written: trading is paused", "yes"),
    (4000, "the session is over", "no"),
    (4001, "somebody has logged in on this seat elsewhere", "no"),
    (4002, "no seat has this code", "no (a resume token that is refused: once more, with the code)"),
    (4004, "nobody is let in so: the error before it says why", "no: mend what it says"),
    (4003, "the protocol was broken", "no: mend the client"),
    (1006, "the line took nothing for too long, or fell too far behind: it was cut without a word", "yes"),
    (4009, "far more messages, or control frames, than a line may send", "no: slow down"),
    (4010, "the experimenter has taken the trader out of the session", "no"),
    (4013, "the server is full, no login came in time, or this seat has logged in too often", "yes"),
)

HEAD = (
    """# The protocol

*Written by `pit protocol` from the structs in `p2p/messages/`, `p2p/protocol/codec.py` and `p2p/protocol/frames.py`; not by hand.*

A client opens a WebSocket and sends JSON, one object a frame. Everything has the template of the
MES (the microeconomic system `double-auction-mes` that the lab came from): `directive`, `from`,
`to`, `payload`. A client need not send `from` and `to`: the server stamps the sender from the line's login,
and ignores a frame's own. Nobody can act for another.

## A session on the wire
```
→ {"directive":"login","payload":{"code":"ABCD2345","have":0,"controller":"robot"}}
← {"directive":"welcome","payload":{"session":"…","seat":3,"resume":"…","token":0,"facts":2,"rules":{…},"seed":…}}
← {"directive":"feed","payload":{"first":1,"now":81234,"facts":[{"directive":"lobby","from":"session","to":"everyone","at":…,"payload":{…}},…],"state":[]}}
→ {"directive":"bid","payload":{"price":90},"token":1,"seen":7}
← {"directive":"feed","payload":{"first":8,"now":…,"facts":[{"directive":"accepted",…,"payload":{"token":1}},{"directive":"quote",…}],"state":[{"directive":"standing",…}]}}
```

- **Facts are numbered** per viewer from 1 without gaps; a frame says the number of its first. A client that comes back logs in
  with its `resume` token and `have`, the last number it had. It is fed from the next: after a cut and after a crash alike.
- **Every message carries a `token`**: 1, 2, 3 … per seat, over all its lines. `accepted` or `refused` answers it by its
  token. A client says its unanswered messages again after a welcome, in order; a token that was had has no second effect.
  The welcome says the last token that had one.
- **`seen`** is the number of the last fact the client had; it goes into the recording. So does **`meta`**: up to
  eight counts or times (`{"offers_seen":3,"decide_us":120}`), names in small letters, integers only.
- **`state`** is derived (the standing bid and ask after the frame's last fact); only the latest counts, and nothing is
  lost by passing it over.
- `at` and `now` are microseconds on the session's clock, which stands still in a crash.
- A faulty frame is answered by `error` with a code, a sentence and the token that is expected next, and the
  line stays open. The """
    + str(FAULTS_MAX)
    + """th error of those that count (see below) closes it, and so does one frame that is no JSON. A wrong *order* is no error: it is `refused`, a fact.

## When a message was not taken
An `error` says that a frame was not taken. Its token is not used up: `token` in the error is the one that the server
expects next. Say that message again with it, or another one in its place. Tokens behind it that were sent meanwhile are
answered `token_gap`, with the same expected token, until it has come. Nothing else brings a seat back: a client that only
counts on is mute. After `too_fast` wait for 1/"""
    + str(PER_S)
    + """ s for each message; after `bad_payload` mend it, or say another message with
the expected token. `refused` is no error: its token is used up, and the next message has the next one.

## A bot
Run it with the seat's code in `PIT_CODE`; it ends with status 0 when the session is over.
```python
"""
    + SAMPLE_BOT
    + """```
"""
)

TOPICS_HEAD = """## Topics on a broker
Below `tradingpit/<session>/`, JSON; docs/mqtt.md says how to listen. Nothing is told that the public of the market is not
shown. Figures of welfare come when the session is over, or after each period if the scenario says `demonstration`. Where the rules
say `reveals`, `reveal` comes after the end; on a spectator's line it is a frame, `reveal`, after the last facts. Beside these,
`rules` (retained) has the rules of a welcome, and `status` (retained, and the last will) is `online` or `offline`.
"""


def page(recording: Path) -> str:
    """The whole page; the diagram is of that recording's first period."""
    parts = [HEAD, "## Messages of the MES\n"]
    parts += [_directive(kind) for kind in MES]
    parts.append("## Ours\n")
    parts += [_directive(kind) for kind in OURS]
    parts.append(_who_may())
    parts.append("## Frames of a line\n")
    parts += [_struct(kind) for kind in (line.Login, line.Door, line.Card, line.Welcome, line.FeedRead, line.Fault, wire.ClientFrame)]
    parts.append("## Rules of a market\nIn a welcome, and on the topic `rules`. docs/scenarios.md says more of each.\n")
    parts.append(INFORMATION)
    parts += [_struct(kind) for kind in (PublicRules, Terms, CallTerms, Charges, EnergyRules, Battery)]
    parts.append(TOPICS_HEAD)
    parts += [_topic(name, kind) for name, kind in broadcast.TOPICS.items()]
    parts += [_struct(kind) for kind in (broadcast.Efficiency, MarketFigures, PeriodFigures, TradePoint)]
    parts.append(f"### `meter/<seat>`\n{_doc(Payload)}\n\n{_fields(Payload)}")
    parts += [_refusals(), _errors(), _closing(), _limits()]
    drawn = diagram(read_folder(recording), ORDERS)
    parts.append(f"## The MES's sequence diagram, from a recorded session\n\n```mermaid\n{drawn}\n```\n")
    return "\n".join(parts)


def _directive(kind: type[Message]) -> str:
    says = f"from {kind.said_by} to {kind.told_to}"
    return f"### `{kind.directive}`\n{says}. {_doc(kind)}\n\n{_fields(kind)}"


def _struct(kind: type[msgspec.Struct]) -> str:
    return f"### {kind.__name__.removesuffix('Read')}\n{_doc(kind)}\n\n{_fields(kind)}"


def _topic(name: str, kind: type[msgspec.Struct]) -> str:
    return f"### topic `{name}`\n{_doc(kind)}\n\n{_fields(kind)}"


def _doc(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def _fields(kind: type[msgspec.Struct]) -> str:
    """A table of the payload's fields; empty where there are none."""
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    if not info.fields:
        return "No payload.\n"
    rows = [f"| `{f.encode_name}` | {type_words(f.type)} | {_default(f)} |" for f in info.fields]
    return "\n".join(["| field | type | without it |", "|---|---|---|", *rows]) + "\n"


def _default(field: msgspec.inspect.Field) -> str:
    """What a field is where it is absent, as JSON; that it is required, where it must not be."""
    if field.required:
        return "required"
    made = field.default_factory
    value = field.default if made is msgspec.NODEFAULT else made()
    return f"`{wire.encode(value).decode()}`"


def _who_may() -> str:
    traders = ", ".join(f"`{kind.directive}`" for kind in FROM_TRADERS)
    experimenter = ", ".join(f"`{kind.directive}`" for kind in FROM_EXPERIMENTER)
    return f"## Who may say what\nA trader's line: {traders}. The experimenter's: {experimenter}. All else is answered `not_yours`.\n"


def _refusals() -> str:
    rows = "\n".join(f"| `{reason}` | {REASONS[reason]} |" for reason in get_args(Reason))
    return f"## Why an order is refused\n| reason | meaning |\n|---|---|\n{rows}\n"


def _errors() -> str:
    rows = "\n".join(f"| `{code}` | {why} | {line} |" for code, why, line in ERRORS)
    return f"## Errors\n| code | meaning | the line |\n|---|---|---|\n{rows}\n"


def _limits() -> str:
    rows = "\n".join(f"| {most:,} | {what} |" for most, what in [*((n, w) for _, n, w in LIMITS), *FRAMES])
    return f"## Limits\n| at the most | of what |\n|---|---|\n{rows}\n"


def _closing() -> str:
    rows = "\n".join(f"| {code} | {why} | {back} |" for code, why, back in CLOSE_CODES)
    return f"## Why a line is closed\n| code | meaning | come back? |\n|---|---|---|\n{rows}\n"
