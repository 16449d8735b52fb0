"""The only way balances come about: payments folded in effective order over frozen terms and an opening."""

from collections.abc import Iterable
from datetime import date

from services.accounts.rules.closing import Closing, apply_closing, without_fallen
from services.accounts.rules.lease import apply_to_lease, use_credit
from services.accounts.rules.loan import apply_to_loan
from services.accounts.rules.state import (
    AccountState,
    ConflictingPayments,
    EffectiveBeforeOpening,
    Payment,
    PaymentOutOfOrder,
    opened,
)
from services.accounts.rules.terms import InvalidTerms, LoanTerms, Opening, Terms


def replay(
    *, terms: Terms, opening: Opening, payments: Iterable[Payment | Closing], through_on: date | None = None
) -> AccountState:
    """Fold payments by (effective_on, source_key), whatever order they arrived in.

    A payment given twice counts once, a payoff or refund only beside its payment. `through_on` lets a lease's credit
    pay the instalments due up to that date. Raises EffectiveBeforeOpening, InvalidTerms, and ConflictingPayments
    when one source key carries two different payments.
    """
    if (
        opening.principal_cents
        and isinstance(terms, LoanTerms)
        and opening.next_instalment_number > terms.payment_count
    ):
        raise InvalidTerms("A loan with principal outstanding must have an instalment left to pay.")
    state = opened(opening=opening)
    for payment in _in_order(without_fallen(payments)):
        state = apply_payment(terms=terms, state=state, payment=payment)
    return state if through_on is None else apply_credit(terms=terms, state=state, through_on=through_on)


def apply_payment(*, terms: Terms, state: AccountState, payment: Payment | Closing) -> AccountState:
    """Fold one payment in at the end, or the payoff or refund that followed from one.

    Raises EffectiveBeforeOpening, or PaymentOutOfOrder when it belongs before the last one (then replay).
    """
    if payment.effective_on < state.opening.as_of_on:
        raise EffectiveBeforeOpening(
            f"The payment is effective on {payment.effective_on}, before the account's opening of "
            f"{state.opening.as_of_on}."
        )
    if (payment.effective_on, payment.source_key) <= (state.last_effective_on, state.last_source_key):
        raise PaymentOutOfOrder(f"The payment of {payment.effective_on} belongs before one already applied.")
    if not isinstance(payment, Payment):
        return apply_closing(terms=terms, state=state, closing=payment)
    if isinstance(terms, LoanTerms):
        return apply_to_loan(terms=terms, state=state, payment=payment)
    return apply_to_lease(terms=terms, state=state, payment=payment)


def apply_credit(*, terms: Terms, state: AccountState, through_on: date) -> AccountState:
    """Let a lease's credit pay what has come due; a loan's credit waits for its refund."""
    if isinstance(terms, LoanTerms):
        return state
    return use_credit(terms=terms, state=state, through_on=through_on)


def _in_order(payments: Iterable[Payment | Closing]) -> list[Payment | Closing]:
    by_key: dict[str, Payment | Closing] = {}
    for payment in payments:
        if by_key.setdefault(payment.source_key, payment) != payment:
            raise ConflictingPayments("Two different payments carry the same source key.")
    return sorted(by_key.values(), key=lambda payment: (payment.effective_on, payment.source_key))
