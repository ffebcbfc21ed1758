"""The burden of a session's taxes, beside prices without them: of its own periods, or of the same market's others."""

from dataclasses import dataclass

from p2p.analysis.incidence import Incidence, incidence, is_taxed
from recordings.scoring.people import same_structure
from recordings.scoring.score import Score


@dataclass(frozen=True)
class TaxBurden:
    """The incidence, and what it was compared with, in words."""

    incidence: Incidence
    beside: str


def tax_burden(mine: Score, others: list[Score]) -> TaxBurden | None:
    """The burden of a session's taxes; None where it has none, or no price without them is known."""
    if not any(map(is_taxed, mine.periods)):
        return None
    own = incidence(mine.periods, mine.periods)
    if own is not None:
        return TaxBurden(own, "its periods without it")
    alike = [
        one
        for one in others
        if one.name != mine.name
        and one.scenario.institution.name == mine.scenario.institution.name
        and same_structure(one.scenario, mine.scenario)
    ]
    found = incidence(mine.periods, [period for one in alike for period in one.periods])
    names = ", ".join(one.name for one in alike)
    return None if found is None else TaxBurden(found, f"the same market without it ({names})")
