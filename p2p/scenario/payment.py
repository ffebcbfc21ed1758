"""[payment]: the pay of people, and its arithmetic, which is exact: fee + base + bonus, rounded once, on the sum."""

from fractions import Fraction
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from p2p.base.units import Money
from p2p.scenario.currency import shown_in

PAY_MAX = 1_000_000
"""The largest fee, base or rate, far above any that is paid."""
DIGITS_MAX = 6
"""Digits behind the point that a bonus is written with; it is counted with all of them."""

_Pay = Annotated[float, Meta(ge=0, le=PAY_MAX)]
Owed: TypeAlias = Literal["all", "fee", "base"]
"""The part of the pay that somebody has a right to: all of it, or the fee alone, of people who did not take part.

`base`: fee and base, of people without a try left at control questions that decide on taking part."""


class Payment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[payment]: the pay of people; without this table there is none. Robots are never paid."""

    rate: _Pay
    """Money for a point of earnings."""
    currency: Annotated[str, Meta(min_length=1, max_length=16)]
    """The unit of that money, say `EUR`."""
    fee: _Pay = 0
    """Money for coming: paid to all who came, also without a seat, and to those who decline."""
    base: _Pay = 0
    """Money for taking part: paid to all who have a seat and do not decline."""
    paid: Literal["sum", "one period"] = "sum"
    """The points that are paid: those of all periods that count, or those of one of them, drawn at the end."""
    draw: Literal["server", "experimenter"] = "server"
    """The drawer of the one period that is paid: the server draws as the earnings are told, unless the experimenter has
    typed a number before. With `experimenter` the number is always typed."""
    floor: Annotated[float, Meta(ge=-PAY_MAX, le=PAY_MAX)] = 0
    """The lowest bonus, the rate times the points: with 0, a loss costs nothing; below 0, it is taken off the base."""
    rounding: Literal["nearest", "up", "down"] = "nearest"
    """How the amount is rounded, once: to the nearest step (half a step up), or to the next one."""
    step: Annotated[float, Meta(gt=0, le=PAY_MAX)] = 0.01
    """The steps that amounts are rounded to, say the smallest coin."""


class Amounts(msgspec.Struct, frozen=True):
    """The pay of one person, exact. `at_floor`: the bonus is the lowest there is, and not rate times points."""

    fee: Fraction
    base: Fraction
    bonus: Fraction
    amount: Fraction
    at_floor: bool = False


NOTHING = Amounts(Fraction(0), Fraction(0), Fraction(0), Fraction(0))
"""The pay of robots, and of people where nobody is paid."""


def exact(number: float) -> Fraction:
    """A number of a file, exactly as it is written there."""
    return Fraction(repr(number))


def points_of(money: Money, units: int) -> Fraction:
    """Earnings in points, as screens show them, of which one is so many units of the session's smallest money."""
    return Fraction(money, units)


def units_of_a_point(currency: str, money_per_unit: int | None = None) -> int:
    """How much of the smallest money is a point as it is shown; `money_per_unit` is an energy market's."""
    return 10 ** shown_in(currency)[0] if money_per_unit is None else money_per_unit


def amounts(payment: Payment, points: Fraction, owed: Owed = "all") -> Amounts:
    """The pay for so many points, never below the fee."""
    fee = exact(payment.fee)
    if owed == "fee":
        return Amounts(fee, Fraction(0), Fraction(0), rounded(payment, fee))
    base, floor = exact(payment.base), exact(payment.floor)
    if owed == "base":
        return Amounts(fee, base, Fraction(0), rounded(payment, fee + base))
    earned = points * exact(payment.rate)
    bonus = max(earned, floor)
    return Amounts(fee, base, bonus, rounded(payment, fee + base + bonus), earned < floor)


def rounded(payment: Payment, money: Fraction) -> Fraction:
    """An amount in whole steps, and never below the fee."""
    step = exact(payment.step)
    steps = money / step
    match payment.rounding:
        case "up":
            whole = -(-steps.numerator // steps.denominator)
        case "down":
            whole = steps.numerator // steps.denominator
        case "nearest":
            half_up = steps + Fraction(1, 2)
            whole = half_up.numerator // half_up.denominator
    return max(whole * step, exact(payment.fee))


def digits(payment: Payment) -> int:
    """Digits behind the point that amounts are written with: those of the step and of the fee, two at the least."""
    return max(2, _digits_of(exact(payment.step)), _digits_of(exact(payment.fee)))


def _digits_of(number: Fraction) -> int:
    for count in range(DIGITS_MAX):
        if (number * 10**count).denominator == 1:
            return count
    return DIGITS_MAX


def in_digits(number: Fraction, least: int = 0) -> str:
    """A number as decimals: so many digits at least behind the point, more where it has more, and six at the most."""
    count = max(least, _digits_of(number))
    scaled = number * 10**count + Fraction(1, 2)
    units = scaled.numerator // scaled.denominator
    whole, part = divmod(abs(units), 10**count)
    text = f"{whole}.{part:0{count}}" if count else str(whole)
    return f"-{text}" if units < 0 else text
