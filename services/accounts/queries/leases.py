"""The figures of a lease from which leases prices the ways out of it."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.store import Transaction
from services.accounts.contract.parties import party_names
from services.accounts.models import account_parties
from services.accounts.models.flags import standing_flags
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.rules.flags import SERVICEMEMBER
from services.accounts.rules.lease_figures import lease_figures
from services.accounts.rules.payoff import PayoffPolicy, last_good_through
from services.accounts.rules.terms import LeaseTerms


def get_lease_figures(
    transaction: Transaction, *, account_id: str, on: date, caller: CallContext, policy: PayoffPolicy, today: date
) -> dict[str, Any]:
    """What the lease is worth and owes on a date. Raises NotFound, also for a loan."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    if not isinstance(account.terms, LeaseTerms):
        raise NotFound()
    identifier = account.columns["id"]
    flags = standing_flags(transaction, account_ids=[identifier]).get(identifier, ())
    roles = select(account_parties.c.role).where(account_parties.c.account_id == account.columns["id"])
    return {
        "account_id": account.id,
        "on": on,
        "status": account.columns["status"],
        "state": account.columns["state"],
        "quote_until_on": last_good_through(today=today, policy=policy),
        "lessee_roles": party_names(row["role"] for row in transaction.all(roles)),
        "servicemember_from_on": next((flag.from_on for flag in flags if flag.kind == SERVICEMEMBER), None),
        **asdict(lease_figures(terms=account.terms, state=account.state, on=on)),
    }
