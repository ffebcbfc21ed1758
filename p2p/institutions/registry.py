"""The institution of a name."""

from typing import assert_never

from p2p.institutions.base import Institution
from p2p.scenario.schema import InstitutionName


def institution_named(name: InstitutionName) -> Institution:
    """A new institution, not yet initialised."""
    match name:
        case "standing":
            from p2p.institutions.standing import StandingAuction

            return StandingAuction()
        case "continuous":
            from p2p.institutions.continuous import ContinuousAuction

            return ContinuousAuction()
        case "call":
            from p2p.institutions.call import CallAuction

            return CallAuction()
        case other:
            assert_never(other)
