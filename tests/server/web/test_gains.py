"""A gain that the page says before an order is sent is the one that the terminal says."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from p2p.base.sides import SIDE_OF
from p2p.information.view_state import ViewState
from p2p.messages import Contract, Order, Schedule, StartRound, Step
from p2p.scenario.charges import Charges
from tests.plays.tui_plays import Play, energy, market, small
from tests.plays.web_plays import SCRIPTS, node
from tui.entry.order_entry import at_worst
from tui.entry.previews import profit

VIEWS, ORDERS = 120, 8


def views() -> Iterator[tuple[Random, int, ViewState]]:
    """Holdings by chance, some of it traded, some of it offered, with charges and without."""
    for number in range(VIEWS):
        chance = Random(number)
        most = chance.choice((300, 10**9))
        play = Play(chance.choice((small(), market("continuous"), market("posted-offer"), energy())))
        if chance.random() < 0.5:
            rules = replace(play.model.public.rules, charges=Charges(chance.randrange(9), chance.randint(-5, 5), 3))
            play.model = type(play.model)(rules, 0)
        role: Any = chance.choice(("buyer", "seller"))
        steps = tuple(Step(chance.randint(1, most), chance.randint(1, 4)) for _ in range(chance.randint(1, 4)))
        play << StartRound(1, 60_000_000)
        if number % 10:
            play << Schedule(1, role, (*steps, Step(chance.randint(1, most), most if number % 2 else 1)))
        for order in range(1, chance.randint(1, 5)):
            play << Order(order, SIDE_OF[role], chance.randint(1, most), chance.randint(1, 3), mine=True)
        if number % 10 and chance.random() < 0.7:
            play << Contract(1, chance.randint(1, most), "bid", mine=role, quantity=chance.randint(1, 2))
        yield chance, most, play.view


def test_the_page_and_the_terminal_tell_the_same_gain_and_the_same_possible_loss() -> None:
    lines, expected = [], []
    for chance, most, view in views():
        orders: list[Any] = []
        told = []
        for _ in range(ORDERS):
            side: Any = chance.choice(("bid", "ask"))
            price, quantity, taking = chance.randint(1, most), chance.randint(1, most), chance.random() < 0.5
            instead = chance.choice((None, *view.own.orders))
            orders.append([side, price, quantity, taking, instead and instead.order])
            own = view.own.role is not None and SIDE_OF[view.own.role] == side
            gain = profit(view, price, quantity) if own else None
            told.append([gain, at_worst(view, price, quantity, taking, instead)])
        lines.append(json.dumps({"view": msgspec.json.encode(view).decode(), "orders": orders}))
        expected.append(told)
    answers = [[[one if one is None else int(one) for one in both] for both in said] for said in node(GAINS, lines)]
    assert answers == expected
    assert any(gain is not None and gain > 2**53 for told in expected for gain, _ in told)


GAINS = SCRIPTS / "gains.mjs"
