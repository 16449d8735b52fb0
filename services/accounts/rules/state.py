"""What the engine folds: payments in, allocations and the account's state out, and the refusals it may answer with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.accounts.rules.terms import ExtraMode, Opening


class EffectiveBeforeOpening(ValueError):
    """A payment is effective before the day the account was opened with; what stood before is not known here."""


class PaymentOutOfOrder(ValueError):
    """A payment belongs before one already folded in; the account has to be replayed from its opening."""


class ConflictingPayments(ValueError):
    """Two different payments carry the same source key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money accepted; `extra` says what happens to money beyond what is due, None leaves it to the contract."""

    source_key: str
    effective_on: date
    amount_cents: int
    extra: ExtraMode | None = None

    def __post_init__(self) -> None:
        if self.amount_cents <= 0:
            raise ValueError("A payment must be more than zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Where one payment went; the five parts always add up to `amount_cents` and `written_off_cents`.

    Of a lease, `interest_cents` is the rent charge and `principal_cents` the depreciation. When credit is used for a
    lease instalment that comes due, the amount is 0 and `unapplied_cents` negative. `instalments` are the ones this
    money completed. `interest_recognised_cents` is the interest that became receivable since the posting before.
    `written_off_cents` is ours, not the customer's; only a payoff or a refund has it. The amount of a refund is
    negative. `explanation` is plain data, fit for JSON: the arithmetic and the steps taken.
    """

    source_key: str
    effective_on: date
    amount_cents: int
    interest_cents: int
    principal_cents: int
    tax_cents: int
    fees_cents: int
    unapplied_cents: int
    interest_recognised_cents: int
    instalments: tuple[int, ...]
    explanation: Mapping[str, object]
    written_off_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account after the payments folded so far.

    `accrued_interest` is unrounded cents owed up to `interest_from_on`; interest of later days comes on top.
    `next_instalment_number` is the oldest one not paid in full, count + 1 when none is left.
    """

    opening: Opening
    principal_cents: int
    accrued_interest: Decimal
    interest_from_on: date
    next_instalment_number: int
    partial_paid_cents: int
    fees_due_cents: int
    unapplied_cents: int
    payments_made: int
    last_effective_on: date
    last_source_key: str
    allocations: tuple[Allocation, ...] = field(default=(), repr=False)


def opened(*, opening: Opening) -> AccountState:
    """The state before any payment."""
    return AccountState(
        opening=opening,
        principal_cents=opening.principal_cents,
        accrued_interest=Decimal(opening.accrued_interest_cents),
        interest_from_on=opening.interest_paid_through_on,
        next_instalment_number=opening.next_instalment_number,
        partial_paid_cents=opening.partial_paid_cents,
        fees_due_cents=opening.fees_due_cents,
        unapplied_cents=opening.unapplied_cents,
        payments_made=opening.payments_made,
        last_effective_on=opening.as_of_on,
        last_source_key="",
    )
