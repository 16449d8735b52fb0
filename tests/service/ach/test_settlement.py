"""A settlement report is held against our books: each way to differ is found, and money that agrees has come in."""

from datetime import date
from typing import Any

import pytest

from deploy.ach.reports import MalformedReport
from tests.service.ach.bank import Bank

TODAY = "2026-11-23"


def differences(settled: Any) -> list[tuple[str, int | None, int | None]]:
    return [(one.kind, one.ours_cents, one.theirs_cents) for one in settled.compared.differences]


def traces(bank: Bank) -> list[str]:
    return [entry.trace_number for entry in bank.sent()]


def test_a_report_that_agrees_settles_what_it_names(bank: Bank) -> None:
    payments = [bank.pay(amount_cents=cents) for cents in (10_000, 20_000)]
    bank.write()
    lines = [(TODAY, trace, cents) for trace, cents in zip(traces(bank), (10_000, 20_000), strict=True)]
    settled = bank.report(*lines, settles=True)
    assert (differences(settled), settled.newly_settled) == ([], 2)
    assert [bank.counter.get(payment)["status"] for payment in payments] == ["settled", "settled"]
    assert bank.report(*lines, settles=True).newly_settled == 0
    assert len(bank.counter.told("payment_settled")) == 2


def test_comparing_changes_nothing_in_our_books(bank: Bank) -> None:
    payment = bank.pay(amount_cents=10_000)
    bank.write()
    settled = bank.report((TODAY, traces(bank)[0], 10_000))
    assert (len(settled.compared.agreed), settled.newly_settled) == (1, None)
    assert bank.counter.get(payment)["status"] == "posted"
    assert bank.counter.told("payment_settled") == []


def test_every_way_to_differ_is_found_and_kept(bank: Bank) -> None:
    for cents in (10_000, 20_000, 30_000):
        bank.pay(amount_cents=cents)
    bank.write()
    first, second, _ = traces(bank)
    bank.move_to(date(2026, 11, 27))
    settled = bank.report(
        ("2026-11-27", first, 10_000), ("2026-11-27", first, 10_000), ("2026-11-27", second, 20_001),
        ("2026-11-27", "999999990000001", 5),
    )  # fmt: skip
    assert differences(settled) == [
        ("told_twice", 10_000, 10_000), ("amount_differs", 20_000, 20_001), ("theirs_not_ours", None, 5),
        ("ours_not_theirs", 30_000, None),
    ]  # fmt: skip
    assert bank.rows("SELECT lines, agreed_lines, agreed_cents, differences FROM settlement_reports") == [
        (4, 1, 10_000, 4)
    ]
    assert bank.rows("SELECT kind, line FROM settlement_differences ORDER BY number") == [
        ("told_twice", 3), ("amount_differs", 4), ("theirs_not_ours", 5), ("ours_not_theirs", None),
    ]  # fmt: skip


def test_what_differs_is_not_settled(bank: Bank) -> None:
    payment = bank.pay(amount_cents=20_000)
    bank.write()
    assert bank.report((TODAY, traces(bank)[0], 20_001), settles=True).newly_settled == 0
    assert bank.counter.get(payment)["status"] == "posted"


@pytest.mark.parametrize(("settled_on", "is_missed"), [("2026-11-24", False), ("2026-11-25", True)])
def test_money_is_missed_once_it_had_two_business_days(bank: Bank, settled_on: str, is_missed: bool) -> None:
    bank.pay(amount_cents=20_000)
    settled = bank.report((settled_on, "elsewhere", 1))
    assert (("ours_not_theirs", 20_000, None) in differences(settled)) is is_missed


def test_money_of_the_processor_is_known_by_its_own_reference(bank: Bank) -> None:
    payment = bank.pay(amount_cents=20_000, payment_method_id=bank.counter.add_card())
    [charge] = bank.counter.charges(payment)
    settled = bank.report((TODAY, charge["id"], 20_000), settles=True)
    assert (differences(settled), settled.newly_settled) == ([], 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("settled_on,reference\n", "line 1: the columns must be settled_on, reference, amount_cents"),
        ("settled_on,reference,amount_cents\n", "has no lines"),
        ("settled_on,reference,amount_cents\n2026-11-23,1\n", "line 2: the row has not as many cells"),
        ("settled_on,reference,amount_cents\n2026-11-23,1,4.5\n", "line 2, amount_cents: must be whole cents"),
        ("settled_on,reference,amount_cents\n23.11.2026,1,45\n", "line 2, settled_on: must be a day"),
        ("settled_on,reference,amount_cents\n2026-11-23,,45\n", "line 2, reference: is missing"),
    ],
)
def test_a_report_that_is_not_whole_is_not_compared(bank: Bank, content: str, sentence: str) -> None:
    path = bank.folder / "report.csv"
    path.write_text(content)
    with pytest.raises(MalformedReport, match=sentence):
        bank.desk.reconcile(path, settles=True)
    assert bank.rows("SELECT count(*) FROM settlement_reports") == [(0,)]
