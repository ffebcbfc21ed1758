"""How long a session is, where that is not for its scenario to say: on a command line."""

from typing import Any

from msgspec.structs import replace

from p2p.scenario.schema import Scenario
from p2p.scenario.stage_rules import with_stage_lengths
from p2p.scenario.terms import PostingTerms


def with_lengths(
    scenario: Scenario, period_s: float | None = None, break_s: float | None = None, periods: int | None = None
) -> Scenario:
    """The scenario with other lengths, in all periods; each that is None stays. Not checked: the caller's to do."""
    if scenario.stage:
        scenario = with_stage_lengths(scenario, period_s, break_s, periods)
        period_s, break_s, periods = scenario.period_s, scenario.break_s, scenario.periods
    changed: dict[str, Any] = {"period_s": period_s, "break_s": break_s, "periods": periods}
    set_anew = {key: None for key in ("period_s", "break_s") if changed[key] is not None}
    last = scenario.periods if periods is None else periods
    changed["overrides"] = tuple(replace(one, **set_anew) for one in scenario.overrides if one.from_period <= last)
    if period_s is not None:
        share = period_s / scenario.period_s
        rules = scenario.institution
        changed["institution"] = replace(rules, posting=_posting(rules.posting, share))
        changed["arms"] = tuple(replace(arm, posting=_posting(arm.posting, share)) for arm in scenario.arms)
    if periods is not None:
        changed["environment"] = scenario.environment.shortened(periods)
    return replace(scenario, **{key: new for key, new in changed.items() if new is not None})


def _posting(posting: PostingTerms | None, share: float) -> PostingTerms | None:
    """Posting for the same share of a period of another length."""
    if posting is None or posting.post_s is None:
        return posting
    return PostingTerms(max(0.001, posting.post_s * share))
