"""Smith's double auction with one standing bid and one standing ask, rule by rule."""

from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.base.units import AGENTS, INSTITUTION, SECOND
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Contract,
    EndPeriod,
    EndRound,
    Message,
    Quote,
    Reminder,
    Sell,
    Standing,
    StartRound,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from tests.plays.play import (
    Play,
    Said,
    answered,
    ask,
    auction,
    bid,
    buy,
    contract,
    end_period,
    play,
    refused,
    request_standing,
    sell,
    standing,
    start_period,
)


def test_a_bid_and_an_ask_meet_at_the_standing_price() -> None:
    play() << bid(1, 90) >> standing(bid=90) << ask(2, 85) >> contract(90, 1, 2)
    play() << ask(2, 85) >> standing(ask=85) << bid(1, 90) >> contract(85, 1, 2)


def test_a_quote_at_the_standing_price_of_the_other_side_contracts() -> None:
    play() << bid(1, 90) << ask(2, 90) >> contract(90, 1, 2)
    play() << ask(2, 90) << bid(1, 90) >> contract(90, 1, 2)


def test_a_quote_one_tick_short_of_the_other_side_stands() -> None:
    play() << bid(1, 90) << ask(2, 91) >> standing(bid=90, ask=91)
    play() << ask(2, 91) << bid(1, 90) >> standing(bid=90, ask=91)


def test_an_improvement_takes_the_standing_quotes_place() -> None:
    play() << bid(1, 90) << bid(3, 91) >> standing(bid=91, buyer=3) << ask(2, 91) >> contract(91, 3, 2)
    play() << ask(2, 90) << ask(4, 89) >> standing(ask=89) << bid(1, 89) >> contract(89, 1, 4)


def test_a_tie_does_not_improve() -> None:
    play() << bid(1, 90) << bid(3, 90) >> refused("does_not_improve") << sell(2) >> contract(90, 1, 2)
    play() << ask(2, 90) << ask(4, 90) >> refused("does_not_improve") << buy(1) >> contract(90, 1, 2)


def test_a_worse_quote_does_not_improve() -> None:
    play() << bid(1, 90) << bid(3, 89) >> refused("does_not_improve")
    play() << ask(2, 90) << ask(4, 91) >> refused("does_not_improve")


def test_one_may_improve_on_ones_own_quote() -> None:
    play() << bid(1, 90) << bid(1, 95) >> standing(bid=95) << bid(1, 95) >> refused("does_not_improve")
    play() << ask(2, 90) << ask(2, 85) >> standing(ask=85) << ask(2, 90) >> refused("does_not_improve")


def test_a_quote_cannot_be_withdrawn() -> None:
    play() << bid(1, 90) << bid(1, 1) >> refused("does_not_improve") << sell(2) >> contract(90, 1, 2)


def test_buy_takes_the_standing_ask_and_sell_the_standing_bid() -> None:
    play() << ask(2, 85) << buy(1) >> contract(85, 1, 2)
    play() << bid(1, 90) << sell(4) >> contract(90, 1, 4)


def test_both_sides_are_open_again_after_a_contract() -> None:
    (
        play()
        << bid(1, 90)
        << ask(2, 110)
        << sell(4)
        >> contract(90, 1, 4)
        >> standing()
        << ask(2, 150)
        >> standing(ask=150)
    )
    play() << bid(1, 90) << ask(2, 110) << buy(3) >> contract(110, 3, 2) >> standing() << bid(1, 2) >> standing(bid=2)
    play() << bid(1, 90) << ask(2, 110) << bid(3, 110) >> contract(110, 3, 2) >> standing()
    play() << bid(1, 90) << ask(2, 110) << ask(4, 90) >> contract(90, 1, 4) >> standing()


def test_the_opening_sentinels_cannot_be_accepted() -> None:
    play() << buy(1) >> refused("no_standing_ask") << sell(2) >> refused("no_standing_bid")
    play() << buy(1, 200) >> refused("no_standing_ask") << sell(2, 1) >> refused("no_standing_bid")
    opened = play() << bid(1, 200) >> standing(bid=200)
    opened << buy(3) >> refused("no_standing_ask")
    play() << ask(2, 1) >> standing(ask=1) << sell(4) >> refused("no_standing_bid")


def test_the_sentinels_are_not_shown() -> None:
    play() << request_standing(1) >> answered(Standing(), 1)


def test_whoever_asks_is_told_what_stands_and_nobody_else_is() -> None:
    stage = play() << bid(1, 90) << request_standing(4) >> answered(Standing(bid=90, buyer=1), 4)
    stage << ask(2, 95) << request_standing(3) >> answered(Standing(90, 1, 95, 2), 3)


def test_the_limits_themselves_may_be_said_and_nothing_beyond() -> None:
    play() << bid(1, 1) >> standing(bid=1) << ask(2, 200) >> standing(bid=1, ask=200)
    for beyond in (0, -1, 201, 10**9):
        play() << bid(1, beyond) >> refused("price_out_of_limits") << ask(2, beyond) >> refused("price_out_of_limits")


def test_a_price_beyond_the_limits_contracts_no_more_than_it_stands() -> None:
    play() << ask(2, 100) << bid(1, 201) >> refused("price_out_of_limits") << sell(4) >> refused("no_standing_bid")


def test_a_price_between_two_ticks_is_refused() -> None:
    stage = play(auction(10, 100, tick=5))
    stage << bid(1, 52) >> refused("off_tick") << bid(1, 55) >> standing(bid=55) << ask(2, 99) >> refused("off_tick")
    stage << ask(2, 100) >> standing(bid=55, ask=100) << ask(2, 105) >> refused("price_out_of_limits")


def test_a_buyer_does_not_ask_and_a_seller_does_not_bid() -> None:
    play() << ask(1, 90) >> refused("not_a_seller") << bid(2, 90) >> refused("not_a_buyer")
    play() << bid(1, 90) << sell(3) >> refused("not_a_seller") << ask(2, 99) << buy(4) >> refused("not_a_buyer")
    play() << bid(1, 90) << sell(1) >> refused("not_a_seller")


def test_a_stranger_is_neither_buyer_nor_seller() -> None:
    play() << bid(7, 90) >> refused("not_a_buyer") << ask(7, 90) >> refused("not_a_seller")


def test_who_has_no_unit_left_is_refused_whatever_he_says() -> None:
    stage = play(buyers={1: 1, 3: 2}, sellers={2: 1, 4: 2}) << bid(1, 90) << ask(2, 90) >> contract(90, 1, 2)
    stage << bid(1, 90) >> refused("no_units_left") << buy(1) >> refused("no_units_left")
    stage << ask(2, 90) >> refused("no_units_left") << sell(2) >> refused("no_units_left")
    stage << bid(3, 50) << ask(4, 50) >> contract(50, 3, 4)


def test_the_units_of_whose_quote_was_taken_are_counted_too() -> None:
    stage = play(buyers={1: 1}, sellers={2: 2}) << bid(1, 90) << sell(2) >> contract(90, 1, 2)
    stage << bid(1, 90) >> refused("no_units_left")
    stage = play(buyers={1: 2}, sellers={2: 1}) << ask(2, 90) << buy(1) >> contract(90, 1, 2)
    stage << ask(2, 90) >> refused("no_units_left")


def test_an_acceptance_of_a_quote_that_got_worse_is_refused() -> None:
    play() << ask(2, 95) << buy(1, 94) >> refused("moved") << buy(1, 95) >> contract(95, 1, 2)
    play() << bid(1, 90) << sell(2, 91) >> refused("moved") << sell(2, 90) >> contract(90, 1, 2)


def test_an_acceptance_of_a_quote_that_got_better_has_the_better_price() -> None:
    play() << ask(2, 95) << ask(4, 93) << buy(1, 95) >> contract(93, 1, 4)
    play() << bid(1, 90) << bid(3, 92) << sell(2, 90) >> contract(92, 3, 2)


def test_nothing_may_be_ordered_before_a_period_or_after_it() -> None:
    orders = [bid(1, 90), ask(2, 95), buy(1), sell(2), bid(7, 1), bid(1, 0)]
    closed = Play(auction())
    for order in orders:
        closed << order >> refused("not_open")
    ended = play() << bid(1, 90) << ask(2, 95) << end_period()
    for order in orders:
        ended << order >> refused("not_open")
    ended << request_standing(1) >> answered(Standing(), 1)


def test_a_new_period_brings_new_units_and_no_quote_of_the_old_one() -> None:
    stage = play(buyers={1: 1}, sellers={2: 1}) << bid(1, 90) << sell(2) << end_period()
    stage << start_period({1: 1}, {2: 1}) >> standing() << bid(1, 30) << sell(2) >> contract(30, 1, 2)
    assert isinstance(stage.answer, list)
    assert stage.answer[0].message == Contract(1, 30, "bid", 1, 2)


def test_contracts_are_counted_and_say_which_quote_was_taken() -> None:
    stage = play() << bid(1, 90) << ask(2, 80)
    assert stage.answer[0].message == Contract(1, 90, "bid", 1, 2)  # type: ignore[union-attr]
    stage << ask(4, 70) << bid(3, 99)
    assert stage.answer[0].message == Contract(2, 70, "ask", 3, 4)  # type: ignore[union-attr]


def test_the_opening_tells_the_agents_and_sets_the_alarm_that_ends_the_period() -> None:
    stage = play()
    alarm = Reminder(1, SECOND)
    assert stage.answer == [Outgoing(AGENTS, StartRound(1, SECOND)), Outgoing(INSTITUTION, alarm)]
    assert stage.auction.handle(alarm, INSTITUTION) == [Outgoing(INSTITUTION, EndPeriod())]
    assert stage.auction.handle(EndPeriod(), INSTITUTION) == [Outgoing(AGENTS, EndRound(1))]


def test_a_quote_is_told_to_all_with_whose_it_is() -> None:
    assert (play() << bid(1, 90)).answer == [Outgoing(AGENTS, Quote("bid", 90, 1))]


def test_what_one_would_pay_at_worst_is_said_only_where_one_can_trade() -> None:
    stage = (play() << bid(1, 90) << ask(2, 110)).auction
    buyers = {Bid(95): [(95, 1)], Buy(): [(110, 1)], Buy(110): [(110, 1)], Buy(109): [], Bid(201): [], Ask(105): []}
    sellers = {Ask(105): [(105, 1)], Sell(): [(90, 1)], Sell(91): [], Bid(95): []}
    assert {message: stage.commitments(1, message) for message in buyers} == buyers
    assert {message: stage.commitments(2, message) for message in sellers} == sellers
    assert auction().commitments(1, Bid(95)) == []


# --- a naive twin ----------------------------------------------------------------------------------------------


class Twin:
    """The same rules, written again without a thought of speed: every quote since the last contract is kept."""

    def __init__(self, low: int, high: int, tick: int, units: dict[int, int], buyers: set[int]) -> None:
        self.prices = range(low, high + 1, tick)
        self.units, self.buyers = dict(units), buyers
        self.bids: list[tuple[int, int]] = []
        self.asks: list[tuple[int, int]] = []
        self.contracts: list[tuple[int, int, int]] = []

    def hear(self, seat: int, message: Message) -> str:
        buying = isinstance(message, Bid | Buy)
        if buying != (seat in self.buyers):
            return "not_a_buyer" if buying else "not_a_seller"
        if self.units[seat] == 0:
            return "no_units_left"
        mine, theirs = (self.bids, self.asks) if buying else (self.asks, self.bids)
        sign = 1 if buying else -1
        best = min(theirs, key=lambda quote: sign * quote[0], default=None)
        limit = message.price  # type: ignore[attr-defined]
        if isinstance(message, Buy | Sell):
            if best is None:
                return "no_standing_ask" if buying else "no_standing_bid"
            if limit is not None and sign * best[0] > sign * limit:
                return "moved"
            return self.trade(seat, best)
        if limit not in self.prices:
            return "price_out_of_limits" if not self.prices[0] <= limit <= self.prices[-1] else "off_tick"
        if best is not None and sign * best[0] <= sign * limit:
            return self.trade(seat, best)
        if any(sign * limit <= sign * price for price, _ in mine):
            return "does_not_improve"
        mine.append((limit, seat))
        return "quote"

    def trade(self, seat: int, quote: tuple[int, int]) -> str:
        price, other = quote
        buyer, seller = (seat, other) if seat in self.buyers else (other, seat)
        self.units[buyer] -= 1
        self.units[seller] -= 1
        self.contracts.append((buyer, seller, price))
        self.bids, self.asks = [], []
        return "contract"


SEATS = {0: 3, 1: 1, 2: 2, 3: 4, 4: 2, 5: 1}
BUYERS = {0, 2, 5}
prices = st.integers(-2, 43)
orders: st.SearchStrategy[Said] = st.one_of(
    st.builds(lambda seat, price: (seat, Bid(price)), st.sampled_from(sorted(SEATS)), prices),
    st.builds(lambda seat, price: (seat, Ask(price)), st.sampled_from(sorted(SEATS)), prices),
    st.builds(lambda seat, price: (seat, Buy(price)), st.sampled_from(sorted(SEATS)), st.none() | prices),
    st.builds(lambda seat, price: (seat, Sell(price)), st.sampled_from(sorted(SEATS)), st.none() | prices),
)


def name(answer: Answer) -> str:
    return answer.reason if isinstance(answer, Refusal) else answer[0].message.directive


@given(said=st.lists(orders, max_size=120), tick=st.sampled_from([1, 1, 2, 5]))
@settings(max_examples=120, deadline=None)
def test_the_auction_and_its_naive_twin_play_alike(said: list[Said], tick: int) -> None:
    stage = play(
        auction(0, 40, tick),
        {seat: units for seat, units in SEATS.items() if seat in BUYERS},
        {seat: units for seat, units in SEATS.items() if seat not in BUYERS},
    ).auction
    twin = Twin(0, 40, tick, SEATS, BUYERS)
    contracts: list[tuple[int | None, int | None, int]] = []
    for seat, message in said:
        before, quotes, answer = stage.state(), stage.standing(), stage.handle(message, seat)
        assert name(answer) == twin.hear(seat, message)
        if isinstance(answer, Refusal):
            assert stage.state() == before
        for sent in answer if isinstance(answer, list) else []:
            if isinstance(made := sent.message, Contract):
                contracts.append((made.buyer, made.seller, made.price))
                assert made.price in (quotes.bid, quotes.ask)
                limit = message.price  # type: ignore[attr-defined]
                assert limit is None or (made.price <= limit if seat in BUYERS else made.price >= limit)
        now = stage.standing()
        assert now.bid is None or now.ask is None or now.bid < now.ask
        assert (now.bid, now.buyer) == max(twin.bids, default=(None, None), key=lambda quote: quote[0])
        assert (now.ask, now.seller) == min(twin.asks, default=(None, None), key=lambda quote: quote[0])
    assert contracts == twin.contracts
    assert sum(SEATS.values()) - sum(twin.units.values()) == 2 * len(contracts)
