"""Paper or not: a person consents and takes it back, and where a mail does not arrive we go back to paper ourselves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.context import CallContext
from chassis.errors import PreconditionFailed
from chassis.ids import made_at, new_id
from chassis.store import Row, Transaction
from services.accounts.contract import events
from services.accounts.contract.paperless import GIVEN, MAIL_BOUNCED, SUSPENDED, WITHDRAWN
from services.accounts.models import accounts, paper_mailings, paperless_consents, statements
from services.accounts.operations.locking import LockedAccount, lock_account, lock_for
from services.accounts.operations.telling import tell
from services.accounts.rules.paperless import preference_shown, require_consent

EMAIL = "email"


def put_paperless(
    transaction: Transaction, *, account_id: str, enabled: bool, consent_version: str | None, proof: str | None,
    if_versions: Sequence[int], caller: CallContext, disclosures: Mapping[str, str], secret: bytes, now: datetime,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """Keep what a holder has decided, tell it, and give the preference as it is then.

    Raises NotFound, PreconditionFailed, DisclosureNotInForce, PaperlessProofWrong.
    """
    account = lock_for(transaction, caller=caller, account_id=account_id)
    last = newest_act(transaction, account_id=account.id)
    number = 0 if last is None else last["number"]
    if number not in if_versions:
        raise PreconditionFailed()
    if enabled:
        given = {"version": str(consent_version), "proof": str(proof)}
        require_consent(given=given, versions=list(disclosures), secret=secret, account_id=account_id)
        last = _act(transaction, account=account, number=number + 1, act=GIVEN, by=caller.subject, now=now, given=given)
        _tell(transaction, account=account, enabled=True, reason=None, today=today)
    elif last is not None and last["act"] == GIVEN:
        # Where it is paper already there is nothing to take back, and nothing to tell.
        last = _act(transaction, account=account, number=number + 1, act=WITHDRAWN, by=caller.subject, now=now)
        _tell(transaction, account=account, enabled=False, reason=None, today=today)
    return preference_shown(last, account_id=account_id, disclosures=disclosures)


def go_back_to_paper(transaction: Transaction, *, failed: Mapping[str, Any], now: datetime, today: date) -> None:
    """A mail to a person did not arrive (`notification_failed`): what rests on their consent goes out on paper.

    Consents given after that mail was written stand: a person who has corrected the address has consented anew.
    """
    if failed["channel"] != EMAIL or failed["user_id"] is None:
        return
    person, written_at = str(failed["user_id"]), made_at(failed["message_id"])
    for account_id in _consented(transaction, person=person):
        account = lock_account(transaction, account_id=account_id)
        last = newest_act(transaction, account_id=account_id)
        if last is None or (last["act"], last["acted_by"]) != (GIVEN, person) or last["recorded_at"] > written_at:
            continue
        _act(transaction, account=account, number=last["number"] + 1, act=SUSPENDED, by="accounts", now=now)
        _mail_instead(transaction, consent_id=last["id"], now=now, written_at=written_at)
        _tell(transaction, account=account, enabled=False, reason=MAIL_BOUNCED, today=today)


def newest_act(transaction: Transaction, *, account_id: UUID) -> Row | None:
    """The last thing that happened to the preference; None where nothing ever did."""
    acts = select(paperless_consents).where(paperless_consents.c.account_id == account_id)
    return transaction.one(acts.order_by(paperless_consents.c.number.desc()).limit(1))


def _consented(transaction: Transaction, *, person: str) -> list[UUID]:
    given = (paperless_consents.c.acted_by == person) & (paperless_consents.c.act == GIVEN)
    ids = select(paperless_consents.c.account_id).where(given).distinct()
    return [row["account_id"] for row in transaction.all(ids.order_by(paperless_consents.c.account_id))]


def _act(
    transaction: Transaction, *, account: LockedAccount, number: int, act: str, by: str, now: datetime,
    given: Mapping[str, str] | None = None,
) -> Row:  # fmt: skip
    row = {
        "id": new_id(at=now), "account_id": account.id, "number": number, "act": act, "acted_by": by,
        "reason": MAIL_BOUNCED if act == SUSPENDED else None, "recorded_at": now, "version": None, "proof": None,
        **(given or {}),
    }  # fmt: skip
    transaction.run(insert(paperless_consents).values(row))
    transaction.run(update(accounts).where(accounts.c.id == account.id).values(paperless=act == GIVEN))
    return row


def _mail_instead(transaction: Transaction, *, consent_id: UUID, now: datetime, written_at: datetime) -> None:
    """The last statement under that consent which the mail may have been about is put on paper too."""
    already = exists().where(paper_mailings.c.statement_id == statements.c.id)
    last = (
        select(statements.c.id, statements.c.account_id)
        .where(statements.c.consent_id == consent_id, statements.c.issued_at <= written_at, ~already)
        .order_by(statements.c.id.desc())
        .limit(1)
    )
    for row in transaction.all(last):
        mailing = {"statement_id": row["id"], "account_id": row["account_id"], "reason": MAIL_BOUNCED}
        transaction.run(insert(paper_mailings).values(**mailing, requested_at=now))


def _tell(transaction: Transaction, *, account: LockedAccount, enabled: bool, reason: str | None, today: date) -> None:
    tell(
        transaction, event=events.paperless_changed, account=account, today=today,
        data={"enabled": enabled, "reason": reason},
    )  # fmt: skip
