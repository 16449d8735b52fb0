"""Paper or not, the disclosure in force, and its PDF with the code that proves access."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from chassis.context import CallContext
from chassis.store import Transaction
from services.accounts.models import paperless_consents
from services.accounts.providers.printing import Printer
from services.accounts.queries.reading import allowed_id, read_account
from services.accounts.queries.statements import printed
from services.accounts.rules.paperless import access_code, preference_shown


def get_paperless(
    transaction: Transaction, *, account_id: str, caller: CallContext, disclosures: Mapping[str, str]
) -> dict[str, Any]:
    """The preference as its holder sees it; `disclosures` are texts by version, the newest last. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    acts = select(paperless_consents).where(paperless_consents.c.account_id == account.columns["id"])
    last = transaction.one(acts.order_by(paperless_consents.c.number.desc()).limit(1))
    return preference_shown(last, account_id=account.id, disclosures=disclosures)


def print_disclosure(
    transaction: Transaction, *, account_id: str, caller: CallContext, disclosures: Mapping[str, str],
    printer: Printer, secret: bytes,
) -> dict[str, Any]:  # fmt: skip
    """The disclosure in force as a PDF, in the form of our statements, with the holder's code. Raises NotFound."""
    account = read_account(transaction, account_id=allowed_id(caller, account_id))
    version = list(disclosures)[-1]
    code = access_code(secret=secret, account_id=account.id, version=version)
    pages = printer.disclosure(
        version=version, text=disclosures[version], code=code, account_last4=account.last4
    )  # fmt: skip
    return printed(f"paperless-{version}.pdf", pages)
