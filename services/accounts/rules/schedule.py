"""When instalments fall due, and the advisory amortisation whose last payment absorbs what is left."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from chassis.money import round_half_up_cents
from services.accounts.rules.interest import interest_cents
from services.accounts.rules.months import day_of_month
from services.accounts.rules.terms import LoanTerms, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """One instalment to come, should every payment arrive on its due date."""

    number: int
    due_on: date
    payment_cents: int
    interest_cents: int
    principal_cents: int
    balance_cents: int


def due_on(*, terms: Terms, number: int) -> date:
    """The due date of an instalment; a due day that the month lacks becomes the month's last day."""
    if number < 1:
        raise ValueError(f"Instalments are numbered from 1, not {number}.")
    if number == 1 and not terms.moves:
        return terms.first_due_on
    due_day = terms.first_due_on.day if number == 1 else terms.due_day
    months = terms.first_due_on.year * 12 + terms.first_due_on.month - 1 + number - 1
    for move in terms.moves:
        if number >= move.from_number:
            months, due_day = months + move.months, move.due_day or due_day
    return day_of_month(index=months, day=due_day)


def instalments_due_before(*, terms: Terms, on: date) -> int:
    """How many instalments have a due date earlier than `on`."""
    if terms.moves:
        numbers = range(1, terms.payment_count + 1)
        return bisect_left(numbers, on, key=lambda number: due_on(terms=terms, number=number))
    if on <= terms.first_due_on:
        return 0
    months = (on.year - terms.first_due_on.year) * 12 + on.month - terms.first_due_on.month
    this_month = months + 1
    due = this_month if months == 0 or due_on(terms=terms, number=this_month) < on else this_month - 1
    return min(due, terms.payment_count)


def instalment_cents(*, terms: Terms, number: int) -> int:
    """What an instalment asks for; of a loan's last one only an advance notice, for it clears the loan."""
    cents = terms.payment_cents
    if isinstance(terms, LoanTerms):
        for step in terms.payment_steps:
            if number >= step.from_number:
                cents = step.payment_cents
    return cents


def instalments_cents(*, terms: Terms, first_number: int, last_number: int) -> int:
    """What the instalments between two numbers, both included, ask for together."""
    if isinstance(terms, LoanTerms) and terms.payment_steps:
        numbers = range(first_number, last_number + 1)
        return sum(instalment_cents(terms=terms, number=number) for number in numbers)
    return max(0, last_number - first_number + 1) * terms.payment_cents


def current_instalment_number(*, terms: Terms, on: date) -> int:
    """The instalment of the cycle that contains `on`: the first one due on or after it, at most the last one."""
    return min(instalments_due_before(terms=terms, on=on) + 1, terms.payment_count)


def maturity_on(*, terms: Terms) -> date:
    """The day a contract is meant to end: a loan's last due date, a lease's one month after its last payment."""
    last = terms.payment_count if isinstance(terms, LoanTerms) else terms.payment_count + 1
    return due_on(terms=terms, number=last)


def level_payment_cents(*, principal_cents: int, annual_rate_percent: Decimal, payment_count: int) -> int:
    """The level monthly payment that repays the principal in equal periods, half-up to the cent."""
    if annual_rate_percent == 0:
        return round_half_up_cents(Decimal(principal_cents) / payment_count)
    with localcontext() as context:
        context.prec = 40
        monthly = annual_rate_percent / 1200
        return round_half_up_cents(principal_cents * monthly / (1 - (1 + monthly) ** -payment_count))


def amortisation_rows(
    *, terms: LoanTerms, principal_cents: int, interest_from_on: date, accrued: Decimal, first_number: int
) -> tuple[ScheduleRow, ...]:
    """The instalments from `first_number` on, each paid on its due date; ends early when the loan is cleared early.

    `accrued` is unrounded interest in cents owed already at `interest_from_on`. Advisory: the real split follows the
    real payment dates.
    """
    rows: list[ScheduleRow] = []
    balance, owed, start = principal_cents, accrued, interest_from_on
    for number in range(first_number, terms.payment_count + 1):
        if balance == 0:
            break
        due = due_on(terms=terms, number=number)
        owed += interest_cents(
            principal_cents=balance,
            annual_rate_percent=terms.annual_rate_percent,
            day_count=terms.day_count,
            from_on=start,
            to_on=due,
        )
        start = max(start, due)
        owed_cents = round_half_up_cents(owed)
        clearing = balance + owed_cents
        asked = instalment_cents(terms=terms, number=number)
        payment = clearing if number == terms.payment_count else min(asked, clearing)
        interest = min(payment, owed_cents)
        owed = Decimal(0) if interest == owed_cents else owed - interest
        balance -= payment - interest
        rows.append(
            ScheduleRow(
                number=number,
                due_on=due,
                payment_cents=payment,
                interest_cents=interest,
                principal_cents=payment - interest,
                balance_cents=balance,
            )
        )
    return tuple(rows)
