"""Stored rows as somebody may see them: opened, and without what is for staff alone where a customer asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.context import AGENT, CallContext
from chassis.errors import NotFound
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.notifications.contract.hours import Hours
from services.notifications.models import CONVERSATION, attachments, message_attachments
from services.notifications.rules.conversations import State, waiting_for

FOR_STAFF = ("user_id", "queue", "agent_id")
FILE = tuple(
    attachments.c[name] for name in ("id", "name_sealed", "media", "size_bytes", "created_at", "uploaded_by")
)  # fmt: skip


def own(transaction: Transaction, *, caller: CallContext, conversation_id: UUID) -> Row:
    """The conversation, where the caller is its customer, or staff. Raises NotFound."""
    found = transaction.one(CONVERSATION, {"of_conversation": conversation_id})
    if found is None or (caller.role != AGENT and str(found["user_id"]) != caller.subject):
        raise NotFound()
    return found


def conversation_view(
    row: Row, *, cipher: FieldCipher, caller: CallContext, hours: Hours, now: datetime
) -> dict[str, Any]:  # fmt: skip
    """A conversation, with whether somebody is there to answer."""
    bound, is_staff = str(row["id"]), caller.role == AGENT
    phone = None if row["phone_sealed"] is None else cipher.decrypt(row["phone_sealed"], bound_to=bound)
    return {
        **row,
        **({} if is_staff else dict.fromkeys(FOR_STAFF)),
        "subject": cipher.decrypt(row["subject_sealed"], bound_to=bound),
        "waiting_for": waiting_for(state=State(row["state"]), last_author=row["last_author"]),
        "phone_masked": f"•••• {phone[-4:]}" if phone and is_staff else None,
        "desk": desk_view(hours, now=now),
    }


def desk_view(hours: Hours, *, now: datetime) -> dict[str, Any]:
    """Whether somebody is there now, until when, and else from when on."""
    closes_at = hours.closes_at(now=now)
    return {"is_open": closes_at is not None, "opens_at": hours.opens_at(now=now), "closes_at": closes_at}


def message_views(
    transaction: Transaction, rows: Sequence[Row], *, cipher: FieldCipher, caller: CallContext
) -> list[dict[str, Any]]:  # fmt: skip
    """Messages with their words and the files they carry."""
    files = _files_of(transaction, [row["id"] for row in rows], cipher=cipher)
    is_staff = caller.role == AGENT
    return [
        {
            **row,
            "agent_id": row["agent_id"] if is_staff else None,
            "body": cipher.decrypt(row["body_sealed"], bound_to=str(row["id"])),
            "attachments": files.get(row["id"], []),
        }
        for row in rows
    ]


def file_view(row: Row, *, cipher: FieldCipher) -> dict[str, Any]:
    return {**row, "name": cipher.decrypt(row["name_sealed"], bound_to=str(row["id"]))}


def _files_of(
    transaction: Transaction, message_ids: Sequence[UUID], *, cipher: FieldCipher
) -> Mapping[UUID, list[dict[str, Any]]]:  # fmt: skip
    found: dict[UUID, list[dict[str, Any]]] = {}
    if message_ids:
        wanted = select(message_attachments.c.message_id, *FILE).join(attachments)
        of_these = wanted.where(message_attachments.c.message_id.in_(message_ids)).order_by(attachments.c.id)
        for row in transaction.all(of_these):
            found.setdefault(row["message_id"], []).append(file_view(row, cipher=cipher))
    return found
