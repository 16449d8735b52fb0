"""Every line becomes one of four things, and the money of the file is the money of the four."""

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payments.contract.receipts import NO_ACCOUNT_NUMBER, SAME_CHEQUE, UNKNOWN_ACCOUNT
from services.payments.rules.lockbox import (
    Booked,
    LineRefused,
    MailedCheque,
    ReadLine,
    Repeated,
    SortedLines,
    Waiting,
    sort_lines,
)

ADA, BEN = UUID(int=1), UUID(int=2)
ACCOUNTS = {"5500000001": ADA, "5500000002": BEN}


def a_cheque(**differences: Any) -> MailedCheque:
    known = {
        "batch": "B7", "item": 1, "received_on": date(2026, 11, 23), "amount_cents": 41_235, "cheque_number": "1043",
        "account_number": "5500000001", "drawer_routing_number": "231380104", "drawn_on_last4": "6789",
    }  # fmt: skip
    return MailedCheque(**{**known, **differences})


def sort(*read: MailedCheque | LineRefused, taken: Any = None, known_cheques: Any = frozenset()) -> SortedLines:
    lines = [ReadLine(number, one) for number, one in enumerate(read, start=2)]
    return sort_lines(lines, taken=taken or {}, known_cheques=known_cheques, account_ids=ACCOUNTS)


def test_a_cheque_for_an_account_is_booked_there() -> None:
    found = sort(a_cheque())
    assert [(line.number, line.account_id) for line in found.booked] == [(2, ADA)]


def test_one_without_a_known_account_waits_and_says_why() -> None:
    found = sort(a_cheque(account_number=""), a_cheque(item=2, account_number="5599999999"))
    assert [line.because for line in found.waiting] == [NO_ACCOUNT_NUMBER, UNKNOWN_ACCOUNT]
    assert found.booked == []


def test_the_same_place_again_is_a_repetition_within_a_file_and_between_files() -> None:
    cheque = a_cheque()
    assert len(sort(cheque, cheque).repeated) == 1
    again = sort(cheque, taken={cheque.source_key: (cheque.amount_cents, cheque.cheque_number)})
    assert (len(again.repeated), again.booked) == (1, [])


def test_the_same_place_with_another_amount_or_number_is_refused() -> None:
    found = sort(a_cheque(), a_cheque(amount_cents=41_236), a_cheque(cheque_number="1044"))
    assert len(found.booked) == 1
    assert [(line.number, line.refusal.field, line.refusal.amount_cents) for line in found.refused] == [
        (3, "item", 41_236), (4, "item", 41_235),
    ]  # fmt: skip


def test_the_same_piece_of_paper_in_another_place_waits_for_a_person() -> None:
    found = sort(a_cheque(), a_cheque(item=2, cheque_number="01043"))
    assert ([line.number for line in found.booked], [line.because for line in found.waiting]) == ([2], [SAME_CHEQUE])
    earlier = sort(a_cheque(), known_cheques={a_cheque().cheque_key})
    assert [line.because for line in earlier.waiting] == [SAME_CHEQUE]


def test_another_cheque_of_the_same_drawer_is_booked() -> None:
    found = sort(a_cheque(), a_cheque(item=2, cheque_number="1044"), a_cheque(item=3, amount_cents=41_236))
    assert len(found.booked) == 3


cheques = st.builds(
    a_cheque, batch=st.sampled_from(["B7", "B8"]), item=st.integers(1, 3), amount_cents=st.integers(1, 5),
    cheque_number=st.sampled_from(["1", "2"]), account_number=st.sampled_from(["", "x", *ACCOUNTS]),
    drawer_routing_number=st.sampled_from(["", "231380104"]),
)  # fmt: skip
refusals = st.builds(
    LineRefused, field=st.just("item"), reason=st.just("no"), amount_cents=st.none() | st.integers(1, 5)
)


@given(read=st.lists(cheques | refusals, max_size=30))
def test_no_line_and_no_cent_is_lost_or_doubled(read: list[MailedCheque | LineRefused]) -> None:
    found = sort(*read)
    parts: list[Booked | Waiting | Repeated] = [*found.booked, *found.waiting, *found.repeated]
    numbers = sorted([line.number for line in parts] + [line.number for line in found.refused])
    assert numbers == list(range(2, 2 + len(read)))
    cents = sum(line.cheque.amount_cents for line in parts)
    cents += sum(line.refusal.amount_cents or 0 for line in found.refused)
    assert cents == sum(one.amount_cents or 0 for one in read)
    taken: list[Booked | Waiting] = [*found.booked, *found.waiting]
    places = [line.cheque.source_key for line in taken]
    assert len(places) == len(set(places))


@given(read=st.lists(cheques, max_size=30))
def test_a_file_taken_again_books_nothing(read: list[MailedCheque]) -> None:
    first = sort(*read)
    stored: list[Booked | Waiting] = [*first.booked, *first.waiting]
    kept = [line.cheque for line in stored]
    again = sort(
        *read,
        taken={cheque.source_key: (cheque.amount_cents, cheque.cheque_number) for cheque in kept},
        known_cheques={cheque.cheque_key for cheque in kept if cheque.cheque_key},
    )
    assert (again.booked, again.waiting) == ([], [])
    assert [line.number for line in again.refused] == [line.number for line in first.refused]
