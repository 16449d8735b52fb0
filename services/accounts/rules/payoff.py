"""What closes an account on a date, and what becomes of the promise: who meets it, what it may cost, what goes back.

payoff = principal + interest to the date + fees + other charges - the customer's credit. Interest is rounded half-up
once, at the date, so two quotes some days apart differ by the per diem times the days to within a cent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from chassis.money import round_half_up_cents
from services.accounts.contract.errors import GoodThroughOutOfRange
from services.accounts.rules.amendments import in_force
from services.accounts.rules.interest import per_diem_cents
from services.accounts.rules.lease import lease_due_through
from services.accounts.rules.loan import interest_owed
from services.accounts.rules.schedule import instalments_due_before
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import LeaseTerms, LoanTerms, Terms

PAYOFF, LEASE_PURCHASE, EARLY_TERMINATION = "payoff", "lease_purchase", "early_termination"
KIND_OF_LOANS, KINDS_OF_LEASES = PAYOFF, (LEASE_PURCHASE, EARLY_TERMINATION)
LIVE, MET, WITHDRAWN, EXPIRED = "live", "met", "withdrawn", "expired"
PAYABLE = (LIVE, EXPIRED)
"""Money that is effective in time meets a quote also when it is told after the last good day."""

MAY_BE_MET = (*PAYABLE, WITHDRAWN)
"""Money that was given before we withdrew a quote meets it also when it is told after that."""

DRIFT_BEYOND_LIMIT, COUNTED_PAYMENT_RETURNED = "drift_beyond_limit", "counted_payment_returned"
SMALL_CREDIT_CENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffPolicy:
    """What the company decides: how far a quote reaches, what it may cost, whether a dollar or less is sent back."""

    days_ahead_max: int
    drift_cents_max: int
    refunds_small_credit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A charge that belongs to the payoff and is not in the account: a residual, a purchase fee, a tax."""

    code: str
    description: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffFigures:
    """The payoff on a date, part by part. `credit_cents` is taken off; `per_diem` is unrounded cents a day."""

    on: date
    principal_cents: int
    interest_cents: int
    fees_cents: int
    other_cents: int
    credit_cents: int
    per_diem: Decimal

    @property
    def payoff_cents(self) -> int:
        return self._charged_cents - self.credit_cents

    @property
    def _charged_cents(self) -> int:
        return self.principal_cents + self.interest_cents + self.fees_cents + self.other_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the rules need of a stored quote. `received_cents`: paid since it was made, effective while it was good."""

    payoff_cents: int
    good_through: date
    status: str
    received_cents: int
    withdrawn_reason: str | None = None
    withdrawn_on: date | None = None
    drift_limit_cents: int = 0


def payoff_on(*, terms: Terms, state: AccountState, on: date, lines: Sequence[Line] = ()) -> PayoffFigures:
    """The payoff if the money is effective on a date. Of a lease: instalments due by then, fees and the lines."""
    added = sum(line.amount_cents for line in lines)
    terms = in_force(terms=terms, state=state)
    if isinstance(terms, LeaseTerms):
        return _lease_figures(terms=terms, state=state, on=on, added=added)
    interest = round_half_up_cents(interest_owed(terms=terms, state=state, on=on))
    return PayoffFigures(
        on=on,
        principal_cents=state.principal_cents,
        interest_cents=interest,
        fees_cents=state.fees_due_cents,
        other_cents=added,
        credit_cents=min(state.unapplied_cents, state.principal_cents + interest + state.fees_due_cents + added),
        per_diem=_per_diem(terms=terms, state=state, on=on),
    )


def lease_instalments_due_cents(*, terms: LeaseTerms, state: AccountState, on: date) -> int:
    """Instalments of a lease that are due by a date, that day's among them, and unpaid."""
    last = instalments_due_before(terms=terms, on=on + timedelta(days=1))
    return lease_due_through(terms=terms, state=state, last_number=last)


def require_good_through(*, good_through: date, today: date, policy: PayoffPolicy) -> None:
    """Raises GoodThroughOutOfRange for a day in the past or further ahead than the company's policy."""
    last = last_good_through(today=today, policy=policy)
    if not today <= good_through <= last:
        raise GoodThroughOutOfRange.unless_between(first=today, last=last)


def last_good_through(*, today: date, policy: PayoffPolicy) -> date:
    return today + timedelta(days=policy.days_ahead_max)


def still_open_cents(*, terms: LoanTerms, state: AccountState) -> int:
    """What a loan still owes after the last thing that happened, with the customer's credit counted; 0 closes it."""
    return payoff_on(terms=terms, state=state, on=state.last_effective_on).payoff_cents


def is_met(*, promise: Promise, effective_on: date) -> bool:
    """Whether the money that came since the quote, the last of it effective on a date, closes the account.

    A quote that we withdrew for drift still binds us for money that was given by that day.
    """
    is_kept = promise.status in PAYABLE
    if promise.withdrawn_on is not None and promise.withdrawn_reason == DRIFT_BEYOND_LIMIT:
        is_kept = effective_on <= promise.withdrawn_on
    return is_kept and effective_on <= promise.good_through and promise.received_cents >= promise.payoff_cents


def drift_cents(*, promise: Promise, terms: Terms, state: AccountState, lines: Sequence[Line] = ()) -> int:
    """What the promise costs us by now: the payoff found today, and what was paid since, beyond what was promised."""
    now = payoff_on(terms=terms, state=state, on=promise.good_through, lines=lines).payoff_cents
    return now + promise.received_cents - promise.payoff_cents


def why_withdraw(*, drift_cents: int, limit_cents: int, counted_returned: bool) -> str | None:
    """Why a live quote can no longer be kept, or None. A returned payment that it counted voids it at any amount."""
    if counted_returned:
        return COUNTED_PAYMENT_RETURNED
    return DRIFT_BEYOND_LIMIT if drift_cents > limit_cents else None


def refund_cents(*, unapplied_cents: int, policy: PayoffPolicy) -> int:
    """What of a paid-off account's credit goes back: all above a dollar; a dollar or less as the policy says.

    12 CFR 1026.21 asks for credit balances over one dollar; a smaller one stays the customer's credit.
    """
    is_owed = unapplied_cents > SMALL_CREDIT_CENTS or policy.refunds_small_credit
    return unapplied_cents if is_owed else 0


def share_refund(*, cents: int, arrived_key: str, room_cents: Mapping[str, int]) -> list[tuple[str, int]]:
    """By payment, in order, what of a refund goes back by its way; it may be less than all.

    `room_cents` is what each standing payment, the newest first, can still carry back. The payment that made the refund
    due carries what it brought; what is beyond, such as the interest that a backdated payment saved, goes by the way of
    the last one that brought as much.
    """
    first_cents = min(cents, room_cents.get(arrived_key, 0))
    beyond_cents = cents - first_cents
    others = {key: room for key, room in room_cents.items() if key != arrived_key}
    other_key = last_that_brought(beyond_cents, room_cents=others) if beyond_cents else None
    shares = [(arrived_key, first_cents)] if first_cents > 0 else []
    return shares if other_key is None else [*shares, (other_key, beyond_cents)]


def last_that_brought(cents: int, *, room_cents: Mapping[str, int]) -> str | None:
    """The newest payment that can carry back as much; None where there is none."""
    return next((key for key, room in room_cents.items() if room >= cents), None)


def shown_status(*, status: str, good_through: date, today: date) -> str:
    """The status of a quote on a date: a live one whose last day has passed is expired, noted or not."""
    return EXPIRED if status == LIVE and good_through < today else status


def lines_from_stored(stored: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(**line) for line in stored)


def _lease_figures(*, terms: LeaseTerms, state: AccountState, on: date, added: int) -> PayoffFigures:
    other = added + lease_instalments_due_cents(terms=terms, state=state, on=on)
    return PayoffFigures(
        on=on,
        principal_cents=0,
        interest_cents=0,
        fees_cents=state.fees_due_cents,
        other_cents=other,
        credit_cents=min(state.unapplied_cents, state.fees_due_cents + other),
        per_diem=Decimal(0),
    )


def _per_diem(*, terms: LoanTerms, state: AccountState, on: date) -> Decimal:
    return per_diem_cents(
        principal_cents=state.principal_cents,
        annual_rate_percent=terms.annual_rate_percent,
        day_count=terms.day_count,
        on=on,
    )
