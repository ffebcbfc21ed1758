"""Who sees what: the only place that decides it.

`project(event)` gives an event's one public form (the same for all who have the information set) and its owners' forms.
An owner's form stands in the place of the public one, or alone where the public sees nothing. The information set
`standing` (the quotes that stand, the contracts) is what the standing auction shows everybody.
"""

from typing import NamedTuple

import msgspec

from p2p.messages import Contract, Contracts, Message, Quote, Standing, StartRound
from p2p.scenario import Scenario, seats_of_markets
from p2p.seeds import stream
from p2p.units import AGENTS, EVERYONE, Seat
from p2p.wire import Event


class Shown(NamedTuple):
    """What is shown of an event: to all of its market (of all markets, where `market` is None), and to its owners."""

    market: int | None
    public: Message | None
    own: dict[Seat, Message]


class Views:
    """The views of one session. Events are projected in their order: aliases may change with the period."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.identities = scenario.identities
        self.seed = seed
        self.seats = seats_of_markets(scenario, seed)
        self.aliases = [self._drawn(market, 0) for market in range(scenario.markets)]

    def _drawn(self, market: int, period: int) -> dict[Seat, int]:
        """Public names 1..n for a market's seats, in an order that says nothing of seat, role or value."""
        if self.identities == "hidden":
            return {}
        names = list(range(1, len(self.seats[market]) + 1))
        stream(self.seed, "alias", market, period).shuffle(names)
        return dict(zip(self.seats[market], names, strict=True))

    def project(self, event: Event) -> Shown | None:
        """The forms of an event; None where nobody but the record sees it."""
        message, market = event.message, event.market
        if isinstance(event.to, int):
            assert market is not None
            return Shown(market, None, {event.to: self._disguised(message, market)})
        if isinstance(message, Contract):
            assert market is not None
            return self._contract(message, market)
        if isinstance(message, Quote):
            assert market is not None
            public = self._disguised(message, market)
            owner = {message.trader: msgspec.structs.replace(public, mine=True)} if message.trader is not None else {}
            return Shown(market, public, owner)
        if event.to in (AGENTS, EVERYONE):
            if isinstance(message, StartRound) and self.identities == "per_period":
                assert market is not None
                self.aliases[market] = self._drawn(market, message.period)
            return Shown(market, message if market is None else self._disguised(message, market), {})
        return None

    def _contract(self, contract: Contract, market: int) -> Shown:
        public = self._disguised(contract, market)
        own: dict[Seat, Message] = {}
        if contract.buyer is not None and contract.seller is not None:
            own[contract.buyer] = msgspec.structs.replace(public, mine="buyer")
            own[contract.seller] = msgspec.structs.replace(public, mine="seller")
        return Shown(market, public, own)

    def _disguised(self, message: Message, market: int) -> Message:
        """The message with aliases for seats, or without either where identities are hidden."""
        aliases = self.aliases[market]

        def name(seat: Seat | None) -> int | None:
            return None if seat is None else aliases.get(seat)

        match message:
            case Quote(side, price, trader):
                return Quote(side, price, name(trader))
            case Contract(number, price, taken, buyer, seller):
                return Contract(number, price, taken, name(buyer), name(seller))
            case Standing(bid, buyer, ask, seller):
                return Standing(bid, name(buyer), ask, name(seller))
            case Contracts(contracts):
                return Contracts(tuple((name(b), name(s), price) for b, s, price in contracts))
            case _:
                return message
