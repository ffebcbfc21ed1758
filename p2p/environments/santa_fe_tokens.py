"""Tokens by the law of the Santa Fe tournament: values and costs of several uniform draws, some of them common to all.

Source: Rust, Miller & Palmer (1994), Journal of Economic Dynamics and Control 18. A buyer's token is worth A + B + C +
D, a seller's costs A + C + D. Each draw is uniform on [0, 3^digit − 1] by the four digits of the game type. A is for
all, B for all buyers, C for the k-th token of everybody, D for each token of each trader. So the digits say how much
traders know of the others by what they hold themselves. Tokens come back each period and are drawn anew each round.
"""

from typing import Self

from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.units import Role, Seat
from p2p.environments.base import Fewer
from p2p.environments.induced_values import Induced
from p2p.environments.value_draws import Dealt
from p2p.scenario.schema import Scenario
from p2p.scenario.tokens import Tokens


class SantaFeTokens(Induced):
    """Induced values, but for where they come from."""

    rules = Tokens

    @classmethod
    def of(cls, scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Self:
        """Tokens that are drawn by seed."""
        table = scenario.environment
        assert isinstance(table, Tokens), "the registry goes by the table"
        return cls(TokenDraws(table, seats, seed, market), scenario.charges)

    @classmethod
    def fewer(cls, scenario: Scenario, traders: int) -> Fewer | None:
        """Buyers and sellers in the same proportion, as near as can be; one of each stays."""
        table = scenario.environment
        assert isinstance(table, Tokens), "the registry goes by the table"
        buyers = min(max(1, round(traders * table.buyer_count / table.traders)), traders - 1)
        return Fewer(replace(table, buyer_count=buyers, seller_count=traders - buyers))


class TokenDraws:
    """The tokens of a market's seats in any period. The buyers and the sellers are drawn once for the session."""

    def __init__(self, table: Tokens, seats: tuple[Seat, ...], seed: int, market: int) -> None:
        self.table, self.seed, self.market = table, seed, market
        roles: list[Role] = ["buyer" for _ in range(table.buyer_count)]
        roles += ["seller" for _ in range(table.seller_count)]
        stream(seed, "deal", market).shuffle(roles)
        self.roles = dict(zip(seats, roles, strict=True))
        self.highest = [3 ** int(digit) - 1 for digit in table.game_type]

    def __call__(self, period: int) -> dict[Seat, Dealt]:
        """Role and tokens of each seat in a period from 1, best first."""
        rng = stream(self.seed, "tokens", self.market, (period - 1) // self.table.round_periods + 1)
        a, b = (rng.randint(0, highest) for highest in self.highest[:2])
        c = [rng.randint(0, self.highest[2]) for _ in range(self.table.tokens)]
        dealt: dict[Seat, Dealt] = {}
        for seat, role in self.roles.items():
            common = a + b if role == "buyer" else a
            tokens = [common + third + rng.randint(0, self.highest[3]) for third in c]
            dealt[seat] = role, tuple(sorted(tokens, reverse=role == "buyer"))
        return dealt
