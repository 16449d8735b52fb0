"""Telling the parties of an account that a change waits for all of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.store import Transaction
from services.identity.models import ACTIVE, user_accounts, users
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, Policy

PARTIES_MIN = 2
OFFERED = "offered"


def ask_about_extension(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, decided: Mapping[str, Any]
) -> None:
    """Leases has offered more months (leases.extension_decided): every lessee is asked."""
    if decided["decision"] == OFFERED:
        about = f"your lease to go on through {decided['ends_on'].isoformat()}."
        ask_parties(
            transaction, now=now, keyring=keyring, policy=policy, account_id=UUID(decided["account_id"]), about=about
        )


def ask_parties(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, account_id: UUID, about: str
) -> None:  # fmt: skip
    """A mail to everybody who acts on the account; to nobody where one person decides alone."""
    of_account = (user_accounts.c.account_id == account_id) & (users.c.status == ACTIVE)
    parties = transaction.all(
        select(users).join(user_accounts, user_accounts.c.user_id == users.c.id).where(of_account).order_by(users.c.id)
    )
    for user in parties if len(parties) >= PARTIES_MIN else ():
        write_mail(
            transaction, now=now, keyring=keyring, template="approval_asked", to=user, link=policy.approvals_link(),
            about=about,
        )  # fmt: skip
