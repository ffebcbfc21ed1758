"""The words of stages that are not trading: headings, progress, answers and their fate, waiting, earnings."""

from typing import Literal, TypeAlias, assert_never

from p2p.base.safe_text import printable
from p2p.information.view_state import EarnedView, StageView, ViewState
from p2p.messages import Agree, Respond, TurnPage, Withdraw
from p2p.scenario.payment import digits, exact, in_digits
from p2p.scenario.stage_rules import QuestionShown, StageShown
from p2p.sim.library.texts import catalogue
from tui.model.number_format import number_format

Mode: TypeAlias = Literal["consents", "reads", "asks", "earns", "waits", "left"]
"""The activity of a person in a stage; `waits`: they are done, or there is nothing to do."""
STAGE_MESSAGES = (TurnPage, Agree, Respond, Withdraw)


def say(key: str, **fields: str | int) -> str:
    """A sentence of stages."""
    return catalogue().text(f"stage.{key}", **fields)


def in_stage(view: ViewState) -> bool:
    """Whether a person is in a stage without trade; latecomers and people who have left are, though others trade."""
    stage = view.stage
    if view.clock.phase in ("lobby", "ended") or stage is None:
        return False
    return view.clock.phase == "stage" or stage.behind or stage.left


def may_withdraw(view: ViewState) -> bool:
    """Whether a person can withdraw now: at any time from the first stage to the end."""
    stage = view.stage
    return view.seat is not None and stage is not None and not stage.left and view.clock.phase not in ("lobby", "ended")


def mode(stage: StageView) -> Mode:
    """The activity of a person."""
    if stage.left:
        return "left"
    match stage.shown.kind:
        case "consent":
            return "waits" if stage.done else "consents"
        case "text" | "debrief":
            return "reads"
        case "questions" | "questionnaire":
            return "waits" if stage.done or question_now(stage) is None else "asks"
        case "earnings":
            return "earns"
        case _:  # trade begins in a moment
            return "waits"


def question_now(stage: StageView) -> int | None:
    """The number of the question that is asked now: the first that is not settled."""
    return next((number for number in stage.asked if number not in stage.settled), None)


def kind_heading(shown: StageShown) -> str:
    """A stage's own title, or the word for its kind."""
    return shown.title or say(f"heading.{shown.kind}")


def numbered(stage: StageView) -> str:
    """`Stage 2 of 8`."""
    return say("number", number=stage.number + 1, stages=stage.stages)


def heading(stage: StageView) -> str:
    """The title of a stage."""
    if stage.failed:
        return say("failed.title")
    return say("withdraw.title") if stage.left else kind_heading(stage.shown)


def progress(stage: StageView, page: int) -> str:
    """`Page 1 of 2`, `Question 2 of 4`; nothing where there is but one thing to do."""
    match mode(stage):
        case "reads":
            return say("page", page=page + 1, pages=len(stage.shown.pages))
        case "asks":
            at = stage.asked.index(question_now(stage) or 0) + 1
            return say("question", number=at, questions=len(stage.asked))
        case _:
            return ""


def waiting(stage: StageView) -> str:
    """The event that a person waits for, once they are done."""
    if not stage.done:
        return say("wait.soon") if mode(stage) == "waits" else ""
    if stage.shown.advance == "experimenter":
        return say("wait.experimenter")
    if stage.shown.advance == "clock":
        return say("wait.clock")
    others = stage.people - stage.others_done
    return say("wait.others", others=others) if others > 0 else say("wait.nobody")


def let_on(stage: StageView) -> bool:
    """Whether the experimenter counted a person as done who was not."""
    unread = len(stage.shown.pages) > stage.read and stage.shown.kind != "consent"
    return stage.moved and stage.done and (unread or question_now(stage) is not None)


def feedback(stage: StageView) -> str:
    """The fate of the last answer, with its explanation."""
    told = stage.responded
    if told is None or told.stage != stage.number or let_on(stage):
        return ""
    if told.right is None:
        return f"✓ {say('ask.noted')}"
    explained = f" {printable(told.explanation)}" if told.explanation else ""
    if told.right:
        return f"✓ {say('ask.right')}{explained}"
    if told.tries_left:
        warned = f" {say('failed.last')}" if stage.shown.at_cap == "base_pay" and told.tries_left == 1 else ""
        return f"✘ {say('ask.wrong', left=told.tries_left)}{explained}{warned}"
    on = told.question in stage.settled
    return f"✘ {say('ask.wrong_on' if on else 'ask.help')}{explained}"


def needs_help(stage: StageView) -> bool:
    """Whether the tries at the question of now are used up, so that the experimenter is waited for."""
    told = stage.responded
    return (
        told is not None
        and told.stage == stage.number
        and told.right is False
        and not told.tries_left
        and told.question == question_now(stage)
        and not stage.done
    )


def how_to_answer(question: QuestionShown) -> str:
    """The keys for an answer, and the limits of a number."""
    match question.kind:
        case "choice":
            return say("ask.choose")
        case "likert":
            return say("ask.point")
        case "text":
            return say("ask.text")
        case _:
            limits = number_limits(question)
            return f"{say('ask.number')} {limits}".strip()


def number_limits(question: QuestionShown) -> str:
    """The lowest and the highest number, where they are told."""
    low, high = question.low, question.high
    if low is not None and high is not None:
        return say("ask.between", low=plain(low), high=plain(high))
    if low is not None:
        return say("ask.least", low=plain(low))
    return say("ask.most", high=plain(high)) if high is not None else ""


def plain(number: float) -> str:
    """A number without a point where it is whole."""
    return str(int(number)) if number == int(number) else str(number)


def number_typed(text: str, question: QuestionShown) -> float | str:
    """A typed number, or why it is none that can be sent."""
    try:
        number = float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        return say("ask.no_number") if text else say("ask.nothing_typed")
    if question.low is not None and number < question.low:
        return say("ask.too_low", low=plain(question.low))
    if question.high is not None and number > question.high:
        return say("ask.too_high", high=plain(question.high))
    return number


def owed(view: ViewState) -> dict[str, str]:
    """The amount that is a person's by now, without a robot's gains in their place, and its unit."""
    figures, practice = number_format(view.rules), view.clock.practice
    points = 0 if practice else view.own.surplus_total - view.own.unpaid
    return {"amount": figures.signed(points), "unit": figures.money_unit}


def earnings_lines(view: ViewState) -> list[str]:
    """The sum of the earnings, then each period's."""
    figures = number_format(view.rules)
    lines = [say("earnings.sum", amount=figures.signed(view.own.surplus_total), unit=figures.money_unit)]
    if view.own.unpaid:
        paid = figures.signed(view.own.surplus_total - view.own.unpaid)
        unpaid = figures.signed(view.own.unpaid)
        lines.append(say("earnings.unpaid", unpaid=unpaid, paid=paid, unit=figures.money_unit))
    lines += ["", *pay_lines(view.earned)] if view.earned else []
    lines.append("")
    periods = view.results.periods if view.results else ()
    for period in periods:
        key = "void" if period.void else "period"
        lines.append(say(f"earnings.{key}", period=period.number, amount=figures.signed(period.surplus)))
    return lines if periods else [*lines, say("earnings.none")]


def pay_lines(pay: EarnedView) -> list[str]:
    """The pay, and how it came about."""
    unit = pay.currency
    lines = [say("pay.amount", amount=pay.amount, currency=unit)]
    if pay.fee_only:
        return [*lines, say("pay.fee_only")]
    if pay.base_only:
        return [*lines, *_coming_and_part(pay), say("pay.base_only")]
    if pay.period is not None:
        lines.append(say("pay.period", period=pay.period))
    lines += _coming_and_part(pay)
    lines.append(say("pay.bonus", points=pay.points, rate=pay.rate, bonus=pay.bonus, currency=unit))
    if pay.at_floor:
        lines.append(say("pay.floor", floor=pay.floor, currency=unit))
    return [*lines, say("pay.rounded", steps=pay.steps, currency=unit)]


def _coming_and_part(pay: EarnedView) -> list[str]:
    """The parts of the pay that hang on no gain."""
    fee = say("pay.fee", fee=pay.fee, currency=pay.currency)
    return [fee, say("pay.base", base=pay.base, currency=pay.currency)] if float(pay.base) else [fee]


def _failed_lines(view: ViewState) -> list[str]:
    """No try was left where that decides: why one is out, and the pay that is kept."""
    payment = view.rules.payment
    assert payment is not None, "a scenario without pay has no such questions"
    fee, base = (in_digits(exact(part), digits(payment)) for part in (payment.fee, payment.base))
    return [say("failed.left"), "", say("failed.owed", fee=fee, base=base, currency=payment.currency)]


def told_beforehand(view: ViewState) -> str:
    """The consequence of failed control questions, for the form on which people agree; "" where there is none."""
    decides = any(stage.at_cap == "base_pay" for stage in view.rules.stages)
    return catalogue().text("rules.earn.pay_questions") if decides else ""


def card_lines(view: ViewState, stage: StageView) -> list[str]:
    """The text in the place of pages and questions."""
    now = mode(stage)
    match now:
        case "left" if stage.failed:
            return [*_failed_lines(view), say("withdraw.left_leave")]
        case "left":
            return [say("withdraw.left"), "", say("withdraw.left_owed", **owed(view)), say("withdraw.left_leave")]
        case "earns":
            return earnings_lines(view)
        case "waits":
            agreed = [say("consent.agreed"), ""] if stage.shown.kind == "consent" and not let_on(stage) else []
            moved = [say("moved"), ""] if let_on(stage) else []
            return [*agreed, *moved, waiting(stage)]
        case "consents" | "reads" | "asks":
            return []
        case _:
            assert_never(now)
