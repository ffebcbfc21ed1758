"""The columns of the tables that recordings alone have: messages, orders, holders of seats, and the like."""

from p2p.sim.tables.schema import ABOUT, ARM, BLOCK, MARKET, SESSION, Column

PERIOD = Column("period", "count", "–", "number of the period that ran or had run last; empty before the first")
RECORD = Column("record", "count", "–", "number of the record in the journal: rows of one message have the same")
WHEN = (
    RECORD,
    Column(
        "at_us", "count", "µs", "when, on the session's clock, pauses included; an outage of the server is not in it"
    ),
    Column("wall_s", "number", "s", "the same in seconds since the session was opened"),
)
TIME = Column("time_s", "number", "s", "the same since the period began, less pauses; empty between periods")
SEAT = (
    Column("seat", "count", "–", "the seat in the session, from 0"),
    Column("card", "count", "–", "the same from 1, as on cards and screens"),
)
HOLDER = (
    Column("holder", "word", "–", "its holder then: human, robot, stand_in (a robot in a person's place), nobody"),
    Column("agent", "word", "–", "the agent of the robot that held it, by its own account"),
)
COUNTED = Column("counted", "count", "–", "1 in a period that was finished and is not void, else 0")
ORDERS = (
    SESSION,
    MARKET,
    PERIOD,
    *WHEN,
    TIME,
    Column("order_id", "count", "–", "number of the order in its market; of the standing auction counted from 1"),
    *SEAT,
    *HOLDER,
    Column("side", "word", "–", "bid or ask"),
    Column(
        "change",
        "word",
        "–",
        "placed, filled (by a contract), replaced (by its trader), trimmed (no units for it), cancelled, expired; "
        "standing auction: outbid (a better quote stands), cleared (a contract clears the other side); "
        "lapsed (the part of a take that found nothing)",
    ),
    Column(
        "why",
        "word",
        "–",
        "where it was not its trader's word: own_order, units, period_end, call, life, guard (on losses), removed, "
        "line_lost, improved, contract",
    ),
    Column("price", "count", "price", "the order's limit; empty of a take at any price"),
    Column("quantity", "count", "units (Wh)", "by how much it changed; of placed, how much was asked for"),
    Column("remaining", "count", "units (Wh)", "how much of it is in the book after that; 0 where it has left"),
    Column("contract", "count", "–", "number of the contract in its period, of a row filled"),
    Column("replaces", "count", "–", "number of the order whose place it takes, of a row placed"),
    Column("life_s", "number", "s", "how long it was there, pauses included; in its last row"),
    COUNTED,
)
QUOTES = (
    SESSION,
    MARKET,
    PERIOD,
    *WHEN,
    TIME,
    Column("bid", "count", "price", "the best bid from then on; empty where there is none"),
    Column("bid_quantity", "count", "units (Wh)", "how much there is at that price"),
    Column("bidder", "count", "–", "the seat of the first of these orders"),
    Column("ask", "count", "price", "the best ask"),
    Column("ask_quantity", "count", "units (Wh)", "how much there is at that price"),
    Column("asker", "count", "–", "the seat of the first of these orders"),
    Column(
        "stood_s", "number", "s", "how long these quotes stood, pauses not counted; empty of a cut recording's last"
    ),
    COUNTED,
)
MESSAGES = (
    SESSION,
    MARKET,
    PERIOD,
    *WHEN,
    TIME,
    *SEAT,
    *HOLDER,
    Column("token", "count", "–", "the sender's number of it"),
    Column("directive", "word", "–", "what was said: bid, ask, buy, sell, cancel, replace, …"),
    Column("order_id", "count", "–", "number of the order that came of it, or that it changed: as in orders"),
    Column("price", "count", "price", "the price that it says"),
    Column("quantity", "count", "units (Wh)", "the quantity that it says"),
    Column("confirmed", "count", "–", "1 where its sender was asked about a possible loss and meant it"),
    Column("result", "word", "–", "accepted, refused, or repeated (said twice: no effect)"),
    Column("reason", "word", "–", "why it was refused"),
    Column("seen", "count", "–", "number of the last fact that its sender had; empty where that was not said"),
    Column("told", "count", "–", "number of facts that the seat had been told by then"),
    Column(
        "reaction_s",
        "number",
        "s",
        "time since that last fact; if not said, since the last one told. Of people it is waiting time, not thought",
    ),
    Column("bid_seen", "count", "price", "the best bid that its sender had seen"),
    Column("ask_seen", "count", "price", "the best ask that its sender had seen"),
    Column("bid", "count", "price", "the best bid that the seat had been told by then"),
    Column("ask", "count", "price", "the best ask that the seat had been told by then"),
    COUNTED,
)
SCHEDULES = (
    SESSION,
    MARKET,
    Column("period", "count", "–", "number of the period, from 1"),
    *SEAT,
    Column("role", "word", "–", "buyer or seller"),
    Column("step", "count", "–", "number of the step, from 1, best first"),
    Column("unit", "count", "–", "number of its first unit (Wh) in the schedule, from 1"),
    Column("units", "count", "units (Wh)", "how many there are of this value"),
    Column("value", "count", "price", "a buyer's value, a seller's cost, of each of them"),
    Column("traded", "count", "units (Wh)", "how many of them were traded; units go best first"),
    Column("contract", "count", "–", "number of the contract in its period in which the first of them went"),
)
SEATS = (
    SESSION,
    MARKET,
    *SEAT,
    *HOLDER,
    Column("record", "count", "–", "number of the record in the journal with which it begins"),
    Column("from_us", "count", "µs", "from when on, on the session's clock"),
    Column("to_us", "count", "µs", "until when; the last until the end of the recording"),
    Column("from_s", "number", "s", "the first of these in seconds since the session was opened"),
    Column("to_s", "number", "s", "the second of these in seconds"),
)
HOUSEHOLDS = (
    SESSION,
    MARKET,
    Column("period", "count", "–", "number of the interval, from 1"),
    *SEAT,
    Column("forecast_load", "count", "Wh", "the load that was forecast"),
    Column("forecast_pv", "count", "Wh", "the PV that was forecast"),
    Column("forecast_net", "count", "Wh", "load less PV and with the battery's action: what could be traded"),
    Column("buy", "count", "price", "its own tariff of the grid"),
    Column("feed_in", "count", "price", "what the grid pays it"),
    Column("flexible_value", "count", "price", "the value of its flexible load"),
    Column("grid_limit", "count", "Wh", "its connection's capacity; empty without a limit"),
    Column("load", "count", "Wh", "the load that was metered"),
    Column("pv", "count", "Wh", "the PV that was metered"),
    Column("battery", "count", "Wh", "what went into the battery; below 0 out of it"),
    Column("stored", "count", "Wh", "the battery's charge after it; empty without a battery"),
    Column("bought", "count", "Wh", "what was bought in the market; below 0 sold"),
    Column("grid_import", "count", "Wh", "what was settled with the grid: drawn from it"),
    Column("grid_export", "count", "Wh", "fed into it"),
    Column("flexible", "count", "Wh", "flexible load that was served"),
    Column("unserved", "count", "Wh", "load that the connection's limit left unserved"),
    Column("curtailed", "count", "Wh", "PV that the connection's limit cut off"),
    Column("gain", "count", "money", "what trade has left it over dealing with the grid alone"),
)
ANSWERS = (
    SESSION,
    MARKET,
    *WHEN,
    *SEAT,
    *HOLDER,
    Column("stage", "count", "–", "place of the stage in the session, from 1"),
    Column("kind", "word", "–", "choice, number, text, likert; or consent, where 1 agrees and 0 declines"),
    Column("question", "count", "–", "place of the question in its stage, from 1"),
    Column("asked", "word", "–", "the question"),
    Column("attempt", "count", "–", "which try at it, from 1"),
    Column("answer", "number", "–", "the number given; of a choice the place of the option, from 0"),
    Column("option", "word", "–", "the option in words"),
    Column("length", "count", "characters", "length of an answer in words, which are no part of the recording"),
    Column("digest", "word", "–", "digest of these words"),
    Column("correct", "count", "–", "1 right, 0 wrong; empty where no answer is right"),
)
PEOPLE = (
    SESSION,
    MARKET,
    *SEAT,
    Column("owner", "word", "–", "as in payments.csv: human, declined, failed, withdrawn, removed, robot, nobody"),
    Column("consent", "count", "–", "1 agreed to take part, 0 declined; empty where nobody answered"),
    Column("data_use", "count", "–", "1 the person's data may be used, 0 not; empty where that was not asked"),
    Column("wrong", "count", "–", "wrong answers to control questions; empty without such questions or a person"),
    Column("tries_used_up", "count", "–", "1 where all tries of a control question were used up, else 0"),
    Column("let_on", "count", "–", "how often the experimenter let the person go on; empty without stages or a person"),
    Column("losses_confirmed", "count", "orders", "orders sent though a loss was asked about; empty where none is"),
)
DELIVERIES = (
    SESSION,
    *SEAT,
    Column("facts", "count", "–", "how many facts were sent to it"),
    Column("frames", "count", "–", "in how many frames"),
    Column("waited_ms_mean", "number", "ms", "how long the oldest fact of a frame had waited for its line, on average"),
    Column("waited_ms_99", "number", "ms", "upper end of the class with the 99 % quantile of that; empty in the last"),
    Column("waited_ms_max", "number", "ms", "the longest wait"),
    Column("round_trip_ms", "number", "ms", "median round trip of its lines; empty where never measured"),
    Column("cuts", "count", "–", "how often its line was cut by the server"),
)
INTERVENTIONS = (
    SESSION,
    Column("time_s", "number", "s", "when, on the session's clock, pauses included"),
    Column(
        "kind",
        "word",
        "–",
        "the act, as `pit ctl` and docs/console.md have it, by its message: start, pause, tell, void, …",
    ),
    Column("seat", "count", "–", "the seat that it is about, from 0; empty of acts on all"),
    Column("card", "count", "–", "the same from 1, as on cards and screens"),
    Column("period", "count", "–", "the period that ran or had run last; of a void one, its own; empty before"),
    Column("length_s", "number", "s", "by how much a period was extended; empty of other acts"),
    Column("digest", "word", "–", "digest of words, which are no part of the recording; empty without words"),
)
OWN: dict[str, tuple[Column, ...]] = {
    "orders": ORDERS,
    "quotes": QUOTES,
    "messages": MESSAGES,
    "schedules": SCHEDULES,
    "seats": SEATS,
    "households": HOUSEHOLDS,
    "answers": ANSWERS,
    "people": PEOPLE,
    "interventions": INTERVENTIONS,
    "deliveries": DELIVERIES,
}
RECORDED: dict[str, tuple[Column, ...]] = {
    name: (*columns, *ABOUT, *((ARM, BLOCK) if MARKET in columns else ())) for name, columns in OWN.items()
}
"""The tables of recordings alone; their last columns are those of every table."""
