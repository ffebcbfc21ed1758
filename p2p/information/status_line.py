"""A session's state, in one line."""

from p2p.base.units import SECOND, Duration
from p2p.information.public_knowledge import PublicKnowledge


def describe(knowledge: PublicKnowledge, now: int) -> str:
    """A session's state, in one line."""
    if knowledge.phase == "lobby":
        return f"lobby: {knowledge.seats_taken} of {knowledge.seats} seats taken"
    if knowledge.phase == "ended":
        return "the session is over"
    left = knowledge.time_left_us(now)
    clock = "" if left is None else f", {left / SECOND:.1f} s left"
    why = f": {stood_still(knowledge.clock.gap_us)}" if knowledge.clock.gap_us else ""
    paused = f" (paused{why})" if knowledge.paused else ""
    held = "; the next period is held" if knowledge.waits else ""
    if knowledge.phase == "stage":
        return f"{in_stage(knowledge)}{paused}{clock}"
    practice = knowledge.rules.stages[knowledge.stage].periods if knowledge.clock.practice else 0
    where = "between periods" if knowledge.phase == "break" else made(knowledge)
    if practice:
        return f"practice period {knowledge.period} of {practice}{paused}: {where}{clock}{held}"
    return f"period {knowledge.period} of {knowledge.periods}{paused}: {where}{clock}{held}"


def in_stage(knowledge: PublicKnowledge) -> str:
    """A stage without trade: its number, its kind, how many people are done."""
    stages, waiting = knowledge.rules.stages, knowledge.waiting
    at = f"stage {knowledge.stage + 1} of {len(stages)}, {stages[knowledge.stage].kind}"
    return f"{at}: {waiting.done} of {waiting.people} done" if waiting and waiting.people else at


def stood_still(gap_us: Duration) -> str:
    """Why the clock was stopped, where the server's machine stood still."""
    return f"the market's machine stood still for {gap_us / SECOND:.0f} s"


def made(knowledge: PublicKnowledge) -> str:
    """A period's results; of several markets, those of the first, which is the one that the experimenter is shown."""
    number = len(knowledge.contracts)
    contracts = "1 contract" if number == 1 else f"{number} contracts"
    return f"{contracts} in market 0" if knowledge.seats > knowledge.rules.traders else contracts
