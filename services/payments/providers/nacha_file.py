"""Bank debits that leave in ACH files: a charge is queued for the next file, once for its key. Cards go elsewhere."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.keys import FieldCipher
from chassis.store import Database, Row
from services.payments.models import ach_entries
from services.payments.providers.interface import (
    BankAccountSource,
    Card,
    Charge,
    ChargeOutcome,
    MadeCharge,
    Processor,
    RefundOrder,
    RefundOutcome,
)
from services.payments.rules.nacha import CREDIT, DEBIT
from services.payments.rules.originating import DEBIT_CLASS, DEBIT_DESCRIPTION, REFUND_CLASS, REFUND_DESCRIPTION

_ONCE = insert(ach_entries).on_conflict_do_nothing(constraint="uq_ach_entries_charge_key")


class NachaFileProcessor:
    """A Processor. A queued debit counts as accepted: what its bank says of it comes back in a file of returns."""

    def __init__(self, *, cards: Processor, store: Database, cipher: FieldCipher, clock: Clock) -> None:
        self._cards, self._store, self._cipher, self._clock = cards, store, cipher, clock

    def prepare(self, charge: Charge) -> str | None:
        return None if isinstance(charge.source, BankAccountSource) else self._cards.prepare(charge)

    def charge(self, charge: Charge) -> ChargeOutcome:
        if not isinstance(charge.source, BankAccountSource):
            return self._cards.charge(charge)
        entry = self._queue(
            key=charge.key, direction=DEBIT, amount_cents=charge.amount_cents, source=charge.source,
            entry_class=DEBIT_CLASS, description=charge.description or DEBIT_DESCRIPTION, recurs=charge.recurs,
        )  # fmt: skip
        return ChargeOutcome(reference=str(entry["id"]), is_approved=True)

    def find(self, charge: Charge) -> ChargeOutcome | None:
        if not isinstance(charge.source, BankAccountSource):
            return self._cards.find(charge)
        entry = self._entry(ach_entries.c.charge_key == charge.key)
        return None if entry is None else ChargeOutcome(reference=str(entry["id"]), is_approved=True)

    def abandon(self, charge: Charge) -> ChargeOutcome | None:
        # The queue is ours: what is not in it by now, nobody puts there.
        return self.find(charge) if isinstance(charge.source, BankAccountSource) else self._cards.abandon(charge)

    def list_charges(self, *, since: datetime | None) -> Iterator[MadeCharge]:
        yield from self._cards.list_charges(since=since)
        debits = (
            select(ach_entries)
            .where(ach_entries.c.direction == DEBIT, ~ach_entries.c.is_prenote)
            .order_by(ach_entries.c.number)
        )
        if since is not None:
            debits = debits.where(ach_entries.c.queued_at >= since)
        with self._store.reading() as transaction:
            queued = transaction.all(debits)
        for entry in queued:
            yield MadeCharge(
                key=entry["charge_key"], reference=str(entry["id"]), amount_cents=entry["amount_cents"]
            )  # fmt: skip

    def find_card(self, *, token: str) -> Card | None:
        return self._cards.find_card(token=token)

    def refund(self, order: RefundOrder) -> RefundOutcome:
        debit = self._debit_of(order)
        if debit is None:
            return self._cards.refund(order)
        source = BankAccountSource(
            routing_number=debit["routing_number"], account_type=debit["account_type"],
            account_number=self._cipher.decrypt(debit["account_number_encrypted"], bound_to=str(debit["id"])),
            holder_name=debit["holder_name"],
        )  # fmt: skip
        entry = self._queue(
            key=order.key, direction=CREDIT, amount_cents=order.amount_cents, source=source,
            entry_class=REFUND_CLASS, description=REFUND_DESCRIPTION,
        )  # fmt: skip
        return RefundOutcome(reference=str(entry["id"]))

    def find_refund(self, order: RefundOrder) -> RefundOutcome | None:
        if self._debit_of(order) is None:
            return self._cards.find_refund(order)
        entry = self._entry(ach_entries.c.charge_key == order.key)
        return None if entry is None else RefundOutcome(reference=str(entry["id"]))

    def _queue(
        self, *, key: str, direction: str, amount_cents: int, source: BankAccountSource, entry_class: str,
        description: str, recurs: bool = False,
    ) -> Row:  # fmt: skip
        """The entry of that key, new or not. Two who queue the same key at once get the same one."""
        now = self._clock.now()
        identifier = new_id(at=now)
        values = {
            "id": identifier, "charge_key": key, "direction": direction, "amount_cents": amount_cents,
            "routing_number": source.routing_number, "account_type": source.account_type,
            "account_number_encrypted": self._cipher.encrypt(source.account_number, bound_to=str(identifier)),
            "holder_name": source.holder_name, "entry_class": entry_class, "description": description, "recurs": recurs,
            "queued_at": now,
        }  # fmt: skip
        with self._store.writing() as transaction:
            transaction.run(_ONCE, values)
            entry = transaction.one(select(ach_entries).where(ach_entries.c.charge_key == key))
        assert entry is not None, "an entry that was queued is there"
        return entry

    def _debit_of(self, order: RefundOrder) -> Row | None:
        """The debit that a refund gives back, where it left in a file."""
        try:
            identifier = UUID(order.charge_reference)
        except ValueError:
            return None
        return self._entry(and_(ach_entries.c.id == identifier, ach_entries.c.direction == DEBIT))

    def _entry(self, condition: Any) -> Row | None:
        with self._store.reading() as transaction:
            return transaction.one(select(ach_entries).where(condition))
