"""The figures of an account as the outside sees them: an account that is not open is asked for nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from services.accounts.rules.standing import Standing, standing
from services.accounts.rules.state import AccountState
from services.accounts.rules.terms import Terms

OPEN, PAID_OFF, CLOSED, CHARGED_OFF = "open", "paid_off", "closed", "charged_off"


def shown_standing(*, status: str, terms: Terms, state: AccountState, on: date) -> Standing:
    """The figures on a date; of an account that is not open nothing is due, and nothing falls due."""
    figures = standing(terms=terms, state=state, on=on)
    if status == OPEN:
        return figures
    return replace(
        figures,
        past_due_cents=0,
        amount_due_cents=0,
        next_due_on=None,
        next_instalment_number=None,
        next_instalment_cents=0,
        days_past_due=0,
        payoff_ceiling_cents=0,
    )


def carried_standing(*, status: str, terms: Terms, state: AccountState, on: date) -> dict[str, Any]:
    """What every event of accounts carries, and what `get_standing` answers."""
    figures = shown_standing(status=status, terms=terms, state=state, on=on)
    return {
        "status": status,
        "amount_due_cents": figures.amount_due_cents,
        "past_due_cents": figures.past_due_cents,
        "next_due_on": figures.next_due_on,
        "next_instalment_number": figures.next_instalment_number,
        "days_past_due": figures.days_past_due,
        "payoff_ceiling_cents": figures.payoff_ceiling_cents,
        "payments_made": figures.payments_made,
    }


def is_paid_off(*, product: str, state: AccountState) -> bool:
    """A loan is paid off when principal, interest and fees are all zero; a lease when it has ended and was billed too.

    A purchase bills all there is; a vehicle that came back is looked at first.
    """
    if product == "lease":
        return (state.lease_end == "purchase" or state.is_end_billed) and state.fees_due_cents == 0
    return state.principal_cents == 0 and state.accrued_interest == 0 and state.fees_due_cents == 0


def status_after(*, status: str, product: str, state: AccountState, is_paid: bool) -> str:
    """The status that a new state gives: paid off by payments or by a lease's end, open again when one is undone.

    `is_paid` says whether any payment was ever posted: an account that was taken over owing nothing stays as it came.
    """
    if state.is_charged_off:
        return CHARGED_OFF
    if status not in (OPEN, PAID_OFF, CLOSED):
        return status
    if not is_paid_off(product=product, state=state):
        came_closed = product == "lease" and status == CLOSED and not state.lease_end and not state.principal_cents
        return status if came_closed else OPEN
    return PAID_OFF if status == OPEN and (is_paid or product == "lease") else status


def has_credit_to_return(*, terms: Terms, state: AccountState) -> bool:
    """Whether the customer has credit that no instalment will ever use."""
    return state.unapplied_cents > 0 and state.next_instalment_number > terms.payment_count


def work_item_as_told(item: Mapping[str, Any]) -> dict[str, Any]:
    """As it is promised: what is about a business day, and no account, has empty texts in its place."""
    return {**item, **{name: item[name] or "" for name in ("account_id", "account_number")}}
