"""The base of all messages, and the values that their fields may hold."""

import re
from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec

from p2p.base.units import PRICE_MAX, QUANTITY_MAX, SEATS_MAX, SESSION

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
    "loss_unconfirmed",
    "above_ceiling",
    "below_floor",
    "may_not_quote",
    "one_unit",
    "unknown_order",
    "own_order",
    "no_taking_in_a_call",
    "cannot_be_withdrawn",
    "still_posting",
    "posting_is_over",
    "posted_already",
    "too_many_orders",
    "no_battery",
    "beyond_battery",
    "no_automaton",
    "not_now",
    "no_such_seat",
    "no_such_period",
    "void_already",
    "last_period",
    "carries_over",
    "robots_not_mentioned",
    "robot_already",
    "nothing_to_hand_back",
    "no_help_asked",
    "removed",
    "stage_first",
    "no_such_question",
    "no_answer",
    "no_period_paid",
    "period_drawn",
]
"""Why an institution, an environment or a session says no. A refusal is a fact of the experiment."""
Verdict: TypeAlias = Literal["taken", "late", "doubled", "out_of_order", "absurd", "not_metered"]
"""The market's verdict on a meter's reading."""


Recipient: TypeAlias = Literal["environment", "institution", "session"]
"""Which part of a session takes a message that is handed in."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One message of the session. Its directive is the class's name in the spelling of the MES (StartRound →
    start_round).

    `said_by` and `told_to` are for readers. `recipient` takes the message when it is handed in: the journal's `to`.
    """

    directive: ClassVar[str] = ""
    said_by: ClassVar[str] = ""
    told_to: ClassVar[str] = ""
    recipient: ClassVar[Recipient] = SESSION

    def __init_subclass__(cls) -> None:
        """Name the directive after the class."""
        cls.directive = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
