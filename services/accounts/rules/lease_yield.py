"""The constant yield of a lease paid in advance, and the rows of rent charge and depreciation it gives."""

from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache

from chassis.money import round_half_up_cents
from services.accounts.rules.terms import InvalidTerms, LeaseTerms, Opening

_PRECISION = 60
# Rows multiply an error of the rate by up to 2 ** payments, so it has to be far below a cent.
_TOLERANCE = Decimal("1e-40")
_STEPS_MAX = 200
_MONTHLY_YIELD_MAX = Decimal(1)


class YieldNotSolvable(ValueError):
    """The payments and the residual together do not reach the balance, or exceed it beyond reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRow:
    """What one base payment consists of, and the adjusted lease balance after it."""

    number: int
    rent_cents: int
    depreciation_cents: int
    balance_cents: int


def monthly_yield(*, balance_cents: int, residual_cents: int, payment_cents: int, payment_count: int) -> Decimal:
    """The monthly rate (0.004 = 0.4 %) at which the payments, each in advance, and the residual equal the balance.

    Raises YieldNotSolvable when even at zero they fall short, or when the rate would be above 100 % a month.
    """
    surplus = payment_count * payment_cents + residual_cents - balance_cents
    if surplus < 0:
        raise YieldNotSolvable("The remaining base payments and the residual do not reach the lease balance.")
    if surplus == 0:
        return Decimal(0)
    with localcontext() as context:
        context.prec = _PRECISION
        rate = Decimal(0)
        # The worth falls ever more slowly as the rate grows: Newton's steps come from below and never overshoot.
        for _ in range(_STEPS_MAX):
            worth, slope = _worth(rate, residual_cents, payment_cents, payment_count)
            if slope == 0 or rate > _MONTHLY_YIELD_MAX:
                raise YieldNotSolvable("The lease would yield more than 100 percent a month.")
            step = (worth - balance_cents) / slope
            rate += step
            if step <= _TOLERANCE:
                break
        return rate


def annual_yield_percent(*, monthly: Decimal) -> Decimal:
    """Twelve times the monthly rate, in percent, unrounded."""
    return monthly * 1200


@lru_cache(maxsize=4096)
def yield_rows(
    *, balance_cents: int, residual_cents: int, payment_cents: int, payment_count: int, first_number: int = 1
) -> tuple[LeaseRow, ...]:
    """One row per base payment; the last one leaves exactly the residual.

    The balance is carried unrounded and rounded when shown, so no cent drifts into the last row.
    """
    rate = monthly_yield(
        balance_cents=balance_cents,
        residual_cents=residual_cents,
        payment_cents=payment_cents,
        payment_count=payment_count,
    )
    rows = []
    with localcontext() as context:
        context.prec = _PRECISION
        exact, shown = Decimal(balance_cents), balance_cents
        for number in range(first_number, first_number + payment_count):
            exact = (exact - payment_cents) * (1 + rate)
            last = number == first_number + payment_count - 1
            after = residual_cents if last else round_half_up_cents(exact)
            rows.append(
                LeaseRow(
                    number=number,
                    rent_cents=payment_cents - (shown - after),
                    depreciation_cents=shown - after,
                    balance_cents=after,
                )
            )
            shown = after
    return tuple(rows)


def contract_rows(*, terms: LeaseTerms) -> tuple[LeaseRow, ...]:
    """The rows of the whole lease, as agreed."""
    return yield_rows(
        balance_cents=terms.adjusted_capitalized_cost_cents,
        residual_cents=terms.residual_cents,
        payment_cents=terms.base_payment_cents,
        payment_count=terms.term_months,
    )


def remaining_rows(*, terms: LeaseTerms, opening: Opening) -> tuple[LeaseRow, ...]:
    """The rows from the opening's next instalment on, those of an extension among them.

    In extended time a payment is rent alone: the residual stays, and with it the price at the end.
    """
    extended = range(max(opening.next_instalment_number, terms.term_months + 1), terms.payment_count + 1)
    rows = (
        LeaseRow(
            number=number, rent_cents=terms.base_payment_cents, depreciation_cents=0, balance_cents=terms.residual_cents
        )
        for number in extended
    )
    return (*_remaining_rows_of_term(terms=terms, opening=opening), *rows)


def _remaining_rows_of_term(*, terms: LeaseTerms, opening: Opening) -> tuple[LeaseRow, ...]:
    """The rows of the signed term from the opening's next instalment on.

    They are the agreed ones while the opening stands on the agreed balance; another balance gets a yield of its own,
    and then no instalment may be paid in part yet (InvalidTerms), for its split would be unknown.
    """
    number = opening.next_instalment_number
    if number > terms.term_months:
        return ()
    agreed = contract_rows(terms=terms)
    before = agreed[number - 2].balance_cents if number > 1 else terms.adjusted_capitalized_cost_cents
    paid_base = min(opening.partial_paid_cents, terms.base_payment_cents)
    paid_depreciation = max(0, paid_base - agreed[number - 1].rent_cents)
    if opening.principal_cents == before - paid_depreciation:
        return agreed[number - 1 :]
    if opening.partial_paid_cents:
        raise InvalidTerms("A lease opened on a balance of its own cannot have a partly paid instalment.")
    return yield_rows(
        balance_cents=opening.principal_cents,
        residual_cents=terms.residual_cents,
        payment_cents=terms.base_payment_cents,
        payment_count=terms.term_months - number + 1,
        first_number=number,
    )


def refuse_unserviceable(*, terms: LeaseTerms, opening: Opening) -> None:
    """Raises what `remaining_rows` would raise, InvalidTerms or YieldNotSolvable, without making the rows."""
    number, payment = opening.next_instalment_number, terms.base_payment_cents
    if number > terms.term_months:
        return
    rate = monthly_yield(
        balance_cents=terms.adjusted_capitalized_cost_cents,
        residual_cents=terms.residual_cents,
        payment_cents=payment,
        payment_count=terms.term_months,
    )
    before, after = (_agreed_balance_cents(terms, rate=rate, payments=made) for made in (number - 1, number))
    paid_base = min(opening.partial_paid_cents, payment)
    if opening.principal_cents == before - max(0, paid_base - (payment - (before - after))):
        return
    if opening.partial_paid_cents:
        raise InvalidTerms("A lease opened on a balance of its own cannot have a partly paid instalment.")
    monthly_yield(
        balance_cents=opening.principal_cents,
        residual_cents=terms.residual_cents,
        payment_cents=payment,
        payment_count=terms.term_months - number + 1,
    )


def _agreed_balance_cents(terms: LeaseTerms, *, rate: Decimal, payments: int) -> int:
    if payments == terms.term_months:
        return terms.residual_cents
    with localcontext() as context:
        context.prec = _PRECISION
        growth = (1 + rate) ** payments
        grown = (1 + rate) * (growth - 1) / rate if rate else Decimal(payments)
        return round_half_up_cents(terms.adjusted_capitalized_cost_cents * growth - terms.base_payment_cents * grown)


def _worth(rate: Decimal, residual_cents: int, payment_cents: int, payment_count: int) -> tuple[Decimal, Decimal]:
    """What payments and residual are worth at a monthly rate, and how fast that falls as the rate grows."""
    count = payment_count
    if rate == 0:
        weighted = payment_cents * count * (count - 1) // 2 + residual_cents * count
        return Decimal(count * payment_cents + residual_cents), Decimal(weighted)
    discount = 1 / (1 + rate)
    tail = discount**count
    gap = 1 - discount
    sum_of_payments = (1 - tail) / gap
    weighted_sum = (discount - tail * (count - (count - 1) * discount)) / (gap * gap)
    worth = payment_cents * sum_of_payments + residual_cents * tail
    return worth, (payment_cents * weighted_sum + residual_cents * count * tail) * discount
