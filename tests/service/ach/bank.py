"""The bank at the other end: it reads our files and sends its own."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deploy.ach.exchange import Desk, Settled
from services.payments.operations import AchFile, TakenAch
from services.payments.rules.nacha import (
    Batch,
    DishonouredReturn,
    Entry,
    NachaFile,
    NotificationOfChange,
    Return,
    read_file,
    write_file,
)
from services.payments.rules.originating import Originator
from tests.builders.wiring import deliver, emitted
from tests.service.payments.counter import Counter

OUR_BANK, THEIR_BANK = "121042882", "110000000"
ORIGINATOR = Originator(
    bank_routing_number=OUR_BANK, bank_name="FIRST BANK", company_name="CAPTIVE FINANCE", company_id="1234567890"
)


@dataclass
class Bank:
    """Customers pay at the counter; the desk exchanges the files."""

    counter: Counter
    desk: Desk
    folder: Path
    _files: int = field(default=0)

    def pay(self, **request: Any) -> dict[str, Any]:
        """A payment that is charged: posted, and queued where it is a bank debit."""
        payment = self.counter.pay(**request)
        self.counter.charge()
        return payment

    def write(self, *, on: date | None = None, another: bool = False, name: str = "out.ach") -> AchFile:
        business_on = on or self.desk.clock.today()
        out = self.folder / name
        return self.desk.write(out, originator=ORIGINATOR, business_on=business_on, another=another)

    def sent(self, name: str = "out.ach") -> list[Entry]:
        """The entries of a file that we wrote, as the bank reads it."""
        file = read_file((self.folder / name).read_text())
        return [entry for batch in file.batches for entry in batch.entries]

    def send_back(self, entry: Entry, code: str, **differences: Any) -> TakenAch:
        returned = Return(
            code=code, original_trace_number=entry.trace_number, original_bank=THEIR_BANK[:8], trace_number=_TRACE
        )
        return self.take_entries(_as_returned(entry, returned, **differences))

    def dishonour(self, entry: Entry) -> TakenAch:
        notice = DishonouredReturn(
            code="R68", original_trace_number=entry.trace_number, original_bank=THEIR_BANK[:8],
            return_trace_number=_TRACE, return_settlement_day="328", return_code="01", trace_number=_TRACE,
        )  # fmt: skip
        return self.take_entries(_as_returned(entry, notice))

    def correct(self, entry: Entry, code: str, corrected: str) -> TakenAch:
        notice = NotificationOfChange(
            code=code, original_trace_number=entry.trace_number, original_bank=THEIR_BANK[:8], corrected=corrected,
            trace_number=_TRACE,
        )  # fmt: skip
        return self.take_entries(_as_returned(entry, notice, amount_cents=0), entry_class="COR")

    def take_entries(self, *entries: Entry, entry_class: str = "WEB") -> TakenAch:
        """Take in a file of the bank's with these entries."""
        batch = Batch(
            company_name="CAPTIVE FINANCE", company_id="1234567890", entry_class=entry_class, description="AUTO PYMT",
            effective_on=None, originating_bank=THEIR_BANK[:8], number=1, entries=entries,
        )  # fmt: skip
        self._files += 1
        file = NachaFile(
            destination=OUR_BANK, origin=THEIR_BANK, created_on=self.desk.clock.today(), destination_name="",
            origin_name="", batches=(batch,), reference=str(self._files),
        )  # fmt: skip
        return self.take(write_file(file))

    def take(self, content: str) -> TakenAch:
        path = self.folder / "returned.ach"
        path.write_text(content)
        return self.desk.take(path)

    def report(self, *lines: tuple[str, str, int], settles: bool = False) -> Settled:
        """Hold a settlement report of (settled_on, reference, amount_cents) against our books."""
        path = self.folder / "settled.csv"
        rows = "".join(f"{on},{reference},{cents}\n" for on, reference, cents in lines)
        path.write_text(f"settled_on,reference,amount_cents\n{rows}")
        return self.desk.reconcile(path, settles=settles)

    def pay_refund(self) -> None:
        """What the bus does with the latest refund_requested."""
        requested = emitted(self.desk.database, name="refund_requested")[-1]
        deliver(self.counter.service.on_refund_requested, requested)

    def move_to(self, day: date) -> None:
        """It is that business day now."""
        clock = self.counter.clock
        clock.move_to(clock.now() + (day - clock.today()), today=day)

    def rows(self, question: str) -> list[Any]:
        with self.desk.database.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(question))]


_TRACE = f"{THEIR_BANK[:8]}0000001"
_RETURN_CODES = {27: 26, 28: 26, 37: 36, 22: 21, 32: 31}


def _as_returned(entry: Entry, notice: Any, **differences: Any) -> Entry:
    code = _RETURN_CODES[entry.transaction_code]
    changed = {"transaction_code": code, "routing_number": OUR_BANK, "trace_number": _TRACE, "addenda": (notice,)}
    return replace(entry, **{**changed, **differences})
