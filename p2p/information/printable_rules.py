"""Rules as they may be shown on a terminal: a server or a broker, which may be a stranger's, has sent them."""

from msgspec.structs import replace

from p2p.base.safe_text import printable
from p2p.scenario.public_rules import PublicRules
from p2p.scenario.stage_rules import QuestionShown, StageShown


def printable_rules(rules: PublicRules) -> PublicRules:
    """The same, their texts without what a terminal would obey."""
    energy = rules.energy
    return replace(
        rules,
        title=printable(rules.title),
        currency=printable(rules.currency),
        instructions=printable(rules.instructions, lines=True),
        stages=tuple(map(_stage, rules.stages)),
        energy=energy and replace(energy, money_unit=printable(energy.money_unit)),
    )


def _stage(stage: StageShown) -> StageShown:
    return replace(
        stage,
        title=printable(stage.title),
        pages=tuple(printable(page, lines=True) for page in stage.pages),
        questions=tuple(map(_question, stage.questions)),
    )


def _question(question: QuestionShown) -> QuestionShown:
    return replace(
        question,
        ask=printable(question.ask, lines=True),
        options=tuple(map(printable, question.options)),
    )
