"""What was heard of a lease says the same in every order, and however often it came."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leases.rules.projection import Fact, project

TAKEN_OVER = Fact(name="imported", sequence=0, data={"standing": {"status": "open", "past_due_cents": 48_240}})


def a_standing(sequence: int, *, past_due_cents: int, status: str = "open") -> Fact:
    standing = {"status": status, "past_due_cents": past_due_cents}
    return Fact(name="payment_past_due", sequence=sequence, data={"standing": standing})


def a_payment(name: str, payment_id: str, *, sequence: int = 0) -> Fact:
    data = {"payment_id": payment_id, "presentment_number": 1, "amount_cents": 48_240}
    standing = {"standing": {"status": "open", "past_due_cents": 0}} if name == "payment_applied" else {}
    return Fact(name=name, sequence=sequence, data={**data, **standing})


payments = st.builds(
    a_payment,
    st.sampled_from(["payment_posted", "payment_applied", "payment_returned"]),
    st.sampled_from(["p1", "p2", "p3"]),
    sequence=st.just(0),
)
standings = st.builds(a_standing, st.integers(1, 60), past_due_cents=st.integers(0, 100_000))
histories = st.lists(standings, unique_by=lambda fact: fact.sequence).flatmap(
    lambda told: st.lists(payments).map(lambda paid: [TAKEN_OVER, *told, *paid])
)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_and_a_second_time_change_nothing(facts: list[Fact], random: object) -> None:
    told = [fact for fact in facts if fact.name != "payment_applied"]
    mixed = [*told, *told[: len(told) // 2]]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert project(mixed) == project(told)


@pytest.mark.parametrize(
    ("names", "is_there"),
    [
        (["payment_posted"], False),
        (["payment_posted", "payment_applied"], True),
        (["payment_applied", "payment_posted"], True),
        (["payment_posted", "payment_returned"], True),
        (["payment_returned", "payment_posted"], True),
    ],
)
def test_money_is_on_its_way_until_it_is_applied_or_gone_back(names: Sequence[str], is_there: bool) -> None:
    projection = project([TAKEN_OVER, *(a_payment(name, "p1", sequence=number) for number, name in enumerate(names))])
    assert projection.payments == {("p1", 1): is_there}


def test_the_newest_standing_and_the_latest_end_count() -> None:
    extended = {"standing": {"status": "open", "past_due_cents": 7}, "maturity_on": "2027-04-15"}
    facts = [
        a_standing(9, past_due_cents=100), TAKEN_OVER, Fact(name="lease_extended", sequence=4, data=extended),
        a_standing(3, past_due_cents=5),
    ]  # fmt: skip
    projection = project(facts)
    assert (projection.sequence, projection.past_due_cents, projection.maturity_on) == (9, 100, date(2027, 4, 15))


def test_a_lease_without_any_standing_is_a_defect() -> None:
    with pytest.raises(ValueError, match="standing"):
        project([a_payment("payment_posted", "p1")])
