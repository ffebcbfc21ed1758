"""Each institution beside its naive twin: the same refusals, contracts and books; and what always holds."""

from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.base.units import AGENTS, ENVIRONMENT, INSTITUTION
from p2p.institutions.base import Institution
from p2p.institutions.call import CallAuction
from p2p.institutions.continuous import ContinuousAuction
from p2p.institutions.registry import institution_named
from p2p.institutions.standing import StandingAuction
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Called,
    Cancel,
    Contract,
    EndPeriod,
    Expire,
    InitInst,
    Message,
    Order,
    Quote,
    Reminder,
    Replace,
    Sell,
    StartPeriod,
)
from p2p.messages.envelope import Refusal
from p2p.scenario.capabilities import INSTITUTION_NAMES
from p2p.scenario.terms import CallTerms, Terms
from tests.twins.naive_market import TWINS, Deal, Naive, NaiveCall, NaivePosted

EXAMPLES = [pytest.param(150), pytest.param(500, marks=pytest.mark.full)]
STEPS = 50
UNITS_MAX = 5


def some_message(rng: Random) -> tuple[int, Message]:
    """Seats 0 and 1 buy, 2 and 3 sell, 4 does both, 5 is nobody; now and then one says what it may not."""
    buys = rng.random() < 0.5
    seat = rng.choice([0, 0, 0, 1, 1, 1, 4, 4, 4, 5, 2] if buys else [2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 0])
    price = 5 * rng.randint(4, 7) if rng.random() < 0.9 else rng.choice([0, 4, 5, 10, 22, 60, 61, 65])
    quantity = rng.choice([1, 1, 1, 1, 2, 3])
    match rng.randrange(10):
        case 0 | 1:
            limit = rng.choice([None, price, price])
            return seat, Buy(limit, quantity) if buys else Sell(limit, quantity)
        case 2:
            return seat, Cancel(rng.randint(1, 30))
        case 3 | 4 | 5:
            return rng.randrange(6), Replace(rng.randint(1, 30), price, quantity)
        case _:
            return seat, Bid(price, quantity) if buys else Ask(price, quantity)


def some_units(rng: Random) -> dict[int, int]:
    """Who may trade how much in a later period: anybody, and who could may not any more."""
    return {seat: rng.randint(0, UNITS_MAX) for seat in range(5) if rng.random() < 0.8}


OPEN_BOOK: dict[str, Any] = {
    "order_life_s": st.sampled_from([None, None, 0.5, 3.0]),
    "replace_own": st.sampled_from([False, False, True]),
    "contract_price": st.sampled_from(["earlier", "random", "matchmaker"]),
}


def terms(name: str) -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        price_ceiling=st.sampled_from([None, None, None, 30, 33]),
        price_floor=st.sampled_from([None, None, None, 15, 23]),
        quotes=st.just("both")
        if name == "call"
        else st.sampled_from(["both", "both", "both", "both", "buyers", "sellers"]),
        units=st.sampled_from(["many", "many", "many", "one"]),
        improvement=st.sampled_from([None, None, None, True, False]),
        self_trade=st.sampled_from(["refuse", "cancel_resting"]),
        order_life=st.sampled_from(["interval", "period", "session"]),
        **(OPEN_BOOK if name == "continuous" else {}),
    ).map(lambda given: given if given.order_life_s is None else msgspec.structs.replace(given, order_life="interval"))


CALLS = st.builds(
    CallTerms,
    pricing=st.sampled_from(["uniform", "uniform", "ask"]),
    k=st.sampled_from([0.0, 0.07, 0.3, 0.5, 0.9, 1.0]),
    rounding=st.sampled_from(["down", "nearest", "up"]),
    rationing=st.sampled_from(["earlier", "pro_rata"]),
    calls=st.integers(1, 3),
    feeder_cap_kw=st.sampled_from([None, None, 0.036, 0.06, 0.2]),
    congestion_rent=st.sampled_from(["operator", "buyers", "sellers"]),
)


def draw(period: int, number: int) -> Random:
    """The randomness of a contract."""
    return Random(1_000 * period + number)


class Stage:
    """An institution and its twin on one play; what is told is folded and held against what is."""

    def __init__(self, name: str, rules: Terms, call: CallTerms | None) -> None:
        init = InitInst(min_val=5, max_val=65, tick=5, agents=tuple(range(5)), terms=rules, call=call)
        self.real: Institution = institution_named(name)  # type: ignore[arg-type]
        self.twin: Naive = TWINS[name](init)
        assert self.real.handle(init, ENVIRONMENT) == []
        self.now = 0
        self.real.lend(lambda: self.now, draw)
        self.twin.draw = draw
        self.init, self.call, self.period = init, call, 0
        self.told: dict[int, tuple[str, int, int, int]] = {}
        self.quotes: dict[str, int | None] = {"bid": None, "ask": None}
        self.bought: dict[int, int] = {}
        self.sold: dict[int, int] = {}
        self.deals = 0

    def start(self, buyers: dict[int, int], sellers: dict[int, int]) -> None:
        self.period += 1
        self.hear(self.real.handle(StartPeriod(self.period, 1_000_003, buyers, sellers), ENVIRONMENT))
        self.twin.start(buyers, sellers)
        self.bought, self.sold = dict.fromkeys(buyers, 0), dict.fromkeys(sellers, 0)
        self.units = {"buyer": dict(buyers), "seller": dict(sellers)}
        self.held = 0
        self.compare()

    def say(self, seat: int, message: Message) -> None:
        before = repr(self.real.state())
        answer, expected = self.real.handle(message, seat), self.twin.say(seat, message)
        if isinstance(answer, Refusal):
            assert answer.reason == expected
            assert repr(self.real.state()) == before, "a refusal changes nothing"
            return
        assert self.hear(answer) == expected
        self.compare()

    def pass_until(self, now: int) -> None:
        """Orders whose life is over leave, those of an instant at once, and are told with nothing left of it."""
        while (end := self.real.next_end()) is not None and end <= now:
            self.now = end
            self.twin.pass_until(end)
            sent = self.real.handle(Expire(), INSTITUTION)
            assert not isinstance(sent, Refusal)
            gone = [one.message for one in sent if isinstance(one.message, Order)]
            assert gone
            assert all((order.quantity, order.life_us) == (0, 0) for order in gone)
            self.hear(sent)
            self.compare()
        self.now = now
        self.twin.pass_until(now)

    def pass_time(self, how: str) -> bool:
        """A reminder rings, or the environment ends the period early; whether it has ended."""
        calls = self.call.calls if self.call else 1
        self.held += 1
        expected = self.twin.call() if isinstance(self.twin, NaiveCall) else []
        if how == "end early":
            self.twin.end()
            assert self.hear(self.real.handle(EndPeriod(), ENVIRONMENT)) == expected
            self.compare()
            return True
        sent = self.real.handle(Reminder(self.period, 1), INSTITUTION)
        assert self.hear(sent) == expected
        ended = [one.message for one in sent if isinstance(one.message, EndPeriod)] == [EndPeriod()]
        assert ended == (self.held == calls if isinstance(self.twin, NaiveCall) else self.twin.reminded())
        if ended:
            self.twin.end()
            self.hear(self.real.handle(EndPeriod(), INSTITUTION))
        elif isinstance(self.twin, NaiveCall) and self.twin.terms.order_life == "interval":
            self.twin.orders = []
        self.compare()
        return ended

    def hear(self, sents: Any) -> list[Deal]:
        """Fold what was sent; the contracts in it."""
        deals: list[Deal] = []
        assert not isinstance(sents, Refusal), sents
        for to, message in sents:
            match message:
                case Contract():
                    assert to == ENVIRONMENT
                    deals.append(self.contract(message))
                    self.deals += 1
                case Order():
                    assert message.trader is not None
                    assert to == AGENTS or (to == message.trader and isinstance(self.twin, NaivePosted))
                    self.told[message.order] = (message.side, message.price, message.quantity, message.trader)
                    if message.quantity == 0:
                        del self.told[message.order]
                case Quote():
                    self.quotes[message.side] = message.price
        if any(isinstance(one.message, Called) for one in sents):
            (called,) = [one.message for one in sents if isinstance(one.message, Called)]
            assert called.quantity == sum(deal[4] for deal in deals)
            cap = self.twin.cap() if isinstance(self.twin, NaiveCall) else None
            assert cap is None or called.quantity <= cap
        return deals

    def contract(self, contract: Contract) -> Deal:
        assert contract.buyer is not None
        assert contract.seller is not None
        assert contract.buyer != contract.seller
        gets = contract.paid_to_seller
        for price in (contract.price, gets):
            assert self.twin.not_a_price(price) is None, "within the limits and the price band, on the tick"
        self.bought[contract.buyer] += contract.quantity
        self.sold[contract.seller] += contract.quantity
        return contract.buyer, contract.seller, contract.price, gets, contract.quantity

    def compare(self) -> None:
        """Books, told and kept, are the twin's; nobody has traded or bound more than he may."""
        if isinstance(self.real, StandingAuction):
            best = {o.role: (o.price, o.seat) for o in self.twin.orders}
            shown = self.real.standing()
            assert (shown.bid, shown.buyer) == best.get("buyer", (None, None))
            assert (shown.ask, shown.seller) == best.get("seller", (None, None))
        else:
            assert isinstance(self.real, ContinuousAuction | CallAuction)
            book = self.real.orders.book
            for side, role in ((book.bids, "buyer"), (book.asks, "seller")):
                kept = [(o.order_id, int(o.price), int(o.quantity), o.trader) for o in side]
                assert kept == [(o.number, o.price, o.quantity, o.seat) for o in self.twin.side(role)]
            names = {"buyer": "bid", "seller": "ask"}
            assert self.told == {o.number: (names[o.role], o.price, o.quantity, o.seat) for o in self.twin.orders}
        shown = self.real.standing()
        if isinstance(self.real, ContinuousAuction):
            assert (shown.bid, shown.ask) == (self.quotes["bid"], self.quotes["ask"])
        if not isinstance(self.real, CallAuction):
            assert shown.bid is None or shown.ask is None or shown.bid < shown.ask, "uncrossed"
        for role, traded in (("buyer", self.bought), ("seller", self.sold)):
            for seat, units in self.units[role].items():
                assert self.twin.units[role][seat] == units - traded[seat] >= 0, "units are conserved"


def play_both(stage: Stage, rng: Random) -> None:
    """A course of so many steps, through periods; messages of others' and of unknown orders among them."""
    stage.start({0: 4, 1: 5, 4: 3}, {2: 5, 3: 4, 4: 3})
    for _ in range(STEPS):
        stage.pass_until(stage.now + rng.choice([0, 100_000, 400_000]))
        posting = isinstance(stage.twin, NaivePosted) and stage.twin.posting
        if rng.random() > (0.2 if posting else 0.05):
            seat, message = some_message(rng)
            if isinstance(stage.twin, NaivePosted) and isinstance(message, Bid) and message.price % 10:
                message = Buy(message.price + 5, message.quantity)  # where nobody bids, buyers take more often
            numbers = list(stage.told)
            if isinstance(message, Replace | Cancel) and numbers and rng.random() < 0.8:
                message = msgspec.structs.replace(message, order=rng.choice(numbers))
                seat = stage.told[message.order][3] if rng.random() < 0.8 else seat
            stage.say(seat, message)
        elif stage.pass_time("end early" if rng.random() < 0.2 else "reminder"):
            stage.say(0, Bid(20))
            stage.start(some_units(rng), some_units(rng))
    stage.pass_time("end early")
    assert sum(stage.bought.values()) == sum(stage.sold.values())


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("name", INSTITUTION_NAMES)
def test_an_institution_does_what_its_naive_twin_does(name: str, examples: int) -> None:
    deals = 0

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(terms(name), CALLS, st.integers(0, 2**32))
    def plays(rules: Terms, call: CallTerms, course: int) -> None:
        nonlocal deals
        stage = Stage(name, rules, call if name == "call" else None)
        play_both(stage, Random(course))
        deals += stage.deals

    plays()
    assert deals > examples // 3, "the plays are of trade, not of refusals"


def test_every_institution_has_a_twin() -> None:
    assert set(TWINS) == set(INSTITUTION_NAMES)
