"""What is written is what is read, whatever the file; and its totals are those of its entries."""

from hypothesis import given
from hypothesis import strategies as st

from services.payments.rules.nacha import MalformedFile, NachaFile, read_file, totals_of, write_file
from services.payments.rules.nacha.fields import RECORD_WIDTH
from services.payments.rules.nacha.records import BLOCKING_FACTOR
from tests.unit.payments.nacha.builders import (
    a_batch,
    a_correction,
    a_file,
    a_returned_entry,
    an_entry,
    files,
    on_a_busy_machine,
)

OURS = """\
101 121042882 1210428822611231705A094101FIRST BANK             CAPTIVE FINANCE                \n\
5225CAPTIVE FINANCE                     1234567890WEBAUTO PYMT       261124   1121042880000001\n\
627231380104000123456789     0000041235000000000000001Ada Lovelace          S 0121042880000001\n\
82250000010023138010000000041235000000000000\
1234567890                         121042880000001\n\
9000001000001000000010023138010000000041235000000000000                                       \n\
"""


@on_a_busy_machine
@given(file=files)
def test_a_file_is_read_as_it_was_written(file: NachaFile) -> None:
    assert read_file(write_file(file)) == file


@on_a_busy_machine
@given(file=files)
def test_a_file_is_whole_blocks_of_ten_lines_of_94_characters(file: NachaFile) -> None:
    lines = write_file(file).split("\n")[:-1]
    assert {len(line) for line in lines} == {RECORD_WIDTH}
    assert len(lines) % BLOCKING_FACTOR == 0


@on_a_busy_machine
@given(file=files, ending=st.sampled_from(["\r\n", "\r", ""]))
def test_lines_may_end_as_on_any_system_or_not_at_all(file: NachaFile, ending: str) -> None:
    assert read_file(write_file(file).replace("\n", ending)) == file


@on_a_busy_machine
@given(file=files, data=st.data())
def test_no_changed_character_makes_another_amount_pass(file: NachaFile, data: st.DataObject) -> None:
    """Whatever one character is changed to, the file is refused or says the same sums as before."""
    text = write_file(file)
    place = data.draw(st.integers(0, len(text) - 2).filter(lambda index: text[index] != "\n"))
    changed = f"{text[:place]}{data.draw(st.sampled_from('0159 AZ'))}{text[place + 1 :]}"
    try:
        found = read_file(changed)
    except MalformedFile:
        return
    sums = [
        [(total.debit_cents, total.credit_cents) for batch in one.batches for total in [totals_of(batch.entries)]]
        for one in (found, file)
    ]
    assert sums[0] == sums[1]


def test_our_debit_stands_where_the_rules_put_it() -> None:
    assert write_file(a_file()) == OURS + f"{'9' * 94}\n" * 5


def test_credits_debits_and_both_have_their_service_class() -> None:
    debit, credit = an_entry(), an_entry(transaction_code=22, trace_number="121042880000002")
    text = write_file(a_file(a_batch(debit), a_batch(credit, number=2), a_batch(debit, credit, number=3)))
    assert [line[1:4] for line in text.splitlines() if line[0] == "5"] == ["225", "220", "200"]


def test_the_entry_hash_keeps_its_last_ten_digits() -> None:
    entries = [an_entry(trace_number=f"12104288{number:07d}") for number in range(1, 500)]
    text = write_file(a_file(a_batch(*entries)))
    control = next(line for line in text.splitlines() if line[0] == "8")
    assert int(control[10:20]) == (499 * 23_138_010) % 10**10
    assert read_file(text).batches[0].entries == tuple(entries)


def test_a_return_and_a_correction_stand_where_the_rules_put_them() -> None:
    lines = write_file(a_file(a_batch(a_returned_entry("R01")), a_correction("C01", "98765"))).splitlines()
    assert lines[3] == (
        "799R01121042880000001      23138010" + " " * 44 + "231380100000001"
    )  # fmt: skip
    assert lines[7] == (
        "798C01121042880000001      2313801098765" + " " * 24 + " " * 15 + "231380100000001"
    )  # fmt: skip
