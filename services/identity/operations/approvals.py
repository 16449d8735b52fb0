"""Telling the parties of an account that a change waits for all of them, and what has become of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.store import Row, Transaction
from services.accounts.contract.approvals import DECLINED, LAPSED, MADE
from services.identity.models import ACTIVE, user_accounts, users
from services.identity.operations.messages import write_mail
from services.identity.providers import Keyring, Policy

PARTIES_MIN = 2
OFFERED = "offered"
# What was replaced is asked for anew in the same moment.
OUTCOMES: Mapping[str, str] = {
    MADE: "Everybody has agreed, and it is made. {summary}",
    DECLINED: "It was declined, so nothing has changed. {summary}",
    LAPSED: "Not everybody agreed in time, so nothing has changed. {summary}",
}


def ask_about_extension(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, decided: Mapping[str, Any]
) -> None:
    """Leases has offered more months (leases.extension_decided): every lessee is asked."""
    if decided["decision"] == OFFERED:
        about = f"your lease to go on through {decided['ends_on'].isoformat()}."
        _mail(
            transaction, now=now, keyring=keyring, policy=policy, template="approval_asked", about=about,
            to=_parties(transaction, account_id=UUID(decided["account_id"])),
        )  # fmt: skip


def ask_about_change(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, awaited: Mapping[str, Any]
) -> None:
    """A change waits (accounts.change_awaited): who has not agreed is asked."""
    agreed = awaited["agreed_by"]
    parties = _parties(transaction, account_id=UUID(awaited["account_id"]))
    # An event of an earlier release says by their part alone who has agreed.
    asked = [
        user for user in parties
        if (user["part"] not in awaited["agreed"] if agreed is None else str(user["id"]) not in agreed)
    ]  # fmt: skip
    _mail(
        transaction, now=now, keyring=keyring, policy=policy, template="approval_asked", about=awaited["summary"],
        to=asked,
    )  # fmt: skip


def tell_about_change(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, decided: Mapping[str, Any]
) -> None:
    """A change that waited is made or off (accounts.change_decided): everybody hears of it, who asked too."""
    if decided["outcome"] in OUTCOMES:
        about = OUTCOMES[decided["outcome"]].format(summary=decided["summary"])
        parties = _parties(transaction, account_id=UUID(decided["account_id"]))
        _mail(
            transaction, now=now, keyring=keyring, policy=policy, template="approval_decided", about=about, to=parties
        )


def _parties(transaction: Transaction, *, account_id: UUID) -> list[Row]:
    """Everybody who acts on the account; nobody where one person decides alone."""
    of_account = (user_accounts.c.account_id == account_id) & (users.c.status == ACTIVE)
    acting = (
        select(users, user_accounts.c.role.label("part"))
        .join(user_accounts, user_accounts.c.user_id == users.c.id)
        .where(of_account)
        .order_by(users.c.id)
    )
    parties = transaction.all(acting)
    return parties if len(parties) >= PARTIES_MIN else []


def _mail(
    transaction: Transaction, *, now: datetime, keyring: Keyring, policy: Policy, template: str, about: str,
    to: Collection[Row],
) -> None:  # fmt: skip
    for user in to:
        write_mail(
            transaction, now=now, keyring=keyring, template=template, to=user, link=policy.approvals_link(),
            about=about,
        )  # fmt: skip
