"""Queued entries become one file, whatever their order, and the bank's next day is told in it."""

from datetime import UTC, date, datetime
from typing import Any

import achkit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.rules.nacha import NachaFile, read_file, totals_of, write_file
from services.payments.rules.originating import (
    MODIFIERS,
    NUMBERS,
    Originator,
    OriginatorInvalid,
    QueuedEntry,
    compose_file,
    next_modifier,
    originator_from,
    trace_number_of,
)
from tests.unit.payments.nacha.builders import on_a_busy_machine, routing_numbers

US = Originator(
    bank_routing_number="121042882", bank_name="FIRST BANK", company_name="CAPTIVE FINANCE", company_id="1234567890"
)

queued = st.builds(
    QueuedEntry, number=st.integers(1, 10**9), direction=st.sampled_from(["debit", "credit"]),
    amount_cents=st.integers(1, 10**9), routing_number=routing_numbers,
    account_number=st.text("0123456789", min_size=4, max_size=17),
    account_type=st.sampled_from(["checking", "savings"]),
    holder_name=st.text(min_size=1, max_size=100), entry_class=st.sampled_from(["WEB", "PPD"]),
    description=st.sampled_from(["AUTO PYMT", "RETRY PYMT", "REFUND"]),
)  # fmt: skip
waiting = st.lists(queued, min_size=1, max_size=12, unique_by=lambda entry: entry.number % NUMBERS)


def compose(entries: list[QueuedEntry]) -> NachaFile:
    return compose_file(
        entries, originator=US, business_on=date(2026, 11, 23), created_at=datetime(2026, 11, 23, 23, 5, tzinfo=UTC),
        effective_on=date(2026, 11, 24), modifier="A",
    )  # fmt: skip


@on_a_busy_machine
@given(entries=waiting, data=st.data())
def test_the_file_is_the_same_whatever_order_the_entries_come_in(entries: list[QueuedEntry], data: Any) -> None:
    assert write_file(compose(entries)) == write_file(compose(data.draw(st.permutations(entries))))


@on_a_busy_machine
@given(entries=waiting)
def test_every_entry_is_in_it_once_with_its_money(entries: list[QueuedEntry]) -> None:
    text = write_file(compose(entries))
    assert achkit.validate(text) == {"ok": True, "errors": []}
    found = [entry for batch in read_file(text).batches for entry in batch.entries]
    assert sorted(entry.individual_id for entry in found) == sorted(f"{entry.number:015d}" for entry in entries)
    total = totals_of(found)
    assert total.debit_cents == sum(entry.amount_cents for entry in entries if entry.direction == "debit")
    assert total.credit_cents == sum(entry.amount_cents for entry in entries if entry.direction == "credit")


@on_a_busy_machine
@given(entries=waiting)
def test_a_batch_is_of_one_class_description_and_direction(entries: list[QueuedEntry]) -> None:
    batches = compose(entries).batches
    kinds = {(entry.entry_class, entry.description, entry.direction) for entry in entries}
    assert len(batches) == len(kinds)
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))


def test_what_is_drawn_by_a_standing_consent_says_so() -> None:
    entries = [
        QueuedEntry(
            number=number, direction="debit", amount_cents=100, routing_number="231380104", account_number="1234",
            account_type="checking", holder_name="Ada", entry_class=entry_class, description="AUTO PYMT", recurs=recurs,
        )
        for number, (entry_class, recurs) in enumerate([("WEB", False), ("WEB", True), ("PPD", True)], start=1)
    ]  # fmt: skip
    found = {
        entry.individual_id[-1]: entry.discretionary for batch in compose(entries).batches for entry in batch.entries
    }
    assert found == {"1": "S", "2": "R", "3": ""}


def test_trace_numbers_begin_anew_after_ten_million_entries() -> None:
    assert trace_number_of(number=7, originator=US) == "121042880000007"
    assert trace_number_of(number=10_000_007, originator=US) == "121042880000007"


def test_a_day_has_thirty_six_files() -> None:
    assert next_modifier([]) == "A"
    assert next_modifier(["A", "C"]) == "B"
    assert next_modifier(MODIFIERS) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bank_routing_number", "121042883"), ("bank_name", ""), ("bank_name", "B" * 24), ("company_name", "CRÉDIT"),
        ("company_id", "12345678901"), ("company_name", " "),
    ],
)  # fmt: skip
def test_an_originator_that_no_file_can_name_is_refused_by_its_setting(name: str, value: str) -> None:
    with pytest.raises(OriginatorInvalid, match=f"ACH_{name.upper()}"):
        originator_from({**US.as_stored(), name: value})
