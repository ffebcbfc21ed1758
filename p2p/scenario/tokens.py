"""The table [environment] of name `tokens`: how many traders and tokens, and their Santa Fe game type."""

from typing import Annotated, ClassVar, Self

import msgspec
from msgspec import Meta

from p2p.base.units import SEATS_MAX, UNITS_MAX
from p2p.scenario.environment_rules import EnvironmentRules, Wrong

Count = Annotated[int, Meta(ge=1, le=SEATS_MAX)]


class Tokens(EnvironmentRules, frozen=True, tag="tokens"):
    """[environment] of name `tokens`: values and costs drawn by the law of the Santa Fe tournament (1990)."""

    name: ClassVar = "tokens"
    undisguised: ClassVar = "tokens are drawn by seed: there are no known values that a disguise could hide"
    game_type: Annotated[str, Meta(pattern=r"^[0-9]{4}\Z")]
    """Four digits, of the draws A, B, C and D. Each is uniform from 0 to 3 to the power of its digit, less 1."""
    buyer_count: Count
    """Buyers of one market. A token of theirs is worth A + B + C + D."""
    seller_count: Count
    """Sellers of one market. A token of theirs costs A + C + D."""
    tokens: Annotated[int, Meta(ge=1, le=UNITS_MAX)] = 4
    """Tokens of each trader in a period. A and B are drawn once for all. C is drawn once for the first token of
    everybody, once for the second and so on, D for each token of each trader."""
    round_periods: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """Periods for which the tokens stay as they were drawn: a round."""

    @property
    def traders(self) -> int:
        """The number of seats of one market."""
        return self.buyer_count + self.seller_count

    def wrong(self, periods: int) -> list[Wrong]:
        """A round that is longer than the session."""
        if self.round_periods <= periods:
            return []
        return [("round_periods", f"is more than the {periods} periods there are")]

    def shortened(self, periods: int) -> Self:
        """The same with a round that the session can have."""
        return msgspec.structs.replace(self, round_periods=min(self.round_periods, periods))

    @property
    def anew(self) -> bool:
        """Whether each period is a round of its own."""
        return self.round_periods == 1

    def sides(self) -> str:
        """How many buyers and sellers."""
        return f"{self.buyer_count} buyers and {self.seller_count} sellers"

    @property
    def by_seed(self) -> bool:
        """Always."""
        return True

    def drawn(self, seed: int) -> list[str]:
        """The game type, and how often it is drawn by."""
        often = "each period" if self.anew else f"every {self.round_periods} periods"
        law = f"values       {self.tokens} tokens each, drawn by game type {self.game_type} anew {often}"
        return [f"{law}; here as seed {seed} draws the first market's"]

    def repeated(self, times: int) -> Self:
        """So many times the traders, drawn by the same law."""
        return msgspec.structs.replace(
            self, buyer_count=self.buyer_count * times, seller_count=self.seller_count * times
        )

    def stocked(self, units: int) -> Self:
        """At least so many tokens for each trader."""
        return msgspec.structs.replace(self, tokens=max(self.tokens, units))
