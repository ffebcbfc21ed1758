"""The questions that every table [environment] answers, of any environment."""

from collections.abc import Mapping
from typing import ClassVar, Self

import msgspec

from p2p.base.units import Money, Price

Wrong = tuple[str, str]
"""A key and its fault."""


class EnvironmentRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """The base of these tables. Each has a name, which is its tag, and the number of a market's seats."""

    name: ClassVar[str]
    trades_energy: ClassVar[bool] = False
    """Whether energy is traded, and not units of a schedule."""
    tables: ClassVar[Mapping[str, type[msgspec.Struct]]] = {}
    """The tables below this one, by key."""
    undisguised: ClassVar[str] = "only induced values can be disguised; this scenario's environment has none"
    """Why a disguise cannot be put on, where it cannot."""

    @property
    def traders(self) -> int:
        """Seats of one market."""
        raise NotImplementedError

    def wrong(self, periods: int) -> list[Wrong]:
        """Contradictions in a session of so many periods, each with its key below [environment]."""
        raise NotImplementedError

    def sides(self) -> str:
        """The seats of a market by role, in words."""
        return f"{self.traders} traders"

    @property
    def changes(self) -> bool:
        """Whether values may change from one period to the next."""
        return True

    @property
    def anew(self) -> bool:
        """Whether all values are drawn anew each period."""
        return False

    @property
    def by_seed(self) -> bool:
        """Whether each session's seed draws other values."""
        return self.anew

    def drawn(self, seed: int) -> list[str]:
        """Lines of the sheet on changes from period to period; of random ones, that this seed draws them."""
        return []

    def shortened(self, periods: int) -> Self:
        """The same without what a session of so many periods never comes to."""
        return self

    def repeated(self, times: int) -> Self | None:
        """The same schedules for so many times the traders; None where there are none to repeat."""
        return None

    def stocked(self, units: int) -> Self:
        """The same with at least so many units for each trader in each period, where that can be said of them."""
        return self

    def dearest(self) -> Price | None:
        """The highest value or cost that is written in the table; None where a disguise cannot be put on."""
        return None

    def disguised_by(self) -> Money:
        """The constant that a disguise has added; 0 without one."""
        return 0

    def raised(self, constant: Money) -> Self:
        """All values and costs so much higher: a disguise. Asked only where there is a `dearest`."""
        raise NotImplementedError
