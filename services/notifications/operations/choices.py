"""What people choose themselves: alerts by channel, texts or none, and a message to try whether it arrives."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.context import CallContext
from chassis.errors import FieldError, NotFound, PreconditionFailed
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract.errors import (
    AlertLocked,
    SmsConsentNotCurrent,
    TelephoneNumberMissing,
    TextsStoppedByText,
)
from services.notifications.models import choices, contacts
from services.notifications.models import consents as kept_consents
from services.notifications.operations.consents import Source, keep_consent
from services.notifications.operations.contacts import Person, person_of
from services.notifications.operations.deciding import decide
from services.notifications.operations.drafts import Draft, queue
from services.notifications.providers.wording import Wording
from services.notifications.rules import alerts, causes, consents, standing
from services.notifications.rules.kinds import Channel

TEST_TEMPLATE = "test_message"


def put_alerts(
    transaction: Transaction, *, now: datetime, caller: CallContext, cipher: FieldCipher, brand: str,
    if_versions: Sequence[int], matrix: Mapping[str, Mapping[str, bool]],
    due_soon_days: Sequence[int] = alerts.DUE_SOON_DAYS_BY_DEFAULT,
) -> Mapping[str, Any]:  # fmt: skip
    """Replace the caller's choices; gives them as they count then. Raises AlertLocked, PreconditionFailed."""
    locked = [f"/matrix/{alert}/{channel}" for alert, channel in alerts.locked_cells_in(matrix)]
    if locked:
        raise AlertLocked(errors=[FieldError(pointer, "locked", "This cell is locked.") for pointer in locked])
    user_id = UUID(caller.subject)
    known = transaction.value(select(choices.c.version).where(choices.c.user_id == user_id).with_for_update())
    version = known or 0
    if version not in if_versions:
        raise PreconditionFailed()
    wanted = {alert: [channel for channel, is_on in cells.items() if is_on] for alert, cells in matrix.items()}
    days = sorted(due_soon_days, reverse=True)
    chosen = {"version": version + 1, "matrix": wanted, "due_soon_days": days, "changed_at": now}
    upsert = insert(choices).values(user_id=user_id, **chosen)
    # Of two first choices at once, the second was made from what is no more.
    unless_newer = upsert.on_conflict_do_update(
        index_elements=["user_id"], set_=chosen, where=choices.c.version == version
    )
    if not transaction.run(unless_newer):
        raise PreconditionFailed()
    return _shown(transaction, user_id=user_id, cipher=cipher, brand=brand, choice=chosen)


def give_consent(
    transaction: Transaction, *, now: datetime, caller: CallContext, cipher: FieldCipher, brand: str, channel: str,
    is_given: bool, version: str | None,
) -> Mapping[str, Any]:  # fmt: skip
    """The caller agrees to texts, or takes it back; gives what was kept.

    Raises NotFound, TelephoneNumberMissing, TextsStoppedByText, SmsConsentNotCurrent.
    """
    contact = _locked(transaction, caller=caller)
    person = person_of(cipher, contact)
    if is_given:
        _refuse(person, version=version)
    transaction.run(
        update(contacts)
        .where(contacts.c.user_id == contact["user_id"])
        .values(sms_consent_chosen=is_given, changed_at=now)
    )
    said = keep_consent(
        transaction, now=now, user_id=contact["user_id"], is_given=is_given, source=Source.PORTAL,
        address=person.phone, version=version if is_given else None,
        wording=consents.sms_wording(brand=brand) if is_given else None,
        proof={"session_id": caller.session_id or "", "request_id": caller.request_id},
    )  # fmt: skip
    return standing.shown_consent({**said, "channel": channel})


def test_alerts(
    transaction: Transaction, *, now: datetime, caller: CallContext, cipher: FieldCipher, wording: Wording,
    channel: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Write the caller a message to try whether it arrives; gives whether it goes, and by which rule."""
    contact = _locked(transaction, caller=caller)
    way = Channel(channel)
    person = person_of(cipher, contact)
    decision, record = decide(person, now=now, template=TEST_TEMPLATE, channel=way)
    key = causes.source_key(cause=str(new_id(at=now)), addressee=caller.subject, channel=way, template=TEST_TEMPLATE)
    draft = Draft(
        within=transaction, key=key, channel=way, template=TEST_TEMPLATE, language=contact["language"],
        decision=decision, record=record, variables={}, first_name=person.first_name, user_id=contact["user_id"],
    )  # fmt: skip
    message_id = queue(draft, now=now, cipher=cipher, wording=wording)
    return {
        "message_id": message_id, "channel": channel, "is_sent": decision.send, "reason": decision.reason,
        "explanation": standing.explain(decision.reason),
    }  # fmt: skip


def _shown(
    transaction: Transaction, *, user_id: UUID, cipher: FieldCipher, brand: str, choice: Mapping[str, Any]
) -> Mapping[str, Any]:
    contact = transaction.one(select(contacts).where(contacts.c.user_id == user_id))
    last_word = select(func.max(kept_consents.c.said_at)).where(kept_consents.c.user_id == user_id)
    phone = None if contact is None else person_of(cipher, contact).phone
    return standing.shown_alerts(
        choice=choice, contact=contact, phone=phone, consent_said_at=transaction.value(last_word), brand=brand
    )


def _refuse(person: Person, *, version: str | None) -> None:
    if person.phone is None:
        raise TelephoneNumberMissing()
    if person.is_opted_out:
        raise TextsStoppedByText()
    if version != consents.SMS_VERSION:
        raise SmsConsentNotCurrent()


def _locked(transaction: Transaction, *, caller: CallContext) -> Row:
    mine = select(contacts).where(contacts.c.user_id == UUID(caller.subject)).with_for_update()
    contact = transaction.one(mine)
    if contact is None:
        raise NotFound("We have no contact points of yours yet. Try again in a minute.")
    return contact
