"""A bill on record: the figures as they were sent, which nothing that is learnt later changes."""

from dataclasses import replace

from services.accounts.rules.events import Bill
from services.accounts.rules.state import AccountState, Allocation


def record_bill(*, state: AccountState, event: Bill) -> AccountState:
    """The account owes what it owed; that it was told so, and how much, is part of its history."""
    allocation = Allocation(
        kind="bill",
        source_key=event.source_key,
        effective_on=event.effective_on,
        explanation={
            "instalment": event.instalment_number,
            "due_on": event.due_on.isoformat(),
            "instalment_cents": event.instalment_cents,
            "past_due_cents": event.past_due_cents,
            "credit_cents": event.credit_cents,
            "amount_due_cents": event.amount_due_cents,
            "fees_due_cents": event.fees_due_cents,
        },
    )
    billed_due_on = max(state.billed_due_on or event.due_on, event.due_on)
    return replace(state, billed_due_on=billed_due_on, allocations=(*state.allocations, allocation))
