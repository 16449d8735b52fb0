"""A Nacha file read strictly: each record in its place, and every count and sum held against what is there."""

from dataclasses import asdict
from typing import Any

from services.payments.rules.nacha import records
from services.payments.rules.nacha.checking import Breach, batch_breaches, entry_breaches
from services.payments.rules.nacha.fields import RECORD_WIDTH, Layout, MalformedFile, unprintable_position
from services.payments.rules.nacha.files import (
    Addendum,
    Batch,
    ContestedReturn,
    DishonouredReturn,
    Entry,
    NachaFile,
    NotificationOfChange,
    PaymentInformation,
    Return,
)
from services.payments.rules.nacha.totals import SERVICE_CLASSES, Totals, direction_of, totals_of

_RECORDS = {
    records.FILE_HEADER_TYPE: "a file header",
    records.BATCH_CONTROL_TYPE: "a batch control",
    records.FILE_CONTROL_TYPE: "a file control",
}


def read_file(text: str) -> NachaFile:
    """What the file says. Raises MalformedFile at the first line that breaks the format.

    Lines may end as they do on any system, or not at all: then every 94 characters are one.
    """
    cursor = _Cursor(_lines_of(text))
    _, header = cursor.take(records.FILE_HEADER_TYPE, records.FILE_HEADER)
    batches: list[Batch] = []
    while cursor.type == records.BATCH_HEADER_TYPE:
        batches.append(_batch(cursor))
    number, control = cursor.take(records.FILE_CONTROL_TYPE, records.FILE_CONTROL)
    total = sum((totals_of(batch.entries) for batch in batches), Totals())
    blocks = -(-number // records.BLOCKING_FACTOR)
    counted = {"batch_count": len(batches), "block_count": blocks, **asdict(total)}
    _require_equal(records.FILE_CONTROL, said=control, counted=counted, line=number)
    cursor.end(at=blocks * records.BLOCKING_FACTOR)
    return NachaFile(**header, batches=tuple(batches))


class _Cursor:
    """The lines of a file, one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._next = 0

    @property
    def type(self) -> str:
        """The record type of the line that comes next; empty at the end."""
        return self.line[:1]

    @property
    def line(self) -> str:
        return self._lines[self._next] if self._next < len(self._lines) else ""

    def take(self, wanted: str, layout: Layout) -> tuple[int, dict[str, Any]]:
        """The next line's number and values; it must be of the wanted type."""
        number, line = self._next + 1, self.line
        if line[:1] != wanted:
            expected = f"{_RECORDS.get(wanted, layout.record)} ({wanted}) must stand here"
            raise MalformedFile(
                line=number, reason=f"{expected}, not {f'a line of type {line[0]!r}' if line else 'the end'}."
            )
        if len(line) != RECORD_WIDTH:
            raise MalformedFile(line=number, reason=f"a line has {RECORD_WIDTH} characters, this one has {len(line)}.")
        wrong = unprintable_position(line)
        if wrong is not None:
            raise MalformedFile(line=number, position=wrong, reason="only printable ASCII may stand here.")
        self._next += 1
        return number, layout.read(line, number=number)

    def end(self, *, at: int) -> None:
        """Nothing but lines of nines up to line `at`, and nothing after it."""
        for number, line in enumerate(self._lines[self._next :], start=self._next + 1):
            if line != records.PADDING:
                raise MalformedFile(line=number, reason="only lines of nines follow the file control.")
        if len(self._lines) != at:
            reason = f"the file has {len(self._lines)} lines instead of {at}: lines of nines fill up its blocks of ten."
            raise MalformedFile(line=len(self._lines), reason=reason)


def _batch(cursor: _Cursor) -> Batch:
    first, header = cursor.take(records.BATCH_HEADER_TYPE, records.BATCH_HEADER)
    service_class = header.pop("service_class")
    entries: list[Entry] = []
    while cursor.type == records.ENTRY_TYPE:
        entries.append(_entry(cursor, header=header, service_class=service_class))
    batch = Batch(**header, entries=tuple(entries))
    _raise_first(batch_breaches(batch), layout=records.BATCH_HEADER, line=first)
    last, control = cursor.take(records.BATCH_CONTROL_TYPE, records.BATCH_CONTROL)
    # Some banks put the identification at the right of its field here and at the left above.
    control["company_id"] = control["company_id"].strip()
    counted = {
        "service_class": service_class,
        **asdict(totals_of(entries)),
        "company_id": batch.company_id.strip(),
        "originating_bank": batch.originating_bank,
        "number": batch.number,
    }
    _require_equal(records.BATCH_CONTROL, said=control, counted=counted, line=last)
    return batch


def _entry(cursor: _Cursor, *, header: dict[str, Any], service_class: int) -> Entry:
    line, values = cursor.take(records.ENTRY_TYPE, records.ENTRY)
    has_addenda = bool(values.pop("addenda"))
    addenda: list[Addendum] = []
    while cursor.type == records.ADDENDUM_TYPE:
        addenda.append(_addendum(cursor, entry=values, number=len(addenda) + 1))
    entry = Entry(**values, addenda=tuple(addenda))
    if has_addenda != bool(addenda):
        said = "addenda follow" if has_addenda else "no addenda follow"
        position = records.ENTRY.position_of("addenda")
        raise MalformedFile(line=line, position=position, reason=f"the entry says that {said}, which is not so.")
    _raise_first(entry_breaches(entry, entry_class=header["entry_class"]), layout=records.ENTRY, line=line)
    allowed = SERVICE_CLASSES.get(service_class, frozenset())
    if direction_of(entry) not in allowed:
        reason = f"a batch of the service class {service_class} has no {direction_of(entry)}s."
        raise MalformedFile(line=line, position=records.ENTRY.position_of("transaction_code"), reason=reason)
    return entry


def _addendum(cursor: _Cursor, *, entry: dict[str, Any], number: int) -> Addendum:
    kind, code = cursor.line[records.ADDENDUM_TYPE_PLACE], cursor.line[records.REASON_PLACE]
    if kind == records.PAYMENT_INFORMATION:
        return _information(cursor, entry=entry, number=number)
    made: type[NotificationOfChange | DishonouredReturn | ContestedReturn | Return]
    if kind == records.CHANGE:
        layout, made = records.CHANGE_ADDENDUM, NotificationOfChange
    elif code in records.DISHONOURED_CODES:
        layout, made = records.DISHONOURED_ADDENDUM, DishonouredReturn
    elif code in records.CONTESTED_CODES:
        layout, made = records.CONTESTED_ADDENDUM, ContestedReturn
    else:
        layout, made = records.RETURN_ADDENDUM, Return
    _, values = cursor.take(records.ADDENDUM_TYPE, layout)
    return made(**values)


def _information(cursor: _Cursor, *, entry: dict[str, Any], number: int) -> PaymentInformation:
    layout = records.PAYMENT_INFORMATION_ADDENDUM
    line, values = cursor.take(records.ADDENDUM_TYPE, layout)
    counted = {"sequence": number, "entry_sequence": int(entry["trace_number"][8:])}
    _require_equal(layout, said=values, counted=counted, line=line)
    return PaymentInformation(information=values["information"])


def _require_equal(layout: Layout, *, said: dict[str, Any], counted: dict[str, Any], line: int) -> None:
    for name, value in counted.items():
        if said[name] != value:
            reason = f"{layout.record}, {name}: {said[name]} stands here, {value} is what the lines before give."
            raise MalformedFile(line=line, position=layout.position_of(name), reason=reason)


def _raise_first(breaches: Any, *, layout: Layout, line: int) -> None:
    breach: Breach
    for breach in breaches:
        name, sentence = breach
        raise MalformedFile(line=line, position=layout.position_of(name), reason=f"{layout.record}, {name}: {sentence}")


def _lines_of(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    whole = lines[0]
    if len(lines) == 1 and len(whole) > RECORD_WIDTH:
        return [whole[start : start + RECORD_WIDTH] for start in range(0, len(whole), RECORD_WIDTH)]
    return lines
