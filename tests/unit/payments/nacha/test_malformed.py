"""A file that breaks the format is refused by line, position and reason; what has no place is not written."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.payments.rules.nacha import (
    MalformedFile,
    PaymentInformation,
    Return,
    Unwritable,
    printable,
    read_file,
    write_file,
)
from tests.unit.payments.nacha.builders import TRACE, a_batch, a_correction, a_file, a_returned_entry, an_entry

WHOLE = write_file(a_file())
HEADER, BATCH, ENTRY, CONTROL, END = range(5)

Change = Callable[[list[str]], Any]


def put(line: int, position: int, text: str) -> Change:
    """Other characters in a line, from a position counted from 1."""

    def change(lines: list[str]) -> None:
        before = lines[line]
        lines[line] = f"{before[: position - 1]}{text}{before[position - 1 + len(text) :]}"

    return change


BROKEN: list[tuple[str, Change, int, int | None, str]] = [
    ("nothing", lambda lines: lines.clear(), 1, None, "a file header (1) must stand here, not the end."),
    ("a short line", lambda lines: lines.insert(2, lines.pop(2)[:-1]), 3, None, "this one has 93"),
    ("a tab", put(ENTRY, 60, "\t"), 3, 60, "only printable ASCII"),
    ("another blocking", put(HEADER, 38, "11"), 1, 38, "'10' must stand here"),
    ("no day", put(HEADER, 24, "261399"), 1, 24, "a day as YYMMDD must stand here, not '20261399'."),
    ("no time", put(HEADER, 30, "2460"), 1, 30, "a time as HHMM"),
    ("an unknown class", put(BATCH, 51, "XYZ"), 2, 51, "'XYZ' is not among PPD, WEB, CCD, COR."),
    ("letters in an amount", put(ENTRY, 30, "00000412E5"), 3, 30, "10 digits must stand here"),
    ("another amount", put(ENTRY, 39, "6"), 4, 21, "41235 stands here, 41236 is what the lines before give."),
    ("a wrong check digit", put(ENTRY, 12, "5"), 3, 4, "no US bank has the routing number 231380105."),
    ("a loan account", put(ENTRY, 2, "52"), 3, 2, "52 is no code of a checking or savings account."),
    ("a credit among debits", put(ENTRY, 2, "22"), 3, 2, "a batch of the service class 225 has no credits."),
    ("addenda that do not follow", put(ENTRY, 79, "1"), 3, 79, "the entry says that addenda follow, which is not so."),
    ("another hash", put(CONTROL, 20, "1"), 4, 11, "entry_hash"),
    ("another count", put(CONTROL, 10, "2"), 4, 5, "2 stands here, 1 is what"),
    ("another company", put(CONTROL, 45, "9"), 4, 45, "company_id"),
    ("another batch number", put(CONTROL, 94, "2"), 4, 88, "number"),
    ("another class below", put(CONTROL, 2, "200"), 4, 2, "service_class"),
    ("another file total", put(END, 43, "6"), 5, 32, "debit_cents"),
    ("another block count", put(END, 13, "2"), 5, 8, "block_count"),
    ("no batch control", lambda lines: lines.pop(CONTROL), 4, None, "a batch control (8) must stand here"),
    ("an entry without a batch", lambda lines: lines.pop(BATCH), 2, None, "a file control (9) must stand here"),
    ("no file control", lambda lines: lines.__setitem__(END, "9" * 94), 5, 56, "this place is kept blank"),
    ("too few lines", lambda lines: lines.pop(), 9, None, "9 lines instead of 10"),
    ("something after the end", put(7, 40, "8"), 8, None, "only lines of nines follow"),
]


@pytest.mark.parametrize(
    ("change", "line", "position", "reason"), [case[1:] for case in BROKEN], ids=[c[0] for c in BROKEN]
)
def test_a_broken_file_is_refused_by_line_and_position(
    change: Change, line: int, position: int | None, reason: str | None
) -> None:
    lines = WHOLE.splitlines()
    change(lines)
    with pytest.raises(MalformedFile) as refused:
        read_file("".join(f"{text}\n" for text in lines))
    assert (refused.value.line, refused.value.position) == (line, position), refused.value
    assert (reason or "") in refused.value.reason
    assert str(refused.value).startswith(f"line {line}")


@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        (a_batch(an_entry(amount_cents=0)), "moves more than nothing"),
        (a_batch(an_entry(transaction_code=28)), "a prenote moves no money"),
        (a_batch(an_entry(transaction_code=41)), "is no code of a checking or savings account"),
        (a_batch(an_entry(transaction_code=26)), "says in an addendum 98 or 99 why it comes"),
        (a_batch(an_entry(), an_entry()), "they ascend within a batch"),
        (a_batch(an_entry(amount_cents=10**10)), "does not fit 10 digits"),
        (a_batch(an_entry(account_number=" ")), "the account number is missing"),
        (a_batch(an_entry(routing_number="231380105")), "no US bank has the routing number"),
        (a_batch(an_entry(individual_name="A" * 23)), "23 characters do not fit 22"),
        (a_batch(an_entry(individual_name="José")), "only printable ASCII"),
        (a_batch(entry_class="ARC"), "is not among"),
        (a_batch(company_id=""), "identification is missing"),
        (a_batch(originating_bank="1210428"), "is not 8 digits"),
        (a_batch(a_correction("C01", "1").entries[0]), "belongs to the class COR, not to WEB"),
        (a_batch(a_returned_entry(), entry_class="COR"), "has one addendum 98"),
        (a_batch(an_entry(addenda=(PaymentInformation(information="x" * 81),))), "81 characters do not fit 80"),
    ],
)
def test_what_breaks_the_rules_is_not_written(batch: Any, sentence: str) -> None:
    with pytest.raises(Unwritable, match=sentence):
        write_file(a_file(batch))


def test_a_batch_without_entries_is_not_written() -> None:
    with pytest.raises(Unwritable, match="at least one entry"):
        write_file(a_file(a_batch(entries=())))


def test_an_addendum_that_we_write_carries_the_trace_number_of_its_entry() -> None:
    entry = a_returned_entry()
    with pytest.raises(Unwritable, match=f"carries the trace number of its entry, {TRACE}"):
        write_file(a_file(a_batch(replace(entry, trace_number=TRACE))))


def test_an_addendum_of_another_bank_need_not() -> None:
    lines = write_file(a_file(a_batch(a_returned_entry()))).splitlines()
    put(3, 94, "9")(lines)
    [returned] = read_file("\n".join(lines)).batches[0].entries
    [addendum] = returned.addenda
    assert isinstance(addendum, Return)
    assert (addendum.code, addendum.trace_number) == ("R01", "231380100000009")


@pytest.mark.parametrize(
    ("name", "written"), [("José Ñandú", "Jose Nandu"), ("李 Wei", "Wei"), ("A" * 30, "A" * 22), ("Ann\tB", "AnnB")]
)
def test_a_name_is_written_with_the_characters_that_there_are(name: str, written: str) -> None:
    assert printable(name, width=22) == written
