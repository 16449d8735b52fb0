"""Which account is meant: by a person who knows number, last name and four digits, or by numbers on mailed cheques."""

import hmac
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.keys import FieldCipher
from chassis.store import Transaction
from services.accounts.models import account_parties, accounts, unsealed

NO_MATCH: Mapping[str, Any] = {
    "matched": False,
    "account_id": None,
    "account_last4": None,
    "party_id": None,
    "role": None,
    "first_name": None,
    "last_name": None,
    "phone": None,
    "sms_consent": False,
    "state": None,
}


def match_account(
    transaction: Transaction, *, account_number: str, last_name: str, ssn_last4: str, cipher: FieldCipher
) -> dict[str, Any]:
    """The party that the three facts name, of an account in any status; `matched` False does not say which one failed.

    Case and spaces of the last name do not count. Digits are compared in the clear, in constant time: there are at
    most a few parties to an account, so no hash that a new key would make worthless has to be kept.
    """
    parties = transaction.all(
        select(account_parties, accounts.c.account_number, accounts.c.state)
        .join(accounts, accounts.c.id == account_parties.c.account_id)
        .where(accounts.c.account_number.in_({account_number.strip(), account_number.strip().upper()}))
        .order_by(account_parties.c.role, account_parties.c.id)
    )
    wanted = _comparable(last_name, ssn_last4)
    for party in parties:
        known = _comparable(unsealed(cipher, party, "last_name"), unsealed(cipher, party, "ssn_last4"))
        if hmac.compare_digest(known, wanted):
            return _matched(party, cipher)
    return dict(NO_MATCH)


def match_account_numbers(transaction: Transaction, *, account_numbers: Collection[str]) -> dict[str, UUID]:
    """The accounts that have these numbers, in any status, by the number as it was asked; the others are left out."""
    asked = {*account_numbers, *(number.upper() for number in account_numbers)}
    columns = select(accounts.c.account_number, accounts.c.id).where(accounts.c.account_number.in_(asked))
    found = {row["account_number"]: row["id"] for row in transaction.all(columns)}
    matched = ((number, found.get(number, found.get(number.upper()))) for number in account_numbers)
    return {number: account_id for number, account_id in matched if account_id is not None}


def _comparable(last_name: str | None, ssn_last4: str | None) -> bytes:
    folded = unicodedata.normalize("NFKC", last_name or "").casefold()
    return f"{''.join(folded.split())}/{ssn_last4}".encode()


def _matched(party: Mapping[str, Any], cipher: FieldCipher) -> dict[str, Any]:
    return {
        "matched": True,
        "account_id": str(party["account_id"]),
        "account_last4": party["account_number"][-4:],
        "party_id": str(party["id"]),
        "role": party["role"],
        "first_name": unsealed(cipher, party, "first_name"),
        "last_name": unsealed(cipher, party, "last_name"),
        "phone": unsealed(cipher, party, "phone"),
        "sms_consent": party["sms_consent"],
        "state": party["state"],
    }
