"""What the engine gives: allocations and the account's state, and the refusals it may answer with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from services.accounts.rules.events import Payment
from services.accounts.rules.terms import Move, Opening, PaymentStep

__all__ = [
    "AccountState",
    "Allocation",
    "AllocationKind",
    "Amendments",
    "ConflictingEvents",
    "EffectiveBeforeOpening",
    "EventOutOfOrder",
    "OpenFee",
    "Payment",
    "opened",
]

AllocationKind = Literal[
    "payment",
    "payment_held",
    "payment_reversed",
    "credit_used",
    "late_fee",
    "late_fee_reversed",
    "returned_payment_fee",
    "other_fee",
    "fee_waived",
    "rate_changed",
    "due_date_changed",
    "instalments_deferred",
    "accelerated",
    "bill",
    "payoff_drift",
    "charged_off",
    "recovery",
    "refund_due",
    "lease_ended",
    "lease_end_billed",
    "lease_extended",
]
OPENING_FEES = "account_opened"


class EffectiveBeforeOpening(ValueError):
    """An event is effective before the day the account was opened with; what stood before is not known here."""


class EventOutOfOrder(ValueError):
    """An event belongs before one already folded in; the account has to be replayed from its opening."""


class ConflictingEvents(ValueError):
    """Two different events carry the same source key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What one event did to the account, by `kind`; the five parts add up to `amount_cents` and `written_off_cents`.

    Of a payment, the parts say where it went; of a recovery, `principal_cents` is what came back of a charge-off. Of a
    fee, they are what it added; of a waiver, of payoff drift and of a charge-off, what was given up. What an undone
    payment or a fee that does not stand once was is in its `explanation`, and its parts are 0. Of a lease,
    `interest_cents` is the rent charge and `principal_cents` the depreciation. When credit is used for a lease
    instalment that comes due, the amount is 0 and `unapplied_cents` negative. `instalments` are the ones this money
    completed. `interest_recognised_cents` is the interest that became receivable since the posting before.
    `explanation` is plain data, fit for JSON: the arithmetic and the steps taken. The amount of a refund is negative;
    `written_off_cents` is what of it the customer's credit no longer covers.
    """

    kind: AllocationKind
    source_key: str
    effective_on: date
    amount_cents: int = 0
    interest_cents: int = 0
    principal_cents: int = 0
    tax_cents: int = 0
    fees_cents: int = 0
    unapplied_cents: int = 0
    interest_recognised_cents: int = 0
    instalments: tuple[int, ...] = ()
    explanation: Mapping[str, Any]
    written_off_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFee:
    """What is unpaid of one fee; `source_key` is its event's."""

    source_key: str
    unpaid_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendments:
    """How servicing events have changed the contract's terms so far.

    `forgiven_above_percent` is the rate the loan would bear without the servicemember's cap: the difference is
    forgiven, never deferred.
    """

    annual_rate_percent: Decimal | None = None
    forgiven_above_percent: Decimal | None = None
    moves: tuple[Move, ...] = ()
    payment_steps: tuple[PaymentStep, ...] = ()
    extended_months: int = 0


UNAMENDED = Amendments()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account after the events folded so far.

    `accrued_interest` is unrounded cents owed up to `interest_from_on`; interest of later days comes on top.
    `next_instalment_number` is the oldest one not paid in full, count + 1 when none is left. `open_fees` are the
    unpaid ones, oldest first. `diverted_cents` went to fees while instalments that were due stayed short of as much:
    no late fee may follow from that. `awaited` are the keys of payments undone before they were known. `lease_end` is
    the way in which a lease has ended, "" while it runs; `is_end_billed` says that its end costs nothing more. Of what
    was `charged_off_cents`, `recovered_cents` have come back since. `billed_due_on` is the latest due date that was
    billed. `delinquent_since_on` is the due date with which the run of lateness began that went on after the last
    event, if one did.
    """

    opening: Opening
    principal_cents: int
    accrued_interest: Decimal
    interest_from_on: date
    next_instalment_number: int
    partial_paid_cents: int
    open_fees: tuple[OpenFee, ...]
    unapplied_cents: int
    payments_made: int
    last_effective_on: date
    last_rank: int
    last_source_key: str
    diverted_cents: int = 0
    is_accelerated: bool = False
    is_charged_off: bool = False
    charged_off_cents: int = 0
    recovered_cents: int = 0
    lease_end: str = ""
    is_end_billed: bool = False
    end_gain_cents: int = 0
    amendments: Amendments = UNAMENDED
    awaited: tuple[str, ...] = ()
    billed_due_on: date | None = None
    delinquent_since_on: date | None = None
    allocations: tuple[Allocation, ...] = field(default=(), repr=False)

    @property
    def fees_due_cents(self) -> int:
        return sum(fee.unpaid_cents for fee in self.open_fees)

    @property
    def last_place(self) -> tuple[date, int, str]:
        return self.last_effective_on, self.last_rank, self.last_source_key


def opened(*, opening: Opening) -> AccountState:
    """The state before any event."""
    fees = (OpenFee(source_key=OPENING_FEES, unpaid_cents=opening.fees_due_cents),) if opening.fees_due_cents else ()
    return AccountState(
        opening=opening,
        principal_cents=opening.principal_cents,
        accrued_interest=Decimal(opening.accrued_interest_cents),
        interest_from_on=opening.interest_paid_through_on,
        next_instalment_number=opening.next_instalment_number,
        partial_paid_cents=opening.partial_paid_cents,
        open_fees=fees,
        unapplied_cents=opening.unapplied_cents,
        payments_made=opening.payments_made,
        last_effective_on=opening.as_of_on,
        last_rank=0,
        last_source_key="",
    )
