"""The message space: every directive that can be said in a session, as frozen structs.

A message is a *payload*; the template of the seed (directive, from, to, payload) is put round it in p2p/wire.py.
The first group is the seed's own (`double-auction-mes`), with its names; the second is ours. The class attributes
`said_by` and `told_to` say who may send it to whom; the docstring says what it does.
"""

import re
from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec

from p2p.terms import CallTerms, Terms
from p2p.units import PRICE_MAX, QUANTITY_MAX, SEATS_MAX, Controller, Duration, Money, Price, Quantity, Role, Seat, Side

WirePrice: TypeAlias = Annotated[int, msgspec.Meta(ge=-PRICE_MAX, le=PRICE_MAX)]
"""Any integer a price may be written as; whether it is within the market's limits is the institution's to say."""
WireSeat: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=SEATS_MAX)]
WireQuantity: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
OrderId: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
"""Number of an order in its market, from 1, never used twice."""
Taken: TypeAlias = Literal["bid", "ask", "call"]
"""Which standing quote a contract accepted; in a call, neither."""

Reason: TypeAlias = Literal[
    "not_open",
    "not_a_buyer",
    "not_a_seller",
    "no_units_left",
    "price_out_of_limits",
    "off_tick",
    "does_not_improve",
    "no_standing_bid",
    "no_standing_ask",
    "moved",
    "would_lose",
    "loss_floor",
    "above_ceiling",
    "below_floor",
    "may_not_quote",
    "one_unit",
    "unknown_order",
    "own_order",
    "no_taking_in_a_call",
    "cannot_be_withdrawn",
    "too_many_orders",
    "no_battery",
    "beyond_battery",
    "no_automaton",
    "not_now",
]
"""Why an institution, an environment or a session says no. A refusal is a fact of the experiment."""
Verdict: TypeAlias = Literal["taken", "late", "doubled", "out_of_order", "absurd", "not_metered"]
"""What becomes of a meter's reading."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is said. Its directive is the class's name in the spelling of the seed (StartRound → start_round)."""

    directive: ClassVar[str] = ""
    said_by: ClassVar[str] = ""
    told_to: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        """Name the directive after the class."""
        cls.directive = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


# --- the seed's: environment and institution -------------------------------------------------------------------


class InitInst(Message, frozen=True):
    """Initialises an institution: its opening sentinels, which nobody can accept, its tick, its agents.

    A first bid must improve on `min_val`, a first ask on `max_val`; they lie one tick outside the price limits.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "institution"
    min_val: Price
    max_val: Price
    tick: Price
    agents: tuple[Seat, ...]
    terms: Terms | None = None
    call: CallTerms | None = None


class StartPeriod(Message, frozen=True):
    """Opens the auction for `length_us`; who may buy and who may sell, and how many units each, by seat."""

    said_by: ClassVar = "environment"
    told_to: ClassVar = "institution"
    period: int
    length_us: Duration
    buyers: dict[Seat, Quantity]
    sellers: dict[Seat, Quantity]


class EndPeriod(Message, frozen=True):
    """Closes the auction: the institution tells its agents that the round has ended."""

    said_by: ClassVar = "environment, institution (to itself, when its reminder comes), experimenter"
    told_to: ClassVar = "institution, session"


class Reminder(Message, frozen=True):
    """The institution's alarm clock: it set it at the start of the period, and ends the period when it rings.

    The session has one too, for the pause between periods (`period` is then the one that is to come).
    """

    said_by: ClassVar = "institution, session"
    told_to: ClassVar = "itself"
    period: int
    length_us: Duration


class ReminderEndPeriod(Message, frozen=True):
    """Makes the environment end the period before its time: it sends `end_period` to the institution."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "environment"


class StartRound(Message, frozen=True):
    """Tells the agents that they may trade now, and for how long."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    period: int
    length_us: Duration


class EndRound(Message, frozen=True):
    """Tells the agents that the market is closed: they stop thinking about it."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    period: int


# --- the seed's: agents ----------------------------------------------------------------------------------------


class RequestStanding(Message, frozen=True):
    """Asks for the standing bid and ask; answered with `standing`."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "institution"


class Standing(Message, frozen=True):
    """The standing bid and ask, absent where there is none, and whose they are where identities are shown."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agent, agents"
    bid: Price | None = None
    buyer: Seat | None = None
    ask: Price | None = None
    seller: Seat | None = None


class Bid(Message, frozen=True):
    """Offers to buy a unit at a price. It must improve on the standing bid; at or above the standing ask it buys."""

    said_by: ClassVar = "agent (a buyer)"
    told_to: ClassVar = "institution"
    price: WirePrice
    quantity: WireQuantity = 1


class Ask(Message, frozen=True):
    """Offers to sell a unit at a price. It must improve on the standing ask; at or below the standing bid it sells."""

    said_by: ClassVar = "agent (a seller)"
    told_to: ClassVar = "institution"
    price: WirePrice
    quantity: WireQuantity = 1


class Buy(Message, frozen=True):
    """Accepts the standing ask. With a price: only if the ask is no worse than that, else it is refused `moved`."""

    said_by: ClassVar = "agent (a buyer)"
    told_to: ClassVar = "institution"
    price: WirePrice | None = None
    quantity: WireQuantity = 1


class Sell(Message, frozen=True):
    """Accepts the standing bid. With a price: only if the bid is no worse than that, else it is refused `moved`."""

    said_by: ClassVar = "agent (a seller)"
    told_to: ClassVar = "institution"
    price: WirePrice | None = None
    quantity: WireQuantity = 1


class Contract(Message, frozen=True):
    """A unit changes hands: `number` counts the period's contracts from 1, `taken` is the quote that was accepted.

    Buyer and seller are in the record, and for agents only where identities are shown; `mine` is said to its owners.
    """

    said_by: ClassVar = "institution"
    told_to: ClassVar = "environment, and all agents in its public form"
    number: int
    price: Price
    taken: Taken
    buyer: Seat | None = None
    seller: Seat | None = None
    mine: Role | None = None
    quantity: Quantity = 1
    buy_order: OrderId | None = None
    sell_order: OrderId | None = None
    seller_price: Price | None = None


class Cancel(Message, frozen=True):
    """Takes an order of one's own out of the book. The standing auction has nothing that could be withdrawn."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "institution"
    order: OrderId


class Replace(Message, frozen=True):
    """Changes an order of one's own. It loses its place in the queue unless only its quantity shrinks."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "institution"
    order: OrderId
    price: WirePrice
    quantity: WireQuantity = 1


class RequestContracts(Message, frozen=True):
    """Asks the environment for the contracts of this period; answered with `contracts`."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "environment"


class Contracts(Message, frozen=True):
    """The contracts of this period so far, (buyer_id, seller_id, price) each; ids are absent where hidden."""

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    contracts: tuple[tuple[Seat | None, Seat | None, Price], ...]


# --- ours: what a session tells its agents ---------------------------------------------------------------------


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One step of a schedule: so much is each of so many units worth to a buyer, or does each cost a seller."""

    value: Money
    quantity: Quantity = 1


class Schedule(Message, frozen=True):
    """A trader's private role and steps for a period, best first. Nobody else is told."""

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    period: int
    role: Role
    steps: tuple[Step, ...]


class Quote(Message, frozen=True):
    """A bid or an ask has become the standing one; `trader` where identities are shown, `mine` for its owner."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    side: Side
    price: Price | None
    trader: Seat | None = None
    mine: bool = False
    quantity: Quantity = 1


class Order(Message, frozen=True):
    """An order rests in the book with so much left of it; with quantity 0 it has left.

    All of them are told to who has the information set `book`, one's own to everybody.
    """

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    order: OrderId
    side: Side
    price: Price
    quantity: Quantity
    trader: Seat | None = None
    mine: bool = False


class Called(Message, frozen=True):
    """A call auction has been held: its number in the period, its price (None where nothing met), its volume."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    call: int
    price: Price | None
    quantity: Quantity


class Indicative(Message, frozen=True):
    """What a call held now would give. A state: derived, and only the latest counts."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    price: Price | None
    quantity: Quantity


class Forecast(Message, frozen=True):
    """A household's interval as it is forecast, privately, before the market opens; a schedule follows where it trades.

    Energy in Wh: load, PV, what its battery will do (`battery` above 0 charges) and how full it is then, and the net of
    all (above 0 it is short). Its own tariffs per kWh, its flexible load and what that is worth, its battery's limits,
    and what its connection carries in the interval, beyond which load goes unserved at a price.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    period: int
    load: int
    pv: int
    net: int
    buy: Price
    feed_in: Price
    battery: int = 0
    stored: int | None = None
    flexible: int = 0
    flexible_value: Price = 0
    power_w: int = 0
    capacity: int = 0
    grid_limit: int | None = None
    unserved_price: Price = 0


class Metered(Message, frozen=True):
    """A household's interval as it was metered, privately, after the market has closed.

    Energy in Wh. `bought` is what it bought in the market (below 0: sold); what is out of balance went to the grid at
    its own tariffs. `gain` is what trade has left it over dealing with the grid alone, its battery doing the same.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    period: int
    load: int
    pv: int
    gain: Money
    bought: int = 0
    battery: int = 0
    stored: int | None = None
    grid_import: int = 0
    grid_export: int = 0
    flexible: int = 0
    unserved: int = 0
    curtailed: int = 0


class SetBattery(Message, frozen=True):
    """Sets what one's battery does from the next interval on, in W (below 0 it discharges), until it is changed.

    Without a target it goes by its own rule again: it keeps the house's surplus for the house's deficit. The
    environment says it back as what holds now.
    """

    said_by: ClassVar = "agent, environment (back to him)"
    told_to: ClassVar = "environment, agent"
    target_w: Annotated[int, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)] | None = None


class SetReservation(Message, frozen=True):
    """Sets the reservation prices at which an automaton trades for one from the next interval on, until changed.

    It offers the whole net energy when the interval opens: it bids `buy` where that is short, asks `sell` where there
    is something left over; without a price it leaves that side alone. The environment says it back as what holds now.
    """

    said_by: ClassVar = "agent, environment (back to him)"
    told_to: ClassVar = "environment, agent"
    buy: WirePrice | None = None
    sell: WirePrice | None = None


class Accepted(Message, frozen=True):
    """The answer to a message that took effect, by its token; what it did follows as facts of its own."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    token: int


class Refused(Message, frozen=True):
    """The answer to a message that had no effect, by its token, with the reason. Only its sender is told."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    token: int
    reason: Reason


class Lobby(Message, frozen=True):
    """How many seats are taken, before trading starts; how many of them by robots, where that is told."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    taken: int
    seats: int
    robots: int | None = None


class Robots(Message, frozen=True):
    """How many seats robots hold from now on, where the scenario tells it."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    count: int


class TakenOver(Message, frozen=True):
    """A robot holds one's seat from now on, until one is back. What was said before and had no answer is void."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"


class HandedBack(Message, frozen=True):
    """One's seat is one's own again, with all orders that rest."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"


class Unpaid(Message, frozen=True):
    """A contract of one's own that a robot's order made in one's place: what it gained is not paid out.

    It follows its contract. In an energy market `gain` is by the forecast.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    number: int
    gain: Money


class Passes(Message, frozen=True):
    """A robot's agent has failed: it raised, said nonsense, or took too long, and passed instead.

    A robot says it of itself; the experimenter is told of whose seat.
    """

    said_by: ClassVar = "agent (a robot), session"
    told_to: ClassVar = "session, experimenter"
    why: Literal["raised", "nonsense", "slow"]
    seat: WireSeat | None = None


class Paused(Message, frozen=True):
    """The clock stands still; so much of the period (or of the pause between periods) is left."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    left_us: Duration | None


class Resumed(Message, frozen=True):
    """The clock runs again, with so much left."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    left_us: Duration | None


class Extended(Message, frozen=True):
    """The period has been given more time; so much is left now."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    left_us: Duration


class Intermission(Message, frozen=True):
    """The pause before a period: it starts in `length_us`."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    next_period: int
    length_us: Duration


class Ended(Message, frozen=True):
    """The session is over."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"


# --- ours: what a session is told by those who run it ----------------------------------------------------------


class Open(Message, frozen=True):
    """The first message of every session: the environment initialises the institutions."""

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "session"


class Joined(Message, frozen=True):
    """Somebody has taken a seat, or come back to it; or a robot has, in the place of whom the seat is."""

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "session"
    seat: Seat
    controller: Controller
    stand_in: bool = False


class Left(Message, frozen=True):
    """A seat's line is lost; its quotes stand."""

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "session"
    seat: Seat


class Reading(Message, frozen=True):
    """What a seat's meter has read: Wh of an interval, and when (it may be before the session began).

    Where it counts, it is the seat's load and PV in the next interval; the rules are in p2p/meters.py.
    """

    said_by: ClassVar = "gateway (a meter's, from a broker)"
    told_to: ClassVar = "session"
    seat: Seat
    taken_us: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    load: Annotated[int, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]
    pv: Annotated[int, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class Judged(Message, frozen=True):
    """What has become of a reading; only those that are `taken` count. The record has it, nobody else is told."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "gateway"
    seat: Seat
    verdict: Verdict


class Start(Message, frozen=True):
    """Begins the first period, whoever is there. A session also starts by itself when all seats are taken."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Pause(Message, frozen=True):
    """Stops the clock; orders are refused `not_open` until `resume`. A crash says it too."""

    said_by: ClassVar = "experimenter, gateway (after a crash)"
    told_to: ClassVar = "session"


class Resume(Message, frozen=True):
    """Lets the clock run on from where it stopped."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Extend(Message, frozen=True):
    """Adds time to the period that runs."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    length_us: Annotated[int, msgspec.Meta(gt=0, le=86_400_000_000)]


class End(Message, frozen=True):
    """Ends the session now; the period that runs is closed first."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Announce(Message, frozen=True, omit_defaults=True):
    """Tells everybody something in words. They are kept beside the journal, which has their digest alone."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""
    digest: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Announced(Message, frozen=True, omit_defaults=True):
    """The experimenter's words to everybody; in the journal their digest alone."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    digest: str
    text: str = ""


SEED: tuple[type[Message], ...] = (
    InitInst,
    StartPeriod,
    EndPeriod,
    Reminder,
    ReminderEndPeriod,
    StartRound,
    EndRound,
    RequestStanding,
    Standing,
    Bid,
    Buy,
    Ask,
    Sell,
    Contract,
    RequestContracts,
    Contracts,
)
OURS: tuple[type[Message], ...] = (
    Schedule,
    Quote,
    Cancel,
    Replace,
    Order,
    Called,
    Indicative,
    Forecast,
    Metered,
    SetBattery,
    SetReservation,
    Accepted,
    Refused,
    Lobby,
    Robots,
    TakenOver,
    HandedBack,
    Unpaid,
    Passes,
    Intermission,
    Paused,
    Resumed,
    Extended,
    Ended,
    Open,
    Joined,
    Left,
    Reading,
    Judged,
    Start,
    Pause,
    Resume,
    Extend,
    End,
    Announce,
    Announced,
)
BY_DIRECTIVE: dict[str, type[Message]] = {kind.directive: kind for kind in SEED + OURS}

TO_ENVIRONMENT: tuple[type[Message], ...] = (RequestContracts, SetBattery, SetReservation)
"""What a trader says to the environment; all else is for the institution."""
TO_SESSION: tuple[type[Message], ...] = (Passes,)
"""What a trader says to the session itself."""
FROM_TRADERS: tuple[type[Message], ...] = (
    *(RequestStanding, Bid, Buy, Ask, Sell, Cancel, Replace),
    *TO_ENVIRONMENT,
    *TO_SESSION,
)
"""What a trader's line may say; anything else is answered with an error."""
FROM_EXPERIMENTER: tuple[type[Message], ...] = (Start, Pause, Resume, Extend, EndPeriod, End, Announce)
"""What the experimenter's line may say, and no other."""
FROM_GATEWAY: tuple[type[Message], ...] = (Open, Joined, Left, Pause, Reading)
"""What the shell round a session says for itself or for a meter; it pauses a session that comes back from a crash."""
