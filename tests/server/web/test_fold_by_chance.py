"""The page's fold and the terminal's are told any facts in any order, and show the same: also what is rare."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from msgspec.structs import replace

from p2p.base.units import SECOND
from p2p.messages import (
    Accepted,
    Announced,
    Ask,
    Bid,
    Buy,
    Called,
    Contract,
    Earned,
    Ended,
    EndRound,
    Extended,
    Forecast,
    HandedBack,
    Held,
    Help,
    HelpAsked,
    Indicative,
    Intermission,
    Lobby,
    Message,
    Metered,
    Names,
    Order,
    PassedOn,
    Paused,
    Preview,
    Progress,
    Quote,
    Refused,
    Reminder,
    Removed,
    Replace,
    Respond,
    Responded,
    Resumed,
    Robots,
    RulesChanged,
    Schedule,
    SetBattery,
    SetReservation,
    StageBegan,
    Standing,
    StartRound,
    Step,
    TakenOver,
    Told,
    TurnPage,
    Unpaid,
    Voided,
    Waiting,
    Withdraw,
)
from p2p.scenario.charges import Charges
from p2p.scenario.parsing import parse
from p2p.scenario.payment import Payment
from p2p.scenario.public_rules import PublicRules, public_rules
from p2p.scenario.terms import PostingTerms, Terms
from tests import ROOT
from tests.plays.hour_plays import HOUR
from tests.plays.tui_plays import calls, energy, market, smith
from tests.plays.web_plays import SCRIPTS, Twins, as_feed, node

SEEDS, FACTS = (*range(19), 5_057), 120
"""Sessions by chance; the last seed is of one in which an order's end outlived a stage."""
LARGE = 10**9
"""The largest price, and the largest quantity: their product is far beyond 2^53."""
TEXTS = ("", "Two minutes.\nThen we go on.", "\x1b[31mred\x1b[0m \x07bell \u202eleft", "a\u2028b \x85 c\x00", "é🙂")


class Facts:
    """Facts by chance, as far as a session can tell them: nobody trades more than they hold."""

    def __init__(self, chance: Random, twins: Twins) -> None:
        self.chance, self.twins = chance, twins
        self.period = self.order = self.contract = self.token = 0
        self.large = chance.random() < 0.5

    def number(self, most: int = 400) -> int:
        return self.chance.randint(1, LARGE if self.large else most)

    def seat(self) -> int | None:
        return self.chance.choice((None, 0, 1, 5))

    def yes(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def us(self) -> int:
        return self.chance.choice((0, 1, 7 * SECOND, 20 * SECOND, 300 * SECOND + 1))

    def some(self) -> Message:
        """Any fact; those of trade come most often."""
        kinds: list[Callable[[], Message]] = [self.trade] * 12 + [self.course] * 4 + [self.own] * 3 + [self.care] * 2
        return self.chance.choice(kinds)()

    def trade(self) -> Message:
        side: Any = self.chance.choice(("bid", "ask"))
        match self.chance.randrange(9):
            case 0 | 1 | 2:
                return Quote(side, self.chance.choice((None, self.number())), self.seat(), self.yes(), self.number(9))
            case 3 | 4 | 5:
                return self.an_order(side)
            case 6 | 7:
                return self.a_contract()
            case _:
                return self.chance.choice(
                    (Called(self.chance.randint(1, 4), None, 0), Standing(self.number(), None, 7))
                )

    def an_order(self, side: Any) -> Order:
        self.order += 1 if not self.order else self.yes()
        order = self.order if self.yes() else self.chance.randint(1, max(1, self.order))
        known = self.twins.model.public.book.orders.get(order)
        quantity = 0 if self.yes(0.3) else self.number(9)
        life = self.chance.choice((None, self.us())) if quantity else self.chance.choice((None, 0))
        if known is not None:
            return Order(order, known.side, int(known.price), quantity, self.seat(), order % 3 == 0, life)
        return Order(order, side, self.number(), quantity, self.seat(), order % 3 == 0, life)

    def a_contract(self) -> Contract:
        holding = self.twins.model.own.holding
        mine: Any = None
        quantity = self.number(5)
        if holding is not None and holding.units_left and self.yes():
            mine, quantity = holding.role, min(quantity, holding.units_left)
        self.contract += 1
        price = self.number()
        lower = self.chance.choice((None, price - 1))
        return Contract(self.contract, price, "bid", self.seat(), None, mine, quantity, seller_price=lower)

    def course(self) -> Message:
        match self.chance.randrange(16):
            case 0 | 1 | 2:
                self.period, self.contract = self.period + 1, 0
                return StartRound(self.period, self.chance.choice((10, 60)) * SECOND)
            case 3 | 4:
                return EndRound(self.period)
            case 5:
                return Intermission(self.period + 1, 5 * SECOND)
            case 6:
                return Preview(self.period + 1, 5 * SECOND)
            case 7:
                return Paused(self.chance.choice((None, self.us())), self.chance.choice((0, 90 * SECOND)))
            case 8:
                return Resumed(self.chance.choice((None, self.us())))
            case 9:
                return Extended(self.us())
            case 10:
                return Reminder(self.period, self.us())
            case 11:
                number = self.chance.randrange(8)
                self.period = 0 if number == 3 else self.period
                return StageBegan(number, "practice" if number == 3 else "text", self.chance.choice((None, self.us())))
            case 12:
                return Lobby(3, 4, self.chance.choice((None, 2)))
            case 13:
                return self.chance.choice((Robots(3), Held(), Held(True), Waiting(2, 3)))
            case 14:
                return Voided(self.chance.randint(0, self.period), self.yes())
            case _:
                return self.chance.choice((self.change(), Ended())) if self.yes(0.7) else self.change()

    def change(self) -> RulesChanged:
        charges = self.chance.choice((None, Charges(), Charges(self.number(9), -3, 7), Charges(5, self.number(9), 0)))
        terms = self.chance.choice((None, Terms(), Terms(order_life="session", price_ceiling=250)))
        information: Any = self.chance.choice((None, "quotes", "book"))
        return RulesChanged(self.period + 1, charges, terms, information, period_s=self.chance.choice((None, 45.5)))

    def own(self) -> Message:
        match self.chance.randrange(9):
            case 0 | 1 | 2:
                role: Any = self.chance.choice(("buyer", "seller"))
                large, small = Step(self.number(), LARGE if self.large else 200), Step(self.number(), 2)
                steps = self.chance.choice(((large,), (small, small), (small, Step(self.number(), 120))))
                return Schedule(max(1, self.period), role, steps)
            case 3:
                stored = self.chance.choice((None, 700))
                return Forecast(max(1, self.period), self.number(), 40, -7, 300, 80, 0, stored, power_w=self.number())
            case 4:
                return Metered(max(1, self.period), 400, self.number(), self.number() * self.number(), stored=3)
            case 5:
                return self.chance.choice((SetBattery(), SetBattery(-400), SetReservation(), SetReservation(120, None)))
            case 6:
                return Progress(self.chance.randrange(8), 1, (0,), (0, 1), self.yes(), self.yes(0.2), self.yes(0.2))
            case 7:
                right = self.chance.choice((None, True, False))
                return Responded(2, 1, right, self.chance.choice((None, 1)), self.chance.choice(("", "Value − price")))
            case _:
                owed: Any = self.chance.choice(("all", "fee"))
                points = self.chance.choice((0, -37, 2**60 + 1, 123_456))
                return Earned(points, self.chance.choice((None, 2)), owed, "5.00", "2", "1.5", "8.50", self.yes())

    def care(self) -> Message:
        match self.chance.randrange(9):
            case 0:
                return Announced("digest", self.chance.choice(TEXTS))
            case 1:
                return Told("digest", self.chance.choice(TEXTS), self.yes())
            case 2:
                return HelpAsked(self.yes())
            case 3:
                return self.chance.choice((PassedOn(), PassedOn(True), Removed(), Removed(True)))
            case 4:
                return self.chance.choice((TakenOver(), HandedBack()))
            case 5:
                return Unpaid(3, self.number() * self.number())
            case _:
                return self.answer()

    def answer(self) -> Message:
        token = self.chance.choice((self.token, self.token - 1, self.token + 99))
        return self.chance.choice((Accepted(token), Accepted(token), Refused(token, "moved")))

    def say(self) -> None:
        """The viewer sends something, which waits for its answer."""
        self.token += 1
        said: list[Message] = [
            *(Bid(self.number()), Ask(self.number(), self.number(9)), Buy(None, 1, True), Replace(7, self.number())),
            *(Help(), TurnPage(1, 2), Respond(2, 0, 23.5), Withdraw()),
        ]
        self.twins.sent(self.token, self.chance.choice(said))


def rules_by_chance(chance: Random) -> PublicRules:
    """Rules of any kind of market, some with charges, pay, posts of a given length, large limits."""
    posting = parse((ROOT / "scenarios" / "posted-offer.toml").read_text())
    scenario = chance.choice([smith(), market("continuous"), calls(3), calls(7), parse(HOUR), energy(), posting])
    rules = public_rules(scenario, chance.choice((None, "quotes", "ticker", "book")))
    if chance.random() < 0.5:
        rules = replace(rules, charges=Charges(3, 5, -2))
    if chance.random() < 0.5:
        rate, step = chance.choice((0.01, 1e-7, 3, 12.3456789)), chance.choice((0.01, 0.05, 1))
        rules = replace(rules, payment=Payment(rate, "EUR", 2.5, 1, floor=-0.125, step=step))
    if rules.posting is not None and chance.random() < 0.5:
        rules = replace(rules, posting=PostingTerms(12.3456785))
    currency = chance.choice(("cents", "0.1 c", "0.0001 \x1b[1mEUR", rules.currency))
    return replace(rules, title=chance.choice(TEXTS), instructions=chance.choice(TEXTS), currency=currency)


def sessions() -> Iterator[Twins]:
    for number in SEEDS:
        chance = Random(number)
        twins = Twins(f"by chance {number}", rules_by_chance(chance), chance.choice((0, 3, None)), chance)
        facts, at, told = Facts(chance, twins), 0, 0
        while told < FACTS:
            at += chance.choice((0, 0, 1, 250_000, 9 * SECOND, 40 * SECOND))
            if chance.random() < 0.2:
                facts.say()
            if chance.random() < 0.05:
                twins.words_read()
            if chance.random() < 0.05:
                twins.lost()
            names = Names(chance.choice(((), ("Ada", "Bo"))))
            states = [Indicative(chance.choice((None, facts.number())), 3), names] if chance.random() < 0.2 else []
            twins.hear(as_feed(told + 1, at, [(at, facts.some())], states))
            told += 1
        yield twins


def test_any_facts_in_any_order_are_shown_as_the_terminal_shows_them() -> None:
    answers = node(SCRIPTS / "twin.mjs", [one.case for one in sessions()])
    assert [one for one in answers if one["wrong"]] == []
    assert sum(one["views"] for one in answers) >= len(SEEDS) * FACTS


def crowded(rules: PublicRules, chance: Random) -> Twins:
    """More of everything than a screen lists: each bound of a view is reached, those of charts twice."""
    twins = Twins("crowded", rules, 0, chance)
    told: list[Message] = []
    for period in range(1, 11):
        told += [Forecast(period, number, 40, -7, 300, 80) for number in range(30)] if rules.energy else []
        told += [Schedule(period, "buyer", (Step(300, 2_000), Step(200, 1))), StartRound(period, 60 * SECOND)]
        for number in range(1, 1_700 if period < 3 else 560):
            mine: Any = "buyer" if number % 3 == 0 else None
            side: Any = "bid" if number % 2 else "ask"
            told += [
                Quote(side, number % 7 + 1, None, number % 5 == 0),
                Contract(number, number % 11 + 1, "bid", mine=mine, quantity=number % 4 + 1),
            ]
            if number < 125:
                told += [Called(number, number, 3)]
                told += [
                    Order(1_000 * period + 2 * number + (one == side), one, number, 2, mine=True)
                    for one in ("bid", "ask")
                ]
    for first in range(0, len(told), 500):
        some = [((first + index) * 1_000, one) for index, one in enumerate(told[first : first + 500])]
        twins.hear(as_feed(first + 1, some[-1][0], some), results=first % 2_000 == 0)
    for token in range(1, 130):
        twins.sent(token, Bid(token))
    twins.look(twins.line.now, results=True)
    return twins


def test_lists_and_charts_have_the_bounds_that_they_have_in_the_terminal() -> None:
    cases = [crowded(public_rules(one), Random(1)).case for one in (market("continuous"), energy())]
    assert [one["wrong"] for one in node(SCRIPTS / "twin.mjs", cases)] == ["", ""]
