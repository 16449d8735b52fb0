"""What other banks send back: returns and corrections of our entries, taken once; the rest waits for a person."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Row, Transaction
from services.payments.contract import events
from services.payments.contract.notices import CHANGE, DONE, KNOWN, OTHER, RETURN, WAITING
from services.payments.models import ach_entries, ach_intakes, ach_notices, payment_methods, payments
from services.payments.operations.disabling import disable_method
from services.payments.operations.refunding import note_refund_failed
from services.payments.operations.returning import note_returned
from services.payments.rules.methods import method_of_prenote
from services.payments.rules.nacha import (
    DEBIT,
    Addendum,
    Correction,
    Entry,
    NachaFile,
    NotificationOfChange,
    PaymentInformation,
    Return,
    correction_of,
)
from services.payments.rules.presenting import presentment_of
from services.payments.rules.returns import consequence_of

NOT_OURS, AMOUNT_DIFFERS = "not_ours", "amount_differs"
CORRECTABLE = ("routing_number", "account_number", "account_type")
NOT_CLEAR, METHOD_CHANGED, NOT_AUTOMATIC = "not_clear", "method_changed", "not_automatic"


@dataclass(slots=True)
class TakenAch:
    """How many notices of a file had which outcome; `was_here` where the file was taken before."""

    was_here: bool = False
    outcomes: dict[tuple[str, str], int] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Outcome:
    outcome: str
    because: str | None = None


def take_ach_file(
    transaction: Transaction, *, sha256: str, name: str, file: NachaFile, now: datetime, today: date,
    cipher: FieldCipher,
) -> TakenAch:  # fmt: skip
    """Take in every return and correction of a file, each once, in whatever files it is told.

    What names no entry of ours, or another amount, and what only a person can read, waits on the list of notices.
    """
    intake = {"id": new_id(at=now), "sha256": sha256, "name": name, "taken_at": now}
    if not transaction.run(
        insert_or_keep(ach_intakes).on_conflict_do_nothing(constraint="uq_ach_intakes_sha256"), intake
    ):
        return TakenAch(was_here=True)
    taking = _Taking(
        transaction, intake_id=intake["id"], returned_on=min(file.created_on, today), now=now, today=today,
        cipher=cipher,
    )  # fmt: skip
    for batch in file.batches:
        for entry in batch.entries:
            taking.take(entry)
    return taking.taken


def close_ach_notice(transaction: Transaction, *, notice_id: UUID, closed_by: str, note: str, now: datetime) -> bool:
    """A person has looked. False where no such notice waits."""
    waits = (ach_notices.c.outcome == WAITING) & ach_notices.c.closed_at.is_(None)
    closed = update(ach_notices).where(ach_notices.c.id == notice_id, waits)
    return bool(transaction.run(closed.values(closed_at=now, closed_by=closed_by, note=note)))


def note_looked_at(
    transaction: Transaction, *, caller: CallContext, now: datetime, notice_id: UUID, note: str
) -> None:  # fmt: skip
    """Staff have looked at a notice. Raises NotFound, also where it does not wait."""
    if not close_ach_notice(transaction, notice_id=notice_id, closed_by=caller.subject, note=note, now=now):
        raise NotFound()


class _Taking:
    """One file on its way in."""

    def __init__(
        self, transaction: Transaction, *, intake_id: Any, returned_on: date, now: datetime, today: date,
        cipher: FieldCipher,
    ) -> None:  # fmt: skip
        self._transaction, self._intake_id, self._cipher = transaction, intake_id, cipher
        self._returned_on, self._now, self._today = returned_on, now, today
        self.taken = TakenAch()

    def take(self, entry: Entry) -> None:
        """Every addendum that another bank put to the entry; an entry without one is for a person."""
        notices = [addendum for addendum in entry.addenda if not isinstance(addendum, PaymentInformation)]
        for notice in notices:
            self._take_notice(entry, notice)
        if not notices:
            self._keep(entry, key=f"entry:{self._intake_id}:{entry.trace_number}", kind=OTHER, code="",
                       trace=entry.trace_number, ours=None, outcome=_Outcome(WAITING, NOT_AUTOMATIC))  # fmt: skip

    def _take_notice(self, entry: Entry, notice: Addendum) -> None:
        assert not isinstance(notice, PaymentInformation), "free text is no notice"
        trace, code = notice.original_trace_number, notice.code
        kind = {Return: RETURN, NotificationOfChange: CHANGE}.get(type(notice), OTHER)
        key = f"{kind}:{trace}:{code}:{notice.trace_number}"
        if self._transaction.value(select(ach_notices.c.id).where(ach_notices.c.source_key == key)) is not None:
            self._count(kind, KNOWN)
            return
        ours = self._entry_of(trace)
        if ours is None:
            outcome = _Outcome(WAITING, NOT_OURS)
        elif isinstance(notice, Return):
            outcome = self._return(entry, code=code, ours=ours)
        elif isinstance(notice, NotificationOfChange):
            outcome = self._change(notice, ours=ours)
        else:
            outcome = _Outcome(WAITING, NOT_AUTOMATIC)
        corrected = notice.corrected if isinstance(notice, NotificationOfChange) else None
        self._keep(entry, key=key, kind=kind, code=code, trace=trace, ours=ours, outcome=outcome, corrected=corrected)

    def _entry_of(self, trace: str) -> Row | None:
        """The newest: trace numbers begin anew after ten million entries."""
        of_trace = select(ach_entries).where(ach_entries.c.trace_number == trace)
        return self._transaction.one(of_trace.order_by(ach_entries.c.number.desc()).limit(1))

    def _return(self, entry: Entry, *, code: str, ours: Row) -> _Outcome:
        if entry.amount_cents != ours["amount_cents"]:
            return _Outcome(WAITING, AMOUNT_DIFFERS)
        if ours["direction"] != DEBIT:
            note_refund_failed(self._transaction, key=ours["charge_key"], code=code, now=self._now, today=self._today)
            return _Outcome(DONE)
        if ours["is_prenote"]:
            return self._prenote_returned(code=code, ours=ours)
        presentment = presentment_of(
            key=ours["charge_key"], amount_cents=ours["amount_cents"], reference=str(ours["id"])
        )
        if presentment is None:
            return _Outcome(WAITING, NOT_OURS)
        is_news = note_returned(
            self._transaction, presentment=presentment, code=code, returned_on=self._returned_on, now=self._now
        )
        return _Outcome(DONE if is_news else KNOWN)

    def _prenote_returned(self, *, code: str, ours: Row) -> _Outcome:
        """The bank knows no such account, or none that takes debits: nothing was drawn, and nothing will be."""
        method = self._method_of(ours)
        if method is None:
            return _Outcome(WAITING, NOT_OURS)
        if method["disabled_at"] is not None:
            return _Outcome(KNOWN)
        disable_method(
            self._transaction, method=method, consequence=consequence_of(code), return_code=code, now=self._now
        )
        return _Outcome(DONE)

    def _change(self, notice: NotificationOfChange, *, ours: Row) -> _Outcome:
        correction = correction_of(code=notice.code, corrected=notice.corrected)
        if correction is None:
            return _Outcome(WAITING, NOT_CLEAR)
        method = self._method_of(ours)
        if method is None or not self._is_what_was_sent(method, ours):
            return _Outcome(WAITING, METHOD_CHANGED)
        changed = self._corrected(method, correction)
        self._transaction.run(update(payment_methods).where(payment_methods.c.id == method["id"]).values(changed))
        self._transaction.emit(
            events.payment_method_corrected,
            subject=str(method["id"]),
            data={
                "payment_method_id": str(method["id"]),
                "user_id": method["user_id"],
                "code": notice.code,
                "corrected": sorted(name for name in CORRECTABLE if getattr(correction, name) is not None),
                "last4_before": method["last4"],
                "last4": changed["last4"],
                "corrected_on": self._today,
            },
        )
        return _Outcome(DONE)

    def _method_of(self, ours: Row) -> Row | None:
        tried = method_of_prenote(ours["charge_key"])
        if tried is not None:
            of_prenote = select(payment_methods).where(payment_methods.c.id == tried)
            return self._transaction.one(of_prenote.with_for_update())
        presentment = presentment_of(key=ours["charge_key"], amount_cents=ours["amount_cents"], reference="")
        if presentment is None:
            return None
        used = select(payment_methods).join(payments, payments.c.payment_method_id == payment_methods.c.id)
        return self._transaction.one(
            used.where(payments.c.id == presentment.payment_id).with_for_update(of=payment_methods)
        )

    def _is_what_was_sent(self, method: Row, ours: Row) -> bool:
        """Whether the method still says what the entry said: a later correction is not undone by an earlier one."""
        sent = self._cipher.decrypt(ours["account_number_encrypted"], bound_to=str(ours["id"]))
        return (method["routing_number"], self._number_of(method), method["account_type"]) == (
            ours["routing_number"], sent, ours["account_type"],
        )  # fmt: skip

    def _number_of(self, method: Row) -> str:
        return self._cipher.decrypt(method["account_number_encrypted"], bound_to=str(method["id"]))

    def _corrected(self, method: Row, correction: Correction) -> dict[str, Any]:
        number = correction.account_number or self._number_of(method)
        return {
            "routing_number": correction.routing_number or method["routing_number"],
            "account_number_encrypted": self._cipher.encrypt(number, bound_to=str(method["id"])),
            "last4": number[-4:],
            "account_type": correction.account_type or method["account_type"],
        }

    def _keep(
        self, entry: Entry, *, key: str, kind: str, code: str, trace: str, ours: Row | None, outcome: _Outcome,
        corrected: str | None = None,
    ) -> None:  # fmt: skip
        identifier: UUID = new_id(at=self._now)
        sealed = None if corrected is None else self._cipher.encrypt(corrected, bound_to=str(identifier))
        self._transaction.run(
            insert(ach_notices).values(
                id=identifier, intake_id=self._intake_id, source_key=key, kind=kind, code=code, trace_number=trace,
                entry_id=None if ours is None else ours["id"], amount_cents=entry.amount_cents,
                corrected_encrypted=sealed, outcome=outcome.outcome, waits_because=outcome.because,
            )
        )  # fmt: skip
        self._count(kind, outcome.outcome)
        if outcome.outcome == WAITING:
            self.taken.waiting.append(f"{kind} {code} of trace number {trace}: {outcome.because}".replace("  ", " "))

    def _count(self, kind: str, outcome: str) -> None:
        self.taken.outcomes[kind, outcome] = self.taken.outcomes.get((kind, outcome), 0) + 1
