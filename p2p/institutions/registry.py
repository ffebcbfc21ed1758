"""The institutions by name, one line each; their capabilities are in p2p/scenario/capabilities.py."""

from p2p.institutions.base import Institution
from p2p.institutions.call import CallAuction
from p2p.institutions.continuous import ContinuousAuction
from p2p.institutions.posted_offer import PostedOffer
from p2p.institutions.standing import StandingAuction
from p2p.scenario.capabilities import InstitutionName

CLASSES: dict[InstitutionName, type[Institution]] = {
    "standing": StandingAuction,
    "continuous": ContinuousAuction,
    "call": CallAuction,
    "posted-offer": PostedOffer,
}


def institution_named(name: InstitutionName) -> Institution:
    """A new institution, not yet initialised."""
    return CLASSES[name]()
