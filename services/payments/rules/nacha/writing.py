"""A Nacha file as text: every record in its place, totals and blocks counted."""

from dataclasses import asdict

from services.payments.rules.nacha import records
from services.payments.rules.nacha.checking import batch_breaches, entry_breaches, trace_breaches
from services.payments.rules.nacha.fields import Layout, Unwritable
from services.payments.rules.nacha.files import (
    Addendum,
    Batch,
    ContestedReturn,
    DishonouredReturn,
    Entry,
    NachaFile,
    NotificationOfChange,
    PaymentInformation,
)
from services.payments.rules.nacha.totals import Totals, service_class_of, totals_of

SEQUENCE_PLACE = slice(8, 15)


def write_file(file: NachaFile) -> str:
    """The file, each line ended. Raises Unwritable for a value that has no place, or a batch that breaks the rules."""
    lines = [records.FILE_HEADER.write(_values(file))]
    total = Totals()
    for batch in file.batches:
        _refuse_breaches(batch)
        lines += _batch_lines(batch)
        total += totals_of(batch.entries)
    blocks = -(-(len(lines) + 1) // records.BLOCKING_FACTOR)
    counts = {"batch_count": len(file.batches), "block_count": blocks, **asdict(total)}
    lines.append(records.FILE_CONTROL.write(counts))
    lines += [records.PADDING] * (blocks * records.BLOCKING_FACTOR - len(lines))
    return "".join(f"{line}\n" for line in lines)


def _batch_lines(batch: Batch) -> list[str]:
    service_class = service_class_of(batch.entries)
    lines = [records.BATCH_HEADER.write({**_values(batch), "service_class": service_class})]
    for entry in batch.entries:
        lines.append(records.ENTRY.write({**_values(entry), "addenda": int(bool(entry.addenda))}))
        lines += [_addendum_line(addendum, entry, number) for number, addendum in enumerate(entry.addenda, start=1)]
    control = {
        **asdict(totals_of(batch.entries)),
        "service_class": service_class,
        "company_id": batch.company_id,
        "authentication": "",
        "originating_bank": batch.originating_bank,
        "number": batch.number,
    }
    return [*lines, records.BATCH_CONTROL.write(control)]


def _addendum_line(addendum: Addendum, entry: Entry, number: int) -> str:
    counted = {"sequence": number, "entry_sequence": int(entry.trace_number[SEQUENCE_PLACE])}
    return _layout_of(addendum).write({**_values(addendum), **counted})


def _layout_of(addendum: Addendum) -> Layout:
    if isinstance(addendum, PaymentInformation):
        return records.PAYMENT_INFORMATION_ADDENDUM
    if isinstance(addendum, NotificationOfChange):
        return records.CHANGE_ADDENDUM
    if isinstance(addendum, DishonouredReturn):
        return records.DISHONOURED_ADDENDUM
    return records.CONTESTED_ADDENDUM if isinstance(addendum, ContestedReturn) else records.RETURN_ADDENDUM


def _refuse_breaches(batch: Batch) -> None:
    breaches = [*batch_breaches(batch), *trace_breaches(batch)]
    for entry in batch.entries:
        breaches += entry_breaches(entry, entry_class=batch.entry_class)
    for name, sentence in breaches:
        raise Unwritable(f"batch {batch.number}, {name}: {sentence}")


def _values(part: NachaFile | Batch | Entry | Addendum) -> dict[str, object]:
    """A part's own values, by name; what hangs below it is written by itself."""
    return {name: getattr(part, name) for name in part.__slots__}
