"""What accounts stores: its tables, and the stored form of the engine's values."""

from services.accounts.models.agenda import (
    AGENDA,
    agenda_as_stored,
    marks_as_stored,
    marks_from_stored,
    next_action_from_stored,
)
from services.accounts.models.approvals import awaited_changes
from services.accounts.models.banking import bank_movements
from services.accounts.models.days import business_day_batches, business_days, reminders
from services.accounts.models.flags import account_flags, standing_flags
from services.accounts.models.furnishing import furnishing_facts, furnishing_months
from services.accounts.models.payoff import payoff_quotes, received_cents
from services.accounts.models.sealed import sealed_party, unsealed, unsealed_address
from services.accounts.models.statements import paper_batches, paper_mailings, paperless_consents, statements
from services.accounts.models.stored import (
    EVENT_KINDS,
    allocation_as_stored,
    allocation_from_stored,
    event_as_stored,
    event_from_stored,
    history_from_stored,
    opening_as_stored,
    opening_from_stored,
    state_as_stored,
    state_from_stored,
    terms_as_stored,
    terms_from_stored,
)
from services.accounts.models.tables import (
    CONTROL_ACCOUNTS,
    account_events,
    account_parties,
    account_states,
    accounts,
    allocations,
    contract_terms,
    journal_entries,
    journal_lines,
    metadata,
    work_items,
)
from services.accounts.models.titles import title_releases

__all__ = [
    "AGENDA",
    "CONTROL_ACCOUNTS",
    "EVENT_KINDS",
    "account_events",
    "account_flags",
    "account_parties",
    "account_states",
    "accounts",
    "agenda_as_stored",
    "allocation_as_stored",
    "allocation_from_stored",
    "allocations",
    "awaited_changes",
    "bank_movements",
    "business_day_batches",
    "business_days",
    "contract_terms",
    "event_as_stored",
    "event_from_stored",
    "furnishing_facts",
    "furnishing_months",
    "history_from_stored",
    "journal_entries",
    "journal_lines",
    "marks_as_stored",
    "marks_from_stored",
    "metadata",
    "next_action_from_stored",
    "opening_as_stored",
    "opening_from_stored",
    "paper_batches",
    "paper_mailings",
    "paperless_consents",
    "payoff_quotes",
    "received_cents",
    "reminders",
    "sealed_party",
    "standing_flags",
    "state_as_stored",
    "state_from_stored",
    "statements",
    "terms_as_stored",
    "terms_from_stored",
    "title_releases",
    "unsealed",
    "unsealed_address",
    "work_items",
]
