"""Beside one's own orders stands the rest of their life, which stands still in a pause; their end is told."""

from p2p.base.units import SECOND
from p2p.information.view_fold import ViewFold
from p2p.information.view_state import ExpiredOrder
from p2p.messages import Message, Order, Paused, Resumed, StartRound
from p2p.protocol.frames import NumberedFact
from p2p.scenario.public_rules import public_rules
from tests.plays.tui_plays import market
from tui.model.number_format import number_format
from tui.widgets.own_orders import life_left
from tui.widgets.ticket import news_words


def fold(*told: tuple[float, Message]) -> ViewFold:
    rules = public_rules(market("continuous", terms="order_life_s = 10.0"))
    view = ViewFold(rules, 0)
    for number, (at_s, message) in enumerate(told, 1):
        view.fold(NumberedFact(number, round(at_s * SECOND), message))
    return view


OPEN = (0.0, StartRound(1, 60 * SECOND))
RESTS = (3.0, Order(1, "bid", 90, 1, mine=True, life_us=10 * SECOND))


def test_an_orders_life_is_counted_down_beside_it() -> None:
    view = fold(OPEN, RESTS).view(6 * SECOND)
    assert life_left(view, view.own.orders[0]) == " · expires in 7 s"


def test_a_life_stands_still_in_a_pause() -> None:
    paused = fold(OPEN, RESTS, (4.0, Paused(56 * SECOND)), (50.0, Resumed(56 * SECOND)))
    view = paused.view(52 * SECOND)
    assert life_left(view, view.own.orders[0]) == " · expires in 7 s"


def test_an_order_at_the_end_of_its_life_is_news() -> None:
    over = fold(OPEN, RESTS, (13.0, Order(1, "bid", 90, 0, mine=True, life_us=0))).view(13 * SECOND)
    assert over.news == ExpiredOrder("bid", 90, life_over=True)
    assert "has reached the end of its life" in news_words(over.news, number_format(over.rules)).plain
    assert over.own.orders == ()
