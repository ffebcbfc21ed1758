"""The report of a check that found something wrong."""

from typing import NoReturn


class CheckFailed(AssertionError):
    """A check failed: the text names the rule, and the situation in which it was broken."""


def fail(rule: str, situation: object) -> NoReturn:
    """Raise CheckFailed with the rule that was broken and the situation."""
    raise CheckFailed(f"{rule}. Situation: {situation!s:.500}")


def expect(holds: bool, rule: str, situation: object) -> None:
    """Fail unless a rule holds in a situation."""
    if not holds:
        fail(rule, situation)
