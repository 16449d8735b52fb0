"""Every line and every open sum is either agreed or a difference, never both and never neither."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.payments.rules.settlement import OwnMoney, SettledLine, compare

DUE_BY = date(2026, 11, 20)

owned = st.builds(
    OwnMoney, reference=st.sampled_from("abcdef"), payment_id=st.just(UUID(int=0)), presentment_number=st.just(1),
    amount_cents=st.integers(1, 3), effective_on=st.dates(date(2026, 11, 18), date(2026, 11, 22)),
    is_open=st.booleans(),
)  # fmt: skip
lines = st.builds(
    SettledLine, number=st.integers(2, 99), settled_on=st.just(date(2026, 11, 24)),
    reference=st.sampled_from("abcdefgh"), amount_cents=st.integers(1, 3),
)  # fmt: skip


def books(drawn: list[OwnMoney]) -> dict[str, OwnMoney]:
    """Each reference is a payment of its own."""
    return {
        own.reference: OwnMoney(
            reference=own.reference, payment_id=UUID(int=ord(own.reference)), presentment_number=1,
            amount_cents=own.amount_cents, effective_on=own.effective_on, is_open=own.is_open,
        )
        for own in drawn
    }  # fmt: skip


@given(told=st.lists(lines, max_size=12), drawn=st.lists(owned, max_size=8))
def test_every_line_is_agreed_or_differs_and_the_sums_say_so(told: list[SettledLine], drawn: list[OwnMoney]) -> None:
    ours = books(drawn)
    compared = compare(told, ours=ours, due_by=DUE_BY)
    of_lines = [one for one in compared.differences if one.theirs_cents is not None]
    assert len(compared.agreed) + len(of_lines) == len(told)
    theirs = sum(line.amount_cents for line, _ in compared.agreed) + sum(one.theirs_cents or 0 for one in of_lines)
    assert theirs == sum(line.amount_cents for line in told)
    assert all(line.amount_cents == own.amount_cents for line, own in compared.agreed)
    settled = [own.payment_id for _, own in compared.agreed]
    assert len(settled) == len(set(settled))


@given(told=st.lists(lines, max_size=12), drawn=st.lists(owned, max_size=8))
def test_open_money_that_is_due_is_told_or_missed(told: list[SettledLine], drawn: list[OwnMoney]) -> None:
    ours = books(drawn)
    compared = compare(told, ours=ours, due_by=DUE_BY)
    missed = {one.payment_id for one in compared.differences if one.kind == "ours_not_theirs"}
    named = {ours[line.reference].payment_id for line in told if line.reference in ours}
    due = {own.payment_id for own in ours.values() if own.is_open and own.effective_on <= DUE_BY}
    assert missed == due - named
