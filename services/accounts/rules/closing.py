"""How the engine ends an account: a payoff writes off what is still open, a refund takes out the credit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from chassis.money import format_dollars, round_half_up_cents
from services.accounts.rules.loan import interest_owed
from services.accounts.rules.state import AccountState, Allocation, Payment
from services.accounts.rules.terms import LoanTerms, Terms

PAYOFF, REFUND = "payoff", "refund_due"
CLOSING_KINDS = (PAYOFF, REFUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff:
    """The company counts a loan as paid off by the payment under `payment_key`.

    It holds no amount: each replay finds anew what credit there is for the rest, and what of it is our own loss.
    """

    source_key: str
    effective_on: date
    payment_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Credit that is owed back to the customer and was told: the amount stays, whatever is found out later."""

    source_key: str
    effective_on: date
    payment_key: str
    amount_cents: int

    def __post_init__(self) -> None:
        if self.amount_cents <= 0:
            raise ValueError("A refund must be more than zero.")


Closing = Payoff | Refund


def closing_of(event: Mapping[str, Any]) -> Closing:
    """The engine's value from an account event of one of the CLOSING_KINDS."""
    known = {"source_key": event["source_key"], "effective_on": event["effective_on"]}
    payment_key = event["data"]["payment_key"]
    if event["kind"] == PAYOFF:
        return Payoff(payment_key=payment_key, **known)
    return Refund(payment_key=payment_key, amount_cents=event["data"]["refund_cents"], **known)


def without_fallen(folded: Iterable[Payment | Closing]) -> list[Payment | Closing]:
    """Leave out payoffs and refunds whose payment is not there any more: the account is open again."""
    given = list(folded)
    keys = {item.source_key for item in given if isinstance(item, Payment)}
    return [item for item in given if isinstance(item, Payment) or item.payment_key in keys]


def apply_closing(*, terms: Terms, state: AccountState, closing: Closing) -> AccountState:
    """Fold a payoff or a refund, which must not precede the state. Raises ValueError for the payoff of a lease."""
    if isinstance(closing, Refund):
        return _refund(state=state, refund=closing)
    if not isinstance(terms, LoanTerms):
        raise ValueError("Payments alone never pay a lease off.")
    return _pay_off(terms=terms, state=state, payoff=closing)


def _pay_off(*, terms: LoanTerms, state: AccountState, payoff: Payoff) -> AccountState:
    on = payoff.effective_on
    interest = round_half_up_cents(interest_owed(terms=terms, state=state, on=on))
    still_open = interest + state.principal_cents + state.fees_due_cents
    credit = min(state.unapplied_cents, still_open)
    allocation = Allocation(
        source_key=payoff.source_key,
        effective_on=on,
        amount_cents=0,
        interest_cents=interest,
        principal_cents=state.principal_cents,
        tax_cents=0,
        fees_cents=state.fees_due_cents,
        unapplied_cents=-credit,
        interest_recognised_cents=interest - round_half_up_cents(state.accrued_interest),
        instalments=(),
        explanation={
            "sentence": _paid_off_sentence(credit=credit, written_off=still_open - credit),
            "still_open_cents": still_open,
            "credit_used_cents": credit,
            "written_off_cents": still_open - credit,
        },
        written_off_cents=still_open - credit,
    )
    return replace(
        state,
        principal_cents=0,
        accrued_interest=Decimal(0),
        interest_from_on=max(on, state.interest_from_on),
        next_instalment_number=terms.payment_count + 1,
        partial_paid_cents=0,
        fees_due_cents=0,
        unapplied_cents=state.unapplied_cents - credit,
        last_effective_on=on,
        last_source_key=payoff.source_key,
        allocations=(*state.allocations, allocation),
    )


def _refund(*, state: AccountState, refund: Refund) -> AccountState:
    """A refund that was told before the credit shrank is owed all the same; the difference is our own loss."""
    credit = min(state.unapplied_cents, refund.amount_cents)
    allocation = Allocation(
        source_key=refund.source_key,
        effective_on=refund.effective_on,
        amount_cents=-refund.amount_cents,
        interest_cents=0,
        principal_cents=0,
        tax_cents=0,
        fees_cents=0,
        unapplied_cents=-credit,
        interest_recognised_cents=0,
        instalments=(),
        explanation={
            "sentence": f"{format_dollars(refund.amount_cents)} was too much and is owed back to you.",
            "credit_used_cents": credit,
            "refund_cents": refund.amount_cents,
            "written_off_cents": refund.amount_cents - credit,
        },
        written_off_cents=refund.amount_cents - credit,
    )
    return replace(
        state,
        unapplied_cents=state.unapplied_cents - credit,
        last_effective_on=refund.effective_on,
        last_source_key=refund.source_key,
        allocations=(*state.allocations, allocation),
    )


def _paid_off_sentence(*, credit: int, written_off: int) -> str:
    parts = ["The account is paid off."]
    if credit:
        parts.append(f"{format_dollars(credit)} of it came from your credit with us.")
    if written_off:
        parts.append(f"{format_dollars(written_off)} that was still open is not asked of you.")
    return " ".join(parts)
